/* Interval timers and alarm: one shot, repeating, what is left, errnos. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	(void)signo;
	count++;
}

TOPIC(time_itimer)
{
	struct itimerval timer = { { 0, 10000 }, { 0, 10000 } }, old;

	signal(SIGALRM, handler);
	R(setitimer(ITIMER_REAL, &timer, NULL));
	while (count < 5)
		pause();
	timer = (struct itimerval){ 0 };
	R(setitimer(ITIMER_REAL, &timer, &old));
	V(old.it_interval.tv_usec);
	V(old.it_value.tv_usec > 0 && old.it_value.tv_usec <= 10000);
	count = 0;
	sleep_ms(30);
	V(count);
	R(getitimer(ITIMER_REAL, &old));
	V(old.it_value.tv_sec + old.it_value.tv_usec);
	V(alarm(10));
	V(alarm(5));
	R(getitimer(ITIMER_REAL, &old));
	V(old.it_value.tv_sec >= 4);
	V(alarm(0));
	/* Repeated: the first may come before pause(). */
	V(ualarm(20000, 20000));
	R(pause());
	V(ualarm(0, 0) <= 20000);
	V(count > 0);
	R(setitimer(99, &timer, NULL));
	timer.it_value.tv_usec = 1000000;
	R(setitimer(ITIMER_REAL, &timer, NULL));
	R(syscall(SYS_getitimer, ITIMER_REAL, BAD));
}
