/* What is known about the guest's registers at each point of a region.
 *
 * Integers, RV64: most values are the results of 32-bit operations (addw, lw, ...), which the ISA
 * wants sign-extended, while x86's 32-bit operations clear the upper half. Instead of extending each
 * result, a pinned register may hold only the low half (K_LOW) until somebody needs it all
 * (NEED_ALL): then it is extended in place, once. Comparing, storing and computing with words
 * needs the low half only: sign extension keeps both orders of integers.
 *
 * Addresses: a base register that was checked to be below the view's end, or through which an
 * access has succeeded, and has moved by less than the guard since, needs no check. Nor does one that
 * the same register led to by a small step: what an access tells of one of them is true of its neighbours
 * (struct flow: near).
 *
 * Floats: an arithmetic NaN result is canonical on RISC-V and is not on x86. Other
 * arithmetic does not care, so a result stays "loose" until its bits are looked at. A single's
 * upper half is likewise filled in late.
 *
 * The facts where a block begins are the meet over the edges into it. An edge may have to do
 * something to make them true (extend, box, check: gen.c). At loop headers the facts of the
 * back edges are asked for, so that the way in does the work, once. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- operands -------------------------------------------------------------------------- */

void flow_uses(const struct ir *i, uint8_t v[3])
{
	v[0] = is_reg(i->a) ? i->a : V_NONE;
	v[1] = is_reg(i->b) ? i->b : V_NONE;
	v[2] = is_reg(i->c) ? i->c : V_NONE;
}

bool flow_observes(const struct ir *i)
{
	switch (i->op) {
	case IR_LOAD: case IR_STORE: case IR_AMO: case IR_LR: case IR_SC: case IR_FMA: case IR_FMIN: case IR_FMAX: case IR_FTOI:
	case IR_BR: case IR_JMP: case IR_JIND: case IR_EXIT: case IR_ROUNDS: case IR_TIME:
		return true;
	case IR_FSET:
		return i->width == 32 || i->rm;
	default:
		return i->op >= IR_FADD && i->op < IR_FLAGS && i->width == 32;   /* operands that are not boxed */
	}
}

static bool knows_low(const struct flow *s, unsigned v, int64_t imm)
{
	if (v == V_IMM)
		return imm == (int32_t)imm;
	return v == V_NONE || s->kind[XI(v)] != K_ANY;
}

bool flow_low(const struct region *r, const struct flow *s, const struct ir *i)
{
	if (r->xlen == 32 || i->width == 32)
		return true;
	switch (i->op) {
	case IR_SET: case IR_BR: case IR_SELECT:
		return knows_low(s, i->a, i->imm) && knows_low(s, i->b, i->imm);
	case IR_AND: case IR_OR: case IR_XOR: case IR_NOT: case IR_ANDN:
	case IR_MIN: case IR_MAX: case IR_MINU: case IR_MAXU:
		return knows_low(s, i->a, i->imm) && knows_low(s, i->b, i->imm) &&
		       (s->kind[XI(i->a)] == K_LOW || (is_reg(i->b) && s->kind[XI(i->b)] == K_LOW));
	default:
		return false;
	}
}

enum need flow_need(const struct region *r, const struct flow *s, const struct ir *i, unsigned v)
{
	switch (i->op) {
	case IR_MOV:
		return NEED_NONE;
	case IR_LOAD: case IR_LR: case IR_JIND:
		return NEED_ALL;
	case IR_STORE: case IR_AMO: case IR_SC:
		return v == i->a || i->width == 64 ? NEED_ALL : NEED_LOW;
	case IR_SX8: case IR_SX16: case IR_SX32: case IR_ZX16: case IR_ZX32:
		return NEED_LOW;
	case IR_ITOF:
		return i->sub == T_S32 || i->sub == T_U32 ? NEED_LOW : NEED_ALL;
	case IR_FMVF:
		return i->width == 32 ? NEED_LOW : NEED_ALL;
	case IR_SELECT:
		if (v == i->c && s->kind[XI(V_TMP)] == K_ANY)
			return NEED_ALL;
		return (v == i->a || v == i->b) && !flow_low(r, s, i) ? NEED_ALL : NEED_LOW;
	case IR_AND:
		if (i->b == V_IMM && i->imm >= 0 && i->imm <= INT32_MAX)
			return NEED_LOW;
		return flow_low(r, s, i) ? NEED_LOW : NEED_ALL;
	default:
		return flow_low(r, s, i) ? NEED_LOW : NEED_ALL;
	}
}

