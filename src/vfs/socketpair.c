/* socketpair(2): two sockets that know only each other. It is the part of AF_UNIX that needs no
 * address; sockets with addresses, and others, are for a room of their own.
 *
 * Each end has an inbox of messages that the other end fills. A stream is read
 * across the borders of messages, datagrams and packets one at a time: what
 * does not fit into the reader's buffer is lost (unix(7)).
 *
 *     end 0 --send--> inbox of end 1          shut_write of end 0, or its last
 *     end 1 --send--> inbox of end 0          close, is end of file for end 1
 *
 * Guarded by the kernel lock. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/socket.h"
#include "base/alloc.h"

enum {
	INBOX_MAX = 212992,            /* net.core.wmem_default */
	PIECE_MAX = 32 * 1024,         /* a stream's longest message: what is copied at once */
};

struct message { struct list link; size_t len, taken; char data[]; };

struct sock {
	struct sockpair *pair;
	struct list inbox;             /* of message, oldest first */
	size_t queued;                 /* bytes in the inbox */
	struct wait_queue changed;     /* inbox, room in the peer's inbox, shutdown, close */
	bool open, shut_read, shut_write;
};

struct sockpair {
	struct sock end[2];
	int type;                      /* SOCK_* */
	int pid;                       /* who made it: SO_PEERCRED */
	uint32_t uid, gid;
	char name[2][32];
};

static const struct file_ops socket_fops;
static uint64_t next_ino = 1;

static struct sock *sock_of(const struct file *f)
{
	return f->ops == &socket_fops ? f->private : NULL;
}

static struct sock *peer_of(struct sock *s)
{
	return &s->pair->end[s == &s->pair->end[0]];
}

static bool is_stream(const struct sock *s)
{
	return s->pair->type == ABI_SOCK_STREAM;
}

static void tell(struct sock *s, uint32_t events)
{
	wake_up_nr(&s->changed, INT32_MAX, events);
}

/* ---- sending -------------------------------------------------------------------------- */

/* May a message of this length go into the inbox? A stream takes any part of it. */
static bool has_room(const struct sock *to, size_t len)
{
	if (to->pair->type == ABI_SOCK_STREAM)
		return to->queued < INBOX_MAX;
	return !to->queued || to->queued + len <= INBOX_MAX;
}

static bool is_broken(struct sock *s)
{
	return s->shut_write || !peer_of(s)->open || peer_of(s)->shut_read;
}

