/* Hot loads and stores of every form whose base suddenly points anywhere: past the view, negative, not
 * canonical, at the edges of the guards. Each must be a SIGSEGV at that very address. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

/* a0: good address, a1: bad one, a2: how often it is good first. The access is at at_NAME. */
#define KERNEL(name, insn)                                                               \
	__asm__(".text\n.option push\n.option arch, +a\n.balign 4\n.globl k_" name "\nk_" name ":\n"                     \
	"mv a5, a0\n li a3, 0\n"                                                          \
	"1: addi a2, a2, -1\n bnez a2, 2f\n mv a5, a1\n"                                  \
	"2: add a3, a3, a2\n"                                                             \
	".globl at_" name "\nat_" name ": " insn "\n"                                    \
	"bgez a2, 1b\n ret\n.option pop\n");

#define KINDS(X)                                                                         \
	X(lb, "lb a4, 0(a5)", 0, 1) X(lbu_n, "lbu a4, -2048(a5)", -2048, 1)              \
	X(lh, "lh a4, 2(a5)", 2, 2) X(lw, "lw a4, 0(a5)", 0, 4) X(lw_p, "lw a4, 2044(a5)", 2044, 4) \
	X(flw, "flw ft4, 4(a5)", 4, 4) X(fld, "fld ft4, -8(a5)", -8, 8)                  \
	X(sb, "sb zero, 0(a5)", 0, 1) X(sh, "sh a3, -2(a5)", -2, 2) X(sw, "sw a3, 0(a5)", 0, 4) \
	X(sw_p, "sw a3, 2044(a5)", 2044, 4) X(fsw, "fsw ft4, 4(a5)", 4, 4) X(fsd, "fsd ft4, 8(a5)", 8, 8) \
	X(amoadd_w, "amoadd.w a4, a3, (a5)", 0, 4) X(amoswap_w, "amoswap.w zero, a3, (a5)", 0, 4) \
	X(amomax_w, "amomax.w a4, a3, (a5)", 0, 4)                                       \
	X(lr_w, "lr.w a4, (a5)", 0, 4) X(sc_w, "sc.w a4, a3, (a5)", 0, 4)                \
	X(c_lw, "c.lw a4, 4(a5)", 4, 4) X(c_sw, "c.sw a3, 4(a5)", 4, 4)                  \
	WIDE(X(ld, "ld a4, 0(a5)", 0, 8) X(ld_n, "ld a4, -2048(a5)", -2048, 8)           \
	X(lwu, "lwu a4, 0(a5)", 0, 4) X(sd, "sd a3, 0(a5)", 0, 8) X(sd_p, "sd a3, 2040(a5)", 2040, 8) \
	X(c_ld, "c.ld a4, 8(a5)", 8, 8) X(c_sd, "c.sd a3, 8(a5)", 8, 8)                  \
	X(amoadd_d, "amoadd.d a4, a3, (a5)", 0, 8) X(amomin_d, "amomin.d a4, a3, (a5)", 0, 8) \
	X(lr_d, "lr.d a4, (a5)", 0, 8) X(sc_d, "sc.d a4, a3, (a5)", 0, 8))               \
	X(moved, "add a5, a5, 2000\n lw a4, 0(a5)\n add a5, a5, -2000", 2000, 4)         \
	X(near, "add a4, a5, 24\n add a6, a5, 48\n lw a7, 0(a4)\n lw a7, 0(a6)\n lw a7, 0(a5)", 24, 4) \
	X(near_gone, "mv a4, a0\n add a6, a4, 24\n mv a4, a5\n lw a7, 0(a6)\n lw a7, 0(a4)", 0, 4) \
	X(near_far, "sub a7, a5, a0\n mv a4, a0\n add a6, a4, 24\n add a4, a4, a7\n lw t0, 0(a6)\n lw a7, 0(a4)", 0, 4) \
	X(near_back, "sub a7, a5, a0\n mv a4, a5\n sub a6, a4, a7\n lw t0, 0(a6)\n lw a7, 0(a4)", 0, 4) \
	X(near_index, "and a6, a2, 63\n add t0, a6, a5\n lw a7, 0(t0)\n lw a7, 4(a5)", 0, 4)  \
	X(near_other, "and a6, a2, 63\n add t0, a6, a0\n add a6, a6, a5\n lw a7, 0(t0)\n lw a7, 0(a6)", 0, 4) \
	X(near_either, "and a6, a2, 63\n add t0, a0, a6\n mv t1, t0\n add t0, t1, a5\n lw a7, 0(t1)\n sub t0, t0, t1\n lw a7, 0(t0)", 0, 4) \
	X(indexed, "sll a4, a3, 0\n sub a4, a4, a3\n add a4, a4, a5\n lw a4, 0(a4)", 0, 4)