enum fneed flow_fneed(const struct ir *i, unsigned v)
{
	switch (i->op) {
	case IR_STORE: case IR_FMVX:
		return i->width == 64 ? FN_BITS : FN_BITS_LOW;
	case IR_FSGNJ: case IR_FSGNJN: case IR_FSGNJX:
		return i->width == 64 ? FN_BITS : FN_SINGLE_EXACT;
	case IR_FTOF:
		return i->width == 64 ? FN_SINGLE : FN_DOUBLE;
	default:
		return i->width == 64 ? FN_DOUBLE : FN_SINGLE;
	}
}

/* ---- one operation ------------------------------------------------------------------------- */

static uint8_t meet_kind(uint8_t a, uint8_t b)
{
	if (a == b)
		return a;
	return a != K_ANY && b != K_ANY ? K_LOW : K_ANY;
}

static enum kind logic_kind(const struct region *r, const struct flow *s, const struct ir *i)
{
	if (i->op == IR_AND && i->b == V_IMM && i->imm >= 0 && i->imm <= INT32_MAX)
		return K_SEXT;
	if (flow_low(r, s, i))
		return K_LOW;
	return knows_low(s, i->a, i->imm) && knows_low(s, i->b, i->imm) ? K_SEXT : K_ANY;
}

static enum kind result_kind(const struct region *r, const struct flow *s, const struct ir *i)
{
	switch (i->op) {
	case IR_MOV:
		return i->a == V_IMM ? (i->imm == (int32_t)i->imm ? K_SEXT : K_ANY) : s->kind[XI(i->a)];
	case IR_SET: case IR_FSET: case IR_FCLASS: case IR_FLAGS: case IR_SC: case IR_CLZ: case IR_CTZ: case IR_CPOP:
	case IR_SX8: case IR_SX16: case IR_ZX16:
		return K_SEXT;
	case IR_SX32:
		return K_LOW;
	case IR_FMVX:
		return i->width == 32 ? K_LOW : K_ANY;
	case IR_FTOI:
		return i->sub == T_S32 || i->sub == T_U32 ? K_LOW : K_ANY;
	case IR_LOAD:
		return i->sub == T_U32 || i->sub == T_64 ? K_ANY : K_SEXT;
	case IR_AMO: case IR_LR:
		return i->width == 32 ? K_SEXT : K_ANY;
	case IR_SRA:
		return i->width == 32 ? K_LOW : i->b == V_IMM && i->imm >= 32 ? K_SEXT : K_ANY;
	case IR_SRL:
		if (i->width == 32)      /* the host clears the upper half, and the sign is clear */
			return i->b == V_IMM && i->imm & 31 ? K_SEXT : K_LOW;
		return i->b == V_IMM && i->imm >= 33 ? K_SEXT : K_ANY;
	case IR_AND: case IR_OR: case IR_XOR: case IR_NOT: case IR_ANDN:
	case IR_MIN: case IR_MAX: case IR_MINU: case IR_MAXU:
		return logic_kind(r, s, i);
	case IR_SELECT:
		return meet_kind(s->kind[XI(V_TMP)], s->kind[XI(i->d)]);
	case IR_SELZ: case IR_SELNZ: case IR_ZX32: case IR_LEA: case IR_JIND:
		return K_ANY;
	default:
		return i->width == 32 ? K_LOW : K_ANY;
	}
}

static uint8_t float_result(const struct ir *i)
{
	uint8_t single = i->width == 32 ? F_BOXED | F_NARROW : 0;

	switch (i->op) {
	case IR_FADD: case IR_FSUB: case IR_FMUL: case IR_FDIV: case IR_FSQRT: case IR_FTOF:
		return single | F_CLEAN | F_LOOSE;
	case IR_FMA: case IR_FMIN: case IR_FMAX: case IR_ITOF:
		return single | F_CLEAN;
	case IR_FMVF:
		return i->a == V_IMM ? single | F_CLEAN : single;
	default:
		return single;
	}
}

