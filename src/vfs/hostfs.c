/* hostfs: a directory of the host as a file system of the guest. Inodes, handles, identity.
 *
 * THE RULE: every access to the host is openat(handle of a directory, one
 * component, O_NOFOLLOW). The component comes from namei or getdents, has no
 * slash, and is never "..". So whatever the host's tree looks like, and
 * whoever changes it meanwhile, the kernel of the host never walks a path
 * for the guest, never follows a link and never goes up: nothing outside the
 * directory given by the user can be reached. Symbolic links are read as
 * text and walked by our own namei inside the guest's root.
 *
 * Identity. An inode stands for the host's (st_dev, st_ino): hard links share
 * one inode and one page cache. A number that comes back with another file
 * type is another file.
 *
 * Handles. An inode has at most one host descriptor, opened when needed: a
 * directory to look names up, a file to read. Those nobody has open are kept in an
 * LRU list of HANDLES_MAX and opened again from the parent's handle by name;
 * fstat() must then show the same identity, else the inode is stale
 * (-ESTALE, which names turn into -ENOENT). Before a living inode loses its
 * last known name its handle is opened and kept (orphan).
 *
 * Only regular files and directories are ever opened. Device nodes, FIFOs and
 * sockets are what the guest's own kernel makes of them; if the host swaps a
 * file for one between our look and our open, O_NONBLOCK and O_NOCTTY make
 * the open harmless and the check afterwards closes it.
 *
 * Freshness. Names and attributes are asked from the host by one fstatat()
 * and believed for TRUST_NS. If size or time of modification changed and it was
 * not us, the cached pages are of an old version and go: close-to-open
 * coherence, up to TRUST_NS. */
#include "hostfs.h"

#include <fcntl.h>
#include <sys/statfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

enum {
	FIRST_BUCKETS = 32, BUCKETS_MAX = 4096,   /* it grows: clearing a large one is dear for a short program */
	HANDLES_MAX = 400,            /* of inodes that nobody has open; well below RLIMIT_NOFILE's 1024 */
};
#define TRUST_NS 1000000ull           /* 1 ms: a burst of look-ups by one program start */

static struct list handles = LIST_INIT(handles);
static unsigned nr_handles;

static const struct inode_ops *iops_for(uint32_t mode)
{
	if (S_ISDIR(mode))
		return &hostfs_dir_iops;
	if (S_ISREG(mode))
		return &hostfs_file_iops;
	return S_ISLNK(mode) ? &hostfs_link_iops : &hostfs_special_iops;
}

bool inode_is_hostfs(const struct inode *i)
{
	return i->ops == &hostfs_dir_iops || i->ops == &hostfs_file_iops ||
	       i->ops == &hostfs_link_iops || i->ops == &hostfs_special_iops;
}

/* ---- identity ------------------------------------------------------------------------ */

static struct list *bucket(struct host_super *hs, uint64_t dev, uint64_t ino)
{
	return &hs->buckets[(ino ^ dev * 31) % hs->nr_buckets];
}

static void make_buckets(struct host_super *hs, unsigned n)
{
	struct list *old = hs->buckets;
	unsigned nr_old = hs->nr_buckets;
	struct host_inode *h, *next;

	hs->buckets = xalloc(n * sizeof(*hs->buckets));
	hs->nr_buckets = n;
	for (unsigned i = 0; i < n; i++)
		list_init(&hs->buckets[i]);
	for (unsigned i = 0; i < nr_old; i++) {
		list_for_each_safe(h, next, &old[i], hash_link) {
			list_del(&h->hash_link);
			list_add_tail(bucket(hs, h->dev, h->ino), &h->hash_link);
		}
	}
	free(old);
}

struct inode *hostfs_find(struct super *s, const struct stat *st)
{
	struct host_inode *h;
	struct list *b = bucket(s->private, st->st_dev, st->st_ino);

	list_for_each(h, b, hash_link)
		if (h->ino == st->st_ino && h->dev == st->st_dev && (h->host_mode & S_IFMT) == (st->st_mode & S_IFMT))
			return h->inode;
	return NULL;
}

void hostfs_moved(struct inode *i, struct inode *dir, const char *name)
{
	struct host_inode *h = hi(i);
	struct inode *old = h->parent;

	if (old == dir && dir && strcmp(h->name, name) == 0)
		return;
	if (dir)
		inode_get(dir);
	h->parent = dir;
	free(h->name);
	h->name = xstrdup(name);
	if (h->orphan) {
		h->orphan = false;
		hostfs_unpin(i);
	}
	inode_put(old);
}

static struct inode *make_inode(struct super *s, const struct stat *st)
{
	struct host_super *hs = s->private;
	struct host_inode *h = xnew(struct host_inode);
	struct inode *i = inode_create(s, st->st_mode, NULL, NULL);

