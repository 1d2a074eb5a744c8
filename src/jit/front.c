/* The front end: insn.def's semantics, expanded to calls that append intermediate code.
 *
 * Each row becomes a function build_ID. An expression is a struct val: a constant, a
 * register plus a constant (so that an address stays an address), or a float operand with a
 * sign to be flipped. Whatever needs an operation of its own goes through the one temporary; a
 * row's expressions are chains, so one is enough. The result of the last operation is retargeted when a
 * statement sets a register to it. */
#include "internal.h"

#include <string.h>

struct val {
	uint8_t v;                     /* virtual register, or V_IMM */
	bool neg;                      /* floats: sign flipped */
	int64_t imm;                   /* V_IMM: the constant; else to be added to v */
};

struct builder {
	struct region *r;
	struct block *b;
	const struct guest_insn *gi;
	const struct isa_insn *d;
	unsigned insn;
	bool ended;
};

static struct ir *append(struct builder *b, unsigned op, unsigned width)
{
	struct ir *i = &b->r->ir[b->r->nr_ir++];

	ASSERT(b->r->nr_ir <= MAX_IR);
	*i = (struct ir){ .op = (uint8_t)op, .width = (uint8_t)width, .d = V_NONE, .a = V_NONE, .b = V_NONE,
		.c = V_NONE, .insn = (uint16_t)b->insn };
	b->b->nr_ir++;
	return i;
}

/* ---- values ---------------------------------------------------------------------------- */

static struct val reg(unsigned v) { return (struct val){ .v = (uint8_t)v }; }
static struct val xreg(unsigned n) { return n ? reg(n) : (struct val){ .v = V_IMM }; }
static struct val constant(int64_t imm) { return (struct val){ .v = V_IMM, .imm = imm }; }
static struct val negated(struct val a) { a.neg = !a.neg; return a; }

static void put(uint8_t *v, int64_t *imm, struct val a)
{
	*v = a.v;
	if (a.v == V_IMM)
		*imm = a.imm;
}

/* A value that is a register or a constant. */
static struct val plain(struct builder *b, struct val a)
{
	if (a.v != V_IMM && a.imm != 0) {
		struct ir *i = append(b, IR_ADD, (unsigned)b->r->xlen);

		i->d = V_TMP;
		i->a = a.v;
		i->b = V_IMM;
		i->imm = a.imm;
		return reg(V_TMP);
	}
	return a;
}

static struct val in_reg(struct builder *b, struct val a)
{
	if (a.v == V_IMM) {
		struct ir *i = append(b, IR_MOV, (unsigned)b->r->xlen);

		i->d = V_TMP;
		i->a = V_IMM;
		i->imm = a.imm;
		return reg(V_TMP);
	}
	return plain(b, a);
}

static struct val add(struct builder *b, struct val x, struct val y);

static struct val binary(struct builder *b, unsigned op, unsigned width, struct val x, struct val y)
{
	struct ir *i;

	x = plain(b, x);
	y = plain(b, y);
	/* One immediate, on the right, is what the back end expects. */
	if (x.v == V_IMM && (y.v == V_IMM || op == IR_SUB || op > IR_XOR))
		x = in_reg(b, x);
	else if (x.v == V_IMM) {
		struct val t = x;

		x = y;
		y = t;
	}
	i = append(b, op, width);
	i->d = V_TMP;
	put(&i->a, &i->imm, x);
	put(&i->b, &i->imm, y);
	return reg(V_TMP);
}

static struct val add(struct builder *b, struct val x, struct val y)
{
	if (y.v == V_IMM && y.imm == (int32_t)y.imm && x.imm == 0 && x.v != V_IMM) {
		x.imm = y.imm;
		return x;
	}
	if (x.v == V_IMM && y.v == V_IMM)
		return constant(b->r->xlen == 32 ? (int32_t)(x.imm + y.imm) : x.imm + y.imm);
	return binary(b, IR_ADD, (unsigned)b->r->xlen, x, y);
}

static struct val unary(struct builder *b, unsigned op, unsigned width, struct val x)
{
	struct ir *i;

