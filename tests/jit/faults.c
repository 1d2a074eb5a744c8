/* Every kind of load and store meets a page it may not touch in the middle of hot code. What the
 * signal says (address, code, pc) and all registers are printed: they must be the same with and without the
 * translator. Then the page is opened, the instruction is done again, and the end of the
 * loop is printed as well. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE 4096
#define BASE ((char *)0x30000000)       /* three pages: open, closed or read-only, closed */
#define ALT ((char *)0x32000000)

#if __riscv_xlen == 64
#define W "w"
#define WIDE(...) __VA_ARGS__
#else
#define W ""
#define WIDE(...)
#endif

/* A loop that keeps many registers busy: low halves that stand for their sign extension, singles
 * to be boxed, NaNs that are not canonical yet. The access is INSN; its address is in `reg`. */
#define KERNEL_AT(name, insn, reg)                                                       \
	__asm__(".text\n.option push\n.option arch, +a\n.balign 4\n.globl k_" name "\nk_" name ":\n"                     \
	"mv " reg ", a0\n mv s0, a1\n mv s1, a2\n"                                       \
	"li t0, 0x7ffffff0\n li t1, -3\n li t2, 0x12345\n li t3, 0\n li t4, 5\n li t5, -1\n" \
	"li a3, 77\n li a4, 99\n li a6, 1\n li a7, 0\n li s2, 1\n li s3, -9\n li s4, 1000\n" \
	"fcvt.s.w fa0, t4\n fcvt.s.w fa1, t1\n fcvt.d.w fa2, t4\n fcvt.d.w fa3, t2\n"     \
	"fcvt.s.w fa4, zero\n fcvt.d.w fa5, zero\n fcvt.d.w ft0, s4\n fmv.w.x ft1, t5\n"   \
	"fmv.w.x ft2, t2\n li s5, 5\n li s6, 6\n li s7, 7\n li s8, 8\n li s9, 9\n li s10, 10\n"   \
	"li s11, 11\n li t6, 12\n li a1, 13\n li a2, 14\n fsflags zero\n"                   \
	".irp r, ft3,ft4,ft5,ft6,ft7,ft8,ft9,ft10,ft11,fa6,fa7,fs0,fs1,fs2,fs3,fs4,fs5,fs6,fs7,fs8,fs9,fs10,fs11\n" \
	"fcvt.d.w \\r, s5\n.endr\n"                                                      \
	"1: add" W " t0, t0, t4\n sub" W " t1, t1, t0\n xor t2, t2, t1\n add t3, t3, t2\n"  \
	"sll" W " t5, t0, 3\n mul" W " s2, s2, t4\n sltu a7, t0, t1\n"                      \
	"fadd.s fa0, fa0, fa1\n fmul.d fa2, fa2, fa3\n fdiv.s fa4, fa4, fa4\n fsub.d fa5, fa2, fa3\n" \
	"fsgnjn.s ft1, fa0, fa1\n fmadd.d ft0, fa2, fa3, ft0\n add s3, s3, s2\n"          \
	".globl at_" name "\nat_" name ": " insn "\n"                                    \
	"add " reg ", " reg ", s1\n add" W " s4, s4, t1\n fmin.d ft3, ft0, fa2\n"         \
	"add a3, a3, a4\n addi s0, s0, -1\n bnez s0, 1b\n"                              \
	".option norvc\n ebreak\n.option pop\n");                                                 \

#define KERNEL(name, insn) KERNEL_AT(name, insn, "a5")

