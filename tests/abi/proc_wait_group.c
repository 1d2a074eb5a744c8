/* waitpid(0) and waitpid(-pgid) select by process group. */
#include "abi.h"

TOPIC(proc_wait_group)
{
	int status;
	pid_t a, b;

	a = fork();
	if (a == 0) {
		setpgid(0, 0);
		sleep_ms(10);
		_exit(11);
	}
	setpgid(a, a);
	b = fork();
	if (b == 0)
		_exit(22);
	V(waitpid(0, &status, 0) == b);
	show_status(status);
	R(waitpid(0, &status, 0));
	R(waitpid(-b, &status, 0));
	V(waitpid(-a, &status, 0) == a);
	show_status(status);
	R(waitpid(-a, &status, 0));
}