	x = in_reg(b, x);
	i = append(b, op, width);
	i->d = V_TMP;
	i->a = x.v;
	return reg(V_TMP);
}

static struct val compare(struct builder *b, unsigned op, unsigned cond, unsigned width, struct val x, struct val y)
{
	struct ir *i;

	if (op == IR_SET && x.v == V_IMM && y.v != V_IMM) {   /* the constant to the right */
		static const uint8_t mirrored[] = { [C_EQ] = C_EQ, [C_NE] = C_NE, [C_LT] = C_GT,
			[C_GE] = C_LE, [C_LTU] = C_GTU, [C_GEU] = C_LEU };
		struct val t = x;

		x = y;
		y = t;
		cond = mirrored[cond];
	}
	x = op == IR_SET ? in_reg(b, x) : x;
	i = append(b, op, width);
	i->d = V_TMP;
	i->a = x.v;
	put(&i->b, &i->imm, y);
	i->sub = (uint8_t)cond;
	return reg(V_TMP);
}

/* The widening conversions, whatever the mode. */
static bool is_exact(unsigned op)
{
	return op == ISA_fcvt_d_w || op == ISA_fcvt_d_wu || op == ISA_fcvt_d_s;
}

/* The static rounding mode of arithmetic, if it is one that has to be switched to. */
static uint8_t round_of(const struct builder *b, unsigned op)
{
	bool rounds = (op >= IR_FADD && op <= IR_FMA) || op == IR_ITOF || op == IR_FTOF;

	return rounds && b->d->rm < ISA_RM_RMM && !is_exact(b->d->op) ? b->d->rm : 0;
}

static struct val fbinary(struct builder *b, unsigned op, unsigned width, struct val x, struct val y, struct val z)
{
	struct ir *i = append(b, op, width);

	i->d = V_TMP;
	i->a = x.v;
	i->b = y.v;
	i->c = z.v;
	i->rm = op == IR_FMA ? (uint8_t)(x.neg | z.neg << 1) : b->d->rm;
	i->round = round_of(b, op);
	return reg(V_TMP);
}

static struct val convert(struct builder *b, unsigned op, unsigned width, unsigned type, struct val x)
{
	struct ir *i = append(b, op, width);

	i->d = V_TMP;
	put(&i->a, &i->imm, x);
	i->sub = (uint8_t)type;
	i->rm = b->d->rm;
	i->round = round_of(b, op);
	return reg(V_TMP);
}

/* ---- statements ------------------------------------------------------------------------ */

static void set(struct builder *b, unsigned d, struct val x)
{
	struct ir *last = b->b->nr_ir ? &b->r->ir[b->r->nr_ir - 1] : NULL;
	struct ir *i;

	if (x.v == V_TMP && x.imm == 0 && last && last->d == V_TMP && last->insn == b->insn) {
		last->d = d ? (uint8_t)d : V_NONE;    /* floats have their flags as an effect */
		last->dead = d == 0 && last->op < IR_LOAD;
		return;
	}
	if (d == 0)
		return;
	i = append(b, x.v != V_IMM && x.imm ? IR_ADD : IR_MOV, (unsigned)b->r->xlen);
	i->d = (uint8_t)d;
	i->a = x.v;
	i->imm = x.imm;
	if (i->op == IR_ADD)
		i->b = V_IMM;
}

static void exit_to(struct builder *b, enum jit_exit_kind kind, enum jit_refusal reason)
{
	struct ir *i = append(b, IR_EXIT, 64);

	i->sub = (uint8_t)kind;
	i->imm = reason;
	b->ended = true;
	if (kind == JIT_EXIT_INTERPRET)
		__atomic_fetch_add(&jit_refusals[reason], 1, __ATOMIC_RELAXED);
}

static void load(struct builder *b, unsigned type, unsigned d, struct val address)
{
	struct ir *i = append(b, IR_LOAD, type_size(type) == 8 || is_x(d) ? (unsigned)b->r->xlen : 32);

	if (is_f(d))
		i->width = type == T_64 ? 64 : 32;
	i->d = d ? (uint8_t)d : V_NONE;
	i->a = address.v;
	i->imm = address.imm;
	i->sub = (uint8_t)type;
}

