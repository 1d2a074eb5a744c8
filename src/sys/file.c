/* Reading, writing and shaping open files. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/stat.h"
#include "base/alloc.h"
#include "net/net.h"

enum {
	IOV_MAX = 1024,
	RW_MAX = 0x7ffff000,         /* Linux MAX_RW_COUNT: no call moves more */
	COPY_CHUNK = 128 * 1024,     /* sendfile and its kin copy through a buffer of this size */
};

static bool is_regular(const struct file *f) { return (f->inode->mode & S_IFMT) == S_IFREG; }
static bool is_pipe(const struct file *f)    { return (f->inode->mode & S_IFMT) == S_IFIFO; }

/* ---- read and write ------------------------------------------------------------------- */

struct io { struct file *file; bool write; uint64_t pos; bool positioned; };

void raise_sigpipe(void)
{
	struct task *t = current();
	struct abi_siginfo info = { .signo = SIGPIPE, .code = SI_USER,
				    .pid = t->proc->pid, .uid = t->cred->uid };

	signal_send_task(t, &info);
}

/* /proc/PID/io: calls, and the bytes that they moved (add_rchar(), inc_syscr() of Linux). */
static void count_read(int64_t n)
{
	current()->io.syscr++;
	current()->io.rchar += n > 0 ? (uint64_t)n : 0;
}

static void count_write(int64_t n)
{
	current()->io.syscw++;
	current()->io.wchar += n > 0 ? (uint64_t)n : 0;
}

static void raise_sigxfsz(void)
{
	struct abi_siginfo info = { .signo = SIGXFSZ, .code = SI_KERNEL };

	signal_send_task(current(), &info);
}

static int64_t io_run(struct io *io, struct uio *u)
{
	uint64_t *pos = io->positioned ? &io->pos : NULL;
	int64_t n = io->write ? file_write(io->file, u, pos) : file_read(io->file, u, pos);

	if (n == -EPIPE && io->write && !net_is_socket(io->file))     /* sockets know when */
		raise_sigpipe();
	if (n == -EFBIG && io->write)
		raise_sigxfsz();
	if (io->write)
		count_write(n);
	else
		count_read(n);
	file_put(io->file);
	return n;
}

/* access_ok(): no buffer reaches into the kernel's half, however much of it would be used. */
static bool user_range_ok(gva_t addr, uint64_t len)
{
	gva_t top = mm_top(current_mm());

	return !len || (addr < top && len <= top - addr);
}

static int io_begin(struct io *io, int fd, bool write, bool positioned, int64_t pos)
{
	if (positioned && pos < 0)
		return -EINVAL;
	*io = (struct io){ .file = fd_get_io(fd), .write = write,
			   .positioned = positioned, .pos = (uint64_t)pos };
	return io->file ? 0 : -EBADF;
}

static int64_t io_buffer(int fd, gva_t buf, uint64_t count, bool write, bool positioned, int64_t pos)
{
	struct uio_seg seg = { buf, MIN(count, (uint64_t)RW_MAX) };
	struct uio u;
	struct io io;
	int err = io_begin(&io, fd, write, positioned, pos);

	if (err)
		return err;
	if (!user_range_ok(buf, count)) {
		file_put(io.file);
		return -EFAULT;
	}
	uio_init_user(&u, current_mm(), &seg, 1);
	return io_run(&io, &u);
}

int64_t sys_read(int fd, gva_t buf, uint64_t count)   { return io_buffer(fd, buf, count, false, false, 0); }
int64_t sys_write(int fd, gva_t buf, uint64_t count)  { return io_buffer(fd, buf, count, true, false, 0); }
int64_t sys_pread64(int fd, gva_t buf, uint64_t count, int64_t offset)
{
	return io_buffer(fd, buf, count, false, true, offset);
}
int64_t sys_pwrite64(int fd, gva_t buf, uint64_t count, int64_t offset)
{
	return io_buffer(fd, buf, count, true, true, offset);
}

/* ---- vectors ------------------------------------------------------------------------------ */

