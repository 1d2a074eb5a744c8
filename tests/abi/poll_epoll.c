/* epoll: adding, changing, removing; level and edge triggering; one shot. */
#include "abi.h"

static void show_wait(int epoll, int timeout)
{
	struct epoll_event events[4];
	int count = epoll_wait(epoll, events, 4, timeout);

	printf("epoll_wait = %d", count);
	for (int i = 0; i < count; i++)
		printf(" [%#x, %llu]", events[i].events, (unsigned long long)events[i].data.u64);
	printf("\n");
}

TOPIC(poll_epoll)
{
	struct epoll_event event = { EPOLLIN, { .u64 = 0x1122334455667788 } };
	int ends[2], epoll = epoll_create1(EPOLL_CLOEXEC);
	char buffer[8];

	R(fcntl(epoll, F_GETFD));
	R(pipe(ends));
	R(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
	R(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
	show_wait(epoll, 0);
	R(write(ends[1], "abc", 3));
	show_wait(epoll, 0);
	show_wait(epoll, -1);
	event = (struct epoll_event){ EPOLLIN | EPOLLET, { .u64 = 7 } };
	R(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
	show_wait(epoll, 0);
	show_wait(epoll, 0);
	R(write(ends[1], "d", 1));
	show_wait(epoll, 0);
	show_wait(epoll, 0);
	R(read(ends[0], buffer, 8));
	event.events = EPOLLIN | EPOLLONESHOT;
	R(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
	R(write(ends[1], "e", 1));
	show_wait(epoll, 0);
	show_wait(epoll, 0);
	R(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
	show_wait(epoll, 0);
	R(epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], NULL));
	R(epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], NULL));
	R(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
	event = (struct epoll_event){ EPOLLIN | EPOLLOUT, { .u64 = 2 } };
	R(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], &event));
	show_wait(epoll, 0);
	close(ends[0]);
	show_wait(epoll, 0);
	close(ends[1]);
	show_wait(epoll, 0);
	put_file("f", "");
	R(epoll_ctl(epoll, EPOLL_CTL_ADD, open("f", O_RDONLY), &event));
	R(epoll_ctl(epoll, EPOLL_CTL_ADD, epoll, &event));
	R(epoll_ctl(epoll, EPOLL_CTL_ADD, 999, &event));
	R(epoll_ctl(999, EPOLL_CTL_ADD, 0, &event));
	R(epoll_ctl(0, EPOLL_CTL_ADD, 1, &event));
	R(epoll_ctl(epoll, 77, 1, &event));
	R(epoll_create1(0x1234));
	R(epoll_create(0));
	R(epoll_wait(epoll, (struct epoll_event[1]){ 0 }, 0, 0));
	R(epoll_wait(0, (struct epoll_event[1]){ 0 }, 1, 0));
}
