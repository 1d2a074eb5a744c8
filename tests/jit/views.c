/* What hot code sees of memory while its pages come, go and change rights. The same loops all the
 * time, so that they are translated, and every change must reach them. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 64, SIZE = PAGES * PAGE };
static int failures;
#define CHECK(cond) do { if (!(cond)) { printf("line %d: %s\n", __LINE__, #cond); failures++; } } while (0)

static sigjmp_buf back;
static char *volatile where;
static volatile int signo;

static void on_signal(int sig, siginfo_t *si, void *uc)
{
	where = si->si_addr;
	signo = sig;
	siglongjmp(back, 1);
}

/* One long from each page; which was written last. */
__attribute__((noinline)) static long sum(const char *p, int pages)
{
	long s = 0;

	for (int round = 0; round < 8; round++)
		for (int i = 0; i < pages; i++)
			s += *(volatile long *)(p + i * PAGE);
	return s / 8;
}

__attribute__((noinline)) static void fill(char *p, int pages, long v)
{
	for (int round = 0; round < 8; round++)
		for (int i = 0; i < pages; i++)
			*(volatile long *)(p + i * PAGE) = v;
}

/* The signal that the function gets, 0: none; `where`. */
#define SIGNAL_OF(call) (signo = 0, where = NULL, sigsetjmp(back, 1) == 0 ? (void)(call) : (void)0, signo)

static char *map(int prot, int flags, int fd)
{
	char *p = mmap(NULL, SIZE, prot, flags, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static void cow(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	CHECK(sum(p, PAGES) == 0);                   /* the zero page */
	for (int i = 0; i < 20; i++) {
		pid_t pid;
		int status;

		fill(p, PAGES, i + 1);
		pid = fork();
		if (pid == 0) {
			long before = sum(p, PAGES);

			fill(p, PAGES, 1000);
			_exit(before == (i + 1) * PAGES && sum(p, PAGES) == 1000 * PAGES ? 0 : 1);
		}
		if (i % 2)
			fill(p, PAGES / 2, 500);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		CHECK(sum(p, PAGES) == (i % 2 ? 500 * PAGES / 2 + (i + 1) * PAGES / 2 : (i + 1) * PAGES));
	}
	munmap(p, SIZE);
}

static void rights(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (int i = 0; i < 20; i++) {
		int at = i * 3;

		fill(p, PAGES, 7);
		mprotect(p + at * PAGE, PAGE, PROT_READ);
		CHECK(SIGNAL_OF(fill(p, PAGES, 8)) == SIGSEGV && where == p + at * PAGE);
		CHECK(sum(p, PAGES) == 8 * at + 7 * (PAGES - at));
		mprotect(p + at * PAGE, PAGE, PROT_NONE);
		CHECK(SIGNAL_OF(sum(p, PAGES)) == SIGSEGV && where == p + at * PAGE);
		mprotect(p + at * PAGE, PAGE, PROT_READ | PROT_WRITE);
		CHECK(SIGNAL_OF(fill(p, PAGES, 9)) == 0 && sum(p, PAGES) == 9 * PAGES);
	}
	munmap(p + PAGE, PAGE);
	CHECK(SIGNAL_OF(sum(p, PAGES)) == SIGSEGV && where == p + PAGE);
	CHECK(mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + PAGE);
	CHECK(SIGNAL_OF(sum(p, PAGES)) == 0 && sum(p, PAGES) == 9 * (PAGES - 1));
	munmap(p, SIZE);
}

static void dropped(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1), *q;

	for (int i = 1; i < 20; i++) {
		fill(p, PAGES, i);
		madvise(p + PAGE * i, PAGE * 2, MADV_DONTNEED);
		CHECK(sum(p, PAGES) == i * (PAGES - 2));
	}
	fill(p, PAGES, 3);
	q = mremap(p, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED && sum(q, 2 * PAGES) == 3 * PAGES);
	p = mremap(q, 2 * SIZE, 2 * SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)0x35000000);
	CHECK(p == (char *)0x35000000 && sum(p, 2 * PAGES) == 3 * PAGES);
	CHECK(SIGNAL_OF(sum(q, 1)) == SIGSEGV && where == q);
	fill(p, 2 * PAGES, 4);
	CHECK(mremap(p, 2 * SIZE, SIZE, 0) == p);
	CHECK(SIGNAL_OF(sum(p, PAGES + 1)) == SIGSEGV && where == p + SIZE);
	munmap(p, SIZE);
}

