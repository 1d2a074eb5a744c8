/* /proc/PID/io: calls and bytes of reads and writes, of threads and of children that were waited for. */
#include "abi.h"

static void show(const char *path)
{
	char text[512] = "", *line;
	int fd = open(path, O_RDONLY);
	static unsigned long long before[4];

	/* The reading itself counts afterwards. */
	text[read(fd, text, sizeof(text) - 1)] = 0;
	close(fd);
	line = text;
	for (int i = 0; i < 4; i++, line = strchr(line, '\n') + 1) {
		unsigned long long v = strtoull(strchr(line, ':') + 1, NULL, 10);

		if (i == 1 || i == 3)
			printf("%.5s +%llu\n", line, v - before[i]);
		before[i] = v;
	}
}

static void *writes(void *arg)
{
	(void)arg;
	pwrite(3, "abcdefg", 7, 0);
	return NULL;
}

TOPIC(proc_io)
{
	struct iovec v[2] = { { "ab", 2 }, { "cde", 3 } };
	char buf[10];
	pthread_t t;

	setvbuf(stdout, NULL, _IOFBF, 65536);
	printf("%d\n", open("file", O_RDWR | O_CREAT | O_TRUNC, 0600));
	show("/proc/self/io");
	write(3, "0123456789", 10);
	show("/proc/self/io");
	writev(3, v, 2);
	pwritev(3, v, 2, 3);
	write(3, buf, 0);
	write(99, buf, 1);
	show("/proc/self/io");
	pthread_create(&t, NULL, writes, NULL);
	pthread_join(t, NULL);
	show("/proc/self/io");
	if (fork() == 0) {
		write(3, buf, 10);
		_exit(0);
	}
	wait(NULL);
	show("/proc/self/io");
	show("/proc/thread-self/io");
}
