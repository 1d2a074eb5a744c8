/* Corners of sockets: unknown option levels, names that are taken, marks, what a disconnected socket does. */
#include "sock.h"

static void levels(const char *what, int s)
{
	static const int names[] = { 0, 1, 5, 70, 9999 };
	static const int all[] = { 0, 1, 2, 3, 6, 17, 41, 58, 132, 255, 256, 263, 270, 282, 283, 284, 99, 9999, -1 };
	int v = 1;

	printf("%s\n", what);
	for (int i = 0; i < COUNT(all); i++) {
		socklen_t len = sizeof(v);

		if (all[i] != 0 && all[i] != 1 && all[i] != 6 && all[i] != 17 && all[i] != 41 && all[i] != 255) {
			printf(" level %d: set %s", all[i], setsockopt(s, all[i], 1, &v, sizeof(v)) ? error_name(errno) : "0");
			printf(", get %s\n", getsockopt(s, all[i], 1, &v, &len) ? error_name(errno) : "0");
		}
	}
	for (int i = 0; i < COUNT(names); i++) {
		socklen_t len = sizeof(v);

		if (names[i] < 9999)
			continue;
		for (int l = 0; l < COUNT(all); l++) {
			printf(" level %d name %d: set %s", all[l], names[i], setsockopt(s, all[l], names[i], &v, sizeof(v)) ? error_name(errno) : "0");
			len = sizeof(v);
			printf(", get %s\n", getsockopt(s, all[l], names[i], &v, &len) ? error_name(errno) : "0");
		}
	}
}

TOPIC(sock_levels)
{
	static const struct { const char *name; int family, type; } kinds[] = {
		{ "tcp", AF_INET, SOCK_STREAM }, { "tcp6", AF_INET6, SOCK_STREAM }, { "udp", AF_INET, SOCK_DGRAM },
		{ "udp6", AF_INET6, SOCK_DGRAM }, { "unix stream", AF_UNIX, SOCK_STREAM }, { "unix dgram", AF_UNIX, SOCK_DGRAM },
		{ "unix seqpacket", AF_UNIX, SOCK_SEQPACKET }, { "netlink", AF_NETLINK, SOCK_RAW },
	};

	for (int i = 0; i < COUNT(kinds); i++) {
		int s = socket(kinds[i].family, kinds[i].type, 0);

		levels(kinds[i].name, s);
		close(s);
	}
}

TOPIC(unix_bind_again)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0), t = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_DGRAM, 0);
	char name[64];
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(name, sizeof(name), "%s", un_abstract("again"));
	put_file("file", "x");
	R(un_bind(s, "one"));
	R(un_bind(s, "one"));
	R(un_bind(s, "two"));
	R(access("two", F_OK));
	R(un_bind(s, "file"));
	R(un_bind(s, "missing/three"));
	R(un_bind(s, "file/three"));
	R(un_bind(t, "one"));
	R(un_bind(t, "file"));
	R(un_bind(t, "missing/three"));
	R(un_bind(t, "three"));
	printf("abstract\n");
	R(un_bind(s, name));
	R(un_bind(d, name));
	R(un_bind(t, name));
	R(un_bind(d, name));
	R(un_bind(d, "one"));
	R(un_bind(d, "four"));
	R(access("four", F_OK));
	/* Nothing but the family: a name of the kernel's choice, once. */
	R(bind(s, (struct sockaddr *)&a, 2));
	R(bind(d, (struct sockaddr *)&a, 2));
	R(bind(s, (struct sockaddr *)&a, 1));
	R(bind(s, (struct sockaddr *)&a, 200));
	a.sun_family = AF_INET;
	R(bind(s, (struct sockaddr *)&a, sizeof(a)));
	R(bind(s, (struct sockaddr *)&a, 2));
}

TOPIC(unix_atmark)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int v;

	for (int i = 0; i < COUNT(types); i++) {
		int s[2], alone = socket(AF_UNIX, types[i], 0);

		socketpair(AF_UNIX, types[i], 0, s);
		V(types[i]);
		v = 7;
		R(ioctl(alone, SIOCATMARK, &v));
		V(v);
		v = 7;
		R(ioctl(s[0], SIOCATMARK, &v));
		V(v);
		R(write(s[1], "abc", 3));
		v = 7;
		R(ioctl(s[0], SIOCATMARK, &v));
		V(v);
		R(ioctl(s[0], SIOCATMARK, BAD));
		R(ioctl(s[0], 0x89ab, &v));
		close(s[0]);
		close(s[1]);
		close(alone);
	}
}

TOPIC(tcp_after_disconnect)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	socklen_t len = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), n, v = 0;
	char buf[8];

	signal(SIGPIPE, SIG_IGN);
	R(send(c, "x", 1, 0));
	R(recv(c, buf, 1, 0));
	R(send(c, "x", 1, 0));
	R(connect(c, &none, sizeof(none)));
	R(send(c, "x", 1, 0));
	R(recv(c, buf, 1, 0));
	R(send(c, "", 0, 0));
	R(sendto(c, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&a, sizeof(a)));
	bind(l, (struct sockaddr *)&a, sizeof(a));
	listen(l, 1);
	getsockname(l, (struct sockaddr *)&a, &len);
	R(connect(c, (struct sockaddr *)&a, sizeof(a)));
	R(n = accept(l, NULL, NULL));
	R(connect(c, &none, sizeof(none)));
	show_events("disconnected", c);
	R(send(c, "x", 1, 0));
	R(send(c, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL));
	R(send(c, "", 0, 0));
	R(recv(c, buf, 1, 0));
	R(recv(c, buf, 1, MSG_DONTWAIT));
	R(shutdown(c, SHUT_WR));
	show_events("shut", c);
	R(send(c, "x", 1, 0));
	R(recv(c, buf, 1, 0));
	R(recv(n, buf, 1, 0));
	R(send(n, "x", 1, 0));
	R(recv(n, buf, 1, 0));
	show_events("the other end", n);
	R(connect(c, (struct sockaddr *)&a, sizeof(a)));
	close(n);
	R(n = accept(l, NULL, NULL));
	R(send(c, "x", 1, 0));
	R(recv(n, buf, 1, MSG_DONTWAIT));
	R(getsockopt(c, SOL_SOCKET, SO_ERROR, &v, &(socklen_t){ sizeof(v) }));
	V(v);
	printf("over, from both sides\n");
	close(c);
	close(n);
	c = socket(AF_INET, SOCK_STREAM, 0);
	R(connect(c, (struct sockaddr *)&a, sizeof(a)));
	n = accept(l, NULL, NULL);
	close(n);
	R(shutdown(c, SHUT_WR));
	R(connect(c, (struct sockaddr *)&a, sizeof(a)));
	R(connect(c, &none, sizeof(none)));
	R(connect(c, (struct sockaddr *)&a, sizeof(a)));
	n = accept(l, NULL, NULL);
	setsockopt(n, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	close(n);
	R(connect(c, (struct sockaddr *)&a, sizeof(a)));
	R(recv(c, buf, 1, 0));
	R(connect(c, (struct sockaddr *)&a, sizeof(a)));
	printf("a listener\n");
	R(connect(l, &none, sizeof(none)));
	show_events("listener", l);
	R(accept(l, NULL, NULL));
	R(listen(l, 1));
	show_events("listener", l);
}
