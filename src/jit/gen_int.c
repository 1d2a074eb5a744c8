/* The back end's integer operations. Scratch: rax (which is also the temporary) and rdx. The
 * operands' low halves or all of them are in place, as flow_need says. */
#include "gen.h"

/* The operation that follows wants the result: it had better stay in rax for it. */
static bool wanted_next(const struct gen *g, const struct ir *i)
{
	const struct ir *end = &g->r->ir[g->b->ir + g->b->nr_ir];

	do {
		i++;
	} while (i < end && i->dead);
	return i < end && (i->a == g->i->d || i->b == g->i->d || i->c == g->i->d);
}

/* A register in memory becomes itself op something, all 64 bits of it (RV32: all there are). */
static bool in_memory(const struct gen *g, const struct ir *i)
{
	return is_x(i->d) && !gen_pinned(g, i->d) && i->a == i->d && i->width == g->r->xlen &&
	       (g->r->xlen == 32 || gen_wide(g)) && !wanted_next(g, i);
}

static bool alu_in_memory(struct gen *g, const struct ir *i, uint32_t op, unsigned ext)
{
	struct x86_mem m = gen_slot(i->d);

	if (i->op == IR_MUL || !in_memory(g, i))
		return false;
	if (i->b == V_IMM && i->imm == (int32_t)i->imm)
		x86_alu_mem_imm(&g->a, ext, g->r->xlen == 64, &m, (int32_t)i->imm);
	else if (i->b != V_IMM && gen_pinned(g, i->b))
		x86_rm(&g->a, op & ~2u, g->r->xlen == 64, g->r->host[i->b], &m);
	else
		return false;
	return true;
}

static void zero_extend_byte(struct gen *g, unsigned d, unsigned a)
{
	struct x86_mem m = gen_slot(a);

	if (gen_pinned(g, a))
		x86_rr8(&g->a, 0x0fb6, d, g->r->host[a]);
	else
		x86_rm(&g->a, 0x0fb6, false, d, &m);
}

/* d = a op imm */
static void alu_imm(struct gen *g, const struct ir *i, unsigned ext, bool w)
{
	unsigned d = gen_dst(g);
	bool apart = i->a != i->d || !gen_pinned(g, i->d);    /* else the flags are of use */

	if (i->op == IR_ADD && gen_pinned(g, i->a) && g->r->host[i->a] != d) {
		struct x86_mem m = { .base = g->r->host[i->a], .index = HOST_NONE, .disp = (int32_t)i->imm };

		x86_rm(&g->a, 0x8d, w, d, &m);
	} else if (i->op == IR_AND && i->imm == 0xff && apart && is_reg(i->a)) {
		zero_extend_byte(g, d, i->a);
	} else if (i->op == IR_AND && i->imm == 0xffff && apart) {
		gen_op(g, 0x0fb7, false, d, i->a);
	} else {
		gen_load_to(g, d, i->a);
		if (i->op == IR_AND && i->imm >= 0)
			w = false;
		if (i->imm == -1 && i->op == IR_XOR)
			x86_rr(&g->a, 0xf7, w, 2, d);
		else
			x86_alu_imm(&g->a, ext, w, d, (int32_t)i->imm);
		if (!(i->imm == -1 && i->op == IR_XOR))
			gen_flags(g, FLAGS_ZERO);
	}
	gen_done(g, d);
}

/* d = a op b for operations of the form `op reg, reg/mem`. */
static void alu(struct gen *g, const struct ir *i, uint32_t op, unsigned ext)
{
	bool w = gen_wide(g);
	unsigned d = gen_dst(g);

	if (alu_in_memory(g, i, op, ext))
		return;
	if (i->op == IR_SUB && i->a == V_IMM) {    /* d = 0 - b */
		gen_load_to(g, d, i->b);
		x86_rr(&g->a, 0xf7, w, 3, d);
		gen_flags(g, FLAGS_ZERO);
		gen_done(g, d);
		return;
	}
	if (i->b == V_IMM && i->op != IR_MUL) {
		if (i->imm == (int32_t)i->imm) {
			alu_imm(g, i, ext, w);
			return;
		}
		x86_mov_imm(&g->a, RDX, i->imm);
		gen_load_to(g, d, i->a);
		x86_rr(&g->a, op, w, d, RDX);
		gen_done(g, d);
		return;
	}
	if (i->b != V_IMM && gen_pinned(g, i->b) && g->r->host[i->b] == d && i->a != i->b) {
		if (i->op == IR_SUB) {             /* d = a - d */
			x86_rr(&g->a, 0xf7, w, 3, d);
			op = 0x03;
		}
		gen_op(g, op, w, d, i->a);
		if (i->op != IR_MUL)
			gen_flags(g, FLAGS_ZERO);
	} else if (i->op == IR_ADD && gen_pinned(g, i->a) && gen_pinned(g, i->b) && g->r->host[i->a] != d) {
		struct x86_mem m = { .base = g->r->host[i->a], .index = g->r->host[i->b] };

		x86_rm(&g->a, 0x8d, w, d, &m);
	} else {
		gen_load_to(g, d, i->a);
		gen_op(g, op, w, d, i->b);
		if (i->op != IR_MUL)
			gen_flags(g, FLAGS_ZERO);
	}
	gen_done(g, d);
}

