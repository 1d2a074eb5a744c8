/* epoll on sockets: level and edge. */
#include "sock.h"

static void show_wait(int ep)
{
	struct epoll_event e[4];
	int n = epoll_wait(ep, e, 4, 0);

	printf("%d:", n);
	for (int i = 0; i < n; i++)
		printf(" %llu=%#x", (unsigned long long)e[i].data.u64, e[i].events);
	printf("\n");
}

TOPIC(unix_epoll)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u64 = 1 };
	int ep = epoll_create1(0), s[2];
	char b[16];

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s);
	R(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &e));
	show_wait(ep);
	show_wait(ep);
	write(s[1], "abc", 3);
	show_wait(ep);
	show_wait(ep);
	read(s[0], b, 1);
	show_wait(ep);
	write(s[1], "d", 1);
	show_wait(ep);
	read(s[0], b, 16);
	show_wait(ep);
	shutdown(s[1], SHUT_WR);
	show_wait(ep);
	show_wait(ep);
	close(s[1]);
	show_wait(ep);
	show_wait(ep);
	close(s[0]);
	show_wait(ep);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s);
	e.events = EPOLLIN;
	e.data.u64 = 2;
	R(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &e));
	show_wait(ep);
	write(s[1], "abc", 3);
	show_wait(ep);
	show_wait(ep);
	read(s[0], b, 16);
	show_wait(ep);
	e.events = EPOLLOUT | EPOLLONESHOT;
	R(epoll_ctl(ep, EPOLL_CTL_MOD, s[0], &e));
	show_wait(ep);
	show_wait(ep);
	close(s[1]);
	show_wait(ep);
}
