/* fork, exit in the child, wait in the parent; 1000 times. */
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

enum { ROUNDS = 1000 };

int main(void)
{
	double began = bench_now();
	uint64_t sum = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			_exit(i & 127);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return 1;
		sum += WEXITSTATUS(status);
	}
	return bench_done(sum, began);
}
