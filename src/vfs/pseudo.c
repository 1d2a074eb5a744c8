/* Pseudo file systems: trees whose files are made by functions (/proc, binfmt_misc).
 *
 * A node of the tree is a struct pseudo_node of the user plus a number, its
 * `arg` (a pid, say), which a dynamic directory gives its entries and which
 * is handed down through static ones. The inode is only this pair; the user's
 * objects are never referenced, so a cached name is asked for again at each
 * use and may be gone by then.
 *
 * Text is made when a reader stands at position 0, and read from that copy
 * afterwards, as Linux' seq_file does: lseek to 0 and read again gives news. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { PSEUDO_NAME_MAX = 256, STORE_MAX = 64 * 1024, FIRST_POSITION = 2 };

struct pseudo_inode {
	const struct pseudo_node *node;
	uint64_t arg;
};

static const struct inode_ops pseudo_iops, pseudo_link_iops;
static const struct file_ops text_fops, dir_fops;

static struct pseudo_inode *pi(const struct inode *i)
{
	return i->private;
}

/* ---- names ------------------------------------------------------------------------ */

static int find_node(struct inode *dir, const char *name, const struct pseudo_node **node, uint64_t *arg)
{
	const struct pseudo_inode *d = pi(dir);

	for (const struct pseudo_node *n = d->node->children; n && n->name; n++) {
		if (strcmp(n->name, name) != 0)
			continue;
		*node = n;
		*arg = d->arg;
		return 0;
	}
	if (d->node->dir && d->node->dir->lookup)
		return d->node->dir->lookup(d->arg, name, node, arg);
	return -ENOENT;
}

static void refresh_owner(struct inode *i)
{
	struct pseudo_inode *p = pi(i);

	i->atime = i->mtime = i->ctime = vfs_now();
	if (p->node->owner)
		p->node->owner(p->arg, &i->uid, &i->gid);
}

/* Numbers repeat from run to run: made from the path, as a hash (64-bit FNV-1a). */
static uint64_t node_ino(const struct inode *dir, const char *name)
{
	uint64_t h = 14695981039346656037ull ^ dir->ino;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 1099511628211ull;
	return h & 0x7fffffff;        /* fits RV32's long */
}

static struct inode *node_inode(struct super *s, const struct pseudo_node *node, uint64_t arg)
{
	struct inode *i = inode_create(s, node->mode, S_ISLNK(node->mode) && node->follow ? &pseudo_link_iops : &pseudo_iops,
				       S_ISDIR(node->mode) ? &dir_fops : &text_fops);
	struct pseudo_inode *p = xnew(struct pseudo_inode);

	p->node = node;
	p->arg = arg;
	i->private = p;
	if (S_ISDIR(node->mode)) {
		i->nlink = 2;
		for (const struct pseudo_node *n = node->children; n && n->name; n++)
			i->nlink += S_ISDIR(n->mode);
	}
	refresh_owner(i);
	return i;
}

static int lookup(struct inode *dir, const char *name, struct inode **out)
{
	const struct pseudo_node *node;
	uint64_t arg = 0;
	int err = find_node(dir, name, &node, &arg);

	if (err)
		return err;
	*out = node_inode(dir->super, node, arg);
	(*out)->ino = node_ino(dir, name);
	return 0;
}

static bool revalidate(struct inode *dir, const char *name, struct inode *inode)
{
	const struct pseudo_node *node;
	uint64_t arg = 0;
	int err = find_node(dir, name, &node, &arg);

	if (err || !inode)
		return err && !inode;
	if (pi(inode)->node != node || pi(inode)->arg != arg)
		return false;
	if (node->owner)
		node->owner(arg, &inode->uid, &inode->gid);
	return true;
}

static int read_link(struct inode *i, char *buf, size_t cap)
{
	const struct pseudo_inode *p = pi(i);

	return p->node->readlink ? p->node->readlink(p->arg, buf, cap) : -EINVAL;
}

static int follow(struct inode *i, struct path *out)
{
	return pi(i)->node->follow(pi(i)->arg, out);
}

static int refresh(struct inode *i)
{
	refresh_owner(i);
	return 0;
}

static void release(struct inode *i)
{
	free(i->private);
}

/* ---- directories --------------------------------------------------------------------- */

