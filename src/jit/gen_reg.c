/* The back end's registers: where a guest register is, and how an operation gets at it. */
#include "gen.h"

#include <string.h>

/* ---- registers ---------------------------------------------------------------------------- */

struct x86_mem gen_engine(size_t offset)
{
	return (struct x86_mem){ .base = RBP, .index = HOST_NONE, .disp = (int32_t)offset - REGS_BIAS };
}

struct x86_mem gen_slot(unsigned v)
{
	return gen_engine(v < V_F0 ? offsetof(struct cpu_regs, x) + 8 * v
	                           : offsetof(struct cpu_regs, f) + 8 * (v - V_F0));
}

bool gen_pinned(const struct gen *g, unsigned v) { return v < V_COUNT && pinned(g->r, v); }

unsigned gen_src(struct gen *g, unsigned v, unsigned scratch)
{
	if (gen_pinned(g, v))
		return g->r->host[v];
	gen_load_to(g, scratch, v);
	return scratch;
}

void gen_load_to(struct gen *g, unsigned reg, unsigned v)
{
	if (gen_pinned(g, v)) {
		if (g->r->host[v] != reg)
			x86_mov(&g->a, true, reg, g->r->host[v]);
	} else if (v == g->rax_is && g->a.len == g->rax_at) {
		x86_mov(&g->a, true, reg, RAX);
	} else {
		struct x86_mem m = gen_slot(v == V_IMM ? 0 : v);

		x86_rm(&g->a, 0x8b, true, reg, &m);
	}
}

void gen_op(struct gen *g, uint32_t op, bool w, unsigned reg, unsigned v)
{
	if (gen_pinned(g, v)) {
		x86_rr(&g->a, op, w, reg, g->r->host[v]);
	} else {
		struct x86_mem m = gen_slot(v == V_IMM ? 0 : v);

		x86_rm(&g->a, op, w, reg, &m);
	}
}

bool gen_wide(const struct gen *g)
{
	return !flow_low(g->r, &g->s, g->i);
}

unsigned gen_dst(const struct gen *g)
{
	return gen_pinned(g, g->i->d) ? g->r->host[g->i->d] : RAX;
}

/* Memory always has it all. A register for the result would say whether it is a low half. */
static bool is_low_half(const struct gen *g)
{
	struct flow after = g->s;
	struct ir i = *g->i;

	if (g->r->xlen == 32)
		return false;
	i.d = V_TMP;
	flow_ir(g->r, &after, &i);
	return after.kind[XI(V_TMP)] == K_LOW;
}

void gen_done(struct gen *g, unsigned reg)
{
	unsigned d = g->i->d, to = gen_pinned(g, d) ? g->r->host[d] : reg;
	uint32_t from = g->a.len;
	struct x86_mem m;

	if (d == V_NONE)
		return;
	if (to != reg)
		x86_mov(&g->a, true, to, reg);
	if (!gen_pinned(g, d) || (g->r->bare && is_x(d))) {
		if (is_low_half(g))
			x86_rr(&g->a, 0x63, true, to, to);
		m = gen_slot(d);
		x86_rm(&g->a, 0x89, true, to, &m);
	}
	gen_flags_kept(g, from, V_NONE);
	if (gen_pinned(g, d))
		return;
	if (to == RAX) {
		g->rax_is = d;
		g->rax_at = g->a.len;
	}
}

/* ---- quick code's registers -------------------------------------------------------------------
 *
 * There every result is written to memory at once, so that nothing has to be said of registers anywhere.
 * But the host registers that would be pins keep what has gone through them, to the end of the
 * block and on into one that follows it and nothing else: a register is kept while r->host has it. */

static const uint8_t keepers[] = { RBX, RSI, RDI, R8, R9, R10, R11, R12, R13, R14 };

