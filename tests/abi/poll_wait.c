/* poll waits for what another process does, and for no longer than its timeout. */
#include "abi.h"

TOPIC(poll_wait)
{
	struct pollfd fd;
	long long start = now_ms(), took;
	int ends[2];
	pid_t pid;

	R(pipe(ends));
	fd = (struct pollfd){ ends[0], POLLIN, 0 };
	R(poll(&fd, 1, 60));
	took = now_ms() - start;
	V(took >= 60 && took < 2000);
	pid = fork();
	if (pid == 0) {
		sleep_ms(30);
		_exit(write(ends[1], "x", 1) != 1);
	}
	R(poll(&fd, 1, -1));
	X(fd.revents);
	reap(pid);
}
