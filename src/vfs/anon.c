/* Files without a name: an inode of their own in a file system that is mounted nowhere. */
#include "internal.h"

struct file *anon_file_create(const char *name, const struct file_ops *ops, void *priv, uint32_t flags, const struct cred *who)
{
	/* As Linux' anon_inodes: permission bits without a type. */
	struct inode *i = inode_create(super_anonymous(), 0600, NULL, ops);
	struct file *f;

	i->uid = who->fsuid;
	i->gid = who->fsgid;
	f = file_create(i, ops, flags, who);
	f->anon_name = name;
	f->private = priv;
	inode_put(i);
	return f;
}

struct path vfs_object_path(const char *label, uint64_t ino, const struct inode_ops *iops, const struct file_ops *fops, void *object)
{
	struct inode *i = inode_create(super_anonymous(), S_IFREG | 0444, iops, fops);
	struct path p = { mount_get(mount_anonymous()), dentry_create_nameless(i, label) };

	i->ino = ino;
	i->private = object;
	inode_put(i);
	return p;
}
