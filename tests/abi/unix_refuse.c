/* AF_UNIX: a listener that is shut or closed, with connections it never accepted. */
#include "sock.h"

TOPIC(unix_refuse)
{
	const char *name = un_abstract("r");
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_STREAM, 0);

	un_bind(l, name);
	listen(l, 4);
	R(un_connect(c, name));
	R(write(c, "abc", 3));
	R(shutdown(l, SHUT_RD));
	show_events("shut listener", l);
	R(un_connect(d, name));
	R(accept(l, NULL, NULL) >= 0);
	R(accept(l, NULL, NULL));
	close(l);
	l = socket(AF_UNIX, SOCK_STREAM, 0);
	un_bind(l, name = un_abstract("q"));
	listen(l, 4);
	R(un_connect(d, name));
	R(write(d, "abc", 3));
	close(l);
	show_events("never accepted", d);
	V(get_int(d, SOL_SOCKET, SO_ERROR));
	V(get_int(d, SOL_SOCKET, SO_ERROR));
	show_recv(d, 5, 0);
	R(send(d, "x", 1, MSG_NOSIGNAL));
}