#if __riscv_xlen == 64
#define WIDE(...) __VA_ARGS__
#else
#define WIDE(...)
#endif

#define MAKE(id, insn, off, size) KERNEL(#id, insn) void k_##id(char *, uintptr_t, long);
KINDS(MAKE)

static const struct { const char *name; void (*run)(char *, uintptr_t, long); long off, size; } kinds[] = {
#define ROW(id, insn, off, size) { #id, k_##id, off, size },
	KINDS(ROW)
};

#define VIEW ((uint64_t)1 << 38)
#define G ((uint64_t)1 << 32)
static const uint64_t bases[] = {
#if __riscv_xlen == 64
	VIEW, VIEW - 8, VIEW + 8, VIEW - 2048, VIEW + 2048, VIEW + G, VIEW + G - 8, VIEW + G + 8, VIEW + G - 4096,
	VIEW + G + 4096, VIEW + 2 * G, VIEW - G, 0, 8, 2048, 4088, -(uint64_t)8, -(uint64_t)2048, -(uint64_t)4096,
	-G, -G - 8, -G + 8, -2 * G, -G - 4096, -VIEW, (uint64_t)1 << 39, (uint64_t)1 << 46, (uint64_t)1 << 47,
	((uint64_t)1 << 47) - 4096, -((uint64_t)1 << 47), -((uint64_t)1 << 47) - 8, (uint64_t)1 << 62, (uint64_t)1 << 63,
	((uint64_t)1 << 63) - 8, ((uint64_t)1 << 63) + 8, 0x5555555555555550, 0xaaaaaaaaaaaaaaa8, 0xffffffff00000000,
	0x7fffffff000, 0x555555554000, 0x7f0000000000, 0xffffffff80000000, 0x80000000, 0x100000000, 0x17ffffff8,
#else
	0, 8, 2048, 4088, 0xfffffff8, 0xffff0000, 0xfffff000, 0xc0000000, 0xfffff800,
#endif
};

static sigjmp_buf back;
static volatile uintptr_t address;
static volatile int code, sig_seen;

static void on_signal(int sig, siginfo_t *si, void *uc)
{
	address = (uintptr_t)si->si_addr;
	code = si->si_code;
	sig_seen = sig;
	siglongjmp(back, 1);
}

int main(void)
{
	static char room[16384] __attribute__((aligned(4096)));
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	int bad = 0, n = 0;

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	for (unsigned k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		for (unsigned b = 0; b < sizeof(bases) / sizeof(*bases); b++) {
			uintptr_t base = (uintptr_t)bases[b], want = base + (uintptr_t)kinds[k].off;

			sig_seen = 0;
			if (sigsetjmp(back, 1) == 0)
				kinds[k].run(room + 8192, base, 30);
			n++;
			/* The bases are so chosen that the first byte is the one that cannot be had. */
			if (sig_seen == SIGSEGV && address == want)
				continue;
			bad++;
			printf("%s, base %#llx: signal %d code %d address %#llx\n", kinds[k].name, (long long)base, sig_seen,
			       code, (long long)address);
		}
	for (unsigned i = 0; i < sizeof(room); i++)
		n += room[i] != 0 ? 0 : 0;
	printf("%d accesses, %d wrong\n", n, bad);
	return bad != 0;
}
