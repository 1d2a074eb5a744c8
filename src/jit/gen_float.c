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

/* ---- static rounding modes ------------------------------------------------------------------- */

enum { MXCSR_RC_BITS = 0x6000, MXCSR_RC_AT = 13, MXCSR_FLAG_BITS = 0x3f };
enum { VSTMXCSR = 3, VLDMXCSR = 2 };

static void control(struct gen *g, unsigned how, const struct x86_mem *m)
{
	x86_vex_rm(&g->a, PP_NONE, 1, 0xae, false, how, 0, m);
}

/* MXCSR's rounding control for the modes of the ISA up to RUP. */
static const uint8_t host_rounding[] = { 0, 3, 1, 2 };

/* An instruction that names a mode: MXCSR has it from here to round_end. Clobbers rax. */
static void round_begin(struct gen *g, const struct ir *i)
{
	struct x86_mem old = gen_engine(offsetof(struct cpu_regs, engine.scratch)), now = old;

	if (!i->round)
		return;
	now.disp += 4;
	control(g, VSTMXCSR, &old);
	x86_rm(&g->a, 0x8b, false, RAX, &old);
	x86_alu_imm(&g->a, 4, false, RAX, ~MXCSR_RC_BITS);
	x86_alu_imm(&g->a, 1, false, RAX, host_rounding[i->round] << MXCSR_RC_AT);
	x86_rm(&g->a, 0x89, false, RAX, &now);
	control(g, VLDMXCSR, &now);
}

/* The mode is as before; the flags are kept. */
static void round_end(struct gen *g, const struct ir *i)
{
	struct x86_mem old = gen_engine(offsetof(struct cpu_regs, engine.scratch)), now = old;

	if (!i->round)
		return;
	now.disp += 4;
	control(g, VSTMXCSR, &now);
	x86_rm(&g->a, 0x8b, false, RAX, &old);
	x86_rm(&g->a, 0x33, false, RAX, &now);
	x86_alu_imm(&g->a, 4, false, RAX, MXCSR_RC_BITS);
	x86_rm(&g->a, 0x31, false, RAX, &now);
	control(g, VLDMXCSR, &now);
}

uint32_t gen_misrounds(struct gen *g)
{
	struct x86_mem m = gen_engine(offsetof(struct cpu_regs, engine.misrounds));

	x86_rm(&g->a, 0xf7, false, 0, &m);
	x86_imm32(&g->a, g->r->rounds);
	return x86_jcc(&g->a, CC_NE);
}

/* ---- arithmetic -------------------------------------------------------------------------------- */

static void arithmetic(struct gen *g, const struct ir *i)
{
	static const uint8_t op[] = { [IR_FADD] = 0x58, [IR_FSUB] = 0x5c, [IR_FMUL] = 0x59,
		[IR_FDIV] = 0x5e, [IR_FSQRT] = 0x51 };
	unsigned a = gen_fsrc(g, i->a, XMM13);
	unsigned b = i->op == IR_FSQRT || i->b == i->a ? a : gen_fsrc(g, i->b, XMM14), d = gen_fdst(g);

	round_begin(g, i);
	x86_vex_rr(&g->a, scalar(i), 1, op[i->op], false, d, a, b);
	round_end(g, i);
	gen_fdone(g, d);
}

/* An infinity times zero is invalid on RISC-V even if a quiet NaN is added, which the host keeps
 * quiet about: NaN results are left to the interpreter. */
