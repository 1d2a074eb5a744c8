/* NETLINK_SOCK_DIAG: the sockets of a name space, as ss(8) asks for them (sock_diag(7); Linux
 * net/core/sock_diag.c, net/ipv4/inet_diag.c, net/unix/diag.c, net/netlink/diag.c). */
#include "netlink.h"

#include <string.h>

#include "inet.h"
#include "unix.h"

/* ---- AF_INET, AF_INET6 ---------------------------------------------------------------------------- */

static void put_port(uint8_t to[2], uint16_t port)
{
	to[0] = (uint8_t)(port >> 8);
	to[1] = (uint8_t)port;
}

static void put_ip(uint8_t to[16], const uint8_t ip[16], bool v6)
{
	memcpy(to, v6 ? ip : ip + 12, v6 ? 16 : 4);
}

static void put_cookie(uint32_t cookie[2], const struct sock *s)
{
	cookie[0] = (uint32_t)s->ino;
	cookie[1] = (uint32_t)(s->ino >> 32);
}

static void tell_inet(struct nl_answer *r, const struct inet_sock *i, uint8_t ext)
{
	const struct sock *s = &i->sk;
	bool v6 = s->family == ABI_AF_INET6, listens = s->state == ABI_TCP_LISTEN;
	uint32_t memory[ABI_SK_MEMINFO_VARS] = { (uint32_t)s->rx_bytes, s->rcvbuf, (uint32_t)s->tx_charge, s->sndbuf };
	uint8_t info[248] = { (uint8_t)s->state };
	struct abi_inet_diag_msg m = {
		.family = (uint8_t)s->family, .state = (uint8_t)s->state, .uid = s->uid, .inode = s->file ? (uint32_t)s->ino : 0,
		.rqueue = listens ? s->rx_count : (uint32_t)s->rx_bytes,
		.wqueue = listens ? tcp_backlog(s) : (uint32_t)s->tx_charge,
	};

	put_port(m.id.sport, i->local.port);
	put_port(m.id.dport, i->remote.port);
	put_ip(m.id.src, i->local.ip, v6);
	put_ip(m.id.dst, i->remote.ip, v6);
	put_cookie(m.id.cookie, s);
	nl_begin(r, ABI_SOCK_DIAG_BY_FAMILY, &m, sizeof(m));
	nl_attr_u8(r, ABI_INET_DIAG_SHUTDOWN, (uint8_t)(s->shut_read | s->shut_write << 1));
	if (v6)
		nl_attr_u8(r, ABI_INET_DIAG_SKV6ONLY, i->v6only);
	if (ext & 1 << (ABI_INET_DIAG_SKMEMINFO - 1))
		nl_attr(r, ABI_INET_DIAG_SKMEMINFO, memory, sizeof(memory));
	if (i->transport == INET_TCP && ext & 1 << (ABI_INET_DIAG_INFO - 1))
		nl_attr(r, ABI_INET_DIAG_INFO, info, sizeof(info));
	nl_end(r);
}

/* A part of a connection's name that is asked for: zero is any. */
static bool port_fits(const uint8_t asked[2], uint16_t port)
{
	unsigned want = (unsigned)asked[0] << 8 | asked[1];

	return !want || want == port;
}

static int dump_inet(struct nl_answer *r, const uint8_t *body, size_t len)
{
	struct abi_inet_diag_req q;
	enum inet_transport t;

	if (len < sizeof(q))
		return -EINVAL;
	memcpy(&q, body, sizeof(q));
	if (q.protocol != ABI_IPPROTO_TCP && q.protocol != ABI_IPPROTO_UDP && q.protocol != ABI_IPPROTO_UDPLITE)
		return q.protocol == UINT8_MAX ? 0 : -ENOENT;      /* raw sockets: there are none */
	t = q.protocol == ABI_IPPROTO_TCP ? INET_TCP : INET_UDP;
	for (unsigned l = 0; l < INET_PORT_LISTS; l++) {
		struct inet_sock *i;

		list_for_each(i, inet_port_list(r->to->sk.net, t, l), port_link)
			if (i->sk.family == q.family && i->sk.protocol == q.protocol && q.states >> i->sk.state & 1 &&
			    port_fits(q.id.sport, i->local.port) && port_fits(q.id.dport, i->remote.port))
				tell_inet(r, i, q.ext);
	}
	return 0;
}

/* ---- AF_UNIX ---------------------------------------------------------------------------------------- */

static void tell_embryos(struct nl_answer *r, const struct unix_sock *u)
{
	enum { MAX = 32 };
	uint32_t numbers[MAX];
	unsigned n = 0;
	struct unix_sock *e;

	list_for_each(e, &u->embryos, embryo_link)
		if (n < MAX)
			numbers[n++] = e->peer ? (uint32_t)e->peer->sk.ino : 0;
	nl_attr(r, ABI_UNIX_DIAG_ICONS, numbers, n * sizeof(numbers[0]));
}

