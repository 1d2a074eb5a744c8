/* Loops that copy bytes. What libc's memcpy and memmove do with the ends of what they copy, and many a program by
 * hand, is
 *
 *     again: lbu a3,0(a5)      addi a4,a4,1      addi a5,a5,1      sb a3,-1(a4)      bne s3,a4,again
 *
 * in any order. How many iterations are left is known: the branch compares for equality, and what it compares gets
 * closer by one each time. 4 to 32 are made at once: two pieces are loaded, which overlap so that they cover
 * it all, both are stored, and the registers become what they are at the end. Of more than 32 it is 16 at once. If
 * a byte would be read that an earlier iteration writes, or fewer than four are left, the loop is as it was.
 *
 * No register has changed when the host's load or store faults: the signal handler lets the code go on with the loop as
 * it was (JIT_SITE_RESUMES), which faults at the byte, and with the state, that it has to. Only if the second of two stores
 * faults, the iterations that the first one made are over by then.
 *
 * To see that a block is such a loop its values are computed as sums of the registers it begins with. */
#include "gen.h"

#include <string.h>

/* plus + the sum of times[v] * (register v where the block begins) */
struct linear {
	bool known;
	int8_t times[32];
	int64_t plus;
};

enum { NEAR = 4096 };

struct copy {
	struct linear value[32];       /* of the registers at the end of the block */
	uint32_t read, changed, steps; /* registers; steps: those that change by a constant */
	unsigned byte;                 /* the register that the byte goes through; 0: none yet */
	bool stored;
	struct linear from, to, left;  /* left: iterations after this one, as a number without sign */
	int step;                      /* of the addresses: 1 or -1 */
};

static struct linear the_register(unsigned v)
{
	struct linear l = { .known = true };

	l.times[v] = 1;
	return l;
}

/* a + b * times, if that is such a sum. */
static struct linear sum(const struct linear *a, const struct linear *b, int times)
{
	struct linear s = { .known = a->known && b->known };

	for (unsigned v = 0; v < 32; v++) {
		int t = a->times[v] + times * b->times[v];

		s.known &= t >= -1 && t <= 1;
		s.times[v] = (int8_t)t;
	}
	s.plus = (int64_t)((uint64_t)a->plus + (uint64_t)b->plus * (uint64_t)(int64_t)times);
	s.known &= s.plus == (int32_t)s.plus;
	return s;
}

static struct linear plus(const struct linear *a, int64_t n)
{
	struct linear by = { .known = true, .plus = n };

	return sum(a, &by, 1);
}

static struct linear operand(struct copy *c, unsigned v, int64_t imm)
{
	struct linear unknown = { .known = false };

	if (v == V_IMM)
		return plus(&(struct linear){ .known = true }, imm);
	if (!is_x(v) || v == 0 || v == c->byte)
		return unknown;
	c->read |= 1u << v;
	return c->value[v];
}

static struct linear result(struct copy *c, const struct ir *i)
{
	struct linear a = operand(c, i->a, i->imm), b, s = { .known = false };

	if (i->width != 64 || i->op == IR_MOV)
		return i->op == IR_MOV ? a : s;
	b = operand(c, i->b, i->imm);
	if (i->op == IR_LEA && i->rm == 0) {
		s = sum(&a, &b, 1);
		return plus(&s, i->imm);
	}
	return i->op == IR_ADD ? sum(&a, &b, 1) : i->op == IR_SUB ? sum(&a, &b, -1) : s;
}

static bool look_at(struct copy *c, const struct ir *i)
{
	struct linear a;

	switch (i->op) {
	case IR_LOAD:
		if (c->byte || i->sub != T_U8 || !is_x(i->d) || i->d == 0)
			return false;
		a = operand(c, i->a, 0);
		c->from = plus(&a, i->imm);
		c->byte = i->d;
		c->changed |= 1u << i->d;
		return c->from.known && !(c->read >> i->d & 1);
	case IR_STORE:
		if (c->stored || !c->byte || i->b != c->byte || type_size(i->sub) != 1)
			return false;
		a = operand(c, i->a, 0);
		c->to = plus(&a, i->imm);
		c->stored = true;
		return c->to.known;
	default:
		if (!is_x(i->d) || i->d == 0 || i->d == c->byte)
			return false;
		a = result(c, i);
		c->value[i->d] = a;
		c->changed |= 1u << i->d;
		return a.known;
	}
}

/* By how much an iteration changes the sum; 2: that is not known. */
static int step_of(const struct copy *c, const struct linear *l)
{
	int64_t step = 0;

	for (unsigned v = 1; v < 32; v++) {
		if (!l->times[v] || !(c->changed >> v & 1))
			continue;
		if (!(c->steps >> v & 1))
			return 2;
		step += l->times[v] * c->value[v].plus;
	}
	return step < -1 || step > 1 ? 2 : (int)step;
}

