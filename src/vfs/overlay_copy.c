/* overlay: copying up. The first change of what is only in a lower layer makes a copy in the
 * upper one: contents with their holes, attributes, extended attributes. The copy is made in
 * the work directory and gets its name by a rename, so that nobody sees half of it. Its
 * directories come first. Linux: fs/overlayfs/copy_up.c. */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { CHUNK = 128 * 1024 };

/* ---- contents -------------------------------------------------------------------------- */

static int copy_piece(struct file *from, struct file *to, char *buf, uint64_t *pos, uint64_t end)
{
	size_t want = MIN((uint64_t)CHUNK, end - *pos);
	uint64_t at = *pos;
	struct uio u;
	ssize_t n;

	uio_init_kernel(&u, buf, want);
	n = from->ops->read(from, &u, pos);
	if (n <= 0)
		return n ? (int)n : 1;        /* it has become shorter: that was all */
	want = (size_t)n;
	uio_init_kernel(&u, buf, want);
	n = to->ops->write(to, &u, &at);
	if (n < 0)
		return (int)n;
	return (size_t)n < want ? -ENOSPC : 0;
}

/* Only what is not a hole. */
static int copy_extents(struct file *from, struct file *to, char *buf)
{
	int64_t data = 0, hole;
	int err = 0;

	while (!err && (data = file_seek(from, data, ABI_SEEK_DATA)) >= 0) {
		uint64_t pos = (uint64_t)data;

		hole = file_seek(from, data, ABI_SEEK_HOLE);
		if (hole < 0)
			return (int)hole;
		while (!err && pos < (uint64_t)hole)
			err = copy_piece(from, to, buf, &pos, (uint64_t)hole);
		data = hole;
	}
	if (err)
		return MIN(err, 0);
	return data == -ENXIO ? 0 : (int)data;
}

static int copy_contents(struct inode *lower, struct inode *upper)
{
	struct attr_change size = { .valid = ATTR_SIZE, .size = lower->size };
	struct file *from, *to;
	char *buf;
	int err = real_open(lower, ABI_O_RDONLY, &ovl_cred, &from);

	if (err)
		return err;
	err = real_open(upper, ABI_O_WRONLY, &ovl_cred, &to);
	if (!err) {
		buf = xalloc(CHUNK);
		err = copy_extents(from, to, buf);
		free(buf);
		file_put(to);
	}
	file_put(from);
	if (!err && upper->size != lower->size)
		err = upper->ops->setattr(upper, &size);
	return err;
}

/* ---- attributes ----------------------------------------------------------------------------- */

static int copy_xattr(struct inode *lower, struct inode *upper, const char *name)
{
	ssize_t n = lower->ops->getxattr(lower, name, NULL, 0);
	char *value;
	int err;

	if (n < 0)
		return 0;
	value = xalloc((size_t)n + 1);
	n = lower->ops->getxattr(lower, name, value, (size_t)n + 1);
	err = n < 0 ? 0 : upper->ops->setxattr ? upper->ops->setxattr(upper, name, value, (size_t)n, 0) : -EOPNOTSUPP;
	free(value);
	/* What the upper layer cannot keep is lost, unless it matters for security. */
	return err == -EOPNOTSUPP && strncmp(name, "security.", 9) != 0 ? 0 : err;
}

static int copy_xattrs(struct inode *i, struct inode *lower, struct inode *upper)
{
	ssize_t len = lower->ops->listxattr ? lower->ops->listxattr(lower, NULL, 0) : 0;
	char *names;
	int err = 0;

	if (len <= 0)
		return 0;
	names = xalloc((size_t)len);
	len = lower->ops->listxattr(lower, names, (size_t)len);
	for (char *p = names; p < names + MAX(len, 0) && !err; p += strlen(p) + 1)
		if (!ovl_own_attr(i, p))
			err = copy_xattr(lower, upper, p);
	free(names);
	return err;
}

static int copy_attributes(struct inode *lower, struct inode *upper)
{
	struct attr_change c = { .valid = ATTR_UID | ATTR_GID, .uid = lower->uid, .gid = lower->gid,
				 .mode = lower->mode, .atime = lower->atime, .mtime = lower->mtime };
	int err;

	if (!S_ISLNK(lower->mode))
		c.valid |= ATTR_MODE;
	err = upper->ops->setattr(upper, &c);
	c.valid = ATTR_ATIME | ATTR_MTIME | ATTR_TIMES_SET;
	return err ? err : upper->ops->setattr(upper, &c);
}

/* ---- all of it ---------------------------------------------------------------------------------- */

static int make_copy(struct inode *i, struct inode *lower, struct dentry **out)
{
	char target[ABI_PATH_MAX];
	struct real_node n = { .mode = lower->mode, .rdev = lower->rdev, .who = &ovl_cred, .target = target };
	struct dentry *temp;
	int err;

	if (S_ISLNK(lower->mode)) {
		int len = lower->ops->readlink(lower, target, sizeof(target) - 1);

		if (len < 0)
			return len;
		target[len] = '\0';
	}
	err = real_temp(ovl_super(i), &n, &temp);
	if (err)
		return err;
	if (S_ISREG(lower->mode))
		err = copy_contents(lower, temp->inode);
	if (!err)
		err = copy_xattrs(i, lower, temp->inode);
	if (!err)
		err = copy_attributes(lower, temp->inode);
	if (err) {
		real_remove(temp);
		dentry_put(temp);
		return err;
	}
	*out = temp;
	return 0;
}

static int copy_up_one(struct inode *i)
{
	struct ovl_inode *oi = ovl(i);
	struct inode *lower = oi->lower[0]->inode;
	struct attr_change times = { .valid = ATTR_ATIME | ATTR_MTIME | ATTR_TIMES_SET };
	struct inode *parent = oi->parent ? ovl_real(oi->parent) : NULL;
	struct dentry *temp;
	int err;

	inode_refresh(lower);
	if (parent) {
		inode_refresh(parent);
		times.atime = parent->atime;
		times.mtime = parent->mtime;
	}
	err = make_copy(i, lower, &temp);
	if (err)
		return err;
	if (oi->upper) {                      /* somebody was faster while the copy slept */
		real_remove(temp);
		dentry_put(temp);
		return 0;
	}
	/* Without a name it stays without one. */
	err = oi->gone ? real_remove(temp) : real_rename(temp, ovl(oi->parent)->upper, oi->name, 0);
	if (err) {
		real_remove(temp);
		dentry_put(temp);
		return err;
	}
	/* Nothing has changed for who looks at the directory. */
	if (!oi->gone)
		parent->ops->setattr(parent, &times);
	ovl_set_upper(i, temp);
	return 0;
}

/* The directories that it lies in first, from above. A copy may sleep: what is missing then is looked up again. */
int ovl_copy_up(struct inode *i)
{
	int err = ovl(i)->upper || ovl_super(i)->upper ? 0 : -EROFS;

	while (!err && !ovl(i)->upper) {
		struct inode *top = i;

		while (!ovl(top)->gone && ovl(top)->parent && !ovl(ovl(top)->parent)->upper)
			top = ovl(top)->parent;
		inode_get(top);
		err = copy_up_one(top);
		inode_put(top);
	}
	return err;
}