static uint64_t distance(int64_t imm) { return (uint64_t)(imm < 0 ? -imm : imm); }

bool flow_unchecked(const struct region *r, const struct flow *s, const struct ir *i)
{
	if (r->xlen == 32 || !is_reg(i->a))
		return false;
	return s->chk[XI(i->a)] == CHK_NONE || s->chk[XI(i->a)] + (int64_t)distance(i->imm) > CHK_MAX;
}

/* ---- bounds: what an index can be at most ---------------------------------------------- */

static uint64_t below_of(const struct flow *s, unsigned v, int64_t imm)
{
	if (v == V_IMM)
		return imm >= 0 && imm < BELOW_MAX ? (uint64_t)imm + 1 : 0;
	return is_x(v) || v == V_TMP ? s->below[XI(v)] : 0;
}

/* The largest with so many bits. */
static uint64_t below_bits(int bits) { return bits >= 0 && bits <= 30 ? UINT64_C(1) << bits : 0; }

static uint64_t below_shifted(const struct ir *i, uint64_t a)
{
	int width = i->width, n = i->b == V_IMM ? (int)(i->imm & (width - 1)) : 0;

	if (i->b != V_IMM)
		return i->op == IR_SLL ? 0 : a;
	if (i->op == IR_SLL)
		return a && n <= 30 ? ((a - 1) << n) + 1 : 0;
	if (a)
		return ((a - 1) >> n) + 1;
	return i->op == IR_SRL ? below_bits(width - n) : 0;
}

static uint64_t below_sum(uint64_t a, uint64_t b) { return a && b ? a + b - 1 : 0; }

static uint64_t below_load(unsigned type) { return type == T_U8 ? 256 : type == T_U16 ? 65536 : 0; }

/* Bounds are below 2^31, so that what is true of the 64-bit operation is of the 32-bit one. */
static uint32_t result_below(const struct flow *s, const struct ir *i)
{
	uint64_t a = below_of(s, i->a, i->imm), b = below_of(s, i->b, i->imm), v = 0;

	switch (i->op) {
	case IR_MOV: case IR_SX32: v = a; break;
	case IR_ADD: case IR_OR: case IR_XOR: v = below_sum(a, b); break;
	case IR_AND: case IR_MINU: v = a && (a < b || !b) ? a : b; break;
	case IR_SLL: case IR_SRL: case IR_SRA: v = below_shifted(i, a); break;
	case IR_LEA: v = below_sum(below_sum(a, b ? ((b - 1) << i->rm) + 1 : 0), below_of(s, V_IMM, i->imm)); break;
	case IR_SET: case IR_FSET: v = 2; break;
	case IR_CLZ: case IR_CTZ: case IR_CPOP: v = 65; break;
	case IR_ZX16: v = a ? a : 65536; break;
	case IR_ZX32: v = a; break;
	case IR_LOAD: v = below_load(i->sub); break;
	case IR_SELECT:
		b = s->below[XI(i->d)];
		v = s->below[XI(V_TMP)];
		v = v && b ? MAX(v, b) : 0;
		break;
	}
	return v <= BELOW_MAX ? (uint32_t)v : 0;
}

/* ---- addresses --------------------------------------------------------------------------- */

/* Moved by something that is not much. */
static int64_t moved_chk(const struct flow *s, unsigned base, unsigned by, unsigned scale)
{
	uint64_t below = below_of(s, by, 0);

	if (!(is_x(base) || base == V_TMP) || s->chk[XI(base)] == CHK_NONE || !below)
		return CHK_NONE;
	return s->chk[XI(base)] + (int64_t)((below - 1) << scale);
}

static int64_t sum_chk(const struct flow *s, const struct ir *i)
{
	int64_t c;

	switch (i->op) {
	case IR_ADD:
		c = moved_chk(s, i->a, i->b, 0);
		return c != CHK_NONE ? c : moved_chk(s, i->b, i->a, 0);
	case IR_SUB:
		return moved_chk(s, i->a, i->b, 0);
	case IR_LEA:
		c = moved_chk(s, i->a, i->b, i->rm);
		if (c == CHK_NONE && i->rm == 0)
			c = moved_chk(s, i->b, i->a, 0);
		return c != CHK_NONE ? c + (int64_t)distance(i->imm) : c;
	default:
		return CHK_NONE;
	}
}