/* The register that the sum is, but for what is added; 0: none. */
static unsigned base_of(const struct linear *l)
{
	for (unsigned v = 1; v < 32; v++) {
		struct linear own = the_register(v);

		if (memcmp(l->times, own.times, sizeof(own.times)) == 0)
			return v;
	}
	return 0;
}

static bool is_near(const struct linear *l) { return l->plus >= -NEAR && l->plus <= NEAR; }

/* What the registers have been found to be makes a loop of it. */
static bool is_copy(struct copy *c, const struct ir *branch)
{
	struct linear a = operand(c, branch->a, 0), b = operand(c, branch->b, branch->imm);
	int step;

	if (!c->stored || c->byte == 0)
		return false;
	for (unsigned v = 1; v < 32; v++)
		if (c->changed >> v & 1 && v != c->byte && base_of(&c->value[v]) == v)
			c->steps |= 1u << v;
	for (unsigned v = 1; v < 32; v++)
		if (c->changed >> v & 1 && v != c->byte &&
		    (step_of(c, &c->value[v]) == 2 || (c->steps >> v & 1 && c->value[v].plus != 1 && c->value[v].plus != -1)))
			return false;
	c->step = step_of(c, &c->from);
	c->left = sum(&a, &b, -1);
	step = step_of(c, &c->left);
	if (step == 1)
		c->left = sum(&(struct linear){ .known = true }, &c->left, -1);
	return c->left.known && (step == 1 || step == -1) && (c->step == 1 || c->step == -1) &&
	       step_of(c, &c->to) == c->step && sum(&c->to, &c->from, -1).known && is_near(&c->from) && is_near(&c->to) &&
	       (base_of(&c->from) || base_of(&c->to));
}

static bool find_copy(const struct gen *g, const struct block *b, struct copy *c)
{
	const struct region *r = g->r;
	const struct ir *branch = NULL;
	unsigned own = (unsigned)(b - r->block);

	if (r->xlen == 32 || r->bare || !b->header || b->nr_succs != 2 || b->succ[0] != (int)own || b->nr_insns > 16)
		return false;
	memset(c, 0, sizeof(*c));
	for (unsigned v = 1; v < 32; v++)
		c->value[v] = the_register(v);
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++) {
		const struct ir *i = &r->ir[k];

		if (i->dead)
			continue;
		if (i->op == IR_BR)
			branch = i;
		else if (!look_at(c, i))
			return false;
	}
	if (!branch || branch->sub != C_NE || branch->width != 64 || !is_copy(c, branch))
		return false;
	for (unsigned v = 1; v < 32; v++)
		if ((c->read | c->changed) >> v & 1 && (!pinned(r, v) || (c->read >> v & 1 && b->in.kind[v] == K_LOW)))
			return false;
	return true;
}

/* ---- the code ------------------------------------------------------------------------------------
 *
 * rdx has how many iterations follow this one, negative if the addresses go down: so one of the two pieces is at
 * the addresses of now, the other rdx further. rax has an address that is no register's. */

struct attempt {
	struct gen *g;
	const struct copy *c;
	struct x86_mem from, to;
	unsigned nr;
	uint32_t fails[8];
	struct half { unsigned site, size; uint32_t resumes; } halves[3]; /* the second stores of two */
	unsigned nr_halves;
};

/* reg = the sum; reg is none of its registers. */
static void make_sum(struct gen *g, unsigned reg, const struct linear *l, int64_t more)
{
	struct x86_mem m = { .base = (uint8_t)reg, .index = HOST_NONE, .disp = (int32_t)(l->plus + more) };
	unsigned first = 1;

	while (first < 32 && l->times[first] != 1)
		first++;
	if (first < 32)
		x86_mov(&g->a, true, reg, g->r->host[first]);
	else
		x86_mov_imm(&g->a, reg, 0);
	for (unsigned v = 1; v < 32; v++)
		if (v != first && l->times[v])
			x86_rr(&g->a, l->times[v] > 0 ? 0x03 : 0x2b, true, reg, g->r->host[v]);
	if (m.disp)
		x86_rm(&g->a, 0x8d, true, reg, &m);
}

static void fails_if(struct attempt *t, enum x86_cc cc)
{
	t->fails[t->nr++] = x86_jcc(&t->g->a, cc);
}

