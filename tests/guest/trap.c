/* Traps of user mode on RISC-V: which signal, which code, which address.
 * A2: privileged and illegal instructions; A4: addresses no program owns. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf env;
static int signo, code;
static uintptr_t address, pc;

static void handler(int number, siginfo_t *info, void *context)
{
	signo = number;
	code = info->si_code;
	address = (uintptr_t)info->si_addr;
	pc = ((ucontext_t *)context)->uc_mcontext.__gregs[REG_PC];
	siglongjmp(env, 1);
}

static const char *name(int number)
{
	return number == SIGILL ? "SIGILL" : number == SIGSEGV ? "SIGSEGV" : number == SIGBUS ? "SIGBUS" :
	       number == SIGTRAP ? "SIGTRAP" : "?";
}

/* Run one instruction from a page of its own, followed by a return. */
static void instruction(const char *text, uint32_t bits, int length)
{
	static unsigned char *page;

	if (!page)
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(page, 0, 64);
	memcpy(page + 8, &bits, length);
	memcpy(page + 8 + length, "\x82\x80", 2);      /* c.jr ra */
	__asm__ volatile("fence.i" : : : "memory");
	if (sigsetjmp(env, 1) == 0) {
		((void (*)(void))(page + 8))();
		printf("%s: runs\n", text);
	} else {
		printf("%s: %s code %d, si_addr is %s, pc is %s\n", text, name(signo), code,
		       address == (uintptr_t)page + 8 ? "the instruction" : "elsewhere",
		       pc == (uintptr_t)page + 8 ? "the instruction" : "elsewhere");
	}
}

static void access_at(uintptr_t where)
{
	for (int kind = 0; kind < 3; kind++) {
		static const char *const kinds[] = { "load", "store", "fetch" };

		if (sigsetjmp(env, 1) == 0) {
			if (kind == 0)
				*(volatile char *)where;
			else if (kind == 1)
				*(volatile char *)where = 1;
			else
				((void (*)(void))where)();
			printf("%s %#lx: no fault\n", kinds[kind], (unsigned long)where);
		} else {
			printf("%s %#lx: %s code %d at %#lx\n", kinds[kind], (unsigned long)where, name(signo), code,
			       (unsigned long)address);
		}
	}
}

int main(void)
{
	static const uintptr_t places[] = { 0, 0x10, 0x3ffffffff000, (uintptr_t)1 << 38, (uintptr_t)1 << 39, (uintptr_t)1 << 47,
		(uintptr_t)1 << 63, (uintptr_t)-4096, (uintptr_t)-2, 0xffffffd600000000, 0x7ffffffffffffffe };
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGILL, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
	instruction("nop", 0x00000013, 4);
	instruction("mret", 0x30200073, 4);
	instruction("sret", 0x10200073, 4);
	instruction("wfi", 0x10500073, 4);
	instruction("sfence.vma", 0x12000073, 4);
	instruction("csrr t0, mstatus", 0x300022f3, 4);
	instruction("csrr t0, sstatus", 0x100022f3, 4);
	instruction("csrr t0, satp", 0x180022f3, 4);
	instruction("csrr t0, mhartid", 0xf14022f3, 4);
	instruction("csrw cycle, t0", 0xc0029073, 4);
	instruction("csrr t0, 0x5c0", 0x5c0022f3, 4);
	instruction("rdcycle or rdtime", 0xc01022f3, 4);
	instruction("all zeros", 0x0000, 2);
	instruction("all ones", 0xffffffff, 4);
	instruction("reserved op", 0x0000006b, 4);
	instruction("flq ft0, 0(a0)", 0x00054007, 4);
	instruction("fadd.s with rm 5", 0x00005053, 4);
	instruction("c.addi4spn 0", 0x0000, 2);
	instruction("ebreak", 0x00100073, 4);
	instruction("c.ebreak", 0x9002, 2);
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		access_at(places[i]);
	return 0;
}
