/* --net host: sockets that are the host's own.
 *
 * The guest's numbers for families, options and flags are the host's (x86-64 and
 * RISC-V both use the generic ones), so calls are handed through. The host's socket never
 * blocks; who has to wait sleeps in our queue until the host's epoll, edge-triggered, says that
 * something happened. Data goes through a buffer of ours: guest memory may have to be
 * read in, which may not happen inside a call of the host's. */
#include "internal.h"

#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "host/host.h"

enum { BOUNCE_MAX = 256 * 1024, CONTROL_MAX = 512 };

struct host_sock { struct sock sk; struct host_event ev; };
static const struct net_proto host_proto;
static bool enabled;

void net_use_host(bool on)
{
	enabled = on;
}

bool host_sock_enabled(void)
{
	return enabled;
}

static struct host_sock *host_of(struct sock *s)
{
	return container_of(s, struct host_sock, sk);
}

static int fd_of(struct sock *s)
{
	return host_of(s)->ev.fd;
}

static void fired(struct host_event *ev, uint32_t events)
{
	sock_tell(&container_of(ev, struct host_sock, ev)->sk, events);
}

/* Takes the descriptor over. */
static int wrap(int fd, int family, int type, int protocol, struct sock **out)
{
	struct host_sock *h = xnew(struct host_sock);
	int err;

	sock_init(&h->sk, &host_proto, family, type, protocol);
	h->ev = (struct host_event){ .fd = fd, .fire = fired };
	*out = &h->sk;
	err = host_event_add(&h->ev, ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLRDHUP | ABI_EPOLLPRI | ABI_EPOLLET);
	if (err) {
		host_close(fd);
		h->ev.fd = -1;
		sock_put(&h->sk);
	}
	return err;
}

int host_sock_create(int family, int type, int protocol, struct sock **out)
{
	int fd = host_socket(family, type, protocol);

	return fd < 0 ? fd : wrap(fd, family, type, protocol, out);
}

static void host_sock_close(struct sock *s)
{
	if (fd_of(s) < 0)
		return;
	host_event_del(&host_of(s)->ev);
	host_close(fd_of(s));
}

/* ---- names, connections ----------------------------------------------------------------------- */

static int host_sock_bind(struct sock *s, const struct net_addr *a)
{
	return host_bind(fd_of(s), a->bytes, a->len);
}

static int host_sock_listen(struct sock *s, int backlog)
{
	return host_listen(fd_of(s), backlog);
}

static int host_sock_getname(struct sock *s, bool peer, struct net_addr *out)
{
	unsigned len = sizeof(out->bytes);
	int err = host_getname(fd_of(s), peer, out->bytes, &len);

	out->len = MIN(len, (unsigned)sizeof(out->bytes));
	return err;
}

static int host_sock_connect(struct sock *s, const struct net_addr *a, bool nonblock)
{
	int err = host_connect(fd_of(s), a->bytes, a->len);

	if (nonblock || (err != -EINPROGRESS && err != -EALREADY))
		return err;
	err = sock_wait(s, host_fd_ready(fd_of(s), ABI_EPOLLOUT), sock_deadline(s->snd_timeout_ns));
	if (err)
		return err == -EAGAIN ? -EINPROGRESS : err;
	return host_connect(fd_of(s), a->bytes, a->len);      /* tells what came of it */
}

static int host_sock_accept(struct sock *s, bool nonblock, struct sock **out)
{
	uint64_t deadline = nonblock ? 0 : sock_deadline(s->rcv_timeout_ns);
	int fd, err;

	for (;;) {
		fd = host_accept(fd_of(s));
		if (fd != -EAGAIN || !deadline)
			break;
		err = sock_wait(s, host_fd_ready(fd_of(s), ABI_EPOLLIN), deadline);
		if (err)
			return err;
	}
	return fd < 0 ? fd : wrap(fd, s->family, s->type, s->protocol, out);
}