static void store(struct builder *b, unsigned type, struct val address, struct val x)
{
	struct ir *i = append(b, IR_STORE, 8 * type_size(type));

	i->a = address.v;
	i->imm = address.imm;
	i->b = x.v == V_IMM ? V_IMM : x.v;   /* V_IMM: zero, from x0 */
	i->sub = (uint8_t)type;
}

static void atomic(struct builder *b, unsigned op, unsigned size, unsigned sub, struct val address, struct val x)
{
	struct ir *i = append(b, op, size);

	i->d = b->d->rd ? b->d->rd : V_NONE;
	i->a = address.v;
	i->b = op == IR_LR ? V_NONE : x.v;
	i->sub = (uint8_t)sub;
}

static void branch(struct builder *b, struct val c)
{
	struct ir *i = &b->r->ir[b->r->nr_ir - 1];

	ASSERT(c.v == V_TMP && i->op == IR_SET);
	i->op = IR_BR;
	i->d = V_NONE;
	b->ended = true;
}

static void jump_indirect(struct builder *b, unsigned rd, struct val address)
{
	struct ir *i = append(b, IR_JIND, 64);

	i->d = rd ? (uint8_t)rd : V_NONE;
	i->a = address.v;
	i->imm = address.imm;
	b->ended = true;
}

/* ---- the language of insn.def ------------------------------------------------------------- */

#define W ((unsigned)b->r->xlen)
#define RS1 xreg(b->d->rs1)
#define RS2 xreg(b->d->rs2)
#define IMM constant(b->d->imm)
#define ZIMM constant(b->d->rs1)
#define K(n) constant(n)
#define PC constant(W == 32 ? (int32_t)b->gi->pc : (int64_t)b->gi->pc)
#define NPC_VALUE (b->gi->pc + b->d->len)
#define NPC constant(W == 32 ? (int32_t)NPC_VALUE : (int64_t)NPC_VALUE)
#define TMP(name, value)               /* jalr's target: JUMP does it all */
#define SET_RD(v) set(b, b->d->rd, v)

