/* eventfd and timerfd: limits, flags, short buffers. */
#include "abi.h"

TOPIC(poll_eventfd_errors)
{
	int e = eventfd(3, EFD_NONBLOCK), s = eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE), t;
	uint64_t v = 0, max = UINT64_MAX, most = UINT64_MAX - 1;
	struct pollfd p = { .fd = e, .events = POLLIN | POLLOUT };
	struct itimerspec its = { .it_value = { 0, 20000000 } }, bad = { .it_value = { 0, 1000000000 } };

	R(read(e, &v, 7));
	R(read(e, &v, 8)); V(v);
	R(read(e, &v, 8));
	R(write(e, &max, 8));
	R(write(e, &most, 8));
	R(poll(&p, 1, 0)); X(p.revents);
	R(write(e, &v, 8));
	R(write(e, &v, 4));
	R(write(e, BAD, 8));
	R(read(e, BAD, 8));
	R(read(s, &v, 8)); V(v);
	R(read(s, &v, 8)); V(v);
	R(read(s, &v, 8));
	R(eventfd(0, 0x100));
	R(lseek(e, 0, SEEK_SET));
	R(pread(e, &v, 8, 0));
	t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	V(t >= 0);
	R(read(t, &v, 8));
	R(timerfd_settime(t, 0, &bad, NULL));
	R(timerfd_settime(t, 8, &its, NULL));
	R(timerfd_settime(e, 0, &its, NULL));
	R(timerfd_settime(999, 0, &its, NULL));
	R(timerfd_settime(t, 0, &its, NULL));
	p.fd = t; p.events = POLLIN;
	R(poll(&p, 1, -1));
	R(read(t, &v, 4));
	R(read(t, &v, 8)); V(v);
	R(timerfd_gettime(t, &bad));
	V(bad.it_value.tv_nsec);
	R(timerfd_create(99, 0));
	R(timerfd_create(CLOCK_REALTIME, 1));
}
