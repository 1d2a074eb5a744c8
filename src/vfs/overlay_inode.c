/* overlay: inodes and look-ups.
 *
 *   overlay inode   upper dentry, or none       lower dentries, topmost first
 *
 * An inode shows the attributes of its topmost layer and is found again by
 * that layer's inode (key), so hard links in the upper layer are one file. Hard
 * links of a lower layer are not: each is copied up for itself, as Linux' overlayfs
 * does without an index. A number, once shown, stays while the inode lives;
 * it is the layer's, with the layer's file system in the high bits. */
#include "overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

enum { BUCKETS = 256 };

struct cred ovl_cred = { .refs = 1, .cap_effective = ~0ull, .cap_permitted = ~0ull };

bool ovl_is_whiteout(const struct inode *real)
{
	return S_ISCHR(real->mode) && real->rdev == 0;
}

/* ---- attributes ------------------------------------------------------------------------ */

uint64_t ovl_ino(const struct super *s, const struct inode *real)
{
	const struct ovl_super *os = s->private;
	uint64_t fsid = os->upper ? 1 : 0;

	if (os->upper && real->super == os->upper->super)
		return real->ino;
	for (unsigned i = 0; i < os->nr_lower; i++, fsid++)
		if (os->lower[i]->super == real->super)
			break;
	return real->ino ^ fsid << 56;
}

void ovl_sync(struct inode *i)
{
	const struct ovl_inode *oi = ovl(i);
	struct inode *real = ovl_real(i);

	inode_refresh(real);
	i->mode = real->mode;
	i->uid = real->uid;
	i->gid = real->gid;
	i->size = real->size;
	i->blocks = real->blocks;
	i->rdev = real->rdev;
	i->atime = real->atime;
	i->mtime = real->mtime;
	i->ctime = real->ctime;
	i->btime = real->btime;
	if (oi->gone)
		i->nlink = 0;
	else
		i->nlink = S_ISDIR(i->mode) && oi->nr_lower + (oi->upper != NULL) > 1 ? 1 : real->nlink;
}

static int refresh(struct inode *i)
{
	ovl_sync(i);
	return 0;
}

static int setattr(struct inode *i, const struct attr_change *c)
{
	int err = ovl_copy_up(i);
	struct inode *real;

	if (err)
		return err;
	real = ovl_real(i);
	err = real->ops->setattr ? real->ops->setattr(real, c) : -EPERM;
	ovl_sync(i);
	return err;
}

/* ---- extended attributes ------------------------------------------------------------------ */

bool ovl_own_attr(const struct inode *i, const char *name)
{
	return strncmp(name, ovl_super(i)->prefix, strlen(ovl_super(i)->prefix)) == 0;
}

/* What the guest calls by one of the overlay's own names is kept as "overlay.overlay.x" in the
 * layer: an overlay in the overlay is possible (xattrs.c). */
static const char *layer_name(const struct inode *i, const char *name, char buf[ABI_XATTR_NAME_MAX + 16])
{
	const char *prefix = ovl_super(i)->prefix;

	if (!ovl_own_attr(i, name))
		return name;
	snprintf(buf, ABI_XATTR_NAME_MAX + 16, "%soverlay.%s", prefix, name + strlen(prefix));
	return buf;
}

/* And back; NULL: not for the guest. */
static const char *guest_name(const struct inode *i, const char *name, char buf[ABI_XATTR_NAME_MAX + 16])
{
	const char *prefix = ovl_super(i)->prefix;

	if (!ovl_own_attr(i, name))
		return name;
	if (strncmp(name + strlen(prefix), "overlay.", 8) != 0)
		return NULL;
	snprintf(buf, ABI_XATTR_NAME_MAX + 16, "%s%s", prefix, name + strlen(prefix) + 8);
	return buf;
}

static ssize_t get_xattr(struct inode *i, const char *name, void *buf, size_t size)
{
	char own[ABI_XATTR_NAME_MAX + 16];
	struct inode *real = ovl_real(i);

	return real->ops->getxattr ? real->ops->getxattr(real, layer_name(i, name, own), buf, size) : -EOPNOTSUPP;
}

static int set_xattr(struct inode *i, const char *name, const void *buf, size_t size, int flags)
{
	char own[ABI_XATTR_NAME_MAX + 16];
	int err = ovl_copy_up(i);
	struct inode *real = ovl_real(i);

	if (err)
		return err;
	return real->ops->setxattr ? real->ops->setxattr(real, layer_name(i, name, own), buf, size, flags) : -EOPNOTSUPP;
}