static int32_t result_chk(const struct flow *s, const struct ir *i)
{
	int64_t c = CHK_NONE;

	if (i->op == IR_MOV)
		c = is_x(i->a) ? s->chk[XI(i->a)]
		               : i->a == V_IMM && (uint64_t)i->imm < JIT_VIEW_SIZE_64 ? 0 : CHK_NONE;
	else if (i->op == IR_ADD && i->width == 64 && i->b == V_IMM && s->chk[XI(i->a)] != CHK_NONE)
		c = s->chk[XI(i->a)] + (int64_t)distance(i->imm);
	else if (i->width == 64 && is_reg(i->b))
		c = sum_chk(s, i);
	return c > CHK_MAX ? CHK_NONE : (int32_t)c;
}

/* ---- neighbours ---------------------------------------------------------------------------- */

/* Register d becomes: what it was close to, or the operation's operand. Whoever was close to the old d is not
 * any more, unless d only moves a little. */
static void note_near(struct flow *s, const struct ir *i)
{
	unsigned d = i->d, base = V_NONE;
	uint64_t by = 0, a = below_of(s, i->a, i->imm), b = below_of(s, i->b, i->imm);
	bool moves = i->op == IR_ADD && i->width == 64 && i->a == d && i->b == V_IMM;

	if (i->op == IR_MOV) {
		base = i->a;
	} else if (i->op == IR_ADD && i->width == 64 && i->b == V_IMM) {
		base = i->a;
		by = distance(i->imm);
	} else if ((i->op == IR_ADD || i->op == IR_LEA) && i->width == 64) {
		bool right = b != 0 || !(i->op == IR_ADD || i->rm == 0);

		base = right ? (b ? i->a : V_NONE) : a ? i->b : V_NONE;
		by = (right ? (b - 1) << (i->op == IR_LEA ? i->rm : 0) : a - 1) + (i->op == IR_LEA ? distance(i->imm) : 0);
	}
	for (unsigned v = 1; v < 32; v++) {
		if (s->near[v] != d + 1)
			continue;
		if (moves && s->far[v] + by <= CHK_MAX)
			s->far[v] += (uint32_t)by;
		else
			s->near[v] = 0;
	}
	if (moves && s->near[d] && s->far[d] + by <= CHK_MAX) {
		s->far[d] += (uint32_t)by;
	} else {
		bool known = is_x(base) && base != 0 && base != d && by <= CHK_MAX;

		s->near[d] = known ? (uint8_t)(base + 1) : 0;
		s->far[d] = known ? (uint32_t)by : 0;
	}
}

/* The distance of register v from an address inside the view has become known: so has that of its neighbours. */
static void tell_neighbours(struct flow *s, unsigned v)
{
	unsigned base = s->near[v] - 1u;
	int64_t c = s->chk[v] + (int64_t)s->far[v];

	if (!s->near[v] || c > CHK_MAX || (s->chk[base] != CHK_NONE && s->chk[base] <= c))
		return;
	s->chk[base] = (int32_t)c;
	for (unsigned n = 1; n < 32; n++)
		if (s->near[n] == base + 1 && s->chk[n] == CHK_NONE && c + s->far[n] <= CHK_MAX)
			s->chk[n] = (int32_t)(c + s->far[n]);
	tell_neighbours(s, base);
}

static void use_float(struct flow *s, enum fneed need, unsigned f)
{
	uint8_t *k = &s->fkind[f];

	switch (need) {
	case FN_NONE:
		return;
	case FN_SINGLE:
		if (!(*k & F_BOXED))
			*k = F_BOXED;
		return;
	case FN_DOUBLE:
		if (*k & F_BOXED)
			*k &= (uint8_t)~(F_NARROW | F_LOOSE);
		return;
	case FN_SINGLE_EXACT:
		if (!(*k & F_BOXED))
			*k = F_BOXED;
		*k &= (uint8_t)~F_LOOSE;
		return;
	case FN_BITS_LOW:
		*k &= (uint8_t)~F_LOOSE;
		return;
	case FN_BITS:
		*k &= (uint8_t)~(F_NARROW | F_LOOSE);
		return;
	}
}