/* The guest's iovec array, its total cut at RW_MAX as Linux does. */
int user_iov_get(gva_t iov, uint64_t count, struct uio_seg **out)
{
	bool narrow = current_is_32();
	uint64_t total = 0;
	struct uio_seg *segs;

	if (count > IOV_MAX)
		return -EINVAL;
	segs = xalloc((count + 1) * sizeof(*segs));
	for (uint64_t i = 0; i < count; i++) {
		uint64_t word = narrow ? 4 : 8, len;

		if (get_user_word(iov + i * 2 * word, &segs[i].base) ||
		    get_user_word(iov + i * 2 * word + word, &len)) {
			free(segs);
			return -EFAULT;
		}
		if ((narrow && (int32_t)len < 0) || (int64_t)len < 0) {
			free(segs);
			return -EINVAL;
		}
		if (!user_range_ok(segs[i].base, len)) {
			free(segs);
			return -EFAULT;
		}
		segs[i].len = MIN(len, (uint64_t)RW_MAX - total);
		total += segs[i].len;
	}
	*out = segs;
	return 0;
}

static int64_t io_vector(int fd, gva_t iov, uint64_t count, bool write, bool positioned, int64_t pos)
{
	struct uio_seg *segs;
	struct uio u;
	struct io io;
	int64_t n;
	int err = io_begin(&io, fd, write, positioned, pos);

	if (err)
		return err;
	err = user_iov_get(iov, count, &segs);
	if (err) {
		file_put(io.file);
		return err;
	}
	uio_init_user(&u, current_mm(), segs, (unsigned)count);
	n = io_run(&io, &u);
	free(segs);
	return n;
}

int64_t sys_readv(int fd, gva_t iov, uint64_t n)  { return io_vector(fd, iov, n, false, false, 0); }
int64_t sys_writev(int fd, gva_t iov, uint64_t n) { return io_vector(fd, iov, n, true, false, 0); }
int64_t sys_preadv(int fd, gva_t iov, uint64_t n, int64_t offset)  { return io_vector(fd, iov, n, false, true, offset); }
int64_t sys_pwritev(int fd, gva_t iov, uint64_t n, int64_t offset) { return io_vector(fd, iov, n, true, true, offset); }

/* RWF_HIPRI and NOWAIT are hints to a device that is not there. */
enum { RWF_HIPRI = 1, RWF_DSYNC = 2, RWF_SYNC = 4, RWF_NOWAIT = 8, RWF_APPEND = 16, RWF_NOAPPEND = 32 };

static int64_t io_vector_flags(int fd, gva_t iov, uint64_t n, bool write, int64_t offset, uint32_t flags)
{
	struct file *f = fd_get_io(fd);
	uint32_t saved;
	int64_t ret;

	if (!f)
		return -EBADF;
	saved = f->flags & ABI_O_APPEND;
	if ((flags & RWF_APPEND) && (flags & RWF_NOAPPEND)) {
		file_put(f);
		return -EINVAL;
	}
	if (flags & (RWF_APPEND | RWF_NOAPPEND))
		f->flags = (f->flags & ~(uint32_t)ABI_O_APPEND) | (flags & RWF_APPEND ? (uint32_t)ABI_O_APPEND : 0);
	ret = io_vector(fd, iov, n, write, offset != -1, offset);
	f->flags = (f->flags & ~(uint32_t)ABI_O_APPEND) | saved;
	if (write && ret > 0 && (flags & (RWF_DSYNC | RWF_SYNC)))
		file_fsync(f, !(flags & RWF_SYNC));
	file_put(f);
	return ret;
}

int64_t sys_preadv2(int fd, gva_t iov, uint64_t n, int64_t offset, uint32_t flags)
{
	if (flags & ~(uint32_t)(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND | RWF_NOAPPEND))
		return -EOPNOTSUPP;
	return io_vector_flags(fd, iov, n, false, offset, flags);
}

int64_t sys_pwritev2(int fd, gva_t iov, uint64_t n, int64_t offset, uint32_t flags)
{
	if (flags & ~(uint32_t)(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND | RWF_NOAPPEND))
		return -EOPNOTSUPP;
	return io_vector_flags(fd, iov, n, true, offset, flags);
}

/* ---- position -------------------------------------------------------------------------------- */

int64_t sys_lseek(int fd, int64_t offset, int whence)
{
	struct file *f = fd_get_io(fd);
	int64_t pos;

	if (!f)
		return -EBADF;
	pos = whence < ABI_SEEK_SET || whence > ABI_SEEK_HOLE ? -EINVAL : file_seek(f, offset, whence);
	file_put(f);
	return pos;
}

