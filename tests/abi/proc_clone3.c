/* clone3: as fork, with a pidfd; its errnos. needs: 64 bits */
#include "abi.h"

#include <linux/sched.h>

TOPIC(proc_clone3)
{
	int pidfd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD };
	siginfo_t info;
	long pid;

	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(66);
	V(pid > 0);
	V(pidfd > 2);
	R(fcntl(pidfd, F_GETFD));
	R(poll(&(struct pollfd){ pidfd, POLLIN, 0 }, 1, 2000));
	R(waitid(P_PIDFD, pidfd, &info, WEXITED));
	V(info.si_status);
	R(syscall(SYS_clone3, &args, 8));
	R(syscall(SYS_clone3, BAD, sizeof(args)));
	args.exit_signal = 999;
	R(syscall(SYS_clone3, &args, sizeof(args)));
	args = (struct clone_args){ .flags = CLONE_DETACHED };
	R(syscall(SYS_clone3, &args, sizeof(args)));
}