static void define(const struct region *r, struct flow *s, const struct ir *i, enum kind kind, int32_t chk, uint32_t below)
{
	unsigned d = i->d;
	bool held = d == V_TMP || (pinned(r, d) && !r->bare);

	if (is_f(d)) {
		s->fkind[d - V_F0] = float_result(i);
		if (pinned(r, d))
			s->dirty_f |= 1u << (d - V_F0);
		else
			s->fkind[d - V_F0] &= (uint8_t)~(F_NARROW | F_LOOSE);
		return;
	}
	/* Half a number that is small and not negative is all of it: 32-bit operations clear the rest. */
	s->kind[XI(d)] = r->xlen == 32 ? K_ANY : kind == K_LOW && (below || !held) ? K_SEXT : (uint8_t)kind;
	s->chk[XI(d)] = chk;
	s->below[XI(d)] = r->xlen == 32 ? 0 : below;
	if (is_x(d) && held)
		s->dirty_x |= 1u << d;
}

void flow_ir(const struct region *r, struct flow *s, const struct ir *i)
{
	uint8_t uses[3];
	enum need need[3] = { NEED_NONE };
	enum kind kind = K_ANY;
	int32_t chk = CHK_NONE;
	uint32_t below = 0;

	flow_uses(i, uses);
	for (int k = 0; k < 3; k++)
		if (uses[k] != V_NONE && !is_f(uses[k]))
			need[k] = flow_need(r, s, i, uses[k]);
	if (is_reg(i->d) && !is_f(i->d)) {
		kind = result_kind(r, s, i);
		chk = result_chk(s, i);
		below = result_below(s, i);
	}
	for (int k = 0; k < 3; k++) {
		if (uses[k] == V_NONE)
			continue;
		if (is_f(uses[k]))
			use_float(s, flow_fneed(i, uses[k]), uses[k] - V_F0);
		else if (need[k] == NEED_ALL && s->kind[XI(uses[k])] == K_LOW)
			s->kind[XI(uses[k])] = K_SEXT;
	}
	if (i->op >= IR_LOAD && i->op < IR_FENCE && is_reg(i->a)) {
		s->chk[XI(i->a)] = (int32_t)distance(i->imm);
		if (is_x(i->a) && i->a)
			tell_neighbours(s, i->a);
	}
	if (is_x(i->d) && i->d && r->xlen == 64)
		note_near(s, i);
	if (is_reg(i->d))
		define(r, s, i, kind, chk, below);
}

/* Registers that are in another place after the edge from one zone to another. */
struct regs flow_moved(const uint8_t *from, const uint8_t *to)
{
	struct regs m = { 0, 0 };

	for (unsigned v = 0; v < 32 && from != to; v++) {
		m.x |= (uint32_t)(from[v] != to[v]) << v;
		m.f |= (uint32_t)(from[V_F0 + v] != to[V_F0 + v]) << v;
	}
	return m;
}

