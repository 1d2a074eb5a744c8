/* What `make run` shows: an ordinary RISC-V Linux program, built with the cross
 * compiler at build time, that uses what a program asks of a computer and its
 * kernel: floating point, processes and pipes, a fault that it catches, memory
 * that is copied only when written, time, and a look at itself in /proc.
 *
 * It knows nothing of hearth: run it under QEMU or on a RISC-V board and it
 * prints the same but for the times. Each section says what it proves, checks
 * it, and the exit status is the number of sections that went wrong. */
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool colour;

static void heading(const char *text)
{
	printf("\n%s-- %s%s\n", colour ? "\033[1m" : "", text, colour ? "\033[0m" : "");
	fflush(stdout);
}

static int verdict(bool good, const char *what)
{
	printf("   %s %s\n", good ? "ok:" : "WRONG:", what);
	return !good;
}

static double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* The retired-instruction counter, readable from user mode (Zicntr). */
static uint64_t instructions_now(void)
{
	uint64_t n;

	__asm__ volatile("rdinstret %0" : "=r"(n));
	return n;
}

/* ---- the machine ------------------------------------------------------------- */

/* AT_HWCAP on RISC-V: bit n stands for the single-letter extension 'A' + n. */
static int show_machine(char *name)
{
	struct utsname u;
	unsigned long caps = getauxval(AT_HWCAP);

	heading("the machine, as this program sees it");
	if (uname(&u) != 0)
		return verdict(false, "uname failed");
	printf("   %s %s on %s, program %s, pid %d\n", u.sysname, u.release, u.machine, name, (int)getpid());
	printf("   extensions:");
	for (int i = 0; i < 26; i++)
		if (caps >> i & 1)
			printf(" %c", 'A' + i);
	printf("; pages of %lu bytes\n", getauxval(AT_PAGESZ));
	return verdict(strcmp(u.machine, "riscv64") == 0, "this is a 64-bit RISC-V machine");
}

/* ---- floating point ------------------------------------------------------------ */

static int escape_time(double cr, double ci, int limit)
{
	double r = 0, i = 0;
	int n = 0;

	while (n < limit && r * r + i * i <= 4) {
		double t = r * r - i * i + cr;

		i = 2 * r * i + ci;
		r = t;
		n++;
	}
	return n;
}

static int show_mandelbrot(void)
{
	static const char shade[] = " .:-=+*#%@";
	static const int hue[] = { 17, 18, 19, 20, 26, 32, 38, 44, 50, 231 };
	enum { ROWS = 22, COLUMNS = 72, LIMIT = 400 };
	unsigned long total = 0;

	heading("floating point: the Mandelbrot set");
	for (int y = 0; y < ROWS; y++) {
		printf("   ");
		for (int x = 0; x < COLUMNS; x++) {
			int n = escape_time(-2.2 + 3.2 * x / COLUMNS, -1.2 + 2.4 * y / (ROWS - 1), LIMIT);
			int level = n == LIMIT ? 9 : n > 26 ? 8 : n / 3;

			total += n;
			if (colour)
				printf("\033[38;5;%dm", hue[level]);
			putchar(shade[level]);
		}
		printf("%s\n", colour ? "\033[0m" : "");
	}
	printf("   %lu iterations\n", total);
	return verdict(total == 125302, "the sum is the one IEEE 754 arithmetic gives");
}

/* ---- processes -------------------------------------------------------------------- */

static void generate(int in, int out)
{
	(void)in;
	for (int n = 2; n < 2000; n++)
		if (write(out, &n, sizeof(n)) != sizeof(n))
			_exit(1);
}

static void keep_primes(int in, int out)
{
	int n;

	while (read(in, &n, sizeof(n)) == sizeof(n)) {
		bool prime = true;

		for (int d = 2; d * d <= n && prime; d++)
			prime = n % d != 0;
		if (prime && write(out, &n, sizeof(n)) != sizeof(n))
			_exit(1);
	}
}

