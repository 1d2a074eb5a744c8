/* Two processes signal each other a thousand times; none is lost. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	(void)signo;
	count++;
}

TOPIC(sig_race)
{
	sigset_t set, none;
	pid_t pid, parent = getpid();

	sigemptyset(&none);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR1, handler);
	pid = fork();
	for (int i = 0; i < 1000; i++) {
		if (pid == 0) {
			sigsuspend(&none);
			kill(parent, SIGUSR1);
		} else {
			kill(pid, SIGUSR1);
			sigsuspend(&none);
		}
	}
	if (pid == 0)
		_exit(count == 1000 ? 0 : 1);
	reap(pid);
	V(count);
}
