/* TCP on a wire that loses nothing: two sockets, each with a queue of bytes the other fills.
 *
 *     client                          listener                      server's end
 *     connect --- room in its queue? --> makes the server's end --> accept
 *             --- no: SYN_SENT, waits among the listener's syns until there is
 *
 * There are no segments: what is sent is in the peer's queue at once, so what
 * Linux does later (FIN_WAIT1, LAST_ACK, retransmission) is over at once too, and
 * the states seen are those of a connection at rest (RFC 9293 3.3.2):
 *
 *     ESTABLISHED --shutdown--> FIN_WAIT2 --peer's FIN--> CLOSE
 *     ESTABLISHED --peer's FIN--> CLOSE_WAIT --shutdown--> CLOSE
 *
 * A reset: close with unread data or a zero linger; data to a socket that is gone. There is no
 * TIME_WAIT: a port is free when its last socket is. */
#include "inet.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
	TCP_SNDBUF = 16384, TCP_RCVBUF = 131072,      /* net.ipv4.tcp_wmem, tcp_rmem: the middle ones */
	TCP_SNDBUF_TUNED = 2626560,                   /* what a loopback connection gets */
	TCP_QUEUE_MAX = 1 << 20,                      /* bytes in flight, unless the program chose */
	TCP_PIECE = 32 * 1024,
	TCP_HEADERS = 14 + 20 + 32,
};

struct tcp_sock {
	struct inet_sock in;
	struct tcp_sock *peer;         /* with a reference; NULL: never connected, or the peer is closed */
	bool connecting;               /* connect() has not told its outcome yet (SS_CONNECTING) */
	bool joined;                   /* it is one end of a connection, even if that is over (SS_CONNECTED) */
	bool done;                     /* the peer's FIN is here (SOCK_DONE) */
	/* Out-of-band data: one byte of the stream, at a place in it (tcp_check_urg). */
	uint64_t copied, urg_at;       /* bytes that were read; where the urgent one is */
	enum { URG_NONE, URG_VALID, URG_READ } urg;
	uint8_t urg_byte;
	bool wants_room;               /* somebody found no room to write (SOCK_NOSPACE) */
	/* A listener. */
	struct list queue, syns;       /* of tcp_sock.link: to be accepted; clients that wait for room */
	unsigned queued, backlog;
	struct list link;              /* each on a list holds a reference */
	struct tcp_sock *listener;     /* on whose list it is */
};
static const struct net_proto tcp_proto;
static const uint32_t everything = ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLHUP | ABI_EPOLLRDHUP | ABI_EPOLLERR;

static struct tcp_sock *tcp_of(struct sock *s)
{
	return container_of(s, struct tcp_sock, in.sk);
}

static struct tcp_sock *tcp_alloc(int family)
{
	struct tcp_sock *t = xnew(struct tcp_sock);

	inet_init(&t->in, &tcp_proto, family, INET_TCP);
	t->in.sk.sndbuf = TCP_SNDBUF;
	t->in.sk.rcvbuf = TCP_RCVBUF;
	list_init(&t->queue);
	list_init(&t->syns);
	list_init(&t->link);
	return t;
}

unsigned tcp_backlog(const struct sock *s)
{
	return container_of(s, struct tcp_sock, in.sk)->backlog;
}

int tcp_create(int family, struct sock **out)
{
	*out = &tcp_alloc(family)->in.sk;
	return 0;
}

static void set_peer(struct tcp_sock *t, struct tcp_sock *peer)
{
	struct tcp_sock *old = t->peer;

	if (peer)
		sock_get(&peer->in.sk);
	t->peer = peer;
	if (old)
		sock_put(&old->in.sk);
}

/* ---- states ---------------------------------------------------------------------------------- */

static bool is_connected(const struct sock *s)
{
	return s->state == ABI_TCP_ESTABLISHED || s->state == ABI_TCP_CLOSE_WAIT ||
	       s->state == ABI_TCP_FIN_WAIT2;
}