#define ADD(x, y) add(b, x, y)
#define SUB(x, y) binary(b, IR_SUB, W, x, y)
#define AND(x, y) binary(b, IR_AND, W, x, y)
#define OR(x, y) binary(b, IR_OR, W, x, y)
#define XOR(x, y) binary(b, IR_XOR, W, x, y)
#define NOT(x) unary(b, IR_NOT, W, x)
#define SLL(x, y) binary(b, IR_SLL, W, x, y)
#define SRL(x, y) binary(b, IR_SRL, W, x, y)
#define SRA(x, y) binary(b, IR_SRA, W, x, y)
#define EQ(x, y) compare(b, IR_SET, C_EQ, W, x, y)
#define NE(x, y) compare(b, IR_SET, C_NE, W, x, y)
#define LT(x, y) compare(b, IR_SET, C_LT, W, x, y)
#define GE(x, y) compare(b, IR_SET, C_GE, W, x, y)
#define LTU(x, y) compare(b, IR_SET, C_LTU, W, x, y)
#define GEU(x, y) compare(b, IR_SET, C_GEU, W, x, y)
#define SX8(x) unary(b, IR_SX8, W, x)
#define SX16(x) unary(b, IR_SX16, W, x)
#define SX32(x) unary(b, IR_SX32, W, x)
#define ZX16(x) unary(b, IR_ZX16, W, x)
#define ZX32(x) unary(b, IR_ZX32, W, x)
#define MUL(x, y) binary(b, IR_MUL, W, x, y)
#define MULH(x, y) binary(b, IR_MULH, W, x, y)
#define MULHSU(x, y) binary(b, IR_MULHSU, W, x, y)
#define MULHU(x, y) binary(b, IR_MULHU, W, x, y)
#define DIV(x, y) binary(b, IR_DIV, W, x, y)
#define DIVU(x, y) binary(b, IR_DIVU, W, x, y)
#define REM(x, y) binary(b, IR_REM, W, x, y)
#define REMU(x, y) binary(b, IR_REMU, W, x, y)
#define MINS(x, y) binary(b, IR_MIN, W, x, y)
#define MAXS(x, y) binary(b, IR_MAX, W, x, y)
#define MINU(x, y) binary(b, IR_MINU, W, x, y)
#define MAXU(x, y) binary(b, IR_MAXU, W, x, y)
#define CLZ(x) unary(b, IR_CLZ, W, x)
#define CTZ(x) unary(b, IR_CTZ, W, x)
#define CPOP(x) unary(b, IR_CPOP, W, x)
#define ORCB(x) unary(b, IR_ORCB, W, x)
#define REV8(x) unary(b, IR_REV8, W, x)
#define ROL(x, y) binary(b, IR_ROL, W, x, y)
#define ROR(x, y) binary(b, IR_ROR, W, x, y)
#define ADDW(x, y) binary(b, IR_ADD, 32, x, y)
#define SUBW(x, y) binary(b, IR_SUB, 32, x, y)
#define MULW(x, y) binary(b, IR_MUL, 32, x, y)
#define SLLW(x, y) binary(b, IR_SLL, 32, x, y)
#define SRLW(x, y) binary(b, IR_SRL, 32, x, y)
#define SRAW(x, y) binary(b, IR_SRA, 32, x, y)
#define DIVW(x, y) binary(b, IR_DIV, 32, x, y)
#define DIVUW(x, y) binary(b, IR_DIVU, 32, x, y)
#define REMW(x, y) binary(b, IR_REM, 32, x, y)
#define REMUW(x, y) binary(b, IR_REMU, 32, x, y)
#define CLZW(x) unary(b, IR_CLZ, 32, x)
#define CTZW(x) unary(b, IR_CTZ, 32, x)
#define CPOPW(x) unary(b, IR_CPOP, 32, x)
#define ROLW(x, y) binary(b, IR_ROL, 32, x, y)
#define RORW(x, y) binary(b, IR_ROR, 32, x, y)

/* czero: IF(EQ(rs2, 0), 0, rs1). The comparison's own code is replaced. */
static struct val conditional_zero(struct builder *b, struct val c, struct val zero, struct val x)
{
	struct ir *i = &b->r->ir[b->r->nr_ir - 1];

	ASSERT(c.v == V_TMP && i->op == IR_SET && i->b == V_IMM && zero.v == V_IMM);
	i->op = i->sub == C_EQ ? IR_SELZ : IR_SELNZ;
	put(&i->b, &i->imm, x);
	return c;
}
#define IF(c, zero, x) conditional_zero(b, c, zero, x)