static void shift(struct gen *g, const struct ir *i)
{
	static const struct { uint8_t ext, pp; } how[] = {
		[IR_SLL] = { 4, 1 }, [IR_SRL] = { 5, 3 }, [IR_SRA] = { 7, 2 },
	};
	bool w = gen_wide(g);
	unsigned d = gen_dst(g);

	if (i->b == V_IMM) {
		unsigned n = (unsigned)i->imm & (w ? 63 : 31);

		if (i->op == IR_SLL && n == 1 && gen_pinned(g, i->a) && g->r->host[i->a] != d) {
			struct x86_mem m = { .base = g->r->host[i->a], .index = g->r->host[i->a] };

			x86_rm(&g->a, 0x8d, w, d, &m);
		} else if (n && in_memory(g, i)) {
			struct x86_mem m = gen_slot(i->d);

			x86_rm(&g->a, 0xc1, g->r->xlen == 64, how[i->op].ext, &m);
			x86_byte(&g->a, n);
			return;
		} else {
			gen_load_to(g, d, i->a);
			if (n) {
				x86_shift_imm(&g->a, how[i->op].ext, w, d, n);
				gen_flags(g, FLAGS_ZERO);
			} else if (!w && g->r->xlen == 32) {
				x86_mov(&g->a, false, d, d);
			}
		}
	} else {
		unsigned n = gen_src(g, i->b, RDX), a = gen_src(g, i->a, RAX);

		x86_vex_rr(&g->a, how[i->op].pp, 2, 0xf7, w, d, n, a);
	}
	gen_done(g, d);
}

static void rotate(struct gen *g, const struct ir *i)
{
	unsigned ext = i->op == IR_ROL ? 0 : 1;
	bool w = gen_wide(g), save;

	if (i->b == V_IMM && gen_pinned(g, i->a)) {        /* rorx */
		unsigned n = (unsigned)i->imm, d = gen_dst(g), bits = w ? 64 : 32;

		x86_vex_rr(&g->a, 3, 3, 0xf0, w, d, 0, g->r->host[i->a]);
		x86_byte(&g->a, (ext ? n : bits - n) & (bits - 1));
		gen_done(g, d);
		return;
	}
	gen_load_to(g, RAX, i->a);
	if (i->b == V_IMM) {
		x86_shift_imm(&g->a, ext, w, RAX, (unsigned)i->imm & (w ? 63 : 31));
	} else {
		save = !(gen_pinned(g, i->b) && g->r->host[i->b] == RCX);
		if (save) {
			x86_mov(&g->a, true, RDX, RCX);
			gen_load_to(g, RCX, i->b);
		}
		x86_rr(&g->a, 0xd3, w, ext, RAX);
		if (save)
			x86_mov(&g->a, true, RCX, RDX);
	}
	gen_done(g, RAX);
}

/* ---- comparisons ------------------------------------------------------------------------ */

enum x86_cc gen_cc(unsigned cond)
{
	static const uint8_t cc[] = { [C_EQ] = CC_E, [C_NE] = CC_NE, [C_LT] = CC_L, [C_GE] = CC_GE,
		[C_LTU] = CC_B, [C_GEU] = CC_AE, [C_LE] = CC_LE, [C_GT] = CC_G, [C_LEU] = CC_BE, [C_GTU] = CC_A };

	return cc[cond];
}

