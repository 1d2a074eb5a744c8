/* TCP's and IP's options. */
#include "sock.h"

static const struct { int level, name, try; const char *text; } options[] = {
#define O(l, n, v) { l, n, v, #n }
	O(SOL_SOCKET, SO_TYPE, 1), O(SOL_SOCKET, SO_DOMAIN, 1), O(SOL_SOCKET, SO_PROTOCOL, 1), O(SOL_SOCKET, SO_ERROR, 1),
	O(SOL_SOCKET, SO_KEEPALIVE, 5), O(SOL_SOCKET, SO_REUSEADDR, 3), O(SOL_SOCKET, SO_REUSEPORT, 3), O(SOL_SOCKET, SO_OOBINLINE, 1),
	O(SOL_SOCKET, SO_BROADCAST, 1), O(SOL_SOCKET, SO_PASSCRED, 1), O(SOL_SOCKET, SO_SNDBUF, 20000), O(SOL_SOCKET, SO_RCVBUF, 20000),
	O(SOL_SOCKET, SO_RCVLOWAT, 0), O(SOL_SOCKET, SO_PRIORITY, 3),
	O(IPPROTO_TCP, TCP_NODELAY, 3), O(IPPROTO_TCP, TCP_CORK, 1), O(IPPROTO_TCP, TCP_KEEPIDLE, 100), O(IPPROTO_TCP, TCP_KEEPIDLE, 0),
	O(IPPROTO_TCP, TCP_KEEPINTVL, 10), O(IPPROTO_TCP, TCP_KEEPCNT, 4), O(IPPROTO_TCP, TCP_KEEPCNT, 200), O(IPPROTO_TCP, TCP_SYNCNT, 2),
	O(IPPROTO_TCP, TCP_LINGER2, 30), O(IPPROTO_TCP, TCP_USER_TIMEOUT, 5000), O(IPPROTO_TCP, TCP_USER_TIMEOUT, -1),
	O(IPPROTO_TCP, 999, 1), O(IPPROTO_IP, IP_TOS, 16), O(IPPROTO_IP, IP_TTL, 10), O(IPPROTO_IP, IP_TTL, 0), O(IPPROTO_IP, IP_TTL, 256),
	O(IPPROTO_IP, IP_RECVERR, 2), O(IPPROTO_IP, IP_MTU_DISCOVER, 2), O(IPPROTO_IP, IP_MTU_DISCOVER, 9), O(IPPROTO_IP, IP_FREEBIND, 1),
	O(IPPROTO_IP, 999, 1), O(IPPROTO_IPV6, IPV6_V6ONLY, 1), O(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7), O(IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1),
	O(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 300), O(IPPROTO_IPV6, IPV6_TCLASS, 8), O(777, 1, 1), O(IPPROTO_UDP, 1, 1),
};

static void each(int family)
{
	int s = socket(family, SOCK_STREAM, 0);

	for (int i = 0; i < COUNT(options); i++) {
		int before = get_int(s, options[i].level, options[i].name), ret, error;

		errno = 0;
		ret = set_int(s, options[i].level, options[i].name, options[i].try);
		error = errno;
		printf("%s %d: %d, set %d %s, %d\n", options[i].text, options[i].try, before, ret, error_name(error),
		       get_int(s, options[i].level, options[i].name));
	}
}

TOPIC(tcp_options)
{
	struct tcp_info info;
	socklen_t len;
	unsigned char byte = 9;
	char name[16] = "";
	int s[2];

	each(AF_INET);
	each(AF_INET6);
	tcp_pair(AF_INET, s);
	for (int i = 0; i < 2; i++) {
		len = sizeof(info);
		R(getsockopt(s[i], IPPROTO_TCP, TCP_INFO, &info, &len));
		V(info.tcpi_state);
		close(s[!i]);
		sleep_ms(10);
		len = 1;
		R(getsockopt(s[i], IPPROTO_TCP, TCP_INFO, &info, &len));
		V(info.tcpi_state);
		close(s[i]);
		tcp_pair(AF_INET, s);
	}
	len = sizeof(name);
	R(getsockopt(s[0], IPPROTO_TCP, TCP_CONGESTION, name, &len));
	V(len);
	V(name[0] != 0);
	R(setsockopt(s[0], IPPROTO_TCP, TCP_CONGESTION, "nonsense", 8));
	R(setsockopt(s[0], IPPROTO_IP, IP_TTL, &byte, 1));
	V(get_int(s[0], IPPROTO_IP, IP_TTL));
	len = 1;
	byte = 0;
	R(getsockopt(s[0], IPPROTO_IP, IP_TTL, &byte, &len));
	V(byte);
	V(len);
	R(setsockopt(s[0], IPPROTO_TCP, TCP_NODELAY, &byte, 1));
	V(get_int(s[0], IPPROTO_IP, IP_MTU));
}
