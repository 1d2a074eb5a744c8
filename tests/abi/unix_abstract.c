/* AF_UNIX: abstract names, automatic names, and the types that share them. */
#include "sock.h"

TOPIC(unix_abstract)
{
	const char *name = un_abstract("a");
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	int l = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_DGRAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), s;

	R(un_bind(l, name));
	R(un_bind(c, name));
	R(un_bind(d, name));
	R(un_connect(c, name));
	R(listen(l, 1));
	R(un_connect(c, name));
	R(s = accept(l, NULL, NULL));
	R(getpeername(c, (struct sockaddr *)&a, &len));
	show_un("peer", &a, len);
	close(l);
	l = socket(AF_UNIX, SOCK_STREAM, 0);
	/* The accepted end still has the listener's name. */
	R(un_bind(l, name));
	close(s);
	R(un_bind(l, name));
	close(l);
	close(c);
	close(d);
	l = socket(AF_UNIX, SOCK_STREAM, 0);
	R(un_bind(l, ""));
	len = sizeof(a);
	R(getsockname(l, (struct sockaddr *)&a, &len));
	show_un("automatic", &a, len);
	V(strspn(a.sun_path + 1, "0123456789abcdef"));
	R(un_bind(l, ""));
	len = sizeof(a);
	getsockname(l, (struct sockaddr *)&a, &len);
	R(listen(l, 1));
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(connect(c, (struct sockaddr *)&a, len));
	/* One byte less is another name. */
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	R(connect(s, (struct sockaddr *)&a, len - 1));
}
