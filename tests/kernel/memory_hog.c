/* memory_hog MIB [fork|oom]: touches that much memory in pieces, and looks whether it is all there.
 *   fork   a child changes its copy as well
 *   oom    a child takes more than there is and is killed; the parent and its memory stay */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 1 << 20, STEP = 4096 };

static uint64_t value(size_t i) { return (i + 1) * 0x9e3779b97f4a7c15ull; }

static char **take(size_t mib)
{
	char **pieces = calloc(mib, sizeof(*pieces));

	for (size_t i = 0; i < mib; i++) {
		pieces[i] = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (pieces[i] == MAP_FAILED) {
			printf("mmap failed\n");
			exit(2);
		}
		for (size_t at = 0; at < PIECE; at += STEP)
			*(uint64_t *)(pieces[i] + at) = value(i * PIECE + at);
	}
	return pieces;
}

static const char *check(char **pieces, size_t mib, uint64_t plus)
{
	for (size_t i = 0; i < mib; i++)
		for (size_t at = 0; at < PIECE; at += STEP)
			if (*(uint64_t *)(pieces[i] + at) != value(i * PIECE + at) + plus)
				return "wrong";
	return "right";
}

static void child(char **pieces, size_t mib)
{
	for (size_t i = 0; i < mib; i++)
		for (size_t at = 0; at < PIECE; at += STEP)
			++*(uint64_t *)(pieces[i] + at);
	printf("child %s\n", check(pieces, mib, 1));
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	size_t mib = (size_t)atoi(argv[1]);
	int oom = argc > 2 && strcmp(argv[2], "oom") == 0, status;
	char **pieces = take(oom ? 4 : mib);
	pid_t pid;

	if (argc > 2) {
		fflush(stdout);
		pid = fork();
		if (pid == 0 && oom) {
			take(mib);
			printf("everything fitted\n");
			_exit(1);
		}
		if (pid == 0)
			child(pieces, mib);
		waitpid(pid, &status, 0);
		printf("status %#x\n", status);
	}
	printf("parent %s\n", check(pieces, oom ? 4 : mib, 0));
	return 0;
}
