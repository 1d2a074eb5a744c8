/* --publish: ports of the host that lead into the machine.
 *
 *     somebody --TCP--> host listener --accept--> bridge: host socket <-> socket of ours --> guest
 *
 * A bridge's inner socket is an ordinary TCP socket of the guest's loopback
 * without a file, so the guest sees a connection from 127.0.0.1. Bytes move when the host's epoll
 * says so, and when the guest's side of the connection changes: a wait entry
 * stands in the inner socket's queue. Neither may sleep, and neither does. A bridge is
 * freed by a timer, for nobody may leave a queue while it is being woken.
 *
 * UDP has a flow for each sender: an inner socket whose answers go back to it. */
#include "inet.h"

#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

enum { BRIDGE_BUFFER = 64 * 1024, FLOWS_MAX = 256, ACCEPTS_AT_ONCE = 64 };

struct published {
	struct host_event ev;
	struct list link, flows;
	uint16_t guest_port;
	bool udp;
	unsigned nr_flows;
};
static struct list all_published = LIST_INIT(all_published), all_bridges = LIST_INIT(all_bridges);

struct bridge {
	struct list link;
	struct host_event ev;
	struct sock *s;                /* the inner socket, with a reference */
	struct wait_entry wait;        /* in its queue */
	struct timer end;
	uint32_t watched;              /* EPOLL* the host is asked for */
	bool busy, over, host_eof, guest_eof;
	size_t in_len, in_done;        /* from the host, not yet taken by the guest */
	uint8_t in[BRIDGE_BUFFER];
};

/* ---- moving bytes -------------------------------------------------------------------------- */

/* One for all: nothing stays in it. */
static uint8_t scratch[BRIDGE_BUFFER];

static ssize_t inner(struct sock *s, void *buf, size_t len, uint32_t flags, bool send)
{
	struct uio u;
	struct net_msg m = { .u = &u, .flags = flags | ABI_MSG_DONTWAIT | ABI_MSG_NOSIGNAL };

	uio_init_kernel(&u, buf, len);
	return send ? s->proto->send(s, &m) : s->proto->receive(s, &m);
}

static ssize_t host_send(int fd, const void *buf, size_t len, const void *to, unsigned to_len)
{
	struct iovec iov = { (void *)buf, len };
	struct msghdr m = { .msg_name = (void *)to, .msg_namelen = to_len, .msg_iov = &iov, .msg_iovlen = 1 };

	return host_sendmsg(fd, &m, 0);
}

static void end_soon(struct bridge *b, bool rude)
{
	static const struct abi_linger zero = { 1, 0 };

	if (b->over)
		return;
	b->over = true;
	if (rude) {
		host_setsockopt(b->ev.fd, SOL_SOCKET, SO_LINGER, &zero, sizeof(zero));
		b->s->linger = zero;
	}
	timer_arm(&b->end, sched_clock_ns());
}

/* What the guest wrote, to the host: true while the host's socket is full. */
static bool pump_out(struct bridge *b)
{
	while (!b->guest_eof) {
		ssize_t n = inner(b->s, scratch, sizeof(scratch), ABI_MSG_PEEK, false), put;

		if (n == -EAGAIN)
			return false;
		if (n < 0) {
			end_soon(b, true);
			return false;
		}
		if (!n) {
			b->guest_eof = true;
			host_shutdown(b->ev.fd, SHUT_WR);
			return false;
		}
		put = host_send(b->ev.fd, scratch, (size_t)n, NULL, 0);
		if (put == -EAGAIN)
			return true;
		if (put < 0) {
			end_soon(b, true);
			return false;
		}
		inner(b->s, scratch, (size_t)put, ABI_MSG_TRUNC, false);
	}
	return false;
}

