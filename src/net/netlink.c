/* NETLINK_ROUTE: the one interface and its two addresses, for getifaddrs(3) and ip(8).
 *
 * A request is answered at once, into the asking socket's own queue: a dump as
 * one datagram of NLM_F_MULTI messages that ends with NLMSG_DONE, anything else
 * as one message or an NLMSG_ERROR (rtnetlink(7)). Nothing can be changed. */

#include "iface.h"

#include <string.h>

#include "abi/netlink.h"
#include "base/alloc.h"
#include "base/log.h"

struct netlink_sock { struct sock sk; struct list link; uint32_t pid, groups; };
static struct list all = LIST_INIT(all);
static const struct net_proto netlink_proto;
static uint32_t next_pid = 0xffffefff;      /* a second socket of a process gets one from up here */

static struct netlink_sock *netlink_of(struct sock *s)
{
	return container_of(s, struct netlink_sock, sk);
}

int netlink_create(int type, int protocol, struct sock **out)
{
	struct netlink_sock *n;

	if (type != ABI_SOCK_RAW && type != ABI_SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != ABI_NETLINK_ROUTE)
		return -EPROTONOSUPPORT;
	n = xnew(struct netlink_sock);
	sock_init(&n->sk, &netlink_proto, ABI_AF_NETLINK, type, protocol);
	list_add_tail(&all, &n->link);
	*out = &n->sk;
	return 0;
}

/* ---- addresses --------------------------------------------------------------------------- */

/* The process's number for its first socket. */
static uint32_t choose_pid(void)
{
	uint32_t pid = (uint32_t)net_current().pid;
	struct netlink_sock *n;

	list_for_each(n, &all, link)
		if (n->pid == pid)
			return next_pid--;
	return pid;
}

static int netlink_bind(struct sock *s, const struct net_addr *a)
{
	struct netlink_sock *n = netlink_of(s);

	if (a->len < sizeof(a->nl) || a->family != ABI_AF_NETLINK)
		return -EINVAL;
	if (n->pid && a->nl.pid && a->nl.pid != n->pid)
		return -EINVAL;
	if (!n->pid)
		n->pid = a->nl.pid ? a->nl.pid : choose_pid();
	n->groups = a->nl.groups;
	return 0;
}

static int autobind(struct sock *s)
{
	struct net_addr any = { .len = sizeof(any.nl), .family = ABI_AF_NETLINK };

	return netlink_of(s)->pid ? 0 : netlink_bind(s, &any);
}

static int netlink_connect(struct sock *s, const struct net_addr *a, bool nonblock)
{
	if (a->len < sizeof(a->family))
		return -EINVAL;
	if (a->family == ABI_AF_UNSPEC)
		return 0;
	if (a->family != ABI_AF_NETLINK || a->len < sizeof(a->nl))
		return -EINVAL;
	if (a->nl.pid)
		return -ECONNREFUSED;         /* only the kernel listens */
	return autobind(s);
}

static int netlink_getname(struct sock *s, bool peer, struct net_addr *out)
{
	memset(out, 0, sizeof(*out));
	out->len = sizeof(out->nl);
	out->nl.family = ABI_AF_NETLINK;
	out->nl.pid = peer ? 0 : netlink_of(s)->pid;
	out->nl.groups = peer ? 0 : netlink_of(s)->groups;
	return 0;
}

/* ---- answers --------------------------------------------------------------------------------- */

struct answer { struct skb *b; struct abi_nlmsghdr ask; uint32_t pid; size_t begin; bool dump; };
enum { ANSWER_MAX = 4096 };

static void put(struct answer *r, const void *data, size_t len)
{
	ASSERT(r->b->len + align_up(len, 4) <= r->b->cap);
	memcpy(r->b->data + r->b->len, data, len);
	r->b->len += align_up(len, 4);
}

static void begin(struct answer *r, uint16_t type, const void *body, size_t len)
{
	struct abi_nlmsghdr h = { .type = type, .flags = r->dump ? ABI_NLM_F_MULTI : 0, .seq = r->ask.seq, .pid = r->pid };

	r->begin = r->b->len;
	put(r, &h, sizeof(h));
	put(r, body, len);
}

static void end(struct answer *r)
{
	uint32_t len = (uint32_t)(r->b->len - r->begin);

	memcpy(r->b->data + r->begin, &len, sizeof(len));
}

static void attr(struct answer *r, uint16_t type, const void *data, size_t len)
{
	struct abi_nlattr a = { (uint16_t)(sizeof(a) + len), type };

	put(r, &a, sizeof(a));
	put(r, data, len);
}

static void attr_u32(struct answer *r, uint16_t type, uint32_t v) { attr(r, type, &v, 4); }
static void attr_u8(struct answer *r, uint16_t type, uint8_t v)   { attr(r, type, &v, 1); }

