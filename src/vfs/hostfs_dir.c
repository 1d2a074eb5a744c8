/* hostfs: names. Every call below takes one component under a directory's handle. */
#include "hostfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

/* A directory that the host has taken away has no names. */
static int dir_fd(struct inode *dir)
{
	int fd = hostfs_fd(dir, false);

	return fd == -ESTALE ? -ENOENT : fd;
}

/* The last line of defence: whatever the callers did, only one plain component goes to the host. */
static bool plain_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int stat_name(struct inode *dir, const char *name, struct stat *st)
{
	int fd = plain_name(name) ? dir_fd(dir) : -EINVAL;

	if (fd >= 0 && hostfs_is_hidden(dir, name))
		return -EACCES;
	return fd < 0 ? fd : host_fstatat(fd, name, st, AT_SYMLINK_NOFOLLOW);
}

static int lookup(struct inode *dir, const char *name, struct inode **out)
{
	struct stat st;
	int err = stat_name(dir, name, &st);

	if (!err)
		*out = hostfs_inode(dir->super, dir, name, &st);
	return err;
}

static bool revalidate(struct inode *dir, const char *name, struct inode *inode)
{
	struct stat st;
	int err = stat_name(dir, name, &st);

	if (err || !inode)
		return err == -ENOENT && !inode;
	if (hostfs_find(dir->super, &st) != inode)
		return false;
	hostfs_seen_at(inode, dir, name);
	hostfs_update(inode, &st);
	return true;
}

static int load_target(struct inode *i)
{
	struct host_inode *h = hi(i);
	char text[ABI_PATH_MAX];
	ssize_t n;
	int fd;

	if (h->target)
		return 0;
	fd = h->parent ? dir_fd(h->parent) : -ENOENT;
	if (fd < 0)
		return fd;
	n = host_readlinkat(fd, h->name, text, sizeof(text) - 1);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	h->target = xstrdup(text);
	return 0;
}

/* ---- making ---------------------------------------------------------------------- */

/* To make or remove `name` in it. */
static int writable_dir_fd(struct inode *dir, const char *name)
{
	if (!plain_name(name))
		return -EINVAL;
	if (dir->super->read_only)
		return -EROFS;
	return hostfs_is_kept(dir, name) ? -EBUSY : dir_fd(dir);
}

/* A new file or directory is there, fd is its handle: give it its owner and mode. */
static int adopt(struct inode *dir, const char *name, int fd, bool writable, uint32_t mode, uint64_t rdev,
		 const struct cred *who, struct inode **out)
{
	struct stat st;
	struct inode *i;
	int err = host_fidentity(fd, &st);    /* size and times: when somebody asks */

	if (err) {
		host_close(fd);
		return err;
	}
	i = hostfs_inode(dir->super, dir, name, &st);
	hostfs_set_handle(i, fd, writable);
	i->mode = mode;
	i->rdev = rdev;
	inode_init_owner(i, dir, who);
	err = hostfs_store_attr(i);
	if (err) {
		inode_put(i);
		return err;
	}
	hi(dir)->checked_ns = 0;
	*out = i;
	return 0;
}

static int create_node(struct inode *dir, const char *name, uint32_t mode, uint64_t rdev, const struct cred *who, struct inode **out)
{
	int at = writable_dir_fd(dir, name), fd, err;

	if (at < 0)
		return at;
	fd = host_openat(at, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY, 0600);
	if (fd < 0)
		return fd;
	err = adopt(dir, name, fd, true, mode, rdev, who, out);
	if (err)
		host_unlinkat(hostfs_fd(dir, false), name, 0);
	return err;
}

static int create(struct inode *dir, const char *name, uint32_t mode, const struct cred *who, struct inode **out)
{
	return create_node(dir, name, mode, 0, who, out);
}

/* Devices, FIFOs and sockets are empty files on the host; what they are is in HOSTFS_ATTR. */
static int make_node(struct inode *dir, const char *name, uint32_t mode, uint64_t rdev, const struct cred *who, struct inode **out)
{
	int err = create_node(dir, name, mode, S_ISCHR(mode) || S_ISBLK(mode) ? rdev : 0, who, out);

	if (!err)
		host_fsetxattr(hostfs_fd(dir, false), HOSTFS_NODES, "1", 1, 0);
	return err;
}

