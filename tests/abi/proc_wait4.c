/* wait4: pids, groups, WNOHANG, statuses, ECHILD. needs: 64 bits */
#include "abi.h"

TOPIC(proc_wait4)
{
	int status = -1;
	struct rusage usage;
	pid_t a, b;

	R(wait4(-1, &status, 0, NULL));
	R(wait4(getpid(), &status, 0, NULL));
	R(waitpid(999999, &status, 0));
	R(waitpid(1, &status, 0));
	R(waitpid(-1, &status, 0x100));
	a = fork();
	if (a == 0) {
		sleep_ms(50);
		_exit(1);
	}
	b = fork();
	if (b == 0)
		_exit(2);
	V(waitpid(a, &status, WNOHANG));
	V(waitpid(b, &status, 0) == b);
	show_status(status);
	R(waitpid(b, &status, 0));
	V(wait4(-1, &status, 0, &usage) == a);
	show_status(status);
	V(usage.ru_utime.tv_sec);
	V(usage.ru_maxrss > 0);
	R(waitpid(-1, NULL, 0));
	a = fork();
	if (a == 0)
		_exit(3);
	R(wait4(a, BAD, 0, NULL));
	R(waitpid(INT_MIN, &status, 0));
}
