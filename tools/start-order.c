/* start-order.c: which instructions of a program run. Its helper, see tools/start-order.
 *
 *     steps PROGRAM [ARGUMENT...] >offsets
 *
 * Steps through the program and prints, once each and in hexadecimal, where its instructions are: bytes from
 * where its file is mapped. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IMAGE_MAX = 16 << 20 };

static unsigned char seen[IMAGE_MAX];

/* Where the first page of the file is mapped. */
static unsigned long image_start(pid_t pid, const char *file)
{
	char path[64], line[PATH_MAX + 128];
	unsigned long start = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	while (maps && !start && fgets(line, sizeof(line), maps))
		if (strstr(line, file))
			start = strtoul(line, NULL, 16);
	if (maps)
		fclose(maps);
	return start;
}

int main(int argc, char **argv)
{
	struct user_regs_struct regs;
	int status, signo = 0;
	unsigned long start;
	pid_t child;

	if (argc < 2)
		return 2;
	child = fork();
	if (child == 0) {
		dup2(2, 1);                    /* ours is the list */
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
		return 1;
	start = image_start(child, argv[1]);
	while (start && ptrace(PTRACE_GETREGS, child, NULL, &regs) == 0) {
		unsigned long at = regs.rip - start;

		if (at < IMAGE_MAX && !seen[at]) {
			seen[at] = 1;
			printf("%lx\n", at);
		}
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, (void *)(long)signo) != 0 ||
		    waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
			break;
		signo = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
