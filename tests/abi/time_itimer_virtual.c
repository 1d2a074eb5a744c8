/* ITIMER_VIRTUAL and ITIMER_PROF count CPU time, not sleep. */
#include "abi.h"

static volatile sig_atomic_t virtual, prof;

static void handler(int signo)
{
	if (signo == SIGVTALRM)
		virtual++;
	else
		prof++;
}

TOPIC(time_itimer_virtual)
{
	struct itimerval timer = { .it_value = { 0, 20000 } };

	signal(SIGVTALRM, handler);
	signal(SIGPROF, handler);
	R(setitimer(ITIMER_VIRTUAL, &timer, NULL));
	timer.it_value.tv_usec = 30000;
	R(setitimer(ITIMER_PROF, &timer, NULL));
	sleep_ms(60);
	V(virtual + prof);
	while (!virtual || !prof)
		;
	V(virtual);
	V(prof);
}
