/* TCP over loopback: the life of a connection, its names and events; IPv4 and IPv6. */
#include "sock.h"

static void life(int family)
{
	struct sockaddr_storage a;
	socklen_t len;
	int l = tcp_listener(family, &a, &len, 3), c = socket(family, SOCK_STREAM, 0), s;

	show_names("listener", l);
	V(get_int(l, SOL_SOCKET, SO_ACCEPTCONN));
	show_events("fresh", c);
	show_events("listening", l);
	show_names("fresh", c);
	R(connect(c, (struct sockaddr *)&a, len));
	show_events("connected", c);
	show_events("to accept", l);
	R(write(c, "early", 5));
	len = sizeof(a);
	R((s = accept(l, (struct sockaddr *)&a, &len)) >= 0);
	show_in("accepted", &a, len);
	show_names("client", c);
	show_names("server", s);
	show_recv(s, 3, 0);
	show_recv(s, 10, 0);
	show_recv(s, 10, MSG_DONTWAIT);
	R(write(s, "back", 4));
	show_recv(c, 10, MSG_PEEK);
	show_recv(c, 10, 0);
	R(connect(c, (struct sockaddr *)&a, len));
	R(listen(c, 1));
	R(shutdown(c, SHUT_WR));
	show_events("half closed", c);
	show_events("its peer", s);
	show_recv(s, 10, 0);
	show_recv(s, 10, 0);
	R(write(s, "still", 5));
	show_recv(c, 10, 0);
	R(close(s));
	show_events("peer closed", c);
	show_recv(c, 10, 0);
	show_names("closed both ways", c);
	R(send(c, "x", 1, MSG_NOSIGNAL));
	close(c);
	close(l);
}

TOPIC(tcp_basic)
{
	life(AF_INET);
	life(AF_INET6);
}