void flow_cross(struct flow *s, const uint8_t *from, const uint8_t *to)
{
	struct regs m = flow_moved(from, to);

	for (unsigned v = 0; v < 32 && (m.x | m.f); v++) {
		if (m.x >> v & 1 && s->kind[v] == K_LOW)
			s->kind[v] = K_SEXT;
		if (m.f >> v & 1)
			s->fkind[v] &= (uint8_t)~(F_NARROW | F_LOOSE);
	}
	s->dirty_x &= ~m.x;
	s->dirty_f &= ~m.f;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static void state_entry(struct flow *s)
{
	memset(s, 0, sizeof(*s));
	s->reached = true;
	for (unsigned v = 0; v < 32; v++)
		s->chk[v] = CHK_NONE;
}

/* NARROW and LOOSE are representations that an edge can make from anything that means the same;
 * BOXED and CLEAN are meanings: at a header, of one edge is enough, and the others check. */
static uint8_t meet_float(uint8_t a, uint8_t b, bool header, bool live)
{
	uint8_t both = a & b, either = a | b, out = both & (F_BOXED | F_CLEAN);

	if (header && (live || either & F_LOOSE))
		out |= either & (live ? F_BOXED | F_CLEAN : F_CLEAN);
	if ((a ^ b) & F_BOXED)         /* "clean" means another thing for a single */
		return header && live ? (a & F_BOXED ? a : b) : 0;
	if (out & F_BOXED)
		out |= either & F_NARROW;
	if (out & F_CLEAN)
		out |= either & F_LOOSE;
	return out;
}

static int32_t meet_chk(int32_t a, int32_t b, bool header, bool live)
{
	if (a == CHK_NONE || b == CHK_NONE)
		return header && live ? MAX(a, b) : CHK_NONE;
	return MAX(a, b);
}

/* Meet `out` into the accumulated state of block b. */
static void meet_into(struct flow *in, const struct flow *out, const struct block *b)
{
	if (!in->reached) {
		*in = *out;
		in->dirty_x = in->dirty_f = 0;
		memset(in->near, 0, sizeof(in->near));
		memset(in->far, 0, sizeof(in->far));
		return;
	}
	for (unsigned v = 0; v < 32; v++) {
		in->kind[v] = meet_kind(in->kind[v], out->kind[v]);
		in->below[v] = in->below[v] && out->below[v] ? MAX(in->below[v], out->below[v]) : 0;
		in->chk[v] = meet_chk(in->chk[v], out->chk[v], b->header, b->based >> v & 1);
		in->fkind[v] = meet_float(in->fkind[v], out->fkind[v], b->header, b->live >> (V_F0 + v) & 1);
	}
}

static void block_out(struct region *r, const struct block *b, struct flow *s)
{
	enter_zone(r, b);
	*s = b->in;
	for (unsigned i = b->ir; i < b->ir + b->nr_ir; i++)
		if (!r->ir[i].dead)
			flow_ir(r, s, &r->ir[i]);
	s->kind[0] = K_ANY;
	s->chk[0] = CHK_NONE;
	s->below[0] = 0;
}

/* Distances that grow from pass to pass would never settle: those are given up. */
static bool settle(struct block *b, struct flow *next)
{
	enum { CHANGES = 6 };

	for (unsigned v = 0; v < 32; v++) {
		if (next->chk[v] != b->in.chk[v] && b->in.reached && b->changes[v] < CHANGES)
			b->changes[v]++;
		if (b->changes[v] == CHANGES)
			next->chk[v] = CHK_NONE;
		if (next->below[v] != b->in.below[v] && b->in.reached && b->grew[v] < CHANGES)
			b->grew[v]++;
		if (b->grew[v] == CHANGES)
			next->below[v] = 0;
	}
	if (memcmp(next, &b->in, sizeof(*next)) == 0)
		return false;
	b->in = *next;
	return true;
}

/* For each block: its state at the end, the meet of its predecessors' in progress, and whether
 * either is to be made anew. */
struct work { struct flow out, next; bool in_changed, meet; };

static bool flow_pass(struct region *r, struct work *w)
{
	bool changed = false;

	for (unsigned k = 0; k < r->nr_blocks; k++) {
		struct block *b = &r->block[k];

		if (!w[k].in_changed)
			continue;
		w[k].in_changed = false;
		block_out(r, b, &w[k].out);
		for (unsigned n = 0; n < b->nr_succs; n++)
			if (b->succ[n] >= 0)
				w[b->succ[n]].meet = true;
	}
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		if (!w[k].meet)
			continue;
		memset(&w[k].next, 0, sizeof(w[k].next));
		if (r->block[k].entry)
			state_entry(&w[k].next);
	}
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		for (unsigned n = 0; n < b->nr_succs && b->in.reached; n++) {
			struct flow out;

			if (b->succ[n] < 0 || !w[b->succ[n]].meet)
				continue;
			out = w[k].out;
			flow_cross(&out, r->zone[b->zone], r->zone[r->block[b->succ[n]].zone]);
			meet_into(&w[b->succ[n]].next, &out, &r->block[b->succ[n]]);
		}
	}
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		if (w[k].meet)
			changed |= w[k].in_changed = settle(&r->block[k], &w[k].next);
		w[k].meet = false;
	}
	return changed;
}

