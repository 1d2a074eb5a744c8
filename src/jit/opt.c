/* Work on the intermediate code of one block, before anything is known across blocks:
 * constants, sequences that are one host operation, writes nobody sees; and the choice of the
 * registers that get host registers. */
#include "internal.h"

#include <string.h>

/* ---- constants --------------------------------------------------------------------------- */

struct constants { bool known[V_COUNT]; int64_t value[V_COUNT]; };

static bool fold(const struct region *r, const struct ir *i, int64_t a, int64_t b, int64_t *out)
{
	switch (i->op) {
	case IR_MOV: *out = a; break;
	case IR_ADD: *out = (int64_t)((uint64_t)a + (uint64_t)b); break;
	case IR_SLL: *out = (int64_t)((uint64_t)a << (b & (i->width - 1))); break;
	case IR_OR:  *out = a | b; break;
	case IR_XOR: *out = a ^ b; break;
	default: return false;
	}
	if (i->width == 32)
		*out = (int32_t)*out;
	return true;
}

/* An operand that is known: the right one becomes immediate. */
static void use_constants(const struct region *r, const struct constants *c, struct ir *i)
{
	bool commutes = i->op == IR_ADD || i->op == IR_AND || i->op == IR_OR || i->op == IR_XOR;

	if (i->op == IR_MOV || i->op == IR_ADD) {
		if (i->op == IR_MOV && is_reg(i->a) && c->known[i->a]) {
			i->imm = c->value[i->a];
			i->a = V_IMM;
			return;
		}
	}
	if (commutes && is_reg(i->a) && is_reg(i->b) && c->known[i->a] && !c->known[i->b]) {
		uint8_t t = i->a;

		i->a = i->b;
		i->b = t;
	}
	if ((commutes || i->op == IR_SET || i->op == IR_BR) && is_reg(i->b) && c->known[i->b] &&
	    c->value[i->b] == (int32_t)c->value[i->b]) {
		i->imm = c->value[i->b];
		i->b = V_IMM;
	}
	if (i->op == IR_STORE && is_x(i->b) && c->known[i->b] && c->value[i->b] == 0)
		i->b = V_IMM;
	if (i->op == IR_SUB && i->a == V_TMP && c->known[V_TMP] && c->value[V_TMP] == 0 && is_reg(i->b)) {
		i->a = V_IMM;
		i->imm = 0;
	}
	if (i->op == IR_ADD && i->b == V_IMM && i->imm == 0 && is_reg(i->a)) {
		i->op = i->width == 64 || i->width == r->xlen ? IR_MOV : IR_SX32;
		i->b = V_NONE;
	}
}

/* auipc and jalr: a jump to what is far. A return is compared with where it may go on, so it stays one. */
static void know_target(const struct block *b, const struct constants *c, struct ir *i)
{
	if (i->op != IR_JIND || b->nr_succs || !is_x(i->a) || !c->known[i->a])
		return;
	i->imm = (int64_t)((uint64_t)i->imm + (uint64_t)c->value[i->a]);
	i->a = V_IMM;
}

static void fold_constants(struct region *r, struct block *b)
{
	struct constants c;

	memset(c.known, 0, sizeof(c.known));
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++) {
		struct ir *i = &r->ir[k];
		int64_t v;

		if (i->dead)
			continue;
		use_constants(r, &c, i);
		know_target(b, &c, i);
		if (!is_reg(i->d))
			continue;
		if (is_f(i->d)) {
			continue;
		}
		if ((i->a == V_IMM || (is_reg(i->a) && !is_f(i->a) && c.known[i->a])) &&
		    (i->op == IR_MOV || i->b == V_IMM) && i->op < IR_LOAD &&
		    fold(r, i, i->a == V_IMM ? i->imm : c.value[i->a], i->imm, &v)) {
			i->op = IR_MOV;
			i->a = V_IMM;
			i->b = V_NONE;
			i->imm = v;
			i->width = (uint8_t)r->xlen;
			c.known[i->d] = true;
			c.value[i->d] = v;
			continue;
		}
		c.known[i->d] = false;
	}
}

/* ---- sequences ------------------------------------------------------------------------------- */

static bool reads(const struct ir *i, unsigned v)
{
	return i->a == v || i->b == v || i->c == v;
}

/* The operation after index k that is not dead, within the block. */
static struct ir *next_live(struct region *r, const struct block *b, unsigned k)
{
	while (++k < b->ir + b->nr_ir)
		if (!r->ir[k].dead)
			return &r->ir[k];
	return NULL;
}

