/* Open files: reference counts, and the checks before an operation reaches its file system.
 *
 * What Linux' fs/read_write.c, fs/readdir.c and fs/open.c check for every
 * kind of file is checked here, once, so that the operations behind
 * struct file_ops see only calls that make sense. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/inotify.h"
#include "abi/tty.h"
#include "base/alloc.h"
#include "base/log.h"

/* One read or write moves at most this (Linux MAX_RW_COUNT). */
#define RW_MAX 0x7ffff000u

uint64_t (*vfs_size_limit)(void);

static unsigned live_files;

unsigned file_count(void)
{
	return live_files;
}

struct file *file_create(struct inode *inode, const struct file_ops *ops, uint32_t flags, const struct cred *who)
{
	struct file *f = xnew(struct file);

	inode_get(inode);
	f->refs = 1;
	f->inode = inode;
	f->ops = ops;
	f->flags = flags;
	f->cred = cred_get((struct cred *)who);
	list_init(&f->epitems);
	live_files++;
	return f;
}

struct file *file_get(struct file *f)
{
	f->refs++;
	return f;
}

void file_put(struct file *f)
{
	if (!f)
		return;
	ASSERT(f->refs > 0);
	if (--f->refs)
		return;
	if (!(f->flags & ABI_O_PATH))
		notify_dentry(f->path.dentry, file_writable(f) ? ABI_IN_CLOSE_WRITE : ABI_IN_CLOSE_NOWRITE);
	epoll_file_released(f);
	flock_file_released(f);
	file_async_released(f);
	dnotify_closed(f, NULL);
	file_set_owner(f, 0, 0);
	if (f->ops && f->ops->release)
		f->ops->release(f);
	if (f->counted_writer) {
		f->inode->writers--;
		f->inode->super->writers--;
		f->path.mnt->writers--;
	}
	path_put(f->path);
	path_put(f->place);
	inode_put(f->inode);
	cred_put(f->cred);
	free(f);
	live_files--;
}

/* ---- reading and writing ------------------------------------------------------ */

static bool has_position(const struct file *f)
{
	return S_ISREG(f->inode->mode) || S_ISDIR(f->inode->mode) || S_ISBLK(f->inode->mode) || f->ops->seek;
}

static int check_transfer(const struct file *f, struct uio *u, const uint64_t *pos)
{
	uint64_t start = pos ? *pos : f->pos;

	if (pos && !has_position(f))
		return -ESPIPE;
	if (pos && (int64_t)*pos < 0)
		return -EINVAL;
	if (S_ISDIR(f->inode->mode))
		return -EISDIR;
	if ((int64_t)(start + u->left) < 0)   /* rw_verify_area(): nothing lies beyond the last offset */
		return -EINVAL;
	if (u->left > RW_MAX)
		u->left = RW_MAX;
	return 0;
}

ssize_t file_read(struct file *f, struct uio *u, uint64_t *pos)
{
	ssize_t n;
	int err;

	if (!file_readable(f))
		return -EBADF;
	err = check_transfer(f, u, pos);
	if (err)
		return err;
	if (!f->ops->read)
		return -EINVAL;
	n = f->ops->read(f, u, pos ? pos : &f->pos);
	if (n > 0)
		notify_dentry(f->path.dentry, ABI_IN_ACCESS);
	return n;
}

ssize_t file_read_kernel(struct file *f, void *buf, size_t n, uint64_t pos)
{
	struct uio u;

	uio_init_kernel(&u, buf, n);
	return file_read(f, &u, &pos);
}

/* ---- position -------------------------------------------------------------------- */

int64_t file_seek_generic(struct file *f, int64_t off, int whence)
{
	uint64_t size;
	int err = inode_refresh(f->inode);

	if (err)
		return err;
	size = f->inode->size;
	switch (whence) {
	case ABI_SEEK_SET:
		break;
	case ABI_SEEK_CUR:
		off = (int64_t)((uint64_t)off + f->pos);
		break;
	case ABI_SEEK_END:
		off = (int64_t)((uint64_t)off + size);
		break;
	case ABI_SEEK_DATA:           /* without knowledge of holes: data to the end, the hole is there */
	case ABI_SEEK_HOLE:
		if (off < 0 || (uint64_t)off >= size)
			return -ENXIO;
		off = whence == ABI_SEEK_DATA ? off : (int64_t)size;
		break;
	default:
		return -EINVAL;
	}
	if (off < 0)
		return -EINVAL;
	f->pos = (uint64_t)off;
	return off;
}