int64_t sys_llseek(int fd, uint64_t offset_high, uint64_t offset_low, gva_t result, int whence)
{
	int64_t pos = sys_lseek(fd, (int64_t)(offset_high << 32 | offset_low), whence);

	if (pos < 0)
		return pos;
	return put_user(result, &pos, sizeof(pos));
}

/* ---- size and storage ---------------------------------------------------------------------------- */

/* RLIMIT_FSIZE: SIGXFSZ and EFBIG (Linux inode_newsize_ok). */
static int check_file_size(int64_t length)
{
	struct task *t = current();
	struct abi_siginfo info = { .signo = SIGXFSZ, .code = SI_USER, .pid = t->proc->pid };

	if (length < 0)
		return -EINVAL;
	if ((uint64_t)length <= task_rlimit(t, ABI_RLIMIT_FSIZE))
		return 0;
	signal_send_task(t, &info);
	return -EFBIG;
}

int64_t sys_truncate(gva_t path, int64_t length)
{
	struct path p;
	int err = length < 0 ? -EINVAL : user_path_at(ABI_AT_FDCWD, path, 0, &p);

	if (err)
		return err;
	err = check_file_size(length);
	if (!err)
		err = vfs_truncate(p, current()->cred, (uint64_t)length);
	path_put(p);
	return err;
}

int64_t sys_ftruncate(int fd, int64_t length)
{
	struct file *f = length < 0 ? NULL : fd_get_io(fd);
	int err;

	if (!f)
		return length < 0 ? -EINVAL : -EBADF;
	err = check_file_size(length);
	if (!err)
		err = file_truncate(f, (uint64_t)length);
	file_put(f);
	return err;
}

int64_t sys_fallocate(int fd, uint32_t mode, int64_t offset, int64_t len)
{
	struct file *f = fd_get_io(fd);
	int err;

	if (!f)
		return -EBADF;
	err = offset < 0 || len <= 0 ? -EINVAL :
	      offset > INT64_MAX - len ? -EFBIG :
	      !(mode & ABI_FALLOC_KEEP_SIZE) && S_ISREG(f->inode->mode) &&
			(uint64_t)(offset + len) > f->inode->size ? check_file_size(offset + len) : 0;
	if (!err)
		err = file_fallocate(f, (int)mode, (uint64_t)offset, (uint64_t)len);
	file_put(f);
	return err;
}

static int64_t sync_fd(int fd, bool data_only)
{
	struct file *f = fd_get_io(fd);
	int err;

	if (!f)
		return -EBADF;
	err = file_fsync(f, data_only);
	file_put(f);
	return err;
}

int64_t sys_fsync(int fd)     { return sync_fd(fd, false); }
int64_t sys_fdatasync(int fd) { return sync_fd(fd, true); }
int64_t sys_sync_file_range(int fd, int64_t offset, int64_t nbytes, uint32_t flags)
{
	struct file *f = fd_get_io(fd);
	int64_t ret = 0;

	if (!f)
		return -EBADF;
	if (offset < 0 || nbytes < 0 || offset + (uint64_t)nbytes > INT64_MAX || flags & ~7u)
		ret = -EINVAL;
	else if (S_ISREG(f->inode->mode) || S_ISBLK(f->inode->mode) || S_ISDIR(f->inode->mode) || S_ISLNK(f->inode->mode))
		ret = file_fsync(f, true);
	else
		ret = -ESPIPE;
	file_put(f);
	return ret;
}

/* Writes through descriptors reach the host at once; only shared mappings lag behind, and are
 * written back by msync, munmap and exit. */
int64_t sys_sync(void) { return 0; }

int64_t sys_syncfs(int fd)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return -EBADF;
	file_put(f);
	return 0;
}

/* Advice about a file's future use: nothing here reads ahead, but wrong arguments are told. */
static int64_t advise(int fd, bool ok)
{
	struct file *f = fd_get_io(fd);
	int64_t ret;

	if (!f)
		return -EBADF;
	ret = f->inode && (f->inode->mode & S_IFMT) == S_IFIFO ? -ESPIPE : ok ? 0 : -EINVAL;
	file_put(f);
	return ret;
}