static bool shift_by(const struct ir *i, unsigned op, int64_t n)
{
	return i->op == op && i->width == 64 && i->b == V_IMM && i->imm == n;
}

/* slli t, x, n; srli or srai d, t, m: what is left of x after both. */
static bool fuse_shifts(struct ir *i, struct ir *n)
{
	static const struct { uint8_t right, by, op; } pairs[] = {
		{ IR_SRL, 32, IR_ZX32 }, { IR_SRL, 48, IR_ZX16 }, { IR_SRA, 32, IR_SX32 },
		{ IR_SRA, 48, IR_SX16 }, { IR_SRA, 56, IR_SX8 },
	};

	if (i->op != IR_SLL || i->width != 64 || i->b != V_IMM || n->a != i->d || n->d != i->d)
		return false;
	for (unsigned k = 0; k < ARRAY_SIZE(pairs); k++) {
		if (i->imm != pairs[k].by || !shift_by(n, pairs[k].right, pairs[k].by))
			continue;
		n->op = pairs[k].op;
		n->a = i->a;
		n->b = V_NONE;
		i->dead = true;
		return true;
	}
	/* zero-extended and shifted left by less than 32 */
	if (i->imm == 32 && n->op == IR_SRL && n->width == 64 && n->b == V_IMM && n->imm < 32) {
		i->op = IR_ZX32;
		i->b = V_NONE;
		n->op = IR_SLL;
		n->imm = 32 - n->imm;
		return true;
	}
	return false;
}

/* The operation before index k that made v for this one alone: nobody can see the value or use it meanwhile. */
static struct ir *step_before(struct region *r, const struct block *b, unsigned k, unsigned v)
{
	while (k-- > b->ir) {
		struct ir *i = &r->ir[k];

		if (i->dead)
			continue;
		if (i->d == v)
			return i;
		if (reads(i, v) || flow_observes(i))
			return NULL;
	}
	return NULL;
}

/* Do operations between the two change v? */
static bool changed_meanwhile(const struct ir *from, const struct ir *to, unsigned v)
{
	for (const struct ir *i = from + 1; i < to; i++)
		if (!i->dead && i->d == v)
			return true;
	return false;
}

/* addi t, x, n; add d, t, y, where d is t; likewise with t = x << 1..3, or (x + n) << 1..3. */
static void fuse_address(struct region *r, struct block *b, unsigned k)
{
	struct ir *add = &r->ir[k], *shift, *plus;
	unsigned t, other;

	for (int side = 0; side < 2; side++) {
		t = side ? add->a : add->b;
		other = side ? add->b : add->a;
		if (add->op != IR_ADD || add->width != r->xlen || !is_reg(t) || !is_reg(other) || t == other ||
		    (add->d != t && t != V_TMP))
			continue;
		shift = step_before(r, b, k, t);
		if (!shift || shift->width != r->xlen || shift->b != V_IMM || !is_reg(shift->a) ||
		    (shift->a != t && changed_meanwhile(shift, add, shift->a)))
			continue;
		if (shift->op == IR_ADD) {
			*add = (struct ir){ .op = IR_LEA, .width = add->width, .d = add->d, .a = (uint8_t)other, .b = shift->a,
				.c = V_NONE, .imm = shift->imm, .insn = add->insn };
			shift->dead = true;
			return;
		}
		if (shift->op != IR_SLL || shift->imm < 1 || shift->imm > 3)
			continue;
		*add = (struct ir){ .op = IR_LEA, .width = add->width, .d = add->d, .a = (uint8_t)other, .b = shift->a,
			.c = V_NONE, .rm = (uint8_t)shift->imm, .insn = add->insn };
		shift->dead = true;
		plus = shift->a == t ? step_before(r, b, (unsigned)(shift - r->ir), t) : NULL;
		if (plus && plus->op == IR_ADD && plus->width == r->xlen && plus->b == V_IMM && is_reg(plus->a) &&
		    plus->imm >= -(1 << 27) && plus->imm < 1 << 27 &&
		    (plus->a == t || !changed_meanwhile(plus, add, plus->a))) {
			add->b = plus->a;
			add->imm = plus->imm * (1 << add->rm);
			plus->dead = true;
		}
		return;
	}
}