static void fused(struct gen *g, const struct ir *i)
{
	static const uint8_t op[4] = { 0xa9, 0xad, 0xab, 0xaf };     /* by signs of product and addend */
	unsigned b = gen_fsrc(g, i->b, XMM14), c = gen_fsrc(g, i->c, XMM15);

	x86_vex_rr(&g->a, PP_NONE, 1, 0x28, false, XMM13, 0, gen_fsrc(g, i->a, XMM13));
	round_begin(g, i);
	x86_vex_rr(&g->a, PP_66, 2, op[i->rm & 3], i->width == 64, XMM13, b, c);
	round_end(g, i);
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

/* A conversion that cannot be done the short way goes on out of line. */
static struct cold *fix(struct gen *g, unsigned cc, const struct ir *i, unsigned xmm)
{
	struct cold *s = gen_add_cold(g, COLD_FIX, x86_jcc(&g->a, (enum x86_cc)cc));

	s->xmm = (uint8_t)xmm;
	s->width = i->width;
	s->type = i->sub;
	s->reg = HOST_NONE;
	return s;
}

/* roundsd's or roundss's immediate: its own numbers for the modes; 4: as MXCSR says; 8: quietly. */
enum { ROUND_DOWN = 1, ROUND_TO_ZERO = 3, ROUND_HOST = 4, ROUND_QUIET = 8 };
static const uint8_t round_imm[] = { [ISA_RM_RNE] = 0, [ISA_RM_RTZ] = ROUND_TO_ZERO, [ISA_RM_RDN] = ROUND_DOWN,
	[ISA_RM_RUP] = 2, [ISA_RM_RMM] = ROUND_TO_ZERO, [ISA_RM_DYN] = ROUND_HOST };

static void round_float(struct gen *g, unsigned width, unsigned d, unsigned a, unsigned how)
{
	x86_vex_rr(&g->a, PP_66, 3, width == 64 ? 0x0b : 0x0a, false, d, a, a);
	x86_byte(&g->a, how);
}

/* xmm15 = the integer that a becomes, without a flag. Ties away from zero: what truncation leaves is doubled
 * and truncated: -1, 0 or 1 to be added; all of it is exact. */
static void round_quietly(struct gen *g, const struct ir *i, unsigned a)
{
	round_float(g, i->width, XMM15, a, round_imm[i->rm] | ROUND_QUIET);
	if (i->rm != ISA_RM_RMM)
		return;
	x86_vex_rr(&g->a, scalar(i), 1, 0x5c, false, XMM14, a, XMM15);
	x86_vex_rr(&g->a, scalar(i), 1, 0x58, false, XMM14, XMM14, XMM14);
	round_float(g, i->width, XMM14, XMM14, ROUND_TO_ZERO | ROUND_QUIET);
	x86_vex_rr(&g->a, scalar(i), 1, 0x58, false, XMM15, XMM15, XMM14);
}

/* Where the host's own conversion does all, flags included: signed, in two modes. Out of range it
 * answers the most negative integer, the one that 1 cannot be taken from. */
static void to_signed(struct gen *g, const struct ir *i, unsigned a)
{
	bool wide = i->sub != T_S32, host = i->rm == ISA_RM_RTZ || i->rm == ISA_RM_DYN;
	struct cold *s;

	if (host) {
		x86_vex_rr(&g->a, scalar(i), 1, i->rm == ISA_RM_RTZ ? 0x2c : 0x2d, wide, RAX, 0, a);
	} else {
		round_quietly(g, i, a);
		x86_vex_rr(&g->a, scalar(i), 1, 0x2c, wide, RAX, 0, XMM15);
	}
	x86_alu_imm(&g->a, 7, wide, RAX, 1);
	s = fix(g, CC_O, i, a);
	if (!host) {
		s->arg = 1u + i->rm;
		round_float(g, i->width, XMM15, a, round_imm[i->rm]);     /* raises "inexact" */
	}
	s->back = g->a.len;
}

static void to_unsigned(struct gen *g, const struct ir *i, unsigned a)
{
	struct cold *s, *big = NULL;

	if (i->sub == T_U8) {                    /* 2^63 and more, and NaNs */
		load_constant(g, XMM15, i->width == 64 ? 0x43e0000000000000 : 0x5f000000);
		compare(g, 0x2e, i->width, XMM15, a);
		fix(g, CC_BE, i, a);
	}
	{
		unsigned first = g->nr_cold - 1;

		round_quietly(g, i, a);
		x86_vex_rr(&g->a, scalar(i), 1, 0x2c, true, RAX, 0, XMM15);
		if (i->sub == T_U8) {
			x86_rr(&g->a, 0x85, true, RAX, RAX);
			s = fix(g, CC_S, i, a);
			big = g->failed ? NULL : &g->cold[first];
		} else {
			x86_mov(&g->a, false, RDX, RAX);
			x86_rr(&g->a, 0x3b, true, RDX, RAX);
			s = fix(g, CC_NE, i, a);
		}
	}
	round_float(g, i->width, XMM15, a, round_imm[i->rm]);
	s->back = g->a.len;
	if (big)
		big->back = g->a.len;
}

static void to_integer(struct gen *g, const struct ir *i)
{
	unsigned a = gen_fsrc(g, i->a, XMM13);

	if (i->sub == T_U32 || i->sub == T_U8)
		to_unsigned(g, i, a);
	else
		to_signed(g, i, a);
	gen_done(g, RAX);
}

/* Manual, chapter "F", table of the domains of conversions: what is out of range becomes the nearest that
 * is in it, NaNs the largest; "invalid" is raised, and nothing else. a: the operand. */
static void raise_invalid(struct gen *g)
{
	x86_vex_rr(&g->a, PP_66, 1, 0x76, false, XMM15, XMM15, XMM15);
	x86_vex_rr(&g->a, PP_F2, 1, 0x2c, false, RDX, 0, XMM15);
}

/* Is it less than zero? To be asked with "above". */
static void compare_zero(struct gen *g, const struct cold *s)
{
	x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, XMM15, XMM15, XMM15);
	compare(g, 0x2e, s->width, XMM15, s->xmm);
}