/* A node arrives in `dir` under another name: who lists it has to look at types. */
static void mark_nodes(struct inode *dir, const struct inode *i)
{
	if (i && !S_ISREG(i->mode) && S_ISREG(hi(i)->host_mode))
		host_fsetxattr(hostfs_fd(dir, false), HOSTFS_NODES, "1", 1, 0);
}

static int make_dir(struct inode *dir, const char *name, uint32_t mode, const struct cred *who, struct inode **out)
{
	int at = writable_dir_fd(dir, name), fd, err;

	if (at < 0)
		return at;
	err = host_mkdirat(at, name, 0700);
	if (err)
		return err;
	fd = host_openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	return fd < 0 ? fd : adopt(dir, name, fd, false, mode, 0, who, out);
}

static int make_symlink(struct inode *dir, const char *name, const char *target, const struct cred *who, struct inode **out)
{
	int at = writable_dir_fd(dir, name), err;

	if (at < 0)
		return at;
	err = host_symlinkat(target, at, name);
	if (!err)
		err = lookup(dir, name, out);
	if (!err) {
		inode_init_owner(*out, dir, who);
		hostfs_link_store(*out, dir, name);
	}
	hi(dir)->checked_ns = 0;
	return err;
}

int hostfs_tmpfile(struct inode *dir, uint32_t mode, const struct cred *who, struct inode **out)
{
	int at = writable_dir_fd(dir, "tmpfile"), fd, err;
	struct stat st;
	struct inode *i;

	if (at < 0)
		return at;
	fd = host_openat(at, ".", O_RDWR | O_TMPFILE, 0600);
	if (fd < 0)
		return fd;
	err = host_fstat(fd, &st);
	if (err) {
		host_close(fd);
		return err;
	}
	i = hostfs_inode(dir->super, NULL, NULL, &st);
	hostfs_set_handle(i, fd, true);
	hi(i)->orphan = true;
	hostfs_pin(i);
	i->mode = mode;
	inode_init_owner(i, dir, who);
	err = hostfs_store_attr(i);
	if (err)
		inode_put(i);
	else
		*out = i;
	return err;
}

static int link_nameless(struct inode *target, int at, const char *name)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", hi(target)->fd);
	return host_linkat(AT_FDCWD, self, at, name, AT_SYMLINK_FOLLOW);
}

static int make_link(struct inode *dir, const char *name, struct inode *target)
{
	struct host_inode *h = hi(target);
	int at = writable_dir_fd(dir, name), from, err;

	if (at < 0)
		return at;
	hostfs_pin(dir);
	if (h->orphan) {
		err = link_nameless(target, at, name);
	} else {
		struct stat st;

		/* The old name must still be this file. */
		from = h->parent ? hostfs_fd(h->parent, false) : -ESTALE;
		err = from < 0 ? from : host_fstatat(from, h->name, &st, AT_SYMLINK_NOFOLLOW);
		if (!err && (st.st_ino != h->ino || st.st_dev != h->dev))
			err = -ESTALE;
		if (!err)
			err = host_linkat(from, h->name, at, name, 0);
	}
	hostfs_unpin(dir);
	if (err)
		return err == -ESTALE ? -ENOENT : err;
	if (h->orphan)
		hostfs_moved(target, dir, name);
	mark_nodes(dir, target);
	if (S_ISLNK(h->host_mode))
		hostfs_link_store(target, dir, name);
	target->nlink++;
	h->checked_ns = hi(dir)->checked_ns = 0;
	return 0;
}

/* ---- removing ------------------------------------------------------------------------- */

/* Before dir/name, a name of `victim`, goes: if others still use the inode, under another name
 * or open, they need its handle, or its text. If nobody does the handle goes first: a host file
 * that is closed when its last name goes is 1 us cheaper to remove and to make again (Linux keeps
 * the name as known to be absent, fs/dcache.c d_delete). */
static void before_removal(struct inode *dir, const char *name, struct inode *victim)
{
	struct host_inode *h = hi(victim);

	if (victim->refs < 2 && S_ISREG(h->host_mode) && !victim->mapping.nr_pages)
		hostfs_drop_handle(victim);
	if (victim->refs < 2 || h->parent != dir || strcmp(h->name, name) != 0)
		return;
	if (S_ISLNK(h->host_mode))
		load_target(victim);
	else
		hostfs_keep_handle(victim);
}

static void after_removal(struct inode *dir, struct inode *victim)
{
	if (S_ISDIR(victim->mode))
		victim->nlink = 0;
	else if (victim->nlink)
		victim->nlink--;
	hi(victim)->checked_ns = hi(dir)->checked_ns = 0;
}

