/* select looks at no descriptor beyond the process's table: its size, as it grows and is copied. needs: 64 bits */
#include "abi.h"

/* The first bit that is ignored, from 64 on. */
static int ignored_from(void)
{
	static unsigned long bits[4096 / (8 * sizeof(long))];
	struct timespec zero = { 0, 0 };

	for (int fd = 64; fd < 4096; fd += 32) {
		memset(bits, 0, sizeof(bits));
		bits[fd / (8 * sizeof(long))] = 1ul << fd % (8 * sizeof(long));
		if (pselect(fd + 1, (fd_set *)bits, NULL, NULL, &zero, NULL) == 0)
			return fd;
	}
	return -1;
}

static int said_by_proc(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	int size = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "FDSize: %d", &size) == 1)
			break;
	if (f)
		fclose(f);
	return size;
}

static void show(const char *what)
{
	printf("%s: %d, proc says %d\n", what, ignored_from(), said_by_proc());
}

static void grow(void)
{
	static const int fds[] = { 63, 64, 127, 128, 255, 256, 511, 512, 700 };

	show("copied");
	for (int i = 0; i < COUNT(fds); i++) {
		dup2(0, fds[i]);
		printf("with %d ", fds[i]);
		show("open");
	}
	for (int i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	show("closed again");
	CHILD(show("in a child"));
	dup2(0, 200);
	CHILD(show("in a child with 200 open"));
}

TOPIC(poll_table_size)
{
	struct rlimit l = { 1024, 1024 };

	setrlimit(RLIMIT_NOFILE, &l);
	/* What the parents of this process had open does not matter in a copy. */
	close_range(3, ~0u, 0);
	CHILD(grow());
}