/* The connection is over (tcp_done). A port that bind did not choose is free again. */
static void finish(struct tcp_sock *t)
{
	t->in.sk.state = ABI_TCP_CLOSE;
	t->in.sk.shut_read = t->in.sk.shut_write = true;
	if (!t->in.locked_port)
		list_del(&t->in.port_link);
	sock_tell(&t->in.sk, everything);
}

/* A reset arrived (net/ipv4/tcp_input.c tcp_reset). */
static void reset(struct tcp_sock *t)
{
	struct sock *s = &t->in.sk;

	switch (s->state) {
	case ABI_TCP_CLOSE:      return;
	case ABI_TCP_SYN_SENT:   s->err = ECONNREFUSED; break;
	case ABI_TCP_CLOSE_WAIT: s->err = EPIPE; break;
	default:                 s->err = ECONNRESET; break;
	}
	finish(t);
}

static void receive_fin(struct tcp_sock *t)
{
	if (t->in.sk.state == ABI_TCP_CLOSE)
		return;
	t->done = true;
	t->in.sk.shut_read = true;
	if (t->in.sk.state == ABI_TCP_ESTABLISHED)
		t->in.sk.state = ABI_TCP_CLOSE_WAIT;
	else
		finish(t);
	sock_tell(&t->in.sk, everything);
}

static void send_fin(struct tcp_sock *t)
{
	bool last = t->in.sk.state == ABI_TCP_CLOSE_WAIT;

	if (t->in.sk.state != ABI_TCP_ESTABLISHED && !last)
		return;
	t->in.sk.shut_write = true;
	t->in.sk.state = ABI_TCP_FIN_WAIT2;
	if (t->peer)
		receive_fin(t->peer);
	if (last)
		finish(t);
}

/* ---- connecting --------------------------------------------------------------------------------- */

static bool has_room(const struct tcp_sock *listener)
{
	return listener->queued <= listener->backlog;
}

static void tune(struct sock *s)
{
	if (!s->sndbuf_set)
		s->sndbuf = TCP_SNDBUF_TUNED;
}

