/* Addresses of AF_INET and AF_INET6, and the only route there is.
 *
 * The machine has one interface, lo: 127.0.0.0/8 and ::1. Everything else is
 * unreachable. An AF_INET6 socket that is not v6only speaks to IPv4 peers by
 * their mapped addresses, so inside all addresses are mapped ones. */
#include "inet.h"

#include <string.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
static const uint8_t loopback6[16] = { [15] = 1 };

bool ip_is_v4(const uint8_t ip[16])
{
	return !memcmp(ip, mapped, sizeof(mapped));
}

bool ip_is_any(const uint8_t ip[16])
{
	static const uint8_t zero[16];

	return !memcmp(ip, zero, 16) || (ip_is_v4(ip) && !memcmp(ip + 12, zero, 4));
}

bool ip_is_loopback(const uint8_t ip[16])
{
	return ip_is_v4(ip) ? ip[12] == 127 : !memcmp(ip, loopback6, 16);
}

void ip_set_any(uint8_t ip[16], int family)
{
	memset(ip, 0, 16);
	if (family == ABI_AF_INET)
		memcpy(ip, mapped, sizeof(mapped));
}

static void ip_set_loopback(uint8_t ip[16], bool v4)
{
	memcpy(ip, v4 ? mapped : loopback6, v4 ? sizeof(mapped) : 16);
	if (v4)
		memcpy(ip + 12, (uint8_t[]){ 127, 0, 0, 1 }, 4);
}

static uint16_t get_port(const uint8_t p[2])
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static int from_v4(const struct net_addr *a, struct endpoint *out)
{
	if (a->len < sizeof(a->in))
		return -EINVAL;
	memcpy(out->ip, mapped, sizeof(mapped));
	memcpy(out->ip + 12, a->in.addr, 4);
	out->port = get_port(a->in.port);
	return 0;
}

enum { SIN6_LEN_RFC2133 = 24 };          /* without the scope */

int endpoint_from(const struct inet_sock *i, const struct net_addr *a, struct endpoint *out)
{
	if (i->sk.family == ABI_AF_INET)
		return a->len < sizeof(a->in) ? -EINVAL : a->family != ABI_AF_INET ? -EAFNOSUPPORT : from_v4(a, out);
	if (a->len >= sizeof(a->family) && a->family == ABI_AF_INET && i->transport == INET_UDP && !i->v6only)
		return from_v4(a, out);
	if (a->len < SIN6_LEN_RFC2133)
		return -EINVAL;
	if (a->family != ABI_AF_INET6)
		return -EAFNOSUPPORT;
	memcpy(out->ip, a->in6.addr, 16);
	out->port = get_port(a->in6.port);
	return ip_is_v4(out->ip) && i->v6only ? -ENETUNREACH : 0;
}

void endpoint_to(const struct inet_sock *i, const struct endpoint *e, struct net_addr *out)
{
	memset(out, 0, sizeof(*out));
	out->family = (uint16_t)i->sk.family;
	if (i->sk.family == ABI_AF_INET) {
		out->len = sizeof(out->in);
		memcpy(out->in.addr, e->ip + 12, 4);
	} else {
		out->len = sizeof(out->in6);
		memcpy(out->in6.addr, e->ip, 16);
	}
	out->in.port[0] = (uint8_t)(e->port >> 8);      /* at the same place in both */
	out->in.port[1] = (uint8_t)e->port;
}

/* Which transport a type and a protocol mean (net/ipv4/af_inet.c inet_create, its table). */
int inet_create(int family, int type, int protocol, struct sock **out)
{
	if (protocol < 0 || protocol > 262)   /* IPPROTO_MAX is MPTCP's number */
		return -EINVAL;
	switch (type) {
	case ABI_SOCK_STREAM:
		return protocol && protocol != ABI_IPPROTO_TCP ? -EPROTONOSUPPORT : tcp_create(family, out);
	case ABI_SOCK_DGRAM:
		if (protocol && protocol != ABI_IPPROTO_UDP && protocol != ABI_IPPROTO_UDPLITE)
			return -EPROTONOSUPPORT;
		return udp_create(family, protocol, out);
	case ABI_SOCK_RAW:
		return !protocol ? -EPROTONOSUPPORT : -EPERM;      /* no packets that programs make themselves */
	}
	return -ESOCKTNOSUPPORT;
}

int inet_route(const struct net_ns *net, struct endpoint *from, struct endpoint *to)
{
	bool v4;

	/* "::" of a socket that is bound to an IPv4 address means 0.0.0.0. */
	if (ip_is_any(to->ip))
		ip_set_loopback(to->ip, ip_is_v4(to->ip) || (ip_is_v4(from->ip) && !ip_is_any(from->ip)));
	v4 = ip_is_v4(to->ip);
	if (!ip_is_loopback(to->ip))
		return -ENETUNREACH;
	if (!net->lo_up)
		return v4 ? -ENETUNREACH : -EADDRNOTAVAIL;
	if (ip_is_any(from->ip))
		ip_set_loopback(from->ip, v4);
	return ip_is_v4(from->ip) == v4 ? 0 : -ENETUNREACH;
}
