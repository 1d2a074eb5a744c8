/* tmpfs: files that live in guest RAM.
 *
 * The inode is the truth. A regular file's bytes are the pages of its mapping
 * (unevictable: there is no other copy), holes have no page. A directory keeps
 * its own entries, apart from the name cache: a hash for lookup and a list in
 * order of creation, numbered by cookies, for readdir, so that a reader's
 * position survives changes.
 *
 * /dev is one of these too (devfs.c), as are memfds and O_TMPFILE files: those
 * are inodes that no directory ever had. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "tmpfs.h"

enum { TMPFS_MAGIC = 0x01021994, FIRST_COOKIE = 2, FIRST_BUCKETS = 8, INODE_SPACE = 1024 /* BOGO_INODE_SIZE */ };

struct entry {
	struct list link;             /* of the directory, by cookie */
	struct entry *chain;          /* of the hash bucket */
	uint64_t cookie;
	uint32_t hash;
	struct inode *inode;          /* with a reference */
	char name[];
};

struct tmpfs_super {
	uint64_t next_ino;
	void (*made)(struct inode *i);
	uint64_t pages, max_pages;    /* used, and allowed (size=); 0: no limit */
	/* Names beyond each inode's first, bytes of attributes; how many inodes may be, which stand for the
	 * others (nr_inodes=); 0: no limit. */
	uint64_t links, xattr_bytes, max_inodes;
};

static const struct inode_ops dir_ops, file_iops, link_ops, special_ops;
static const struct file_ops dir_fops, file_fops;

static struct tmpfs_inode *tmp(const struct inode *i)
{
	return i->private;
}

bool inode_is_tmpfs(const struct inode *i)
{
	return i->ops == &dir_ops || i->ops == &file_iops || i->ops == &link_ops || i->ops == &special_ops;
}

/* ---- pages --------------------------------------------------------------------- */

static struct inode *owner(struct mapping *m)
{
	return container_of(m, struct inode, mapping);
}

static int fresh_page(struct mapping *m, uint64_t index, void *page)
{
	return 0;                     /* a hole: zero already */
}

static uint64_t mapping_bytes(struct mapping *m)
{
	return owner(m)->size;
}

static void mapping_ref(struct mapping *m)
{
	inode_get(owner(m));
}

static void mapping_unref(struct mapping *m)
{
	inode_put(owner(m));
}

static const struct mapping_ops page_ops = {
	.read_page = fresh_page, .size = mapping_bytes, .get = mapping_ref, .put = mapping_unref,
};

static void count_pages(struct inode *i)
{
	struct tmpfs_super *ts = i->super->private;
	struct tmpfs_inode *t = tmp(i);

	ts->pages += i->mapping.nr_pages - t->counted_pages;
	t->counted_pages = i->mapping.nr_pages;
}

/* Is there room for the page at index, or is it there already? */
static bool has_room(struct inode *i, uint64_t index)
{
	const struct tmpfs_super *ts = i->super->private;

	return !ts->max_pages || ts->pages < ts->max_pages || mapping_peek_page(&i->mapping, index) != PFN_NONE;
}

/* ---- inodes ------------------------------------------------------------------------ */

static struct inode *new_inode(struct super *s, uint32_t mode, const struct cred *who)
{
	struct tmpfs_super *ts = s->private;
	const struct inode_ops *ops = S_ISDIR(mode) ? &dir_ops : S_ISREG(mode) ? &file_iops :
				      S_ISLNK(mode) ? &link_ops : &special_ops;
	const struct file_ops *fops = S_ISDIR(mode) ? &dir_fops : S_ISREG(mode) ? &file_fops : NULL;
	struct inode *i = inode_create(s, mode, ops, fops);
	struct tmpfs_inode *t = xnew(struct tmpfs_inode);

	list_init(&t->entries);
	list_init(&t->xattrs);
	t->next_cookie = FIRST_COOKIE;
	i->private = t;
	i->ino = ts->next_ino++;
	i->uid = who ? who->fsuid : 0;
	i->gid = who ? who->fsgid : 0;
	if (S_ISDIR(mode))
		i->nlink = 2;
	if (S_ISREG(mode)) {
		mapping_init(&i->mapping, &page_ops);
		i->mapping.unevictable = true;
	}
	return i;
}

struct inode *tmpfs_new_file(struct super *s, uint32_t mode, const struct cred *who)
{
	struct inode *i = new_inode(s, mode, who);