static void answer_link(struct answer *r)
{
	struct abi_ifinfomsg m = { .type = ABI_ARPHRD_LOOPBACK, .index = LO_INDEX,
				   .flags = ABI_IFF_UP | ABI_IFF_LOOPBACK | ABI_IFF_RUNNING | ABI_IFF_LOWER_UP };
	uint64_t none[24] = { 0 };

	begin(r, ABI_RTM_NEWLINK, &m, sizeof(m));
	attr(r, ABI_IFLA_IFNAME, "lo", 3);
	attr_u32(r, ABI_IFLA_TXQLEN, LO_TXQLEN);
	attr_u8(r, ABI_IFLA_OPERSTATE, 0);
	attr_u8(r, ABI_IFLA_LINKMODE, 0);
	attr_u32(r, ABI_IFLA_MTU, LO_MTU);
	attr_u32(r, ABI_IFLA_GROUP, 0);
	attr_u32(r, ABI_IFLA_PROMISCUITY, 0);
	attr_u32(r, ABI_IFLA_NUM_TX_QUEUES, 1);
	attr_u32(r, ABI_IFLA_NUM_RX_QUEUES, 1);
	attr_u8(r, ABI_IFLA_CARRIER, 1);
	attr(r, ABI_IFLA_QDISC, "noqueue", 8);
	attr(r, ABI_IFLA_ADDRESS, none, 6);
	attr(r, ABI_IFLA_BROADCAST, none, 6);
	attr(r, ABI_IFLA_STATS64, none, sizeof(none));
	end(r);
}

static void answer_addr(struct answer *r, int family)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 }, v6[16] = { [15] = 1 };
	bool is_v4 = family == ABI_AF_INET;
	struct abi_ifaddrmsg m = { .family = (uint8_t)family, .prefixlen = is_v4 ? 8 : 128, .flags = ABI_IFA_F_PERMANENT,
				   .scope = ABI_RT_SCOPE_HOST, .index = LO_INDEX };
	uint32_t cache[4] = { UINT32_MAX, UINT32_MAX, 0, 0 };    /* valid for ever */

	begin(r, ABI_RTM_NEWADDR, &m, sizeof(m));
	attr(r, ABI_IFA_ADDRESS, is_v4 ? v4 : v6, is_v4 ? 4 : 16);
	if (is_v4) {
		attr(r, ABI_IFA_LOCAL, v4, 4);
		attr(r, ABI_IFA_LABEL, "lo", 3);
	}
	attr_u32(r, ABI_IFA_FLAGS, ABI_IFA_F_PERMANENT);
	attr(r, ABI_IFA_CACHEINFO, cache, sizeof(cache));
	end(r);
}

static void answer_error(struct answer *r, int error)
{
	struct { int32_t error; struct abi_nlmsghdr ask; } m = { error, r->ask };

	r->dump = false;
	begin(r, ABI_NLMSG_ERROR, &m, sizeof(m));
	end(r);
}

static void answer_dump(struct answer *r, uint8_t family)
{
	int32_t zero = 0;

	r->dump = true;
	if (r->ask.type == ABI_RTM_GETLINK)
		answer_link(r);
	if (r->ask.type == ABI_RTM_GETADDR && (family == ABI_AF_UNSPEC || family == ABI_AF_INET))
		answer_addr(r, ABI_AF_INET);
	if (r->ask.type == ABI_RTM_GETADDR && (family == ABI_AF_UNSPEC || family == ABI_AF_INET6))
		answer_addr(r, ABI_AF_INET6);
	begin(r, ABI_NLMSG_DONE, &zero, sizeof(zero));
	end(r);
}

/* RTM_GETLINK by index, or by name. */
static bool asks_for_lo(const uint8_t *body, size_t len)
{
	struct abi_ifinfomsg m;

	if (len < sizeof(m))
		return false;
	memcpy(&m, body, sizeof(m));
	if (m.index)
		return m.index == LO_INDEX;
	for (size_t at = sizeof(m); at + sizeof(struct abi_nlattr) <= len;) {
		struct abi_nlattr a;

		memcpy(&a, body + at, sizeof(a));
		if (a.len < sizeof(a) || a.len > len - at)
			return false;
		if (a.type == ABI_IFLA_IFNAME)
			return a.len >= sizeof(a) + 2 && !strncmp((const char *)body + at + sizeof(a), "lo", a.len - sizeof(a));
		at += align_up(a.len, 4);
	}
	return false;
}

/* Every GET's number is 2 modulo 4; the others would change something. */
static void answer_one(struct answer *r, const uint8_t *body, size_t len)
{
	bool is_get = (r->ask.type & 3) == 2;

	if (r->ask.type < ABI_NLMSG_MIN_TYPE)
		return;
	if (r->ask.type > ABI_RTM_MAX || !is_get)
		answer_error(r, -EOPNOTSUPP);
	else if (r->ask.flags & ABI_NLM_F_DUMP)
		answer_dump(r, len ? body[0] : 0);
	else if (r->ask.type != ABI_RTM_GETLINK)
		answer_error(r, -EOPNOTSUPP);
	else if (asks_for_lo(body, len))
		answer_link(r);
	else
		answer_error(r, -ENODEV);
}