/* not t, y; and d, x, t */
static bool fuse_andn(struct ir *i, struct ir *n)
{
	if (i->op != IR_NOT || i->d != V_TMP || n->op != IR_AND || n->b != V_TMP)
		return false;
	n->op = IR_ANDN;
	n->b = i->a;
	i->dead = true;
	return true;
}

/* The operation before index k that made register v; NULL: one before the block. */
static struct ir *maker(struct region *r, const struct block *b, unsigned k, unsigned v)
{
	while (k-- > b->ir)
		if (!r->ir[k].dead && r->ir[k].d == v)
			return &r->ir[k];
	return NULL;
}

static bool changed_between(const struct ir *from, const struct ir *to, unsigned v)
{
	for (const struct ir *i = from; i < to; i++)
		if (!i->dead && i->d == v)
			return true;
	return false;
}

/* slliw t, x, n; srliw u, x, 32 - n; or d, t, u: the shifts stay if their results can be seen. */
static void fuse_rotate(struct region *r, struct block *b, unsigned k)
{
	struct ir *i = &r->ir[k], *left, *right;

	if ((i->op != IR_OR && i->op != IR_XOR) || i->width != r->xlen || !is_x(i->a) || !is_x(i->b) || i->a == i->b)
		return;
	left = maker(r, b, k, i->a);
	right = maker(r, b, k, i->b);
	if (left && left->op == IR_SRL) {
		struct ir *t = left;

		left = right;
		right = t;
	}
	if (!left || !right || left->op != IR_SLL || right->op != IR_SRL || left->a != right->a ||
	    left->width != right->width || left->b != V_IMM || right->b != V_IMM || !is_x(left->a) ||
	    left->imm + right->imm != left->width || left->imm == 0 || right->imm == 0 ||
	    changed_between(MIN(left, right), i, left->a))
		return;
	i->op = IR_ROL;
	i->width = left->width;
	i->a = left->a;
	i->b = V_IMM;
	i->imm = left->imm;
}

/* frflags t; flt d, a, b; fsflags t: how C compares without raising flags. What is not a number is left
 * to the interpreter, and nothing else changes a flag. */
static void fuse_quiet(struct region *r, struct block *b, unsigned k)
{
	struct ir *i = &r->ir[k], *n, *m;

	if (i->op != IR_FLAGS || i->sub != 1 || !is_x(i->d) || !(n = next_live(r, b, k)) || n->op != IR_FSET || n->d == i->d)
		return;
	m = next_live(r, b, (unsigned)(n - r->ir));
	if (!m || m->op != IR_SETFLAGS || m->sub != 1 || m->rm || m->a != i->d)
		return;
	n->rm = 1;
	m->dead = true;
}

/* The operation that the host makes along with i; IR_COUNT: none. */
static unsigned other_half(const struct ir *i)
{
	switch (i->op) {
	case IR_DIV: return IR_REM;
	case IR_REM: return IR_DIV;
	case IR_DIVU: return IR_REMU;
	case IR_REMU: return IR_DIVU;
	case IR_MULH: case IR_MULHU: return i->width == 64 ? IR_MUL : IR_COUNT;
	default: return IR_COUNT;
	}
}

/* Quotient and remainder of the same two, or the halves of a product: the second one has been made already. */
static void fuse_halves(struct region *r, struct block *b, unsigned k)
{
	struct ir *i = &r->ir[k], *n;
	unsigned other = other_half(i);

	if (other == IR_COUNT || i->rm || !is_x(i->a) || !is_x(i->b) || i->d == i->a || i->d == i->b)
		return;
	for (; (n = next_live(r, b, k)); k = (unsigned)(n - r->ir)) {
		bool same = n->a == i->a && n->b == i->b, across = n->a == i->b && n->b == i->a;

		if (n->op == other && n->width == i->width && (same || (across && other == IR_MUL))) {
			*n = (struct ir){ .op = IR_STASHED, .width = n->width, .d = n->d, .a = V_NONE, .b = V_NONE, .c = V_NONE,
				.insn = n->insn };
			i->rm = 1;
			return;
		}
		/* One waits at a time. */
		if (n->op > IR_STORE || n->op == IR_STASHED || other_half(n) != IR_COUNT || n->d == i->a || n->d == i->b)
			return;
	}
}