	i->private = h;
	h->inode = i;
	h->dev = st->st_dev;
	h->ino = st->st_ino;
	h->fd = -1;
	h->host_mode = st->st_mode;
	h->host_mtime = st->st_mtim;
	h->host_size = (uint64_t)st->st_size;
	list_init(&h->lru_link);
	if (hs->nr_inodes++ >= 2 * hs->nr_buckets && hs->nr_buckets < BUCKETS_MAX)
		make_buckets(hs, 4 * hs->nr_buckets);
	list_add_head(bucket(hs, h->dev, h->ino), &h->hash_link);
	/* Several host file systems below one directory: keep their numbers apart. */
	i->ino = h->ino ^ (h->dev == hs->root_dev ? 0 : (h->dev * 0x9e3779b97f4a7c15ull) >> 16 << 40);
	if (S_ISREG(st->st_mode))
		mapping_init(&i->mapping, &hostfs_page_ops);
	return i;
}

struct inode *hostfs_inode(struct super *s, struct inode *dir, const char *name, const struct stat *st)
{
	struct inode *i = hostfs_find(s, st);

	if (i)
		inode_get(i);
	else
		i = make_inode(s, st);
	if (dir)
		hostfs_seen_at(i, dir, name);
	hostfs_update(i, st);
	return i;
}

/* A handle in use is as good as a place; without one, the latest place is the best. */
void hostfs_seen_at(struct inode *i, struct inode *dir, const char *name)
{
	if (i != i->super->root && (!hi(i)->name || hi(i)->fd < 0 || hi(i)->orphan))
		hostfs_moved(i, dir, name);
}

void hostfs_release(struct inode *i)
{
	struct host_inode *h = hi(i);

	if (!list_empty(&h->lru_link)) {
		list_del(&h->lru_link);
		nr_handles--;
	}
	if (h->fd >= 0)
		host_close(h->fd);
	hostfs_forget_readahead(i);       /* another inode may come to lie where this one is */
	list_del(&h->hash_link);
	((struct host_super *)i->super->private)->nr_inodes--;
	inode_put_held(h->parent);
	free(h->name);
	free(h->target);
	free(h);
}

/* ---- attributes ------------------------------------------------------------------------- */

static struct abi_timespec64 from_host(struct timespec t)
{
	return (struct abi_timespec64){ t.tv_sec, t.tv_nsec };
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static void drop_old_pages(struct inode *i)
{
	mapping_writeback(&i->mapping, 0, UINT64_MAX);
	mapping_truncate(&i->mapping, 0);
}

static void update_attr(struct inode *i, const struct stat *st)
{
	struct host_inode *h = hi(i);

	if (h->attr_in_memory)
		return;
	h->host_mode = st->st_mode;
	i->mode = st->st_mode;
	i->uid = hostfs_guest_uid(st->st_uid);
	i->gid = hostfs_guest_gid(st->st_gid);
	i->rdev = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) ? st->st_rdev : 0;
	h->has_attr = false;
	h->links = LINKS_UNKNOWN;
	hostfs_load_attr(i);
	i->ops = iops_for(i->mode);
	i->fops = S_ISDIR(i->mode) ? &hostfs_dir_fops : S_ISREG(i->mode) ? &hostfs_file_fops : NULL;
}

void hostfs_update(struct inode *i, const struct stat *st)
{
	struct host_inode *h = hi(i);
	bool changed = !same_time(h->host_mtime, st->st_mtim) || h->host_size != (uint64_t)st->st_size;

	if (changed && !h->own_change && i->mapping.nr_pages)
		drop_old_pages(i);
	if (changed)
		hostfs_forget_readahead(i);
	h->own_change = false;
	h->host_mtime = st->st_mtim;
	h->host_size = (uint64_t)st->st_size;
	if (!i->ops || !same_time(h->host_ctime, st->st_ctim)) {
		free(h->target);
		h->target = NULL;
		update_attr(i, st);
	}
	h->host_ctime = st->st_ctim;
	i->size = S_ISREG(i->mode) || S_ISDIR(i->mode) || S_ISLNK(i->mode) ? (uint64_t)st->st_size : 0;
	i->blocks = (uint64_t)st->st_blocks;
	i->nlink = (uint32_t)st->st_nlink;
	i->atime = from_host(st->st_atim);
	i->mtime = from_host(st->st_mtim);
	i->ctime = from_host(st->st_ctim);
	i->btime = (struct abi_timespec64){ 0 };
	h->checked_ns = sched_clock_ns();
}

