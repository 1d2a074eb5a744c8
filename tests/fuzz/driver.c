/* A fuzzer without libFuzzer, for every build and `make test`: the seeds, then a
 * fixed sequence of random changes to them.
 *
 *   fuzz_NAME_smoke SEEDS-SCRIPT NAME RUNS
 *
 * The input of a crash is left in ./crash-NAME: fuzz_NAME of a fuzzing build takes it. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEEDS_MAX = 1024, INPUT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input { size_t size; uint8_t data[INPUT_MAX]; };

static struct input *seeds[SEEDS_MAX], now;
static unsigned nr_seeds;
static char crash_name[64];

static uint64_t state = 1;

static uint32_t rnd(uint32_t below)
{
	uint64_t x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((x ^ x >> 31) >> 32) % below;
}

static void crashed(int signo)
{
	int fd = open(crash_name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	signal(signo, SIG_DFL);
	if (fd >= 0 && write(fd, now.data, now.size) == (ssize_t)now.size)
		dprintf(2, "the input is in %s\n", crash_name);
	raise(signo);
}

static int read_seeds(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)) && nr_seeds < SEEDS_MAX) {
		char path[512];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!f)
			continue;
		seeds[nr_seeds] = calloc(1, sizeof(struct input));
		seeds[nr_seeds]->size = fread(seeds[nr_seeds]->data, 1, INPUT_MAX, f);
		nr_seeds++;
		fclose(f);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
	return nr_seeds > 0;
}

static int make_seeds(const char *script, const char *name)
{
	char dir[] = "/tmp/hearth-seeds.XXXXXX", command[1024];

	if (!mkdtemp(dir))
		return 0;
	snprintf(command, sizeof(command), "'%s' '%s' '%s'", script, name, dir);
	return system(command) == 0 && read_seeds(dir);
}

static void put_odd_value(size_t at)
{
	static const uint64_t odd[] = {
		0, 1, 0xff, 0xfff, 0x1000, 0x10000, INT32_MAX, 0x80000000, UINT32_MAX, 0x3ffffff000, 0x4000000000,
		INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX, UINT64_MAX - 0xfff,
	};
	size_t width = (size_t)1 << rnd(4);

	if (at + width <= now.size)
		memcpy(now.data + at, &odd[rnd(sizeof(odd) / sizeof(odd[0]))], width);
}

static void join_other(size_t at)
{
	const struct input *other = seeds[rnd(nr_seeds)];
	size_t from = rnd((uint32_t)other->size + 1), n = other->size - from;

	if (n > INPUT_MAX - at)
		n = INPUT_MAX - at;
	memcpy(now.data + at, other->data + from, n);
	now.size = at + n;
}

static void change(void)
{
	size_t at = now.size ? rnd((uint32_t)now.size) : 0;

	switch (rnd(8)) {
	case 0:
		now.size = at;
		break;
	case 1:
		join_other(at);
		break;
	case 2: case 3: case 4:
		put_odd_value(rnd(2) ? at & ~(size_t)7 : at & ~(size_t)3);
		break;
	case 5:
		now.data[at] ^= (uint8_t)(1 << rnd(8));
		break;
	default:
		now.data[at] = (uint8_t)rnd(256);
		break;
	}
}

int main(int argc, char **argv)
{
	static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	unsigned long runs = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;

	if (!runs || !make_seeds(argv[1], argv[2])) {
		fprintf(stderr, "usage: fuzz_NAME_smoke SEEDS-SCRIPT NAME RUNS\n");
		return 2;
	}
	snprintf(crash_name, sizeof(crash_name), "crash-%s", argv[2]);
	for (unsigned i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], crashed);
	for (unsigned long i = 0; i < runs; i++) {
		now = *seeds[i % nr_seeds];
		if (i >= nr_seeds)
			for (unsigned n = 1 + rnd(5); n > 0; n--)
				change();
		LLVMFuzzerTestOneInput(now.data, now.size);
	}
	return 0;
}
