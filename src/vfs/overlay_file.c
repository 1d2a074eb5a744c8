/* overlay: open files and directories.
 *
 * An open file of the overlay holds one of the layer and hands everything on.
 * One that was opened for reading before the copy up reads the copy from then
 * on; what it had mapped stays the lower layer's, as on Linux.
 *
 * A directory is listed by reading all its layers once, top first, when the
 * reader is at the beginning: the position is an index into that list. */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* ---- regular files ---------------------------------------------------------------------- */

#define SHARED_FLAGS (ABI_O_APPEND | ABI_O_NONBLOCK | ABI_O_DIRECT | ABI_O_DSYNC | ABI_O_SYNC)

static int real_file(struct file *f, struct file **out)
{
	struct file *real = f->private;

	if (real->inode != ovl_real(f->inode)) {
		int err = real_open(ovl_real(f->inode), f->flags, f->cred, &real);

		if (err)
			return err;
		file_put(f->private);
		f->private = real;
	}
	real->flags = (real->flags & ~(uint32_t)SHARED_FLAGS) | (f->flags & SHARED_FLAGS);
	*out = real;
	return 0;
}

static ssize_t read_file(struct file *f, struct uio *u, uint64_t *pos)
{
	struct file *real;
	int err = real_file(f, &real);

	return err ? err : real->ops->read(real, u, pos);
}

static ssize_t write_file(struct file *f, struct uio *u, uint64_t *pos)
{
	struct file *real;
	ssize_t n = real_file(f, &real);

	if (!n)
		n = real->ops->write(real, u, pos);
	ovl_sync(f->inode);
	return n;
}

static int64_t seek_file(struct file *f, int64_t off, int whence)
{
	struct file *real;
	int64_t at = real_file(f, &real);

	if (at)
		return at;
	real->pos = f->pos;
	at = file_seek(real, off, whence);
	f->pos = real->pos;
	return at;
}

static int truncate_file(struct file *f, uint64_t size)
{
	struct attr_change c = { .valid = ATTR_SIZE, .size = size };

	return f->inode->ops->setattr(f->inode, &c);
}

static int allocate(struct file *f, int mode, uint64_t off, uint64_t len)
{
	struct file *real;
	int err = real_file(f, &real);

	if (!err)
		err = real->ops->fallocate ? real->ops->fallocate(real, mode, off, len) : -EOPNOTSUPP;
	ovl_sync(f->inode);
	return err;
}

static int sync_file(struct file *f, bool data_only)
{
	struct file *real;
	int err = real_file(f, &real);

	return err ? err : file_fsync(real, data_only);
}

static int map_file(struct file *f, struct mapping **out)
{
	struct file *real;
	int err = real_file(f, &real);

	return err ? err : file_mmap(real, out);
}

static void release_file(struct file *f)
{
	file_put(f->private);
}

const struct file_ops ovl_file_fops = {
	.read = read_file, .write = write_file, .seek = seek_file, .truncate = truncate_file, .fallocate = allocate,
	.fsync = sync_file, .mmap = map_file, .release = release_file,
};

/* ---- directories ---------------------------------------------------------------------------- */

struct ovl_entry {
	struct ovl_entry *chain;
	char *name;
	uint64_t ino;
	unsigned dtype;
	bool whiteout;
};

struct ovl_list {
	struct ovl_entry **entries;
	size_t nr, cap;
	struct ovl_entry *buckets[256];
	struct inode *dir;
	struct dentry *layer;                 /* being read */
};

static unsigned hash_name(const char *name)
{
	uint32_t h = 2166136261u;             /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return (h ^ h >> 8) & 255;
}

static bool is_listed(const struct ovl_list *l, const char *name)
{
	for (const struct ovl_entry *e = l->buckets[hash_name(name)]; e; e = e->chain)
		if (strcmp(e->name, name) == 0)
			return true;
	return false;
}