static void square(int in, int out)
{
	int n;

	while (read(in, &n, sizeof(n)) == sizeof(n)) {
		n *= n;
		if (write(out, &n, sizeof(n)) != sizeof(n))
			_exit(1);
	}
}

/* Start a stage that reads *from; *from becomes the end its output is read at. */
static pid_t start_stage(void (*stage)(int in, int out), int *from)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		stage(*from, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	if (*from >= 0)
		close(*from);
	*from = ends[0];
	return pid;
}

static int show_pipeline(void)
{
	static void (*const stages[])(int, int) = { generate, keep_primes, square };
	int from = -1, n, clean = 0, status;
	long long sum = 0, count = 0;

	heading("processes: three children in a pipeline, numbers | primes | squares");
	for (int i = 0; i < 3; i++)
		if (start_stage(stages[i], &from) < 0)
			return verdict(false, "fork or pipe failed");
	while (read(from, &n, sizeof(n)) == sizeof(n)) {
		sum += n;
		count++;
	}
	close(from);
	for (int i = 0; i < 3; i++) {
		pid_t pid = wait(&status);

		printf("   child %d ended, status %d\n", (int)pid, WEXITSTATUS(status));
		clean += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	printf("   %lld primes below 2000, their squares sum to %lld\n", count, sum);
	return verdict(clean == 3 && count == 303 && sum == 359712770, "every number arrived");
}

/* ---- memory ------------------------------------------------------------------------- */

static int show_copy_on_write(void)
{
	size_t size = 8 << 20;
	char *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	heading("memory: a child gets copies of 2048 pages, and writes to one");
	if (shared == MAP_FAILED)
		return verdict(false, "mmap failed");
	memset(shared, 'p', size);
	pid = fork();
	if (pid == 0) {
		shared[size / 2] = 'c';
		_exit(shared[0] == 'p' && shared[size / 2] == 'c' ? 7 : 1);
	}
	waitpid(pid, &status, 0);
	status = verdict(WIFEXITED(status) && WEXITSTATUS(status) == 7 && shared[size / 2] == 'p',
	                 "the child saw its own write, the parent did not");
	munmap(shared, size);
	return status;
}

/* ---- a fault ---------------------------------------------------------------------- */

static sigjmp_buf after_fault;
static void *volatile fault_address;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	fault_address = info->si_addr;
	siglongjmp(after_fault, 1);
}

static int show_fault(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	int *volatile forbidden = (int *)0x123456780;

	heading("signals: touching an address that is not ours");
	sigaction(SIGSEGV, &action, NULL);
	if (sigsetjmp(after_fault, 1) == 0) {
		*forbidden = 1;
		return verdict(false, "the store went through");
	}
	printf("   SIGSEGV at %p, caught; the program goes on\n", fault_address);
	return verdict(fault_address == forbidden, "the kernel told the exact address");
}

/* ---- /proc ---------------------------------------------------------------------------- */

static int show_maps(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	uintptr_t start, end, here = (uintptr_t)show_maps;
	char line[512], permissions[8];
	bool found = false;

	heading("a look in the mirror: /proc/self/maps");
	if (!maps)
		return verdict(false, "cannot open it");
	while (fgets(line, sizeof(line), maps)) {
		printf("   %s", line);
		if (sscanf(line, "%lx-%lx %7s", &start, &end, permissions) == 3)
			found |= start <= here && here < end && permissions[2] == 'x';
	}
	fclose(maps);
	return verdict(found, "this function is in an executable area");
}

int main(int argc, char **argv)
{
	double began = seconds_now();
	uint64_t counted = instructions_now();
	int wrong = 0;

	(void)argc;
	colour = isatty(STDOUT_FILENO);
	setvbuf(stdout, NULL, _IOLBF, 0);
	wrong += show_machine(argv[0]);
	wrong += show_mandelbrot();
	wrong += show_pipeline();
	wrong += show_copy_on_write();
	wrong += show_fault();
	wrong += show_maps();

	counted = instructions_now() - counted;
	heading("done");
	printf("   %llu instructions in this process, %.3f seconds\n", (unsigned long long)counted,
	       seconds_now() - began);
	return wrong;
}
