/* fork, exec of itself, wait, pipes, exit statuses. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char buffer[100] = "";
	int ends[2], status, total = 0;
	pid_t pid;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc > 1) {
		printf("exec'ed with %d arguments, last \"%s\", ENV=%s\n", argc, argv[argc - 1], getenv("ENV"));
		return 42;
	}
	pipe(ends);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		write(ends[1], "from the child", 14);
		_exit(7);
	}
	close(ends[1]);
	printf("%ld \"%s\"\n", (long)read(ends[0], buffer, sizeof(buffer)), buffer);
	printf("%ld\n", (long)read(ends[0], buffer, sizeof(buffer)));
	waitpid(pid, &status, 0);
	printf("status %#x\n", status);
	pid = fork();
	if (pid == 0) {
		setenv("ENV", "a value", 1);
		execl("/proc/self/exe", "self", "one", "two words", (char *)NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	printf("status %#x\n", status);
	for (int i = 0; i < 50; i++)
		if (fork() == 0)
			_exit(i);
	while (wait(&status) > 0)
		total += WEXITSTATUS(status);
	printf("total %d, errno %d\n", total, errno);
	execl("/absent", "x", (char *)NULL);
	printf("errno %d\n", errno);
	return 5;
}