static void compare(struct gen *g, const struct ir *i, unsigned scratch)
{
	bool w = gen_wide(g);

	if (i->b == V_IMM) {
		if (i->imm == 0 && gen_pinned(g, i->a)) {
			x86_rr(&g->a, 0x85, w, g->r->host[i->a], g->r->host[i->a]);
		} else if (gen_pinned(g, i->a)) {
			x86_alu_imm(&g->a, 7, w, g->r->host[i->a], (int32_t)i->imm);
		} else {
			struct x86_mem m = gen_slot(i->a);

			x86_alu_mem_imm(&g->a, 7, w, &m, (int32_t)i->imm);
		}
		return;
	}
	gen_op(g, 0x3b, w, gen_src(g, i->a, scratch), i->b);
}

/* The flags that the operation before has left say whether its result, the register, is zero: FLAGS_ZERO;
 * or by which condition it is not. Whatever is made must keep flags until they are used: mov and lea do. */
void gen_flags(struct gen *g, unsigned cond)
{
	g->flags_of = g->i->d;
	g->flags_cond = cond;
	g->flags_at = g->a.len;
}

/* What has been made since `from` keeps the flags, and does not change register d. */
void gen_flags_kept(struct gen *g, uint32_t from, unsigned d)
{
	if (g->flags_at == from && g->flags_of != d)
		g->flags_at = g->a.len;
}

/* Compares, if that is still to be done, and returns the condition that holds then. */
enum x86_cc gen_compare(struct gen *g, const struct ir *i)
{
	bool zero = i->b == V_IMM && i->imm == 0 && (i->sub == C_EQ || i->sub == C_NE);

	if (zero && is_reg(i->a) && g->flags_of == i->a && g->flags_at == g->a.len)
		return g->flags_cond == FLAGS_ZERO ? gen_cc(i->sub) : gen_cc(g->flags_cond) ^ (i->sub == C_EQ);
	compare(g, i, RAX);
	return gen_cc(i->sub);
}

/* The temporary is in rax, and stays there until the comparison is made. */
static void select_result(struct gen *g, const struct ir *i)
{
	unsigned taken = gen_cc(i->sub), other = taken ^ 1;
	bool tmp_low = g->s.kind[XI(V_TMP)] == K_LOW && g->r->xlen == 64;

	if (tmp_low && (!gen_pinned(g, i->d) || g->s.kind[XI(i->d)] == K_ANY))
		x86_rr(&g->a, 0x63, true, RAX, RAX);
	compare(g, i, RDX);
	if (gen_pinned(g, i->d)) {
		x86_rr(&g->a, 0x0f40 | other, true, g->r->host[i->d], RAX);
	} else {
		struct x86_mem m = gen_slot(i->d);

		x86_rm(&g->a, 0x0f40 | taken, true, RAX, &m);
		x86_rm(&g->a, 0x89, true, RAX, &m);
	}
	if (i->rm) {
		struct x86_mem less = { .base = R15, .index = HOST_NONE, .disp = -i->rm };

		x86_rm(&g->a, 0x8d, true, RDX, &less);
		x86_rr(&g->a, 0x0f40 | other, true, R15, RDX);
	}
}

static void set(struct gen *g, const struct ir *i)
{
	unsigned d = gen_dst(g);

	compare(g, i, RAX);
	x86_rr8(&g->a, 0x0f90 | gen_cc(i->sub), 0, d);
	x86_rr8(&g->a, 0x0fb6, d, d);
	gen_flags(g, i->sub);
	gen_done(g, d);
}

/* d = a is zero (or is not) ? 0 : b. x0's slot is a zero in memory. */
static void select_zero(struct gen *g, const struct ir *i)
{
	struct x86_mem zero = gen_slot(0);
	unsigned a = gen_src(g, i->a, RAX);

	if (i->b == V_IMM)
		x86_mov_imm(&g->a, RDX, 0);
	else
		gen_load_to(g, RDX, i->b);
	x86_rr(&g->a, 0x85, g->r->xlen == 64, a, a);
	x86_rm(&g->a, 0x0f40 | (i->op == IR_SELZ ? CC_E : CC_NE), true, RDX, &zero);
	gen_done(g, RDX);
}

static void min_max(struct gen *g, const struct ir *i)
{
	static const uint8_t worse[] = { [IR_MIN] = CC_G, [IR_MAX] = CC_L, [IR_MINU] = CC_A, [IR_MAXU] = CC_B };
	bool w = gen_wide(g);

	gen_load_to(g, RAX, i->a);
	gen_op(g, 0x3b, w, RAX, i->b);
	gen_op(g, 0x0f40 | worse[i->op], w, RAX, i->b);
	gen_done(g, RAX);
}

