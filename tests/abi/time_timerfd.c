/* timerfd: expirations, settings read back, absolute times, errnos. */
#include "abi.h"

TOPIC(time_timerfd)
{
	struct itimerspec timer = { { 0, 10000000 }, { 0, 20000000 } }, old;
	uint64_t count = 0;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	R(fcntl(fd, F_GETFD));
	R(read(fd, &count, 8));
	R(timerfd_settime(fd, 0, &timer, NULL));
	R(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 2000));
	sleep_ms(50);
	R(read(fd, &count, 8));
	V(count >= 3);
	R(timerfd_gettime(fd, &old));
	V(old.it_interval.tv_nsec);
	V(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 10000000);
	timer = (struct itimerspec){ 0 };
	R(timerfd_settime(fd, 0, &timer, &old));
	V(old.it_interval.tv_nsec);
	R(read(fd, &count, 8));
	R(timerfd_gettime(fd, &old));
	V(old.it_value.tv_nsec);
	clock_gettime(CLOCK_MONOTONIC, &timer.it_value);
	R(timerfd_settime(fd, TFD_TIMER_ABSTIME, &timer, NULL));
	R(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 2000));
	R(read(fd, &count, 4));
	R(read(fd, &count, 8));
	V(count);
	timer.it_value.tv_nsec = -1;
	R(timerfd_settime(fd, 0, &timer, NULL));
	R(timerfd_settime(0, 0, &timer, NULL));
	R(timerfd_create(99, 0));
	R(timerfd_create(CLOCK_MONOTONIC, 0x7777));
	R(write(fd, &count, 8));
}
