/* NETLINK_ROUTE: lo, its addresses, its routes, for getifaddrs(3), ip(8), bubblewrap (rtnetlink(7);
 * Linux net/core/rtnetlink.c, net/ipv4/{devinet,fib_frontend}.c, net/ipv6/{addrconf,route}.c).
 *
 * What can be changed is lo: up or down, its MTU, its two addresses. There are no other interfaces,
 * addresses, routes or rules to be made: EOPNOTSUPP. */
#include "netlink.h"

#include <string.h>

#include "abi/process.h"
#include "iface.h"

static const uint8_t v4_lo[4] = { 127, 0, 0, 1 }, v6_lo[16] = { [15] = 1 };

/* ---- telling ---------------------------------------------------------------------------------- */

static void link_counts(struct nl_answer *r, const struct net_ns *net)
{
	uint64_t wide[25] = { net->lo_packets, net->lo_packets, net->lo_bytes, net->lo_bytes };
	uint32_t narrow[24];

	for (unsigned i = 0; i < ARRAY_SIZE(narrow); i++)
		narrow[i] = (uint32_t)wide[i];
	nl_attr(r, ABI_IFLA_STATS64, wide, sizeof(wide));
	nl_attr(r, ABI_IFLA_STATS, narrow, sizeof(narrow));
}

void rtnetlink_link(struct nl_answer *r, struct net_ns *net)
{
	static const uint8_t none[6];
	struct abi_ifinfomsg m = { .type = ABI_ARPHRD_LOOPBACK, .index = LO_INDEX, .flags = lo_flags(net) };

	nl_begin(r, ABI_RTM_NEWLINK, &m, sizeof(m));
	nl_attr(r, ABI_IFLA_IFNAME, "lo", 3);
	nl_attr_u32(r, ABI_IFLA_TXQLEN, LO_TXQLEN);
	nl_attr_u8(r, ABI_IFLA_OPERSTATE, net->lo_up ? ABI_IF_OPER_UNKNOWN : ABI_IF_OPER_DOWN);
	nl_attr_u8(r, ABI_IFLA_LINKMODE, 0);
	nl_attr_u32(r, ABI_IFLA_MTU, net->lo_mtu);
	nl_attr_u32(r, ABI_IFLA_MIN_MTU, 0);
	nl_attr_u32(r, ABI_IFLA_MAX_MTU, 0);
	nl_attr_u32(r, ABI_IFLA_GROUP, 0);
	nl_attr_u32(r, ABI_IFLA_PROMISCUITY, 0);
	nl_attr_u32(r, ABI_IFLA_NUM_TX_QUEUES, 1);
	nl_attr_u32(r, ABI_IFLA_NUM_RX_QUEUES, 1);
	nl_attr_u32(r, ABI_IFLA_GSO_MAX_SIZE, 65536);
	nl_attr_u32(r, ABI_IFLA_GSO_MAX_SEGS, 65535);
	nl_attr_u8(r, ABI_IFLA_CARRIER, 1);
	nl_attr(r, ABI_IFLA_ADDRESS, none, 6);
	nl_attr(r, ABI_IFLA_BROADCAST, none, 6);
	nl_attr(r, ABI_IFLA_QDISC, net->lo_was_up ? "noqueue" : "noop", net->lo_was_up ? 8 : 5);
	nl_attr_u32(r, ABI_IFLA_CARRIER_CHANGES, 0);
	nl_attr_u8(r, ABI_IFLA_PROTO_DOWN, 0);
	link_counts(r, net);
	nl_end(r);
}

static void tell_addr(struct nl_answer *r, bool is_v4)
{
	struct abi_ifaddrmsg m = { .family = is_v4 ? ABI_AF_INET : ABI_AF_INET6, .prefixlen = is_v4 ? 8 : 128,
				   .flags = ABI_IFA_F_PERMANENT, .scope = ABI_RT_SCOPE_HOST, .index = LO_INDEX };
	uint32_t cache[4] = { UINT32_MAX, UINT32_MAX, 0, 0 };    /* valid for ever */

	nl_begin(r, ABI_RTM_NEWADDR, &m, sizeof(m));
	nl_attr(r, ABI_IFA_ADDRESS, is_v4 ? v4_lo : v6_lo, is_v4 ? 4 : 16);
	if (is_v4) {
		nl_attr(r, ABI_IFA_LOCAL, v4_lo, 4);
		nl_attr(r, ABI_IFA_LABEL, "lo", 3);
	}
	nl_attr_u32(r, ABI_IFA_FLAGS, ABI_IFA_F_PERMANENT);
	nl_attr(r, ABI_IFA_CACHEINFO, cache, sizeof(cache));
	nl_end(r);
}