#define FS1 reg(V_F0 + b->d->rs1)
#define FS2 reg(V_F0 + b->d->rs2)
#define FS3 reg(V_F0 + b->d->rs3)
#define FD1 FS1
#define FD2 FS2
#define FD3 FS3
#define FB1 FS1
#define FB2 FS2
#define NOTHING reg(V_NONE)
#define ROUND do { if (!can_round(b)) return; } while (0)
#define SET_FS(x) set_float(b, 32, x)
#define SET_FD(x) set_float(b, 64, x)
#define SET_FB(x) set_float(b, 64, x)
#define F32_NEG(x) negated(x)
#define F64_NEG(x) negated(x)
#define FLOATS(Wd, x_) Wd
#define F32_ADD(x, y) fbinary(b, IR_FADD, 32, x, y, NOTHING)
#define F32_SUB(x, y) fbinary(b, IR_FSUB, 32, x, y, NOTHING)
#define F32_MUL(x, y) fbinary(b, IR_FMUL, 32, x, y, NOTHING)
#define F32_DIV(x, y) fbinary(b, IR_FDIV, 32, x, y, NOTHING)
#define F32_SQRT(x) fbinary(b, IR_FSQRT, 32, x, NOTHING, NOTHING)
#define F32_FMA(x, y, z) fma_signs(b, 32, x, y, z)
#define F32_SGNJ(x, y) fbinary(b, IR_FSGNJ, 32, x, y, NOTHING)
#define F32_SGNJN(x, y) fbinary(b, IR_FSGNJN, 32, x, y, NOTHING)
#define F32_SGNJX(x, y) fbinary(b, IR_FSGNJX, 32, x, y, NOTHING)
#define F32_MIN(x, y) fbinary(b, IR_FMIN, 32, x, y, NOTHING)
#define F32_MAX(x, y) fbinary(b, IR_FMAX, 32, x, y, NOTHING)
#define F32_EQ(x, y) compare(b, IR_FSET, C_EQ, 32, x, y)
#define F32_LT(x, y) compare(b, IR_FSET, C_LT, 32, x, y)
#define F32_LE(x, y) compare(b, IR_FSET, C_LE, 32, x, y)
#define F32_CLASS(x) convert(b, IR_FCLASS, 32, 0, x)
#define F32_TO_I32(x) convert(b, IR_FTOI, 32, T_S32, x)
#define F32_TO_U32(x) convert(b, IR_FTOI, 32, T_U32, x)
#define F32_TO_I64(x) convert(b, IR_FTOI, 32, T_64, x)
#define F32_TO_U64(x) convert(b, IR_FTOI, 32, T_U8, x)   /* T_U8: unsigned 64 */
#define F32_FROM_I32(x) convert(b, IR_ITOF, 32, T_S32, x)
#define F32_FROM_U32(x) convert(b, IR_ITOF, 32, T_U32, x)
#define F32_FROM_I64(x) convert(b, IR_ITOF, 32, T_64, x)
#define F32_FROM_U64(x) convert(b, IR_ITOF, 32, T_U8, x)
#define F32_TO_F64(x) convert(b, IR_FTOF, 64, 0, x)
#define F64_ADD(x, y) fbinary(b, IR_FADD, 64, x, y, NOTHING)
#define F64_SUB(x, y) fbinary(b, IR_FSUB, 64, x, y, NOTHING)
#define F64_MUL(x, y) fbinary(b, IR_FMUL, 64, x, y, NOTHING)
#define F64_DIV(x, y) fbinary(b, IR_FDIV, 64, x, y, NOTHING)
#define F64_SQRT(x) fbinary(b, IR_FSQRT, 64, x, NOTHING, NOTHING)
#define F64_FMA(x, y, z) fma_signs(b, 64, x, y, z)
#define F64_SGNJ(x, y) fbinary(b, IR_FSGNJ, 64, x, y, NOTHING)
#define F64_SGNJN(x, y) fbinary(b, IR_FSGNJN, 64, x, y, NOTHING)
#define F64_SGNJX(x, y) fbinary(b, IR_FSGNJX, 64, x, y, NOTHING)
#define F64_MIN(x, y) fbinary(b, IR_FMIN, 64, x, y, NOTHING)
#define F64_MAX(x, y) fbinary(b, IR_FMAX, 64, x, y, NOTHING)
#define F64_EQ(x, y) compare(b, IR_FSET, C_EQ, 64, x, y)
#define F64_LT(x, y) compare(b, IR_FSET, C_LT, 64, x, y)
#define F64_LE(x, y) compare(b, IR_FSET, C_LE, 64, x, y)
#define F64_CLASS(x) convert(b, IR_FCLASS, 64, 0, x)
#define F64_TO_I32(x) convert(b, IR_FTOI, 64, T_S32, x)
#define F64_TO_U32(x) convert(b, IR_FTOI, 64, T_U32, x)
#define F64_TO_I64(x) convert(b, IR_FTOI, 64, T_64, x)
#define F64_TO_U64(x) convert(b, IR_FTOI, 64, T_U8, x)
#define F64_FROM_I32(x) convert(b, IR_ITOF, 64, T_S32, x)
#define F64_FROM_U32(x) convert(b, IR_ITOF, 64, T_U32, x)
#define F64_FROM_I64(x) convert(b, IR_ITOF, 64, T_64, x)
#define F64_FROM_U64(x) convert(b, IR_ITOF, 64, T_U8, x)
#define F64_TO_F32(x) convert(b, IR_FTOF, 32, 0, x)