static void fuse(struct region *r, struct block *b)
{
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++)
		if (!r->ir[k].dead) {
			fuse_rotate(r, b, k);
			fuse_quiet(r, b, k);
			fuse_halves(r, b, k);
		}
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++) {
		struct ir *i = &r->ir[k], *n;

		if (i->dead || !(n = next_live(r, b, k)))
			continue;
		if (!fuse_shifts(i, n))
			fuse_andn(i, n);
	}
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++)
		if (!r->ir[k].dead)
			fuse_address(r, b, k);
}

/* ---- dead writes --------------------------------------------------------------------------------- */

/* Nobody sees a write that is followed by another before the guest's state can be looked at. */
static void drop_dead(struct region *r, struct block *b)
{
	uint64_t live = ~UINT64_C(0);
	bool tmp = false;
	uint8_t v[3];

	for (unsigned k = b->ir + b->nr_ir; k-- > b->ir;) {
		struct ir *i = &r->ir[k];

		if (i->dead)
			continue;
		if (is_reg(i->d) && i->op < IR_LOAD) {
			bool wanted = i->d == V_TMP ? tmp : live >> i->d & 1;

			/* The second half may be wanted if the first is not. */
			if (!wanted && !(other_half(i) != IR_COUNT && i->rm)) {
				i->dead = true;
				continue;
			}
		}
		if (i->d == V_TMP)
			tmp = false;
		else if (is_reg(i->d))
			live &= ~(UINT64_C(1) << i->d);
		if (flow_observes(i))
			live = ~UINT64_C(0);           /* as it was before the operation */
		/* But a jump leaves with the link written: auipc's own result is seen by nobody. */
		if (i->op == IR_JIND && is_reg(i->d))
			live &= ~(UINT64_C(1) << i->d);
		flow_uses(i, v);
		for (int n = 0; n < 3; n++) {
			if (v[n] == V_TMP)
				tmp = true;
			else if (v[n] != V_NONE)
				live |= UINT64_C(1) << v[n];
		}
	}
}

/* ---- low halves --------------------------------------------------------------------------------- */

/* What is still wanted of each register: backwards through the block. */
struct wants { uint32_t low, all; bool tmp_low, tmp_all; };

static void want(struct wants *w, unsigned v, bool all)
{
	if (v == V_TMP) {
		w->tmp_low = true;
		w->tmp_all |= all;
	} else if (is_x(v)) {
		w->low |= 1u << v;
		w->all |= all ? 1u << v : 0;
	}
}

static bool wants_all(const struct wants *w, unsigned v)
{
	return v == V_TMP ? w->tmp_all : is_x(v) && w->all >> v & 1;
}

/* The low half of the result depends on low halves only. */
static bool low_suffices(const struct ir *i)
{
	switch (i->op) {
	case IR_ADD: case IR_SUB: case IR_AND: case IR_OR: case IR_XOR: case IR_NOT: case IR_ANDN: case IR_MUL:
		return true;
	case IR_SLL:
		return i->b == V_IMM && i->imm < 32;
	default:
		return false;
	}
}

static void want_operands(struct wants *w, const struct ir *i, bool all)
{
	uint8_t v[3];

	flow_uses(i, v);
	for (int n = 0; n < 3; n++) {
		bool wide = i->width != 32;

		if (i->op == IR_SX8 || i->op == IR_SX16 || i->op == IR_SX32 || i->op == IR_ZX16 || i->op == IR_ZX32 ||
		    (i->op == IR_AND && i->b == V_IMM && i->imm >= 0))
			wide = false;
		else if (i->op == IR_MOV)
			wide = all;
		else if ((i->op >= IR_LOAD && i->op < IR_FENCE && v[n] == i->a) || i->op == IR_ITOF)
			wide = true;
		if (v[n] != V_NONE)
			want(w, v[n], wide);
	}
}

/* Operations of which only the low half is used become 32-bit ones: nothing has to be extended
 * for them. The guest cannot see the difference: the result is gone before it may look. */
static void narrow(struct region *r, struct block *b)
{
	struct wants w = { .low = ~0u, .all = ~0u };

	for (unsigned k = b->ir + b->nr_ir; r->xlen == 64 && k-- > b->ir;) {
		struct ir *i = &r->ir[k];
		bool all;

		if (i->dead)
			continue;
		all = !is_reg(i->d) || wants_all(&w, i->d);
		if (!all && i->width == 64 && low_suffices(i))
			i->width = 32;
		if (i->d == V_TMP)
			w.tmp_low = w.tmp_all = false;
		else if (is_x(i->d))
			w.low &= ~(1u << i->d), w.all &= ~(1u << i->d);
		if (flow_observes(i))
			w.low = w.all = ~0u;
		want_operands(&w, i, all);
	}
}

