/* timer_create: signals with values, overruns, what is left, deletion. */
#include "abi.h"

static volatile sig_atomic_t count, value, code;

static void handler(int signo, siginfo_t *info, void *context)
{
	(void)signo, (void)context;
	count++;
	value = info->si_value.sival_int;
	code = info->si_code;
}

TOPIC(time_posix_timer)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 31 };
	struct itimerspec timer = { { 0, 5000000 }, { 0, 5000000 } }, left;
	timer_t id, none;

	sigaction(SIGUSR1, &action, NULL);
	R(timer_create(CLOCK_MONOTONIC, &event, &id));
	R(timer_settime(id, 0, &timer, NULL));
	while (count < 3)
		pause();
	V(value);
	V(code == SI_TIMER);
	R(timer_gettime(id, &left));
	V(left.it_interval.tv_nsec);
	R(timer_getoverrun(id) >= 0);
	R(timer_delete(id));
	R(timer_create(99, &event, &none));
	event.sigev_signo = 99;
	R(timer_create(CLOCK_MONOTONIC, &event, &none));
	event.sigev_notify = SIGEV_NONE;
	R(timer_create(CLOCK_MONOTONIC, &event, &none));
	timer.it_value.tv_sec = 100;
	R(timer_settime(none, 0, &timer, NULL));
	R(timer_gettime(none, &left));
	V(left.it_value.tv_sec >= 99);
}