/* Devices may be whiteouts, and what was copied up shows its old number: both must be asked for. */
static void look_at(struct ovl_list *l, struct ovl_entry *e)
{
	struct dentry *d;
	struct inode *i;

	if (e->dtype == ABI_DT_CHR && dentry_lookup(l->layer, e->name, &d) == 0) {
		e->whiteout = d->inode && ovl_is_whiteout(d->inode);
		dentry_put(d);
	}
	if (!e->whiteout && l->layer == ovl(l->dir)->upper && ovl(l->dir)->nr_lower &&
	    ovl_lookup(l->dir, e->name, &i) == 0) {
		e->ino = i->ino;
		inode_put(i);
	}
}

static bool add_entry(void *arg, const char *name, uint64_t ino, unsigned dtype)
{
	struct ovl_list *l = arg;
	unsigned h = hash_name(name);
	struct ovl_entry *e;
	struct inode fake = { .ino = ino, .super = l->layer->super };

	if (is_listed(l, name))
		return true;
	e = xnew(struct ovl_entry);
	e->name = xstrdup(name);
	e->ino = ovl_ino(l->dir->super, &fake);
	e->dtype = dtype;
	e->chain = l->buckets[h];
	l->buckets[h] = e;
	if (l->nr == l->cap) {
		l->cap = MAX(l->cap * 2, (size_t)64);
		l->entries = xrealloc(l->entries, l->cap * sizeof(*l->entries));
	}
	l->entries[l->nr++] = e;
	look_at(l, e);
	return true;
}

static void free_list(struct ovl_list *l)
{
	for (size_t n = 0; l && n < l->nr; n++) {
		free(l->entries[n]->name);
		free(l->entries[n]);
	}
	if (l)
		free(l->entries);
	free(l);
}

static int read_layers(struct inode *dir, struct ovl_list **out)
{
	struct ovl_inode *oi = ovl(dir);
	struct ovl_list *l = xnew(struct ovl_list);
	int err = 0;

	l->dir = dir;
	l->layer = oi->upper;
	if (l->layer)
		err = real_list(l->layer, add_entry, l);
	for (unsigned n = 0; n < oi->nr_lower && !err; n++) {
		l->layer = oi->lower[n];
		err = real_list(l->layer, add_entry, l);
	}
	if (err)
		free_list(l);
	else
		*out = l;
	return err;
}

int ovl_check_empty(struct inode *dir)
{
	struct ovl_list *l;
	int err = read_layers(dir, &l);

	if (err)
		return err;
	for (size_t n = 0; n < l->nr && !err; n++)
		if (!l->entries[n]->whiteout)
			err = -ENOTEMPTY;
	free_list(l);
	return err;
}

static int read_dir(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg)
{
	struct ovl_list *l = f->private;

	if (!l || f->pos == 0) {
		int err = read_layers(f->inode, &l);

		if (err)
			return err;
		free_list(f->private);
		f->private = l;
	}
	if (!readdir_dots(f, emit, arg))
		return 0;
	while (f->pos - 2 < l->nr) {
		const struct ovl_entry *e = l->entries[f->pos - 2];

		if (!e->whiteout && !emit(arg, e->name, e->ino, e->dtype, f->pos + 1))
			return 0;
		f->pos++;
	}
	return 0;
}

static int sync_dir(struct file *f, bool data_only)
{
	struct file *real;
	int err;

	if (!ovl(f->inode)->upper)
		return 0;
	err = real_open(ovl(f->inode)->upper->inode, ABI_O_RDONLY | ABI_O_DIRECTORY, &ovl_cred, &real);
	if (err)
		return err;
	err = file_fsync(real, data_only);
	file_put(real);
	return err;
}

static void release_dir(struct file *f)
{
	free_list(f->private);
}

const struct file_ops ovl_dir_fops = { .readdir = read_dir, .release = release_dir, .fsync = sync_dir };
