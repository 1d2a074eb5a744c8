/* SIGCHLD ignored, or SA_NOCLDWAIT: children leave no zombies, wait says ECHILD. */
#include "abi.h"

TOPIC(proc_auto_reap)
{
	struct sigaction action = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	int status;

	signal(SIGCHLD, SIG_IGN);
	if (fork() == 0)
		_exit(1);
	R(wait(&status));
	R(sigaction(SIGCHLD, &action, NULL));
	if (fork() == 0)
		_exit(1);
	R(wait(&status));
	signal(SIGCHLD, SIG_DFL);
	CHILD(_exit(2));
}
