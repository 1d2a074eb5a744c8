/* Random system calls with nasty arguments, many times over: whatever is asked for,
 * hearth and the parent of the process that asked go on.
 *
 *     syscalls FIRST COUNT
 *
 * Each seed is a forked child in a session of its own, an ordinary user, that fills an
 * arena with pointers, sizes, names and noise, and makes 300 calls with arguments from
 * there. It forks, blocks, breaks its own memory and handlers; it has about 100 ms. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLS = 300, LAST_CALL = 470, ARENA = 65536, PAGE = 4096, USER = 20000 };

static uint64_t state;
static unsigned char *arena;       /* between two pages without access */

static uint64_t rnd(void)
{
	uint64_t x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static const char *const names[] = {
	"/", ".", "..", "", "/tmp/s/a", "/tmp/s/b", "/tmp/s/d", "/tmp/s/d/e", "/tmp/s/link", "/dev/null", "/dev/zero",
	"/dev/full", "/dev/tty", "/dev/ptmx", "/dev/console", "/proc/self/maps", "/proc/self/mem", "/proc/self/exe",
	"/proc/self/fd/3", "/proc/self/fd/4", "/proc/self/status", "/proc/self/environ", "/proc/self/task", "/proc/meminfo",
	"/proc/self/cwd/../../..", "/proc/sys/kernel/hostname", "/proc/self/root", "/proc/1/maps", "/proc/1/mem",
	"/proc/self/oom_score_adj", "/proc/self/comm", "user.name", "trusted.x", "tmpfs", "a/b/c/d",
};

static uintptr_t odd(void)
{
	static const uintptr_t values[] = {
		0, -1, -2, -100, 1, 2, 3, 4, 7, 8, 12, 16, 24, 31, 32, 48, 63, 64, 65, 128, 144, 255, 256, 1024, 4095, 4096, 4097,
		65535, 65536, 1 << 20, INT32_MAX, (uintptr_t)INT32_MIN, UINT32_MAX, INTPTR_MAX, INTPTR_MIN,
		UINTPTR_MAX - 4095, 0x80000, 0x8000, 0x800,
#if __riscv_xlen == 64
		0x100000000, 0x3ffffff000, 0x3fffffffff, 0x4000000000, 0x3ffffffff8,
#else
		0x9dbff000, 0x9dc00000, 0xfffff000,
#endif
	};

	return values[rnd() % (sizeof(values) / sizeof(values[0]))];
}

static uintptr_t some_pointer(void)
{
	switch (rnd() % 8) {
	case 0: return (uintptr_t)arena + ARENA - rnd() % 64;       /* ends in a page without access */
	case 1: return (uintptr_t)arena - rnd() % 64;
	case 2: return (uintptr_t)__builtin_frame_address(0) - rnd() % 256;
	case 3: return (uintptr_t)names[rnd() % (sizeof(names) / sizeof(names[0]))];
	case 4: return ((uintptr_t)arena + rnd() % ARENA) & ~(uintptr_t)(PAGE - 1);
	default: return ((uintptr_t)arena + rnd() % ARENA) & ~(uintptr_t)7;
	}
}

static uintptr_t some_argument(void)
{
	switch (rnd() % 8) {
	case 0: return odd();
	case 1: return rnd() % 12;
	case 2: return (uintptr_t)1 << rnd() % (8 * sizeof(uintptr_t));
	case 3: return rnd();
	case 4: return (uintptr_t)names[rnd() % (sizeof(names) / sizeof(names[0]))];
	default: return some_pointer();
	}
}

static void fill_arena(void)
{
	uintptr_t *words = (uintptr_t *)arena;

	for (unsigned i = 0; i < ARENA / sizeof(*words); i++)
		switch (rnd() % 6) {
		case 0: words[i] = some_pointer(); break;
		case 1: words[i] = odd(); break;
		case 2: words[i] = rnd(); break;
		case 3: words[i] = rnd() % 4096; break;
		default: words[i] = 0; break;
		}
	for (int i = 0; i < 32; i++)
		strcpy((char *)arena + rnd() % (ARENA - 64), names[rnd() % (sizeof(names) / sizeof(names[0]))]);
}

static void handler(int signo)
{
}

static void limit(int what, rlim_t value)
{
	struct rlimit l = { value, value };

	setrlimit(what, &l);
}

static void prepare(void)
{
	int ends[2], null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	setsid();
	limit(RLIMIT_NPROC, 20);
	limit(RLIMIT_AS, 128 << 20);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_CORE, 0);
	chdir("/tmp/s");
	open("/tmp/s/a", O_RDWR | O_CREAT, 0666);
	pipe(ends);
	open("/dev/ptmx", O_RDWR);
	if (setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER))
		_exit(100);
	for (int signo = 1; signo < 65; signo += 3)
		signal(signo, handler);
	arena = mmap(NULL, ARENA + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	arena += PAGE;
	mprotect(arena, ARENA, PROT_READ | PROT_WRITE);
	fill_arena();
}

static void child(uint64_t seed, unsigned long *started)
{
	state = seed;
	prepare();
	++*started;
	munmap(started, PAGE);
	for (int i = 0; i < CALLS; i++) {
		long nr = rnd() % LAST_CALL;

		if (nr == SYS_exit || nr == SYS_exit_group || (nr == SYS_execve && rnd() % 4))
			continue;
		syscall(nr, some_argument(), some_argument(), some_argument(), some_argument(), some_argument(), some_argument());
	}
	_exit(0);
}

/* The child has ended, or is made to: soon after it has started, however long that takes. */
static int reap(pid_t pid, const volatile unsigned long *started, unsigned long before)
{
	enum { RUNS = 60, STARTS = 10000 };
	int status = 0;

	for (int run = 0, start = 0; waitpid(pid, &status, WNOHANG) != pid;) {
		struct timespec nap = { 0, run < 20 ? 100000 : 2000000 };

		nanosleep(&nap, NULL);
		if (*started != before)
			run++;
		else
			start++;
		if (run == RUNS || start == STARTS)
			kill(pid, SIGKILL);
	}
	return status;
}

/* What is left of that user. */
static void sweep(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setresuid(USER, USER, USER) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 100;
	unsigned long *started = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long finished = 0, before;
	bool verbose = getenv("VERBOSE");

	umask(0);
	mkdir("/tmp/s", 0777);
	mkdir("/tmp/s/d", 0777);
	symlink("a", "/tmp/s/link");
	for (uint64_t seed = first; seed < first + count; seed++) {
		pid_t pid;
		int status;

		before = *started;
		pid = fork();
		if (verbose)
			fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
		if (pid == 0)
			child(seed, started);
		if (pid < 0) {
			sweep();
			seed--;
			continue;
		}
		status = reap(pid, started, before);
		finished += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (seed % 20 == 19)
			sweep();
	}
	sweep();
	printf("%llu seeds: %lu to their end\n", (unsigned long long)count, finished);
	printf("%s\n", *started == count ? "all ended" : "some did not start");
	return *started != count;
}