#define PLAIN(X)                                                                         \
	X(lb, "lb a4, 0(a5)", 1, 0) X(lbu, "lbu a4, 0(a5)", 1, 0)                        \
	X(lh, "lh a4, 0(a5)", 2, 0) X(lhu, "lhu a4, 2(a5)", 2, 0)                        \
	X(lw, "lw a4, 0(a5)", 4, 0) X(lw_neg, "lw a4, -8(a5)", 4, 0)                     \
	X(lw_self, "lw a5, 0(a5)\n li a5, 0x30000000", 4, 0)                             \
	X(flw, "flw ft4, 0(a5)", 4, 0) X(fld, "fld ft5, 0(a5)", 8, 0)                    \
	X(flw_nan, "flw ft1, 4(a5)", 4, 0)                                               \
	X(sb, "sb t0, 0(a5)", 1, 1) X(sh, "sh t1, 0(a5)", 2, 1)                          \
	X(sw, "sw t2, 0(a5)", 4, 1) X(sw_far, "sw t0, 2044(a5)", 4, 1)                   \
	X(fsw, "fsw fa0, 0(a5)", 4, 1) X(fsw_nan, "fsw fa4, 0(a5)", 4, 1)                \
	X(fsd, "fsd fa2, 0(a5)", 8, 1)                                                   \
	X(c_lw, "c.lw a4, 4(a5)", 4, 0) X(c_sw, "c.sw a3, 4(a5)", 4, 1)                  \
	X(c_fld, "c.fld fa3, 8(a5)", 8, 0) X(c_fsd, "c.fsd fa2, 8(a5)", 8, 1)            \
	X(amoadd_w, "amoadd.w a4, t0, (a5)", 4, 1) X(amoswap_w, "amoswap.w a4, t1, (a5)", 4, 1) \
	X(amomaxu_w, "amomaxu.w a4, t1, (a5)", 4, 1) X(amoand_w, "amoand.w zero, t1, (a5)", 4, 1) \
	X(amomin_w, "amomin.w.aqrl a5, t1, (a5)\n li a5, 0x30000000", 4, 1)              \
	X(lr_w, "lr.w a4, (a5)", 4, 0) X(sc_w, "sc.w a4, t0, (a5)", 4, 1)                \
	X(lrsc_w, "lr.w a4, (a5)\n add a4, a4, t0\n sc.w a6, a4, (a5)", 4, 1)            \
	X(two, "lw a4, 0(a5)\n sw t0, 0(a5)", 4, 1)                                      \
	X(pair, "sw t0, 0(a5)\n sw t1, 4(a5)", 8, 1)                                     \
	X(narrow, "add" W " a4, a4, t0\n sw a4, 0(a5)", 4, 1)                            \
	WIDE(X(lwu, "lwu a4, 0(a5)", 4, 0) X(ld, "ld a4, 0(a5)", 8, 0)                   \
	X(sd, "sd t0, 0(a5)", 8, 1) X(c_ld, "c.ld a4, 8(a5)", 8, 0)                      \
	X(c_sd, "c.sd a3, 8(a5)", 8, 1)                                                  \
	X(amoadd_d, "amoadd.d a4, t0, (a5)", 8, 1) X(amoxor_d, "amoxor.d a4, t1, (a5)", 8, 1) \
	X(amomin_d, "amomin.d a4, t1, (a5)", 8, 1) X(amoor_d, "amoor.d zero, t1, (a5)", 8, 1) \
	X(lr_d, "lr.d a4, (a5)", 8, 0) X(sc_d, "sc.d a4, t0, (a5)", 8, 1)                \
	X(lrsc_d, "lr.d a4, (a5)\n add a4, a4, t0\n sc.d a6, a4, (a5)", 8, 1))
#define STACK(X)                                                                         \
	X(c_lwsp, "c.lwsp a4, 4(sp)", 4, 0) X(c_swsp, "c.swsp t0, 4(sp)", 4, 1)          \
	X(c_fldsp, "c.fldsp fa3, 8(sp)", 8, 0) X(c_fsdsp, "c.fsdsp fa2, 8(sp)", 8, 1)    \
	WIDE(X(c_ldsp, "c.ldsp a4, 8(sp)", 8, 0) X(c_sdsp, "c.sdsp t0, 8(sp)", 8, 1))

#define MAKE(id, insn, size, store) KERNEL(#id, insn)
#define MAKE_SP(id, insn, size, store) KERNEL_AT(#id, insn, "sp")
PLAIN(MAKE) STACK(MAKE_SP)
#define DECLARE(id, insn, size, store) void k_##id(char *at, long n, long step); extern const char at_##id[];
PLAIN(DECLARE) STACK(DECLARE)

