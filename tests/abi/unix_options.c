/* SOL_SOCKET's options: defaults, what can be set, what is refused. needs: privileges */
#include "sock.h"

static const struct { int name; const char *text; } names[] = {
#define N(n) { n, #n }
	N(SO_DEBUG), N(SO_REUSEADDR), N(SO_TYPE), N(SO_ERROR), N(SO_DONTROUTE), N(SO_BROADCAST), N(SO_SNDBUF),
	N(SO_RCVBUF), N(SO_KEEPALIVE), N(SO_OOBINLINE), N(SO_PRIORITY), N(SO_REUSEPORT), N(SO_PASSCRED),
	N(SO_RCVLOWAT), N(SO_SNDLOWAT), N(SO_ACCEPTCONN), N(SO_PROTOCOL), N(SO_DOMAIN), N(SO_MARK), N(999),
};

TOPIC(unix_options)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0), value = 77;
	struct linger l = { 5, 9 };
	socklen_t len;
	char c = 1;

	for (int i = 0; i < COUNT(names); i++)
		printf("%s: %d\n", names[i].text, get_int(s, SOL_SOCKET, names[i].name));
	for (int i = 0; i < COUNT(names); i++) {
		int ret;

		errno = 0;
		ret = set_int(s, SOL_SOCKET, names[i].name, 2);
		printf("%s: set %d %s,", names[i].text, ret, error_name(errno));
		printf(" now %d\n", get_int(s, SOL_SOCKET, names[i].name));
	}
	R(set_int(s, SOL_SOCKET, SO_SNDBUF, 10000));
	V(get_int(s, SOL_SOCKET, SO_SNDBUF));
	R(set_int(s, SOL_SOCKET, SO_RCVBUF, -1));
	V(get_int(s, SOL_SOCKET, SO_RCVBUF) > 100000);
	R(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &c, 1));
	R(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &value, -1));
	R(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, BAD, 4));
	R(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	len = sizeof(l);
	R(getsockopt(s, SOL_SOCKET, SO_LINGER, &l, &len));
	V(l.l_onoff);
	V(l.l_linger);
	R(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, 4));
	len = 2;
	value = 0;
	R(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &len));
	V(len);
	len = 100;
	R(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &len));
	V(len);
	len = -1;
	R(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &len));
	len = 4;
	R(getsockopt(s, SOL_SOCKET, SO_TYPE, BAD, &len));
	R(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, BAD));
	R(getsockopt(s, SOL_TCP, TCP_NODELAY, &value, &len));
	R(setsockopt(s, SOL_TCP, TCP_NODELAY, &value, 4));
	R(getsockopt(99, SOL_SOCKET, SO_TYPE, &value, &len));
	R(set_int(s, SOL_SOCKET, SO_PEERCRED, 1));
}