static int wait_for_room(struct file *f, struct sock *s, size_t len, uint32_t msg_flags)
{
	bool wait = !(f->flags & ABI_O_NONBLOCK) && !(msg_flags & ABI_MSG_DONTWAIT);

	if (is_broken(s))
		return -EPIPE;
	if (!has_room(peer_of(s), len) && !wait)
		return -EAGAIN;
	return wait_event(&s->changed, has_room(peer_of(s), len) || is_broken(s), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
}

/* One message out of the uio. Bytes, or -errno when not one went. */
static ssize_t send_message(struct sock *s, struct uio *u, size_t len)
{
	struct sock *to = peer_of(s);
	struct message *m;
	size_t got;

	if (is_broken(s))
		return -EPIPE;
	m = try_alloc(sizeof(*m) + len);
	if (!m)
		return -ENOBUFS;
	got = uio_copy_out(u, m->data, len);
	if (got < len && (!got || !is_stream(s))) {
		free(m);
		return -EFAULT;
	}
	m->len = got;
	list_add_tail(&to->inbox, &m->link);
	to->queued += got;
	tell(to, ABI_EPOLLIN | ABI_EPOLLRDNORM);
	return (ssize_t)got;
}

static ssize_t send_stream(struct file *f, struct sock *s, struct uio *u, uint32_t msg_flags)
{
	ssize_t done = 0;

	while (u->left) {
		size_t len = MIN(u->left, (uint64_t)PIECE_MAX);
		ssize_t n = wait_for_room(f, s, len, msg_flags);

		if (!n)
			n = send_message(s, u, len);
		if (n <= 0)
			return done ? done : n;
		done += n;
	}
	return done;
}

ssize_t socket_send(struct file *f, struct uio *u, uint32_t msg_flags)
{
	struct sock *s = sock_of(f);
	size_t len = u->left;
	int err;

	if (!s)
		return -ENOTSOCK;
	if (msg_flags & ABI_MSG_OOB)
		return -EOPNOTSUPP;
	if (is_stream(s))
		return send_stream(f, s, u, msg_flags);
	if (len > INBOX_MAX)
		return -EMSGSIZE;
	err = wait_for_room(f, s, len, msg_flags);
	return err ? err : send_message(s, u, len);
}

/* ---- receiving -------------------------------------------------------------------------- */

static bool at_end(struct sock *s)
{
	struct sock *peer = peer_of(s);

	return s->shut_read || ((!peer->open || peer->shut_write) && s->pair->type != ABI_SOCK_DGRAM);
}

static int wait_for_message(struct file *f, struct sock *s, uint32_t msg_flags)
{
	bool wait = !(f->flags & ABI_O_NONBLOCK) && !(msg_flags & ABI_MSG_DONTWAIT);

	if (list_empty(&s->inbox) && !at_end(s) && !wait)
		return -EAGAIN;
	return wait_event(&s->changed, !list_empty(&s->inbox) || at_end(s), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
}

static void drop_message(struct sock *s, struct message *m)
{
	s->queued -= m->len - m->taken;
	list_del(&m->link);
	free(m);
	tell(peer_of(s), ABI_EPOLLOUT | ABI_EPOLLWRNORM);
}

/* What is in the inbox and fits; more than one message of a stream. */
static ssize_t take_stream(struct sock *s, struct uio *u, bool peek)
{
	struct message *m, *next;
	ssize_t done = 0;

	list_for_each_safe(m, next, &s->inbox, link) {
		size_t want = MIN(u->left, (uint64_t)(m->len - m->taken));
		size_t got = uio_copy_in(u, m->data + m->taken, want);

		done += (ssize_t)got;
		if (!peek) {
			m->taken += got;
			s->queued -= got;
			if (m->taken == m->len)
				drop_message(s, m);
		}
		if (got < want && !done)
			return -EFAULT;
		if (!u->left || got < want)
			break;
	}
	return done;
}

static ssize_t take_packet(struct sock *s, struct uio *u, uint32_t msg_flags, uint32_t *out_flags)
{
	struct message *m;
	size_t want, got;
	ssize_t ret;

	if (list_empty(&s->inbox))
		return 0;
	m = list_first(&s->inbox, struct message, link);
	want = MIN(u->left, (uint64_t)m->len);
	got = uio_copy_in(u, m->data, want);
	ret = got < want ? -EFAULT : (ssize_t)got;
	if (want < m->len) {
		*out_flags |= ABI_MSG_TRUNC;
		if (msg_flags & ABI_MSG_TRUNC)
			ret = (ssize_t)m->len;
	}
	if (!(msg_flags & ABI_MSG_PEEK))
		drop_message(s, m);
	return ret;
}

ssize_t socket_receive(struct file *f, struct uio *u, uint32_t msg_flags, uint32_t *out_flags)
{
	bool peek = msg_flags & ABI_MSG_PEEK;
	struct sock *s = sock_of(f);
	ssize_t done = 0, n;

	*out_flags = 0;
	if (!s)
		return -ENOTSOCK;
	if (msg_flags & ABI_MSG_OOB)
		return -EOPNOTSUPP;
	if (is_stream(s) && !u->left)
		return 0;
	do {
		n = wait_for_message(f, s, msg_flags);
		if (n)
			return done ? done : n;
		n = is_stream(s) ? take_stream(s, u, peek) : take_packet(s, u, msg_flags, out_flags);
		if (n <= 0)
			return done ? done : n;
		done += n;
	} while ((msg_flags & ABI_MSG_WAITALL) && is_stream(s) && !peek && u->left);
	return done;
}

/* ---- the file --------------------------------------------------------------------------------- */

static ssize_t socket_read(struct file *f, struct uio *u, uint64_t *pos)
{
	uint32_t ignored;

	return socket_receive(f, u, 0, &ignored);
}

static ssize_t socket_write(struct file *f, struct uio *u, uint64_t *pos)
{
	return socket_send(f, u, 0);
}

static int64_t socket_seek(struct file *f, int64_t off, int whence)
{
	return -ESPIPE;
}

static uint32_t socket_poll(struct file *f, struct poll_table *pt)
{
	struct sock *s = f->private, *peer = peer_of(s);
	bool deaf = at_end(s), mute = is_broken(s);
	uint32_t events = 0;

	poll_wait(pt, &s->changed);
	if (!list_empty(&s->inbox) || deaf)
		events |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (deaf)
		events |= ABI_EPOLLRDHUP;
	if ((!peer->open && s->pair->type != ABI_SOCK_DGRAM) || (s->shut_read && s->shut_write))
		events |= ABI_EPOLLHUP;
	if (mute || has_room(peer, 1))
		events |= ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND;
	return events;
}

static void socket_release(struct file *f)
{
	struct sock *s = f->private, *peer = peer_of(s);
	struct message *m, *next;

	list_for_each_safe(m, next, &s->inbox, link)
		drop_message(s, m);
	s->open = false;
	if (peer->open)
		tell(peer, ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLHUP);
	else
		free(s->pair);
}

static const struct file_ops socket_fops = {
	.read = socket_read, .write = socket_write, .seek = socket_seek, .poll = socket_poll,
	.release = socket_release,
};

int socket_shutdown(struct file *f, int how)
{
	struct sock *s = sock_of(f);

	if (!s)
		return -ENOTSOCK;
	if (how < ABI_SHUT_RD || how > ABI_SHUT_RDWR)
		return -EINVAL;
	s->shut_read |= how != ABI_SHUT_WR;
	s->shut_write |= how != ABI_SHUT_RD;
	tell(s, ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLHUP);
	tell(peer_of(s), ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLRDHUP);
	return 0;
}

bool socket_describe(const struct file *f, struct socket_info *out)
{
	struct sock *s = sock_of(f);

	if (!s)
		return false;
	*out = (struct socket_info){ .type = s->pair->type, .pid = s->pair->pid, .uid = s->pair->uid,
				     .gid = s->pair->gid, .buffer = INBOX_MAX };
	return true;
}

int socketpair_create(int type, uint32_t flags, int pid, const struct cred *who, struct file *ends[2])
{
	struct sockpair *pair;

	if (type != ABI_SOCK_STREAM && type != ABI_SOCK_DGRAM && type != ABI_SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	pair = xnew(struct sockpair);
	pair->type = type;
	pair->pid = pid;
	pair->uid = who->euid;
	pair->gid = who->egid;
	for (int i = 0; i < 2; i++) {
		struct sock *s = &pair->end[i];

		s->pair = pair;
		s->open = true;
		list_init(&s->inbox);
		wait_queue_init(&s->changed);
		snprintf(pair->name[i], sizeof(pair->name[i]), "socket:[%llu]", (unsigned long long)next_ino);
		ends[i] = anon_file_create(pair->name[i], &socket_fops, s, ABI_O_RDWR | (flags & ABI_O_NONBLOCK), who);
		ends[i]->inode->mode = S_IFSOCK | 0777;
		ends[i]->inode->ino = next_ino++;
	}
	return 0;
}
