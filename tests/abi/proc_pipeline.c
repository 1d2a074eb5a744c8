/* Five processes in a pipeline, each with its own descriptors. */
#include "abi.h"

TOPIC(proc_pipeline)
{
	int in = open("/dev/null", O_RDONLY), ends[2];
	char buffer[64] = "";

	for (int stage = 0; stage < 5; stage++) {
		pipe(ends);
		if (fork() == 0) {
			ssize_t len = read(in, buffer, sizeof(buffer));

			buffer[len] = '1' + stage;
			write(ends[1], buffer, len + 1);
			_exit(stage);
		}
		close(in);
		close(ends[1]);
		in = ends[0];
	}
	R(read(in, buffer, sizeof(buffer)));
	S(buffer);
	for (int stage = 0, status, sum = 0; stage < 5; stage++) {
		wait(&status);
		sum += WEXITSTATUS(status);
		if (stage == 4)
			V(sum);
	}
}
