/* UDP on the loopback: a datagram is in its receiver's queue or, when that is full, lost.
 *
 * A port nobody has answers a connected socket with an error at its next call, as
 * the ICMP message would (udp(7)). */
#include "inet.h"
#include "iface.h"

#include <string.h>

#include "base/alloc.h"

enum { UDP_MAX_V4 = 65507, UDP_MAX_V6 = 65527, UDP_HEADERS = 14 + 20 + 8 };
static const struct net_proto udp_proto;

void inet_init(struct inet_sock *i, const struct net_proto *proto, int family, enum inet_transport t)
{
	sock_init(&i->sk, proto, family, t == INET_TCP ? ABI_SOCK_STREAM : ABI_SOCK_DGRAM,
		  t == INET_TCP ? ABI_IPPROTO_TCP : ABI_IPPROTO_UDP);
	i->transport = t;
	list_init(&i->port_link);
	ip_set_any(i->local.ip, family);
	ip_set_any(i->remote.ip, family);
	inet_default_options(i);
}

int udp_create(int family, int protocol, struct sock **out)
{
	struct inet_sock *i = xnew(struct inet_sock);

	inet_init(i, &udp_proto, family, INET_UDP);
	if (protocol)
		i->sk.protocol = protocol;
	*out = &i->sk;
	return 0;
}

/* ---- connecting ---------------------------------------------------------------------------- */

static int disconnect(struct inet_sock *i)
{
	memset(&i->remote, 0, sizeof(i->remote));
	ip_set_any(i->remote.ip, i->sk.family);
	i->sk.state = ABI_TCP_CLOSE;
	if (!i->locked_addr)
		ip_set_any(i->local.ip, i->sk.family);
	if (!i->locked_port)
		inet_put_port(i);
	return 0;
}

static int udp_connect(struct sock *s, const struct net_addr *a, bool nonblock)
{
	struct inet_sock *i = inet_of(s);
	struct endpoint to, from = i->local;
	int err;

	if (a->len < sizeof(a->family))
		return -EINVAL;
	if (a->family == ABI_AF_UNSPEC)
		return disconnect(i);
	err = endpoint_from(i, a, &to);
	if (!err)
		err = inet_route(s->net, &from, &to);
	if (!err)
		err = inet_autobind(i);
	if (err)
		return err;
	memcpy(i->local.ip, from.ip, 16);
	i->remote = to;
	s->state = ABI_TCP_ESTABLISHED;
	return 0;
}

int udp_connect_inside(uint16_t port, struct sock **out)
{
	struct endpoint to = { .port = port };
	struct net_addr a;
	int err;

	udp_create(ABI_AF_INET, ABI_IPPROTO_UDP, out);
	ip_set_any(to.ip, ABI_AF_INET);
	endpoint_to(inet_of(*out), &to, &a);
	err = udp_connect(*out, &a, true);
	if (!err)
		return 0;
	(*out)->proto->close(*out);
	sock_put(*out);
	return err;
}

static int udp_shutdown(struct sock *s, int how)
{
	s->shut_read |= how != ABI_SHUT_WR;
	s->shut_write |= how != ABI_SHUT_RD;
	sock_tell(s, ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLHUP | ABI_EPOLLRDHUP);
	return s->state == ABI_TCP_CLOSE ? -ENOTCONN : 0;
}

static void udp_close(struct sock *s)
{
	list_del(&inet_of(s)->port_link);
	sock_rx_purge(s);
}

/* ---- sending ---------------------------------------------------------------------------------- */

static int target(struct inet_sock *i, const struct net_msg *m, struct endpoint *from, struct endpoint *to)
{
	int err;

	*from = i->local;
	if (!m->addr.len) {
		*to = i->remote;
		return i->remote.port ? 0 : -EDESTADDRREQ;
	}
	if (i->sk.family == ABI_AF_INET6 && m->addr.len >= 2 && m->addr.family == ABI_AF_UNSPEC && i->remote.port) {
		*to = i->remote;
		return 0;
	}
	err = endpoint_from(i, &m->addr, to);
	if (!err && !to->port)
		err = -EINVAL;
	if (!err && i->sk.family == ABI_AF_INET && to->ip[12] == 255 && !(i->sk.options & OPT_BROADCAST))
		err = -EACCES;
	return err ? err : inet_route(i->sk.net, from, to);
}

/* What a datagram's header says of itself: the socket's options, or the message's. */
struct header { uint8_t hops, class; };

static const struct { int level, type; bool is_class; int min; } header_cmsgs[] = {
	{ ABI_SOL_IP, ABI_IP_TTL, false, 1 }, { ABI_SOL_IP, ABI_IP_TOS, true, 0 },
	{ ABI_SOL_IPV6, ABI_IPV6_HOPLIMIT, false, -1 }, { ABI_SOL_IPV6, ABI_IPV6_TCLASS, true, -1 },
};

