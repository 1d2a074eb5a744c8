/* Inodes and identity: what a file is, and who may do what with it.
 *
 * An inode lives while somebody holds a reference: a dentry (also an unused,
 * cached one), an open file, a mapped area. The last inode_put() writes back
 * and drops its pages and lets the file system free its part. A super block
 * counts its inodes and outlives them.
 *
 * The rules on permission and attribute changes are Linux' fs/namei.c
 * generic_permission() and fs/attr.c setattr_prepare(). */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

static unsigned live_inodes;

/* ---- credentials ---------------------------------------------------------- */

#define ALL_CAPS ((1ull << 41) - 1)     /* CAP_LAST_CAP is 40, CAP_CHECKPOINT_RESTORE */

struct cred *cred_create(uint32_t uid, uint32_t gid)
{
	struct cred *c = xnew(struct cred);

	c->refs = 1;
	c->uid = c->euid = c->suid = c->fsuid = uid;
	c->gid = c->egid = c->sgid = c->fsgid = gid;
	c->cap_bounding = ALL_CAPS;
	if (uid == 0)
		c->cap_effective = c->cap_permitted = ALL_CAPS;
	return c;
}

struct cred *cred_get(struct cred *c)
{
	c->refs++;
	return c;
}

void cred_put(struct cred *c)
{
	if (!c || --c->refs)
		return;
	user_ns_put(c->user_ns);
	free(c);
}

struct cred *cred_copy(const struct cred *c)
{
	struct cred *n = xnew(struct cred);

	*n = *c;
	n->refs = 1;
	user_ns_get(n->user_ns);
	return n;
}

bool cred_in_group(const struct cred *c, uint32_t gid)
{
	if (c->fsgid == gid)
		return true;
	for (unsigned i = 0; i < c->nr_groups; i++)
		if (c->groups[i] == gid)
			return true;
	return false;
}

/* ---- life ------------------------------------------------------------------- */

struct inode *inode_create(struct super *s, uint32_t mode, const struct inode_ops *ops, const struct file_ops *fops)
{
	struct inode *i = xnew(struct inode);

	i->refs = 1;
	i->ops = ops;
	i->fops = fops;
	i->super = s;
	i->mode = mode;
	i->nlink = 1;
	i->atime = i->mtime = i->ctime = i->btime = vfs_now();
	s->live_inodes++;
	live_inodes++;
	return i;
}

void inode_get(struct inode *i)
{
	i->refs++;
}

void inode_put(struct inode *i)
{
	struct super *s;

	if (!i)
		return;
	ASSERT(i->refs > 0);
	if (--i->refs)
		return;
	s = i->super;
	if (i->mapping.ops) {
		if (i->mapping.ops->write_page && i->nlink)
			mapping_writeback(&i->mapping, 0, UINT64_MAX);
		mapping_destroy(&i->mapping);
	}
	if (i->pipe)
		pipe_inode_release(i);
	if (i->ops && i->ops->release)
		i->ops->release(i);
	free(i);
	live_inodes--;
	s->live_inodes--;
	if (s->dying && s->live_inodes == 0) {
		s->refs = 1;
		super_put(s);         /* unmounted while this was open */
	}
}

void inode_put_held(struct inode *i)
{
	static struct inode **waiting;
	static unsigned n, cap;
	static bool busy;

	if (n == cap) {
		cap = MAX(2 * cap, 16u);
		waiting = xrealloc(waiting, cap * sizeof(struct inode *));
	}
	waiting[n++] = i;
	if (busy)
		return;
	busy = true;
	while (n)
		inode_put(waiting[--n]);
	busy = false;
}

unsigned inode_count(void)
{
	return live_inodes;
}

int inode_refresh(struct inode *i)
{
	return i->ops && i->ops->refresh ? i->ops->refresh(i) : 0;
}

struct abi_timespec64 vfs_now(void)
{
	uint64_t ns = host_clock_ns(0 /* CLOCK_REALTIME */);

	return (struct abi_timespec64){ (int64_t)(ns / NSEC_PER_SEC), (int64_t)(ns % NSEC_PER_SEC) };
}

int inode_deny_write(struct inode *i)
{
	if (i->writers)
		return -ETXTBSY;
	i->deny_write++;
	return 0;
}

void inode_allow_write(struct inode *i)
{
	ASSERT(i->deny_write > 0);
	i->deny_write--;
}

/* ---- permission ------------------------------------------------------------------ */