	i->nlink = 0;
	return i;
}

static void release(struct inode *i)
{
	struct tmpfs_inode *t = tmp(i);
	struct entry *e, *next;

	/* A directory goes with what is in it only when its file system does. */
	list_for_each_safe(e, next, &t->entries, link) {
		inode_put_held(e->inode);
		free(e);
	}
	((struct tmpfs_super *)i->super->private)->pages -= t->counted_pages;
	tmpfs_drop_xattrs(i);
	if (t->object)
		t->object_free(t->object);
	free(t->buckets);
	free(t->target);
	free(t);
}

/* ---- directory entries ------------------------------------------------------------------ */

static uint32_t hash_name(const char *name)
{
	uint32_t h = 2166136261u;     /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h;
}

static struct entry *find_entry(struct inode *dir, const char *name)
{
	struct tmpfs_inode *t = tmp(dir);
	uint32_t h = hash_name(name);

	if (!t->nr_buckets)
		return NULL;
	for (struct entry *e = t->buckets[h % t->nr_buckets]; e; e = e->chain)
		if (e->hash == h && strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

static void rehash(struct tmpfs_inode *t)
{
	unsigned n = t->nr_buckets ? t->nr_buckets * 2 : FIRST_BUCKETS;
	struct entry *e;

	free(t->buckets);
	t->buckets = xalloc(n * sizeof(*t->buckets));
	t->nr_buckets = n;
	list_for_each(e, &t->entries, link) {
		e->chain = t->buckets[e->hash % n];
		t->buckets[e->hash % n] = e;
	}
}

static void touch_dir(struct inode *dir)
{
	dir->mtime = dir->ctime = vfs_now();
	dir->size = tmp(dir)->nr_entries * 20ull;     /* as Linux' tmpfs counts (BOGO_DIRENT_SIZE) */
}

/* Takes its own reference on the inode. */
static void add_entry(struct inode *dir, const char *name, struct inode *inode)
{
	struct tmpfs_inode *t = tmp(dir);
	size_t len = strlen(name) + 1;
	struct entry *e = xalloc(sizeof(*e) + len);

	memcpy(e->name, name, len);
	e->hash = hash_name(name);
	e->cookie = t->next_cookie++;
	e->inode = inode;
	inode_get(inode);
	if (t->nr_entries++ >= t->nr_buckets)
		rehash(t);
	list_add_tail(&t->entries, &e->link);
	e->chain = t->buckets[e->hash % t->nr_buckets];
	t->buckets[e->hash % t->nr_buckets] = e;
	if (S_ISDIR(inode->mode))
		dir->nlink++;
	touch_dir(dir);
}

static void remove_entry(struct inode *dir, struct entry *e)
{
	struct tmpfs_inode *t = tmp(dir);
	struct entry **p = &t->buckets[e->hash % t->nr_buckets];

	while (*p != e)
		p = &(*p)->chain;
	*p = e->chain;
	list_del(&e->link);
	t->nr_entries--;
	if (S_ISDIR(e->inode->mode))
		dir->nlink--;
	inode_put(e->inode);
	free(e);
	touch_dir(dir);
}

/* ---- names ------------------------------------------------------------------------------------ */

static int lookup(struct inode *dir, const char *name, struct inode **out)
{
	struct entry *e = find_entry(dir, name);

	if (!e)
		return -ENOENT;
	inode_get(e->inode);
	*out = e->inode;
	return 0;
}

/* Inodes, names and attributes are the host's memory, not the machine's RAM: their number is what bounds it. */
static uint64_t inode_space(const struct super *s)
{
	const struct tmpfs_super *ts = s->private;

	return (s->live_inodes + ts->links) * INODE_SPACE + ts->xattr_bytes;
}

static bool has_space(const struct super *s, uint64_t more)
{
	uint64_t most = ((const struct tmpfs_super *)s->private)->max_inodes;

	return !most || inode_space(s) + more <= most * INODE_SPACE;
}

bool tmpfs_is_full(const struct super *s)
{
	return !has_space(s, INODE_SPACE);
}

int tmpfs_charge(struct super *s, int64_t bytes)
{
	if (bytes > 0 && !has_space(s, (uint64_t)bytes))
		return -ENOSPC;
	((struct tmpfs_super *)s->private)->xattr_bytes += (uint64_t)bytes;
	return 0;
}

static int make(struct inode *dir, const char *name, uint32_t mode, const struct cred *who, struct inode **out)
{
	struct inode *i;

	if (tmpfs_is_full(dir->super))
		return -ENOSPC;
	i = new_inode(dir->super, mode, who);
	inode_init_owner(i, dir, who);
	if (((struct tmpfs_super *)dir->super->private)->made)
		((struct tmpfs_super *)dir->super->private)->made(i);
	add_entry(dir, name, i);
	*out = i;
	return 0;
}

static int make_node(struct inode *dir, const char *name, uint32_t mode, uint64_t rdev, const struct cred *who, struct inode **out)
{
	int err = make(dir, name, mode, who, out);

	if (!err)
		(*out)->rdev = S_ISCHR(mode) || S_ISBLK(mode) ? rdev : 0;
	return err;
}

static int make_symlink(struct inode *dir, const char *name, const char *target, const struct cred *who, struct inode **out)
{
	int err = make(dir, name, S_IFLNK | 0777, who, out);

	if (err)
		return err;
	tmp(*out)->target = xstrdup(target);
	(*out)->size = strlen(target);
	return 0;
}

static int make_link(struct inode *dir, const char *name, struct inode *target)
{
	if (target->nlink && tmpfs_is_full(dir->super))
		return -ENOSPC;
	/* Linked for the first time it is counted already (shmem_link). */
	((struct tmpfs_super *)dir->super->private)->links += target->nlink > 0;
	target->nlink++;
	target->ctime = vfs_now();
	add_entry(dir, name, target);
	return 0;
}

static int unlink_entry(struct inode *dir, const char *name, struct inode *victim)
{
	struct entry *e = find_entry(dir, name);

	if (!e || e->inode != victim)
		return -ENOENT;
	victim->nlink--;
	((struct tmpfs_super *)dir->super->private)->links -= victim->nlink > 0;
	victim->ctime = vfs_now();
	remove_entry(dir, e);
	return 0;
}

static int remove_dir(struct inode *dir, const char *name, struct inode *victim)
{
	struct entry *e = find_entry(dir, name);

	if (!e || e->inode != victim)
		return -ENOENT;
	if (tmp(victim)->nr_entries)
		return -ENOTEMPTY;
	victim->nlink = 0;
	victim->ctime = vfs_now();
	remove_entry(dir, e);
	return 0;
}

static int exchange(struct inode *olddir, struct entry *a, struct inode *newdir, struct entry *b)
{
	struct inode *ia = a->inode, *ib = b->inode;
	bool da = S_ISDIR(ia->mode), db = S_ISDIR(ib->mode);

	a->inode = ib;
	b->inode = ia;
	olddir->nlink = olddir->nlink - da + db;
	newdir->nlink = newdir->nlink - db + da;
	touch_dir(olddir);
	touch_dir(newdir);
	ia->ctime = ib->ctime = olddir->mtime;
	return 0;
}

static int rename_entry(struct inode *olddir, const char *old, struct inode *newdir, const char *new_, unsigned flags)
{
	struct entry *from = find_entry(olddir, old), *to = find_entry(newdir, new_);
	struct inode *moved;
	int err;

	if (!from)
		return -ENOENT;
	if (flags & ABI_RENAME_EXCHANGE)
		return to ? exchange(olddir, from, newdir, to) : -ENOENT;
	if (to) {
		err = S_ISDIR(to->inode->mode) ? remove_dir(newdir, new_, to->inode) : unlink_entry(newdir, new_, to->inode);
		if (err)
			return err;
	}
	moved = from->inode;
	inode_get(moved);
	remove_entry(olddir, from);
	add_entry(newdir, new_, moved);
	moved->ctime = newdir->mtime;
	inode_put(moved);
	return 0;
}

static int read_link(struct inode *i, char *buf, size_t cap)
{
	size_t n = MIN(cap, (size_t)i->size);

	memcpy(buf, tmp(i)->target, n);
	return (int)n;
}

static int read_dir(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg)
{
	struct entry *e;

	if (!readdir_dots(f, emit, arg))
		return 0;
	list_for_each(e, &tmp(f->inode)->entries, link) {
		if (e->cookie < f->pos)
			continue;
		if (!emit(arg, e->name, e->inode->ino, (e->inode->mode & S_IFMT) >> 12, e->cookie + 1))
			return 0;
		f->pos = e->cookie + 1;
	}
	return 0;
}

/* ---- contents ------------------------------------------------------------------------------------ */

static const char zeros[PAGE_SIZE];

static ssize_t read_file(struct file *f, struct uio *u, uint64_t *pos)
{
	struct inode *i = f->inode;
	ssize_t done = 0;

	while (u->left && *pos < i->size) {
		uint64_t off = *pos & PAGE_MASK;
		size_t want = MIN(MIN(PAGE_SIZE - off, i->size - *pos), u->left), n;
		pfn_t pfn = mapping_peek_page(&i->mapping, *pos >> PAGE_SHIFT);

		n = uio_copy_in(u, pfn == PFN_NONE ? zeros : (char *)frame_host(pfn) + off, want);
		*pos += n;
		done += (ssize_t)n;
		if (n < want)
			return done ? done : -EFAULT;
	}
	return done;
}

/* F_SEAL_GROW stops a write at the page that would grow the file (shmem_write_begin). */
static bool may_grow(const struct inode *i, uint64_t end)
{
	return end <= i->size || !(tmp(i)->seals & ABI_F_SEAL_GROW);
}

static int check_seals(const struct inode *i, uint64_t end)
{
	unsigned seals = tmp(i)->seals;

	if (seals & (ABI_F_SEAL_WRITE | ABI_F_SEAL_FUTURE_WRITE))
		return -EPERM;
	return (seals & ABI_F_SEAL_GROW) && end > i->size ? -EPERM : 0;
}

static ssize_t write_file(struct file *f, struct uio *u, uint64_t *pos)
{
	struct inode *i = f->inode;
	ssize_t done = 0;
	int err;

	if (f->flags & ABI_O_APPEND)
		*pos = i->size;
	err = u->left ? check_seals(i, 0) : 0;
	while (!err && u->left) {
		uint64_t off = *pos & PAGE_MASK;
		size_t want = MIN(PAGE_SIZE - off, u->left), n;
		pfn_t pfn;

		if (!may_grow(i, *pos + want)) {
			err = -EPERM;
			break;
		}
		err = has_room(i, *pos >> PAGE_SHIFT) ? mapping_get_page(&i->mapping, *pos >> PAGE_SHIFT, true, &pfn) : -ENOSPC;
		if (err) {
			err = err == -ENOMEM ? -ENOSPC : err;
			break;
		}
		n = uio_copy_out(u, (char *)frame_host(pfn) + off, want);
		mapping_mark_dirty(&i->mapping, *pos >> PAGE_SHIFT);
		frame_put(pfn);
		count_pages(i);
		*pos += n;
		done += (ssize_t)n;
		i->size = MAX(i->size, *pos);
		if (n < want)
			err = -EFAULT;
	}
	if (done)
		i->mtime = i->ctime = vfs_now();
	return done ? done : err;
}

static int set_size(struct inode *i, uint64_t size)
{
	unsigned seals = tmp(i)->seals;

	if ((size < i->size && (seals & ABI_F_SEAL_SHRINK)) || (size > i->size && (seals & ABI_F_SEAL_GROW)))
		return -EPERM;
	if (size < i->size) {
		i->size = size;
		mapping_truncate(&i->mapping, size);
		count_pages(i);
	}
	i->size = size;
	i->mtime = i->ctime = vfs_now();
	return 0;
}

static int set_attr(struct inode *i, const struct attr_change *c)
{
	int err = 0;

	if ((c->valid & ATTR_MODE) && (tmp(i)->seals & ABI_F_SEAL_EXEC) && ((i->mode ^ c->mode) & 0111))
		return -EPERM;
	if (c->valid & ATTR_SIZE)
		err = set_size(i, c->size);

	if (!err && (c->valid & ~(unsigned)ATTR_SIZE))
		inode_apply_change(i, c);
	return err;
}

static int refresh(struct inode *i)
{
	if (S_ISREG(i->mode))
		count_pages(i);
	i->blocks = i->mapping.nr_pages * (PAGE_SIZE / 512);
	return 0;
}

static void zero_range(struct inode *i, uint64_t from, uint64_t to)
{
	while (from < to) {
		uint64_t off = from & PAGE_MASK, n = MIN(PAGE_SIZE - off, to - from);
		pfn_t pfn = mapping_peek_page(&i->mapping, from >> PAGE_SHIFT);

		if (pfn != PFN_NONE)
			memset((char *)frame_host(pfn) + off, 0, n);
		from += n;
	}
}

static int allocate(struct file *f, int mode, uint64_t off, uint64_t len)
{
	struct inode *i = f->inode;
	uint64_t end = off + len;
	int err;

	if (mode & ~(ABI_FALLOC_KEEP_SIZE | ABI_FALLOC_PUNCH_HOLE | ABI_FALLOC_ZERO_RANGE))
		return -EOPNOTSUPP;
	if ((mode & ABI_FALLOC_PUNCH_HOLE) && !(mode & ABI_FALLOC_KEEP_SIZE))
		return -EOPNOTSUPP;
	err = check_seals(i, mode & ABI_FALLOC_KEEP_SIZE ? 0 : end);
	if (err)
		return err;
	if (mode & (ABI_FALLOC_PUNCH_HOLE | ABI_FALLOC_ZERO_RANGE))
		zero_range(i, off, MIN(end, align_up(i->size, PAGE_SIZE)));
	if (!(mode & ABI_FALLOC_KEEP_SIZE) && end > i->size)
		return set_size(i, end);
	return 0;
}

static int map_file(struct file *f, struct mapping **out)
{
	*out = &f->inode->mapping;
	return 0;
}

/* ---- tables ------------------------------------------------------------------------------------------ */

#define COMMON_OPS                                                              \
	.setattr = set_attr, .release = release, .refresh = refresh,            \
	.getxattr = tmpfs_getxattr, .setxattr = tmpfs_setxattr,                 \
	.listxattr = tmpfs_listxattr, .removexattr = tmpfs_removexattr

static const struct inode_ops dir_ops = {
	.lookup = lookup, .create = make, .mkdir = make, .mknod = make_node, .symlink = make_symlink,
	.link = make_link, .unlink = unlink_entry, .rmdir = remove_dir, .rename = rename_entry, COMMON_OPS,
};
static const struct inode_ops file_iops = { COMMON_OPS };
static const struct inode_ops link_ops = { .readlink = read_link, COMMON_OPS };
static const struct inode_ops special_ops = { COMMON_OPS };
static const struct file_ops dir_fops = { .readdir = read_dir };
static const struct file_ops file_fops = {
	.read = read_file, .write = write_file, .fallocate = allocate, .mmap = map_file,
};

/* ---- file systems --------------------------------------------------------------------------------------- */

static int stat_fs(struct super *s, struct kstatfs *out)
{
	const struct tmpfs_super *ts = s->private;

	out->blocks = ts->max_pages ? ts->max_pages : ram_total_pages() / 2;   /* Linux' default size= */
	out->bfree = ts->max_pages ? ts->max_pages - MIN(ts->pages, ts->max_pages) : out->blocks;
	out->bfree = out->bavail = MIN(ram_free_pages(), out->bfree);
	out->files = ts->max_inodes;
	out->ffree = ts->max_inodes - MIN(ts->max_inodes, (inode_space(s) + INODE_SPACE - 1) / INODE_SPACE);
	return 0;
}

static void destroy(struct super *s)
{
	free(s->private);
}

struct super *tmpfs_new_super(const char *type, uint32_t root_mode)
{
	struct super *s = super_create(type, TMPFS_MAGIC);
	struct tmpfs_super *ts = xnew(struct tmpfs_super);

	ts->next_ino = 1;
	s->private = ts;
	s->statfs = stat_fs;
	s->destroy = destroy;
	s->root = new_inode(s, S_IFDIR | (root_mode & 07777), NULL);
	return s;
}

void tmpfs_set_limit(struct super *s, uint64_t bytes)
{
	((struct tmpfs_super *)s->private)->max_pages = align_up(bytes, PAGE_SIZE) >> PAGE_SHIFT;
}

int tmpfs_limit_inodes(struct super *s, uint64_t inodes)
{
	struct tmpfs_super *ts = s->private;

	if (inodes > UINT64_MAX / INODE_SPACE || (inodes && inodes * INODE_SPACE < inode_space(s)))
		return -EINVAL;
	ts->max_inodes = inodes;
	return 0;
}

void tmpfs_set_made(struct super *s, void (*made)(struct inode *i))
{
	((struct tmpfs_super *)s->private)->made = made;
}

int tmpfs_create(uint32_t root_mode, struct super **out)
{
	*out = tmpfs_new_super("tmpfs", root_mode);
	return tmpfs_limit_inodes(*out, TMPFS_INODES);
}
