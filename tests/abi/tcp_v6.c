/* IPv6 sockets and IPv4 peers: mapped addresses, IPV6_V6ONLY, ports both share. */
#include "sock.h"

TOPIC(tcp_v6)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_storage a;
	socklen_t len = sizeof(a6);
	int l = socket(AF_INET6, SOCK_STREAM, 0), c, s, d;

	V(get_int(l, IPPROTO_IPV6, IPV6_V6ONLY));
	R(set_int(l, IPPROTO_IPV6, IPV6_V6ONLY, 0));
	R(bind(l, (struct sockaddr *)&a6, sizeof(a6)));
	R(listen(l, 5));
	R(set_int(l, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	getsockname(l, (struct sockaddr *)&a6, &len);
	a4.sin_port = a6.sin6_port;
	c = socket(AF_INET, SOCK_STREAM, 0);
	R(connect(c, (struct sockaddr *)&a4, sizeof(a4)));
	len = sizeof(a);
	s = accept(l, (struct sockaddr *)&a, &len);
	show_in("an IPv4 client", &a, len);
	show_names("server", s);
	show_names("client", c);
	write(c, "over 4", 6);
	show_recv(s, 10, 0);
	/* Who closes first keeps the port in TIME_WAIT: let it be the client's. */
	close(c);
	sleep_ms(10);
	close(s);
	c = socket(AF_INET6, SOCK_STREAM, 0);
	a6.sin6_addr = in6addr_loopback;
	R(connect(c, (struct sockaddr *)&a6, sizeof(a6)));
	len = sizeof(a);
	s = accept(l, (struct sockaddr *)&a, &len);
	show_in("an IPv6 client", &a, len);
	close(c);
	sleep_ms(10);
	close(s);
	c = socket(AF_INET6, SOCK_STREAM, 0);
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &a6.sin6_addr);
	R(connect(c, (struct sockaddr *)&a6, sizeof(a6)));
	show_names("by a mapped address", c);
	close(c);
	/* The port is taken for IPv4, too, unless the other one is v6only. */
	d = socket(AF_INET, SOCK_STREAM, 0);
	R(bind(d, (struct sockaddr *)&a4, sizeof(a4)));
	a4.sin_addr.s_addr = htonl(INADDR_ANY);
	R(bind(d, (struct sockaddr *)&a4, sizeof(a4)));
	close(l);
	R(bind(d, (struct sockaddr *)&a4, sizeof(a4)));
	R(listen(d, 1));
	l = socket(AF_INET6, SOCK_STREAM, 0);
	a6.sin6_addr = in6addr_any;
	R(bind(l, (struct sockaddr *)&a6, sizeof(a6)));
	R(set_int(l, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	R(bind(l, (struct sockaddr *)&a6, sizeof(a6)));
	R(listen(l, 1));
	V(get_int(l, IPPROTO_IPV6, IPV6_V6ONLY));
	c = socket(AF_INET6, SOCK_STREAM, 0);
	R(set_int(c, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &a6.sin6_addr);
	R(connect(c, (struct sockaddr *)&a6, sizeof(a6)));
	R(bind(c, (struct sockaddr *)&a4, sizeof(a4)));
	R(bind(c, (struct sockaddr *)&a6, 20));
	a6.sin6_addr = in6addr_any;
	R(connect(c, (struct sockaddr *)&a6, sizeof(a6)));
	show_names("any means me", c);
}