static int take_cmsg(const struct net_cmsg *c, struct header *h)
{
	for (unsigned n = 0; n < ARRAY_SIZE(header_cmsgs); n++) {
		int32_t v;

		if (header_cmsgs[n].level != c->level || header_cmsgs[n].type != c->type)
			continue;
		if (c->len != sizeof(v))
			return -EINVAL;
		memcpy(&v, c->data, sizeof(v));
		if (v < header_cmsgs[n].min || v > 255)
			return -EINVAL;
		if (v >= 0)
			*(header_cmsgs[n].is_class ? &h->class : &h->hops) = (uint8_t)v;
		return 0;
	}
	/* Through which interface, from which address: there is one. */
	if ((c->level == ABI_SOL_IP && c->type == ABI_IP_PKTINFO && c->len == 12) ||
	    (c->level == ABI_SOL_IPV6 && c->type == ABI_IPV6_PKTINFO && c->len == 20))
		return 0;
	return c->level == ABI_SOL_IP || c->level == ABI_SOL_IPV6 ? -EINVAL : 0;
}

static int take_header(const struct inet_sock *i, const struct net_msg *m, struct header *h)
{
	bool six = i->sk.family == ABI_AF_INET6;
	int err = 0;

	h->hops = (uint8_t)(six ? inet_option(i, ABI_SOL_IPV6, ABI_IPV6_UNICAST_HOPS) : inet_option(i, ABI_SOL_IP, ABI_IP_TTL));
	h->class = (uint8_t)(six ? inet_option(i, ABI_SOL_IPV6, ABI_IPV6_TCLASS) : inet_option(i, ABI_SOL_IP, ABI_IP_TOS));
	for (unsigned n = 0; !err && n < m->nr_cmsgs; n++)
		err = take_cmsg(&m->cmsgs[n], h);
	return err;
}