void gen_forget(struct gen *g)
{
	for (unsigned k = 0; k < ARRAY_SIZE(keepers) && g->r->bare; k++) {
		unsigned v = g->keeps[keepers[k]];

		if (is_x(v) && g->r->host[v] == keepers[k])
			g->r->host[v] = HOST_NONE;
		g->keeps[keepers[k]] = V_NONE;
	}
}

static bool reads(const struct ir *i, unsigned v) { return i->a == v || i->b == v || i->c == v; }

/* Will this block read the register's value after the operation? */
static bool read_later(const struct gen *g, const struct ir *i, unsigned v)
{
	const struct ir *end = &g->r->ir[g->b->ir + g->b->nr_ir];

	while (++i < end) {
		if (i->dead)
			continue;
		if (reads(i, v))
			return true;
		if (i->d == v)
			return false;
	}
	return false;
}

/* Gives v a host register: the next that has nothing to do with the operation. */
static void keep(struct gen *g, const struct ir *i, unsigned v, bool load)
{
	unsigned host, old;

	do {
		host = keepers[g->turn++ % ARRAY_SIZE(keepers)];
		old = g->keeps[host];
	} while (is_x(old) && (reads(i, old) || i->d == old));
	if (is_x(old))
		g->r->host[old] = HOST_NONE;
	g->keeps[host] = (uint8_t)v;
	if (load)
		gen_load_to(g, host, v);
	g->r->host[v] = (uint8_t)host;
}

void gen_keep(struct gen *g, const struct ir *i)
{
	bool memory = i->op >= IR_LOAD && i->op < IR_FENCE;
	uint8_t v[3];

	flow_uses(i, v);
	for (int n = 0; n < 3; n++)
		if (is_x(v[n]) && !gen_pinned(g, v[n]) && (memory || read_later(g, i, v[n])))
			keep(g, i, v[n], true);
	if (is_x(i->d) && !gen_pinned(g, i->d) && (read_later(g, i, i->d) || !(reads(i, i->d) || i->op == IR_MOV)))
		keep(g, i, i->d, reads(i, i->d));
}

/* ---- float registers -------------------------------------------------------------------------- */

unsigned gen_fsrc(struct gen *g, unsigned v, unsigned scratch)
{
	struct x86_mem m;

	if (gen_pinned(g, v))
		return g->r->host[v];
	m = gen_slot(v);
	x86_vex_rm(&g->a, 3, 1, 0x10, false, scratch, 0, &m);
	return scratch;
}

unsigned gen_fdst(const struct gen *g)
{
	return gen_pinned(g, g->i->d) ? g->r->host[g->i->d] : 13;
}

/* All ones above the single. */
void gen_box(struct gen *g, unsigned xmm)
{
	x86_vex_rr(&g->a, 1, 1, 0x76, false, 15, 15, 15);
	x86_vex_rr(&g->a, 0, 1, 0x14, false, xmm, xmm, 15);
}

void gen_fdone(struct gen *g, unsigned xmm)
{
	unsigned d = g->i->d;
	struct flow after;
	struct x86_mem m;

	if (gen_pinned(g, d)) {
		if (g->r->host[d] != xmm)
			x86_vex_rr(&g->a, 0, 1, 0x28, false, g->r->host[d], 0, xmm);
		return;
	}
	/* As it would be in a register, made whole. */
	memset(&after, 0, sizeof(after));
	{
		uint8_t host = g->r->host[d];

		g->r->host[d] = (uint8_t)xmm;
		after = g->s;
		flow_ir(g->r, &after, g->i);
		g->r->host[d] = host;
	}
	if (after.fkind[d - V_F0] & F_LOOSE)
		gen_canonical(g, xmm, after.fkind[d - V_F0] & F_BOXED ? 32 : 64);
	if (after.fkind[d - V_F0] & F_NARROW)
		gen_box(g, xmm);
	m = gen_slot(d);
	x86_vex_rm(&g->a, 3, 1, 0x11, false, xmm, 0, &m);
}