/* Positions: 2.. the static children, then 2 + their number + cursor of the dynamic part. */
static int read_dir(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg)
{
	const struct pseudo_inode *d = pi(f->inode);
	const struct pseudo_node *n = d->node->children;
	uint64_t at = FIRST_POSITION, next;
	char name[PSEUDO_NAME_MAX];
	unsigned type;

	if (!readdir_dots(f, emit, arg))
		return 0;
	for (; n && n->name; n++, at++) {
		if (at < f->pos)
			continue;
		if (!emit(arg, n->name, node_ino(f->inode, n->name), (n->mode & S_IFMT) >> 12, at + 1))
			return 0;
		f->pos = at + 1;
	}
	while (d->node->dir && d->node->dir->entry &&
	       d->node->dir->entry(d->arg, f->pos - at, name, sizeof(name), &type, &next)) {
		if (!emit(arg, name, node_ino(f->inode, name), type, at + next))
			return 0;
		f->pos = at + next;
	}
	return 0;
}

/* ---- text ------------------------------------------------------------------------------- */

static ssize_t read_text(struct file *f, struct uio *u, uint64_t *pos)
{
	const struct pseudo_inode *p = pi(f->inode);
	struct strbuf *text = f->private;
	size_t n, got;

	if (!p->node->show)
		return -EINVAL;
	if (*pos == 0 || !text->data) {
		int err;

		strbuf_reset(text);
		err = p->node->show(p->arg, text);
		if (err)
			return err;
	}
	if (*pos >= text->len)
		return 0;
	n = MIN(text->len - *pos, u->left);
	got = uio_copy_in(u, text->data + *pos, n);
	*pos += got;
	return got || !n ? (ssize_t)got : -EFAULT;
}

static ssize_t write_text(struct file *f, struct uio *u, uint64_t *pos)
{
	const struct pseudo_inode *p = pi(f->inode);
	size_t len = u->left;
	char *text;
	ssize_t n;

	if (!p->node->store)
		return -EINVAL;
	if (len > STORE_MAX)
		return -EINVAL;
	text = try_alloc(len + 1);
	if (!text)
		return -ENOMEM;
	n = uio_copy_out(u, text, len) == len ? p->node->store(p->arg, text, len) : -EFAULT;
	free(text);
	if (n > 0)
		*pos += (uint64_t)n;
	return n;
}

static void release_text(struct file *f)
{
	struct strbuf *text = f->private;

	strbuf_free(text);
	free(text);
}

static int open_node(struct inode *i, struct file *f)
{
	const struct pseudo_inode *p = pi(i);
	int err = p->node->may_open ? p->node->may_open(p->arg) : 0;

	if (S_ISDIR(i->mode) || err)
		return err;
	if (p->node->fops) {
		f->ops = p->node->fops;
		f->private = (void *)(uintptr_t)p->arg;
		return 0;
	}
	f->private = xnew(struct strbuf);
	return 0;
}

/* O_TRUNC and friends: `echo x > /proc/...` opens with it. Times may be set, and are those of the next look
 * again (fs/proc/base.c proc_setattr). */
static int set_attr(struct inode *i, const struct attr_change *c)
{
	return c->valid & (ATTR_MODE | ATTR_UID | ATTR_GID) ? -EPERM : 0;
}

static const struct inode_ops pseudo_iops = {
	.lookup = lookup, .revalidate = revalidate, .readlink = read_link, .refresh = refresh,
	.open = open_node, .release = release, .setattr = set_attr,
};
static const struct inode_ops pseudo_link_iops = {
	.readlink = read_link, .follow = follow, .refresh = refresh, .release = release, .setattr = set_attr,
};
static const struct file_ops text_fops = { .read = read_text, .write = write_text, .release = release_text };
static const struct file_ops dir_fops = { .readdir = read_dir };

uint64_t pseudo_arg(const struct inode *i)
{
	return pi(i)->arg;
}

int pseudo_create(const char *type, uint64_t magic, const struct pseudo_node *root, struct super **out)
{
	return pseudo_create_for(type, magic, root, 0, out);
}

int pseudo_create_for(const char *type, uint64_t magic, const struct pseudo_node *root, uint64_t arg, struct super **out)
{
	struct super *s = super_create(type, magic);

	s->root = node_inode(s, root, arg);
	s->root->ino = 1;
	*out = s;
	return 0;
}
