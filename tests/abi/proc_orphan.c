/* An orphan is adopted: by init, or by the nearest subreaper, which reaps it. */
#include "abi.h"

TOPIC(proc_orphan)
{
	int ends[2], status;
	char token;
	pid_t self = getpid(), pid;

	R(pipe(ends));
	R(prctl(PR_SET_CHILD_SUBREAPER, 1));
	R(prctl(PR_GET_CHILD_SUBREAPER, &status));
	V(status);
	pid = fork();
	if (pid == 0) {
		prctl(PR_GET_CHILD_SUBREAPER, &status);
		V(status);
		if (fork() == 0) {
			read(ends[0], &token, 1);
			V(getppid() == self);
			_exit(44);
		}
		_exit(33);
	}
	V(waitpid(pid, &status, 0) == pid);
	show_status(status);
	write(ends[1], "x", 1);    /* it speaks now */
	V(wait(&status) > 0);
	show_status(status);
	R(wait(&status));
}