void rtnetlink_addr4(struct nl_answer *r, struct net_ns *net)
{
	if (net->lo_v4)
		tell_addr(r, true);
}

void rtnetlink_addr6(struct nl_answer *r, struct net_ns *net)
{
	if (net->lo_v6)
		tell_addr(r, false);
}

/* The local table of an lo that is up. */
static const struct { uint8_t dst[4], len, type, scope; } v4_routes[] = {
	{ { 127, 0, 0, 0 }, 8, ABI_RTN_LOCAL, ABI_RT_SCOPE_HOST },
	{ { 127, 0, 0, 1 }, 32, ABI_RTN_LOCAL, ABI_RT_SCOPE_HOST },
	{ { 127, 255, 255, 255 }, 32, ABI_RTN_BROADCAST, ABI_RT_SCOPE_LINK },
};

static void tell_v4_routes(struct nl_answer *r)
{
	for (unsigned i = 0; i < ARRAY_SIZE(v4_routes); i++) {
		struct abi_rtmsg m = { .family = ABI_AF_INET, .dst_len = v4_routes[i].len, .table = ABI_RT_TABLE_LOCAL,
				       .protocol = ABI_RTPROT_KERNEL, .scope = v4_routes[i].scope, .type = v4_routes[i].type };

		nl_begin(r, ABI_RTM_NEWROUTE, &m, sizeof(m));
		nl_attr_u32(r, ABI_RTA_TABLE, ABI_RT_TABLE_LOCAL);
		nl_attr(r, ABI_RTA_DST, v4_routes[i].dst, 4);
		nl_attr(r, ABI_RTA_PREFSRC, v4_lo, 4);
		nl_attr_u32(r, ABI_RTA_OIF, LO_INDEX);
		nl_end(r);
	}
}

static void tell_v6_route(struct nl_answer *r)
{
	static const uint32_t cache[8];
	struct abi_rtmsg m = { .family = ABI_AF_INET6, .dst_len = 128, .table = ABI_RT_TABLE_LOCAL,
			       .protocol = ABI_RTPROT_KERNEL, .type = ABI_RTN_LOCAL };

	nl_begin(r, ABI_RTM_NEWROUTE, &m, sizeof(m));
	nl_attr_u32(r, ABI_RTA_TABLE, ABI_RT_TABLE_LOCAL);
	nl_attr(r, ABI_RTA_DST, v6_lo, 16);
	nl_attr_u32(r, ABI_RTA_PRIORITY, 0);
	nl_attr_u32(r, ABI_RTA_OIF, LO_INDEX);
	nl_attr(r, ABI_RTA_CACHEINFO, cache, sizeof(cache));
	nl_attr_u8(r, ABI_RTA_PREF, 0);
	nl_end(r);
}

static void dump_routes(struct nl_answer *r, const struct net_ns *net, uint8_t family, const uint8_t *body, size_t len)
{
	uint32_t table = nl_find_u32(body, len, sizeof(struct abi_rtmsg), ABI_RTA_TABLE,
				     len >= sizeof(struct abi_rtmsg) ? body[offsetof(struct abi_rtmsg, table)] : 0);

	if (!net->lo_up || (table && table != ABI_RT_TABLE_LOCAL))
		return;
	if (family != ABI_AF_INET6)
		tell_v4_routes(r);
	if (family != ABI_AF_INET)
		tell_v6_route(r);
}

static const struct { uint32_t priority; uint8_t table; } rules[] = {
	{ 0, ABI_RT_TABLE_LOCAL }, { 32766, ABI_RT_TABLE_MAIN }, { 32767, ABI_RT_TABLE_DEFAULT },
};