static struct val fma_signs(struct builder *b, unsigned width, struct val x, struct val y, struct val z)
{
	return fbinary(b, IR_FMA, width, x, y, z);
}

/* Conversions to integers round as they like. Arithmetic rounds as frm says, which a guard at the
 * entry makes sure the host does too, or has the host's mode switched around it. */
static bool can_round(struct builder *b)
{
	bool to_int = isa_rows[b->d->op].fmt == ISA_FMT_FXM;

	if (b->d->rm == ISA_RM_DYN)
		b->r->rounds |= JIT_MISROUNDS_FRM;
	else if (b->d->rm == ISA_RM_RNE && !to_int && !is_exact(b->d->op))
		b->r->rounds |= JIT_MISROUNDS_NEAREST;
	if (b->d->rm == ISA_RM_DYN || b->d->rm < ISA_RM_RMM ||
	    (b->d->rm == ISA_RM_RMM && (to_int || is_exact(b->d->op))))
		return true;
	exit_to(b, JIT_EXIT_INTERPRET, JIT_REFUSE_rounding);
	return false;
}

static void set_float(struct builder *b, unsigned width, struct val x)
{
	struct ir *last = b->b->nr_ir ? &b->r->ir[b->r->nr_ir - 1] : NULL;
	struct ir *i;

	if (x.v == V_TMP && last && last->d == V_TMP && last->insn == b->insn) {
		last->d = V_F0 + b->d->rd;
		return;
	}
	i = append(b, IR_FMVF, width);
	i->d = V_F0 + b->d->rd;
	i->a = x.v;            /* V_IMM: zero */
}

#define LOAD(type, a) load(b, T_##type, b->d->rd, a)
#define T_U64 T_64
#define FLOAD(size, a) load(b, size == 64 ? T_64 : T_U32, V_F0 + b->d->rd, a)
#define STORE(size, a, v) store(b, size == 8 ? T_U8 : size == 16 ? T_U16 : size == 32 ? T_U32 : T_64, a, v)
#define BRANCH(c) branch(b, c)
#define JUMP_REL (append(b, IR_JMP, 64), b->ended = true, (void)0)
#define JUMP(target) jump_indirect(b, b->d->rd, add(b, RS1, IMM))
#define LR(size, a) atomic(b, IR_LR, size, 0, a, constant(0))
#define SC(size, a, v) atomic(b, IR_SC, size, 0, a, v)
#define AMO(size, op, a, v) atomic(b, IR_AMO, size, AMO_##op, a, v)
#define CSR(op, source) csr(b)
#define FENCE fence(b)
#define FENCE_I exit_to(b, JIT_EXIT_INTERPRET, JIT_REFUSE_fence_i)
#define ECALL exit_to(b, JIT_EXIT_SYSCALL, JIT_REFUSE_none)
#define EBREAK exit_to(b, JIT_EXIT_BREAKPOINT, JIT_REFUSE_none)

enum { CSR_FFLAGS = 1, CSR_FCSR = 3, CSR_TIME = 0xc01, CSR_TIMEH = 0xc81 };

static bool is_time(const struct isa_insn *d)
{
	return d->op == ISA_csrrs && d->rs1 == 0 && (d->imm == CSR_TIME || d->imm == CSR_TIMEH);
}

bool front_csr(const struct isa_insn *d)
{
	return (d->imm >= CSR_FFLAGS && d->imm <= CSR_FCSR) || is_time(d);
}

static void read_time(struct builder *b)
{
	struct ir *i;

	if (b->r->xlen == 64 && b->d->imm == CSR_TIMEH) {
		exit_to(b, JIT_EXIT_INTERPRET, JIT_REFUSE_csr);
		return;
	}
	i = append(b, IR_TIME, (unsigned)b->r->xlen);
	i->d = b->d->rd ? b->d->rd : V_NONE;
	i->sub = b->d->imm == CSR_TIMEH;
}