static void enqueue(struct tcp_sock *listener, struct tcp_sock *t)
{
	list_add_tail(&listener->queue, &t->link);
	t->listener = listener;
	listener->queued++;
	listener->in.sk.rx_count = listener->queued;
	sock_tell(&listener->in.sk, ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

/* Both ends are connected, the server's waits to be accepted. */
static void establish(struct tcp_sock *client, struct tcp_sock *listener)
{
	struct tcp_sock *server = tcp_alloc(listener->in.sk.family);
	struct sock *s = &server->in.sk, *from = &listener->in.sk;

	s->uid = from->uid;
	s->options = from->options;
	s->linger = from->linger;
	s->sndbuf = from->sndbuf;
	s->rcvbuf = from->rcvbuf;
	s->sndbuf_set = from->sndbuf_set;
	s->rcvbuf_set = from->rcvbuf_set;
	s->rcvlowat = from->rcvlowat;
	s->rcv_timeout_ns = from->rcv_timeout_ns;
	s->snd_timeout_ns = from->snd_timeout_ns;
	memcpy(server->in.kept, listener->in.kept, sizeof(server->in.kept));
	server->in.v6only = listener->in.v6only;
	memcpy(server->in.local.ip, client->in.remote.ip, 16);
	server->in.remote = client->in.local;
	inet_share_port(&server->in, &listener->in);
	set_peer(server, client);
	set_peer(client, server);
	for (int n = 0; n < 3; n++)           /* SYN, SYN and ACK, ACK */
		net_count(s->net, TCP_HEADERS);
	s->state = client->in.sk.state = ABI_TCP_ESTABLISHED;
	tune(s);
	tune(&client->in.sk);
	sock_tell(&client->in.sk, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
	enqueue(listener, server);
}

static void leave_listener(struct tcp_sock *t)
{
	list_del(&t->link);
	t->listener = NULL;
	sock_put(&t->in.sk);
}

/* There is room in the queue: who waited for it is connected now. */
static void admit(struct tcp_sock *listener)
{
	while (has_room(listener) && !list_empty(&listener->syns)) {
		struct tcp_sock *client = list_first(&listener->syns, struct tcp_sock, link);

		establish(client, listener);
		leave_listener(client);
	}
}

/* Back to a socket that was never connected (tcp_disconnect). */
static void disconnect(struct tcp_sock *t)
{
	struct inet_sock *i = &t->in;

	set_peer(t, NULL);
	i->sk.state = ABI_TCP_CLOSE;
	i->sk.shut_read = i->sk.shut_write = false;
	i->sk.err = 0;
	t->done = t->connecting = t->joined = false;
	t->urg = URG_NONE;
	memset(&i->remote, 0, sizeof(i->remote));
	if (!i->locked_port)
		list_del(&i->port_link);      /* the number stays to be seen, as on Linux */
	if (!i->locked_addr)
		ip_set_any(i->local.ip, i->sk.family);
	sock_rx_purge(&i->sk);
}

/* Begin: connected, refused (err is set), or in SYN_SENT. 0 or -errno of the call itself. */
static int begin_connect(struct tcp_sock *t, const struct net_addr *a)
{
	struct endpoint to, from = t->in.local;
	struct inet_sock *found;
	int err = endpoint_from(&t->in, a, &to);

	if (!err)
		err = inet_route(t->in.sk.net, &from, &to);
	if (err)
		return err;
	memcpy(t->in.local.ip, from.ip, 16);
	err = inet_autobind(&t->in);
	if (err)
		return err;
	t->in.remote = to;
	t->in.sk.state = ABI_TCP_SYN_SENT;
	found = inet_find(t->in.sk.net, INET_TCP, &to, &t->in.local);
	if (!found) {
		reset(t);
	} else if (has_room(tcp_of(&found->sk))) {
		establish(t, tcp_of(&found->sk));
	} else {
		sock_get(&t->in.sk);
		t->listener = tcp_of(&found->sk);
		list_add_tail(&t->listener->syns, &t->link);
	}
	return 0;
}

/* The attempt is over: what came of it (net/ipv4/af_inet.c __inet_stream_connect). */
static int end_connect(struct tcp_sock *t)
{
	int err;

	t->connecting = false;
	if (t->in.sk.state != ABI_TCP_CLOSE) {
		t->joined = true;
		return 0;
	}
	err = sock_error(&t->in.sk);
	disconnect(t);
	return err ? err : -ECONNABORTED;
}

int tcp_connect_inside(uint16_t port, struct sock **out)
{
	static const int families[] = { ABI_AF_INET, ABI_AF_INET6 };

	for (unsigned n = 0; n < ARRAY_SIZE(families); n++) {
		struct tcp_sock *t = tcp_alloc(families[n]);
		struct net_addr a;
		struct endpoint to = { .port = port };
		int err;

		ip_set_any(to.ip, families[n]);
		endpoint_to(&t->in, &to, &a);
		err = begin_connect(t, &a);
		if (!err && t->in.sk.state != ABI_TCP_CLOSE) {
			*out = &t->in.sk;
			return 0;
		}
		t->in.sk.proto->close(&t->in.sk);
		sock_put(&t->in.sk);
	}
	return -ECONNREFUSED;
}

static void stop_listening(struct tcp_sock *t);

/* Whoever gives a connection up finds it reset itself (net/ipv4/tcp.c tcp_disconnect). */
static int tcp_disconnect(struct tcp_sock *t)
{
	enum abi_tcp_state was = t->in.sk.state;

	if (t->listener && !list_empty(&t->link) && was == ABI_TCP_SYN_SENT)
		leave_listener(t);
	if (t->peer && is_connected(&t->in.sk))
		reset(t->peer);
	if (was == ABI_TCP_LISTEN)
		stop_listening(t);
	disconnect(t);
	if (was != ABI_TCP_LISTEN && was != ABI_TCP_CLOSE)
		t->in.sk.err = ECONNRESET;
	sock_tell(&t->in.sk, everything);
	return 0;
}

static int tcp_connect(struct sock *s, const struct net_addr *a, bool nonblock)
{
	struct tcp_sock *t = tcp_of(s);
	uint64_t deadline = nonblock ? 0 : sock_deadline(s->snd_timeout_ns);
	bool begun = t->connecting;
	int err;

	if (a->len < sizeof(a->family))
		return -EINVAL;
	if (a->family == ABI_AF_UNSPEC)
		return tcp_disconnect(t);
	if (!begun) {
		if (s->state != ABI_TCP_CLOSE || t->joined)
			return -EISCONN;
		err = begin_connect(t, a);
		if (err)
			return err;
		t->connecting = true;
	}
	/* The answer is never there at once, even where nobody has to wait for it. */
	if (!deadline && (!begun || s->state == ABI_TCP_SYN_SENT))
		return begun ? -EALREADY : -EINPROGRESS;
	err = sock_wait(s, s->state != ABI_TCP_SYN_SENT, deadline);
	if (err)
		return err == -EAGAIN ? -EINPROGRESS : err;
	return end_connect(t);
}

/* ---- listening ------------------------------------------------------------------------------------ */

static int tcp_listen(struct sock *s, int backlog)
{
	struct tcp_sock *t = tcp_of(s);
	int err;

	if ((s->state != ABI_TCP_CLOSE && s->state != ABI_TCP_LISTEN) || t->connecting)
		return -EINVAL;
	t->backlog = (unsigned)backlog;
	if (s->state == ABI_TCP_CLOSE) {
		err = inet_autobind(&t->in);
		if (err)
			return err;
		if (inet_listen_conflict(&t->in))
			return -EADDRINUSE;
		s->state = ABI_TCP_LISTEN;
		s->shut_read = s->shut_write = false;
		sock_tell(s, everything);
	}
	admit(t);
	return 0;
}

static int tcp_accept(struct sock *s, bool nonblock, struct sock **out)
{
	struct tcp_sock *t = tcp_of(s), *made;
	uint64_t deadline = nonblock ? 0 : sock_deadline(s->rcv_timeout_ns);
	int err;

	if (s->state != ABI_TCP_LISTEN)
		return -EINVAL;
	err = sock_wait(s, !list_empty(&t->queue) || s->state != ABI_TCP_LISTEN, deadline);
	if (err)
		return err;
	if (s->state != ABI_TCP_LISTEN)
		return -EINVAL;
	made = list_first(&t->queue, struct tcp_sock, link);
	list_del(&made->link);
	made->listener = NULL;
	made->joined = true;
	t->queued--;
	s->rx_count = t->queued;
	admit(t);
	*out = &made->in.sk;          /* with the queue's reference */
	return 0;
}

/* Connections nobody accepted are reset, attempts refused. */
static void stop_listening(struct tcp_sock *t)
{
	t->in.sk.state = ABI_TCP_CLOSE;
	while (!list_empty(&t->queue)) {
		struct tcp_sock *end = list_first(&t->queue, struct tcp_sock, link);

		if (end->peer)
			reset(end->peer);
		end->in.sk.state = ABI_TCP_CLOSE;
		sock_get(&end->in.sk);
		leave_listener(end);
		end->in.sk.proto->close(&end->in.sk);
		sock_put(&end->in.sk);
	}
	t->queued = 0;
	t->in.sk.rx_count = 0;
	while (!list_empty(&t->syns)) {
		struct tcp_sock *client = list_first(&t->syns, struct tcp_sock, link);

		reset(client);
		leave_listener(client);
	}
}

/* ---- ending ------------------------------------------------------------------------------------------ */

static int tcp_shutdown(struct sock *s, int how)
{
	struct tcp_sock *t = tcp_of(s);
	int err = 0;

	if (s->state == ABI_TCP_LISTEN || s->state == ABI_TCP_SYN_SENT) {
		if (s->state == ABI_TCP_LISTEN && how == ABI_SHUT_WR)
			return 0;
		if (s->state == ABI_TCP_LISTEN) {
			stop_listening(t);
			disconnect(t);
		} else {
			tcp_disconnect(t);
		}
		sock_tell(s, everything);
		return 0;
	}
	if (s->state == ABI_TCP_CLOSE)
		err = -ENOTCONN;
	s->shut_read |= how != ABI_SHUT_WR;
	if (how != ABI_SHUT_RD)
		send_fin(t);
	s->shut_write |= how != ABI_SHUT_RD;
	sock_tell(s, everything);
	return err;
}

static void tcp_close(struct sock *s)
{
	struct tcp_sock *t = tcp_of(s), *peer = t->peer;
	bool rude = !list_empty(&s->rx) || (s->linger.on && !s->linger.seconds);

	if (s->state == ABI_TCP_LISTEN)
		stop_listening(t);
	if (s->state == ABI_TCP_SYN_SENT && t->listener)
		leave_listener(t);
	if (peer && is_connected(s)) {
		if (rude)
			reset(peer);
		else
			send_fin(t);
	}
	if (peer && peer->peer == t)
		set_peer(peer, NULL);
	set_peer(t, NULL);
	s->state = ABI_TCP_CLOSE;
	list_del(&t->in.port_link);
	sock_rx_purge(s);
}

/* ---- data ----------------------------------------------------------------------------------------------- */

/* Bytes that may lie between s and its peer. */
static size_t queue_max(const struct sock *s, const struct sock *peer)
{
	if (s->sndbuf_set || peer->rcvbuf_set)
		return (s->sndbuf_set ? s->sndbuf : TCP_RCVBUF) + (peer->rcvbuf_set ? peer->rcvbuf / 2 : TCP_RCVBUF);
	return TCP_QUEUE_MAX;
}

static size_t room_for(const struct tcp_sock *t)
{
	const struct sock *s = &t->in.sk;
	size_t max;

	if (!t->peer)
		return SIZE_MAX;              /* what is sent goes nowhere: it need not wait for that */
	max = queue_max(s, &t->peer->in.sk);
	return max > t->peer->in.sk.rx_bytes ? max - t->peer->in.sk.rx_bytes : 0;
}

/* A third of the room must be free, lest a writer be woken for every byte read. */
static bool is_writable(const struct tcp_sock *t)
{
	return t->in.sk.shut_write || !t->peer || room_for(t) * 3 > queue_max(&t->in.sk, &t->peer->in.sk);
}

static bool can_send(const struct sock *s)
{
	return !s->err && !s->shut_write && (s->state == ABI_TCP_ESTABLISHED || s->state == ABI_TCP_CLOSE_WAIT);
}

/* Room at the end of the peer's last piece, or a new one. */
static struct skb *tail_piece(struct sock *to, size_t want)
{
	struct skb *b = list_empty(&to->rx) ? NULL : list_entry(to->rx.prev, struct skb, link);

	if (b && b->len < b->cap)
		return b;
	b = skb_alloc(want >= TCP_PIECE ? TCP_PIECE : MAX(align_up(want, 512), (size_t)2048));
	if (b)
		sock_rx_add(to, b);
	return b;
}

/* A page's worth at most: bytes, 0 to look again, or -errno. Looking for the guest's page may sleep, what
 * follows does not. */
static ssize_t push(struct tcp_sock *t, struct uio *u)
{
	size_t want, n;
	const void *p = uio_span(u, ACCESS_READ, &n);
	struct sock *to;
	struct skb *b;

	if (!p)
		return -EFAULT;
	if (!t->peer || !can_send(&t->in.sk))
		return 0;
	to = &t->peer->in.sk;
	want = (size_t)MIN(u->left, (uint64_t)TCP_PIECE);
	n = MIN(n, room_for(t));
	if (!n)
		return 0;
	b = tail_piece(to, want);
	if (!b)
		return -ENOBUFS;
	n = MIN(n, b->cap - b->len);
	memcpy(b->data + b->len, p, n);
	uio_advance(u, n);
	b->len += n;
	to->rx_bytes += n;
	net_count(to->net, n + TCP_HEADERS);
	sock_tell(to, ABI_EPOLLIN | ABI_EPOLLRDNORM);
	return (ssize_t)n;
}

/* To a socket that is closed: taken, and answered by a reset. */
static ssize_t send_to_nobody(struct tcp_sock *t, struct uio *u)
{
	ssize_t n = (ssize_t)u->left;

	uio_advance(u, u->left);
	if (t->peer)
		reset(t->peer);
	reset(t);
	return n;
}

static ssize_t send_error(struct sock *s, uint32_t flags)
{
	int err = sock_error(s);

	return err && err != -EPIPE ? err : sock_epipe(flags);
}

static void consume(struct tcp_sock *t, size_t n);

/* A reader passes over the urgent byte, unless it is to be a part of the stream (SO_OOBINLINE). */
static bool has_hole(const struct tcp_sock *t)
{
	return t->urg && t->urg_at == t->copied && !(t->in.sk.options & OPT_OOBINLINE);
}

/* The last byte that was sent is urgent. One before it that nobody read becomes a byte like any other,
 * or is lost when the reader stands right before it. */
static void mark_urgent(struct tcp_sock *t)
{
	struct sock *s = &t->in.sk;
	const struct skb *last;

	if (!s->rx_bytes)
		return;
	last = list_entry(s->rx.prev, struct skb, link);
	if (has_hole(t) && s->rx_bytes > 1)
		consume(t, 1);
	t->urg_at = t->copied + s->rx_bytes - 1;
	t->urg_byte = last->data[last->len - 1];
	t->urg = URG_VALID;
	sock_tell_urgent(s);
}

static ssize_t tcp_send(struct sock *s, struct net_msg *m)
{
	struct tcp_sock *t = tcp_of(s);
	uint64_t deadline = m->flags & ABI_MSG_DONTWAIT ? 0 : sock_deadline(s->snd_timeout_ns);
	ssize_t done = 0, n = 0;

	if (s->state == ABI_TCP_SYN_SENT)
		n = sock_wait(s, s->state != ABI_TCP_SYN_SENT, deadline);
	while (!n) {
		if (!can_send(s)) {
			n = done ? done : send_error(s, m->flags);
			break;
		}
		if (!m->u->left)
			break;
		t->wants_room = !room_for(t);
		n = sock_wait(s, room_for(t) || !can_send(s), deadline);
		if (n || !can_send(s))
			continue;
		/* The peer shut its reading side and then gave up on us: FIN_WAIT2 takes no data. */
		n = t->peer && !(t->peer->in.sk.shut_read && t->peer->in.sk.state == ABI_TCP_FIN_WAIT2) ?
			push(t, m->u) : send_to_nobody(t, m->u);
		done += MAX(n, (ssize_t)0);
		n = MIN(n, (ssize_t)0);
	}
	if (done && (m->flags & ABI_MSG_OOB) && !m->u->left && t->peer)
		mark_urgent(t->peer);
	return done ? done : n;
}

/* Bytes of the queue from `offset` on that are in one piece, at most n. */
static size_t copy_from(const struct sock *s, size_t offset, void *to, size_t n)
{
	const struct skb *b;

	list_for_each(b, &s->rx, link) {
		size_t here = b->len - b->taken;

		if (offset < here) {
			n = MIN(n, here - offset);
			memcpy(to, b->data + b->taken + offset, n);
			return n;
		}
		offset -= here;
	}
	return 0;
}

static void consume(struct tcp_sock *t, size_t n)
{
	struct sock *s = &t->in.sk;

	t->copied += n;
	if (t->urg && t->copied > t->urg_at)
		t->urg = URG_NONE;
	while (n) {
		struct skb *b = list_first(&s->rx, struct skb, link);
		size_t here = MIN(n, b->len - b->taken);

		b->taken += here;
		s->rx_bytes -= here;
		n -= here;
		if (b->taken == b->len) {
			sock_rx_remove(s, b);
			skb_free(b);
		}
	}
	if (t->peer && t->peer->wants_room && is_writable(t->peer)) {
		t->peer->wants_room = false;
		sock_tell(&t->peer->in.sk, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
	}
}

/* One read of the queue: how, and how far it has come. */
struct reading { struct uio *u; bool peek, discard, at_mark; size_t done, ahead; };

/* The urgent byte is next: true to stop here. Who has read nothing yet goes on behind it. */
static bool stop_at_mark(struct tcp_sock *t, struct reading *r)
{
	if (!t->urg || t->urg_at != t->copied + r->ahead)
		return false;
	r->at_mark = r->done != 0;
	if (r->at_mark || (t->in.sk.options & OPT_OOBINLINE))
		return r->at_mark;
	if (r->peek)
		r->ahead++;
	else
		consume(t, 1);
	return false;
}

/* No further than up to the mark. */
static size_t up_to_mark(const struct tcp_sock *t, const struct reading *r, size_t n)
{
	uint64_t at = t->copied + r->ahead;

	return t->urg && t->urg_at > at ? MIN(n, (size_t)(t->urg_at - at)) : n;
}

/* What is in the queue, up to what is asked or the mark. 0, or -EFAULT when not one byte could be copied.
 * Again, only looking for the guest's page may sleep. */
static int pull(struct tcp_sock *t, struct reading *r)
{
	struct sock *s = &t->in.sk;
	struct uio *u = r->u;

	while (u->left && s->rx_bytes > r->ahead && !stop_at_mark(t, r) && s->rx_bytes > r->ahead) {
		size_t n = 0;
		void *p = r->discard ? NULL : uio_span(u, ACCESS_WRITE, &n);

		if (!p && !r->discard)
			return r->done ? 0 : -EFAULT;
		if (r->discard)
			n = up_to_mark(t, r, (size_t)MIN(u->left, (uint64_t)(s->rx_bytes - r->ahead)));
		else
			n = copy_from(s, r->ahead, p, up_to_mark(t, r, n));
		if (!n)
			break;
		uio_advance(u, n);
		r->done += n;
		if (r->peek)
			r->ahead += n;
		else
			consume(t, n);
	}
	return 0;
}

/* tcp_recv_urg() */
static ssize_t receive_urgent(struct tcp_sock *t, struct net_msg *m)
{
	struct sock *s = &t->in.sk;
	uint8_t byte = t->urg_byte;

	if (!t->urg || t->urg == URG_READ || (s->options & OPT_OOBINLINE))
		return -EINVAL;
	if (s->state == ABI_TCP_CLOSE && !t->done)
		return -ENOTCONN;
	if (!(m->flags & ABI_MSG_PEEK))
		t->urg = URG_READ;
	m->out_flags |= ABI_MSG_OOB;
	if (!m->u->left) {
		m->out_flags |= ABI_MSG_TRUNC;
		return 0;
	}
	if (m->flags & ABI_MSG_TRUNC)
		return 1;
	return uio_copy_in(m->u, &byte, 1) == 1 ? 1 : -EFAULT;
}

/* Nothing is there: why the call ends, or 1 to wait. */
static int nothing_to_read(struct tcp_sock *t)
{
	struct sock *s = &t->in.sk;

	if (t->done)
		return 0;
	if (s->err)
		return sock_error(s);
	if (s->shut_read)
		return 0;
	return s->state == ABI_TCP_CLOSE ? -ENOTCONN : 1;
}

static ssize_t tcp_receive(struct sock *s, struct net_msg *m)
{
	struct tcp_sock *t = tcp_of(s);
	uint64_t deadline = m->flags & ABI_MSG_DONTWAIT ? 0 : sock_deadline(s->rcv_timeout_ns), size = m->u->left;
	uint64_t target = m->flags & ABI_MSG_WAITALL ? size : MIN((uint64_t)s->rcvlowat, size);
	struct reading r = { .u = m->u, .peek = m->flags & ABI_MSG_PEEK, .discard = m->flags & ABI_MSG_TRUNC };
	int err;

	if (s->state == ABI_TCP_LISTEN)
		return -ENOTCONN;
	if (m->flags & ABI_MSG_OOB)
		return receive_urgent(t, m);
	target = MAX(target, (uint64_t)1);
	for (;;) {
		err = pull(t, &r);
		if (err)
			return err;
		if (r.done >= target || (size && !m->u->left) || (r.peek && r.done) || r.at_mark)
			return (ssize_t)r.done;
		err = nothing_to_read(t);
		if (err != 1)
			return r.done ? (ssize_t)r.done : err;
		/* Who peeks waits for something behind a hole. */
		err = sock_wait(s, s->rx_bytes > r.ahead || s->err || s->shut_read || s->state == ABI_TCP_CLOSE, deadline);
		if (err)
			return r.done ? (ssize_t)r.done : err;
		if (!size)
			return 0;
	}
}

static uint32_t tcp_poll(struct sock *s, struct poll_table *pt)
{
	struct tcp_sock *t = tcp_of(s);
	uint32_t events = s->err ? ABI_EPOLLERR : 0;

	if (s->state == ABI_TCP_LISTEN)
		return list_empty(&t->queue) ? 0 : ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if ((s->shut_read && s->shut_write) || s->state == ABI_TCP_CLOSE)
		events |= ABI_EPOLLHUP;
	if (s->shut_read)
		events |= ABI_EPOLLIN | ABI_EPOLLRDNORM | ABI_EPOLLRDHUP;
	if (s->state == ABI_TCP_SYN_SENT)
		return events;
	if (s->rx_bytes >= (size_t)s->rcvlowat + has_hole(t))
		events |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (t->urg == URG_VALID)
		events |= ABI_EPOLLPRI;
	if (is_writable(t))
		events |= ABI_EPOLLOUT | ABI_EPOLLWRNORM;
	else
		t->wants_room = true;
	return events;
}

static int64_t tcp_ioctl(struct sock *s, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct tcp_sock *t = tcp_of(s);
	int32_t n = 0;

	if (cmd == ABI_SIOCINQ && s->state == ABI_TCP_LISTEN)
		return -EINVAL;
	if (cmd == ABI_SIOCINQ)      /* up to the mark (tcp_inq) */
		n = (int32_t)(t->urg && !(s->options & OPT_OOBINLINE) ? t->urg_at - t->copied : s->rx_bytes);
	else if (cmd == ABI_SIOCOUTQ && s->state == ABI_TCP_LISTEN)
		return -EINVAL;
	else if (cmd == ABI_SIOCOUTQ)
		n = 0;                        /* all of it has arrived */
	else if (cmd == ABI_SIOCATMARK)
		n = t->urg && t->urg_at == t->copied;
	else
		return -ENOTTY;
	return mm_copy_to(mm, arg, &n, sizeof(n)) ? -EFAULT : 0;
}

static const struct net_proto tcp_proto = {
	.bind = inet_bind, .connect = tcp_connect, .listen = tcp_listen, .accept = tcp_accept,
	.getname = inet_getname, .shutdown = tcp_shutdown, .send = tcp_send, .receive = tcp_receive,
	.poll = tcp_poll, .ioctl = tcp_ioctl, .setsockopt = inet_setsockopt, .getsockopt = inet_getsockopt,
	.close = tcp_close,
};