static const struct kernel {
	const char *name;
	void (*run)(char *at, long n, long step);
	const char *at;
	int size, store, on_sp;
} kernels[] = {
#define ROW(id, insn, size, store) { #id, k_##id, at_##id, size, store, 0 },
#define ROW_SP(id, insn, size, store) { #id, k_##id, at_##id, size, store, 1 },
	PLAIN(ROW) STACK(ROW_SP)
};

static sigjmp_buf done;
static const struct kernel *now;
static int opens;
static unsigned long sum;

static void mix(unsigned long v)
{
	sum = (sum ^ v) * 0x9e3779b1u;
	sum ^= sum >> 15;
}

static void show_registers(const ucontext_t *uc)
{
	const union __riscv_mc_fp_state *f = &uc->uc_mcontext.__fpregs;

	sum = 0;
	for (int i = 1; i < 32; i++)
		if (i > 4 || (i == 2 && now->on_sp))      /* what is in ra, gp, tp and sp is the linker's affair */
			mix(uc->uc_mcontext.__gregs[i]);
	for (int i = 0; i < 32; i++)
		mix((unsigned long)(f->__d.__f[i] ^ f->__d.__f[i] >> 32));
	mix(f->__d.__fcsr);
	printf(" regs %08lx", sum & 0xffffffff);
	if (getenv("VERBOSE"))
		for (int i = 5; i < 32; i++)
			printf(" x%d=%lx f%d=%llx", i, (long)uc->uc_mcontext.__gregs[i], i, (long long)f->__d.__f[i]);
}

static void on_signal(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;
	long pc = (long)uc->uc_mcontext.__gregs[0];

	printf("%s: signal %d code %d", now->name, sig, si->si_code);
	if (sig != SIGTRAP)
		printf(" addr %+ld pc %+ld", (long)((char *)si->si_addr - (sig == SIGBUS ? now->at : BASE)), pc - (long)now->at);
	show_registers(uc);
	for (char *p = BASE; opens >= 1 && p < BASE + (sig == SIGTRAP ? 2 * PAGE : 0); p += 4)
		mix(*(unsigned *)(void *)p);
	printf(" memory %08lx\n", sum & 0xffffffff);
	if (sig != SIGSEGV || opens++)
		siglongjmp(done, 1);
	mprotect(BASE + PAGE, PAGE, PROT_READ | PROT_WRITE);
}

/* The first page is walked through, the second is met; `off`: by how much not aligned. */
static void one(const struct kernel *k, int off, int prot)
{
	long step = k->size, n = PAGE / step + 40;

	now = k;
	opens = 0;
	for (int i = 0; i < PAGE / 4; i++) {
		((unsigned *)(void *)BASE)[i] = (unsigned)i * 2654435761u;
	}
	mprotect(BASE + PAGE, PAGE, PROT_READ | PROT_WRITE);
	memset(BASE + PAGE, 0x5a, PAGE);
	mprotect(BASE + PAGE, PAGE, prot);
	if (sigsetjmp(done, 1) == 0)
		k->run(BASE + off, n, step);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t alt = { .ss_sp = ALT, .ss_size = 64 * 1024 };

	mmap(BASE, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap(ALT, 64 * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mprotect(BASE + 2 * PAGE, PAGE, PROT_NONE);
	sigaltstack(&alt, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGTRAP, &sa, NULL);
	for (unsigned i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		const struct kernel *k = &kernels[i];

		if (argc > 1 && strcmp(argv[1], k->name) != 0)
			continue;
		for (int round = 0; round < 2; round++) {
			one(k, 16, PROT_NONE);
			if (k->store)
				one(k, 32, PROT_READ);
			if (k->size > 1 && (!k->on_sp || k->size == 4))
				one(k, k->on_sp ? 2 : 16 + 1, PROT_NONE);
			if (k->size == 8)
				one(k, 16 + 4, k->store ? PROT_READ : PROT_NONE);
		}
	}
	return 0;
}
