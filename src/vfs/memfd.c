/* memfd_create(2): a file of tmpfs that never had a name, with seals. */
#include "tmpfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { MEMFD_NAME_MAX = 249 };        /* 255 less "memfd:" */

static struct super *memfd_super;

static int open_nameless(struct inode *i, const char *label, const struct cred *who, struct file **out)
{
	struct dentry *d = dentry_create_nameless(i, label);
	int err = vfs_open_found((struct path){ mount_anonymous(), d }, ABI_O_RDWR | ABI_O_LARGEFILE, who, true, out);

	dentry_put(d);
	inode_put(i);
	return err;
}

static struct inode *new_inode(uint32_t mode, const struct cred *who)
{
	if (!memfd_super)
		memfd_super = tmpfs_new_super("tmpfs", 0700);
	return tmpfs_new_file(memfd_super, mode, who);
}

int tmpfs_unnamed_file(const char *label, uint32_t mode, uint64_t size, const struct cred *who, struct file **out)
{
	struct inode *i = new_inode(mode, who);

	i->size = size;
	((struct tmpfs_inode *)i->private)->seals = ABI_F_SEAL_SEAL;
	return open_nameless(i, label, who, out);
}

int memfd_create_file(const char *name, uint32_t flags, const struct cred *who, struct file **out)
{
	struct inode *i;
	char *label;
	int err;

	if (flags & ~(uint32_t)(ABI_MFD_CLOEXEC | ABI_MFD_ALLOW_SEALING | ABI_MFD_NOEXEC_SEAL | ABI_MFD_EXEC))
		return -EINVAL;
	if ((flags & ABI_MFD_EXEC) && (flags & ABI_MFD_NOEXEC_SEAL))
		return -EINVAL;
	if (strlen(name) > MEMFD_NAME_MAX)
		return -EINVAL;
	i = new_inode(S_IFREG | (flags & ABI_MFD_NOEXEC_SEAL ? 0666 : 0777), who);
	((struct tmpfs_inode *)i->private)->seals =
		flags & ABI_MFD_NOEXEC_SEAL ? ABI_F_SEAL_EXEC : flags & ABI_MFD_ALLOW_SEALING ? 0 : ABI_F_SEAL_SEAL;
	label = xasprintf("memfd:%s", name);
	err = open_nameless(i, label, who, out);
	free(label);
	return err;
}

void memfd_shutdown(void)
{
	if (memfd_super)
		super_put(memfd_super);
	memfd_super = NULL;
}

int memfd_get_seals(struct file *f)
{
	if (!inode_is_tmpfs(f->inode) || !S_ISREG(f->inode->mode))
		return -EINVAL;
	return (int)((struct tmpfs_inode *)f->inode->private)->seals;
}

int memfd_add_seals(struct file *f, uint32_t seals)
{
	struct tmpfs_inode *t = f->inode->private;

	if (memfd_get_seals(f) < 0 || (seals & ~0x3fu))
		return -EINVAL;
	if (!file_writable(f))
		return -EPERM;
	if (t->seals & ABI_F_SEAL_SEAL)
		return -EPERM;
	/* A shared writable mapping could still change the file (Linux: mapping_deny_writable). */
	if ((seals & ABI_F_SEAL_WRITE) && !(t->seals & ABI_F_SEAL_WRITE) && !list_empty(&f->inode->mapping.vmas))
		return -EBUSY;
	t->seals |= seals;
	return 0;
}