int inode_permission(struct inode *i, const struct cred *who, int mask)
{
	unsigned bits = i->mode & 07;

	if (who->fsuid == i->uid)
		bits = (i->mode >> 6) & 07;
	else if (cred_in_group(who, i->gid))
		bits = (i->mode >> 3) & 07;
	mask &= 07;
	if ((bits & (unsigned)mask) == (unsigned)mask)
		return 0;
	if (S_ISDIR(i->mode)) {
		if (inode_capable(who, i, VFS_CAP_DAC_OVERRIDE))
			return 0;
		return !(mask & 2) && inode_capable(who, i, VFS_CAP_DAC_READ_SEARCH) ? 0 : -EACCES;
	}
	/* Nobody executes a file without any x bit, root neither. */
	if (inode_capable(who, i, VFS_CAP_DAC_OVERRIDE) && (!(mask & 1) || (i->mode & 0111)))
		return 0;
	return mask == 4 && inode_capable(who, i, VFS_CAP_DAC_READ_SEARCH) ? 0 : -EACCES;
}

void inode_init_owner(struct inode *i, const struct inode *dir, const struct cred *who)
{
	i->uid = who->fsuid;
	i->gid = who->fsgid;
	if (!(dir->mode & S_ISGID))
		return;
	i->gid = dir->gid;
	if (S_ISDIR(i->mode))
		i->mode |= S_ISGID;
	else if ((i->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		 !cred_in_group(who, i->gid) && !inode_capable(who, i, VFS_CAP_FSETID))
		i->mode &= ~(uint32_t)S_ISGID;
}

static bool owns(const struct inode *i, const struct cred *who)
{
	return who->fsuid == i->uid || inode_capable(who, i, VFS_CAP_FOWNER);
}

static int check_chown(struct inode *i, const struct cred *who, const struct attr_change *c)
{
	if (inode_capable(who, i, VFS_CAP_CHOWN))
		return 0;             /* to whom was checked where the id came in */
	if ((c->valid & ATTR_UID) && (who->fsuid != i->uid || c->uid != i->uid))
		return -EPERM;
	if ((c->valid & ATTR_GID) && (who->fsuid != i->uid ||
				      (c->gid != i->gid && !cred_in_group(who, c->gid))))
		return -EPERM;
	return 0;
}

/* Who may write may also say "now", for both times at once (notify_change, setattr_prepare). */
static int check_times(struct inode *i, const struct cred *who, const struct attr_change *c)
{
	if (owns(i, who))
		return 0;
	return c->valid & ATTR_TIMES_SET ? -EPERM : inode_permission(i, who, 2 /* MAY_WRITE */);
}

/* New contents take the set-id bits away (file_remove_privs, setattr_should_drop_suidgid). */
void inode_drop_privileges(struct inode *i, const struct cred *who)
{
	struct attr_change c = { .valid = ATTR_MODE };
	uint32_t drop = i->mode & S_ISUID;

	if (!S_ISREG(i->mode) || !(i->mode & (S_ISUID | S_ISGID)) || cred_capable(who, VFS_CAP_FSETID))
		return;
	if ((i->mode & S_ISGID) && ((i->mode & S_IXGRP) || !cred_in_group(who, i->gid)))
		drop |= S_ISGID;
	c.mode = i->mode & ~drop;
	if (drop && i->ops && i->ops->setattr)
		i->ops->setattr(i, &c);
}

int inode_check_change(struct inode *i, const struct cred *who, struct attr_change *c)
{
	int err = c->valid & (ATTR_UID | ATTR_GID) ? check_chown(i, who, c) : 0;

	if (!err && (c->valid & (ATTR_ATIME | ATTR_MTIME)))
		err = check_times(i, who, c);
	if (err)
		return err;
	if (c->valid & ATTR_MODE) {
		uint32_t gid = c->valid & ATTR_GID ? c->gid : i->gid;

		if (!owns(i, who))
			return -EPERM;
		c->mode = (i->mode & S_IFMT) | (c->mode & 07777);
		if (!cred_in_group(who, gid) && !inode_capable(who, i, VFS_CAP_FSETID))
			c->mode &= ~(uint32_t)S_ISGID;
	}
	/* A change of owner takes the set-id bits of a program away (chown(2)). */
	if ((c->valid & (ATTR_UID | ATTR_GID)) && !S_ISDIR(i->mode)) {
		uint32_t mode = c->valid & ATTR_MODE ? c->mode : i->mode;
		uint32_t drop = S_ISUID | (mode & S_IXGRP ? S_ISGID : 0);

		if (mode & drop) {
			c->mode = mode & ~drop;
			c->valid |= ATTR_MODE;
		}
	}
	return 0;
}

/* What file systems whose inode is the truth (tmpfs) do with a checked change, and the others
 * after they have stored it. Size is not a matter of this function. */
void inode_apply_change(struct inode *i, const struct attr_change *c)
{
	if (c->valid & ATTR_MODE)
		i->mode = (i->mode & S_IFMT) | (c->mode & 07777);
	if (c->valid & ATTR_UID)
		i->uid = c->uid;
	if (c->valid & ATTR_GID)
		i->gid = c->gid;
	if (c->valid & ATTR_ATIME)
		i->atime = c->atime;
	if (c->valid & ATTR_MTIME)
		i->mtime = c->mtime;
	i->ctime = vfs_now();
}
