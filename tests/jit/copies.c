/* Loops that copy bytes, as compilers and C libraries write them: every length, at any distance, overlapping or
 * not, and into pages that may not be touched. Memory, registers at the end and at the fault, and the fault's address are
 * hashed or printed: they must be the same with and without the translator. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE 4096
#define BASE ((unsigned char *)0x30000000)      /* four pages: open, closed, open, closed */

#if __riscv_xlen == 64
#define SAVE "sd"
#else
#define SAVE "sw"
#endif
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define SIZE TEXT(__SIZEOF_POINTER__)

/* dst, src, n > 0, out: a0 to a3. t0 to t6 are the loop's. */
#define KERNEL(name, before, loop)                                                       \
	void k_##name(unsigned char *dst, const unsigned char *src, long n, unsigned long out[8]);  \
	__asm__(".text\n.balign 4\n.globl k_" #name "\nk_" #name ":\n"                   \
	"li t0, 1\n li t1, 2\n li t2, 3\n li t3, 4\n li t4, 5\n li t5, 6\n li t6, 7\n"    \
	before "\n1: " loop "\n"                                                         \
	SAVE " t0, 0(a3)\n" SAVE " t1, " SIZE "(a3)\n" SAVE " t2, 2*" SIZE "(a3)\n"       \
	SAVE " t3, 3*" SIZE "(a3)\n" SAVE " t4, 4*" SIZE "(a3)\n" SAVE " t5, 5*" SIZE "(a3)\n" \
	SAVE " t6, 6*" SIZE "(a3)\n" SAVE " a2, 7*" SIZE "(a3)\n ret\n");

KERNEL(up, "mv t1, a0\n mv t2, a1\n add t3, a0, a2",
	"lbu t0, 0(t2)\n addi t1, t1, 1\n addi t2, t2, 1\n sb t0, -1(t1)\n bne t3, t1, 1b")
KERNEL(up_count, "mv t1, a0\n mv t2, a1",
	"lbu t0, 0(t2)\n addi t2, t2, 1\n sb t0, 0(t1)\n addi t1, t1, 1\n addi a2, a2, -1\n bnez a2, 1b")
KERNEL(up_sum, "mv t1, a1\n sub t2, a0, a1\n addi t2, t2, -1\n add t3, a1, a2",
	"lbu t0, 0(t1)\n addi t1, t1, 1\n add t4, t1, t2\n sb t0, 0(t4)\n bne t1, t3, 1b")
KERNEL(up_from, "mv t1, a0\n sub t2, a1, a0\n add t3, a0, a2",
	"add t4, t1, t2\n lbu t0, 0(t4)\n addi t1, t1, 1\n mv t5, t4\n sb t0, -1(t1)\n bne t1, t3, 1b")
KERNEL(up_index, "li t1, 0",
	"add t2, a1, t1\n lbu t0, 0(t2)\n add t3, a0, t1\n addi t1, t1, 1\n sb t0, 0(t3)\n bne t1, a2, 1b")
KERNEL(down, "add t1, a1, a2\n sub t2, a0, a1\n mv t3, a1",
	"lbu t0, -1(t1)\n addi t1, t1, -1\n add t4, t2, t1\n sb t0, 0(t4)\n bne t3, t1, 1b")
KERNEL(down_sum, "add t1, a1, a2\n mv t2, a1\n mv t3, a0",
	"addi t1, t1, -1\n lbu t0, 0(t1)\n add t4, t3, t1\n sub t4, t4, t2\n sb t0, 0(t4)\n bne a1, t1, 1b")
KERNEL(down_count, "add t1, a0, a2\n add t2, a1, a2",
	"addi t1, t1, -1\n addi t2, t2, -1\n lbu t0, 0(t2)\n addi a2, a2, -1\n sb t0, 0(t1)\n bnez a2, 1b")
/* What looks nearly like one: a byte that is changed, one that is used, steps of two, a loop that reads what it wrote. */
KERNEL(changed, "mv t1, a0\n mv t2, a1\n add t3, a0, a2",
	"lbu t0, 0(t2)\n addi t1, t1, 1\n addi t2, t2, 1\n xori t0, t0, 1\n sb t0, -1(t1)\n bne t3, t1, 1b")
KERNEL(used, "mv t1, a0\n mv t2, a1\n add t3, a0, a2",
	"lbu t0, 0(t2)\n addi t1, t1, 1\n add t5, t5, t0\n addi t2, t2, 1\n sb t0, -1(t1)\n bne t3, t1, 1b")
KERNEL(twos, "mv t1, a0\n mv t2, a1\n add t3, a0, a2\n add t3, t3, a2",
	"lbu t0, 0(t2)\n addi t1, t1, 2\n addi t2, t2, 1\n sb t0, -2(t1)\n bne t3, t1, 1b")
