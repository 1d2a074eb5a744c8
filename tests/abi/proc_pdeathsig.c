/* PR_SET_PDEATHSIG: the child hears of its parent's death. */
#include "abi.h"

TOPIC(proc_pdeathsig)
{
	int ready[2], status;
	char token;

	R(prctl(PR_SET_CHILD_SUBREAPER, 1));
	R(prctl(PR_SET_PDEATHSIG, 99));
	R(pipe(ready));
	if (fork() == 0) {
		if (fork() == 0) {
			R(prctl(PR_SET_PDEATHSIG, SIGUSR2));
			R(prctl(PR_GET_PDEATHSIG, &status));
			V(status);
			write(ready[1], "x", 1);
			sleep_ms(5000);
			_exit(0);
		}
		read(ready[0], &token, 1);
		_exit(1);
	}
	V(wait(&status) > 0);
	show_status(status);
	V(wait(&status) > 0);
	show_status(status);
}