/* Where the first byte is. All that is accessed is far less than the guard away from it. */
static struct x86_mem place_of(struct attempt *t, const struct linear *l)
{
	struct gen *g = t->g;
	struct x86_mem m = { .base = RAX, .index = HOST_NONE, .gs = true }, limit = gen_engine(offsetof(struct cpu_regs, limit));
	unsigned v = base_of(l);

	if (v) {
		m.base = g->r->host[v];
		m.disp = (int32_t)l->plus;
	} else {
		make_sum(g, RAX, l, 0);
	}
	if (v && g->b->in.chk[v] != CHK_NONE && g->b->in.chk[v] <= CHK_MAX - 2 * NEAR)
		return m;
	x86_rm(&g->a, 0x3b, true, m.base, &limit);
	fails_if(t, CC_AE);
	return m;
}

/* If it faults, the code goes on where gen_copy says. */
static void access(struct attempt *t, bool store, unsigned xmm, unsigned size, const struct x86_mem *m)
{
	struct gen *g = t->g;

	g->i = &g->r->ir[g->b->ir];
	gen_site(g, false);
	if (!g->failed)
		g->sites[g->nr_sites - 1].pending = JIT_SITE_RESUMES;
	if (size == 16)
		x86_vex_rm(&g->a, 2, 1, store ? 0x7f : 0x6f, false, xmm, 0, m);
	else
		x86_vex_rm(&g->a, 1, 1, store ? 0x7e : 0x6e, size == 8, xmm, 0, m);
}

/* The piece that begins (or, going down, ends) at the first byte; or the one on the other side of the last byte. */
static struct x86_mem piece(const struct attempt *t, const struct x86_mem *place, unsigned size, bool other)
{
	struct x86_mem m = *place;

	m.index = other ? RDX : HOST_NONE;
	if (other == (t->c->step > 0))
		m.disp -= (int32_t)size - 1;
	return m;
}

/* The byte register has what was copied last: that byte of a piece. */
static void set_byte(struct attempt *t, unsigned xmm, unsigned n)
{
	x86_vex_rr(&t->g->a, 1, 3, 0x14, false, xmm, 0, t->g->r->host[t->c->byte]);   /* vpextrb */
	x86_byte(&t->g->a, n);
}

enum { FIRST = 13, OTHER = 14 };

/* All that is left, in two pieces of that size which overlap: both are there before either is stored. */
static uint32_t copy_rest(struct attempt *t, unsigned size)
{
	struct x86_mem m;

	m = piece(t, &t->from, size, false);
	access(t, false, FIRST, size, &m);
	m = piece(t, &t->from, size, true);
	access(t, false, OTHER, size, &m);
	m = piece(t, &t->to, size, false);
	access(t, true, FIRST, size, &m);
	m = piece(t, &t->to, size, true);
	t->halves[t->nr_halves++] = (struct half){ .site = t->g->nr_sites, .size = size };
	access(t, true, OTHER, size, &m);
	set_byte(t, OTHER, t->c->step > 0 ? size - 1 : 0);
	return x86_jmp(&t->g->a);
}

/* reg += rdx, or rdx is subtracted. */
static void add_rest(struct gen *g, unsigned reg, bool add)
{
	x86_rr(&g->a, add ? 0x03 : 0x2b, true, reg, RDX);
}

/* All registers as they are at the end of the last iteration. */
static void finish_rest(struct attempt *t)
{
	struct gen *g = t->g;
	const struct copy *c = t->c;

	for (unsigned v = 1; v < 32; v++) {
		int step;

		if (v == c->byte || !(c->changed & ~c->steps & 1u << v))
			continue;
		step = step_of(c, &c->value[v]);
		make_sum(g, g->r->host[v], &c->value[v], 0);
		if (step)
			add_rest(g, g->r->host[v], step == c->step);
	}
	for (unsigned v = 1; v < 32; v++) {
		if (!(c->steps >> v & 1))
			continue;
		add_rest(g, g->r->host[v], c->value[v].plus == c->step);
		x86_alu_imm(&g->a, 0, true, g->r->host[v], (int32_t)c->value[v].plus);
	}
	x86_rr(&g->a, 0x6b, true, RDX, RDX);                                   /* imul rdx, rdx, imm8 */
	x86_byte(&g->a, g->b->nr_insns);
	add_rest(g, R15, c->step < 0);
}