void opt_block(struct region *r, struct block *b)
{
	fold_constants(r, b);
	fuse(r, b);
	drop_dead(r, b);
	narrow(r, b);
}

/* ---- returns -------------------------------------------------------------------------------------- */

/* Is the context that of a function called from within the other, or itself? */
static bool is_inside(const struct region *r, unsigned context, unsigned outer)
{
	while (context && context != outer)
		context = r->context[context].parent;
	return context == outer;
}

/* The register in which the call into the context leaves the link, if nothing changes it on the way back. */
static unsigned kept_link(const struct region *r, unsigned context)
{
	unsigned link = V_NONE;

	for (unsigned k = 0; k < r->nr_insns; k++)
		if (r->insn[k].callee == context)
			link = r->insn[k].d.rd;
	for (unsigned k = 0; k < r->nr_blocks && link != V_NONE; k++) {
		const struct block *b = &r->block[k];

		for (unsigned n = b->ir; n < b->ir + b->nr_ir && is_inside(r, b->context, context); n++)
			if (!r->ir[n].dead && r->ir[n].d == link)
				return V_NONE;
	}
	return link;
}

/* A function that became part of the region, can be reached by its one call only, and leaves the link alone
 * needs not look where it returns to. */
void opt_returns(struct region *r)
{
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];
		struct ir *last = b->nr_ir ? &r->ir[b->ir + b->nr_ir - 1] : NULL;

		if (!last || !b->context || last->op != IR_JIND || is_reg(last->d) || b->nr_succs != 1 ||
		    b->succ_pc[0] != r->context[b->context].ret || last->a != kept_link(r, b->context))
			continue;
		last->op = IR_JMP;
		last->a = V_NONE;
	}
}

/* ---- pins ------------------------------------------------------------------------------------------ */

/* rax and rdx, xmm13-15 are the back end's scratch; rbp and r15 have their jobs. Those that need no
 * prefix first: they go to the hottest. */
static const uint8_t x_pins[] = { RBX, RSI, RDI, RCX, R8, R9, R10, R11, R12, R13, R14 };
enum { NR_F_PINS = 13 };

static uint64_t weight_at(unsigned depth) { return UINT64_C(1) << 3 * MIN(depth, 10u); }

/* The uses in the zone's blocks. */
static void count_uses(struct region *r, unsigned zone)
{
	memset(r->uses, 0, sizeof(r->uses));
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];
		uint64_t weight = weight_at(b->depth + 2 * b->hot);
		uint8_t v[3];

		for (unsigned n = b->ir; n < b->ir + b->nr_ir && b->zone == zone; n++) {
			const struct ir *i = &r->ir[n];

			if (i->dead)
				continue;
			flow_uses(i, v);
			for (int m = 0; m < 3; m++)
				if (v[m] != V_NONE)
					r->uses[v[m]] += weight;
			if (is_reg(i->d))
				r->uses[i->d] += weight;
			/* A read-modify-write loop has no register left for its address. */
			if ((i->op == IR_AMO || i->op == IR_SC) && is_reg(i->a))
				r->uses[i->a] += UINT64_C(1) << 40;
		}
	}
}

/* What a loop inside the zone uses had better be in its register already when the loop begins. */
static void count_inner(struct region *r, const struct loop *l)
{
	const struct block *header = &r->block[l->header];
	uint64_t weight = 2 * weight_at(header->depth - 1 + 2 * header->hot), wanted[V_COUNT] = { 0 };
	uint8_t v[3];

	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		for (unsigned n = b->ir; n < b->ir + b->nr_ir && l->blocks[k / 64] >> k % 64 & 1; n++) {
			if (r->ir[n].dead)
				continue;
			flow_uses(&r->ir[n], v);
			for (int m = 0; m < 3; m++)
				if (v[m] != V_NONE)
					wanted[v[m]] = weight;
			if (is_reg(r->ir[n].d))
				wanted[r->ir[n].d] = weight;
		}
	}
	for (unsigned k = 0; k < V_COUNT; k++)
		r->uses[k] += wanted[k];
}

