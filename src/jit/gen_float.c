/* The back end's float operations: scalar AVX. Scratch: xmm13 to xmm15, rax, rdx. Where RISC-V
 * and the host differ in a rare case, the interpreter does the instruction instead; until then
 * nothing that it would see has been changed, flags included (raising one twice is no change). */
#include "gen.h"

enum { XMM13 = 13, XMM14, XMM15 };
enum { PP_NONE, PP_66, PP_F3, PP_F2 };

static unsigned scalar(const struct ir *i) { return i->width == 64 ? PP_F2 : PP_F3; }

/* ucomis and comis: 66 for doubles */
static void compare(struct gen *g, unsigned op, unsigned width, unsigned a, unsigned b)
{
	x86_vex_rr(&g->a, width == 64 ? PP_66 : PP_NONE, 1, op, false, a, 0, b);
}

static void load_constant(struct gen *g, unsigned xmm, uint64_t bits)
{
	x86_mov_imm(&g->a, RAX, (int64_t)bits);
	x86_vex_rr(&g->a, PP_66, 1, 0x6e, true, xmm, 0, RAX);
}

static void arithmetic(struct gen *g, const struct ir *i)
{
	static const uint8_t op[] = { [IR_FADD] = 0x58, [IR_FSUB] = 0x5c, [IR_FMUL] = 0x59,
		[IR_FDIV] = 0x5e, [IR_FSQRT] = 0x51 };
	unsigned a = gen_fsrc(g, i->a, XMM13);
	unsigned b = i->op == IR_FSQRT || i->b == i->a ? a : gen_fsrc(g, i->b, XMM14), d = gen_fdst(g);

	x86_vex_rr(&g->a, scalar(i), 1, op[i->op], false, d, a, b);
	gen_fdone(g, d);
}

/* An infinity times zero is invalid on RISC-V even if a quiet NaN is added, which the host keeps
 * quiet about: NaN results are left to the interpreter. */
static void fused(struct gen *g, const struct ir *i)
{
	static const uint8_t op[4] = { 0xa9, 0xad, 0xab, 0xaf };     /* by signs of product and addend */
	unsigned b = gen_fsrc(g, i->b, XMM14), c = gen_fsrc(g, i->c, XMM15);

	x86_vex_rr(&g->a, PP_NONE, 1, 0x28, false, XMM13, 0, gen_fsrc(g, i->a, XMM13));
	x86_vex_rr(&g->a, PP_66, 2, op[i->rm & 3], i->width == 64, XMM13, b, c);
	compare(g, 0x2e, i->width, XMM13, XMM13);
	gen_slow(g, CC_P, JIT_REFUSE_nan);
	gen_fdone(g, XMM13);
}

static void sign_injection(struct gen *g, const struct ir *i)
{
	unsigned a = gen_fsrc(g, i->a, XMM13), d = gen_fdst(g);
	unsigned b = i->b == i->a ? a : gen_fsrc(g, i->b, XMM14);

	if (a == b && i->op == IR_FSGNJ) {
		x86_vex_rr(&g->a, PP_NONE, 1, 0x28, false, d, 0, a);
		gen_fdone(g, d);
		return;
	}
	load_constant(g, XMM15, i->width == 64 ? UINT64_C(1) << 63 : 0x80000000u);
	if (a == b && i->op == IR_FSGNJN) {
		x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, d, a, XMM15);        /* xor */
	} else if (a == b) {
		x86_vex_rr(&g->a, PP_NONE, 1, 0x55, false, d, XMM15, a);        /* ~sign and a */
	} else if (i->op == IR_FSGNJX) {
		x86_vex_rr(&g->a, PP_NONE, 1, 0x54, false, XMM14, XMM15, b);
		x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, d, a, XMM14);
	} else {
		if (i->op == IR_FSGNJ)
			x86_vex_rr(&g->a, PP_NONE, 1, 0x54, false, XMM14, XMM15, b);
		else
			x86_vex_rr(&g->a, PP_NONE, 1, 0x55, false, XMM14, b, XMM15);
		x86_vex_rr(&g->a, PP_NONE, 1, 0x55, false, XMM15, XMM15, a);
		x86_vex_rr(&g->a, PP_NONE, 1, 0x56, false, d, XMM14, XMM15);    /* or */
	}
	gen_fdone(g, d);
}

