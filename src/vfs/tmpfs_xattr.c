/* Extended attributes of tmpfs inodes: a list, for there are few. */
#include "tmpfs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct xattr {
	struct list link;
	char *name;
	void *value;
	size_t size;
};

static struct xattr *find(struct inode *i, const char *name)
{
	struct tmpfs_inode *t = i->private;
	struct xattr *x;

	list_for_each(x, &t->xattrs, link)
		if (strcmp(x->name, name) == 0)
			return x;
	return NULL;
}

/* What an attribute takes (simple_xattr_space). */
static int64_t space(const char *name, size_t size)
{
	return (int64_t)(sizeof(struct xattr) + strlen(name) + 1 + size);
}

static void drop(struct inode *i, struct xattr *x)
{
	tmpfs_charge(i->super, -space(x->name, x->size));
	list_del(&x->link);
	free(x->name);
	free(x->value);
	free(x);
}

void tmpfs_drop_xattrs(struct inode *i)
{
	struct tmpfs_inode *t = i->private;

	while (!list_empty(&t->xattrs))
		drop(i, list_first(&t->xattrs, struct xattr, link));
}

ssize_t tmpfs_getxattr(struct inode *i, const char *name, void *buf, size_t size)
{
	struct xattr *x = find(i, name);

	if (!x)
		return -ENODATA;
	if (size && size < x->size)
		return -ERANGE;
	if (size)
		memcpy(buf, x->value, x->size);
	return (ssize_t)x->size;
}

int tmpfs_setxattr(struct inode *i, const char *name, const void *buf, size_t size, int flags)
{
	struct tmpfs_inode *t = i->private;
	struct xattr *x = find(i, name);
	void *value;

	if (x && (flags & ABI_XATTR_CREATE))
		return -EEXIST;
	if (!x && (flags & ABI_XATTR_REPLACE))
		return -ENODATA;
	if (tmpfs_charge(i->super, space(name, size)) != 0)
		return -ENOSPC;
	value = try_alloc(size);
	if (!value) {
		tmpfs_charge(i->super, -space(name, size));
		return -ENOMEM;
	}
	if (x)
		tmpfs_charge(i->super, -space(name, x->size));
	if (!x) {
		x = xnew(struct xattr);
		x->name = xstrdup(name);
		list_add_tail(&t->xattrs, &x->link);
	}
	free(x->value);
	memcpy(value, buf, size);
	x->value = value;
	x->size = size;
	i->ctime = vfs_now();
	return 0;
}

ssize_t tmpfs_listxattr(struct inode *i, char *buf, size_t size)
{
	struct tmpfs_inode *t = i->private;
	struct xattr *x;
	size_t at = 0;

	list_for_each(x, &t->xattrs, link) {
		size_t n = strlen(x->name) + 1;

		if (size && at + n > size)
			return -ERANGE;
		if (size)
			memcpy(buf + at, x->name, n);
		at += n;
	}
	return (ssize_t)at;
}

int tmpfs_removexattr(struct inode *i, const char *name)
{
	struct xattr *x = find(i, name);

	if (!x)
		return -ENODATA;
	drop(i, x);
	i->ctime = vfs_now();
	return 0;
}