int64_t sys_fadvise64(int fd, int64_t offset, int64_t len, int advice)
{
	return advise(fd, len >= 0 && advice >= 0 && advice <= 5);
}

int64_t sys_readahead(int fd, int64_t offset, uint64_t count)
{
	struct file *f = fd_get_io(fd);
	int64_t ret = 0;

	if (!f || (f->flags & ABI_O_ACCMODE) == ABI_O_WRONLY)
		ret = -EBADF;
	else if (!S_ISREG(f->inode->mode) && !S_ISBLK(f->inode->mode))
		ret = -EINVAL;
	if (f)
		file_put(f);
	return ret;
}

/* cachestat(2): the pages of a range that are in the page cache. len 0: to the end. */
struct abi_cachestat { uint64_t cache, dirty, writeback, evicted, recently_evicted; };

static void count_cached(struct inode *i, uint64_t off, uint64_t len, struct abi_cachestat *c)
{
	uint64_t end = align_up(i->size, PAGE_SIZE) >> PAGE_SHIFT, at = off >> PAGE_SHIFT;

	if (len && off + len > off)
		end = MIN(end, align_up(off + len, PAGE_SIZE) >> PAGE_SHIFT);
	for (; at < end && c->cache < i->mapping.nr_pages; at++)
		c->cache += mapping_peek_page(&i->mapping, at) != PFN_NONE;
}

int64_t sys_cachestat(int fd, gva_t range, gva_t cstat, uint32_t flags)
{
	struct file *f = fd_get_io(fd);
	struct abi_cachestat c = { 0 };
	uint64_t r[2];
	int64_t ret = 0;

	if (!f)
		return -EBADF;
	if (get_user(r, range, sizeof(r)))
		ret = -EFAULT;
	else if (flags)
		ret = -EINVAL;
	else if (is_regular(f))
		count_cached(f->inode, r[0], r[1], &c);
	file_put(f);
	return ret ? ret : put_user(cstat, &c, sizeof(c));
}

/* ---- from one file to another ----------------------------------------------------------------------- */

struct copy_end { struct file *file; uint64_t pos, *ppos; };    /* ppos NULL: the file's own position */

static int64_t copy_chunk(struct copy_end *from, struct copy_end *to, void *buf, size_t len)
{
	struct uio u;
	uint64_t start = from->pos;
	int64_t got, put;

	uio_init_kernel(&u, buf, len);
	got = file_read(from->file, &u, from->ppos);
	if (got <= 0)
		return got;
	uio_init_kernel(&u, buf, (size_t)got);
	put = file_write(to->file, &u, to->ppos);
	if (put == -EPIPE && !net_is_socket(to->file))
		raise_sigpipe();
	if (put == -EFBIG)
		raise_sigxfsz();
	/* What could not be written was not read either. */
	if (put < got) {
		int64_t back = got - MAX(put, (int64_t)0);

		if (is_pipe(from->file))
			pipe_unread(from->file, (char *)buf + (got - back), (size_t)back);
		else if (from->ppos)
			from->pos = start + (uint64_t)(got - back);
		else
			file_seek(from->file, -back, ABI_SEEK_CUR);
	}
	return put;
}

static int64_t copy_files(struct copy_end *from, struct copy_end *to, uint64_t count)
{
	size_t cap = (size_t)MIN(count, (uint64_t)COPY_CHUNK);
	void *buf = xalloc(cap + 1);
	int64_t done = 0;

	while ((uint64_t)done < count) {
		size_t want = (size_t)MIN(count - (uint64_t)done, (uint64_t)cap);
		int64_t n = copy_chunk(from, to, buf, want);

		if (n <= 0) {
			done = done ? done : n;
			break;
		}
		done += n;
		if ((size_t)n < want)
			break;
	}
	free(buf);
	return done;
}

static int copy_end_init(struct copy_end *e, int fd, gva_t uoffset, uint32_t access)
{
	e->file = fd_get_io(fd);
	e->ppos = NULL;
	if (!e->file)
		return -EBADF;
	if ((e->file->flags & ABI_O_ACCMODE) != ABI_O_RDWR && (e->file->flags & ABI_O_ACCMODE) != access)
		return -EBADF;
	if (!uoffset)
		return 0;
	e->ppos = &e->pos;
	if (get_user(&e->pos, uoffset, sizeof(e->pos)))
		return -EFAULT;
	return 0;
}