/* The host's answer for two zeros depends on their order: ask both ways; or gives -0, and +0. */
static void min_max(struct gen *g, const struct ir *i)
{
	unsigned a = gen_fsrc(g, i->a, XMM13), b = gen_fsrc(g, i->b, XMM14), d = gen_fdst(g);
	unsigned op = i->op == IR_FMIN ? 0x5d : 0x5f, join = i->op == IR_FMIN ? 0x56 : 0x54;

	compare(g, 0x2e, i->width, a, b);
	gen_slow(g, CC_P, JIT_REFUSE_nan);
	x86_vex_rr(&g->a, scalar(i), 1, op, false, XMM15, a, b);
	x86_vex_rr(&g->a, scalar(i), 1, op, false, XMM14, b, a);
	x86_vex_rr(&g->a, PP_NONE, 1, join, false, d, XMM14, XMM15);
	gen_fdone(g, d);
}

/* "Unordered" sets the carry, zero and parity flags: less is asked as greater, the other way round. */
static void set(struct gen *g, const struct ir *i)
{
	unsigned a = gen_fsrc(g, i->a, XMM13), b = gen_fsrc(g, i->b, XMM14);

	if (i->rm) {                             /* quiet: as opt.c says */
		compare(g, 0x2e, i->width, b, a);
		gen_slow(g, CC_P, JIT_REFUSE_nan);
		x86_rr8(&g->a, 0x0f90 | (i->sub == C_EQ ? CC_E : i->sub == C_LT ? CC_A : CC_AE), 0, RAX);
	} else if (i->sub == C_EQ) {
		compare(g, 0x2e, i->width, a, b);
		x86_rr8(&g->a, 0x0f90 | CC_E, 0, RAX);
		x86_rr8(&g->a, 0x0f90 | CC_NP, 0, RDX);
		x86_rr(&g->a, 0x23, false, RAX, RDX);
	} else {
		compare(g, 0x2f, i->width, b, a);
		x86_rr8(&g->a, 0x0f90 | (i->sub == C_LT ? CC_A : CC_AE), 0, RAX);
	}
	x86_rr8(&g->a, 0x0fb6, RAX, RAX);
	gen_done(g, RAX);
}

/* ---- conversions ----------------------------------------------------------------------------- */

/* Unsigned: what is not surely in range is left to the interpreter before a flag is raised. */
static void check_unsigned_range(struct gen *g, const struct ir *i, unsigned a)
{
	uint64_t limit = i->sub == T_U32 ? (i->width == 64 ? 0x41efffffffe00000 : 0x4f7fffff)
	                                 : (i->width == 64 ? 0x43e0000000000000 : 0x5f000000);

	x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, XMM15, XMM15, XMM15);
	compare(g, 0x2f, i->width, a, XMM15);
	gen_slow(g, CC_B, JIT_REFUSE_range);
	load_constant(g, XMM15, limit);
	compare(g, 0x2f, i->width, a, XMM15);
	gen_slow(g, CC_AE, JIT_REFUSE_range);
}

static void to_integer(struct gen *g, const struct ir *i)
{
	unsigned a = gen_fsrc(g, i->a, XMM13), op = i->rm == ISA_RM_RTZ ? 0x2c : 0x2d;
	bool is_unsigned = i->sub == T_U32 || i->sub == T_U8, wide = i->sub != T_S32;

	if (is_unsigned)
		check_unsigned_range(g, i, a);
	x86_vex_rr(&g->a, scalar(i), 1, op, wide, RAX, 0, a);
	if (!is_unsigned) {
		/* Out of range is the most negative: the one that 1 cannot be taken from. */
		x86_alu_imm(&g->a, 7, wide, RAX, 1);
		gen_slow(g, CC_O, JIT_REFUSE_range);
	}
	gen_done(g, RAX);
}

static void from_integer(struct gen *g, const struct ir *i)
{
	unsigned d = gen_fdst(g), a;
	bool wide = i->sub != T_S32;

	if (i->a == V_IMM) {
		x86_rr(&g->a, 0x33, false, RAX, RAX);
		a = RAX;
	} else {
		a = gen_src(g, i->a, RAX);
	}
	if (i->sub == T_U32) {
		x86_rr(&g->a, 0x8b, false, RAX, a);
		a = RAX;
	} else if (i->sub == T_U8) {
		x86_rr(&g->a, 0x85, true, a, a);
		gen_slow(g, CC_S, JIT_REFUSE_range);
	}
	x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, XMM15, XMM15, XMM15);
	x86_vex_rr(&g->a, scalar(i), 1, 0x2a, wide, d, XMM15, a);
	gen_fdone(g, d);
}

static void between_widths(struct gen *g, const struct ir *i)
{
	unsigned a = gen_fsrc(g, i->a, XMM13), d = gen_fdst(g);

	x86_vex_rr(&g->a, i->width == 64 ? PP_F3 : PP_F2, 1, 0x5a, false, d, a, a);
	gen_fdone(g, d);
}