/* Whose queue is full loses what comes. */
static void deliver(struct inet_sock *to, struct skb *b)
{
	if (to->sk.shut_read || to->sk.rx_charge + b->charge > to->sk.rcvbuf) {
		skb_free(b);
		return;
	}
	to->sk.rx_charge += b->charge;
	sock_rx_add(&to->sk, b);
	sock_tell(&to->sk, ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

static void unreachable(struct inet_sock *i)
{
	if (!i->remote.port && !inet_option(i, ABI_SOL_IP, ABI_IP_RECVERR))
		return;
	i->sk.err = ECONNREFUSED;
	sock_tell(&i->sk, ABI_EPOLLERR);
}

static ssize_t udp_send(struct sock *s, struct net_msg *m)
{
	struct inet_sock *i = inet_of(s), *to;
	size_t len = (size_t)m->u->left;
	struct endpoint from, dst;
	struct header h;
	struct skb *b;
	int err;

	if (len > 0xffff)
		return -EMSGSIZE;
	if (m->flags & ABI_MSG_OOB)
		return -EOPNOTSUPP;
	err = target(i, m, &from, &dst);
	if (!err)
		err = take_header(i, m, &h);
	if (!err)
		err = inet_autobind(i);
	if (!err)
		err = sock_error(s);
	if (!err && s->shut_write)
		err = -EPIPE;
	if (!err && len > (ip_is_v4(dst.ip) ? UDP_MAX_V4 : UDP_MAX_V6))
		err = -EMSGSIZE;
	if (err)
		return err;
	from.port = i->local.port;
	b = skb_alloc(len);
	if (!b)
		return -ENOBUFS;
	b->len = uio_copy_out(m->u, b->data, len);
	if (b->len < len) {
		skb_free(b);
		return -EFAULT;
	}
	b->charge = skb_truesize(len);
	b->hops = h.hops;
	b->class = h.class;
	net_count(s->net, len + UDP_HEADERS);
	to = inet_find(s->net, INET_UDP, &dst, &from);
	if (!to) {
		skb_free(b);
		unreachable(i);
		return (ssize_t)len;
	}
	endpoint_to(&(struct inet_sock){ .sk.family = to->sk.family }, &from, &b->from);
	b->to = dst;
	deliver(to, b);
	return (ssize_t)len;
}

/* ---- receiving ------------------------------------------------------------------------------------ */

static void add_cmsg(struct net_msg *m, int level, int type, const void *data, unsigned len)
{
	struct net_cmsg *c = &m->cmsgs[m->nr_cmsgs];

	if (m->nr_cmsgs == NET_CMSGS_MAX)
		return;
	*c = (struct net_cmsg){ .level = level, .type = type, .len = len };
	memcpy(c->data, data, len);
	m->nr_cmsgs++;
}

static void add_int(struct net_msg *m, int level, int type, int32_t v)
{
	add_cmsg(m, level, type, &v, sizeof(v));
}

static void add_v4(struct inet_sock *i, struct net_msg *m, const struct skb *b)
{
	struct { int32_t index; uint8_t spec_dst[4], addr[4]; } info = { .index = LO_INDEX };

	memcpy(info.spec_dst, b->to.ip + 12, 4);
	memcpy(info.addr, b->to.ip + 12, 4);
	if (inet_option(i, ABI_SOL_IP, ABI_IP_PKTINFO))
		add_cmsg(m, ABI_SOL_IP, ABI_IP_PKTINFO, &info, sizeof(info));
	if (inet_option(i, ABI_SOL_IP, ABI_IP_RECVTTL))
		add_int(m, ABI_SOL_IP, ABI_IP_TTL, b->hops);
	if (inet_option(i, ABI_SOL_IP, ABI_IP_RECVTOS))
		add_cmsg(m, ABI_SOL_IP, ABI_IP_TOS, &b->class, 1);
}

static void add_v6(struct inet_sock *i, struct net_msg *m, const struct skb *b)
{
	struct { uint8_t addr[16]; uint32_t index; } info = { .index = LO_INDEX };

	memcpy(info.addr, b->to.ip, 16);
	if (inet_option(i, ABI_SOL_IPV6, ABI_IPV6_RECVPKTINFO))
		add_cmsg(m, ABI_SOL_IPV6, ABI_IPV6_PKTINFO, &info, sizeof(info));
	if (inet_option(i, ABI_SOL_IPV6, ABI_IPV6_RECVHOPLIMIT))
		add_int(m, ABI_SOL_IPV6, ABI_IPV6_HOPLIMIT, b->hops);
	if (inet_option(i, ABI_SOL_IPV6, ABI_IPV6_RECVTCLASS))
		add_int(m, ABI_SOL_IPV6, ABI_IPV6_TCLASS, b->class);
}

static void add_ancillary(struct inet_sock *i, struct net_msg *m, const struct skb *b)
{
	if (i->sk.family == ABI_AF_INET6)
		add_v6(i, m, b);
	if (ip_is_v4(b->to.ip))
		add_v4(i, m, b);
}

static ssize_t read_datagram(struct sock *s, struct net_msg *m)
{
	struct skb *b = list_first(&s->rx, struct skb, link);
	size_t want = (size_t)MIN(m->u->left, (uint64_t)b->len), got = uio_copy_in(m->u, b->data, want);
	ssize_t ret = got < want ? -EFAULT : m->flags & ABI_MSG_TRUNC ? (ssize_t)b->len : (ssize_t)want;

	if (want < b->len)
		m->out_flags |= ABI_MSG_TRUNC;
	m->addr = b->from;
	add_ancillary(inet_of(s), m, b);
	if (!(m->flags & ABI_MSG_PEEK)) {
		s->rx_charge -= b->charge;
		sock_rx_remove(s, b);
		skb_free(b);
	}
	return ret;
}

static ssize_t udp_receive(struct sock *s, struct net_msg *m)
{
	uint64_t deadline = m->flags & ABI_MSG_DONTWAIT ? 0 : sock_deadline(s->rcv_timeout_ns);
	ssize_t ret;

	if (m->flags & ABI_MSG_ERRQUEUE)
		return -EAGAIN;               /* errors are told by SO_ERROR only */
	for (;;) {
		ret = sock_wait(s, !list_empty(&s->rx) || s->err || (s->shut_read && deadline), deadline);
		if (!ret)
			ret = sock_error(s);
		if (ret || list_empty(&s->rx))
			return ret;
		sock_rx_lock(s);
		if (!list_empty(&s->rx))
			break;
		sock_rx_unlock(s);
	}
	ret = read_datagram(s, m);
	sock_rx_unlock(s);
	return ret;
}

static uint32_t udp_poll(struct sock *s, struct poll_table *pt)
{
	uint32_t events = s->err ? ABI_EPOLLERR : 0;

	if (s->shut_read)
		events |= ABI_EPOLLRDHUP | ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (s->shut_read && s->shut_write)
		events |= ABI_EPOLLHUP;
	if (!list_empty(&s->rx))
		events |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
	return events | ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND;
}

static int64_t udp_ioctl(struct sock *s, unsigned cmd, gva_t arg, struct mm *mm)
{
	int32_t n = 0;

	if (cmd == ABI_SIOCINQ)
		n = list_empty(&s->rx) ? 0 : (int32_t)list_first(&s->rx, struct skb, link)->len;
	else if (cmd != ABI_SIOCOUTQ)
		return -ENOTTY;
	return mm_copy_to(mm, arg, &n, sizeof(n)) ? -EFAULT : 0;
}

static const struct net_proto udp_proto = {
	.bind = inet_bind, .connect = udp_connect, .getname = inet_getname, .shutdown = udp_shutdown,
	.send = udp_send, .receive = udp_receive, .poll = udp_poll, .ioctl = udp_ioctl,
	.setsockopt = inet_setsockopt, .getsockopt = inet_getsockopt, .close = udp_close,
};
