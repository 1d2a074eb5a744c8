/* Hundreds of children, all alive at once, each waited for exactly once. */
#include "abi.h"

TOPIC(proc_many)
{
	int ends[2], sum = 0, status, count = 0;
	char token;

	R(pipe(ends));
	for (int i = 0; i < 200; i++) {
		if (fork() == 0) {
			close(ends[1]);
			read(ends[0], &token, 1);
			_exit(i);
		}
	}
	close(ends[1]);
	while (wait(&status) > 0) {
		count++;
		sum += WEXITSTATUS(status);
	}
	V(count);
	V(sum);
}
