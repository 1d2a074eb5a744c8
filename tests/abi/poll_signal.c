/* poll, ppoll, select and pselect interrupted by a signal, and their masks. */
#include "abi.h"

static volatile sig_atomic_t seen;

static void handler(int signo)
{
	seen += signo == SIGALRM;
}

/* Again and again: the first may come before the call that it is to interrupt. */
static void alarm_every_ms(int ms)
{
	struct itimerval timer = { .it_interval = { 0, ms * 1000 }, .it_value = { 0, ms * 1000 } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

TOPIC(poll_signal)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	struct timespec second = { 1, 0 };
	struct timeval tv = { 1, 0 };
	sigset_t block, none, now;

	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	alarm_every_ms(20);
	R(poll(NULL, 0, 2000));
	V(seen > 0);
	seen = 0;
	R(select(0, NULL, NULL, NULL, &tv));
	V(seen > 0);
	alarm_every_ms(0);
	seen = 0;
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGALRM);
	R(poll(NULL, 0, 0));
	V(seen);
	R(ppoll(NULL, 0, &second, &none));
	V(seen);
	sigprocmask(SIG_BLOCK, NULL, &now);
	V(sigismember(&now, SIGALRM));
	raise(SIGALRM);
	R(pselect(0, NULL, NULL, NULL, &second, &none));
	V(seen);
	second.tv_nsec = 2000000000;
	R(ppoll(NULL, 0, &second, NULL));
	second = (struct timespec){ -1, 0 };
	R(ppoll(NULL, 0, &second, NULL));
}