static int remove_name(struct inode *dir, const char *name, struct inode *victim, int flags)
{
	int at = writable_dir_fd(dir, name), err;

	if (at < 0)
		return at;
	hostfs_pin(dir);
	before_removal(dir, name, victim);
	err = host_unlinkat(at, name, flags);
	hostfs_unpin(dir);
	if (!err && S_ISLNK(victim->mode))
		hostfs_link_forget(dir, name);
	if (!err)
		after_removal(dir, victim);
	return err;
}

static int unlink_name(struct inode *dir, const char *name, struct inode *victim)
{
	return remove_name(dir, name, victim, 0);
}

static int remove_dir(struct inode *dir, const char *name, struct inode *victim)
{
	return remove_name(dir, name, victim, AT_REMOVEDIR);
}

static struct inode *cached_at(struct inode *dir, const char *name)
{
	struct stat st;

	return stat_name(dir, name, &st) ? NULL : hostfs_find(dir->super, &st);
}

/* Whose links they are goes along. */
static void move_link_owners(struct inode *olddir, const char *old, struct inode *newdir, const char *new_,
			     const struct inode *moved, const struct inode *back)
{
	if (back && S_ISLNK(back->mode))
		hostfs_link_forget(newdir, new_);
	if (!moved || !S_ISLNK(moved->mode))
		return;
	hostfs_link_forget(olddir, old);
	hostfs_link_store(moved, newdir, new_);
}

static int rename_name(struct inode *olddir, const char *old, struct inode *newdir, const char *new_, unsigned flags)
{
	int from = writable_dir_fd(olddir, old), to, err;
	struct inode *moved, *target;

	if (from < 0)
		return from;
	hostfs_pin(olddir);
	to = writable_dir_fd(newdir, new_);
	if (to < 0) {
		hostfs_unpin(olddir);
		return to;
	}
	hostfs_pin(newdir);
	moved = cached_at(olddir, old);
	target = cached_at(newdir, new_);
	if (target && !(flags & ABI_RENAME_EXCHANGE))
		before_removal(newdir, new_, target);
	err = host_renameat2(from, old, to, new_, flags);
	hostfs_unpin(newdir);
	hostfs_unpin(olddir);
	if (err)
		return err;
	if (moved)
		hostfs_moved(moved, newdir, new_);
	mark_nodes(newdir, moved);
	move_link_owners(olddir, old, newdir, new_, moved, target);
	if (target && S_ISLNK(target->mode) && (flags & ABI_RENAME_EXCHANGE))
		hostfs_link_store(target, olddir, old);
	if (flags & ABI_RENAME_EXCHANGE)
		mark_nodes(olddir, target);
	if (target && (flags & ABI_RENAME_EXCHANGE))
		hostfs_moved(target, olddir, old);
	else if (target && target != moved)
		after_removal(newdir, target);
	hi(olddir)->checked_ns = hi(newdir)->checked_ns = 0;
	if (moved)
		hi(moved)->checked_ns = 0;
	return 0;
}

static int read_link(struct inode *i, char *buf, size_t cap)
{
	int n = load_target(i);

	if (n)
		return n;
	n = (int)MIN(strlen(hi(i)->target), cap);
	memcpy(buf, hi(i)->target, (size_t)n);
	return n;
}

/* ---- reading directories ------------------------------------------------------------------ */

enum { DIR_BUFFER = 32 * 1024 };
struct host_dir {
	int fd;                       /* of its own: the position is the host's */
	bool nodes;                   /* HOSTFS_NODES: types must be asked for */
	uint64_t pos;                 /* the guest's position that buf[at] belongs to */
	/* The guest's position is the number of an entry: the host's are hashes of 63 bits, which a
	 * long of RV32 (telldir) does not hold. host_pos[n]: where entry n begins; n <= known. */
	int64_t *host_pos;
	uint64_t known, cap;
	size_t at, len;
	char buf[DIR_BUFFER];
};

static int open_dir(struct inode *i, struct file *f)
{
	/* Keeps the handle: a directory removed on the host stays what it was to who has it open. */
	int fd = hostfs_fd(i, false);

	if (fd < 0)
		return fd == -ESTALE ? -ENOENT : fd;
	hostfs_pin(i);
	return 0;
}

