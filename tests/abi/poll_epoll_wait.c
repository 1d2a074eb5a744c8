/* epoll_wait wakes for another process's write; times out; nests. */
#include "abi.h"

TOPIC(poll_epoll_wait)
{
	struct epoll_event event = { EPOLLIN, { .u64 = 1 } }, got;
	int ends[2], inner = epoll_create1(0), outer = epoll_create1(0);
	pid_t pid;

	R(pipe(ends));
	R(epoll_ctl(inner, EPOLL_CTL_ADD, ends[0], &event));
	event.data.u64 = 2;
	R(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
	R(epoll_wait(outer, &got, 1, 20));
	pid = fork();
	if (pid == 0) {
		sleep_ms(20);
		_exit(write(ends[1], "x", 1) != 1);
	}
	R(epoll_wait(outer, &got, 1, -1));
	V(got.data.u64);
	R(epoll_wait(inner, &got, 1, 0));
	V(got.data.u64);
	reap(pid);
	R(poll(&(struct pollfd){ inner, POLLIN, 0 }, 1, 0));
}
