/* A zombie keeps its pid: kill 0 works, signals do nothing, it goes with the wait. */
#include "abi.h"

TOPIC(proc_zombie)
{
	char path[64], text[512] = "";
	siginfo_t info;
	pid_t pid = fork();
	int fd;

	if (pid == 0)
		_exit(3);
	R(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	R(kill(pid, 0));
	R(kill(pid, SIGKILL));
	V(getpgid(pid) == getpgrp());
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	R(read(fd, text, sizeof(text) - 1) > 0);
	V(strrchr(text, ')')[2]);
	reap(pid);
	R(kill(pid, 0));
	R(getpgid(pid));
}
