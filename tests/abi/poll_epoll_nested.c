/* epoll: how deep sets lie in each other, however they were put together, and how many ways lead out of them.
 * needs: Linux 6.17 */
#include "abi.h"

static int watch(int set, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &ev);
}

static void ready(int set)
{
	struct pollfd p = { set, POLLIN, 0 };
	struct epoll_event ev;

	R(poll(&p, 1, 0)); R(epoll_wait(set, &ev, 1, 0));
}

static void inwards_out(void)
{
	int p[2], set, n = 0, outer;

	pipe(p);
	set = epoll_create1(0);
	R(watch(set, p[0]));
	while (watch(outer = epoll_create1(0), set) == 0 && ++n < 50)
		set = outer;
	printf("%d around it, then %s\n", n, error_name(errno));
	write(p[1], "x", 1);
	ready(set);
}

static void outwards_in(void)
{
	int p[2], top = epoll_create1(0), set = top, n = 0, inner;

	pipe(p);
	while (watch(set, inner = epoll_create1(0)) == 0 && ++n < 2000)
		set = inner;
	printf("%d inside, then %s\n", n, error_name(errno));
	R(watch(set, p[0]));
	write(p[1], "x", 1);
	ready(top);
}

static void both_ways(void)
{
	int sets[8];

	for (int i = 0; i < 8; i++)
		sets[i] = epoll_create1(0);
	R(watch(sets[0], sets[1])); R(watch(sets[1], sets[2])); R(watch(sets[3], sets[4])); R(watch(sets[4], sets[5]));
	R(watch(sets[2], sets[3])); R(watch(sets[1], sets[3])); R(watch(sets[5], sets[0])); R(watch(sets[6], sets[0]));
	R(watch(sets[5], sets[7])); R(watch(sets[4], sets[4]));
}

static void many_ways(void)
{
	int p[2], q[2], middle = epoll_create1(0), inner = epoll_create1(0), n = 0;

	pipe(p);
	pipe(q);
	R(watch(middle, p[0]));
	while (n < 700 && watch(epoll_create1(0), middle) == 0)
		n++;
	printf("%d ways over a set, then %s\n", n, error_name(errno));
	for (n = 0; n < 700 && watch(epoll_create1(0), p[1]) == 0;)
		n++;
	V(n);
	/* As long as nothing is watched there are none. */
	R(watch(middle = epoll_create1(0), inner));
	for (n = 0; n < 200 && watch(epoll_create1(0), middle) == 0;)
		n++;
	V(n);
	R(watch(inner, q[0])); R(watch(inner, q[0]));
}

TOPIC(poll_epoll_nested)
{
	struct rlimit many = { 4096, 4096 };

	R(setrlimit(RLIMIT_NOFILE, &many));
	inwards_out();
	outwards_in();
	both_ways();
	many_ways();
}
