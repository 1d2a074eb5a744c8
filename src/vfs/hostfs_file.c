/* hostfs: contents of regular files.
 *
 * Bytes are in two places: on the host, and in the pages that somebody maps
 * or the loader has read. A page in memory is the truth for the guest (a shared
 * mapping may have changed it), so read() takes from it when there is one and
 * goes to the host otherwise; write() goes to the host and updates pages that
 * are there. read() does not fill the page cache: a file read once costs no RAM.
 *
 * Transfers with the host go straight from or to the frame of the guest's
 * buffer when one page holds all of it, else through one buffer of BOUNCE
 * bytes: one host call instead of sixteen. Guarded by the kernel lock, which a
 * transfer with a regular file does not give up. */
#include "hostfs.h"

#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "host/host.h"

enum { BOUNCE = 64 * 1024, READAHEAD_FIRST = 4, READAHEAD_PAGES = 16 };

static char bounce[BOUNCE];

/* The last run read for the page cache. Faults jump about in a program, so a run is one page,
 * until a reader goes on where the last run ended: then it is a few, and more each time. */
static struct {
	const struct inode *inode;
	uint64_t first, pages, bytes;
	char data[READAHEAD_PAGES * 4096];
} ahead;

/* The last small write. What is read back at once need not come from the host: it is believed as long
 * as a name is. */
static struct {
	const struct inode *inode;
	uint64_t pos, len, at_ns;
	char data[4096];
} written;

void hostfs_forget_readahead(struct inode *i)
{
	if (ahead.inode == i)
		ahead.inode = NULL;
	if (written.inode == i)
		written.inode = NULL;
}

static struct inode *owner(struct mapping *m)
{
	return container_of(m, struct inode, mapping);
}

/* ---- the page cache's side ---------------------------------------------------------- */

/* One page, straight to where it belongs; what comes right after it would be a run. */
static int read_one(struct inode *i, int fd, uint64_t index, void *page)
{
	ssize_t n = host_pread(fd, page, PAGE_SIZE, (int64_t)(index << PAGE_SHIFT));

	ahead.inode = n < 0 ? NULL : i;
	ahead.first = index + 1;
	ahead.pages = 0;
	return n < 0 ? -EIO : 0;
}

static int read_run(struct inode *i, int fd, uint64_t index)
{
	uint64_t pages = MIN(MAX(2 * ahead.pages, (uint64_t)READAHEAD_FIRST), (uint64_t)READAHEAD_PAGES);
	ssize_t n = host_pread(fd, ahead.data, pages << PAGE_SHIFT, (int64_t)(index << PAGE_SHIFT));

	ahead.inode = n < 0 ? NULL : i;
	ahead.first = index;
	ahead.pages = pages;
	ahead.bytes = n < 0 ? 0 : (uint64_t)n;
	return n < 0 ? -EIO : 0;
}

static int read_page(struct mapping *m, uint64_t index, void *page)
{
	struct inode *i = owner(m);
	uint64_t off;

	if (ahead.inode != i || index < ahead.first || index >= ahead.first + ahead.pages) {
		bool goes_on = ahead.inode == i && index == ahead.first + ahead.pages;
		int fd = hostfs_fd(i, false);

		if (fd < 0)
			return -EIO;
		if (!goes_on)
			return read_one(i, fd, index, page);
		if (read_run(i, fd, index) != 0)
			return -EIO;
	}
	off = (index - ahead.first) << PAGE_SHIFT;
	if (off < ahead.bytes)
		memcpy(page, ahead.data + off, MIN(PAGE_SIZE, ahead.bytes - off));
	return 0;
}

static int read_pages(struct mapping *m, uint64_t index, void *pages, uint64_t nr)
{
	int fd = hostfs_fd(owner(m), false);
	ssize_t n = fd < 0 ? fd : host_pread(fd, pages, nr << PAGE_SHIFT, (int64_t)(index << PAGE_SHIFT));

	return n < 0 ? -EIO : 0;
}