/* Nothing is known anywhere: always true. */
static void give_up(struct region *r)
{
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		if (!r->block[k].entry && r->block[k].nr_preds == 0)
			continue;
		state_entry(&r->block[k].in);
	}
}

/* ---- what memory has not ------------------------------------------------------------------------ */

/* Registers that the block changes, and that have a host register. */
static struct regs block_changes(struct region *r, const struct block *b)
{
	struct regs c = { 0, 0 };

	enter_zone(r, b);
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++) {
		unsigned d = r->ir[k].d;

		if (r->ir[k].dead || !is_reg(d) || !pinned(r, d))
			continue;
		c.x |= is_x(d) ? 1u << d : 0;
		c.f |= is_f(d) ? 1u << (d - V_F0) : 0;
	}
	return c;
}

struct dirty { struct regs changes, next; bool met; };

/* In loops a register is stale if it is on any way here. Outside, what is stale on some of the ways
 * only is written on those (gen.c): else the others would have to load it at the entry and to write it
 * at the exit. */
static void meet_dirty(struct dirty *d, struct regs out, const struct block *b)
{
	if (b->header || b->depth) {
		d->next.x |= out.x;
		d->next.f |= out.f;
	} else if (!d->met && !b->entry) {
		d->next = out;
	} else {
		d->next.x &= out.x;
		d->next.f &= out.f;
	}
	d->met = true;
}

static bool dirty_pass(struct region *r, struct dirty *d)
{
	bool changed = false;

	for (unsigned k = 0; k < r->nr_blocks; k++) {
		d[k].next = (struct regs){ 0, 0 };
		d[k].met = false;
	}
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		for (unsigned n = 0; n < b->nr_succs && b->in.reached; n++) {
			const struct block *to = b->succ[n] >= 0 ? &r->block[b->succ[n]] : NULL;
			struct regs moved, out = { b->in.dirty_x | d[k].changes.x, b->in.dirty_f | d[k].changes.f };

			if (!to)
				continue;
			moved = flow_moved(r->zone[b->zone], r->zone[to->zone]);
			out.x &= ~moved.x;
			out.f &= ~moved.f;
			meet_dirty(&d[b->succ[n]], out, to);
		}
	}
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		struct flow *in = &r->block[k].in;

		changed |= in->dirty_x != d[k].next.x || in->dirty_f != d[k].next.f;
		in->dirty_x = d[k].next.x;
		in->dirty_f = d[k].next.f;
	}
	return changed;
}

/* The least solution, from nothing upwards. `all` is one, too: used without memory for a better one. */
static void find_dirty(struct region *r)
{
	struct dirty *d = malloc(r->nr_blocks * sizeof(*d));
	uint32_t all = d ? 0 : ~0u;

	for (unsigned k = 0; k < r->nr_blocks; k++) {
		if (d)
			d[k].changes = block_changes(r, &r->block[k]);
		r->block[k].in.dirty_x = r->block[k].in.dirty_f = all;
	}
	while (d && dirty_pass(r, d))
		;
	free(d);
}

/* ---- liveness ---------------------------------------------------------------------------------- */

static uint64_t bit(unsigned v) { return v < 64 ? UINT64_C(1) << v : 0; }

/* Registers whose value is read in the block (or after it) before it is set; `stale`: those
 * whose memory is stale count as read wherever the state may be looked at. */
static uint64_t block_live(struct region *r, const struct block *b, uint64_t out, bool stale)
{
	uint64_t *dirty = r->dirty;
	struct flow s = b->in;
	uint64_t live = out;
	uint8_t v[3];

	enter_zone(r, b);
	if (stale) {
		for (unsigned k = 0; k < b->nr_ir; k++) {
			dirty[k] = s.dirty_x | (uint64_t)s.dirty_f << 32;
			if (!r->ir[b->ir + k].dead)
				flow_ir(r, &s, &r->ir[b->ir + k]);
		}
	}
	for (unsigned k = b->nr_ir; k-- > 0;) {
		const struct ir *i = &r->ir[b->ir + k];

		if (i->dead)
			continue;
		live &= ~(is_reg(i->d) ? bit(i->d) : 0);
		flow_uses(i, v);
		live |= bit(v[0]) | bit(v[1]) | bit(v[2]);
		if (stale && flow_observes(i))
			live |= dirty[k];
	}
	return live;
}