/* More than that: as many at once as fit into one piece. */
static uint32_t copy_piece(struct attempt *t)
{
	enum { SIZE = 16, DATA = 13 };
	struct gen *g = t->g;
	const struct copy *c = t->c;
	struct x86_mem m = piece(t, &t->from, SIZE, false);

	access(t, false, DATA, SIZE, &m);
	m = piece(t, &t->to, SIZE, false);
	access(t, true, DATA, SIZE, &m);
	set_byte(t, DATA, c->step > 0 ? SIZE - 1 : 0);
	for (unsigned v = 1; v < 32; v++)
		if (v != c->byte && c->changed & ~c->steps & 1u << v)
			make_sum(g, g->r->host[v], &c->value[v], (SIZE - 1) * step_of(c, &c->value[v]));
	for (unsigned v = 1; v < 32; v++)
		if (c->steps >> v & 1)
			x86_alu_imm(&g->a, 0, true, g->r->host[v], (int32_t)c->value[v].plus * SIZE);
	x86_alu_imm(&g->a, 5, true, R15, (SIZE - 1) * (int32_t)g->b->nr_insns);
	return x86_jmp(&g->a);
}

/* rax, rdx: whether what is left overlaps. */
static void check_rest(struct attempt *t)
{
	struct gen *g = t->g;
	const struct copy *c = t->c;
	struct linear apart = sum(&c->to, &c->from, -1);

	if (c->step < 0)
		apart = sum(&(struct linear){ .known = true }, &apart, -1);
	make_sum(g, RDX, &c->left, 0);
	x86_alu_imm(&g->a, 7, true, RDX, 3);
	fails_if(t, CC_B);
	make_sum(g, RAX, &apart, -1);
	x86_rr(&g->a, 0x3b, true, RAX, RDX);
	fails_if(t, CC_B);
}

/* The second of two stores has faulted. The first may have overwritten bytes of the source, so the loop does not begin
 * again with them: all iterations of the first piece but one are over. (One is left even if there is no second piece.) */
static void finish_half(struct attempt *t, struct half *h, uint32_t finish)
{
	struct gen *g = t->g;
	int done = (int)h->size - 1, up = t->c->step > 0;

	h->resumes = g->a.len;
	set_byte(t, FIRST, (unsigned)(up ? done - 1 : (int)h->size - done));
	x86_mov_imm(&g->a, RDX, t->c->step * (done - 1));
	x86_patch(&g->a, x86_jmp(&g->a), finish);
}

static void negate_rest(struct attempt *t)
{
	if (t->c->step < 0)
		x86_rr(&t->g->a, 0xf7, true, 3, RDX);
}

/* Returns the references of the jumps to the branch at the end. */
static void make_attempt(struct attempt *t, uint32_t done[2])
{
	struct asm_buf *a = &t->g->a;
	uint32_t small, large, larger, finish[3], end;

	check_rest(t);
	t->from = place_of(t, &t->c->from);
	t->to = place_of(t, &t->c->to);
	x86_alu_imm(a, 7, true, RDX, 31);
	larger = x86_jcc(a, CC_A);
	x86_alu_imm(a, 7, true, RDX, 7);
	small = x86_jcc(a, CC_B);
	x86_alu_imm(a, 7, true, RDX, 15);
	large = x86_jcc(a, CC_A);
	negate_rest(t);
	finish[0] = copy_rest(t, 8);
	x86_patch(a, large, a->len);
	negate_rest(t);
	finish[1] = copy_rest(t, 16);
	x86_patch(a, small, a->len);
	negate_rest(t);
	finish[2] = copy_rest(t, 4);
	for (unsigned k = 0; k < ARRAY_SIZE(finish); k++)
		x86_patch(a, finish[k], a->len);
	end = a->len;
	finish_rest(t);
	done[0] = x86_jmp(a);
	for (unsigned k = 0; k < t->nr_halves; k++)
		finish_half(t, &t->halves[k], end);
	x86_patch(a, larger, a->len);
	done[1] = copy_piece(t);
}

void gen_copy(struct gen *g, const struct block *b)
{
	struct copy c;
	struct attempt t = { .g = g, .c = &c };
	unsigned site = g->nr_sites;

	g->nr_copied = 0;
	if (!find_copy(g, b, &c))
		return;
	make_attempt(&t, g->copied);
	g->nr_copied = ARRAY_SIZE(g->copied);
	for (unsigned k = 0; k < t.nr; k++)
		x86_patch(&g->a, t.fails[k], g->a.len);
	for (; site < g->nr_sites; site++)
		g->sites[site].pc_delta = (int32_t)g->a.len;
	for (unsigned k = 0; k < t.nr_halves && !g->failed; k++)
		g->sites[t.halves[k].site].pc_delta = (int32_t)t.halves[k].resumes;
}

void gen_copied(struct gen *g)
{
	for (unsigned k = 0; k < g->nr_copied; k++)
		x86_patch(&g->a, g->copied[k], g->a.len);
	if (g->nr_copied)
		g->rax_is = g->flags_of = V_NONE;
	g->nr_copied = 0;
}
