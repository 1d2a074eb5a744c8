/* Random bytes as a program, many times over: whatever they do, hearth and the
 * parent of the process that ran them go on.
 *
 *     random FIRST COUNT          (linked with --no-relax: in the handler gp is anything)
 *
 * Each seed is a forked child that fills a page with random code, loads random
 * registers and jumps there. Three kinds by turns: plain random bytes (most die
 * at once), 32-bit words with a valid major opcode, 16-bit ones. When the code
 * crashes, a handler puts random values in all registers and goes on elsewhere in
 * the page, 300 times a seed. The child is in
 * a session of its own and an ordinary user, so that a system call made by chance
 * cannot end its parent; it has 20 ms, then its parent kills it. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { CODE_SIZE = 4096, LIMIT_MS = 20 };

static uint64_t state;

static uint64_t rnd(void)
{
	uint64_t x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static void fill(unsigned char *code, int kind)
{
	static const uint8_t majors[] = { 0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b,
					  0x43, 0x47, 0x4b, 0x4f, 0x53, 0x63, 0x67, 0x6f, 0x73 };

	for (int i = 0; i < CODE_SIZE; i += 4) {
		uint32_t word = rnd();

		if (kind == 1)
			word = (word & ~0x7fu) | majors[rnd() % sizeof(majors)];
		else if (kind == 2)
			word = (word & ~0x00030003u) | (rnd() % 3) | (rnd() % 3) << 16;
		memcpy(code + i, &word, 4);
	}
}

static uintptr_t some_register(unsigned char *code)
{
	switch (rnd() % 6) {
	case 0: return rnd();
	case 1: return rnd() % 4096;
	case 2: return (uintptr_t)code + rnd() % CODE_SIZE;
	case 3: return (uintptr_t)code + (rnd() % CODE_SIZE & ~7ul);
	case 4: return (uintptr_t)1 << rnd() % (8 * sizeof(uintptr_t));
	default: return (uintptr_t)-1 - rnd() % 4096;
	}
}

static void jump(unsigned char *code)
{
	static uintptr_t registers[32];

	for (int i = 0; i < 32; i++)
		registers[i] = some_register(code);
	registers[2] = (uintptr_t)alloca(256) & -16l;
	registers[31] = (uintptr_t)code + rnd() % 64 * 2;

	register uintptr_t *from __asm__("x30") = registers;

	__asm__ volatile(
#if __riscv_xlen == 64
		".irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29\n"
		"ld x\\n, 8*\\n(x30)\n.endr\nld x31, 248(x30)\n"
#else
		".irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29\n"
		"lw x\\n, 4*\\n(x30)\n.endr\nlw x31, 124(x30)\n"
#endif
		"jr x31" : : "r"(from) : "memory");
}

static unsigned char *page;

static void elsewhere(int signo, siginfo_t *info, void *context)
{
	static int times;
	ucontext_t *uc = context;

	(void)info;
	if (++times > 300)
		_exit(signo);
	for (int i = 1; i < 32; i++)
		uc->uc_mcontext.__gregs[i] = some_register(page);
	uc->uc_mcontext.__gregs[0] = (uintptr_t)page + rnd() % (CODE_SIZE / 2) * 2;
}

static void go_on_after_crashes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS };
	static char stack[16384] __attribute__((aligned(16)));
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = elsewhere, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	sigaltstack(&alternate, NULL);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

/* Shared with the children, who count themselves in and then give it up. */
static unsigned long *started;

static void child(uint64_t seed)
{
	struct itimerval limit = { .it_value = { 0, LIMIT_MS * 1000 } };
	struct rlimit processes = { 20, 20 }, memory = { 64 << 20, 64 << 20 }, file = { 1 << 20, 1 << 20 };
	unsigned char *code = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	state = seed;
	page = code;
	fill(code, seed % 3);
	go_on_after_crashes();
	setsid();
	setrlimit(RLIMIT_NPROC, &processes);
	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_FSIZE, &file);
	setgroups(0, NULL);
	if (setresgid(20000, 20000, 20000) || setresuid(20000, 20000, 20000))
		_exit(100);
	++*started;
	munmap(started, 4096);
	setitimer(ITIMER_REAL, &limit, NULL);
	__asm__ volatile(".word 0x0000100f" : : : "memory");     /* fence.i */
	jump(code);
}

/* The child has ended, or is made to. Its own children may outlive it: all of that user. */
static int reap(pid_t pid)
{
	int status = 0;

	for (int waited = 0; waitpid(pid, &status, WNOHANG) != pid; waited++) {
		struct timespec nap = { 0, waited < 20 ? 50000 : 2000000 };

		nanosleep(&nap, NULL);
		if (waited > 200)
			kill(pid, SIGKILL);
	}
	return status;
}

static void sweep(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setresuid(20000, 20000, 20000) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 100;
	unsigned long by_signal[65] = { 0 }, exits = 0, failed;

	started = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (uint64_t seed = first; seed < first + count; seed++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			child(seed);
		if (pid < 0) {
			sweep();
			continue;
		}
		status = reap(pid);
		if (WIFSIGNALED(status))
			by_signal[WTERMSIG(status)]++;
		else
			exits++;
		if (seed % 100 == 99)
			sweep();
	}
	sweep();
	failed = count - *started;
	printf("%llu seeds: %lu exits", (unsigned long long)count, exits);
	for (int i = 1; i < 65; i++)
		if (by_signal[i])
			printf(", signal %d: %lu", i, by_signal[i]);
	printf("\n%s\n", failed ? "some did not start" : "all ended");
	return failed != 0;
}
