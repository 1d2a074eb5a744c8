/* Pipes and FIFOs: a ring of bytes with readers at one end and writers at the other.
 *
 *        ring  [ . . . D D D D D . . . ]
 *                      ^head     head+used (mod cap)
 *
 * A write of up to PIPE_BUF bytes is atomic: it waits until all of it fits.
 * Longer ones go in as room appears. Reading an empty pipe without writers is
 * the end of file; writing without readers is -EPIPE (the system call layer
 * adds SIGPIPE). With O_DIRECT each write is a packet, and a read takes one at most.
 *
 * The pipe belongs to its inode and lives while an end is open. A FIFO's open
 * waits for the other side (fifo(7)); the counters say that somebody came,
 * even if he has left again. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/tty.h"
#include "base/alloc.h"
#include "base/log.h"

enum {
	PIPE_DEFAULT = 64 * 1024,     /* pipe(7) */
	PIPE_MAX = 1024 * 1024,       /* /proc/sys/fs/pipe-max-size */
	PACKETS_MAX = 256,            /* boundaries remembered; a writer waits beyond */
	USER_SOFT = 64 * 1024 * 1024, /* pipe-user-pages-soft: who has pipes of so many bytes ... */
	PIPE_SMALL = 2 * 4096,        /* ... gets small ones (PIPE_MIN_DEF_BUFFERS), unless privileged */
};

/* What the pipes that a user has made may hold. */
struct pipe_user {
	struct list link;
	uint32_t uid;
	unsigned pipes;
	uint64_t bytes;
};

struct pipe {
	struct pipe_user *user;
	char *ring;                   /* NULL until the first write */
	size_t cap, head, used;
	unsigned readers, writers;    /* open files */
	uint64_t readers_came, writers_came;
	struct wait_queue readable, writable;
	uint16_t packets[PACKETS_MAX];/* lengths of the packets in the ring, first at first_packet */
	unsigned first_packet, nr_packets;
	char name[32];
};

static uint64_t next_ino = 1;
static const struct file_ops pipe_fops;

static struct pipe *pipe_of(const struct file *f)
{
	return f->inode->pipe;
}

static struct pipe_user *user_get(uint32_t uid)
{
	static struct list users = LIST_INIT(users);
	struct pipe_user *u;

	list_for_each(u, &users, link)
		if (u->uid == uid) {
			u->pipes++;
			return u;
		}
	u = xnew(struct pipe_user);
	u->uid = uid;
	u->pipes = 1;
	list_add_tail(&users, &u->link);
	return u;
}

static void user_put(struct pipe_user *u)
{
	if (--u->pipes)
		return;
	list_del(&u->link);
	free(u);
}

/* too_many_pipe_buffers_soft(), pipe_is_unprivileged_user() */
static bool has_enough(const struct pipe_user *u, size_t more, const struct cred *who)
{
	return u->bytes + more > USER_SOFT && !cred_capable(who, VFS_CAP_SYS_RESOURCE) && !cred_capable(who, VFS_CAP_SYS_ADMIN);
}

static struct pipe *pipe_alloc(const struct cred *who)
{
	struct pipe *p = xnew(struct pipe);

	p->user = user_get(who->uid);
	p->cap = has_enough(p->user, PIPE_DEFAULT, who) ? PIPE_SMALL : PIPE_DEFAULT;
	p->user->bytes += p->cap;
	wait_queue_init(&p->readable);
	wait_queue_init(&p->writable);
	return p;
}

static void pipe_free(struct pipe *p)
{
	p->user->bytes -= p->cap;
	user_put(p->user);
	free(p->ring);
	free(p);
}

/* A ring of another size, with what is in the old one. */
static int set_cap(struct pipe *p, size_t cap)
{
	char *ring = try_alloc(cap);

	if (!ring)
		return -ENOMEM;
	for (size_t n = 0; n < p->used; n++)
		ring[n] = p->ring[(p->head + n) % p->cap];
	free(p->ring);
	p->user->bytes += cap - p->cap;
	p->ring = ring;
	p->head = 0;
	p->cap = cap;
	return 0;
}