static void tell_queues(struct nl_answer *r, const struct unix_sock *u)
{
	bool listens = u->sk.state == ABI_TCP_LISTEN;
	uint32_t queues[2] = { listens ? u->nr_embryos : (uint32_t)u->sk.rx_bytes, listens ? u->backlog : (uint32_t)u->sk.tx_charge };

	nl_attr(r, ABI_UNIX_DIAG_RQLEN, queues, sizeof(queues));
}

static void tell_unix(struct nl_answer *r, const struct unix_sock *u, uint32_t show)
{
	struct abi_unix_diag_msg m = { .family = ABI_AF_UNIX, .type = (uint8_t)u->sk.type, .state = (uint8_t)u->sk.state,
				       .ino = (uint32_t)u->sk.ino };
	uint32_t vfs[2] = { (uint32_t)u->path_ino, u->super ? (uint32_t)u->super->dev : 0 };

	put_cookie(m.cookie, &u->sk);
	nl_begin(r, ABI_SOCK_DIAG_BY_FAMILY, &m, sizeof(m));
	if (show & ABI_UDIAG_SHOW_NAME && u->addr.len)
		nl_attr(r, ABI_UNIX_DIAG_NAME, u->addr.un.path, u->addr.len - offsetof(struct abi_sockaddr_un, path));
	if (show & ABI_UDIAG_SHOW_VFS && u->path.dentry)
		nl_attr(r, ABI_UNIX_DIAG_VFS, vfs, sizeof(vfs));
	if (show & ABI_UDIAG_SHOW_PEER && u->peer)
		nl_attr_u32(r, ABI_UNIX_DIAG_PEER, (uint32_t)u->peer->sk.ino);
	if (show & ABI_UDIAG_SHOW_ICONS && u->sk.state == ABI_TCP_LISTEN)
		tell_embryos(r, u);
	if (show & ABI_UDIAG_SHOW_RQLEN)
		tell_queues(r, u);
	if (show & ABI_UDIAG_SHOW_UID)
		nl_attr_u32(r, ABI_UNIX_DIAG_UID, u->sk.uid);
	nl_attr_u8(r, ABI_UNIX_DIAG_SHUTDOWN, (uint8_t)(u->sk.shut_read | u->sk.shut_write << 1));
	nl_end(r);
}

static int dump_unix(struct nl_answer *r, const uint8_t *body, size_t len)
{
	struct abi_unix_diag_req q;
	struct unix_sock *u;

	if (len < sizeof(q))
		return -EINVAL;
	memcpy(&q, body, sizeof(q));
	list_for_each(u, &unix_all, all_link)
		if (u->sk.net == r->to->sk.net && u->sk.file && q.states >> u->sk.state & 1)
			tell_unix(r, u, q.show);
	return 0;
}

/* ---- AF_NETLINK ----------------------------------------------------------------------------------------- */

static int dump_netlink(struct nl_answer *r, const uint8_t *body, size_t len)
{
	struct netlink_sock *n;

	list_for_each(n, &netlink_all, link) {
		struct abi_netlink_diag_msg m = {
			.family = ABI_AF_NETLINK, .type = (uint8_t)n->sk.type, .protocol = (uint8_t)n->sk.protocol,
			.state = ABI_TCP_CLOSE, .portid = n->pid, .ino = (uint32_t)n->sk.ino,
		};

		if (n->sk.net != r->to->sk.net)
			continue;
		put_cookie(m.cookie, &n->sk);
		nl_begin(r, ABI_SOCK_DIAG_BY_FAMILY, &m, sizeof(m));
		nl_end(r);
	}
	return 0;
}

enum { AF_PACKET_ = 17 };

/* Families that no module serves are -ENOENT (sock_diag_lock_handler); single sockets are not looked up. */
int sock_diag_request(struct nl_answer *r, const uint8_t *body, size_t len)
{
	if (r->ask.type != ABI_SOCK_DIAG_BY_FAMILY)
		return r->ask.type == ABI_SOCK_DESTROY ? -EOPNOTSUPP : -EINVAL;
	if (len < 2)
		return -EINVAL;
	if (!r->dump)
		return -EOPNOTSUPP;
	switch (body[0]) {
	case ABI_AF_INET: case ABI_AF_INET6: return dump_inet(r, body, len);
	case ABI_AF_UNIX:    return dump_unix(r, body, len);
	case ABI_AF_NETLINK: return dump_netlink(r, body, len);
	case AF_PACKET_:     return 0;
	default:             return -ENOENT;
	}
}