static void dump_rules(struct nl_answer *r, uint8_t family)
{
	unsigned count = family == ABI_AF_INET6 ? 2 : 3;

	for (unsigned i = 0; i < count; i++) {
		struct abi_fib_rule_hdr m = { .family = family ? family : ABI_AF_INET, .table = rules[i].table, .action = ABI_FR_ACT_TO_TBL };

		nl_begin(r, ABI_RTM_NEWRULE, &m, sizeof(m));
		nl_attr_u32(r, ABI_FRA_TABLE, rules[i].table);
		nl_attr_u32(r, ABI_FRA_SUPPRESS_PREFIXLEN, UINT32_MAX);
		nl_attr_u8(r, ABI_FRA_PROTOCOL, ABI_RTPROT_KERNEL);
		if (rules[i].priority)
			nl_attr_u32(r, ABI_FRA_PRIORITY, rules[i].priority);
		nl_end(r);
	}
}

/* ip route get: what a packet to the address would do. */
static int get_route(struct nl_answer *r, const struct net_ns *net, const uint8_t *body, size_t len)
{
	struct abi_rtmsg ask, m = { .type = ABI_RTN_LOCAL, .flags = ABI_RTM_F_CLONED };
	static const uint32_t cache[8];
	size_t size = 0;
	const uint8_t *dst;
	bool v4;

	if (len < sizeof(ask))
		return -EINVAL;
	memcpy(&ask, body, sizeof(ask));
	dst = nl_find(body, len, sizeof(ask), ABI_RTA_DST, &size);
	v4 = ask.family == ABI_AF_INET;
	if (!v4 && ask.family != ABI_AF_INET6)
		return -EOPNOTSUPP;
	if (!dst || size != (v4 ? 4 : 16))
		return -EINVAL;
	if (!net->lo_up || (v4 ? dst[0] != 127 : memcmp(dst, v6_lo, 16) != 0))
		return -ENETUNREACH;
	m.family = ask.family;
	m.table = v4 ? ABI_RT_TABLE_MAIN : ABI_RT_TABLE_LOCAL;    /* IPv4 looks things up there, whatever the answer */
	m.dst_len = v4 ? 32 : 128;
	m.protocol = v4 ? ABI_RTPROT_UNSPEC : ABI_RTPROT_KERNEL;
	m.flags = v4 ? m.flags | (uint32_t)ABI_RTCF_LOCAL : 0;
	nl_begin(r, ABI_RTM_NEWROUTE, &m, sizeof(m));
	if (!v4)
		nl_attr(r, ABI_RTA_DST, dst, size);
	nl_attr_u32(r, ABI_RTA_TABLE, m.table);
	if (v4)
		nl_attr(r, ABI_RTA_DST, dst, size);
	nl_attr_u32(r, ABI_RTA_OIF, LO_INDEX);
	nl_attr(r, ABI_RTA_PREFSRC, v4 ? v4_lo : v6_lo, size);
	if (v4)
		nl_attr_u32(r, ABI_RTA_UID, net_current().cred->euid);
	else
		nl_attr_u32(r, ABI_RTA_PRIORITY, 0);
	nl_attr(r, ABI_RTA_CACHEINFO, cache, sizeof(cache));
	if (!v4)
		nl_attr_u8(r, ABI_RTA_PREF, 0);
	nl_end(r);
	return 0;
}

/* ---- changing ----------------------------------------------------------------------------------- */

void rtnetlink_set_lo(struct net_ns *net, bool up)
{
	bool had4 = net->lo_v4, had6 = net->lo_v6;

	if (net->lo_up == up)
		return;
	lo_set_up(net, up);
	nl_tell(net, ABI_RTNLGRP_LINK, rtnetlink_link);
	if (net->lo_v4 && !had4)
		nl_tell(net, ABI_RTNLGRP_IPV4_IFADDR, rtnetlink_addr4);
	if (net->lo_v6 && !had6)
		nl_tell(net, ABI_RTNLGRP_IPV6_IFADDR, rtnetlink_addr6);
}

/* By index, or by name. */
static bool means_lo(const uint8_t *body, size_t len)
{
	struct abi_ifinfomsg m;
	const char *name;
	size_t size;

	if (len < sizeof(m))
		return false;
	memcpy(&m, body, sizeof(m));
	if (m.index)
		return m.index == LO_INDEX;
	name = nl_find(body, len, sizeof(m), ABI_IFLA_IFNAME, &size);
	return name && size >= 2 && !strncmp(name, "lo", size);
}