KERNEL(other_way, "mv t1, a0\n add t2, a1, a2\n add t3, a0, a2",
	"lbu t0, -1(t2)\n addi t1, t1, 1\n addi t2, t2, -1\n sb t0, -1(t1)\n bne t3, t1, 1b")
KERNEL(late, "mv t1, a0\n mv t2, a1\n add t3, a0, a2",
	"sb t0, 0(t1)\n lbu t0, 0(t2)\n addi t1, t1, 1\n addi t2, t2, 1\n bne t3, t1, 1b")

static const struct kernel {
	const char *name;
	void (*run)(unsigned char *dst, const unsigned char *src, long n, unsigned long out[8]);
} kernels[] = {
#define ROW(name) { #name, k_##name }
	ROW(up), ROW(up_count), ROW(up_sum), ROW(up_from), ROW(up_index), ROW(down), ROW(down_sum), ROW(down_count),
	ROW(changed), ROW(used), ROW(twos), ROW(other_way), ROW(late),
};
enum { KERNELS = sizeof(kernels) / sizeof(kernels[0]) };

static uint64_t hash;

static void mix(const void *bytes, size_t n)
{
	for (const unsigned char *p = bytes; n--; p++)
		hash = (hash ^ *p) * 0x100000001b3;
}

/* What is the loop's, but for where memory happens to be: fixed addresses are. */
static void run(const struct kernel *k, long to, long from, long n)
{
	unsigned long out[8] = { 0 };

	k->run(BASE + to, BASE + from, n, out);
	mix(out, sizeof(out));
}

static void fill(void)
{
	for (int i = 0; i < PAGE; i++)
		BASE[i] = (unsigned char)(i * 7 + (i >> 8));
}

static void lengths(const struct kernel *k)
{
	hash = 0xcbf29ce484222325;
	for (long n = 1; n <= 70; n++) {
		fill();
		for (long apart = -40; apart <= 40; apart++)
			run(k, 1000 + apart + n % 8, 1000, n);
		mix(BASE, 2000);
	}
	printf("%s: %016llx\n", k->name, (unsigned long long)hash);
}

/* The fault: what it says, then the page is opened and the loop goes on. */
static unsigned faults;

static void on_fault(int sig, siginfo_t *si, void *context)
{
	const ucontext_t *uc = context;
	uintptr_t page = (uintptr_t)si->si_addr & ~(uintptr_t)(PAGE - 1);
	uintptr_t addr = (uintptr_t)si->si_addr;

	(void)sig;
	faults++;
	mix(&addr, sizeof(addr));
	for (int r = 5; r <= 31; r++) {
		unsigned long v = uc->uc_mcontext.__gregs[r];

		if (r <= 7 || (r >= 10 && r <= 12) || r >= 28)
			mix(&v, sizeof(v));
	}
	mix(BASE, PAGE);
	mix(BASE + 2 * PAGE, PAGE);
	mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE);
}

/* So that translated code has the page in its view, to read. */
static void touch(const unsigned char *page)
{
	for (int i = 0; i < PAGE; i += 64)
		(void)*(const volatile unsigned char *)&page[i];
}

/* What is copied over itself, into a page that can be read only: what was written before the fault stays. */
static void overlap_at_edge(const struct kernel *k, int before, int apart, long n)
{
	fill();
	memcpy(BASE + 2 * PAGE, BASE, PAGE);
	mprotect(BASE + PAGE, PAGE, PROT_READ);
	touch(BASE + PAGE);
	run(k, PAGE - before, PAGE - before + apart, n);
	mix(BASE, 2 * PAGE);
	mprotect(BASE + PAGE, PAGE, PROT_READ);
	touch(BASE + PAGE);
	run(k, 2 * PAGE - before, 2 * PAGE - before - apart, n);
	mix(BASE + PAGE, 2 * PAGE);
}

static void at_edges(const struct kernel *k)
{
	hash = 0xcbf29ce484222325;
	faults = 0;
	for (long n = 1; n <= 40; n += 5) {
		for (int before = -2; before <= 40; before += 4) {
			for (int prot = 0; prot < 2; prot++) {
				mprotect(BASE + PAGE, PAGE, prot ? PROT_READ : PROT_NONE);
				run(k, PAGE - before, 500, n);                  /* the stores come to it */
				mprotect(BASE + PAGE, PAGE, PROT_NONE);
				run(k, 600, PAGE - before, n);                  /* the loads */
				mprotect(BASE + PAGE, PAGE, PROT_NONE);
				run(k, 2 * PAGE - before, 700, n);              /* from the other side */
				overlap_at_edge(k, before, 1 + before % 3, n);
			}
		}
	}
	printf("%s: %u faults %016llx\n", k->name, faults, (unsigned long long)hash);
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	if (mmap(BASE, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != BASE)
		return 1;
	sigaction(SIGSEGV, &sa, NULL);
	for (int k = 0; k < KERNELS; k++)
		lengths(&kernels[k]);
	for (int k = 0; k < KERNELS; k++)
		at_edges(&kernels[k]);
	return 0;
}