/* The old value goes through the temporary: rd and rs1 may be the same. Whether the region's other
 * instructions can bear the new rounding mode is looked at when rd has been set. */
static void csr(struct builder *b)
{
	static const uint8_t change[] = { [1] = 0, [2] = 1, [3] = 2 };
	unsigned funct3 = b->gi->d.op == ISA_csrrw || b->gi->d.op == ISA_csrrwi ? 1 :
	                  b->gi->d.op == ISA_csrrs || b->gi->d.op == ISA_csrrsi ? 2 : 3;
	bool reads = b->d->rd != 0, writes = funct3 == 1 || b->d->rs1 != 0;
	bool immediate = isa_rows[b->d->op].fmt == ISA_FMT_CSRI;
	struct ir *i;

	if (is_time(b->d)) {
		read_time(b);
		return;
	}
	if (!front_csr(b->d)) {
		exit_to(b, JIT_EXIT_INTERPRET, JIT_REFUSE_csr);
		return;
	}
	if (reads) {
		i = append(b, IR_FLAGS, 32);
		i->sub = (uint8_t)b->d->imm;
		i->d = writes ? V_TMP : b->d->rd;
	}
	if (!writes)
		return;
	i = append(b, IR_SETFLAGS, 32);
	i->sub = (uint8_t)b->d->imm;
	i->rm = change[funct3];
	put(&i->a, &i->imm, immediate ? constant(b->d->rs1) : xreg(b->d->rs1));
	if (reads) {
		i = append(b, IR_MOV, (unsigned)b->r->xlen);
		i->d = b->d->rd;
		i->a = V_TMP;
	}
	if (b->d->imm != 1)
		append(b, IR_ROUNDS, 32);
}

/* x86 orders everything but a store before a later load. */
static void fence(struct builder *b)
{
	if (b->d->imm & 0x10 && b->d->imm & 0x2)
		append(b, IR_FENCE, 64);
}

static void build_jalr(struct builder *b) { jump_indirect(b, b->d->rd, add(b, RS1, IMM)); }
static void build_fmv_x(struct builder *b, unsigned width)
{
	if (b->d->rd == 0)
		return;
	struct ir *i = append(b, IR_FMVX, width);

	i->d = b->d->rd;
	i->a = V_F0 + b->d->rs1;
}

#define INSN(id, mn, xl, ext, mask, match, fmt, ...) \
	static inline void row_##id(struct builder *b) { __VA_ARGS__; }
#define target constant(0)
#include "isa/insn.def"
#undef target

static void (*const build[ISA_BASE_COUNT])(struct builder *b) = {
#define INSN(id, mn, xl, ext, mask, match, fmt, ...) [ISA_##id] = row_##id,
#include "isa/insn.def"
};

/* Rows that do nothing but write an integer register and write x0. */
static bool does_nothing(const struct isa_insn *d)
{
	unsigned fmt = isa_rows[d->op].fmt;

	return d->rd == 0 && (fmt == ISA_FMT_R || fmt == ISA_FMT_R1 || fmt == ISA_FMT_I || fmt == ISA_FMT_SH ||
	                      fmt == ISA_FMT_SHW || fmt == ISA_FMT_U || fmt == ISA_FMT_FX);
}

void front_insn(struct region *r, struct block *b, unsigned insn)
{
	const struct guest_insn *gi = &r->insn[insn];
	struct builder bl = { .r = r, .b = b, .gi = gi, .d = &gi->d, .insn = insn };

	if (gi->d.op == ISA_ILLEGAL)
		exit_to(&bl, JIT_EXIT_INTERPRET, JIT_REFUSE_illegal);
	else if (gi->d.op == ISA_jalr)
		build_jalr(&bl);
	else if (gi->d.op == ISA_fmv_x_w || gi->d.op == ISA_fmv_x_d)
		build_fmv_x(&bl, gi->d.op == ISA_fmv_x_w ? 32 : 64);
	else if (!does_nothing(&gi->d))
		build[gi->d.op](&bl);
}