/* The host register among these that is free, or whose guest register is used least. */
static uint8_t cheapest(const struct region *r, unsigned first, const uint8_t *hosts, unsigned n, unsigned *holder)
{
	uint8_t best = HOST_NONE;

	*holder = V_NONE;
	for (unsigned k = 0; k < n; k++) {
		unsigned v = first;

		while (v < first + 32 && r->host[v] != hosts[k])
			v++;
		if (v == first + 32) {
			*holder = V_NONE;
			return hosts[k];
		}
		if (best == HOST_NONE || r->uses[v] < r->uses[*holder]) {
			*holder = v;
			best = hosts[k];
		}
	}
	return best;
}

/* The most used get host registers, from what is used less. Returns whether too much is left without. */
static bool pin_hottest(struct region *r, unsigned first, const uint8_t *hosts, unsigned n)
{
	uint64_t total = 0, left = 0;

	for (;;) {
		unsigned best = V_NONE, holder;
		uint8_t host;

		for (unsigned v = first; v < first + 32; v++)
			if (!pinned(r, v) && r->uses[v] > 1 && (best == V_NONE || r->uses[v] > r->uses[best]))
				best = v;
		if (best == V_NONE)
			break;
		host = cheapest(r, first, hosts, n, &holder);
		if (holder != V_NONE && r->uses[holder] >= r->uses[best])
			break;
		if (holder != V_NONE)
			r->host[holder] = HOST_NONE;
		r->host[best] = host;
	}
	for (unsigned v = first; v < first + 32; v++) {
		total += r->uses[v];
		left += pinned(r, v) ? 0 : r->uses[v];
	}
	return left > total / 16;
}

/* What the zone around it (-1: none) has pinned stays where it is unless the place is wanted: to go
 * from one to the other costs what differs. */
static bool pin_zone(struct region *r, int loop, unsigned zone, int around, bool inner)
{
	uint8_t xmm[NR_F_PINS];
	bool short_x, short_f;

	r->host = r->zone[zone];
	if (around < 0)
		memset(r->host, HOST_NONE, V_COUNT);
	else
		memcpy(r->host, r->zone[around], V_COUNT);
	count_uses(r, zone);
	for (unsigned k = 0; k < r->nr_loops && inner; k++)
		if (r->loop[k].parent == loop)
			count_inner(r, &r->loop[k]);
	for (unsigned k = 0; k < NR_F_PINS; k++)
		xmm[k] = (uint8_t)k;
	short_x = pin_hottest(r, 0, x_pins, ARRAY_SIZE(x_pins));
	short_f = pin_hottest(r, V_F0, xmm, NR_F_PINS);
	r->host[V_TMP] = RAX;
	return short_x || short_f;
}

/* Pins for the zone; if they do not suffice, the loops directly inside `loop` (-1: the region) become
 * zones of their own. */
static void assign_zone(struct region *r, int loop, unsigned zone, int around)
{
	unsigned zones = r->nr_zones, end;

	if (!pin_zone(r, loop, zone, around, false))
		return;
	note_limit(JIT_LIMIT_pins);
	for (unsigned k = 0; k < r->nr_loops; k++) {
		const struct loop *l = &r->loop[k];

		if (l->parent != loop)
			continue;
		if (r->nr_zones == MAX_ZONES) {
			note_limit(JIT_LIMIT_zones);
			continue;
		}
		for (unsigned b = 0; b < r->nr_blocks; b++)
			if (l->blocks[b / 64] >> b % 64 & 1 && r->block[b].zone == zone)
				r->block[b].zone = r->nr_zones;
		r->zone_loop[r->nr_zones++] = (int)k;
	}
	end = r->nr_zones;
	if (end != zones)
		pin_zone(r, loop, zone, around, true);
	for (unsigned z = zones; z < end; z++)
		assign_zone(r, r->zone_loop[z], z, (int)zone);
}

/* The innermost loop around the request's pc: that is what is known to be hot. */
static void find_hot(struct region *r)
{
	const struct loop *best = NULL;
	unsigned at = 0;

	while (at < r->nr_blocks && !(r->block[at].entry && r->block[at].pc == r->req->pc))
		at++;
	for (unsigned k = 0; k < r->nr_loops && at < r->nr_blocks; k++) {
		const struct loop *l = &r->loop[k];

		if (l->blocks[at / 64] >> at % 64 & 1 && (!best || l->size < best->size))
			best = l;
	}
	for (unsigned k = 0; best && k < r->nr_blocks; k++)
		r->block[k].hot = best->blocks[k / 64] >> k % 64 & 1;
}

void opt_pins(struct region *r)
{
	find_hot(r);
	r->nr_zones = 1;
	assign_zone(r, -1, 0, -1);
}
