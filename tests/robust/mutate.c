/* Damaged programs: each seed takes an ELF file, changes some bytes, most of them
 * in its headers, and executes the result. execve may refuse it, the program may
 * crash or run for ever (it is killed); hearth and this process go on.
 *
 *     mutate FIRST COUNT FILE... */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t state;

static uint32_t rnd(uint32_t below)
{
	uint64_t x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (uint32_t)(x >> 33) % below;
}

static void damage(unsigned char *data, size_t size)
{
	static const uint64_t odd[] = { 0, 1, 2, 0xff, 0x1000, 0xfff, 0x7fffffff, 0x80000000, 0xffffffff, 0x3fffffffff,
					0x4000000000, 0x7fffffffffffffff, 0x8000000000000000, ~0ull };
	int changes = 1 + rnd(8);

	for (int i = 0; i < changes; i++) {
		size_t at = rnd(4) ? rnd(64 + 56 * 10) : rnd(size);
		uint64_t value = odd[rnd(sizeof(odd) / sizeof(odd[0]))];

		if (at + 8 > size)
			continue;
		switch (rnd(4)) {
		case 0: data[at] ^= 1 << rnd(8); break;
		case 1: data[at] = rnd(256); break;
		case 2: memcpy(data + (at & ~3ul), &value, 4); break;
		case 3: memcpy(data + (at & ~7ul), &value, 8); break;
		}
	}
}

static int run(const unsigned char *data, size_t size)
{
	int fd = open("/tmp/damaged", O_WRONLY | O_CREAT | O_TRUNC, 0755), status;
	struct itimerval limit = { .it_value = { 0, 50000 } };
	struct rlimit memory = { 256 << 20, 256 << 20 };
	pid_t pid;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd))
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_RDWR), 1);
		dup2(1, 2);
		setrlimit(RLIMIT_AS, &memory);
		setitimer(ITIMER_REAL, &limit, NULL);
		execl("/tmp/damaged", "damaged", "argument", NULL);
		_exit(200);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

int main(int argc, char **argv)
{
	uint64_t first = strtoull(argv[1], NULL, 0), count = strtoull(argv[2], NULL, 0);
	unsigned long refused = 0, signals = 0, exits = 0, failed = 0;

	for (uint64_t seed = first; seed < first + count; seed++) {
		const char *path = argv[3 + seed % (argc - 3)];
		int fd = open(path, O_RDONLY), status;
		struct stat st;
		unsigned char *data;

		if (fd < 0 || fstat(fd, &st) || !(data = malloc(st.st_size)) || read(fd, data, st.st_size) != st.st_size)
			return perror(path), 2;
		close(fd);
		state = seed;
		damage(data, st.st_size);
		status = run(data, st.st_size);
		free(data);
		if (status < 0)
			failed++;
		else if (WIFSIGNALED(status))
			signals++;
		else if (WEXITSTATUS(status) == 200)
			refused++;
		else
			exits++;
	}
	printf("%llu damaged programs: %lu refused, %lu ended by a signal, %lu exits\n%s\n", (unsigned long long)count,
	       refused, signals, exits, failed ? "some did not start" : "all ended");
	return failed != 0;
}
