/* fork, execute this same program anew, wait; 80 times. With an argument
 * ("spawn"), posix_spawn in place of fork and execv. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

enum { ROUNDS = 80 };

extern char **environ;

static pid_t start(char *program, int number, int spawn)
{
	char text[16];
	char *arguments[] = { program, "child", text, NULL };
	pid_t pid;

	snprintf(text, sizeof(text), "%d", number);
	if (spawn)
		return posix_spawn(&pid, program, NULL, NULL, arguments, environ) ? -1 : pid;
	pid = fork();
	if (pid == 0) {
		execv(program, arguments);
		_exit(127);
	}
	return pid;
}

int main(int argc, char **argv)
{
	int spawn = argc == 2 && !strcmp(argv[1], "spawn");
	double began = bench_now();
	uint64_t sum = 0;

	if (argc == 3)
		return atoi(argv[2]) & 63;
	for (int i = 0; i < ROUNDS; i++) {
		int status;
		pid_t pid = start(argv[0], i, spawn);

		if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) == 127)
			return 1;
		sum = sum * 3 + WEXITSTATUS(status);
	}
	return bench_done(sum, began);
}