static void release_dir(struct file *f)
{
	struct host_dir *d = f->private;

	if (d) {
		host_close(d->fd);
		free(d->host_pos);
		free(d);
	}
	hostfs_unpin(f->inode);
}

static int dir_begin(struct file *f, struct host_dir **out)
{
	struct host_dir *d = f->private;
	int fd;

	if (!d) {
		fd = dir_fd(f->inode);
		if (fd < 0)
			return fd;
		fd = host_openat(fd, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
		if (fd < 0)
			return fd;
		d = f->private = xnew(struct host_dir);
		d->fd = fd;
		d->nodes = host_fgetxattr(fd, HOSTFS_NODES, NULL, 0) > 0;
	}
	if (d->pos != f->pos) {
		int64_t at;

		/* Past everything seen: as a position behind the last entry. */
		f->pos = MIN(f->pos, d->known);
		at = host_lseek(d->fd, f->pos ? d->host_pos[f->pos] : 0, SEEK_SET);
		if (at < 0)
			return (int)at;
		d->at = d->len = 0;
		d->pos = f->pos;
	}
	*out = d;
	return 0;
}

static int dir_fill(struct host_dir *d)
{
	ssize_t n = d->at < d->len ? 1 : host_getdents64(d->fd, d->buf, sizeof(d->buf));

	if (n > 0 && d->at >= d->len) {
		d->at = 0;
		d->len = (size_t)n;
	}
	return n < 0 ? (int)n : n > 0;
}

static unsigned entry_type(struct file *f, const struct host_dir *d, const struct dirent64 *e)
{
	unsigned type = e->d_type;
	struct inode *i;

	if (type == DT_REG && d->nodes && lookup(f->inode, e->d_name, &i) == 0) {
		type = (i->mode & S_IFMT) >> 12;
		inode_put(i);
	}
	return type;
}

static void remember_position(struct host_dir *d, uint64_t n, int64_t host)
{
	if (n >= d->cap) {
		d->cap = d->cap ? d->cap * 2 : 64;
		d->host_pos = xrealloc(d->host_pos, d->cap * sizeof(*d->host_pos));
	}
	d->host_pos[n] = host;
	d->known = MAX(d->known, n);
}

/* Entries in the host's order. */
static int read_dir(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg)
{
	struct dentry *up = f->path.dentry ? f->path.dentry->parent : NULL;
	struct host_dir *d = NULL;
	int more, err = dir_begin(f, &d);

	if (err)
		return err;
	while ((more = dir_fill(d)) > 0) {
		struct dirent64 *e = (struct dirent64 *)(d->buf + d->at);
		uint64_t ino = e->d_ino;

		if (strcmp(e->d_name, ".") == 0)
			ino = f->inode->ino;
		else if (strcmp(e->d_name, "..") == 0)
			ino = up ? up->inode->ino : f->inode->ino;
		remember_position(d, d->pos + 1, e->d_off);
		if (!emit(arg, e->d_name, ino, entry_type(f, d, e), d->pos + 1))
			return 0;
		d->at += e->d_reclen;
		f->pos = ++d->pos;
	}
	return more;
}

static int sync_dir(struct file *f, bool data_only)
{
	int fd = hostfs_fd(f->inode, false);

	return fd < 0 ? fd : host_fsync(fd, data_only);
}

#define COMMON_OPS                                                                    \
	.setattr = hostfs_setattr, .refresh = hostfs_refresh, .release = hostfs_release

const struct inode_ops hostfs_dir_iops = {
	.lookup = lookup, .revalidate = revalidate, .create = create, .mkdir = make_dir, .mknod = make_node,
	.symlink = make_symlink, .link = make_link, .unlink = unlink_name, .rmdir = remove_dir,
	.rename = rename_name, .open = open_dir, COMMON_OPS,
	.getxattr = hostfs_getxattr, .setxattr = hostfs_setxattr, .listxattr = hostfs_listxattr,
	.removexattr = hostfs_removexattr,
};
const struct inode_ops hostfs_link_iops = { .readlink = read_link, COMMON_OPS };
/* What was made as a node here is a plain file on the host, and takes attributes. */
const struct inode_ops hostfs_special_iops = {
	.getxattr = hostfs_getxattr, .setxattr = hostfs_setxattr, .listxattr = hostfs_listxattr,
	.removexattr = hostfs_removexattr, COMMON_OPS
};
const struct file_ops hostfs_dir_fops = { .readdir = read_dir, .release = release_dir, .fsync = sync_dir };
