/* A sleep is ended by a handler with the time left; ignored and default-ignored signals do not end it. */
#include "abi.h"

static void handler(int signo)
{
	(void)signo;
}

TOPIC(sig_nanosleep)
{
	/* Repeated: the first may come before the sleep. */
	struct itimerval timer = { .it_value = { 0, 30000 }, .it_interval = { 0, 30000 } }, never = { 0 };
	struct timespec want = { 60, 0 }, left = { 99, 99 };
	long long start, slept, took;
	pid_t pid;

	signal(SIGALRM, handler);
	signal(SIGUSR1, SIG_IGN);
	setitimer(ITIMER_REAL, &timer, NULL);
	start = now_ms();
	R(nanosleep(&want, &left));
	took = now_ms() - start;
	setitimer(ITIMER_REAL, &never, NULL);
	slept = 60000000000 - (left.tv_sec * 1000000000LL + left.tv_nsec);
	V(slept > 0 && slept <= (took + 1) * 1000000);
	want = (struct timespec){ 0, 0 };
	pid = fork();
	if (pid == 0) {
		start = now_ms();
		want.tv_nsec = 100000000;
		R(nanosleep(&want, &left));
		V(now_ms() - start >= 100);
		_exit(0);
	}
	sleep_ms(20);
	kill(pid, SIGUSR1);
	kill(pid, SIGWINCH);
	kill(pid, SIGCHLD);
	kill(pid, SIGSTOP);
	sleep_ms(20);
	kill(pid, SIGCONT);
	reap(pid);
	want.tv_nsec = 1000000000;
	R(nanosleep(&want, NULL));
	want.tv_nsec = -1;
	R(nanosleep(&want, NULL));
	want = (struct timespec){ -1, 0 };
	R(nanosleep(&want, NULL));
	want = (struct timespec){ 0, 0 };
	R(nanosleep(&want, NULL));
}
