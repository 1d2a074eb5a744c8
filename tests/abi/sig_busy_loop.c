/* A loop without system calls is interrupted by a timer and by another process. */
#include "abi.h"

static volatile sig_atomic_t stop;

static void handler(int signo)
{
	stop = signo;
}

TOPIC(sig_busy_loop)
{
	struct itimerval timer = { .it_value = { 0, 20000 } };
	pid_t self = getpid();

	signal(SIGALRM, handler);
	signal(SIGUSR1, handler);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (!stop)
		;
	S(signal_name(stop));
	stop = 0;
	if (fork() == 0) {
		kill(self, SIGUSR1);
		_exit(0);
	}
	while (!stop)
		;
	S(signal_name(stop));
	reap(-1);
}