/* One read of the host's socket: false when there is nothing, or no more. */
static bool fill(struct bridge *b)
{
	struct iovec iov = { b->in, sizeof(b->in) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n = host_recvmsg(b->ev.fd, &m, 0);

	b->in_done = b->in_len = 0;
	if (n > 0) {
		b->in_len = (size_t)n;
		return true;
	}
	if (!n) {
		b->host_eof = true;
		b->s->proto->shutdown(b->s, ABI_SHUT_WR);
	} else if (n != -EAGAIN) {
		end_soon(b, true);
	}
	return false;
}

/* What the host wrote, to the guest: true while the guest takes no more. */
static bool pump_in(struct bridge *b)
{
	while (!b->host_eof && !b->over) {
		ssize_t n;

		if (!(b->s->proto->poll(b->s, NULL) & ABI_EPOLLOUT))
			return true;
		if (b->in_done == b->in_len && !fill(b))
			return false;
		n = inner(b->s, b->in + b->in_done, b->in_len - b->in_done, 0, true);
		if (n == -EAGAIN)
			return true;
		if (n < 0) {
			end_soon(b, true);
			return false;
		}
		b->in_done += (size_t)n;
	}
	return false;
}

static void run(struct bridge *b)
{
	bool guest_full, host_full;
	uint32_t wanted;

	if (b->busy || b->over)
		return;
	b->busy = true;
	host_full = pump_out(b);
	guest_full = pump_in(b);
	b->busy = false;
	if (b->host_eof && b->guest_eof)
		end_soon(b, false);
	wanted = (guest_full || b->host_eof ? 0 : ABI_EPOLLIN) | (host_full ? ABI_EPOLLOUT : 0);
	if (b->over || wanted == b->watched)
		return;
	b->watched = wanted;
	host_event_modify(&b->ev, wanted);
}

static bool inner_changed(struct wait_entry *w, uint64_t key)
{
	run(container_of(w, struct bridge, wait));
	return false;
}

static void host_changed(struct host_event *ev, uint32_t events)
{
	struct bridge *b = container_of(ev, struct bridge, ev);

	run(b);
	/* Both directions are shut or broken, and nothing can be moved any more. */
	if (events & ABI_EPOLLERR || (events & ABI_EPOLLHUP && b->host_eof))
		end_soon(b, true);
}

/* ---- TCP ------------------------------------------------------------------------------------- */

static void bridge_free(struct bridge *b)
{
	timer_cancel(&b->end);
	host_event_del(&b->ev);
	wait_queue_remove(&b->wait);
	b->s->proto->close(b->s);
	sock_put(b->s);
	host_close(b->ev.fd);
	list_del(&b->link);
	free(b);
}

static void bridge_end(struct timer *t)
{
	bridge_free(container_of(t, struct bridge, end));
}

static void refuse(int fd)
{
	static const struct abi_linger zero = { 1, 0 };

	host_setsockopt(fd, SOL_SOCKET, SO_LINGER, &zero, sizeof(zero));
	host_close(fd);
}

static void bridge_make(struct published *p, int fd)
{
	struct bridge *b;
	struct sock *s;
	int on = 1;

	if (tcp_connect_inside(p->guest_port, &s)) {
		refuse(fd);
		return;
	}
	host_setsockopt(fd, 6 /* TCP */, 1 /* TCP_NODELAY */, &on, sizeof(on));
	b = xnew(struct bridge);
	b->s = s;
	b->ev = (struct host_event){ .fd = fd, .fire = host_changed };
	b->end.fire = bridge_end;
	list_init(&b->wait.link);
	b->wait.wake = inner_changed;
	list_add_tail(&all_bridges, &b->link);
	wait_queue_add(&s->changed, &b->wait);
	b->watched = ABI_EPOLLIN;
	if (host_event_add(&b->ev, b->watched))
		end_soon(b, true);
	else
		run(b);
}

static void accept_some(struct host_event *ev, uint32_t events)
{
	struct published *p = container_of(ev, struct published, ev);

	for (int n = 0; n < ACCEPTS_AT_ONCE; n++) {
		int fd = host_accept(ev->fd);

		if (fd < 0)
			return;
		bridge_make(p, fd);
	}
}

/* ---- UDP ------------------------------------------------------------------------------------- */

struct flow {
	struct list link;              /* published.flows: longest silent first */
	struct published *by;
	struct sock *s;
	struct wait_entry wait;
	struct sockaddr_storage who;
	unsigned who_len;
};

static bool answer(struct wait_entry *w, uint64_t key)
{
	struct flow *f = container_of(w, struct flow, wait);
	ssize_t n;

	while ((n = inner(f->s, scratch, sizeof(scratch), 0, false)) >= 0)
		if (host_send(f->by->ev.fd, scratch, (size_t)n, &f->who, f->who_len) < 0)
			return false;     /* lost, as datagrams may be */
	return false;
}

static void flow_free(struct flow *f)
{
	wait_queue_remove(&f->wait);
	f->s->proto->close(f->s);
	sock_put(f->s);
	list_del(&f->link);
	f->by->nr_flows--;
	free(f);
}

static struct flow *flow_find(struct published *p, const void *who, unsigned len)
{
	struct flow *f;
	struct sock *s;

	list_for_each(f, &p->flows, link)
		if (f->who_len == len && !memcmp(&f->who, who, len)) {
			list_del(&f->link);
			list_add_tail(&p->flows, &f->link);
			return f;
		}
	if (udp_connect_inside(p->guest_port, &s))
		return NULL;
	if (p->nr_flows == FLOWS_MAX)
		flow_free(list_first(&p->flows, struct flow, link));
	f = xnew(struct flow);
	f->by = p;
	f->s = s;
	memcpy(&f->who, who, len);
	f->who_len = len;
	list_init(&f->wait.link);
	f->wait.wake = answer;
	wait_queue_add(&s->changed, &f->wait);
	list_add_tail(&p->flows, &f->link);
	p->nr_flows++;
	return f;
}

static void receive_some(struct host_event *ev, uint32_t events)
{
	struct published *p = container_of(ev, struct published, ev);
	static uint8_t datagram[BRIDGE_BUFFER];

	for (int n = 0; n < ACCEPTS_AT_ONCE; n++) {
		struct sockaddr_storage who;
		struct iovec iov = { datagram, sizeof(datagram) };
		struct msghdr m = { .msg_name = &who, .msg_namelen = sizeof(who), .msg_iov = &iov, .msg_iovlen = 1 };
		ssize_t got = host_recvmsg(ev->fd, &m, 0);
		struct flow *f;

		if (got < 0)
			return;
		f = flow_find(p, &who, m.msg_namelen);
		if (f)
			inner(f->s, datagram, (size_t)got, 0, true);
	}
}

/* ---- from the command line ---------------------------------------------------------------------- */

int net_publish(const char *address, uint16_t host_port, uint16_t guest_port, bool udp)
{
	struct published *p;
	int fd = host_listen_at(address, host_port, udp), err;

	if (fd < 0)
		return fd;
	p = xnew(struct published);
	p->ev = (struct host_event){ .fd = fd, .fire = udp ? receive_some : accept_some };
	p->guest_port = guest_port;
	p->udp = udp;
	list_init(&p->flows);
	list_add_tail(&all_published, &p->link);
	err = host_event_add(&p->ev, ABI_EPOLLIN);
	if (err)
		net_shutdown_all();
	return err;
}

void net_shutdown_all(void)
{
	while (!list_empty(&all_bridges))
		bridge_free(list_first(&all_bridges, struct bridge, link));
	while (!list_empty(&all_published)) {
		struct published *p = list_first(&all_published, struct published, link);

		while (!list_empty(&p->flows))
			flow_free(list_first(&p->flows, struct flow, link));
		host_event_del(&p->ev);
		host_close(p->ev.fd);
		list_del(&p->link);
		free(p);
	}
}