static int change_link(struct net_ns *net, const struct abi_nlmsghdr *ask, const uint8_t *body, size_t len)
{
	struct abi_ifinfomsg m;
	uint32_t change;

	if (len < sizeof(m))
		return -EINVAL;
	if (!means_lo(body, len))
		return ask->flags & ABI_NLM_F_CREATE ? -EOPNOTSUPP : -ENODEV;
	if (ask->flags & ABI_NLM_F_EXCL)
		return -EEXIST;
	memcpy(&m, body, sizeof(m));
	change = m.change ? m.change : UINT32_MAX;
	net->lo_mtu = nl_find_u32(body, len, sizeof(m), ABI_IFLA_MTU, net->lo_mtu);
	/* Flags that are not lo's own business: IFF_UP is the one to change. */
	if (m.change || m.flags)
		rtnetlink_set_lo(net, change & ABI_IFF_UP ? m.flags & ABI_IFF_UP : net->lo_up);
	return 0;
}

static int change_addr(struct net_ns *net, const struct abi_nlmsghdr *ask, const uint8_t *body, size_t len)
{
	struct abi_ifaddrmsg m;
	const uint8_t *addr;
	bool v4, *has;
	size_t size;

	if (len < sizeof(m))
		return -EINVAL;
	memcpy(&m, body, sizeof(m));
	v4 = m.family == ABI_AF_INET;
	if (!v4 && m.family != ABI_AF_INET6)
		return -EOPNOTSUPP;
	if (m.index != LO_INDEX)
		return -ENODEV;
	addr = nl_find(body, len, sizeof(m), ABI_IFA_LOCAL, &size);
	if (!addr)
		addr = nl_find(body, len, sizeof(m), ABI_IFA_ADDRESS, &size);
	if (!addr || size != (v4 ? 4 : 16))
		return -EINVAL;
	if (memcmp(addr, v4 ? v4_lo : v6_lo, size) != 0)
		return ask->type == ABI_RTM_DELADDR ? -EADDRNOTAVAIL : -EOPNOTSUPP;
	has = v4 ? &net->lo_v4 : &net->lo_v6;
	if (ask->type == ABI_RTM_DELADDR ? !*has : *has)
		return ask->type == ABI_RTM_DELADDR ? -EADDRNOTAVAIL : -EEXIST;
	*has = ask->type != ABI_RTM_DELADDR;
	if (*has)
		nl_tell(net, v4 ? ABI_RTNLGRP_IPV4_IFADDR : ABI_RTNLGRP_IPV6_IFADDR, v4 ? rtnetlink_addr4 : rtnetlink_addr6);
	return 0;
}

/* ---- requests -------------------------------------------------------------------------------------- */

static int dump(struct nl_answer *r, struct net_ns *net, const uint8_t *body, size_t len)
{
	uint8_t family = len ? body[0] : 0;

	switch (r->ask.type) {
	case ABI_RTM_GETLINK:
		rtnetlink_link(r, net);
		break;
	case ABI_RTM_GETADDR:
		if (family != ABI_AF_INET6)
			rtnetlink_addr4(r, net);
		if (family != ABI_AF_INET)
			rtnetlink_addr6(r, net);
		break;
	case ABI_RTM_GETROUTE:
		dump_routes(r, net, family, body, len);
		break;
	case ABI_RTM_GETRULE:
		dump_rules(r, family);
		break;
	}
	return 0;                     /* of whatever else: there is none */
}

/* Every GET's number is 2 modulo 4; the others would change something (rtnetlink_rcv_msg). */
int rtnetlink_request(struct nl_answer *r, const uint8_t *body, size_t len)
{
	struct net_ns *net = r->to->sk.net;

	if (r->ask.type > ABI_RTM_MAX)
		return -EOPNOTSUPP;
	if ((r->ask.type & 3) != 2) {
		r->dump = false;      /* its bits mean other things there */
		if (!net_capable(net, ABI_CAP_NET_ADMIN))
			return -EPERM;
		if (r->ask.type == ABI_RTM_NEWLINK || r->ask.type == ABI_RTM_SETLINK)
			return change_link(net, &r->ask, body, len);
		if (r->ask.type == ABI_RTM_NEWADDR || r->ask.type == ABI_RTM_DELADDR)
			return change_addr(net, &r->ask, body, len);
		return -EOPNOTSUPP;
	}
	if (r->dump)
		return dump(r, net, body, len);
	if (r->ask.type == ABI_RTM_GETROUTE)
		return get_route(r, net, body, len);
	if (r->ask.type != ABI_RTM_GETLINK)
		return -EOPNOTSUPP;
	if (!means_lo(body, len))
		return -ENODEV;
	rtnetlink_link(r, net);
	return 0;
}