/* The most negative integer is in range: only "inexact" may be missing. xmm15: what a was rounded to. */
static void fix_least(struct gen *g, const struct cold *s)
{
	static const uint64_t least[2][2] = { { 0xcf000000, 0xc1e0000000000000 }, { 0xdf000000, 0xc3e0000000000000 } };
	uint32_t unordered, other;

	x86_mov_imm(&g->a, RDX, (int64_t)least[s->type != T_S32][s->width == 64]);
	x86_vex_rr(&g->a, PP_66, 1, 0x6e, true, XMM14, 0, RDX);
	compare(g, 0x2e, s->width, XMM14, XMM15);
	unordered = x86_jcc(&g->a, CC_P);
	other = x86_jcc(&g->a, CC_NE);
	round_float(g, s->width, XMM15, s->xmm, round_imm[s->arg - 1]);
	x86_patch(&g->a, x86_jmp(&g->a), s->back);
	x86_patch(&g->a, unordered, g->a.len);
	x86_patch(&g->a, other, g->a.len);
}

static void fix_signed(struct gen *g, const struct cold *s)
{
	uint32_t less;

	if (s->arg)
		fix_least(g, s);
	compare_zero(g, s);
	less = x86_jcc(&g->a, CC_A);
	x86_rr(&g->a, 0xf7, s->type != T_S32, 2, RAX);
	x86_patch(&g->a, less, g->a.len);
}

static void fix_unsigned(struct gen *g, const struct cold *s)
{
	unsigned pp = s->width == 64 ? PP_F2 : PP_F3;
	bool wide = s->type == T_U8;
	uint32_t less, invalid;

	x86_mov_imm(&g->a, RAX, 0);
	compare_zero(g, s);
	less = x86_jcc(&g->a, CC_A);
	if (wide) {                              /* below 2^64: less 2^63 it can be converted */
		load_constant(g, XMM15, s->width == 64 ? 0x43f0000000000000 : 0x5f800000);
		compare(g, 0x2e, s->width, XMM15, s->xmm);
		invalid = x86_jcc(&g->a, CC_BE);
		load_constant(g, XMM15, s->width == 64 ? 0x43e0000000000000 : 0x5f000000);
		x86_vex_rr(&g->a, pp, 1, 0x5c, false, XMM14, s->xmm, XMM15);
		x86_vex_rr(&g->a, pp, 1, 0x2c, true, RAX, 0, XMM14);
		x86_mov_imm(&g->a, RDX, INT64_MIN);
		x86_rr(&g->a, 0x33, true, RAX, RDX);
		x86_patch(&g->a, x86_jmp(&g->a), s->back);
		x86_patch(&g->a, invalid, g->a.len);
	}
	x86_mov_imm(&g->a, RAX, wide ? -1 : (int64_t)UINT32_MAX);
	x86_patch(&g->a, less, g->a.len);
	raise_invalid(g);
}

