/* fork: 0 in the child, the pid in the parent; what is inherited and what is not. */
#include "abi.h"

TOPIC(proc_fork)
{
	pid_t self = getpid(), pid;
	int status;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	alarm(100);
	umask(031);
	pid = fork();
	if (pid == 0) {
		sigset_t now;

		V(getppid() == self);
		V(getpid() != self);
		V(getpid() == (pid_t)syscall(SYS_gettid));
		sigpending(&now);
		V(sigismember(&now, SIGUSR1));
		sigprocmask(SIG_BLOCK, NULL, &now);
		V(sigismember(&now, SIGUSR1));
		V(alarm(0));
		X(umask(0));
		V(getpgrp() == getpgid(self));
		V(getsid(0) == getsid(self));
		_exit(37);
	}
	V(waitpid(pid, &status, 0) == pid);
	V(pid > 0 && pid != self);
	V(WEXITSTATUS(status));
	V(getpid() == self);
	sigpending(&set);
	V(sigismember(&set, SIGUSR1));
	V(alarm(0) > 90);
}