static int host_sock_shutdown(struct sock *s, int how)
{
	return host_shutdown(fd_of(s), how);
}

/* ---- data ------------------------------------------------------------------------------------------ */

static void put_control(struct msghdr *m, const struct net_msg *net)
{
	size_t used = 0;

	for (unsigned i = 0; i < net->nr_cmsgs; i++) {
		const struct net_cmsg *c = &net->cmsgs[i];
		struct cmsghdr *h = (struct cmsghdr *)((char *)m->msg_control + used);

		h->cmsg_level = c->level;
		h->cmsg_type = c->type;
		h->cmsg_len = CMSG_LEN(c->len);
		memcpy(CMSG_DATA(h), c->data, c->len);
		used += CMSG_SPACE(c->len);
	}
	m->msg_controllen = used;
}

static void get_control(struct msghdr *m, struct net_msg *net)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		struct net_cmsg *c = &net->cmsgs[net->nr_cmsgs];
		size_t len = h->cmsg_len - CMSG_LEN(0);

		if (net->nr_cmsgs == NET_CMSGS_MAX || len > sizeof(c->data))
			break;
		*c = (struct net_cmsg){ .level = h->cmsg_level, .type = h->cmsg_type, .len = (unsigned)len };
		memcpy(c->data, CMSG_DATA(h), len);
		net->nr_cmsgs++;
	}
}

/* Until the host takes or gives something, or the wait is over. */
static ssize_t transfer(struct sock *s, struct msghdr *m, struct net_msg *net, uint64_t timeout_ns, bool send)
{
	uint64_t deadline = net->flags & ABI_MSG_DONTWAIT ? 0 : sock_deadline(timeout_ns);
	int flags = (int)net->flags;

	for (;;) {
		ssize_t n = send ? host_sendmsg(fd_of(s), m, flags) : host_recvmsg(fd_of(s), m, flags);
		int err;

		if (n != -EAGAIN || !deadline)
			return n;
		err = sock_wait(s, host_fd_ready(fd_of(s), send ? ABI_EPOLLOUT : ABI_EPOLLIN), deadline);
		if (err)
			return err;
	}
}

static ssize_t host_sock_send(struct sock *s, struct net_msg *net)
{
	size_t len = (size_t)MIN(net->u->left, (uint64_t)BOUNCE_MAX);
	_Alignas(8) char control[CONTROL_MAX] = { 0 };
	struct iovec iov = { try_alloc(len + 1), len };
	struct msghdr m = { .msg_name = net->addr.len ? net->addr.bytes : NULL, .msg_namelen = net->addr.len,
			    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control };
	ssize_t done = 0, n;

	if (!iov.iov_base)
		return -ENOBUFS;
	put_control(&m, net);
	do {
		size_t at = 0, got;

		len = (size_t)MIN(net->u->left, (uint64_t)BOUNCE_MAX);
		got = uio_copy_out(net->u, iov.iov_base, len);
		n = got < len && (!got || s->type != ABI_SOCK_STREAM) ? -EFAULT : 0;
		/* A blocking stream sends all of it. */
		while (!n && (at < got || !len)) {
			struct iovec rest = { (char *)iov.iov_base + at, got - at };

			m.msg_iov = &rest;
			n = transfer(s, &m, net, s->snd_timeout_ns, true);
			if (n < 0 || !len)
				break;
			at += (size_t)n;
			n = 0;
		}
		done += (ssize_t)at;
	} while (n >= 0 && net->u->left && s->type == ABI_SOCK_STREAM);
	free(iov.iov_base);
	if (done)
		return done;
	return n == -EPIPE && s->type == ABI_SOCK_STREAM ? sock_epipe(net->flags) : n;
}