int64_t file_seek(struct file *f, int64_t off, int whence)
{
	if (f->flags & ABI_O_PATH)
		return -EBADF;
	if (f->ops->seek)
		return f->ops->seek(f, off, whence);
	if (!(f->inode->mode & S_IFMT))       /* eventfd and its kin: noop_llseek */
		return (int64_t)f->pos;
	if (!has_position(f))
		return -ESPIPE;
	return file_seek_generic(f, off, whence);
}

/* RLIMIT_FSIZE: nothing is written at or beyond the limit, and a write across it is cut short
 * (mm/filemap.c generic_write_check_limits). */
static int check_size_limit(struct file *f, struct uio *u, uint64_t pos)
{
	uint64_t limit = vfs_size_limit ? vfs_size_limit() : UINT64_MAX;

	if (limit == UINT64_MAX || !S_ISREG(f->inode->mode) || !u->left)
		return 0;
	if (f->flags & ABI_O_APPEND) {
		int err = inode_refresh(f->inode);

		if (err)
			return err;
		pos = f->inode->size;
	}
	if (pos >= limit)
		return -EFBIG;
	u->left = MIN(u->left, limit - pos);
	return 0;
}

ssize_t file_write(struct file *f, struct uio *u, uint64_t *pos)
{
	ssize_t n;
	int err;

	if (!file_writable(f))
		return -EBADF;
	err = check_transfer(f, u, pos);
	if (err)
		return err == -EISDIR ? -EBADF : err;
	if (!f->ops->write)
		return -EINVAL;
	err = check_size_limit(f, u, pos ? *pos : f->pos);
	if (err)
		return err;
	n = f->ops->write(f, u, pos ? pos : &f->pos);
	if (n > 0 && (f->inode->mode & (S_ISUID | S_ISGID)))
		inode_drop_privileges(f->inode, f->cred);
	if (n > 0)
		notify_dentry(f->path.dentry, ABI_IN_MODIFY);
	return n;
}

/* ---- the rest ----------------------------------------------------------------------- */

int file_readdir(struct file *f, bool (*emit)(void *arg, const char *name, uint64_t ino, unsigned dtype, uint64_t next), void *arg)
{
	int err;

	if (f->flags & ABI_O_PATH)
		return -EBADF;
	if (!S_ISDIR(f->inode->mode) || !f->ops->readdir)
		return -ENOTDIR;
	if (f->inode->nlink == 0)
		return -ENOENT;
	err = f->path.dentry && mount_has_ghosts(f->path.dentry) ? mount_readdir(f, emit, arg) : f->ops->readdir(f, emit, arg);
	if (!err)
		notify_dentry(f->path.dentry, ABI_IN_ACCESS);
	return err;
}

bool readdir_dots(struct file *f, bool (*emit)(void *, const char *, uint64_t, unsigned, uint64_t), void *arg)
{
	struct dentry *d = f->path.dentry;

	if (f->pos == 0) {
		if (!emit(arg, ".", f->inode->ino, ABI_DT_DIR, 1))
			return false;
		f->pos = 1;
	}
	if (f->pos == 1) {
		if (!emit(arg, "..", d ? d->parent->inode->ino : f->inode->ino, ABI_DT_DIR, 2))
			return false;
		f->pos = 2;
	}
	return true;
}

uint32_t file_poll(struct file *f, struct poll_table *pt)
{
	if (!f->ops->poll)            /* Linux DEFAULT_POLLMASK: never blocks */
		return ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLRDNORM | ABI_EPOLLWRNORM;
	return f->ops->poll(f, pt);
}

static int set_flag_from_user(struct file *f, uint32_t flag, gva_t arg, struct mm *mm)
{
	int32_t on;

	if (mm_copy_from(mm, &on, arg, sizeof(on)))
		return -EFAULT;
	f->flags = on ? f->flags | flag : f->flags & ~flag;
	return 0;
}