static void bits_to_integer(struct gen *g, const struct ir *i)
{
	unsigned d = gen_dst(g);

	if (gen_pinned(g, i->a)) {
		x86_vex_rr(&g->a, PP_66, 1, 0x7e, i->width == 64, g->r->host[i->a], 0, d);
	} else {
		struct x86_mem m = gen_slot(i->a);

		x86_rm(&g->a, 0x8b, i->width == 64, d, &m);
	}
	gen_done(g, d);
}

static void bits_from_integer(struct gen *g, const struct ir *i)
{
	unsigned d = gen_fdst(g);

	if (i->a == V_IMM)
		x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, d, d, d);
	else
		x86_vex_rr(&g->a, PP_66, 1, 0x6e, i->width == 64, d, 0, gen_src(g, i->a, RAX));
	gen_fdone(g, d);
}

/* ---- flags ------------------------------------------------------------------------------------ */

/* reg = fflags: what is collected in fcsr and what the host's sticky bits say, through a table
 * behind the code. */
static void read_flags(struct gen *g, unsigned reg, unsigned scratch)
{
	struct x86_mem csr = gen_engine(offsetof(struct cpu_regs, engine.scratch));
	struct x86_mem fcsr = gen_engine(offsetof(struct cpu_regs, fcsr));
	struct x86_mem entry = { .base = (uint8_t)scratch, .index = (uint8_t)reg };

	x86_vex_rm(&g->a, PP_NONE, 1, 0xae, false, 3, 0, &csr);          /* vstmxcsr */
	x86_rm(&g->a, 0x8b, false, reg, &csr);
	x86_alu_imm(&g->a, 4, false, reg, 0x3f);
	gen_table_address(g, scratch);
	x86_rm(&g->a, 0x0fb6, false, reg, &entry);
	x86_rm(&g->a, 0x0b, false, reg, &fcsr);
	x86_alu_imm(&g->a, 4, false, reg, 0x1f);
}

static void get_flags(struct gen *g, const struct ir *i)
{
	read_flags(g, RAX, RDX);
	gen_done(g, RAX);
}

/* Nothing is to be done when they are as wanted: saving and restoring them costs no ldmxcsr. The
 * temporary (rax) may hold the old ones. */
static void set_flags(struct gen *g, const struct ir *i)
{
	struct x86_mem csr = gen_engine(offsetof(struct cpu_regs, engine.scratch));
	struct x86_mem keep = gen_engine(offsetof(struct cpu_regs, engine.scratch) + 8);
	struct x86_mem fcsr = gen_engine(offsetof(struct cpu_regs, fcsr));
	uint32_t same;

	x86_rm(&g->a, 0x89, true, RAX, &keep);
	read_flags(g, RDX, RAX);
	gen_op(g, 0x33, false, RDX, i->a);
	x86_alu_imm(&g->a, 4, false, RDX, 0x1f);
	same = x86_jcc(&g->a, CC_E);
	x86_alu_mem_imm(&g->a, 4, false, &csr, ~0x3f);
	x86_vex_rm(&g->a, PP_NONE, 1, 0xae, false, 2, 0, &csr);          /* vldmxcsr */
	gen_op(g, 0x8b, false, RDX, i->a);
	x86_alu_imm(&g->a, 4, false, RDX, 0x1f);
	x86_alu_mem_imm(&g->a, 4, false, &fcsr, ~0x1f);
	x86_rm(&g->a, 0x09, false, RDX, &fcsr);
	x86_patch(&g->a, same, g->a.len);
	x86_rm(&g->a, 0x8b, true, RAX, &keep);
}

void gen_float(struct gen *g, const struct ir *i)
{
	switch (i->op) {
	case IR_FADD: case IR_FSUB: case IR_FMUL: case IR_FDIV: case IR_FSQRT: arithmetic(g, i); break;
	case IR_FMA: fused(g, i); break;
	case IR_FSGNJ: case IR_FSGNJN: case IR_FSGNJX: sign_injection(g, i); break;
	case IR_FMIN: case IR_FMAX: min_max(g, i); break;
	case IR_FSET: set(g, i); break;
	case IR_FTOI: to_integer(g, i); break;
	case IR_ITOF: from_integer(g, i); break;
	case IR_FTOF: between_widths(g, i); break;
	case IR_FMVX: bits_to_integer(g, i); break;
	case IR_FMVF: bits_from_integer(g, i); break;
	case IR_FLAGS: get_flags(g, i); break;
	case IR_SETFLAGS: set_flags(g, i); break;
	default: gen_slow(g, CC_ALWAYS, JIT_REFUSE_float_row); break;
	}
}
