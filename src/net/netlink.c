/* Netlink sockets: NETLINK_ROUTE (rtnetlink.c) and NETLINK_SOCK_DIAG (sock_diag.c).
 *
 * A request is answered at once, into the asking socket's own queue: a dump as
 * datagrams of NLM_F_MULTI messages that end with NLMSG_DONE, anything else
 * as one message or an NLMSG_ERROR (netlink(7)). */
#include "netlink.h"
#include "iface.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

struct list netlink_all = LIST_INIT(netlink_all);
static const struct net_proto netlink_proto;
static uint32_t next_pid = 0xffffefff;      /* a second socket of a process gets one from up here */

int netlink_create(int type, int protocol, struct sock **out)
{
	struct netlink_sock *n;

	if (type != ABI_SOCK_RAW && type != ABI_SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != ABI_NETLINK_ROUTE && protocol != ABI_NETLINK_SOCK_DIAG)
		return -EPROTONOSUPPORT;
	n = xnew(struct netlink_sock);
	sock_init(&n->sk, &netlink_proto, ABI_AF_NETLINK, type, protocol);
	list_add_tail(&netlink_all, &n->link);
	*out = &n->sk;
	return 0;
}

/* ---- addresses --------------------------------------------------------------------------- */

/* The process's number for its first socket. */
static uint32_t choose_pid(const struct sock *s)
{
	uint32_t pid = (uint32_t)net_hooks.show_pid(net_current().pid);
	struct netlink_sock *n;

	list_for_each(n, &netlink_all, link)
		if (n->pid == pid && n->sk.net == s->net && n->sk.protocol == s->protocol)
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
		n->pid = a->nl.pid ? a->nl.pid : choose_pid(s);
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

enum { ANSWER_SIZE = 4096 };         /* the C library reads into as much */

static void flush(struct nl_answer *r)
{
	struct sock *s = &r->to->sk;

	if (!r->b)
		return;
	r->b->from = (struct net_addr){ .len = sizeof(struct abi_sockaddr_nl), .family = ABI_AF_NETLINK };
	sock_rx_add(s, r->b);
	sock_tell(s, ABI_EPOLLIN | ABI_EPOLLRDNORM);
	r->b = NULL;
}

static void put(struct nl_answer *r, const void *data, size_t len)
{
	size_t padded = align_up(len, 4);

	if (r->failed)
		return;
	ASSERT(r->b->len + padded <= r->b->cap);
	memset(r->b->data + r->b->len, 0, padded);
	if (len)
		memcpy(r->b->data + r->b->len, data, len);
	r->b->len += padded;
}

void nl_begin(struct nl_answer *r, uint16_t type, const void *body, size_t len)
{
	struct abi_nlmsghdr h = { .type = type, .flags = r->dump ? ABI_NLM_F_MULTI : 0, .seq = r->ask.seq, .pid = r->to->pid };

	if (r->b && r->b->cap - r->b->len < NL_MESSAGE_MAX)
		flush(r);
	if (!r->b && !r->failed)
		r->b = skb_alloc(ANSWER_SIZE);
	r->failed |= !r->b;
	if (r->failed)
		return;
	r->begin = r->b->len;
	put(r, &h, sizeof(h));
	put(r, body, len);
}

void nl_end(struct nl_answer *r)
{
	uint32_t len;

	if (r->failed)
		return;
	len = (uint32_t)(r->b->len - r->begin);
	memcpy(r->b->data + r->begin, &len, sizeof(len));
}

void nl_attr(struct nl_answer *r, uint16_t type, const void *data, size_t len)
{
	struct abi_nlattr a = { (uint16_t)(sizeof(a) + len), type };

	put(r, &a, sizeof(a));
	put(r, data, len);
}

void nl_attr_u32(struct nl_answer *r, uint16_t type, uint32_t v) { nl_attr(r, type, &v, 4); }
void nl_attr_u8(struct nl_answer *r, uint16_t type, uint8_t v)   { nl_attr(r, type, &v, 1); }

const void *nl_find(const uint8_t *body, size_t len, size_t skip, uint16_t type, size_t *size)
{
	for (size_t at = align_up(skip, 4); at + sizeof(struct abi_nlattr) <= len;) {
		struct abi_nlattr a;

		memcpy(&a, body + at, sizeof(a));
		if (a.len < sizeof(a) || a.len > len - at)
			return NULL;
		if (a.type == type) {
			*size = a.len - sizeof(a);
			return body + at + sizeof(a);
		}
		at += align_up(a.len, 4);
	}
	return NULL;
}

uint32_t nl_find_u32(const uint8_t *body, size_t len, size_t skip, uint16_t type, uint32_t otherwise)
{
	uint32_t v = otherwise;
	size_t size;
	const void *found = nl_find(body, len, skip, type, &size);

	if (found && size >= sizeof(v))
		memcpy(&v, found, sizeof(v));
	return v;
}

/* netlink_ack(): an error brings its request back, unless that was not wanted. */
static void answer_error(struct nl_answer *r, int error, const uint8_t *body, size_t len)
{
	struct { int32_t error; struct abi_nlmsghdr ask; uint8_t body[NL_MESSAGE_MAX - 64]; } m = { .error = error, .ask = r->ask };
	bool whole = error && !r->to->cap_ack && len <= sizeof(m.body);
	size_t size = sizeof(m) - sizeof(m.body);

	r->dump = false;
	if (whole) {
		memcpy(m.body, body, len);
		size += len;
	}
	nl_begin(r, ABI_NLMSG_ERROR, &m, size);
	if (!whole && !r->failed) {
		uint16_t flags = ABI_NLM_F_CAPPED;

		memcpy(r->b->data + r->begin + offsetof(struct abi_nlmsghdr, flags), &flags, sizeof(flags));
	}
	nl_end(r);
}

static int answer(struct sock *s, const struct abi_nlmsghdr *ask, const uint8_t *body, size_t len)
{
	struct nl_answer r = { .to = netlink_of(s), .ask = *ask, .dump = (ask->flags & ABI_NLM_F_DUMP) == ABI_NLM_F_DUMP };
	int32_t err;

	if (!(ask->flags & ABI_NLM_F_REQUEST) || ask->type < ABI_NLMSG_MIN_TYPE)
		return 0;
	err = s->protocol == ABI_NETLINK_ROUTE ? rtnetlink_request(&r, body, len) : sock_diag_request(&r, body, len);
	if (err < 0) {
		answer_error(&r, err, body, len);
	} else if (r.dump) {
		nl_begin(&r, ABI_NLMSG_DONE, &err, sizeof(err));
		nl_end(&r);
	} else if (ask->flags & ABI_NLM_F_ACK) {
		answer_error(&r, 0, body, len);
	}
	flush(&r);
	return r.failed ? -ENOBUFS : 0;
}

void nl_tell(struct net_ns *net, unsigned group, void (*make)(struct nl_answer *r, struct net_ns *net))
{
	struct netlink_sock *n;

	list_for_each(n, &netlink_all, link) {
		struct nl_answer r = { .to = n };

		if (n->sk.net != net || n->sk.protocol != ABI_NETLINK_ROUTE || !(n->groups >> (group - 1) & 1))
			continue;
		make(&r, net);
		flush(&r);
	}
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

static int netlink_setsockopt(struct sock *s, int level, int name, const void *value, uint32_t len)
{
	struct netlink_sock *n = netlink_of(s);
	uint32_t v = 0;

	if (level != ABI_SOL_NETLINK || name < ABI_NETLINK_ADD_MEMBERSHIP || name > ABI_NETLINK_GET_STRICT_CHK)
		return -ENOPROTOOPT;
	if (len >= sizeof(v))
		memcpy(&v, value, sizeof(v));
	if (name == ABI_NETLINK_CAP_ACK)
		n->cap_ack = v;
	if (name > ABI_NETLINK_DROP_MEMBERSHIP)
		return 0;
	/* Of the groups above 32, nothing is ever told. */
	if (!v)
		return -EINVAL;
	if (v <= 32)
		n->groups = name == ABI_NETLINK_ADD_MEMBERSHIP ? n->groups | 1u << (v - 1) : n->groups & ~(1u << (v - 1));
	return 0;
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
