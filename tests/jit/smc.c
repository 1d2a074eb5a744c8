/* Programs that write their code: what was written runs after fence.i or the flush call, wherever
 * it was written through, and however hot the old code was. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };
static int failures;
#define CHECK(cond) do { if (!(cond)) { printf("line %d: %s\n", __LINE__, #cond); failures++; } } while (0)
typedef long function(long);

static void fence(void) { __asm__ volatile(".word 0x0000100f" ::: "memory"); }
static void flush_call(void *p, size_t n)
{
	__asm__ volatile("" ::: "memory");
	syscall(SYS_riscv_flush_icache, p, (char *)p + n, 0);
}
#ifndef SYS_riscv_flush_icache
#define SYS_riscv_flush_icache 259
#endif

/* As libc does it; a bare-metal compiler's built-in does nothing. */
static void clear_cache(char *from, char *to)
{
#if __riscv_xlen == 64
	__builtin___clear_cache(from, to);
#else
	flush_call(from, (size_t)(to - from));
#endif
}

/* addi a0, a0, k; ret, `at` instructions in. */
static function *emit(void *at, int k)
{
	uint32_t code[2] = { 0x00050513u | (uint32_t)(k & 0xfff) << 20, 0x00008067 };

	memcpy(at, code, sizeof(code));
	return (function *)at;
}

/* A loop: for (n = 100; n; n--) a0 += k. */
static function *emit_loop(void *at, int k)
{
	uint32_t code[5] = { 0x06400593, 0x00050513u | (uint32_t)(k & 0xfff) << 20, 0xfff58593, 0xfe059ce3, 0x00008067 };

	memcpy(at, code, sizeof(code));
	return (function *)at;
}

__attribute__((noinline)) static long hot(function *f, int n)
{
	long v = 0;

	while (n--)
		v = f(v);
	return v;
}

static void in_place(char *p)
{
	for (int i = 1; i < 200; i++) {
		function *f = emit(p + 64, i);

		i % 2 ? fence() : flush_call(p, PAGE);
		CHECK(hot(f, 200) == 200l * i);
		f = emit_loop(p + 128, i);
		i % 3 ? fence() : clear_cache(p, p + PAGE);
		CHECK(hot(f, 3) == 300l * i);
	}
}

/* W^X: writable and executable take turns; the same bytes come back now and then. */
static void turns(char *p)
{
	for (int i = 0; i < 60; i++) {
		CHECK(mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0);
		emit_loop(p, i % 4);
		CHECK(mprotect(p, PAGE, PROT_READ | PROT_EXEC) == 0);
		clear_cache(p, p + PAGE);
		CHECK(hot((function *)p, 20) == 2000l * (i % 4));
	}
	CHECK(mprotect(p, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
}

/* Written through one mapping, run through another. */
static void twice_mapped(void)
{
	int fd = memfd_create("code", 0);
	char *w, *x;

	CHECK(ftruncate(fd, 2 * PAGE) == 0);
	w = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	x = mmap(NULL, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	for (int i = 0; i < 100; i++) {
		emit(w, i);
		emit_loop(w + PAGE - 8, i);            /* over the page's edge */
		clear_cache(x, x + 2 * PAGE);
		CHECK(hot((function *)x, 100) == 100l * i);
		CHECK(hot((function *)(x + PAGE - 8), 5) == 500l * i);
	}
	/* And by the file's own calls. */
	for (int i = 1; i < 30; i++) {
		uint32_t insn = 0x00050513u | (uint32_t)i << 20;

		CHECK(pwrite(fd, &insn, 4, 0) == 4);
		clear_cache(x, x + PAGE);
		CHECK(hot((function *)x, 100) == 100l * i);
	}
	munmap(w, 2 * PAGE);
	munmap(x, 2 * PAGE);
	close(fd);
}

/* Another mapping at the same address, without any fence: unmapping is enough. */
static void replaced(void)
{
	char *at = (char *)0x36000000;

	for (int i = 0; i < 60; i++) {
		char *p = mmap(at, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

		CHECK(p == at);
		emit_loop(p, i);
		fence();
		CHECK(hot((function *)p, 10) == 1000l * i);
		if (i % 2)
			munmap(p, PAGE);
	}
	munmap(at, PAGE);
}

/* A child changes the code that it shares with its parent, copy on write. */
static void forked(char *p)
{
	emit_loop(p, 3);
	fence();
	CHECK(hot((function *)p, 10) == 3000);
	for (int i = 0; i < 20; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			emit_loop(p, 100 + i);
			fence();
			_exit(hot((function *)p, 10) == 1000l * (100 + i) ? 0 : 1);
		}
		CHECK(hot((function *)p, 10) == 3000);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		CHECK(hot((function *)p, 10) == 3000);
	}
}

/* One thread runs it all the time, another one writes and flushes. Old or new, never half of each,
 * and the new one soon after the call. */
static char *shared;
static volatile int stop, running_k;
static void *runner(void *arg)
{
	while (!stop) {
		long v = ((function *)shared)(0);

		if (v < 0 || v > 2047 || v != (int)v)
			return (void *)1;
		running_k = (int)v;
	}
	return NULL;
}

static void threads(char *p)
{
	pthread_t t;
	void *bad;

	shared = p + 256;
	emit(shared, 0);
	flush_call(p, PAGE);
	CHECK(pthread_create(&t, NULL, runner, NULL) == 0);
	for (int i = 1; i < 200; i++) {
		/* One aligned store: a processor sees the old or the new instruction. */
		*(volatile uint32_t *)(void *)shared = 0x00050513u | (uint32_t)i << 20;
		flush_call(p, PAGE);
		while (running_k != i)
			sched_yield();
	}
	stop = 1;
	CHECK(pthread_join(t, &bad) == 0 && !bad);
}

int main(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	in_place(p);
	turns(p);
	twice_mapped();
	replaced();
	forked(p);
	threads(p);
	printf("%s\n", failures ? "code: not as it should be" : "code: ok");
	return failures != 0;
}