/* What its contents take in the store (ioctl_fioqsize). */
static int64_t stored_size(struct file *f, gva_t arg, struct mm *mm)
{
	struct kstat k = { 0 };
	int64_t bytes;
	int err;

	if (!S_ISREG(f->inode->mode) && !S_ISDIR(f->inode->mode))
		return -ENOTTY;
	err = file_stat(f, &k);
	bytes = (int64_t)k.blocks * 512;
	return err ? err : mm_copy_to(mm, arg, &bytes, sizeof(bytes));
}

static int64_t block_size(struct file *f, gva_t arg, struct mm *mm)
{
	struct kstatfs fs = { .bsize = PAGE_SIZE };
	struct super *s = f->inode->super;
	int err = s->statfs ? s->statfs(s, &fs) : 0;
	int32_t size = (int32_t)fs.bsize;

	return err ? err : mm_copy_to(mm, arg, &size, sizeof(size));
}

int64_t file_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	if (f->flags & ABI_O_PATH)
		return -EBADF;
	if (cmd == ABI_FIONBIO)
		return set_flag_from_user(f, ABI_O_NONBLOCK, arg, mm);
	if (cmd == ABI_FIOASYNC)
		return set_flag_from_user(f, ABI_O_ASYNC, arg, mm);
	if (cmd == ABI_FIOQSIZE)
		return stored_size(f, arg, mm);
	if (cmd == ABI_FIGETBSZ)
		return block_size(f, arg, mm);
	if (cmd == ABI_FIONREAD && S_ISREG(f->inode->mode)) {
		int32_t left = f->inode->size > f->pos ? (int32_t)(f->inode->size - f->pos) : 0;

		return mm_copy_to(mm, arg, &left, sizeof(left));
	}
	return f->ops->ioctl ? f->ops->ioctl(f, cmd, arg, mm) : -ENOTTY;
}

int file_truncate(struct file *f, uint64_t size)
{
	struct attr_change c = { .valid = ATTR_SIZE, .size = size };
	int err;

	if (f->flags & ABI_O_PATH)
		return -EBADF;
	if ((int64_t)size < 0 || !file_writable(f) || !S_ISREG(f->inode->mode))
		return -EINVAL;
	if (f->ops->truncate)
		err = f->ops->truncate(f, size);
	else
		err = f->inode->ops->setattr ? f->inode->ops->setattr(f->inode, &c) : -EINVAL;
	if (!err)
		notify_dentry(f->path.dentry, ABI_IN_MODIFY);
	return err;
}

int file_fallocate(struct file *f, int mode, uint64_t off, uint64_t len)
{
	int err;

	if (!file_writable(f))
		return -EBADF;
	if ((int64_t)off < 0 || (int64_t)len <= 0)
		return -EINVAL;
	if ((int64_t)(off + len) < 0)
		return -EFBIG;
	if (S_ISFIFO(f->inode->mode))
		return -ESPIPE;
	if (!S_ISREG(f->inode->mode))
		return -ENODEV;
	err = f->ops->fallocate ? f->ops->fallocate(f, mode, off, len) : -EOPNOTSUPP;
	if (!err)
		notify_dentry(f->path.dentry, ABI_IN_MODIFY);
	return err;
}

int file_fsync(struct file *f, bool data_only)
{
	if (f->flags & ABI_O_PATH)
		return -EBADF;
	if (f->ops->fsync)
		return f->ops->fsync(f, data_only);
	return S_ISREG(f->inode->mode) || S_ISDIR(f->inode->mode) ? 0 : -EINVAL;
}

int file_mmap(struct file *f, struct mapping **out)
{
	if (f->flags & ABI_O_PATH)
		return -EBADF;
	return f->ops->mmap ? f->ops->mmap(f, out) : -ENODEV;
}

struct path file_place(struct file *f)
{
	if (f->path.dentry)
		return path_get(f->path);
	if (!f->place.dentry)
		f->place = (struct path){ mount_get(mount_anonymous()), dentry_create_nameless(f->inode, f->anon_name ? f->anon_name : "") };
	return path_get(f->place);
}

int file_describe(struct file *f, const struct fs *viewer, char *buf, size_t cap)
{
	int n;

	if (f->path.dentry && !(f->anon_name && f->path.mnt == mount_anonymous())) {
		n = vfs_path_string(f->path, viewer->root, buf, cap);
		if (n != -ENOENT)
			return n;
	}
	n = snprintf(buf, cap, "%s", f->anon_name ? f->anon_name : "(unreachable)");
	return (size_t)n < cap ? n : -ERANGE;
}