static void changed_by_us(struct inode *i)
{
	hi(i)->own_change = true;
	hostfs_forget_readahead(i);
}

static int write_page(struct mapping *m, uint64_t index, const void *page, size_t len)
{
	struct inode *i = owner(m);
	int fd = hostfs_fd(i, true);
	ssize_t n;

	if (fd < 0)
		return fd;
	changed_by_us(i);
	n = host_pwrite(fd, page, len, (int64_t)(index << PAGE_SHIFT));
	return n < 0 ? (int)n : (size_t)n < len ? -EIO : 0;
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

static int punch_hole(struct mapping *m, uint64_t off, uint64_t len)
{
	int fd = hostfs_fd(owner(m), true);

	if (fd < 0)
		return fd;
	changed_by_us(owner(m));
	return host_fallocate(fd, ABI_FALLOC_KEEP_SIZE | ABI_FALLOC_PUNCH_HOLE, (int64_t)off, (int64_t)len);
}

const struct mapping_ops hostfs_page_ops = {
	.read_page = read_page, .read_run = read_pages, .write_page = write_page, .punch = punch_hole, .size = mapping_bytes,
	.get = mapping_ref, .put = mapping_unref,
};

/* ---- read ------------------------------------------------------------------------------ */

/* Bytes from pos up to the next page in memory, at most `want`. */
static size_t uncached_run(struct inode *i, uint64_t pos, size_t want)
{
	uint64_t end;

	if (!i->mapping.nr_pages)
		return want;
	for (end = align_up(pos + 1, PAGE_SIZE); end < pos + want; end += PAGE_SIZE)
		if (mapping_peek_page(&i->mapping, end >> PAGE_SHIFT) != PFN_NONE)
			return end - pos;
	return want;
}

static ssize_t read_cached(struct inode *i, struct uio *u, uint64_t pos, pfn_t pfn)
{
	uint64_t off = pos & PAGE_MASK;
	size_t want = MIN(MIN(PAGE_SIZE - off, i->size - pos), u->left);
	size_t n = uio_copy_in(u, (char *)frame_host(pfn) + off, want);

	return n ? (ssize_t)n : -EFAULT;
}

static bool was_just_written(const struct inode *i, uint64_t pos, size_t want)
{
	return written.inode == i && pos >= written.pos && pos + want <= written.pos + written.len &&
	       sched_clock_ns() - written.at_ns < i->super->trust_ns;
}

static ssize_t read_host(struct inode *i, struct uio *u, uint64_t pos)
{
	size_t want = uncached_run(i, pos, u->left), span;
	int fd;
	void *direct;
	ssize_t n;

	if (was_just_written(i, pos, want)) {
		n = (ssize_t)uio_copy_in(u, written.data + (pos - written.pos), want);
		return n ? n : -EFAULT;
	}
	fd = hostfs_fd(i, false);
	if (fd < 0)
		return fd;
	direct = uio_span(u, ACCESS_WRITE, &span);
	if (!direct)
		return -EFAULT;
	if (span >= want) {
		n = host_pread(fd, direct, want, (int64_t)pos);
		if (n > 0)
			uio_advance(u, (size_t)n);
		return n;
	}
	n = host_pread(fd, bounce, MIN(want, sizeof(bounce)), (int64_t)pos);
	if (n <= 0)
		return n;
	n = (ssize_t)uio_copy_in(u, bounce, (size_t)n);
	return n ? n : -EFAULT;
}

static ssize_t read_file(struct file *f, struct uio *u, uint64_t *pos)
{
	struct inode *i = f->inode;
	ssize_t done = 0, n = 1;

	while (u->left && n > 0) {
		pfn_t pfn = i->mapping.nr_pages && *pos < i->size ? mapping_peek_page(&i->mapping, *pos >> PAGE_SHIFT) : PFN_NONE;

		n = pfn != PFN_NONE ? read_cached(i, u, *pos, pfn) : read_host(i, u, *pos);
		if (n > 0) {
			*pos += (uint64_t)n;
			done += n;
		}
		/* A short answer of the host is the end of the file: no second question. */
		if (pfn == PFN_NONE && u->left && *pos >= i->size)
			break;
	}
	return done || n > 0 ? done : n;
}

/* ---- write ------------------------------------------------------------------------------- */

static void update_pages(struct inode *i, uint64_t pos, const char *data, size_t len)
{
	while (len && i->mapping.nr_pages) {
		uint64_t off = pos & PAGE_MASK, n = MIN(PAGE_SIZE - off, len);
		pfn_t pfn = mapping_peek_page(&i->mapping, pos >> PAGE_SHIFT);

		if (pfn != PFN_NONE)
			memmove((char *)frame_host(pfn) + off, data, n);   /* the source may be this page */
		pos += n;
		data += n;
		len -= n;
	}
}

static ssize_t write_piece(struct inode *i, int fd, struct uio *u, uint64_t pos)
{
	size_t span, len;
	const char *data = uio_span(u, ACCESS_READ, &span);
	ssize_t n;

	if (!data)
		return -EFAULT;
	len = span;
	if (span < u->left) {
		len = uio_copy_out(u, bounce, MIN(u->left, sizeof(bounce)));
		data = bounce;
	}
	n = host_pwrite(fd, data, len, (int64_t)pos);
	if (n > 0)
		update_pages(i, pos, data, (size_t)n);
	written.inode = NULL;
	written.len = 0;
	if (n > 0 && (size_t)n <= sizeof(written.data)) {
		memcpy(written.data, data, (size_t)n);
		written.pos = pos;
		written.len = (uint64_t)n;
	}
	if (n > 0 && data != bounce)
		uio_advance(u, (size_t)n);
	return n;
}

static ssize_t write_file(struct file *f, struct uio *u, uint64_t *pos)
{
	struct inode *i = f->inode;
	int fd = hostfs_fd(i, true);
	ssize_t done = 0, n = 1;

	if (fd < 0)
		return fd;
	if (f->flags & ABI_O_APPEND) {
		struct stat st;
		int err = host_fstat(fd, &st);

		if (err)
			return err;
		*pos = (uint64_t)st.st_size;
	}
	while (u->left && n > 0) {
		n = write_piece(i, fd, u, *pos);
		if (n > 0) {
			*pos += (uint64_t)n;
			done += n;
		}
	}
	if (done) {
		i->size = MAX(i->size, *pos);
		changed_by_us(i);
		written.inode = i;
		written.at_ns = sched_clock_ns();
	}
	if (done && (f->flags & ABI_O_DSYNC))
		host_fsync(fd, true);
	return done || n > 0 ? done : n;
}

/* ---- size, sync ------------------------------------------------------------------------------ */

int hostfs_resize(struct inode *i, uint64_t size)
{
	int fd = hostfs_fd(i, true);
	int err = fd < 0 ? fd : host_ftruncate(fd, (int64_t)size);

	if (err)
		return err;
	if (size < i->size) {
		i->size = size;
		if (i->mapping.nr_pages)
			mapping_truncate(&i->mapping, size);
	}
	i->size = size;
	changed_by_us(i);
	return 0;
}

enum { ANY_FILE_SYSTEM = 40 };         /* every one's files can be 2^40 bytes long */

/* How far a position may go is the host's file system's business (its s_maxbytes). */
static int64_t seek_position(struct file *f, int64_t off, int whence)
{
	uint64_t before = f->pos;
	int64_t pos = file_seek_generic(f, off, whence), err;
	int fd;

	if (pos < 0 || !(pos >> ANY_FILE_SYSTEM))
		return pos;
	fd = hostfs_fd(f->inode, false);
	err = fd < 0 ? fd : host_lseek(fd, pos, ABI_SEEK_SET);
	if (err >= 0)
		return pos;
	f->pos = before;
	return err;
}

/* Holes are the host's: the position it keeps for the descriptor is nobody's, it is set freely. */
static int64_t seek_file(struct file *f, int64_t off, int whence)
{
	struct inode *i = f->inode;
	int64_t found;
	int fd;

	if (whence != ABI_SEEK_DATA && whence != ABI_SEEK_HOLE)
		return seek_position(f, off, whence);
	if (i->mapping.nr_pages)
		mapping_writeback(&i->mapping, 0, UINT64_MAX);
	fd = hostfs_fd(i, false);
	found = fd < 0 ? fd : host_lseek(fd, off, whence);
	if (found >= 0)
		f->pos = (uint64_t)found;
	return found;
}

static int truncate_file(struct file *f, uint64_t size)
{
	return hostfs_resize(f->inode, size);
}

/* What shifts the rest of the file. */
enum { MOVES = ABI_FALLOC_COLLAPSE | ABI_FALLOC_INSERT };

static int allocate(struct file *f, int mode, uint64_t off, uint64_t len)
{
	struct inode *i = f->inode;
	int fd = hostfs_fd(i, true), err;

	if (fd < 0)
		return fd;
	if (mode & ~(ABI_FALLOC_KEEP_SIZE | ABI_FALLOC_PUNCH_HOLE | ABI_FALLOC_ZERO_RANGE | MOVES))
		return -EOPNOTSUPP;
	if (i->mapping.nr_pages)
		mapping_writeback(&i->mapping, 0, UINT64_MAX);
	err = host_fallocate(fd, mode, (int64_t)off, (int64_t)len);
	if (err)
		return err;
	if ((mode & (ABI_FALLOC_PUNCH_HOLE | ABI_FALLOC_ZERO_RANGE | MOVES)) && i->mapping.nr_pages)
		mapping_truncate(&i->mapping, align_down(off, PAGE_SIZE));
	if (mode & MOVES)
		i->size = mode & ABI_FALLOC_COLLAPSE ? i->size - len : i->size + len;
	else if (!(mode & ABI_FALLOC_KEEP_SIZE))
		i->size = MAX(i->size, off + len);
	changed_by_us(i);
	return 0;
}

static int sync_file(struct file *f, bool data_only)
{
	int fd = hostfs_fd(f->inode, false), err;

	if (fd < 0)
		return fd;
	err = f->inode->mapping.nr_pages ? mapping_writeback(&f->inode->mapping, 0, UINT64_MAX) : 0;
	return err ? err : host_fsync(fd, data_only);
}

static int map_file(struct file *f, struct mapping **out)
{
	*out = &f->inode->mapping;
	return 0;
}

/* ---- open, close ---------------------------------------------------------------------------------- */

static int open_file(struct inode *i, struct file *f)
{
	bool write = file_writable(f);
	int fd = hostfs_fd(i, write);

	if (fd < 0)
		return fd == -ESTALE ? -ENOENT : fd;
	hostfs_pin(i);
	return 0;
}

static void release_file(struct file *f)
{
	if (file_writable(f) && f->inode->mapping.nr_pages)
		mapping_writeback(&f->inode->mapping, 0, UINT64_MAX);
	hostfs_unpin(f->inode);
}

const struct inode_ops hostfs_file_iops = {
	.open = open_file, .setattr = hostfs_setattr, .refresh = hostfs_refresh, .release = hostfs_release,
	.getxattr = hostfs_getxattr, .setxattr = hostfs_setxattr, .listxattr = hostfs_listxattr,
	.removexattr = hostfs_removexattr,
};
const struct file_ops hostfs_file_fops = {
	.read = read_file, .write = write_file, .seek = seek_file, .truncate = truncate_file, .fallocate = allocate,
	.fsync = sync_file, .mmap = map_file, .release = release_file,
};
