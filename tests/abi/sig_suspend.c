/* sigsuspend: swaps the mask while it waits, returns EINTR, puts the mask back. */
#include "abi.h"

static void handler(int signo)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	printf("%s, USR2 blocked %d\n", signal_name(signo), sigismember(&now, SIGUSR2));
}

TOPIC(sig_suspend)
{
	sigset_t block, wait_mask, now;

	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigemptyset(&wait_mask);
	sigaddset(&wait_mask, SIGUSR2);
	raise(SIGUSR1);
	puts("pending");
	R(sigsuspend(&wait_mask));
	sigprocmask(SIG_BLOCK, NULL, &now);
	V(sigismember(&now, SIGUSR1));
	V(sigismember(&now, SIGUSR2));
	CHILD({
		pid_t parent = getpid();
		if (fork() == 0) {
			sleep_ms(30);
			kill(parent, SIGUSR1);
			_exit(0);
		}
		R(sigsuspend(&wait_mask));
		reap(-1);
	});
}