static int remove_xattr(struct inode *i, const char *name)
{
	char own[ABI_XATTR_NAME_MAX + 16];
	ssize_t there = get_xattr(i, name, NULL, 0);
	struct inode *real;
	int err = there < 0 ? (int)there : ovl_copy_up(i);

	if (err)
		return err;
	real = ovl_real(i);
	return real->ops->removexattr ? real->ops->removexattr(real, layer_name(i, name, own)) : -EOPNOTSUPP;
}

static ssize_t list_xattr(struct inode *i, char *buf, size_t size)
{
	struct inode *real = ovl_real(i);
	ssize_t len = real->ops->listxattr ? real->ops->listxattr(real, NULL, 0) : 0;
	char *names;
	size_t out = 0;

	if (len <= 0)
		return len;
	names = xalloc((size_t)len);
	len = real->ops->listxattr(real, names, (size_t)len);
	for (char *p = names; p < names + MAX(len, 0); p += strlen(p) + 1) {
		char own[ABI_XATTR_NAME_MAX + 16];
		const char *name = guest_name(i, p, own);
		size_t n = name ? strlen(name) + 1 : 0;

		if (!name)
			continue;
		if (size && out + n > size) {
			free(names);
			return -ERANGE;
		}
		if (size)
			memcpy(buf + out, name, n);
		out += n;
	}
	free(names);
	return len < 0 ? len : (ssize_t)out;
}

static bool is_opaque(const struct inode *dir, struct inode *real)
{
	char name[32], value = 0;

	snprintf(name, sizeof(name), "%sopaque", ovl_super(dir)->prefix);
	return real->ops->getxattr && real->ops->getxattr(real, name, &value, 1) == 1 && value == 'y';
}

int ovl_set_opaque(struct inode *dir, struct dentry *upper)
{
	char name[32];

	snprintf(name, sizeof(name), "%sopaque", ovl_super(dir)->prefix);
	return upper->inode->ops->setxattr ? upper->inode->ops->setxattr(upper->inode, name, "y", 1, 0) : -EOPNOTSUPP;
}

/* ---- life ------------------------------------------------------------------------------------ */

static struct list *bucket(const struct super *s, const struct inode *key)
{
	const struct ovl_super *os = s->private;
	struct list *head = &os->buckets[(uintptr_t)key / sizeof(*key) % BUCKETS];

	if (!head->next)
		list_init(head);
	return head;
}

static void hash_by(struct inode *i, struct inode *key)
{
	list_del(&ovl(i)->hash_link);
	ovl(i)->key = key;
	if (key)
		list_add_head(bucket(i->super, key), &ovl(i)->hash_link);
}

static struct inode *find_inode(struct super *s, const struct inode *key)
{
	struct ovl_inode *oi;

	list_for_each(oi, bucket(s, key), hash_link)
		if (oi->key == key)
			return oi->inode;
	return NULL;
}

static void release(struct inode *i)
{
	struct ovl_inode *oi = ovl(i);

	list_del(&oi->hash_link);
	dentry_put(oi->upper);
	for (unsigned n = 0; n < oi->nr_lower; n++)
		dentry_put(oi->lower[n]);
	inode_put_held(oi->parent);
	free(oi->lower);
	free(oi->name);
	free(oi);
}

void ovl_set_place(struct inode *i, struct inode *parent, const char *name)
{
	struct ovl_inode *oi = ovl(i);
	struct inode *old = oi->parent;
	char *copy = xstrdup(name);           /* `name` may be the old one */

	if (parent)
		inode_get(parent);
	oi->parent = parent;
	free(oi->name);
	oi->name = copy;
	inode_put(old);
}

void ovl_set_upper(struct inode *i, struct dentry *upper)
{
	struct dentry *old = ovl(i)->upper;

	ovl(i)->upper = upper;
	dentry_put(old);
	hash_by(i, upper->inode);
	ovl_sync(i);
}

static const struct inode_ops *iops_for(uint32_t mode)
{
	if (S_ISDIR(mode))
		return &ovl_dir_iops;
	if (S_ISREG(mode))
		return &ovl_file_iops;
	return S_ISLNK(mode) ? &ovl_link_iops : &ovl_special_iops;
}

struct inode *ovl_inode_get(struct super *s, struct inode *parent, const char *name, struct dentry *upper,
			    struct dentry **lower, unsigned nr_lower)
{
	struct inode *real = upper ? upper->inode : lower[0]->inode;
	bool shared = upper || S_ISDIR(real->mode) || real->nlink == 1;
	struct inode *i = shared ? find_inode(s, real) : NULL;
	struct ovl_inode *oi;

