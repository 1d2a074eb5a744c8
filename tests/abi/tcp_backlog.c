/* TCP: more clients than the backlog; the rest gets in when somebody accepts. */
#include "sock.h"

TOPIC(tcp_backlog)
{
	struct sockaddr_storage a;
	socklen_t len;
	int l = tcp_listener(AF_INET, &a, &len, 1), c[5], connected = 0;
	struct pollfd p;

	for (int i = 0; i < 4; i++) {
		c[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(c[i], (struct sockaddr *)&a, len);
		p = (struct pollfd){ c[i], POLLOUT, 0 };
		if (poll(&p, 1, 30) == 1)
			connected++;
	}
	V(connected);
	show_events("not yet", c[3]);
	show_names("not yet", c[3]);
	R(connect(c[3], (struct sockaddr *)&a, len));
	show_recv(c[3], 1, 0);
	R(send(c[3], "x", 1, MSG_NOSIGNAL));
	close(c[3]);
	for (int i = 0; i < 3; i++)
		R(accept(l, NULL, NULL) >= 0);
	p = (struct pollfd){ c[2], POLLOUT, 0 };
	R(poll(&p, 1, 10000));
	R(connect(c[2], (struct sockaddr *)&a, len));
}
