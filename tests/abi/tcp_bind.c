/* TCP: what bind and listen refuse, and who may share a port. */
#include "sock.h"

static int try_bind(int fd, const struct sockaddr_storage *a, socklen_t len)
{
	return bind(fd, (const struct sockaddr *)a, len);
}

TOPIC(tcp_bind)
{
	struct sockaddr_storage a, b;
	struct sockaddr_in *in = (struct sockaddr_in *)&b;
	socklen_t len;
	int l = tcp_listener(AF_INET, &a, &len, -1), c = socket(AF_INET, SOCK_STREAM, 0), d;

	R(try_bind(l, &a, len));
	R(try_bind(c, &a, len));
	R(set_int(c, SOL_SOCKET, SO_REUSEADDR, 1));
	R(try_bind(c, &a, len));
	R(set_int(l, SOL_SOCKET, SO_REUSEADDR, 1));
	R(try_bind(c, &a, len));
	R(listen(l, 1));
	R(listen(c, 1));
	d = socket(AF_INET, SOCK_STREAM, 0);
	R(set_int(d, SOL_SOCKET, SO_REUSEADDR, 1));
	R(try_bind(d, &a, len));
	/* The wildcard meets every address, another address does not. */
	b = a;
	in->sin_addr.s_addr = htonl(INADDR_ANY);
	R(try_bind(d, &b, len));
	in->sin_addr.s_addr = htonl(0x7f000002);
	R(try_bind(d, &b, len));
	show_names("another loopback address", d);
	close(d);
	d = socket(AF_INET, SOCK_STREAM, 0);
	in->sin_addr.s_addr = htonl(0x08080808);
	R(try_bind(d, &b, len));
	R(try_bind(d, &a, 15));
	R(try_bind(d, &a, 8));
	R(bind(d, BAD, 16));
	in->sin_family = AF_INET6;
	R(try_bind(d, &b, len));
	in->sin_family = AF_UNSPEC;
	in->sin_port = 0;
	R(try_bind(d, &b, len));
	in->sin_addr.s_addr = htonl(INADDR_ANY);
	R(try_bind(d, &b, len));
	show_names("from unspecified", d);
	R(listen(d, 1));
	close(d);
	d = socket(AF_INET, SOCK_STREAM, 0);
	R(listen(d, 1));
	show_names("listening unbound", d);
	close(d);
	/* SO_REUSEPORT. */
	close(l);
	close(c);
	c = socket(AF_INET, SOCK_STREAM, 0);
	d = socket(AF_INET, SOCK_STREAM, 0);
	R(set_int(c, SOL_SOCKET, SO_REUSEPORT, 1));
	R(set_int(d, SOL_SOCKET, SO_REUSEPORT, 1));
	R(try_bind(c, &a, len));
	R(listen(c, 1));
	R(try_bind(d, &a, len));
	R(listen(d, 1));
	close(d);
	d = socket(AF_INET, SOCK_STREAM, 0);
	R(try_bind(d, &a, len));
}
