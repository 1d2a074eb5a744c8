/* An interpreter for binfmt_misc: says other. */
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char byte = 0, path[256];
	long fd = getauxval(2 /* AT_EXECFD */);

	for (int i = 0; i < argc; i++)
		printf("%s%s", i ? " | " : "", argv[i]);
	if (fd > 0 && read(fd, &byte, 1) == 1) {
		snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
		path[readlink(path, path, sizeof(path) - 1)] = 0;
		printf(" [fd: %c %s]", byte, path);
	}
	printf(" flags %lu\n", getauxval(8 /* AT_FLAGS */));
	return 0;
}