/* ---- products and quotients ----------------------------------------------------------------- */

/* RV32's high products, through a 64-bit one. */
static void high_product_32(struct gen *g, const struct ir *i)
{
	bool a_signed = i->op != IR_MULHU, b_signed = i->op == IR_MULH;

	if (a_signed)
		gen_op(g, 0x63, true, RAX, i->a);
	else
		gen_op(g, 0x8b, false, RAX, i->a);
	if (b_signed)
		gen_op(g, 0x63, true, RDX, i->b);
	else
		gen_op(g, 0x8b, false, RDX, i->b);
	x86_rr(&g->a, 0x0faf, true, RAX, RDX);
	x86_shift_imm(&g->a, 5, true, RAX, 32);
	gen_done(g, RAX);
}

/* Will this operation leave rax and rdx alone: it finds all it needs in other registers? */
static bool spares_scratch(const struct gen *g, const struct ir *i)
{
	const uint8_t v[] = { i->d, i->a, i->b, i->c };

	for (unsigned k = 0; k < ARRAY_SIZE(v); k++)
		if (v[k] == V_TMP || (is_reg(v[k]) && !gen_pinned(g, v[k])))
			return false;
	switch (i->op) {
	case IR_MOV: case IR_LEA:
		return true;
	case IR_ADD: case IR_SUB: case IR_AND: case IR_OR: case IR_XOR: case IR_SLL: case IR_SRL: case IR_SRA:
		return is_reg(i->a) && (i->b != V_IMM || i->imm == (int32_t)i->imm);
	case IR_LOAD: case IR_STORE:      /* of zero: through rax */
		return i->b != V_IMM;
	default:
		return false;
	}
}

/* What one host operation makes besides its result waits for the guest's second instruction (STASHED) where it
 * is, or below the stack, where signals leave 128 bytes alone (psABI 3.2.2). */
static const struct x86_mem red_zone = { .base = RSP, .index = HOST_NONE, .disp = -8 };

static void stash(struct gen *g, unsigned reg)
{
	const struct ir *i = g->i, *end = &g->r->ir[g->b->ir + g->b->nr_ir];

	g->stash = (uint8_t)reg;
	while (++i < end && i->op != IR_STASHED)
		if (!i->dead && (g->r->bare || !spares_scratch(g, i)))
			g->stash = HOST_NONE;
	if (g->stash == HOST_NONE)
		x86_rm(&g->a, 0x89, true, reg, &red_zone);
}

static void stashed(struct gen *g)
{
	unsigned d = gen_dst(g);

	if (g->stash == HOST_NONE)
		x86_rm(&g->a, 0x8b, true, d, &red_zone);
	else
		x86_mov(&g->a, true, d, g->stash);
	gen_done(g, d);
}

static void high_product(struct gen *g, const struct ir *i)
{
	if (i->width == 32) {
		high_product_32(g, i);
		return;
	}
	if (i->a == V_TMP) {                     /* x0 */
		x86_mov_imm(&g->a, RAX, 0);
		gen_done(g, RAX);
		return;
	}
	gen_load_to(g, RAX, i->a);
	gen_op(g, 0xf7, true, i->op == IR_MULH ? 5 : 4, i->b);
	if (i->op == IR_MULHSU) {                /* a negative a counts 2^64 too much */
		gen_load_to(g, RAX, i->a);
		x86_shift_imm(&g->a, 7, true, RAX, 63);
		gen_op(g, 0x23, true, RAX, i->b);
		x86_rr(&g->a, 0x2b, true, RDX, RAX);
	}
	if (i->rm)
		stash(g, RAX);
	gen_done(g, RDX);
}

/* cmp b, imm8 */
static void compare_divisor(struct gen *g, const struct ir *i, bool w, int imm)
{
	if (i->b != V_IMM && gen_pinned(g, i->b)) {
		x86_alu_imm(&g->a, 7, w, g->r->host[i->b], imm);
	} else {
		struct x86_mem m = gen_slot(i->b == V_IMM ? 0 : i->b);

		x86_alu_mem_imm(&g->a, 7, w, &m, imm);
	}
}