static int answer(struct sock *s, const struct abi_nlmsghdr *ask, const uint8_t *body, size_t len)
{
	struct answer r = { .ask = *ask, .pid = netlink_of(s)->pid };

	if (!(ask->flags & ABI_NLM_F_REQUEST))
		return 0;
	r.b = skb_alloc(ANSWER_MAX);
	if (!r.b)
		return -ENOBUFS;
	answer_one(&r, body, len);
	if (ask->flags & ABI_NLM_F_ACK && !r.b->len)
		answer_error(&r, 0);
	if (!r.b->len) {
		skb_free(r.b);
		return 0;
	}
	r.b->from = (struct net_addr){ .len = sizeof(struct abi_sockaddr_nl), .family = ABI_AF_NETLINK };
	sock_rx_add(s, r.b);
	sock_tell(s, ABI_EPOLLIN | ABI_EPOLLRDNORM);
	return 0;
}

/* ---- data ---------------------------------------------------------------------------------------- */

static ssize_t netlink_send(struct sock *s, struct net_msg *m)
{
	size_t len = (size_t)m->u->left, at = 0;
	uint8_t *buf;
	int err = autobind(s);

	if (err)
		return err;
	if (m->flags & ABI_MSG_OOB)
		return -EOPNOTSUPP;
	if (m->addr.len && (m->addr.family != ABI_AF_NETLINK || m->addr.len < sizeof(m->addr.nl)))
		return -EINVAL;
	if (m->addr.len && m->addr.nl.pid)
		return -ECONNREFUSED;
	if (len > s->sndbuf - 32)
		return -EMSGSIZE;
	buf = xalloc(len + 1);
	err = uio_copy_out(m->u, buf, len) < len ? -EFAULT : 0;
	while (!err && len - at >= sizeof(struct abi_nlmsghdr)) {
		struct abi_nlmsghdr h;

		memcpy(&h, buf + at, sizeof(h));
		if (h.len < sizeof(h) || h.len > len - at)
			break;
		err = answer(s, &h, buf + at + sizeof(h), h.len - sizeof(h));
		at += MIN(align_up(h.len, 4), len - at);
	}
	free(buf);
	return err ? err : (ssize_t)len;
}

static ssize_t netlink_receive(struct sock *s, struct net_msg *m)
{
	uint64_t deadline = m->flags & ABI_MSG_DONTWAIT ? 0 : sock_deadline(s->rcv_timeout_ns);
	size_t want, got;
	struct skb *b;
	ssize_t ret;

	if (m->flags & ABI_MSG_OOB)
		return -EOPNOTSUPP;
	do {
		ret = sock_wait(s, !list_empty(&s->rx), deadline);
		if (ret)
			return ret;
		sock_rx_lock(s);
		if (list_empty(&s->rx))
			sock_rx_unlock(s);
	} while (list_empty(&s->rx));
	b = list_first(&s->rx, struct skb, link);
	want = (size_t)MIN(m->u->left, (uint64_t)b->len);
	got = uio_copy_in(m->u, b->data, want);
	if (want < b->len)
		m->out_flags |= ABI_MSG_TRUNC;
	ret = got < want ? -EFAULT : m->flags & ABI_MSG_TRUNC ? (ssize_t)b->len : (ssize_t)want;
	m->addr = b->from;
	if (!(m->flags & ABI_MSG_PEEK)) {
		sock_rx_remove(s, b);
		skb_free(b);
	}
	sock_rx_unlock(s);
	return ret;
}

static uint32_t netlink_poll(struct sock *s, struct poll_table *pt)
{
	return ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND |
	       (list_empty(&s->rx) ? 0 : ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

/* Membership in groups is kept by nobody: nothing ever changes that could be told. */
static int netlink_setsockopt(struct sock *s, int level, int name, const void *value, uint32_t len)
{
	if (level != ABI_SOL_NETLINK)
		return -ENOPROTOOPT;
	return name >= ABI_NETLINK_ADD_MEMBERSHIP && name <= ABI_NETLINK_GET_STRICT_CHK ? 0 : -ENOPROTOOPT;
}

/* Nothing but switches that are off. */
static int netlink_getsockopt(struct sock *s, int level, int name, void *value, uint32_t *len)
{
	bool known = level == ABI_SOL_NETLINK && name >= ABI_NETLINK_PKTINFO && name <= ABI_NETLINK_GET_STRICT_CHK;

	return known ? sockopt_put_int(value, len, 0) : -ENOPROTOOPT;
}

static void netlink_close(struct sock *s)
{
	list_del(&netlink_of(s)->link);
	sock_rx_purge(s);
}

static const struct net_proto netlink_proto = {
	.bind = netlink_bind, .connect = netlink_connect, .getname = netlink_getname, .send = netlink_send,
	.receive = netlink_receive, .poll = netlink_poll, .setsockopt = netlink_setsockopt,
	.getsockopt = netlink_getsockopt, .close = netlink_close,
};
