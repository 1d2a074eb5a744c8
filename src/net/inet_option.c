/* Options of IP, IPv6, TCP. Those that steer what a loopback does not have (time to live, keep-alive,
 * congestion, ...) are checked, kept and told; the others are read where they act. */
#include "inet.h"

#include <string.h>

#include "base/log.h"

/* Which sockets have the option. */
enum { FOR_TCP = 1, FOR_UDP = 2, FOR_ALL = 3, FOR_V6 = 4 };

static const struct kept_option {
	int level, name;
	unsigned sockets;
	int32_t initial, min, max;
} kept_options[] = {
	{ ABI_SOL_IP, ABI_IP_TOS, FOR_ALL, 0, 0, 255 },
	{ ABI_SOL_IP, ABI_IP_TTL, FOR_ALL, 64, 1, 255 },
	{ ABI_SOL_IP, ABI_IP_PKTINFO, FOR_ALL, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IP, ABI_IP_MTU_DISCOVER, FOR_ALL, 1, 0, 5 },
	{ ABI_SOL_IP, ABI_IP_RECVERR, FOR_ALL, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IP, ABI_IP_RECVTTL, FOR_ALL, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IP, ABI_IP_RECVTOS, FOR_ALL, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IP, ABI_IP_FREEBIND, FOR_ALL, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IP, ABI_IP_BIND_ADDRESS_NO_PORT, FOR_ALL, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IP, ABI_IP_MULTICAST_TTL, FOR_UDP, 1, -1, 255 },
	{ ABI_SOL_IP, ABI_IP_MULTICAST_LOOP, FOR_ALL, 1, 0, 255 },
	/* UDP-Lite: how much a checksum would cover (net/udplite.h). */
	{ ABI_IPPROTO_UDPLITE, 10, FOR_UDP, 0, INT32_MIN, INT32_MAX },
	{ ABI_IPPROTO_UDPLITE, 11, FOR_UDP, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_NODELAY, FOR_TCP, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_CORK, FOR_TCP, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_KEEPIDLE, FOR_TCP, 7200, 1, 32767 },
	{ ABI_SOL_TCP, ABI_TCP_KEEPINTVL, FOR_TCP, 75, 1, 32767 },
	{ ABI_SOL_TCP, ABI_TCP_KEEPCNT, FOR_TCP, 9, 1, 127 },
	{ ABI_SOL_TCP, ABI_TCP_SYNCNT, FOR_TCP, 6, 1, 127 },
	{ ABI_SOL_TCP, ABI_TCP_LINGER2, FOR_TCP, 60, INT32_MIN, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_DEFER_ACCEPT, FOR_TCP, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_WINDOW_CLAMP, FOR_TCP, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_QUICKACK, FOR_TCP, 1, INT32_MIN, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_USER_TIMEOUT, FOR_TCP, 0, 0, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_FASTOPEN, FOR_TCP, 0, 0, INT32_MAX },
	{ ABI_SOL_TCP, ABI_TCP_NOTSENT_LOWAT, FOR_TCP, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IPV6, ABI_IPV6_UNICAST_HOPS, FOR_V6, 64, -1, 255 },
	{ ABI_SOL_IPV6, ABI_IPV6_MULTICAST_HOPS, FOR_V6, 1, -1, 255 },
	{ ABI_SOL_IPV6, ABI_IPV6_MULTICAST_LOOP, FOR_V6, 1, 0, 1 },
	{ ABI_SOL_IPV6, ABI_IPV6_MTU_DISCOVER, FOR_V6, 1, 0, 5 },
	{ ABI_SOL_IPV6, ABI_IPV6_RECVERR, FOR_V6, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IPV6, ABI_IPV6_RECVPKTINFO, FOR_V6, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IPV6, ABI_IPV6_RECVHOPLIMIT, FOR_V6, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IPV6, ABI_IPV6_RECVTCLASS, FOR_V6, 0, INT32_MIN, INT32_MAX },
	{ ABI_SOL_IPV6, ABI_IPV6_TCLASS, FOR_V6, 0, -1, 255 },
};
_Static_assert(ARRAY_SIZE(kept_options) <= INET_KEPT_OPTIONS, "room in struct inet_sock");

void inet_default_options(struct inet_sock *i)
{
	for (unsigned n = 0; n < ARRAY_SIZE(kept_options); n++)
		i->kept[n] = kept_options[n].initial;
}

static int kept_index(int level, int name)
{
	for (unsigned n = 0; n < ARRAY_SIZE(kept_options); n++)
		if (kept_options[n].level == level && kept_options[n].name == name)
			return (int)n;
	return -1;
}

int32_t inet_option(const struct inet_sock *i, int level, int name)
{
	int n = kept_index(level, name);

	ASSERT(n >= 0);
	return i->kept[n];
}

static bool has_option(const struct inet_sock *i, const struct kept_option *o)
{
	if (o->sockets & FOR_V6)
		return i->sk.family == ABI_AF_INET6;
	return o->sockets & (i->transport == INET_TCP ? FOR_TCP : FOR_UDP);
}