/* Registers through which memory will be accessed, as they are or moved. */
static uint64_t block_based(const struct region *r, const struct block *b, uint64_t based)
{
	for (unsigned k = b->nr_ir; k-- > 0;) {
		const struct ir *i = &r->ir[b->ir + k];
		bool moved = i->op == IR_MOV || i->op == IR_ADD || i->op == IR_LEA, wanted;

		if (i->dead)
			continue;
		wanted = is_x(i->d) && based >> i->d & 1;
		based &= ~(is_reg(i->d) ? bit(i->d) : 0);
		if ((moved && wanted && is_x(i->a)) ||
		    (i->op >= IR_LOAD && i->op < IR_FENCE && is_x(i->a)))
			based |= bit(i->a);
		if (moved && wanted && is_x(i->b))
			based |= bit(i->b);
	}
	return based;
}

static void find_based(struct region *r)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (unsigned k = r->nr_blocks; k-- > 0;) {
			struct block *b = &r->block[k];
			uint64_t out = 0;

			for (unsigned n = 0; n < b->nr_succs; n++)
				if (b->succ[n] >= 0)
					out |= r->block[b->succ[n]].based;
			out = block_based(r, b, out);
			changed |= out != b->based;
			b->based = out;
		}
	}
}

/* What a header takes for granted is looked at on the way in. */
static uint64_t looked_at(const struct block *b)
{
	uint64_t at = 0;

	for (unsigned v = 0; v < 32 && b->header; v++) {
		at |= b->in.chk[v] != CHK_NONE ? bit(v) : 0;
		at |= b->in.fkind[v] & (F_BOXED | F_CLEAN) ? bit(V_F0 + v) : 0;
	}
	return at;
}

/* What the edge loads from memory. */
static uint64_t moved_bits(const struct region *r, const struct block *b, const struct block *to)
{
	struct regs m = flow_moved(r->zone[b->zone], r->zone[to->zone]);

	return m.x | (uint64_t)m.f << 32;
}

static void find_live(struct region *r, bool stale)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (unsigned k = r->nr_blocks; k-- > 0;) {
			struct block *b = &r->block[k];
			uint64_t out = 0, live, *field = stale ? &b->load : &b->live;

			for (unsigned n = 0; n < b->nr_succs; n++) {
				const struct block *to = b->succ[n] >= 0 ? &r->block[b->succ[n]] : NULL;

				if (to)
					out |= stale ? to->load & ~moved_bits(r, b, to) : to->live;
			}
			if (stale) {
				/* Where it leaves, everything changed is written. */
				out |= b->in.dirty_x | (uint64_t)b->in.dirty_f << 32;
			}
			live = block_live(r, b, out, stale);
			if (stale)
				live |= b->in.dirty_x | (uint64_t)b->in.dirty_f << 32 | looked_at(b);
			changed |= live != *field;
			*field = live;
		}
	}
}

void flow_region(struct region *r)
{
	enum { PASSES = 200 };
	struct work *w = malloc(r->nr_blocks * sizeof(*w));
	unsigned pass = 0;

	find_live(r, false);
	find_based(r);
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		if (r->block[k].entry)
			state_entry(&r->block[k].in);
		if (w)
			w[k].in_changed = r->block[k].entry;
		if (w)
			w[k].meet = false;
	}
	if (w) {
		while (flow_pass(r, w) && ++pass < PASSES)
			;
		free(w);
	}
	if (!w || pass == PASSES)
		give_up(r);
	find_dirty(r);
	find_live(r, true);
}

/* No register is pinned and nothing is known where a block begins: for code that is made in a hurry. */
void flow_nothing(struct region *r)
{
	r->nr_zones = 1;
	r->nr_loops = 0;
	memset(r->zone[0], HOST_NONE, V_COUNT);
	r->zone[0][V_TMP] = RAX;
	for (unsigned k = 0; k < r->nr_blocks; k++)
		state_entry(&r->block[k].in);
}
