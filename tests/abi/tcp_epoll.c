/* epoll on TCP sockets, edge triggered; a listener in the set. */
#include "sock.h"

static int ep;

static void show_wait(const char *what)
{
	struct epoll_event e[4];
	int n = epoll_wait(ep, e, 4, 20);

	printf("%s:", what);
	for (const char *name = "cls"; *name; name++)
		for (int i = 0; i < n; i++)
			if (e[i].data.u64 == (uint64_t)*name)
				printf(" %c=%#x", *name, e[i].events);
	printf("\n");
}

static void watch(int fd, uint32_t events, char name)
{
	struct epoll_event e = { .events = events, .data.u64 = (uint64_t)name };

	R(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
}

TOPIC(tcp_epoll)
{
	struct sockaddr_storage a;
	socklen_t len;
	int l = tcp_listener(AF_INET, &a, &len, 5), c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), s;
	char b[32];

	ep = epoll_create1(0);
	watch(l, EPOLLIN, 'l');
	show_wait("nobody");
	watch(c, EPOLLOUT | EPOLLET, 'c');
	show_wait("unconnected");
	connect(c, (struct sockaddr *)&a, len);
	sleep_ms(10);
	show_wait("connecting");
	s = accept4(l, NULL, NULL, SOCK_NONBLOCK);
	show_wait("accepted");
	watch(s, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 's');
	show_wait("added");
	write(c, "abc", 3);
	show_wait("data");
	show_wait("the same data");
	read(s, b, 1);
	write(c, "d", 1);
	show_wait("more data");
	read(s, b, 32);
	show_wait("read");
	shutdown(c, SHUT_WR);
	show_wait("half closed");
	close(c);
	show_wait("closed");
	write(s, "x", 1);
	show_wait("written to the closed");
	close(s);
	show_wait("gone");
}