void pipe_inode_release(struct inode *inode)
{
	pipe_free(inode->pipe);
	inode->pipe = NULL;
}

static void wake_readers(struct pipe *p)
{
	wake_up_nr(&p->readable, 1, ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

static void wake_writers(struct pipe *p)
{
	wake_up_nr(&p->writable, 1, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
}

/* ---- bytes ------------------------------------------------------------------------ */

static size_t take(struct pipe *p, struct uio *u, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t piece = MIN(n - done, p->cap - p->head);
		size_t got = uio_copy_in(u, p->ring + p->head, piece);

		p->head = (p->head + got) % p->cap;
		p->used -= got;
		done += got;
		if (got < piece)
			break;
	}
	return done;
}

static size_t put(struct pipe *p, struct uio *u, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t tail = (p->head + p->used) % p->cap;
		size_t piece = MIN(n - done, p->cap - tail);
		size_t got = uio_copy_out(u, p->ring + tail, piece);

		p->used += got;
		done += got;
		if (got < piece)
			break;
	}
	return done;
}

/* One packet; what the reader has no room for is lost (pipe(2), O_DIRECT). */
static size_t take_packet(struct pipe *p, struct uio *u)
{
	size_t len = p->packets[p->first_packet];
	size_t before = p->used;
	size_t got = take(p, u, MIN(len, u->left));
	size_t rest = len - (before - p->used);

	p->head = (p->head + rest) % p->cap;
	p->used -= rest;
	p->first_packet = (p->first_packet + 1) % PACKETS_MAX;
	p->nr_packets--;
	return got;
}

static ssize_t pipe_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct pipe *p = pipe_of(f);
	size_t got;
	int err;

	if (!u->left)
		return 0;
	while (!p->used) {
		if (!p->writers)
			return 0;
		if (f->flags & ABI_O_NONBLOCK)
			return -EAGAIN;
		err = wait_event(&p->readable, p->used || !p->writers, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
		if (err)
			return err;
	}
	got = p->nr_packets ? take_packet(p, u) : take(p, u, MIN(u->left, p->used));
	wake_writers(p);
	return got ? (ssize_t)got : -EFAULT;
}

/* splice(2) took bytes that it could not hand on, as when a signal came: they go back in front.
 * Meanwhile others may have written; the ring grows then. */
int pipe_unread(struct file *f, const char *data, size_t n)
{
	struct pipe *p = pipe_of(f);

	if ((p->used + n > p->cap || !p->ring) && set_cap(p, align_up(p->used + n, PAGE_SIZE)) != 0)
		return -ENOMEM;
	p->head = (p->head + p->cap - n) % p->cap;
	for (size_t i = 0; i < n; i++)
		p->ring[(p->head + i) % p->cap] = data[i];
	p->used += n;
	if (p->nr_packets && p->nr_packets < PACKETS_MAX) {
		p->first_packet = (p->first_packet + PACKETS_MAX - 1) % PACKETS_MAX;
		p->packets[p->first_packet] = (uint16_t)n;
		p->nr_packets++;
	}
	wake_readers(p);
	return 0;
}

/* tee(2): what a read would give, left where it is. */
ssize_t pipe_peek(struct file *f, void *buf, size_t n, bool nonblock)
{
	struct pipe *p = f->ops == &pipe_fops ? pipe_of(f) : NULL;
	size_t first;
	int err;

	if (!p)
		return -EINVAL;
	if (nonblock && !p->used)
		return p->writers ? -EAGAIN : 0;
	err = wait_event(&p->readable, p->used || !p->writers, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (err)
		return err;
	n = MIN(n, p->used);
	first = MIN(n, p->cap - p->head);
	memcpy(buf, p->ring + p->head, first);
	memcpy((char *)buf + first, p->ring, n - first);
	return (ssize_t)n;
}

static size_t room(const struct pipe *p, bool packet)
{
	return packet && p->nr_packets == PACKETS_MAX ? 0 : p->cap - p->used;
}

/* Put one piece in; 0 or -EFAULT. */
static int write_piece(struct pipe *p, struct uio *u, bool packet, ssize_t *done)
{
	size_t n = MIN(u->left, room(p, packet)), put_in;

	if (packet)
		n = MIN(n, (size_t)ABI_PIPE_BUF);
	put_in = put(p, u, n);
	*done += (ssize_t)put_in;
	if (packet && put_in) {
		p->packets[(p->first_packet + p->nr_packets) % PACKETS_MAX] = (uint16_t)put_in;
		p->nr_packets++;
	}
	if (put_in)
		wake_readers(p);
	return put_in < n ? -EFAULT : 0;
}

static ssize_t pipe_write(struct file *f, struct uio *u, uint64_t *pos)
{
	struct pipe *p = pipe_of(f);
	/* Packets and stream bytes do not mix: after the first packet the pipe drains as packets. */
	bool packet = (f->flags & ABI_O_DIRECT) && (p->nr_packets || !p->used);
	bool atomic = u->left <= ABI_PIPE_BUF;
	ssize_t done = 0;
	int err = 0;

	if (!p->ring && u->left) {
		p->ring = try_alloc(p->cap);
		if (!p->ring)
			return -ENOMEM;
	}
	while (u->left && !err) {
		size_t need = atomic ? u->left : packet ? MIN(u->left, (uint64_t)ABI_PIPE_BUF) : 1;

		if (!p->readers)
			err = -EPIPE;
		else if (room(p, packet) >= need)
			err = write_piece(p, u, packet, &done);
		else if (f->flags & ABI_O_NONBLOCK)
			err = -EAGAIN;
		else
			err = wait_event(&p->writable, !p->readers || room(p, packet) >= need,
					 WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	}
	return done ? done : err;
}

static uint32_t pipe_poll(struct file *f, struct poll_table *pt)
{
	struct pipe *p = pipe_of(f);
	uint32_t ready = 0;

	if (file_readable(f)) {
		poll_wait(pt, &p->readable);
		if (p->used)
			ready |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
		/* A FIFO that no writer has opened yet is not hung up. */
		if (!p->writers && p->writers_came != (uint64_t)(uintptr_t)f->private)
			ready |= ABI_EPOLLHUP;
	}
	if (file_writable(f)) {
		poll_wait(pt, &p->writable);
		if (room(p, f->flags & ABI_O_DIRECT) >= ABI_PIPE_BUF)
			ready |= ABI_EPOLLOUT | ABI_EPOLLWRNORM;
		if (!p->readers)
			ready |= ABI_EPOLLERR;
	}
	return ready;
}

static int64_t pipe_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	int32_t n = (int32_t)pipe_of(f)->used;

	return cmd == ABI_FIONREAD ? mm_copy_to(mm, arg, &n, sizeof(n)) : -ENOTTY;
}

static void close_end(struct file *f)
{
	struct pipe *p = pipe_of(f);

	if (file_readable(f) && --p->readers == 0)
		wake_up_nr(&p->writable, INT32_MAX, ABI_EPOLLOUT | ABI_EPOLLERR);
	if (file_writable(f) && --p->writers == 0)
		wake_up_nr(&p->readable, INT32_MAX, ABI_EPOLLIN | ABI_EPOLLHUP);
	if (!p->readers && !p->writers)
		pipe_inode_release(f->inode);
}

static const struct file_ops pipe_fops = {
	.default_owner = file_no_owner,
	.read = pipe_read, .write = pipe_write, .poll = pipe_poll, .ioctl = pipe_ioctl, .release = close_end,
};

/* ---- opening ------------------------------------------------------------------------ */

static void count_end(struct pipe *p, const struct file *f)
{
	if (file_readable(f)) {
		p->readers++;
		p->readers_came++;
		wake_up_nr(&p->writable, INT32_MAX, ABI_EPOLLOUT);
	}
	if (file_writable(f)) {
		p->writers++;
		p->writers_came++;
		wake_up_nr(&p->readable, INT32_MAX, 0);
	}
}

int fifo_open(struct inode *inode, struct file *f)
{
	struct pipe *p = inode->pipe;
	/* Opened again through /proc/PID/fd, a pipe waits for nobody (Linux fs/pipe.c, is_pipe). */
	bool anonymous = inode->super == super_anonymous();
	bool r = file_readable(f), w = file_writable(f), wait = !anonymous && !(f->flags & ABI_O_NONBLOCK);
	uint64_t seen;
	int err = 0;

	if (!p)
		p = inode->pipe = pipe_alloc(f->cred);
	if (w && !r && !wait && !anonymous && !p->readers) {
		if (!p->writers)
			pipe_inode_release(inode);
		return -ENXIO;
	}
	count_end(p, f);
	f->ops = &pipe_fops;
	seen = r ? p->writers_came : p->readers_came;
	if (wait && r && !w && !p->writers)
		err = wait_event(&p->readable, p->writers_came != seen, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	else if (wait && w && !r && !p->readers)
		err = wait_event(&p->writable, p->readers_came != seen, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (err)
		close_end(f);
	else if (r && !anonymous && !p->writers && p->writers_came == seen)
		f->private = (void *)(uintptr_t)seen;
	else
		f->private = (void *)UINTPTR_MAX;
	return err;
}

int pipe_create(uint32_t flags, const struct cred *who, struct file *ends[2])
{
	struct inode *i;
	struct pipe *p;

	if (flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_NONBLOCK | ABI_O_DIRECT))
		return -EINVAL;
	i = inode_create(super_anonymous(), S_IFIFO | 0600, NULL, NULL);
	p = i->pipe = pipe_alloc(who);
	i->ino = next_ino++;
	i->uid = who->fsuid;
	i->gid = who->fsgid;
	snprintf(p->name, sizeof(p->name), "pipe:[%llu]", (unsigned long long)i->ino);
	for (int end = 0; end < 2; end++) {
		/* Packets are the writer's business (create_pipe_files). */
		uint32_t kept = flags & (end ? ABI_O_NONBLOCK | ABI_O_DIRECT : ABI_O_NONBLOCK);

		ends[end] = file_create(i, &pipe_fops, kept | (end ? ABI_O_WRONLY : ABI_O_RDONLY), who);
		ends[end]->anon_name = p->name;
		ends[end]->private = (void *)UINTPTR_MAX;
		count_end(p, ends[end]);
	}
	inode_put(i);
	return 0;
}

/* ---- size ----------------------------------------------------------------------------- */

static bool is_pipe(const struct file *f)
{
	return f->ops == &pipe_fops;
}

int64_t pipe_size(struct file *f)
{
	return is_pipe(f) ? (int64_t)pipe_of(f)->cap : -EBADF;
}

int64_t pipe_set_size(struct file *f, uint32_t size, const struct cred *who)
{
	struct pipe *p = pipe_of(f);
	uint64_t cap = PAGE_SIZE;

	if (!is_pipe(f))
		return -EBADF;
	if (size > 1u << 31)
		return -EINVAL;
	while (cap < size)
		cap *= 2;
	/* The privileged may have more than PIPE_MAX on Linux, where it counts as the machine's memory. */
	if (cap > p->cap && cap > PIPE_MAX)
		return cred_capable(who, VFS_CAP_SYS_RESOURCE) ? -ENOMEM : -EPERM;
	if (cap > p->cap && has_enough(p->user, cap - p->cap, who))
		return -EPERM;
	if (cap < p->used)
		return -EBUSY;
	if (set_cap(p, cap) != 0)
		return -ENOMEM;
	wake_writers(p);
	return (int64_t)cap;
}
