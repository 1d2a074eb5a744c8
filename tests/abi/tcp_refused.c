/* TCP: nobody listens. */
#include "sock.h"

static void attempt(int family, int flags)
{
	struct sockaddr_storage a;
	socklen_t len;
	int l = tcp_listener(family, &a, &len, -1), c = socket(family, SOCK_STREAM | flags, 0);

	/* Bound, not listening. */
	R(connect(c, (struct sockaddr *)&a, len));
	show_events("refused", c);
	V(get_int(c, SOL_SOCKET, SO_ERROR));
	V(get_int(c, SOL_SOCKET, SO_ERROR));
	show_events("error taken", c);
	show_names("refused", c);
	R(connect(c, (struct sockaddr *)&a, len));
	R(connect(c, (struct sockaddr *)&a, len));
	show_recv(c, 1, MSG_DONTWAIT);
	R(send(c, "x", 1, MSG_NOSIGNAL));
	listen(l, 1);
	R(connect(c, (struct sockaddr *)&a, len));
	R(connect(c, (struct sockaddr *)&a, len));
	R(connect(c, (struct sockaddr *)&a, len));
	close(c);
	close(l);
}

TOPIC(tcp_refused)
{
	attempt(AF_INET, 0);
	attempt(AF_INET, SOCK_NONBLOCK);
	attempt(AF_INET6, SOCK_NONBLOCK);
}