static int copy_end_finish(struct copy_end *e, gva_t uoffset)
{
	int err = e->file && e->ppos ? put_user(uoffset, &e->pos, sizeof(e->pos)) : 0;

	if (e->file)
		file_put(e->file);
	return err;
}

static int64_t copy_between(int fd_in, gva_t off_in, int fd_out, gva_t off_out, uint64_t count,
			    int (*check)(const struct copy_end *in, const struct copy_end *out, uint64_t count))
{
	struct copy_end in = { 0 }, out = { 0 };
	int64_t ret = copy_end_init(&in, fd_in, off_in, ABI_O_RDONLY);

	if (!ret)
		ret = copy_end_init(&out, fd_out, off_out, ABI_O_WRONLY);
	if (!ret)
		ret = check(&in, &out, count);
	if (!ret)
		ret = copy_files(&in, &out, MIN(count, (uint64_t)RW_MAX));
	if (ret < 0)
		in.ppos = out.ppos = NULL;
	if (copy_end_finish(&in, off_in) | copy_end_finish(&out, off_out))
		ret = -EFAULT;
	return ret;
}

static bool before_start(const struct copy_end *e)
{
	return e->ppos && (int64_t)e->pos < 0;
}

static int check_sendfile(const struct copy_end *in, const struct copy_end *out, uint64_t count)
{
	if (before_start(in) || before_start(out))
		return -EINVAL;
	if (in->ppos && file_seek(in->file, 0, ABI_SEEK_CUR) < 0)
		return -ESPIPE;
	/* Input that cannot be read again would be lost when the output takes less. */
	if ((in->file->inode->mode & S_IFMT) == S_IFDIR || file_seek(in->file, 0, ABI_SEEK_CUR) < 0)
		return -EINVAL;
	return out->file->flags & ABI_O_APPEND ? -EINVAL : 0;
}

static int check_copy_range(const struct copy_end *in, const struct copy_end *out, uint64_t count)
{
	uint64_t from = in->ppos ? in->pos : in->file->pos, to = out->ppos ? out->pos : out->file->pos;

	if ((in->file->inode->mode & S_IFMT) == S_IFDIR || (out->file->inode->mode & S_IFMT) == S_IFDIR)
		return -EISDIR;
	if (!is_regular(in->file) || !is_regular(out->file))
		return -EINVAL;
	if (out->file->flags & ABI_O_APPEND)
		return -EBADF;
	if (from + count < from || to + count < to)
		return -EOVERFLOW;
	if ((int64_t)from < 0 || (int64_t)to < 0)
		return -EINVAL;
	/* Within one file the ranges must not meet (generic_copy_file_checks). */
	if (in->file->inode == out->file->inode && from < to + count && to < from + count)
		return -EINVAL;
	return 0;
}

static int check_splice(const struct copy_end *in, const struct copy_end *out, uint64_t count)
{
	if (!is_pipe(in->file) && !is_pipe(out->file))
		return -EINVAL;
	if (in->file->inode == out->file->inode || (out->file->flags & ABI_O_APPEND))
		return -EINVAL;
	if ((in->ppos && is_pipe(in->file)) || (out->ppos && is_pipe(out->file)))
		return -ESPIPE;
	return before_start(in) || before_start(out) ? -EINVAL : 0;
}

/* The offset is a 64-bit value for both widths: RV32 has sendfile64 only. */
int64_t sys_sendfile(int out_fd, int in_fd, gva_t offset, uint64_t count)
{
	int64_t n = copy_between(in_fd, offset, out_fd, 0, count, check_sendfile);

	count_read(n);
	count_write(n);
	return n;
}

int64_t sys_copy_file_range(int fd_in, gva_t off_in, int fd_out, gva_t off_out, uint64_t len, uint32_t flags)
{
	int64_t n = flags ? -EINVAL : copy_between(fd_in, off_in, fd_out, off_out, len, check_copy_range);

	count_read(n);
	count_write(n);
	return n;
}

enum { SPLICE_F_NONBLOCK = 2, SPLICE_F_ALL = 15 };

