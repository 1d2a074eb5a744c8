/* AF_UNIX: bytes, messages and what comes with them (Linux net/unix/af_unix.c, net/core/scm.c).
 *
 * A stream is read across the borders of the writers' pieces, except where one
 * carries files or comes from another process than the one before; packets and datagrams are
 * read one at a time, and what does not fit is lost. */
#include "unix.h"

#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"

enum { STREAM_PIECE_MAX = 48832 };     /* SKB_MAX_ALLOC + UNIX_SKB_FRAGS_SZ */
#define OVERFLOW_ID 65534u             /* whose uid has no name: /proc/sys/kernel/overflowuid */

/* ---- credentials and files -------------------------------------------------------------------- */

static bool is_one_of(uint32_t id, uint32_t a, uint32_t b, uint32_t c)
{
	return id == a || id == b || id == c;
}

/* What the caller says it is, in its own numbers, becomes the machine's, if it may say so (scm_check_creds). */
static int claim(struct abi_ucred *u, const struct net_caller *who)
{
	const struct cred *c = who->cred;
	struct abi_ucred m = {
		net_hooks.mean_pid(u->pid), user_ns_to_machine(c->user_ns, ID_USER, u->uid),
		user_ns_to_machine(c->user_ns, ID_GROUP, u->gid),
	};

	if (m.uid == UINT32_MAX || m.gid == UINT32_MAX)
		return -EINVAL;
	if ((m.pid != who->pid && !user_ns_capable(c, who->ruler, ABI_CAP_SYS_ADMIN)) ||
	    (!is_one_of(m.uid, c->uid, c->euid, c->suid) && !user_ns_capable(c, c->user_ns, ABI_CAP_SETUID)) ||
	    (!is_one_of(m.gid, c->gid, c->egid, c->sgid) && !user_ns_capable(c, c->user_ns, ABI_CAP_SETGID)))
		return -EPERM;
	*u = m;
	return net_hooks.knows_pid(m.pid) ? 0 : -ESRCH;
}

/* The machine's numbers as the caller sees them. */
struct abi_ucred unix_show_cred(struct abi_ucred u)
{
	const struct user_ns *as = net_current().cred->user_ns;

	return (struct abi_ucred){ net_hooks.show_pid(u.pid), user_ns_show(as, ID_USER, u.uid), user_ns_show(as, ID_GROUP, u.gid) };
}

/* What goes with a message's first piece (files) or with every one (credentials); NULL: nothing.
 * Takes over the message's files. */
static int scm_make(struct net_msg *m, bool with_cred, struct scm **out)
{
	struct net_caller who = net_current();
	struct scm *scm;
	int err;

	*out = NULL;
	if (!m->nr_files && !m->has_cred && !with_cred)
		return 0;
	scm = xalloc(sizeof(*scm) + m->nr_files * sizeof(scm->files[0]));
	scm->cred = m->has_cred ? m->cred : (struct abi_ucred){ who.pid, who.cred->uid, who.cred->gid };
	for (unsigned i = 0; i < m->nr_files; i++)
		scm->files[i] = m->files[i];
	scm->nr_files = m->nr_files;
	err = unix_in_flight(scm);
	if (err) {
		free(scm);
		return err;
	}
	m->nr_files = 0;
	scm->pid_held = net_hooks.hold_pid(scm->cred.pid);
	*out = scm;
	return 0;
}

/* The receiver gets them; when it only peeks, copies. */
static void take_files(struct net_msg *m, struct skb *b, bool peek)
{
	struct scm *scm = b->scm;

	if (!scm || !scm->nr_files)
		return;
	m->files = xrealloc(m->files, (m->nr_files + scm->nr_files) * sizeof(m->files[0]));
	if (!peek)
		unix_not_in_flight(scm);
	for (unsigned i = 0; i < scm->nr_files; i++)
		m->files[m->nr_files++] = peek ? file_get(scm->files[i]) : scm->files[i];
	if (!peek)
		scm->nr_files = 0;
}

static struct abi_ucred cred_of(const struct skb *b)
{
	return b->scm ? b->scm->cred : (struct abi_ucred){ 0, OVERFLOW_ID, OVERFLOW_ID };
}

static void take_cred(struct sock *s, struct net_msg *m, const struct skb *b)
{
	m->has_cred = s->options & OPT_PASSCRED;
	m->cred = unix_show_cred(cred_of(b));
}

/* ---- sending ------------------------------------------------------------------------------------ */

static bool writes_fit(const struct sock *s)
{
	return s->tx_charge < s->sndbuf;
}

