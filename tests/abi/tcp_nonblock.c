/* TCP: connect without waiting. */
#include "sock.h"

TOPIC(tcp_nonblock)
{
	struct sockaddr_storage a;
	socklen_t len;
	int l = tcp_listener(AF_INET, &a, &len, 5), c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), s;
	struct pollfd p = { c, POLLOUT, 0 };

	fcntl(l, F_SETFL, O_NONBLOCK);
	R(accept(l, NULL, NULL));
	R(connect(c, (struct sockaddr *)&a, len));
	R(poll(&p, 1, 5000));
	X(p.revents);
	V(get_int(c, SOL_SOCKET, SO_ERROR));
	R(connect(c, (struct sockaddr *)&a, len));
	R(connect(c, (struct sockaddr *)&a, len));
	R((s = accept(l, NULL, NULL)) >= 0);
	X(fcntl(s, F_GETFL) & O_NONBLOCK);
	X(fcntl(s, F_GETFD));
	close(s);
	R(accept4(l, NULL, NULL, SOCK_CLOEXEC));
	c = socket(AF_INET, SOCK_STREAM, 0);
	R(connect(c, (struct sockaddr *)&a, len));
	p.fd = l;
	p.events = POLLIN;
	R(poll(&p, 1, 5000));
	s = accept4(l, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	X(fcntl(s, F_GETFL) & O_NONBLOCK);
	X(fcntl(s, F_GETFD));
	R(accept4(l, NULL, NULL, 7));
	show_recv(s, 5, 0);
}
