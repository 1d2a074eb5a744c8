/* A storm of system calls with arguments that mean little: bad pointers, odd numbers, wrong
 * descriptors. hearth must answer each with a result or a signal to the caller, and go on.
 *
 *     storm SEED CALLS
 *
 * Children take the storm, so that one that ends does not end it; the parent
 * starts the next until all calls are spent, and prints "survived". */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t state;
static char *area;               /* 16 pages: rw, then one hole, then read-only */

static uint32_t rnd(uint32_t below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return below ? (uint32_t)(state >> 33) % below : (uint32_t)(state >> 33);
}

static long number(void)
{
	static const long odd[] = {
		0, 1, 2, 3, 4, 5, 8, 16, 17, 24, 64, 100, 128, 255, 256, 4095, 4096, 4097, 65536, -1, -2, -100,
		0x7fffffff, (long)0x80000000ul, (long)0x7fffffffffffffffll, (long)0x8000000000000000ull,
		(long)0x3ffffff000ll, (long)0x4000000000ll, (long)0x9dc00000ul,
	};

	return rnd(4) ? odd[rnd(sizeof(odd) / sizeof(odd[0]))] : (long)((uint64_t)rnd(0) << rnd(33));
}

static long pointer(void)
{
	static const char *const strings[] = { "", ".", "/", "/proc/self/maps", "made", "/dev/null", "a/b", "/tmp", "link" };

	switch (rnd(8)) {
	case 0:  return 0;
	case 1:  return 8;
	case 2:  return (long)(area + 15 * 4096 - rnd(64));       /* runs into the hole */
	case 3:  return (long)(area + 16 * 4096 + rnd(4096));     /* read-only */
	case 4:  return (long)strings[rnd(9)];
	case 5:  return number();
	default: return (long)(area + rnd(15 * 4096));
	}
}

/* What would end the storm by design, or wait for ever; by number, as the two widths differ in
 * what has a name. */
static const short barred[] = {
	93, 94,                          /* exit, exit_group */
	220, 435,                        /* clone, clone3 */
	128, 133, 139, 137, 421,         /* restart_syscall, rt_sigsuspend, rt_sigreturn, rt_sigtimedwait */
	72, 413, 73, 414, 22, 441,       /* pselect6, ppoll, epoll_pwait */
	101, 115, 407,                   /* nanosleep, clock_nanosleep */
	260, 95, 98, 422,                /* wait4, waitid, futex */
	129, 130, 131, 138, 240, 424,    /* kill and its kin */
};

static int is_barred(unsigned nr)
{
	for (unsigned i = 0; i < sizeof(barred) / sizeof(barred[0]); i++)
		if (barred[i] == (short)nr && nr < 470)
			return 1;
	return 0;
}

static void fill_area(void)
{
	for (int i = 0; i < 64; i++)
		*(long *)(area + rnd(15 * 4096 - 8)) = rnd(3) ? number() : pointer();
}

static void storm(unsigned calls)
{
	struct rlimit cpu = { 5, 5 }, files = { 64, 64 }, size = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_FSIZE, &size);
	alarm(3);
	while (calls--) {
		unsigned nr = rnd(20) ? rnd(470) : rnd(0);
		long a[6];

		if (is_barred(nr))
			continue;
		for (int i = 0; i < 6; i++)
			a[i] = rnd(2) ? pointer() : rnd(3) ? (long)rnd(12) : number();
		if (rnd(4) == 0)
			fill_area();
		syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned seed = argc > 1 ? atoi(argv[1]) : 1, calls = argc > 2 ? atoi(argv[2]) : 20000;

	area = mmap(NULL, 17 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(area + 15 * 4096, 4096);
	mprotect(area + 16 * 4096, 4096, PROT_READ);
	signal(SIGHUP, SIG_IGN);
	for (unsigned round = 0; round < calls / 500 + 1; round++) {
		int status;
		pid_t pid;

		state = seed * 1000003ull + round;
		pid = fork();
		if (pid == 0) {
			setsid();
			storm(500);
		}
		waitpid(pid, &status, 0);
	}
	puts("survived");
	return 0;
}