int hostfs_stat(struct inode *i, struct stat *st)
{
	struct host_inode *h = hi(i);
	int dir, err;

	if (h->fd >= 0)
		return host_fstat(h->fd, st);
	if (!h->parent)
		return -ESTALE;
	dir = hostfs_fd(h->parent, false);
	if (dir < 0)
		return dir;
	err = host_fstatat(dir, h->name, st, AT_SYMLINK_NOFOLLOW);
	if (!err && (st->st_ino != h->ino || st->st_dev != h->dev))
		err = -ESTALE;
	return err;
}

int hostfs_refresh(struct inode *i)
{
	struct host_inode *h = hi(i);
	struct stat st;

	if (!h->own_change && h->checked_ns && sched_clock_ns() - h->checked_ns < i->super->trust_ns)
		return 0;
	/* Gone from its place: what was known last still describes it. */
	if (hostfs_stat(i, &st) == 0)
		hostfs_update(i, &st);
	return 0;
}

/* ---- handles --------------------------------------------------------------------------------- */

static void close_handle(struct host_inode *h)
{
	host_close(h->fd);
	h->fd = -1;
	h->fd_writable = h->fd_path = false;
}

/* Into or out of the list of handles that may be closed. */
static void lru_update(struct host_inode *h)
{
	bool want = h->fd >= 0 && !h->pins;

	if (!list_empty(&h->lru_link)) {
		list_del(&h->lru_link);
		nr_handles--;
	}
	if (!want)
		return;
	list_add_tail(&handles, &h->lru_link);
	nr_handles++;
	if (nr_handles > HANDLES_MAX) {
		struct host_inode *old = list_first(&handles, struct host_inode, lru_link);

		list_del(&old->lru_link);
		nr_handles--;
		close_handle(old);
	}
}

void hostfs_pin(struct inode *i)
{
	hi(i)->pins++;
	lru_update(hi(i));
}

void hostfs_unpin(struct inode *i)
{
	ASSERT(hi(i)->pins > 0);
	hi(i)->pins--;
	lru_update(hi(i));
}

void hostfs_set_handle(struct inode *i, int fd, bool writable)
{
	struct host_inode *h = hi(i);

	if (h->fd >= 0)
		close_handle(h);
	h->fd = fd;
	h->fd_writable = writable;
	lru_update(h);
}