/* IP's options also come as one byte. */
static int get_value(int level, const void *value, uint32_t len, int32_t *out)
{
	if (len >= sizeof(*out))
		memcpy(out, value, sizeof(*out));
	else if (level == ABI_SOL_IP && len >= 1)
		*out = *(const uint8_t *)value;
	else
		return -EINVAL;
	return 0;
}

/* Levels a socket has: IPv6's only with that family, TCP's only on TCP. */
static bool has_level(const struct inet_sock *i, int level)
{
	switch (level) {
	case ABI_SOL_IP:   return true;
	case ABI_SOL_IPV6: return i->sk.family == ABI_AF_INET6;
	case ABI_SOL_TCP:  return i->transport == INET_TCP;
	case ABI_SOL_UDP:  return i->transport == INET_UDP;
	case ABI_IPPROTO_UDPLITE: return i->sk.protocol == ABI_IPPROTO_UDPLITE;
	}
	return false;
}

/* -1 stands for the default of a hop limit or class. */
static int32_t normal(const struct kept_option *o, int32_t v)
{
	bool is_switch = o->min == INT32_MIN && (o->level == ABI_SOL_IP || o->level == ABI_SOL_IPV6);

	if (v == -1 && o->min == -1)
		return o->initial;
	if (o->level == ABI_SOL_TCP && (o->name == ABI_TCP_NODELAY || o->name == ABI_TCP_CORK))
		return v != 0;
	return is_switch ? v != 0 : v;
}

static int set_v6only(struct inet_sock *i, int32_t v)
{
	if (inet_has_port(i))
		return -EINVAL;
	i->v6only = v != 0;
	return 0;
}

int inet_setsockopt(struct sock *s, int level, int name, const void *value, uint32_t len)
{
	struct inet_sock *i = inet_of(s);
	int n = kept_index(level, name), err;
	int32_t v;

	if (!has_level(i, level))
		return -ENOPROTOOPT;
	if (level == ABI_SOL_TCP && name == ABI_TCP_CONGESTION)
		return len >= 5 && !memcmp(value, "cubic", 5) ? 0 : len >= 4 && !memcmp(value, "reno", 4) ? 0 : len ? -ENOENT : -EINVAL;
	err = get_value(level, value, len, &v);
	if (err)
		return err;
	if (level == ABI_SOL_IPV6 && name == ABI_IPV6_V6ONLY)
		return set_v6only(i, v);
	if (level == ABI_SOL_TCP && name == ABI_TCP_MAXSEG)
		return v && (v < 88 || v > 32767) ? -EINVAL : 0;
	if (n < 0 || !has_option(i, &kept_options[n]))
		return -ENOPROTOOPT;
	if (v == -1 && name == ABI_IP_TTL && level == ABI_SOL_IP)
		v = 64;
	if (v < kept_options[n].min || v > kept_options[n].max)
		return -EINVAL;
	i->kept[n] = normal(&kept_options[n], v);
	return 0;
}

/* struct tcp_info begins with the state; the rest of its 248 bytes says nothing about a loopback. */
static int get_tcp_info(struct sock *s, void *value, uint32_t *len)
{
	uint8_t info[248] = { (uint8_t)s->state };

	return sockopt_put(value, len, info, sizeof(info));
}

int inet_getsockopt(struct sock *s, int level, int name, void *value, uint32_t *len)
{
	struct inet_sock *i = inet_of(s);
	int n = kept_index(level, name);

	if (level == ABI_SOL_SOCKET)
		return -ENOPROTOOPT;
	if (!has_level(i, level))
		return s->family == ABI_AF_INET ? -EOPNOTSUPP : -ENOPROTOOPT;
	if (level == ABI_SOL_IPV6 && name == ABI_IPV6_V6ONLY)
		return sockopt_put_int(value, len, i->v6only);
	if (level == ABI_SOL_TCP && name == ABI_TCP_INFO)
		return get_tcp_info(s, value, len);
	if (level == ABI_SOL_TCP && name == ABI_TCP_CONGESTION)
		return sockopt_put(value, len, "cubic\0\0\0\0\0\0\0\0\0\0", 16);
	if (level == ABI_SOL_TCP && name == ABI_TCP_MAXSEG)
		return sockopt_put_int(value, len, s->state == ABI_TCP_CLOSE || s->state == ABI_TCP_LISTEN ? 536 : 32768);
	if (level == ABI_SOL_IP && name == ABI_IP_MTU)
		return i->remote.port ? sockopt_put_int(value, len, 65535) : -ENOTCONN;
	if (n < 0 || !has_option(i, &kept_options[n]))
		return -ENOPROTOOPT;
	/* Asked for less than an int, IP answers with a byte. */
	if (level == ABI_SOL_IP && *len < 4 && *len > 0 && i->kept[n] >= 0 && i->kept[n] <= 255)
		return sockopt_put(value, len, &i->kept[n], 1);
	return sockopt_put_int(value, len, i->kept[n]);
}
