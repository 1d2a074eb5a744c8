/* Process groups: setpgid's errnos, kill to a group. */
#include "abi.h"

TOPIC(proc_groups)
{
	int ends[2], status;
	char token;
	pid_t pid, other;

	R(pipe(ends));
	V(getpgid(0) == getpgrp());
	R(setpgid(0, -1));
	R(setpgid(-1, 0));
	R(setpgid(999999, 0));
	R(getpgid(999999));
	R(getpgid(-1));
	R(getsid(-1));
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		V(getpgrp() == getpid());
		R(setpgid(0, 99999));
		R(setpgid(getppid(), 0));
		write(ends[1], "x", 1);
		sleep_ms(5000);
		_exit(0);
	}
	read(ends[0], &token, 1);
	V(getpgid(pid) == pid);
	other = fork();
	if (other == 0) {
		sleep_ms(5000);
		_exit(0);
	}
	R(setpgid(other, pid));
	V(getpgid(other) == pid);
	R(kill(-pid, SIGTERM));
	reap(pid);
	reap(other);
	R(kill(-pid, SIGTERM));
	R(setpgid(0, pid));
	pid = fork();
	if (pid == 0) {
		V(setsid() == getpid());
		write(ends[1], "x", 1);
		sleep_ms(5000);
		_exit(0);
	}
	read(ends[0], &token, 1);
	R(setpgid(pid, getpgrp()));
	R(kill(pid, SIGKILL));
	R(waitpid(pid, &status, 0) == pid);
}
