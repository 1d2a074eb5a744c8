/* What a program does that is started under a host in trouble (host_limits.test). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char block[65536];

static int open_fds(void)
{
	for (int fd = 0; fd < 5; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			fprintf(stderr, "%d ", fd);
	fprintf(stderr, "are open, read %s\n", read(0, block, 1) < 0 ? strerror(errno) : "something");
	return 0;
}

static int write_much(void)
{
	for (int i = 0; i < 100000; i++)
		if (write(1, "a line of text\n", 15) != 15) {
			fprintf(stderr, "write: %s\n", strerror(errno));
			return 3;
		}
	return 0;
}

static int fill(const char *path)
{
	int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0644);
	long done = 0;
	ssize_t n;

	while ((n = write(fd, block, sizeof(block))) > 0)
		done += n;
	printf("wrote %s: %s\n", done > 0 ? "some" : "nothing", strerror(errno));
	return 0;
}

/* Pages of a hole are dirtied; there is no room for them on the disk. */
static int fill_mapped(const char *path)
{
	size_t size = 8 << 20;
	int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0644);
	char *p;

	ftruncate(fd, size);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 1;
	memset(p, 1, size);
	printf("msync: %s\n", msync(p, size, MS_SYNC) < 0 ? strerror(errno) : "done");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "fds"))
		return open_fds();
	if (argc > 1 && !strcmp(argv[1], "much"))
		return write_much();
	if (argc > 2 && !strcmp(argv[1], "fill"))
		return fill(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "map"))
		return fill_mapped(argv[2]);
	puts("hello");
	return fflush(stdout) ? 5 : 0;
}
