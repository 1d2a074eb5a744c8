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

void gen_done(struct gen *g, unsigned reg)
{
	unsigned d = g->i->d;
	struct flow after = g->s;
	struct x86_mem m;

	if (d == V_NONE)
		return;
	if (gen_pinned(g, d)) {
		if (g->r->host[d] != reg)
			x86_mov(&g->a, true, g->r->host[d], reg);
		return;
	}
	/* Memory always has it all. A register for d would say whether the result is a low half. */
	if (g->r->xlen == 64) {
		struct ir i = *g->i;

		i.d = V_TMP;
		flow_ir(g->r, &after, &i);
		if (after.kind[XI(V_TMP)] == K_LOW)
			x86_rr(&g->a, 0x63, true, reg, reg);
	}
	m = gen_slot(d);
	x86_rm(&g->a, 0x89, true, reg, &m);
	if (reg == RAX) {
		g->rax_is = d;
		g->rax_at = g->a.len;
	}
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