static int open_flags(const struct host_inode *h, bool write)
{
	if (S_ISDIR(h->host_mode))
		return O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
	return (write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
}

/* A file of our own that its mode keeps us from opening (0444, 0200): the guest's root may, so
 * the owner's bits are added for the moment of opening. Not for host root, who needs no bits. */
static int open_against_mode(struct host_inode *h, int dir, int flags)
{
	int path_fd = host_openat(dir, h->name, O_PATH | O_NOFOLLOW, 0), fd;
	struct stat st;

	if (path_fd < 0)
		return path_fd;
	if (host_fstat(path_fd, &st) || st.st_uid != host_uid() || st.st_ino != h->ino ||
	    host_fchmod(path_fd, (st.st_mode & 07777) | (S_ISDIR(st.st_mode) ? 0700 : 0600))) {
		host_close(path_fd);
		return -EACCES;
	}
	fd = host_openat(dir, h->name, flags, 0);
	host_fchmod(path_fd, st.st_mode & 07777);
	host_close(path_fd);
	return fd;
}

static int open_by_name(struct host_inode *h, int flags)
{
	int dir = hostfs_fd(h->parent, false), fd;

	if (dir < 0)
		return dir;
	fd = host_openat(dir, h->name, flags, 0);
	if (fd == -EACCES)
		fd = open_against_mode(h, dir, flags);
	if (fd == -EACCES && S_ISDIR(h->host_mode)) {
		fd = host_openat(dir, h->name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
		h->fd_path = fd >= 0;
	}
	/* A link or another kind of thing is there now. */
	return fd == -ELOOP || fd == -ENOTDIR || fd == -ENOENT || fd == -ENXIO ? -ESTALE : fd;
}

/* Without a name: through the handle we have (an unlinked file opened again for writing). */
static int open_by_handle(struct host_inode *h, int flags)
{
	char self[32];

	if (h->fd < 0)
		return -ESTALE;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", h->fd);
	return host_openat(-1, self, flags & ~O_NOFOLLOW, 0);
}

static int open_handle(struct inode *i, bool write)
{
	struct host_inode *h = hi(i);
	int flags = open_flags(h, write), fd;
	struct stat st;

	if (!S_ISDIR(h->host_mode) && !S_ISREG(h->host_mode))
		return -ENXIO;
	fd = h->orphan || !h->parent ? open_by_handle(h, flags) : open_by_name(h, flags);
	if (fd < 0)
		return fd;
	if (host_fstat(fd, &st) || st.st_ino != h->ino || st.st_dev != h->dev ||
	    (st.st_mode & S_IFMT) != (h->host_mode & S_IFMT)) {
		host_close(fd);
		return -ESTALE;
	}
	hostfs_set_handle(i, fd, write);
	return 0;
}

static bool is_closed(const struct inode *dir)
{
	return dir && hi(dir)->fd < 0;
}

/* The directories on the way to i that have no handle, from above. Like this, because directories lie
 * in each other deeper than a stack is. */
static int open_way(struct inode *i)
{
	struct inode *dir, **way;
	unsigned n = 0;
	int err = 0;

	for (dir = hi(i)->parent; is_closed(dir); dir = hi(dir)->parent)
		n++;
	if (!n)
		return 0;
	way = try_alloc(n * sizeof(struct inode *));
	if (!way)
		return -ENOMEM;
	n = 0;
	for (dir = hi(i)->parent; is_closed(dir); dir = hi(dir)->parent)
		way[n++] = dir;
	while (n && !err)
		err = open_handle(way[--n], false);
	free(way);
	return err;
}

int hostfs_fd(struct inode *i, bool write)
{
	struct host_inode *h = hi(i);

	if (h->fd < 0 || (write && !h->fd_writable)) {
		int err = h->orphan ? 0 : open_way(i);

		if (!err)
			err = open_handle(i, write);

		if (err)
			return err;
	} else if (!h->pins) {
		lru_update(h);
	}
	return h->fd;
}

void hostfs_drop_handle(struct inode *i)
{
	struct host_inode *h = hi(i);

	if (h->fd < 0 || h->pins)
		return;
	close_handle(h);
	lru_update(h);
}

void hostfs_keep_handle(struct inode *i)
{
	struct host_inode *h = hi(i);

	if (h->orphan || (!S_ISREG(h->host_mode) && !S_ISDIR(h->host_mode)) || hostfs_fd(i, false) < 0)
		return;
	h->orphan = true;
	hostfs_pin(i);
}

/* ---- file systems -------------------------------------------------------------------------------- */

static int stat_fs(struct super *s, struct kstatfs *out)
{
	struct statfs st;
	int fd = hostfs_fd(s->root, false);
	int err = fd < 0 ? fd : host_fstatfs(fd, &st);

	if (err)
		return err;
	out->bsize = (uint64_t)st.f_bsize;
	out->frsize = st.f_frsize ? (uint64_t)st.f_frsize : out->bsize;
	out->blocks = st.f_blocks;
	out->bfree = st.f_bfree;
	out->bavail = st.f_bavail;
	out->files = st.f_files;
	out->ffree = st.f_ffree;
	out->namelen = (uint64_t)st.f_namelen;
	return 0;
}

static void destroy(struct super *s)
{
	struct host_super *hs = s->private;

	free(hs->buckets);
	free(hs);
}

enum { HOSTFS_MAGIC = 0xef53 };       /* ext's: what most programs that look expect of a disk */

static int create(int fd, bool writable, bool read_only, struct super **out)
{
	struct super *s;
	struct host_super *hs;
	struct stat st;
	int err = host_fstat(fd, &st);

	if (err) {
		host_close(fd);
		return err;
	}
	s = super_create("hostfs", HOSTFS_MAGIC);
	hs = xnew(struct host_super);
	hs->root_dev = st.st_dev;
	make_buckets(hs, FIRST_BUCKETS);
	s->private = hs;
	s->read_only = read_only;
	s->trust_ns = TRUST_NS;
	s->statfs = stat_fs;
	s->destroy = destroy;
	s->root = make_inode(s, &st);
	hostfs_set_handle(s->root, fd, writable);
	hostfs_pin(s->root);              /* never opened again: its path is the user's affair */
	hostfs_update(s->root, &st);
	*out = s;
	return 0;
}

/* The one place where the host walks a path: the user of hearth gave it. */
int hostfs_create(const char *host_dir, bool read_only, struct super **out)
{
	int fd = host_openat(AT_FDCWD, host_dir, O_RDONLY | O_DIRECTORY, 0);

	if (fd == -EACCES)
		fd = host_openat(AT_FDCWD, host_dir, O_PATH | O_DIRECTORY, 0);
	return fd < 0 ? fd : create(fd, false, read_only, out);
}

int hostfs_create_file(const char *host_file, bool read_only, struct super **out)
{
	struct stat st;
	int err = host_fstatat(AT_FDCWD, host_file, &st, 0), fd = -EACCES;
	bool writable = false;

	if (err)
		return err;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (!read_only) {
		fd = host_openat(AT_FDCWD, host_file, O_RDWR | O_NONBLOCK | O_NOCTTY, 0);
		writable = fd >= 0;
	}
	if (fd < 0)
		fd = host_openat(AT_FDCWD, host_file, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	return fd < 0 ? fd : create(fd, writable, read_only, out);
}