/* A piece of `len` bytes of the message; nothing is consumed on failure. */
static struct skb *make_piece(struct unix_sock *u, struct net_msg *m, size_t len, int *err)
{
	struct skb *b = skb_alloc(len);

	if (!b) {
		*err = -ENOBUFS;
		return NULL;
	}
	b->len = uio_copy_out(m->u, b->data, len);
	if (b->len < len && (!b->len || u->sk.type != ABI_SOCK_STREAM)) {
		*err = -EFAULT;
		skb_free(b);
		return NULL;
	}
	skb_set_owner(b, &u->sk, skb_truesize(len));
	return b;
}

static bool wants_cred(const struct unix_sock *u, const struct unix_sock *to)
{
	return (u->sk.options | to->sk.options) & OPT_PASSCRED;
}

static void deliver(struct unix_sock *to, struct skb *b, struct scm *scm)
{
	b->scm = scm;
	sock_rx_add(&to->sk, b);
	sock_tell(&to->sk, ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

static bool is_broken(const struct unix_sock *u)
{
	return u->sk.shut_write || !u->peer || u->peer->sk.shut_read;
}

/* One piece of a stream: bytes or -errno. */
static ssize_t send_piece(struct unix_sock *u, struct net_msg *m, uint64_t deadline)
{
	size_t len = MIN(MIN(m->u->left, (uint64_t)(u->sk.sndbuf / 2 - 64)), (uint64_t)STREAM_PIECE_MAX);
	struct unix_sock *to;
	struct skb *b;
	struct scm *scm;
	int err;

	if (is_broken(u))
		return -EPIPE;
	err = sock_wait(&u->sk, writes_fit(&u->sk) || is_broken(u), deadline);
	if (err)
		return err;
	b = make_piece(u, m, len, &err);
	if (!b)
		return err;
	to = u->peer;                  /* copying may have slept */
	err = is_broken(u) ? -EPIPE : scm_make(m, wants_cred(u, to), &scm);
	if (err) {
		skb_free(b);
		return err;
	}
	len = b->len;
	deliver(to, b, scm);
	return (ssize_t)len;
}

/* The last byte of a message with MSG_OOB, a piece of its own (queue_oob). */
static ssize_t send_urgent(struct unix_sock *u, struct net_msg *m, uint64_t deadline)
{
	ssize_t n;

	m->u->left++;
	n = send_piece(u, m, deadline);
	if (n == 1 && u->peer) {
		u->peer->oob = list_entry(u->peer->sk.rx.prev, struct skb, link);
		sock_tell_urgent(&u->peer->sk);
	}
	return n;
}

static ssize_t stream_send(struct unix_sock *u, struct net_msg *m, uint64_t deadline)
{
	ssize_t done = 0, n = 0;

	if ((m->flags & ABI_MSG_OOB) && !m->u->left)
		return -EOPNOTSUPP;
	if (m->addr.len)
		return u->sk.state == ABI_TCP_ESTABLISHED ? -EISCONN : -EOPNOTSUPP;
	if (!u->peer)
		return -ENOTCONN;
	if (is_broken(u))
		return sock_epipe(m->flags);
	if (m->flags & ABI_MSG_OOB)
		m->u->left--;
	while (m->u->left) {
		n = send_piece(u, m, deadline);
		if (n < 0)
			break;
		done += n;
	}
	if ((m->flags & ABI_MSG_OOB) && n >= 0) {
		n = send_urgent(u, m, deadline);
		done += MAX(n, (ssize_t)0);
	}
	if (done)
		return done;
	return n == -EPIPE ? sock_epipe(m->flags) : n;
}

/* To whom a datagram goes: a reference, or NULL with the error. */
static struct unix_sock *dgram_target(struct unix_sock *u, struct net_msg *m, int *err)
{
	struct unix_sock *to;

	if (m->addr.len && u->sk.type == ABI_SOCK_DGRAM) {
		*err = unix_check_addr(&m->addr);
		if (!*err)
			*err = unix_find(u->sk.net, &m->addr, u->sk.type, &to);
		return *err ? NULL : to;
	}
	*err = u->peer ? 0 : -ENOTCONN;
	if (!u->peer)
		return NULL;
	return unix_of(sock_get(&u->peer->sk));
}

/* Why the datagram cannot be taken now, for good: -errno, or 0. */
static int dgram_refused(struct unix_sock *u, struct unix_sock *to)
{
	if (!to->sk.file && list_empty(&to->embryo_link)) {
		if (u->peer != to)
			return -ECONNREFUSED;
		if (unix_connects(&u->sk))
			return -EPIPE;
		unix_set_peer(u, NULL);
		u->sk.state = ABI_TCP_CLOSE;
		sock_rx_purge(&u->sk);
		return -ECONNREFUSED;
	}
	if (to->peer && to->peer != u)
		return -EPERM;
	return u->sk.shut_write || to->sk.shut_read ? -EPIPE : 0;
}

static bool is_gone(const struct unix_sock *to)
{
	return (!to->sk.file && list_empty(&to->embryo_link)) || to->sk.shut_read;
}

/* A socket whose peer is this one answers for itself; others may fill its queue only so far. */
static bool must_queue(const struct unix_sock *u, const struct unix_sock *to)
{
	return to->peer != u && unix_queue_full(to) && !unix_connects(&to->sk);
}

static int dgram_wait(struct unix_sock *u, struct unix_sock *to, uint64_t deadline)
{
	int err = dgram_refused(u, to);

	while (!err && must_queue(u, to)) {
		unix_wait_for(u, to);
		err = sock_wait(&u->sk, !must_queue(u, to) || is_gone(to), deadline);
		unix_wait_for(u, NULL);
		if (!err)
			err = dgram_refused(u, to);
	}
	return err;
}

static int dgram_deliver(struct unix_sock *u, struct unix_sock *to, struct net_msg *m, uint64_t deadline)
{
	size_t len = (size_t)m->u->left;
	struct skb *b;
	struct scm *scm;
	int err = sock_wait(&u->sk, writes_fit(&u->sk) || u->sk.shut_write, deadline);

	if (err)
		return err;
	b = make_piece(u, m, len, &err);
	if (!b)
		return err;
	err = dgram_wait(u, to, deadline);
	if (!err)
		err = scm_make(m, wants_cred(u, to), &scm);
	if (err)
		skb_free(b);
	else
		deliver(to, b, scm);
	return err;
}

static ssize_t dgram_send(struct unix_sock *u, struct net_msg *m, uint64_t deadline)
{
	ssize_t len = (ssize_t)m->u->left;
	struct unix_sock *to;
	int err = 0;

	if (m->flags & ABI_MSG_OOB)
		return -EOPNOTSUPP;
	to = dgram_target(u, m, &err);
	if (!to)
		return err;
	if (u->sk.options & OPT_PASSCRED)
		err = unix_autobind(u);
	if (!err && len > (ssize_t)u->sk.sndbuf - 32)
		err = -EMSGSIZE;
	if (!err)
		err = u->sk.shut_write ? -EPIPE : 0;
	if (!err)
		err = dgram_deliver(u, to, m, deadline);
	sock_put(&to->sk);
	return err ? err : len;
}

ssize_t unix_send(struct sock *s, struct net_msg *m)
{
	struct net_caller who = net_current();
	uint64_t deadline = m->flags & ABI_MSG_DONTWAIT ? 0 : sock_deadline(s->snd_timeout_ns);
	int err = m->has_cred ? claim(&m->cred, &who) : 0;

	if (!err)
		err = sock_error(s);
	if (err)
		return err;
	if (s->type == ABI_SOCK_STREAM)
		return stream_send(unix_of(s), m, deadline);
	if (s->type == ABI_SOCK_SEQPACKET && s->state != ABI_TCP_ESTABLISHED)
		return -ENOTCONN;
	return dgram_send(unix_of(s), m, deadline);
}

/* ---- receiving ------------------------------------------------------------------------------------- */

static void remove_piece(struct sock *s, struct skb *b)
{
	bool was_full = unix_queue_full(unix_of(s));

	if (unix_of(s)->oob == b)
		unix_of(s)->oob = NULL;
	sock_rx_remove(s, b);
	skb_free(b);
	if (was_full && !unix_connects(s))
		unix_tell_waiting(unix_of(s));
}

/* Where a stream's read stands. */
struct reading { bool peek, has_writer; struct abi_ucred writer; ssize_t done; };

/* Bytes of one piece: true to go on with the next. */
static bool read_piece(struct sock *s, struct skb *b, struct net_msg *m, struct reading *r)
{
	size_t want = (size_t)MIN(m->u->left, (uint64_t)(b->len - b->taken)), got;
	struct abi_ucred writer = cred_of(b);
	bool has_files = b->scm && b->scm->nr_files;

	if (r->has_writer && (s->options & OPT_PASSCRED) && memcmp(&writer, &r->writer, sizeof(writer)) != 0)
		return false;
	got = uio_copy_in(m->u, b->data + b->taken, want);
	if (got < want && !r->done && !got) {
		r->done = -EFAULT;
		return false;
	}
	if (!r->has_writer) {
		r->has_writer = true;
		r->writer = writer;
		m->addr = unix_of(b->owner)->addr;
		take_cred(s, m, b);
	}
	r->done += (ssize_t)got;
	take_files(m, b, r->peek);
	if (!r->peek) {
		b->taken += got;
		s->rx_bytes -= got;
		if (b->taken < b->len)
			return false;
		remove_piece(s, b);
	}
	return !has_files && got == want && m->u->left;
}

static struct skb *next_piece(struct sock *s, const struct skb *b)
{
	struct list *l = b ? b->link.next : s->rx.next;

	return l == &s->rx ? NULL : list_entry(l, struct skb, link);
}

/* Out-of-band data in the way of a read (af_unix.c manage_oob): the piece to read in place of b, or NULL:
 * stop here. A byte that MSG_OOB has taken leaves an empty piece: the mark. A read ends at the mark; one
 * that begins there passes over what is out of band, unless it is to be a part of the stream. */
static struct skb *manage_oob(struct sock *s, struct skb *b, const struct reading *r)
{
	struct unix_sock *u = unix_of(s);
	bool in_line = s->options & OPT_OOBINLINE;

	if (b->taken == b->len) {
		struct skb *empty = b;

		if (r->done && (!u->oob || b == u->oob))
			return NULL;
		b = next_piece(s, b);
		if (!r->peek)
			remove_piece(s, empty);
	}
	if (!b || b != u->oob)
		return b;
	if (r->done)
		return NULL;
	if (!r->peek) {
		u->oob = NULL;
		if (!in_line) {
			remove_piece(s, b);
			return next_piece(s, NULL);
		}
	} else if (!in_line) {
		return next_piece(s, b);
	}
	return b;
}

/* What is in the queue now. */
static bool read_queue(struct sock *s, struct net_msg *m, struct reading *r)
{
	struct skb *b, *next;
	bool more = true;

	sock_rx_lock(s);
	for (b = next_piece(s, NULL); b && more; b = next) {
		b = manage_oob(s, b, r);
		if (!b) {
			more = !r->done;
			break;
		}
		next = next_piece(s, b);
		more = read_piece(s, b, m, r);
	}
	sock_rx_unlock(s);
	return more;
}

/* Is there something to read, or to pass over? Who peeks passes over nothing for good. */
static bool has_piece(struct sock *s, bool peek)
{
	const struct skb *b;

	if (!peek)
		return !list_empty(&s->rx);
	list_for_each(b, &s->rx, link)
		if (b->taken < b->len && (b != unix_of(s)->oob || (s->options & OPT_OOBINLINE)))
			return true;
	return false;
}

/* recv with MSG_OOB (unix_stream_recv_urg). */
static ssize_t receive_urgent(struct sock *s, struct net_msg *m)
{
	struct unix_sock *u = unix_of(s);
	struct skb *b = u->oob;
	uint8_t byte;

	if (!b || (s->options & OPT_OOBINLINE))
		return -EINVAL;
	byte = b->data[0];
	if (!(m->flags & ABI_MSG_PEEK)) {
		struct list *before = b->link.prev;

		u->oob = NULL;
		if (before != &s->rx) {
			struct skb *old = list_entry(before, struct skb, link);

			if (old->taken == old->len)
				remove_piece(s, old);      /* the mark before this one */
		}
		b->taken = b->len;
		s->rx_bytes--;
	}
	if (m->u->left && uio_copy_in(m->u, &byte, 1) != 1)
		return -EFAULT;
	m->out_flags |= ABI_MSG_OOB;
	return 1;
}

static ssize_t stream_receive(struct sock *s, struct net_msg *m, uint64_t deadline)
{
	struct reading r = { .peek = m->flags & ABI_MSG_PEEK };
	uint64_t size = m->u->left;
	uint64_t target = m->flags & ABI_MSG_WAITALL ? size : MIN((uint64_t)s->rcvlowat, size);
	int err = 0;

	if (s->state != ABI_TCP_ESTABLISHED && !s->shut_read)
		return -EINVAL;
	if (m->flags & ABI_MSG_OOB)
		return receive_urgent(s, m);
	target = MAX(target, (uint64_t)1);
	for (;;) {
		if (!list_empty(&s->rx) && !read_queue(s, m, &r))
			break;
		if (r.done < 0 || (uint64_t)r.done >= target || (size && !m->u->left) || (r.peek && r.done))
			break;
		err = sock_error(s);
		if (err || s->shut_read)
			break;
		err = sock_wait(s, has_piece(s, r.peek) || s->shut_read || s->err, deadline);
		if (err)
			break;
	}
	return r.done ? r.done : err;
}

/* The first message of the queue, which is not empty. */
static ssize_t read_message(struct sock *s, struct net_msg *m)
{
	struct skb *b = list_first(&s->rx, struct skb, link);
	size_t want = (size_t)MIN(m->u->left, (uint64_t)b->len), got = uio_copy_in(m->u, b->data, want);
	ssize_t ret = got < want ? -EFAULT : m->flags & ABI_MSG_TRUNC ? (ssize_t)b->len : (ssize_t)want;

	if (want < b->len)
		m->out_flags |= ABI_MSG_TRUNC;
	m->addr = unix_of(b->owner)->addr;
	take_cred(s, m, b);
	take_files(m, b, m->flags & ABI_MSG_PEEK);
	if (!(m->flags & ABI_MSG_PEEK))
		remove_piece(s, b);
	return ret;
}

static ssize_t dgram_receive(struct sock *s, struct net_msg *m, uint64_t deadline)
{
	ssize_t ret;

	if (s->type == ABI_SOCK_SEQPACKET && s->state != ABI_TCP_ESTABLISHED && !s->shut_read)
		return -ENOTCONN;
	if (m->flags & ABI_MSG_OOB)
		return -EOPNOTSUPP;
	for (;;) {
		ret = sock_wait(s, !list_empty(&s->rx) || s->shut_read || s->err, deadline);
		if (!ret && list_empty(&s->rx))
			ret = sock_error(s);
		if (ret)
			return ret;
		/* Nothing more will come; a datagram socket that need not wait says so differently. */
		if (list_empty(&s->rx))
			return s->type == ABI_SOCK_DGRAM && !deadline ? -EAGAIN : 0;
		sock_rx_lock(s);
		if (!list_empty(&s->rx))
			break;
		sock_rx_unlock(s);
	}
	ret = read_message(s, m);
	sock_rx_unlock(s);
	return ret;
}

ssize_t unix_receive(struct sock *s, struct net_msg *m)
{
	uint64_t deadline = m->flags & ABI_MSG_DONTWAIT ? 0 : sock_deadline(s->rcv_timeout_ns);

	return s->type == ABI_SOCK_STREAM ? stream_receive(s, m, deadline) : dgram_receive(s, m, deadline);
}

/* ---- readiness ---------------------------------------------------------------------------------------- */

static bool is_writable(struct unix_sock *u)
{
	struct unix_sock *to = u->peer;

	if (u->sk.state == ABI_TCP_LISTEN || u->sk.tx_charge * 4 > u->sk.sndbuf)
		return false;
	return u->sk.type == ABI_SOCK_STREAM || !to || !must_queue(u, to);
}

uint32_t unix_poll(struct sock *s, struct poll_table *pt)
{
	struct unix_sock *u = unix_of(s);
	uint32_t events = s->err ? ABI_EPOLLERR : 0;

	if (s->shut_read && s->shut_write)
		events |= ABI_EPOLLHUP;
	if (s->shut_read)
		events |= ABI_EPOLLRDHUP | ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (!list_empty(&s->rx) || !list_empty(&u->embryos))
		events |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (u->oob)
		events |= ABI_EPOLLPRI;
	if (unix_connects(s) && s->state == ABI_TCP_CLOSE)
		events |= ABI_EPOLLHUP;
	if (is_writable(u))
		events |= ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND;
	return events;
}

static bool at_mark(struct sock *s)
{
	const struct skb *oob = unix_of(s)->oob, *b = next_piece(s, NULL);

	return b && (b == oob || (b->taken == b->len && (!oob || next_piece(s, b) == oob)));
}

int64_t unix_ioctl(struct sock *s, unsigned cmd, gva_t arg, struct mm *mm)
{
	int32_t n;

	if (cmd == ABI_SIOCATMARK && s->type != ABI_SOCK_STREAM)
		return -EOPNOTSUPP;
	if (cmd == ABI_SIOCATMARK)
		n = at_mark(s);
	else if (cmd == ABI_SIOCOUTQ)
		n = (int32_t)s->tx_charge;
	else if (cmd != ABI_SIOCINQ)
		return -ENOTTY;
	else if (s->state == ABI_TCP_LISTEN)
		return -EINVAL;
	else if (s->type == ABI_SOCK_DGRAM)
		n = list_empty(&s->rx) ? 0 : (int32_t)list_first(&s->rx, struct skb, link)->len;
	else
		n = (int32_t)s->rx_bytes;
	return mm_copy_to(mm, arg, &n, sizeof(n)) ? -EFAULT : 0;
}