static ssize_t host_sock_receive(struct sock *s, struct net_msg *net)
{
	bool all = net->flags & ABI_MSG_WAITALL && !(net->flags & (ABI_MSG_PEEK | ABI_MSG_DONTWAIT));
	size_t room = (size_t)MIN(net->u->left, (uint64_t)BOUNCE_MAX);
	_Alignas(8) char control[CONTROL_MAX];
	struct iovec iov = { try_alloc(room + 1), room };
	ssize_t done = 0, n;

	if (!iov.iov_base)
		return -ENOBUFS;
	/* What is taken from the host's socket must have somewhere to go. */
	if (room && !uio_span(net->u, ACCESS_WRITE, &iov.iov_len)) {
		free(iov.iov_base);
		return -EFAULT;
	}
	net->flags &= ~(uint32_t)ABI_MSG_WAITALL;
	do {
		struct msghdr m = { .msg_name = net->addr.bytes, .msg_namelen = sizeof(net->addr.bytes), .msg_iov = &iov,
				    .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };

		iov.iov_len = (size_t)MIN(net->u->left, (uint64_t)room);
		n = transfer(s, &m, net, s->rcv_timeout_ns, false);
		if (n < 0)
			break;
		net->addr.len = m.msg_namelen;
		net->out_flags = (uint32_t)m.msg_flags & (ABI_MSG_TRUNC | ABI_MSG_EOR | ABI_MSG_ERRQUEUE);
		get_control(&m, net);
		if (!(net->flags & ABI_MSG_TRUNC && s->type == ABI_SOCK_STREAM) &&
		    uio_copy_in(net->u, iov.iov_base, (size_t)MIN(n, (ssize_t)iov.iov_len)) < (size_t)MIN(n, (ssize_t)iov.iov_len))
			n = -EFAULT;
		done += MAX(n, (ssize_t)0);
	} while (all && n > 0 && net->u->left);
	free(iov.iov_base);
	return done ? done : n;
}

/* ---- the rest ------------------------------------------------------------------------------------------ */

static uint32_t host_sock_poll(struct sock *s, struct poll_table *pt)
{
	return host_fd_ready(fd_of(s), ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLRDHUP | ABI_EPOLLPRI | ABI_EPOLLRDNORM |
			     ABI_EPOLLWRNORM | ABI_EPOLLRDBAND | ABI_EPOLLWRBAND);
}

static int64_t host_sock_ioctl(struct sock *s, unsigned cmd, gva_t arg, struct mm *mm)
{
	uint8_t ifreq[40];
	size_t size = cmd == ABI_SIOCINQ || cmd == ABI_SIOCOUTQ || cmd == ABI_SIOCATMARK ? 4 : sizeof(ifreq);
	int err;

	/* SIOCGIFNAME to SIOCGIFINDEX, without SIOCGIFCONF's pointer and what sets something. */
	if (size > 4 && (cmd < 0x8910 || cmd > 0x8942 || cmd == 0x8912))
		return -ENOTTY;
	if (mm_copy_from(mm, ifreq, arg, size))
		return -EFAULT;
	err = host_socket_ioctl(fd_of(s), cmd, ifreq);
	return err ? err : mm_copy_to(mm, arg, ifreq, size) ? -EFAULT : 0;
}

static int host_sock_setsockopt(struct sock *s, int level, int name, const void *value, uint32_t len)
{
	return host_setsockopt(fd_of(s), level, name, value, len);
}

static int host_sock_getsockopt(struct sock *s, int level, int name, void *value, uint32_t *len)
{
	return host_getsockopt(fd_of(s), level, name, value, len);
}

static const struct net_proto host_proto = {
	.bind = host_sock_bind, .connect = host_sock_connect, .listen = host_sock_listen, .accept = host_sock_accept,
	.getname = host_sock_getname, .shutdown = host_sock_shutdown, .send = host_sock_send,
	.receive = host_sock_receive, .poll = host_sock_poll, .ioctl = host_sock_ioctl,
	.setsockopt = host_sock_setsockopt, .getsockopt = host_sock_getsockopt, .host_options = true,
	.close = host_sock_close,
};
