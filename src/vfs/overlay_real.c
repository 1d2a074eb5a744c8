/* overlay: what it does to its layers.
 *
 * The layers are file systems that others may see through other mounts, so
 * whatever changes a name here also changes it in the layer's name cache:
 * each function is one operation of the layer and the cache's part of it. */
#include "overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int make_inode(struct inode *dir, const char *name, const struct real_node *n, struct inode **out)
{
	switch (n->mode & S_IFMT) {
	case S_IFDIR:
		return dir->ops->mkdir ? dir->ops->mkdir(dir, name, n->mode, n->who, out) : -EPERM;
	case S_IFREG:
		return dir->ops->create ? dir->ops->create(dir, name, n->mode, n->who, out) : -EPERM;
	case S_IFLNK:
		return dir->ops->symlink ? dir->ops->symlink(dir, name, n->target, n->who, out) : -EPERM;
	default:
		return dir->ops->mknod ? dir->ops->mknod(dir, name, n->mode, n->rdev, n->who, out) : -EPERM;
	}
}

int real_make(struct dentry *dir, const char *name, const struct real_node *n, struct dentry **out)
{
	struct inode *made;
	struct dentry *d;
	int err = dentry_lookup(dir, name, &d);

	if (err)
		return err;
	err = d->inode ? -EEXIST : make_inode(dir->inode, name, n, &made);
	if (err) {
		dentry_put(d);
		return err;
	}
	dentry_instantiate(d, made);
	*out = d;
	return 0;
}

int real_temp(struct ovl_super *os, const struct real_node *n, struct dentry **out)
{
	char name[16];
	int err;

	do {                                  /* names of an earlier mount may still be there */
		snprintf(name, sizeof(name), "#%x", os->next_temp++);
		err = real_make(os->work, name, n, out);
	} while (err == -EEXIST);
	return err;
}

int real_remove(struct dentry *d)
{
	struct inode *dir = d->parent->inode, *victim = d->inode;
	bool kept = d->refs > 1;              /* somebody goes on with it: a host's file needs its handle then */
	int err;

	if (kept)
		inode_get(victim);
	err = S_ISDIR(d->inode->mode) ? dir->ops->rmdir(dir, d->name, d->inode) : dir->ops->unlink(dir, d->name, d->inode);

	if (kept)
		inode_put(victim);
	if (!err)
		dentry_drop(d);
	return err;
}

int real_rename(struct dentry *d, struct dentry *dir, const char *name, unsigned flags)
{
	struct dentry *from = dentry_get(d->parent), *to;
	int err = dentry_lookup(dir, name, &to);

	if (!err) {
		err = from->inode->ops->rename(from->inode, d->name, dir->inode, name, flags);
		if (!err && (flags & ABI_RENAME_EXCHANGE))
			dentry_exchange(d, to);
		else if (!err)
			dentry_move(d, dir, name);
		dentry_put(to);
	}
	dentry_put(from);
	return err;
}

int real_open(struct inode *real, uint32_t flags, const struct cred *who, struct file **out)
{
	static const struct file_ops never_opened = { 0 };
	struct file *f = file_create(real, real->fops, flags, who);
	int err = real->ops->open ? real->ops->open(real, f) : 0;

	if (err) {
		f->ops = &never_opened;
		file_put(f);
		return err;
	}
	*out = f;
	return 0;
}

/* Names are gathered first: `each` may change the directory. */
struct listing {
	struct listed { char *name; uint64_t ino; unsigned dtype; } *all;
	size_t nr, cap;
};

static bool gather(void *arg, const char *name, uint64_t ino, unsigned dtype, uint64_t next)
{
	struct listing *l = arg;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	if (l->nr == l->cap) {
		l->cap = MAX(l->cap * 2, (size_t)32);
		l->all = xrealloc(l->all, l->cap * sizeof(*l->all));
	}
	l->all[l->nr++] = (struct listed){ xstrdup(name), ino, dtype };
	return true;
}

int real_list(struct dentry *dir, bool (*each)(void *arg, const char *name, uint64_t ino, unsigned dtype), void *arg)
{
	struct listing l = { 0 };
	struct file *f;
	bool more = true;
	int err = real_open(dir->inode, ABI_O_RDONLY | ABI_O_DIRECTORY, &ovl_cred, &f);

	if (err)
		return err;
	err = f->ops->readdir(f, gather, &l);
	file_put(f);
	for (size_t n = 0; n < l.nr; n++) {
		more = more && !err && each(arg, l.all[n].name, l.all[n].ino, l.all[n].dtype);
		free(l.all[n].name);
	}
	free(l.all);
	return err;
}
