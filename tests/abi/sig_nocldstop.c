/* SA_NOCLDSTOP: only exits, no stops. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	(void)signo;
	count++;
}

static void run(void)
{
	pid_t pid;

	count = 0;
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, NULL, WUNTRACED);
	sleep_ms(10);
	V(count);
	kill(pid, SIGCONT);
	reap(pid);
	V(count > 0);
}

TOPIC(sig_nocldstop)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_NOCLDSTOP | SA_RESTART };

	sigaction(SIGCHLD, &action, NULL);
	run();
	V(count);
	action.sa_flags = SA_RESTART;
	sigaction(SIGCHLD, &action, NULL);
	run();
}