/* Manual, chapter "M": x / 0 is all ones, x % 0 is x; the overflowing quotient is the dividend, its
 * remainder 0. The host traps in these cases: they are made out of line. */
static void divide(struct gen *g, const struct ir *i)
{
	bool w = gen_wide(g), is_signed = i->op == IR_DIV || i->op == IR_REM;
	bool rem = i->op == IR_REM || i->op == IR_REMU;
	unsigned odd = g->nr_cold;

	gen_load_to(g, RAX, i->a);
	compare_divisor(g, i, w, 0);
	gen_add_cold(g, COLD_BY_ZERO, x86_jcc(&g->a, CC_E))->width = w ? 64 : 32;
	if (is_signed) {
		compare_divisor(g, i, w, -1);
		gen_add_cold(g, COLD_BY_MINUS_ONE, x86_jcc(&g->a, CC_E))->width = w ? 64 : 32;
		if (w)
			x86_byte(&g->a, 0x48);
		x86_byte(&g->a, 0x99);                   /* cqo, cdq */
	} else {
		x86_rr(&g->a, 0x33, false, RDX, RDX);
	}
	gen_op(g, 0xf7, w, is_signed ? 7 : 6, i->b);
	for (; odd < g->nr_cold; odd++)
		g->cold[odd].back = g->a.len;
	if (i->rm)
		stash(g, rem ? RAX : RDX);
	gen_done(g, rem ? RDX : RAX);
}

/* The dividend is in rax; the quotient goes to rax, the remainder to rdx. */
void gen_odd_quotient(struct gen *g, const struct cold *s)
{
	if (s->kind == COLD_BY_ZERO) {
		x86_mov(&g->a, g->r->xlen == 64, RDX, RAX);
		x86_mov_imm(&g->a, RAX, g->r->xlen == 32 ? (int64_t)UINT32_MAX : -1);
	} else {
		x86_rr(&g->a, 0xf7, s->width == 64, 3, RAX);
		x86_rr(&g->a, 0x33, false, RDX, RDX);
	}
	x86_patch(&g->a, x86_jmp(&g->a), s->back);
}

/* ---- one operand -------------------------------------------------------------------------------- */

static void orc_b(struct gen *g, const struct ir *i)
{
	bool w = gen_wide(g);

	x86_mov_imm(&g->a, RDX, w ? 0x7f7f7f7f7f7f7f7f : 0x7f7f7f7f);
	gen_load_to(g, RAX, i->a);
	x86_rr(&g->a, 0x23, w, RAX, RDX);
	x86_rr(&g->a, 0x03, w, RAX, RDX);
	if (i->a != V_TMP)                       /* that is x0: nothing to or */
		gen_op(g, 0x0b, w, RAX, i->a);
	x86_rr(&g->a, 0xf7, w, 2, RDX);
	x86_rr(&g->a, 0x23, w, RAX, RDX);        /* bit 7 of each byte that is not zero */
	x86_shift_imm(&g->a, 5, w, RAX, 7);
	x86_rr(&g->a, 0x69, w, RAX, RAX);        /* imul rax, rax, 255 */
	x86_imm32(&g->a, 255);
	gen_done(g, RAX);
}

static void extend(struct gen *g, const struct ir *i)
{
	bool w = g->r->xlen == 64;
	unsigned d = gen_dst(g);

	switch (i->op) {
	case IR_SX8:
		if (gen_pinned(g, i->a) && !w)
			x86_rr8(&g->a, 0x0fbe, d, g->r->host[i->a]);
		else
			gen_op(g, 0x0fbe, w, d, i->a);
		break;
	case IR_SX16: gen_op(g, 0x0fbf, w, d, i->a); break;
	case IR_ZX16: gen_op(g, 0x0fb7, false, d, i->a); break;
	case IR_ZX32: gen_op(g, 0x8b, false, d, i->a); break;
	case IR_SX32:
		if (!gen_pinned(g, i->d) && i->d != V_NONE && w) {
			struct x86_mem m = gen_slot(i->d);

			gen_op(g, 0x63, true, RAX, i->a);
			x86_rm(&g->a, 0x89, true, RAX, &m);
			return;
		}
		gen_load_to(g, d, i->a);
		break;
	}
	gen_done(g, d);
}

