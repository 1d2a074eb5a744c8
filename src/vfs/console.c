/* The console: what descriptors 0 to 2 of the first program are.
 *
 * When hearth's own descriptor is a terminal, the guest gets the console's tty (tty.c).
 * Otherwise, here: a stream over the host's descriptor, of the host's file
 * type, so that `hearth run ... | less`, `< file` and `> /dev/null` look to
 * the program as they would without hearth.
 *
 * The host's open file descriptions are shared with whoever started hearth, so
 * O_NONBLOCK is never set on them. A transfer asks poll() first, and sleeps
 * in the guest's kernel until the host's event arrives: the machine goes on.
 * After "writable", PIPE_BUF bytes go into a pipe without blocking. Regular files
 * are always ready; read() and write() keep the offset that others share. */
#include "console.h"

#include <stdlib.h>
#include <string.h>

#include "abi/tty.h"
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

struct stream {
	struct host_event event;
	int fd;
	bool watchable;               /* the host can tell us about readiness; else always ready */
	bool added;
	uint32_t armed;               /* what the one-shot event waits for */
	bool fired;
	struct wait_queue changed;
};

static int stream_refresh(struct inode *i);

static struct stream *stream_of(const struct file *f)
{
	return f->inode->private;
}

static void event_fired(struct host_event *ev, uint32_t events)
{
	struct stream *s = container_of(ev, struct stream, event);

	s->armed = 0;
	s->fired = true;
	wake_up_nr(&s->changed, INT32_MAX, events);
}

/* Ask to be told when one of `events` holds. */
static void arm(struct stream *s, uint32_t events)
{
	uint32_t want = s->armed | events;

	if (!s->watchable || want == s->armed)
		return;
	s->armed = want;
	if (s->added)
		host_event_modify(&s->event, want | ABI_EPOLLONESHOT);
	else if (host_event_add(&s->event, want | ABI_EPOLLONESHOT) == 0)
		s->added = true;
	else
		s->watchable = false;
}

static uint32_t ready_now(struct stream *s, uint32_t events)
{
	return s->watchable ? host_fd_ready(s->fd, events) : events;
}

/* Until `event` holds; an error or hang-up counts, the transfer will tell. */
static int wait_ready(struct file *f, uint32_t event)
{
	struct stream *s = stream_of(f);

	while (!ready_now(s, event)) {
		int err;

		if (f->flags & ABI_O_NONBLOCK) {
			if (wait_queue_active(&s->changed))
				arm(s, event);        /* an edge-triggered epoll waits for the next change */
			return -EAGAIN;
		}
		s->fired = false;
		arm(s, event);
		err = wait_event(&s->changed, s->fired || !s->watchable, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
		if (err)
			return err;
	}
	return 0;
}

/* Does this file use the host's offset, or, opened again through /proc/self/fd, one of its own? */
static const struct file_ops reopened_fops;
static bool shares_offset(const struct file *f, const uint64_t *pos)
{
	return pos == &f->pos && f->ops != &reopened_fops;
}

static ssize_t stream_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct stream *s = stream_of(f);
	int err = wait_ready(f, ABI_EPOLLIN);
	size_t span;
	void *p;
	ssize_t n;

	if (err)
		return err;
	if (!u->left)
		return 0;
	p = uio_span(u, ACCESS_WRITE, &span);
	if (!p)
		return -EFAULT;
	n = shares_offset(f, pos) ? host_read(s->fd, p, span) : host_pread(s->fd, p, span, (int64_t)*pos);
	if (n > 0)
		uio_advance(u, (size_t)n);
	if (n > 0 && !shares_offset(f, pos))
		*pos += (uint64_t)n;
	return n;
}

static ssize_t write_span(struct file *f, struct uio *u, uint64_t *pos)
{
	struct stream *s = stream_of(f);
	size_t span;
	const void *p = uio_span(u, ACCESS_READ, &span);
	ssize_t n;

	if (!p)
		return -EFAULT;
	span = MIN(span, (size_t)ABI_PIPE_BUF);
	n = shares_offset(f, pos) ? host_write(s->fd, p, span) : host_pwrite(s->fd, p, span, (int64_t)*pos);
	if (n > 0)
		uio_advance(u, (size_t)n);
	if (n > 0 && !shares_offset(f, pos))
		*pos += (uint64_t)n;
	return n;
}

static ssize_t stream_write(struct file *f, struct uio *u, uint64_t *pos)
{
	ssize_t done = 0, n;

	if (f->ops == &reopened_fops && (f->flags & ABI_O_APPEND)) {
		stream_refresh(f->inode);
		*pos = f->inode->size;
	}
	while (u->left) {
		n = wait_ready(f, ABI_EPOLLOUT);
		if (!n)
			n = write_span(f, u, pos);
		if (n < 0)
			return done ? done : n;
		done += n;
	}
	return done;
}

static uint32_t stream_poll(struct file *f, struct poll_table *pt)
{
	struct stream *s = stream_of(f);
	uint32_t want = (file_readable(f) ? ABI_EPOLLIN : 0) | (file_writable(f) ? ABI_EPOLLOUT : 0), ready;

	poll_wait(pt, &s->changed);
	ready = ready_now(s, want);
	if (want & ~ready)
		arm(s, want & ~ready);
	if (ready & ABI_EPOLLIN)
		ready |= ABI_EPOLLRDNORM;
	if (ready & ABI_EPOLLOUT)
		ready |= ABI_EPOLLWRNORM;
	return ready;
}