/* From an unsigned integer of 2^63 or more: half of it, and the bit that is lost for the rounding. */
static void fix_from_unsigned(struct gen *g, const struct cold *s)
{
	unsigned pp = s->width == 64 ? PP_F2 : PP_F3;

	x86_mov(&g->a, true, RDX, s->reg);
	x86_shift_imm(&g->a, 5, true, RDX, 1);
	if (s->reg != RAX)
		x86_mov(&g->a, true, RAX, s->reg);
	x86_alu_imm(&g->a, 4, false, RAX, 1);
	x86_rr(&g->a, 0x0b, true, RAX, RDX);
	x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, XMM15, XMM15, XMM15);
	x86_vex_rr(&g->a, pp, 1, 0x2a, true, s->xmm, XMM15, RAX);
	x86_vex_rr(&g->a, pp, 1, 0x58, false, s->xmm, s->xmm, s->xmm);
}

void gen_float_fix(struct gen *g, const struct cold *s)
{
	if (s->reg != HOST_NONE)
		fix_from_unsigned(g, s);
	else if (s->type == T_U32 || s->type == T_U8)
		fix_unsigned(g, s);
	else
		fix_signed(g, s);
	x86_patch(&g->a, x86_jmp(&g->a), s->back);
}

static void from_integer(struct gen *g, const struct ir *i)
{
	unsigned d = gen_fdst(g), a;
	bool wide = i->sub != T_S32;
	struct cold *s = NULL;

	round_begin(g, i);
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
		s = fix(g, CC_S, i, d);
		s->reg = (uint8_t)a;
	}
	x86_vex_rr(&g->a, PP_NONE, 1, 0x57, false, XMM15, XMM15, XMM15);
	x86_vex_rr(&g->a, scalar(i), 1, 0x2a, wide, d, XMM15, a);
	if (s)
		s->back = g->a.len;
	round_end(g, i);
	gen_fdone(g, d);
}