static void unary(struct gen *g, const struct ir *i)
{
	bool w = gen_wide(g);
	unsigned d = gen_dst(g);

	switch (i->op) {
	case IR_CLZ:  gen_op(g, 0xf30fbd, w, d, i->a); break;
	case IR_CTZ:  gen_op(g, 0xf30fbc, w, d, i->a); break;
	case IR_CPOP: gen_op(g, 0xf30fb8, w, d, i->a); break;
	case IR_NOT:
		gen_load_to(g, d, i->a);
		x86_rr(&g->a, 0xf7, w, 2, d);
		break;
	case IR_REV8:
		gen_load_to(g, d, i->a);
		if (w || d >= R8)
			x86_byte(&g->a, 0x40 | (unsigned)w << 3 | (d >= R8));
		x86_byte(&g->a, 0x0f);
		x86_byte(&g->a, 0xc8 | (d & 7));
		break;
	}
	gen_done(g, d);
}

static void move(struct gen *g, const struct ir *i)
{
	unsigned d = gen_dst(g);

	if (i->a != V_IMM && !gen_pinned(g, i->d) && i->d != V_NONE && gen_pinned(g, i->a) && g->s.kind[XI(i->a)] != K_LOW) {
		struct x86_mem m = gen_slot(i->d);

		x86_rm(&g->a, 0x89, true, g->r->host[i->a], &m);
		return;
	}
	if (i->a != V_IMM) {
		gen_load_to(g, d, i->a);
		gen_done(g, d);
		return;
	}
	if (!gen_pinned(g, i->d) && i->d != V_NONE && i->imm == (int32_t)i->imm && g->r->xlen == 64) {
		struct x86_mem m = gen_slot(i->d);

		x86_rm(&g->a, 0xc7, true, 0, &m);
		x86_imm32(&g->a, (uint32_t)i->imm);
		return;
	}
	x86_mov_imm(&g->a, d, g->r->xlen == 32 ? (int64_t)(uint32_t)i->imm : i->imm);
	gen_done(g, d);
}

static void lea(struct gen *g, const struct ir *i)
{
	unsigned d = gen_dst(g), index = gen_src(g, i->b, RAX);
	unsigned base = i->a == i->b ? index : gen_src(g, i->a, RDX);
	struct x86_mem m = { .base = (uint8_t)base, .index = (uint8_t)index, .scale = i->rm, .disp = (int32_t)i->imm };

	x86_rm(&g->a, 0x8d, g->r->xlen == 64, d, &m);
	gen_done(g, d);
}

void gen_int(struct gen *g, const struct ir *i)
{
	unsigned d = gen_dst(g);

	switch (i->op) {
	case IR_MOV: move(g, i); break;
	case IR_ADD: alu(g, i, 0x03, 0); break;
	case IR_OR:  alu(g, i, 0x0b, 1); break;
	case IR_AND: alu(g, i, 0x23, 4); break;
	case IR_SUB: alu(g, i, 0x2b, 5); break;
	case IR_XOR: alu(g, i, 0x33, 6); break;
	case IR_MUL: alu(g, i, 0x0faf, 0); break;
	case IR_SLL: case IR_SRL: case IR_SRA: shift(g, i); break;
	case IR_ROL: case IR_ROR: rotate(g, i); break;
	case IR_SET: set(g, i); break;
	case IR_SELECT: select_result(g, i); break;
	case IR_SELZ: case IR_SELNZ: select_zero(g, i); break;
	case IR_MULH: case IR_MULHU: case IR_MULHSU: high_product(g, i); break;
	case IR_DIV: case IR_DIVU: case IR_REM: case IR_REMU: divide(g, i); break;
	case IR_STASHED: stashed(g); break;
	case IR_MIN: case IR_MAX: case IR_MINU: case IR_MAXU: min_max(g, i); break;
	case IR_ORCB: orc_b(g, i); break;
	case IR_CLZ: case IR_CTZ: case IR_CPOP: case IR_NOT: case IR_REV8: unary(g, i); break;
	case IR_SX8: case IR_SX16: case IR_SX32: case IR_ZX16: case IR_ZX32: extend(g, i); break;
	case IR_LEA: lea(g, i); break;
	case IR_ANDN: {
		unsigned b = gen_src(g, i->b, RAX), a = gen_src(g, i->a, RDX);

		x86_vex_rr(&g->a, 0, 2, 0xf2, gen_wide(g), d, b, a);
		gen_done(g, d);
		break;
	}
	default:
		ASSERT(!"an integer operation");
	}
}