static int64_t stream_seek(struct file *f, int64_t off, int whence)
{
	return S_ISREG(f->inode->mode) ? host_lseek(stream_of(f)->fd, off, whence) : -ESPIPE;
}

static int64_t stream_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	int32_t n;

	if (cmd != ABI_FIONREAD)
		return -ENOTTY;
	n = host_bytes_readable(stream_of(f)->fd);
	return n < 0 ? n : mm_copy_to(mm, arg, &n, sizeof(n));
}

static int stream_sync(struct file *f, bool data_only)
{
	return host_fsync(stream_of(f)->fd, data_only);
}

/* Only a regular file has a seek; the others must look like streams to file_read(). */
static const struct file_ops stream_fops = {
	.read = stream_read, .write = stream_write, .poll = stream_poll, .ioctl = stream_ioctl,
};
/* Without a poll operation a file is always ready, and epoll refuses it, as on Linux. */
static const struct file_ops regular_fops = {
	.read = stream_read, .write = stream_write, .ioctl = stream_ioctl,
	.seek = stream_seek, .fsync = stream_sync,
};
static const struct file_ops memory_device_fops = {
	.read = stream_read, .write = stream_write, .ioctl = stream_ioctl,
};

static const struct file_ops *fops_for(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return &regular_fops;
	/* /dev/null and its like, major 1 */
	return S_ISCHR(st->st_mode) && abi_dev_major(st->st_rdev) == 1 ? &memory_device_fops : &stream_fops;
}

static int stream_refresh(struct inode *i)
{
	struct stream *s = i->private;
	struct stat st;
	int err = host_fstat(s->fd, &st);

	if (err)
		return err;
	i->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	i->blocks = S_ISREG(st.st_mode) ? (uint64_t)st.st_blocks : 0;
	i->atime = (struct abi_timespec64){ st.st_atim.tv_sec, st.st_atim.tv_nsec };
	i->mtime = (struct abi_timespec64){ st.st_mtim.tv_sec, st.st_mtim.tv_nsec };
	i->ctime = (struct abi_timespec64){ st.st_ctim.tv_sec, st.st_ctim.tv_nsec };
	return 0;
}

static int stream_setattr(struct inode *i, const struct attr_change *c)
{
	struct stream *s = i->private;

	if (c->valid == ATTR_SIZE)
		return S_ISREG(i->mode) ? host_ftruncate(s->fd, (int64_t)c->size) : -EINVAL;
	return -EPERM;
}

static void stream_release(struct inode *i)
{
	struct stream *s = i->private;

	if (s->added)
		host_event_del(&s->event);
	free(s);
}

static const struct file_ops reopened_fops = {
	.read = stream_read, .write = stream_write, .ioctl = stream_ioctl, .fsync = stream_sync,
};

static int stream_reopen(struct inode *i, struct file *f)
{
	if (S_ISREG(i->mode))
		f->ops = &reopened_fops;
	return 0;
}

static const struct inode_ops stream_iops = {
	.open = stream_reopen, .refresh = stream_refresh, .setattr = stream_setattr, .release = stream_release,
};

static int stream_open(int host_fd, struct file **out)
{
	static const struct cred owner = { .refs = 1 };
	struct stat st;
	struct stream *s;
	struct inode *i;
	struct cred *who;
	int flags = host_fd_flags(host_fd), err = host_fstat(host_fd, &st);

	if (err || flags < 0)
		return err ? err : flags;
	s = xnew(struct stream);
	s->fd = s->event.fd = host_fd;
	s->event.fire = event_fired;
	s->watchable = fops_for(&st) == &stream_fops && !S_ISDIR(st.st_mode);
	wait_queue_init(&s->changed);
	i = inode_create(super_anonymous(), st.st_mode, &stream_iops, fops_for(&st));
	i->private = s;
	i->ino = st.st_ino;
	i->rdev = S_ISCHR(st.st_mode) ? st.st_rdev : 0;
	stream_refresh(i);
	who = cred_copy(&owner);
	*out = file_create(i, i->fops, ((uint32_t)flags & ABI_O_ACCMODE) | ((uint32_t)flags & ABI_O_APPEND), who);
	(*out)->anon_name = S_ISFIFO(st.st_mode) ? "pipe:[0]" : S_ISSOCK(st.st_mode) ? "socket:[0]" : "/dev/console";
	cred_put(who);
	inode_put(i);
	return 0;
}

/* hearth was started with this descriptor closed: reads find the end, writes go nowhere. */
static int open_nothing(struct file **out)
{
	struct cred *who = cred_create(0, 0);
	struct inode *i = inode_create(super_anonymous(), S_IFCHR | 0666, NULL, NULL);
	int err;

	i->rdev = abi_makedev(1, 3);
	*out = file_create(i, NULL, ABI_O_RDWR, who);
	(*out)->anon_name = "/dev/null";
	err = chrdev_open(i, *out);
	inode_put(i);
	cred_put(who);
	if (err)
		file_put(*out);
	return err;
}

int console_open(int host_fd, struct file **out)
{
	if (host_fd_flags(host_fd) < 0)
		return open_nothing(out);
	if (host_isatty(host_fd) && console_tty_open(host_fd, out) == 0)
		return 0;
	return stream_open(host_fd, out);
}
