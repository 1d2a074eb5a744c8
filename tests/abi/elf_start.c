/* The state at the first instruction (D6, E2, E3): asked by programs of a few instructions. */
#include "elf_tiny.h"

/* exit(sp & 15) */
static void code_sp(struct tiny *t)
{
#ifdef __riscv
	unsigned code[] = { 0x00f17513u, 0x05d00893u, 0x00000073u };       /* andi a0,sp,15; li a7,93; ecall */
#else
	unsigned char code[] = { 0x89, 0xe7, 0x83, 0xe7, 15, 0xb8, 60, 0, 0, 0, 0x0f, 0x05 };
#endif
	tiny_emit(t, code, sizeof(code));
}

/* exit(argc) */
static void code_argc(struct tiny *t)
{
#ifdef __riscv
	unsigned code[] = { 0x00012503u, 0x05d00893u, 0x00000073u };       /* lw a0,0(sp) */
#else
	unsigned char code[] = { 0x8b, 0x3c, 0x24, 0xb8, 60, 0, 0, 0, 0x0f, 0x05 };
#endif
	tiny_emit(t, code, sizeof(code));
}

/* exit(OR of all general registers but the stack pointer, folded into a byte) */
static void code_registers(struct tiny *t)
{
#ifdef __riscv
	for (unsigned reg = 1; reg < 32; reg++) {
		unsigned code = 0x00056533u | reg << 20;                   /* or a0,a0,reg */

		if (reg != 2 && reg != 10)
			tiny_emit(t, &code, 4);
	}
	{
		unsigned code[] = { 0x00a03533u, 0x05d00893u, 0x00000073u };   /* snez a0,a0 */

		tiny_emit(t, code, sizeof(code));
	}
#else
	static const unsigned char code[] = {
		0x48, 0x09, 0xc7, 0x48, 0x09, 0xdf, 0x48, 0x09, 0xcf, 0x48, 0x09, 0xd7, 0x48, 0x09, 0xf7, 0x48, 0x09, 0xef,
		0x4c, 0x09, 0xc7, 0x4c, 0x09, 0xcf, 0x4c, 0x09, 0xd7, 0x4c, 0x09, 0xdf, 0x4c, 0x09, 0xe7, 0x4c, 0x09, 0xef,
		0x4c, 0x09, 0xf7, 0x4c, 0x09, 0xff,                          /* or rdi, each */
		0x48, 0x85, 0xff, 0x40, 0x0f, 0x95, 0xc7, 0x40, 0x0f, 0xb6, 0xff, /* setne; movzx edi */
		0xb8, 60, 0, 0, 0, 0x0f, 0x05,
	};
	tiny_emit(t, code, sizeof(code));
#endif
}

/* Copy exit(9) to the stack and jump there. */
static void code_on_stack(struct tiny *t)
{
#ifdef __riscv
	unsigned code[] = {
		0x00900537u | 0, 0x51350513u,           /* lui a0,0x900; addi a0,a0,0x513: li a0,9 */
		0xfca12023u,                            /* sw a0,-64(sp) */
		0x05d01537u, 0x89350513u,               /* lui a0,0x5d01; addi a0,a0,-0x76d: li a7,93 */
		0xfca12223u,                            /* sw a0,-60(sp) */
		0x07300513u, 0xfca12423u,               /* li a0,0x73: ecall; sw a0,-56(sp) */
		0x0000100fu,                            /* fence.i */
		0xfc010513u, 0x00050067u,               /* addi a0,sp,-64; jr a0 */
	};
#else
	unsigned char code[] = {
		0x48, 0xb8, 0xb8, 60, 0, 0, 0, 0xbf, 9, 0,   /* movabs rax, first half */
		0x48, 0x89, 0x44, 0x24, 0xc0,                /* mov [rsp-64],rax */
		0x48, 0xb8, 0, 0, 0x0f, 0x05, 0, 0, 0, 0,
		0x48, 0x89, 0x44, 0x24, 0xc8,                /* mov [rsp-56],rax */
		0x48, 0x8d, 0x44, 0x24, 0xc0, 0xff, 0xe0,    /* lea rax,[rsp-64]; jmp rax */
	};
#endif
	tiny_emit(t, code, sizeof(code));
}

#define TRY(what, emit, ...) do { struct tiny t = tiny_new(); emit(&t); __VA_ARGS__; tiny_try(what, &t); } while (0)

TOPIC(elf_start)
{
	TRY("sp is a multiple of 16", code_sp);
	TRY("argc", code_argc);
	TRY("all registers are zero", code_registers);
	TRY("no PT_GNU_STACK: code on the stack", code_on_stack);
	TRY("PT_GNU_STACK rw: code on the stack", code_on_stack, tiny_add(&t, PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0));
	TRY("PT_GNU_STACK rwx: code on the stack", code_on_stack, tiny_add(&t, PT_GNU_STACK, PF_R | PF_W | PF_X, 0, 0, 0, 0));
	TRY("PT_GNU_STACK x only: code on the stack", code_on_stack, tiny_add(&t, PT_GNU_STACK, PF_X, 0, 0, 0, 0));
	TRY("two PT_GNU_STACK: the last counts", code_on_stack, tiny_add(&t, PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0),
	    tiny_add(&t, PT_GNU_STACK, PF_R | PF_W | PF_X, 0, 0, 0, 0));
}