	if (i && !ovl(i)->gone) {
		inode_get(i);
		dentry_put(upper);
		for (unsigned n = 0; n < nr_lower; n++)
			dentry_put(lower[n]);
		ovl_sync(i);
		return i;
	}
	i = inode_create(s, real->mode, iops_for(real->mode),
			 S_ISDIR(real->mode) ? &ovl_dir_fops : S_ISREG(real->mode) ? &ovl_file_fops : NULL);
	oi = i->private = xnew(struct ovl_inode);
	oi->inode = i;
	list_init(&oi->hash_link);
	oi->upper = upper;
	oi->lower = xalloc((nr_lower + 1) * sizeof(*lower));
	if (nr_lower)
		memcpy(oi->lower, lower, nr_lower * sizeof(*lower));
	oi->nr_lower = nr_lower;
	ovl_set_place(i, parent, name);
	i->ino = ovl_ino(s, real);
	if (shared)
		hash_by(i, real);
	ovl_sync(i);
	return i;
}

/* ---- look-up ------------------------------------------------------------------------------------ */

/* What the layers say of a name, from the top down, until one of them decides. */
struct search {
	struct dentry *upper, **lower;
	unsigned nr_lower;
	bool done;
};

static int search_layer(struct inode *dir, struct dentry *in, const char *name, bool upper, struct search *s)
{
	struct dentry *d;
	bool found = s->upper || s->nr_lower;
	int err = dentry_lookup(in, name, &d);

	if (err)
		return err;
	if (!d->inode) {
		dentry_put(d);
		return 0;
	}
	/* A file ends the search; below a directory it is not seen at all. */
	s->done = !S_ISDIR(d->inode->mode) || is_opaque(dir, d->inode);
	if (ovl_is_whiteout(d->inode) || (found && !S_ISDIR(d->inode->mode)))
		dentry_put(d);
	else if (upper)
		s->upper = d;
	else
		s->lower[s->nr_lower++] = d;
	return 0;
}

int ovl_lookup(struct inode *dir, const char *name, struct inode **out)
{
	struct ovl_inode *oi = ovl(dir);
	struct search s = { .lower = xalloc((oi->nr_lower + 1) * sizeof(*s.lower)) };
	int err = oi->upper && !oi->gone ? search_layer(dir, oi->upper, name, true, &s) : 0;

	for (unsigned n = 0; n < oi->nr_lower && !err && !s.done && !oi->gone; n++)
		err = search_layer(dir, oi->lower[n], name, false, &s);
	if (!err && !s.upper && !s.nr_lower)
		err = -ENOENT;
	if (!err) {
		*out = ovl_inode_get(dir->super, dir, name, s.upper, s.lower, s.nr_lower);
	} else {
		dentry_put(s.upper);
		for (unsigned n = 0; n < s.nr_lower; n++)
			dentry_put(s.lower[n]);
	}
	free(s.lower);
	return err;
}

bool ovl_lower_has(struct inode *dir, const char *name)
{
	struct ovl_inode *oi = ovl(dir);

	for (unsigned n = 0; n < oi->nr_lower; n++) {
		struct dentry *d;
		bool there, hidden;

		if (dentry_lookup(oi->lower[n], name, &d))
			continue;
		there = d->inode != NULL;
		hidden = there && ovl_is_whiteout(d->inode);
		dentry_put(d);
		if (there)
			return !hidden;
	}
	return false;
}

/* Names change only through the overlay (Linux: changes of a mounted layer are undefined); the
 * attributes are the layer's, which may be a host's. */
static bool revalidate(struct inode *dir, const char *name, struct inode *inode)
{
	if (inode)
		ovl_sync(inode);
	return true;
}

bool inode_is_overlay(const struct inode *dir)
{
	return dir->ops == &ovl_dir_iops;
}

static int read_link(struct inode *i, char *buf, size_t cap)
{
	struct inode *real = ovl_real(i);

	return real->ops->readlink(real, buf, cap);
}

static int open_file(struct inode *i, struct file *f)
{
	int err = file_writable(f) ? ovl_copy_up(i) : 0;
	struct file *real;

	if (!err)
		err = real_open(ovl_real(i), f->flags, f->cred, &real);
	if (!err)
		f->private = real;
	return err;
}

#define COMMON_OPS                                                                       \
	.setattr = setattr, .refresh = refresh, .release = release, .getxattr = get_xattr, \
	.setxattr = set_xattr, .listxattr = list_xattr, .removexattr = remove_xattr

const struct inode_ops ovl_file_iops = { .open = open_file, COMMON_OPS };
const struct inode_ops ovl_link_iops = { .readlink = read_link, COMMON_OPS };
const struct inode_ops ovl_special_iops = { COMMON_OPS };

const struct inode_ops ovl_dir_iops = {
	.lookup = ovl_lookup, .revalidate = revalidate, .create = ovl_create, .mkdir = ovl_create, .mknod = ovl_mknod,
	.symlink = ovl_symlink, .link = ovl_link, .unlink = ovl_unlink, .rmdir = ovl_rmdir, .rename = ovl_rename, COMMON_OPS,
};