/* SPLICE_F_NONBLOCK: the pipes do not wait for this call, which then does not sleep either. */
static void pipes_nonblock(struct file *const ends[2], uint32_t saved[2], bool on)
{
	for (int i = 0; i < 2; i++) {
		if (!ends[i] || !is_pipe(ends[i]))
			continue;
		if (on)
			saved[i] = ends[i]->flags & ABI_O_NONBLOCK;
		ends[i]->flags = (ends[i]->flags & ~(uint32_t)ABI_O_NONBLOCK) | (on ? (uint32_t)ABI_O_NONBLOCK : saved[i]);
	}
}

/* Said before the offset is looked at (__do_splice). */
static bool pipe_with_offset(int fd, gva_t offset)
{
	struct file *f = offset ? fd_get_io(fd) : NULL;
	bool ret = f && is_pipe(f);

	if (f)
		file_put(f);
	return ret;
}

int64_t sys_splice(int fd_in, gva_t off_in, int fd_out, gva_t off_out, uint64_t len, uint32_t flags)
{
	struct file *ends[2];
	uint32_t saved[2] = { 0 };
	int64_t ret;

	if (flags & ~(uint32_t)SPLICE_F_ALL)
		return -EINVAL;
	if (pipe_with_offset(fd_in, off_in) || pipe_with_offset(fd_out, off_out))
		return -ESPIPE;
	len = MIN(len, (uint64_t)65536);
	if (!(flags & SPLICE_F_NONBLOCK))
		return copy_between(fd_in, off_in, fd_out, off_out, len, check_splice);
	ends[0] = fd_get_io(fd_in);
	ends[1] = fd_get_io(fd_out);
	pipes_nonblock(ends, saved, true);
	ret = copy_between(fd_in, off_in, fd_out, off_out, len, check_splice);
	pipes_nonblock(ends, saved, false);
	for (int i = 0; i < 2; i++)
		if (ends[i])
			file_put(ends[i]);
	return ret;
}

/* vmsplice(2) without moving pages: into a pipe it is a write, out of one a read. */
static int64_t vmsplice_file(struct file *f, gva_t iov, uint64_t count, uint32_t flags)
{
	uint32_t saved = f->flags;
	struct uio_seg *segs;
	struct uio u;
	int64_t n;

	if (!is_pipe(f))
		return -EBADF;
	n = user_iov_get(iov, count, &segs);
	if (n)
		return n;
	uio_init_user(&u, current_mm(), segs, (unsigned)count);
	if (flags & SPLICE_F_NONBLOCK)
		f->flags |= ABI_O_NONBLOCK;
	n = !u.left ? 0 : saved & ABI_O_WRONLY ? file_write(f, &u, NULL) : file_read(f, &u, NULL);
	f->flags = (f->flags & ~(uint32_t)ABI_O_NONBLOCK) | (saved & ABI_O_NONBLOCK);
	free(segs);
	if (n == -EPIPE)
		raise_sigpipe();
	return n;
}

int64_t sys_vmsplice(int fd, gva_t iov, uint64_t nr_segs, uint32_t flags)
{
	struct file *f;
	int64_t n;

	if (flags & ~(uint32_t)SPLICE_F_ALL)
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	n = vmsplice_file(f, iov, nr_segs, flags);
	file_put(f);
	return n;
}

int64_t sys_tee(int fd_in, int fd_out, uint64_t len, uint32_t flags)
{
	struct copy_end in = { 0 }, out = { 0 };
	size_t cap = (size_t)MIN(len, (uint64_t)65536);
	void *buf = xalloc(cap + 1);
	struct uio u;
	int64_t ret = flags & ~15u ? -EINVAL : copy_end_init(&in, fd_in, 0, ABI_O_RDONLY);

	if (!ret)
		ret = copy_end_init(&out, fd_out, 0, ABI_O_WRONLY);
	if (!ret && (!is_pipe(in.file) || !is_pipe(out.file) || in.file->inode == out.file->inode))
		ret = -EINVAL;
	if (!ret && cap)
		ret = pipe_peek(in.file, buf, cap, flags & SPLICE_F_NONBLOCK);
	if (ret > 0) {
		uio_init_kernel(&u, buf, (size_t)ret);
		ret = file_write(out.file, &u, NULL);
	}
	copy_end_finish(&in, 0);
	copy_end_finish(&out, 0);
	free(buf);
	return ret;
}
