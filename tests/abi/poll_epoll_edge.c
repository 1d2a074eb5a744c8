/* epoll: edge-triggered, one-shot, nested sets, EPOLLEXCLUSIVE's rules, errors. */
#include "abi.h"

static int ready(int ep)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	for (int i = 0; i < n; i++)
		printf("  event %#x data %llu\n", ev[i].events, (unsigned long long)ev[i].data.u64);
	return n;
}

TOPIC(poll_epoll_edge)
{
	int ep = epoll_create1(0), outer = epoll_create1(EPOLL_CLOEXEC), p[2], q[2];
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET, .data.u64 = 1 };
	char buf[8];

	pipe(p);
	pipe(q);
	R(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	write(p[1], "ab", 2);
	R(ready(ep));
	R(ready(ep));
	write(p[1], "c", 1);
	R(ready(ep));
	read(p[0], buf, 1);
	R(ready(ep));
	ev = (struct epoll_event){ .events = EPOLLIN | EPOLLONESHOT, .data.u64 = 2 };
	R(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	R(ready(ep));
	R(ready(ep));
	write(p[1], "d", 1);
	R(ready(ep));
	R(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	R(ready(ep));
	ev = (struct epoll_event){ .events = EPOLLIN, .data.u64 = 3 };
	R(epoll_ctl(outer, EPOLL_CTL_ADD, ep, &ev));
	R(ready(outer));
	R(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	R(ready(outer));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, outer, &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	R(epoll_ctl(ep, EPOLL_CTL_ADD, q[0], &ev));
	R(epoll_ctl(ep, EPOLL_CTL_MOD, q[0], &ev));
	ev.events = EPOLLIN;
	R(epoll_ctl(ep, EPOLL_CTL_MOD, q[0], &ev));
	R(epoll_ctl(ep, EPOLL_CTL_DEL, q[0], NULL));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT;
	R(epoll_ctl(ep, EPOLL_CTL_ADD, q[0], &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	R(epoll_ctl(outer, EPOLL_CTL_ADD, epoll_create1(0), &ev));
	R(epoll_ctl(ep, EPOLL_CTL_DEL, q[0], &ev));
	R(epoll_ctl(ep, 9, q[0], &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, 999, &ev));
	R(epoll_ctl(999, EPOLL_CTL_ADD, q[0], &ev));
	R(epoll_ctl(p[0], EPOLL_CTL_ADD, q[0], &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, open("/", O_RDONLY), &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, q[0], BAD));
	R(epoll_wait(ep, &ev, 0, 0));
	R(epoll_wait(ep, &ev, -1, 0));
	R(epoll_wait(p[0], &ev, 1, 0));
	R(epoll_wait(999, &ev, 1, 0));
	R(epoll_wait(ep, BAD, 1, 0));
	R(epoll_create(0));
	R(epoll_create1(1));
	close(p[1]);
	R(ready(ep));
	close(p[0]);
	R(ready(ep));
}