static void files(void)
{
	FILE *f = tmpfile();
	int fd = fileno(f);
	char *shared, *private;

	CHECK(ftruncate(fd, SIZE) == 0);
	shared = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	private = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	for (long i = 1; i < 20; i++) {
		long got = 0, put = 1000 + i;

		fill(shared, PAGES, i);
		CHECK(pread(fd, &got, sizeof(got), 5 * PAGE) == sizeof(got) && got == i);
		CHECK(pwrite(fd, &put, sizeof(put), 6 * PAGE) == sizeof(put));
		CHECK(sum(shared, PAGES) == i * (PAGES - 1) + put);
	}
	CHECK(sum(private, PAGES) == 19 * (PAGES - 1) + 1019);
	fill(private, PAGES / 2, 1);
	fill(shared, PAGES, 2);
	CHECK(sum(private, PAGES / 2) == PAGES / 2 && sum(private, PAGES) == PAGES / 2 + 2 * PAGES / 2);
	for (int i = 0; i < 10; i++) {
		CHECK(ftruncate(fd, (PAGES - 4) * PAGE) == 0);
		CHECK(SIGNAL_OF(sum(shared, PAGES)) == SIGBUS && where == shared + (PAGES - 4) * PAGE);
		CHECK(SIGNAL_OF(fill(shared, PAGES, 2)) == SIGBUS && where == shared + (PAGES - 4) * PAGE);
		CHECK(ftruncate(fd, SIZE) == 0);
		CHECK(SIGNAL_OF(sum(shared, PAGES)) == 0 && sum(shared, PAGES) == 2 * (PAGES - 4));
		fill(shared, PAGES, 2);
	}
	munmap(shared, SIZE);
	munmap(private, SIZE);
	fclose(f);
}

/* The kernel writes where generated code has only read, and the other way round. */
static void kernel_writes(void)
{
	char *p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int fds[2];

	CHECK(pipe(fds) == 0);
	for (long i = 1; i < 50; i++) {
		long v = i;

		CHECK(sum(p, PAGES) == (i - 1) * PAGES);
		CHECK(write(fds[1], &v, sizeof(v)) == sizeof(v) && read(fds[0], p, sizeof(v)) == sizeof(v));
		CHECK(sum(p, PAGES) == (i - 1) * (PAGES - 1) + i);
		fill(p, PAGES, i);
		CHECK(write(fds[1], p + PAGE, sizeof(v)) == sizeof(v) && read(fds[0], &v, sizeof(v)) == sizeof(v) && v == i);
	}
	munmap(p, SIZE);
}

/* More areas of the host than it allows a process (vm.max_map_count): every other page has other rights. */
static void many(int pages)
{
	char *p = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long want = 0;

	CHECK(p != MAP_FAILED);
	for (int i = 0; i < pages; i += 2)
		*(long *)(p + (size_t)i * PAGE) = i, want += i;
	for (int round = 0; round < 2; round++) {
		CHECK(sum(p, pages) == want);
		for (int i = 0; i < pages; i += 2)
			*(volatile long *)(p + (size_t)i * PAGE) += 1;
		want += (pages + 1) / 2;
	}
	CHECK(sum(p, pages) == want);
	munmap(p, (size_t)pages * PAGE);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	cow();
	rights();
	dropped();
	files();
	kernel_writes();
	if (argc > 1)
		many(atoi(argv[1]));
	printf("%s\n", failures ? "views: not as it should be" : "views: ok");
	return failures != 0;
}