static void between_widths(struct gen *g, const struct ir *i)
{
	unsigned a = gen_fsrc(g, i->a, XMM13), d = gen_fdst(g);

	round_begin(g, i);
	x86_vex_rr(&g->a, i->width == 64 ? PP_F3 : PP_F2, 1, 0x5a, false, d, a, a);
	round_end(g, i);
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

/* fclass, for positive numbers: 4 zero, 5 subnormal, 6 normal, 7 infinity; negative ones are mirrored; then the
 * two kinds of NaN. */
static void classify(struct gen *g, const struct ir *i)
{
	bool w = i->width == 64;
	unsigned fraction = w ? 52 : 23, exponent = w ? 11 : 8;
	struct x86_mem twice = { .base = RAX, .index = RAX };
	uint32_t known[3], special, nan, quiet, done[2];

	x86_vex_rr(&g->a, PP_66, 1, 0x7e, w, gen_fsrc(g, i->a, XMM13), 0, RAX);
	x86_rm(&g->a, 0x8d, w, RDX, &twice);         /* the sign is gone */
	x86_rr(&g->a, 0x85, w, RDX, RDX);
	x86_mov_imm(&g->a, RDX, 4);
	known[0] = x86_jcc(&g->a, CC_E);
	x86_rm(&g->a, 0x8d, w, RDX, &twice);
	x86_shift_imm(&g->a, 5, w, RDX, fraction + 1);
	x86_alu_imm(&g->a, 7, false, RDX, (1 << exponent) - 1);
	special = x86_jcc(&g->a, CC_E);
	x86_alu_imm(&g->a, 7, false, RDX, 1);
	x86_mov_imm(&g->a, RDX, 6);
	x86_alu_imm(&g->a, 3, false, RDX, 0);        /* sbb: 5 without an exponent */
	known[1] = x86_jmp(&g->a);
	x86_patch(&g->a, special, g->a.len);
	x86_rm(&g->a, 0x8d, w, RDX, &twice);
	x86_shift_imm(&g->a, 4, w, RDX, exponent);
	nan = x86_jcc(&g->a, CC_NE);
	x86_mov_imm(&g->a, RDX, 7);
	known[2] = x86_jmp(&g->a);
	x86_patch(&g->a, nan, g->a.len);
	x86_mov_imm(&g->a, RDX, 9);
	quiet = x86_jcc(&g->a, CC_S);
	x86_mov_imm(&g->a, RDX, 8);
	done[0] = x86_jmp(&g->a);
	for (unsigned n = 0; n < ARRAY_SIZE(known); n++)
		x86_patch(&g->a, known[n], g->a.len);
	x86_rr(&g->a, 0x85, w, RAX, RAX);
	done[1] = x86_jcc(&g->a, CC_NS);
	x86_alu_imm(&g->a, 6, false, RDX, 7);
	for (unsigned n = 0; n < ARRAY_SIZE(done); n++)
		x86_patch(&g->a, done[n], g->a.len);
	x86_patch(&g->a, quiet, g->a.len);
	x86_rr(&g->a, 0x33, false, RAX, RAX);
	x86_rr(&g->a, 0x0fab, false, RDX, RAX);      /* bts */
	gen_done(g, RAX);
}

/* ---- fcsr ------------------------------------------------------------------------------------- */

enum { CSR_FFLAGS = 1, CSR_FRM, CSR_FCSR };
static const uint8_t csr_mask[] = { [CSR_FFLAGS] = 0x1f, [CSR_FRM] = 0xe0, [CSR_FCSR] = 0xff };

/* reg = fcsr: what is collected in memory and what the host's sticky bits say, through a table
 * behind the code. */
static void read_fcsr(struct gen *g, unsigned reg, unsigned scratch)
{
	struct x86_mem csr = gen_engine(offsetof(struct cpu_regs, engine.scratch));
	struct x86_mem fcsr = gen_engine(offsetof(struct cpu_regs, fcsr));
	struct x86_mem entry = { .base = (uint8_t)scratch, .index = (uint8_t)reg };

	control(g, VSTMXCSR, &csr);
	x86_rm(&g->a, 0x8b, false, reg, &csr);
	x86_alu_imm(&g->a, 4, false, reg, MXCSR_FLAG_BITS);
	gen_table_address(g, scratch);
	x86_rm(&g->a, 0x0fb6, false, reg, &entry);
	x86_rm(&g->a, 0x0b, false, reg, &fcsr);
}

static void get_flags(struct gen *g, const struct ir *i)
{
	struct x86_mem fcsr = gen_engine(offsetof(struct cpu_regs, fcsr));

	if (i->sub == CSR_FRM) {
		x86_rm(&g->a, 0x8b, false, RAX, &fcsr);
		x86_shift_imm(&g->a, 5, false, RAX, 5);
	} else {
		read_fcsr(g, RAX, RDX);
		if (i->sub == CSR_FFLAGS)
			x86_alu_imm(&g->a, 4, false, RAX, csr_mask[CSR_FFLAGS]);
	}
	gen_done(g, RAX);
}

/* rax = the bits of fcsr (rdx) that change. */
static void changed_bits(struct gen *g, const struct ir *i)
{
	if (i->a == V_IMM)
		x86_mov_imm(&g->a, RAX, i->imm);
	else
		gen_op(g, 0x8b, false, RAX, i->a);
	if (i->sub == CSR_FRM)
		x86_shift_imm(&g->a, 4, false, RAX, 5);
	if (i->rm == 0)
		x86_rr(&g->a, 0x33, false, RAX, RDX);
	else if (i->rm == 1)
		x86_vex_rr(&g->a, PP_NONE, 2, 0xf2, false, RAX, RDX, RAX);       /* andn */
	else
		x86_rr(&g->a, 0x23, false, RAX, RDX);
	x86_alu_imm(&g->a, 4, false, RAX, csr_mask[i->sub]);
}

/* frm is in edx: the bits of MXCSR that are to be set, and how the host does not round then. */
static void set_rounding(struct gen *g, const struct x86_mem *csr)
{
	enum { RC_TABLE = 0 | 3 << 2 | 1 << 4 | 2 << 6 };
	enum { N = JIT_MISROUNDS_NEAREST, F = JIT_MISROUNDS_FRM,
		MISROUNDS_TABLE = N << 2 | N << 4 | N << 6 | F << 8 | F << 10 | F << 12 | F << 14 };
	struct x86_mem misrounds = gen_engine(offsetof(struct cpu_regs, engine.misrounds));

	x86_mov(&g->a, false, RAX, RDX);
	x86_shift_imm(&g->a, 5, false, RAX, 5);
	x86_rr(&g->a, 0x03, false, RAX, RAX);
	x86_mov_imm(&g->a, RDX, MISROUNDS_TABLE);
	x86_vex_rr(&g->a, PP_F2, 2, 0xf7, false, RDX, RAX, RDX);                 /* shrx */
	x86_alu_imm(&g->a, 4, false, RDX, 3);
	x86_rm(&g->a, 0x89, false, RDX, &misrounds);
	x86_mov_imm(&g->a, RDX, RC_TABLE);
	x86_vex_rr(&g->a, PP_F2, 2, 0xf7, false, RDX, RAX, RDX);
	x86_alu_imm(&g->a, 4, false, RDX, 3);
	x86_shift_imm(&g->a, 4, false, RDX, MXCSR_RC_AT);
	x86_alu_mem_imm(&g->a, 4, false, csr, ~MXCSR_RC_BITS);
	x86_rm(&g->a, 0x09, false, RDX, csr);
}

/* Nothing is to be done when it is as wanted: saving and restoring costs no ldmxcsr. The
 * temporary (rax) may hold what was there. */
static void set_flags(struct gen *g, const struct ir *i)
{
	struct x86_mem csr = gen_engine(offsetof(struct cpu_regs, engine.scratch));
	struct x86_mem keep = gen_engine(offsetof(struct cpu_regs, engine.scratch) + 8);
	struct x86_mem fcsr = gen_engine(offsetof(struct cpu_regs, fcsr));
	uint32_t same;

	x86_rm(&g->a, 0x89, true, RAX, &keep);
	read_fcsr(g, RDX, RAX);
	changed_bits(g, i);
	same = x86_jcc(&g->a, CC_E);
	x86_rr(&g->a, 0x33, false, RDX, RAX);
	x86_rm(&g->a, 0x89, false, RDX, &fcsr);
	x86_alu_mem_imm(&g->a, 4, false, &csr, ~MXCSR_FLAG_BITS);
	if (i->sub != CSR_FFLAGS)
		set_rounding(g, &csr);
	control(g, VLDMXCSR, &csr);
	x86_patch(&g->a, same, g->a.len);
	x86_rm(&g->a, 0x8b, true, RAX, &keep);
}

/* The interpreter goes on behind the instruction if the region's others take another mode for granted. */
static void check_rounding(struct gen *g, const struct ir *i)
{
	const struct guest_insn *gi = &g->r->insn[i->insn];
	struct snap snap = gen_snap(g, &g->s, gi->pc + gi->d.len, gen_pending(g) + 1);

	if (g->r->rounds)
		gen_cold_exit(g, gen_misrounds(g), &snap, JIT_EXIT_INTERPRET, JIT_REFUSE_frm);
}

/* ---- the clock --------------------------------------------------------------------------------- */

static void reload_pins(struct gen *g)
{
	for (unsigned v = 0; v < V_TMP && !g->r->bare; v++) {
		struct x86_mem m = gen_slot(v);

		if (!gen_pinned(g, v))
			continue;
		if (v < V_F0)
			x86_rm(&g->a, 0x8b, true, g->r->host[v], &m);
		else
			x86_vex_rm(&g->a, PP_F2, 1, 0x10, false, g->r->host[v], 0, &m);
	}
}

/* A call of engine.time: the one thing that is asked of the rest of hearth without leaving. All registers are
 * in memory for it, as at an exit; jit_enter keeps the stack aligned. */
static void get_time(struct gen *g, const struct ir *i)
{
	struct x86_mem time = gen_engine(offsetof(struct cpu_regs, engine.time));
	struct snap snap = gen_snap_here(g);

	snap.pending = 0;
	gen_write_back(g, &snap);
	x86_rm(&g->a, 0xff, false, 2, &time);
	gen_forget(g);
	reload_pins(g);
	if (i->sub)
		x86_shift_imm(&g->a, 5, true, RAX, 32);
	else if (g->r->xlen == 32)
		x86_mov(&g->a, false, RAX, RAX);
	gen_done(g, RAX);
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
	case IR_ROUNDS: check_rounding(g, i); break;
	case IR_TIME: get_time(g, i); break;
	case IR_FCLASS: classify(g, i); break;
	default: gen_slow(g, CC_ALWAYS, JIT_REFUSE_float_row); break;
	}
}
