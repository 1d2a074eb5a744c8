/* The back end's ways out: what is made later and out of the way, where every register is at a
 * point, and how control leaves. */
#include "gen.h"

#include <stdlib.h>
#include <string.h>

/* ---- code that is made later -------------------------------------------------------------- */

static uint8_t current_zone(const struct gen *g)
{
	return (uint8_t)((g->r->host - g->r->zone[0]) / V_COUNT);
}

struct cold *gen_add_cold(struct gen *g, enum cold_kind kind, uint32_t at)
{
	static struct cold nowhere;
	struct cold *s;

	if (g->nr_cold == g->cap_cold) {
		unsigned cap = MAX(64u, g->cap_cold * 2);

		s = realloc(g->cold, cap * sizeof(*s));
		if (!s) {
			g->failed = true;
			return &nowhere;
		}
		g->cold = s;
		g->cap_cold = cap;
	}
	s = &g->cold[g->nr_cold++];
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	s->at = at;
	s->zone = current_zone(g);
	return s;
}

void gen_canonical(struct gen *g, unsigned xmm, unsigned width)
{
	struct cold *s;

	x86_vex_rr(&g->a, width == 64 ? 1 : 0, 1, 0x2e, false, xmm, 0, xmm);
	s = gen_add_cold(g, COLD_CANON, x86_jcc(&g->a, CC_P));
	s->xmm = (uint8_t)xmm;
	s->width = (uint8_t)width;
	s->back = g->a.len;
}

/* ---- where everything is ------------------------------------------------------------------------ */

struct snap gen_snap(const struct gen *g, const struct flow *s, gva_t pc, int pending)
{
	struct snap n = { .pc_delta = (uint32_t)(pc - g->r->insn[0].pc), .pending = (int16_t)pending };

	if (g->r->bare)
		return n;
	for (unsigned v = 0; v < 32; v++) {
		unsigned x = g->r->host[v], f = g->r->host[V_F0 + v];

		if (x != HOST_NONE && s->dirty_x >> v & 1)
			n.dirty_x |= (uint16_t)(1u << x);
		if (x != HOST_NONE && s->kind[v] == K_LOW)
			n.narrow_x |= (uint16_t)(1u << x);
		if (f == HOST_NONE)
			continue;
		if (s->dirty_f >> v & 1)
			n.dirty_f |= (uint16_t)(1u << f);
		if (s->fkind[v] & F_NARROW)
			n.narrow_f |= (uint16_t)(1u << f);
		if (s->fkind[v] & F_LOOSE)
			n.loose_f |= (uint16_t)(1u << f);
		/* fault.c tells a loose single by its being narrow: make the exits agree. */
	}
	return n;
}

int gen_pending(const struct gen *g)
{
	return g->base + (int)(g->i->insn - g->b->first_insn);
}

struct snap gen_snap_here(const struct gen *g)
{
	return gen_snap(g, &g->s, g->r->insn[g->i->insn].pc, gen_pending(g));
}

void gen_cold_exit(struct gen *g, uint32_t at, const struct snap *snap, uint8_t kind, uint32_t arg)
{
	struct cold *s = gen_add_cold(g, COLD_EXIT, at);

	s->snap = *snap;
	s->exit_kind = kind;
	s->arg = arg;
}

void gen_slow(struct gen *g, int cc, enum jit_refusal why)
{
	struct snap snap = gen_snap_here(g);
	uint32_t at = cc == CC_ALWAYS ? x86_jmp(&g->a) : x86_jcc(&g->a, (enum x86_cc)cc);

	gen_cold_exit(g, at, &snap, JIT_EXIT_INTERPRET, why);
}

/* The newest first: it mostly is. */
static unsigned find_state(struct gen *g, const struct snap *n)
{
	struct jit_state s = { n->dirty_x, n->dirty_f, n->narrow_x, n->narrow_f, n->loose_f, current_zone(g) };

	for (unsigned k = g->nr_states; k-- > 0;)
		if (memcmp(&g->states[k], &s, sizeof(s)) == 0)
			return k;
	ASSERT(g->nr_states < MAX_IR);
	g->states[g->nr_states] = s;
	return g->nr_states++;
}

/* An address out of bounds is rare, and mostly a fault: it comes to an instruction that traps, and nothing but
 * that. Where control does not go on there is room for those of the accesses before, so that short jumps reach them;
 * they are in the order of the accesses they belong to (pack.c finds them by that). */
void gen_trap(struct gen *g, enum x86_cc cc)
{
	ASSERT(g->nr_traps == g->nr_trapping);
	if (g->nr_traps < ARRAY_SIZE(g->traps))
		g->traps[g->nr_traps++] = x86_jcc(&g->a, cc);
	else
		g->a.full = true;
}

void gen_make_traps(struct gen *g)
{
	if (g->nr_made == g->nr_traps)
		return;
	ASSERT(g->nr_traps == g->nr_trapping);
	g->rooms[g->nr_rooms++] = g->a.len;
	for (; g->nr_made < g->nr_traps; g->nr_made++) {
		x86_patch(&g->a, g->traps[g->nr_made], g->a.len);
		x86_byte(&g->a, 0xf4);           /* hlt: a general protection fault, and one byte */
	}
}

static void call_direct(struct gen *g)
{
	struct x86_mem direct = gen_engine(offsetof(struct cpu_regs, direct));

	x86_rm(&g->a, 0xff, false, 2, &direct);
}

/* The return address says which entry it is, as with direct exits. */
void gen_make_timers(struct gen *g)
{
	if (g->r->req->counts)
		return;
	g->timer_label = g->a.len;
	for (unsigned k = 0; k < g->nr_entries; k++) {
		x86_patch(&g->a, g->timers[k], g->a.len);
		call_direct(g);
	}
}

void gen_site(struct gen *g, bool is_store)
{
	struct snap n = gen_snap_here(g);
	unsigned bits = is_store ? JIT_SITE_STORE : 0;

	if (g->nr_trapping < g->nr_traps) {
		bits |= JIT_SITE_TRAPS;
		g->nr_trapping++;
	}

	if (g->nr_sites == g->cap_sites) {
		unsigned cap = MAX(64u, g->cap_sites * 2);
		struct jit_site *p = realloc(g->sites, cap * sizeof(*p));

		if (!p) {
			g->failed = true;
			return;
		}
		g->sites = p;
		g->cap_sites = cap;
	}
	g->sites[g->nr_sites++] = (struct jit_site){ .offset = g->a.len, .pc_delta = (int32_t)n.pc_delta,
		.pending = n.pending, .state = (uint16_t)(find_state(g, &n) | bits) };
}

/* ---- the table of flags ------------------------------------------------------------------------- */

void gen_table_address(struct gen *g, unsigned reg)
{
	x86_byte(&g->a, 0x48 | (reg >= R8) << 2);
	x86_byte(&g->a, 0x8d);
	x86_byte(&g->a, (reg & 7) << 3 | 5);             /* lea reg, [rip + ...] */
	if (g->nr_to_table == ARRAY_SIZE(g->to_table))
		g->a.full = true;
	else
		g->to_table[g->nr_to_table++] = x86_rip(&g->a);
}

void gen_flag_table(struct gen *g)
{
	uint32_t at = g->a.len;

	if (g->nr_to_table == 0)
		return;
	/* MXCSR: IE DE ZE OE UE PE; fflags: NX UF OF DZ NV. */
	for (unsigned v = 0; v < 64; v++)
		x86_byte(&g->a, (v & 1) << 4 | (v & 4) << 1 | (v & 8) >> 1 | (v & 16) >> 3 | (v & 32) >> 5);
	for (unsigned k = 0; k < g->nr_to_table; k++)
		x86_patch(&g->a, g->to_table[k], at);
}

/* ---- leaving ----------------------------------------------------------------------------------------- */

void gen_add_budget(struct gen *g, int n)
{
	struct x86_mem m = { .base = R15, .index = HOST_NONE, .disp = n };

	uint32_t from = g->a.len;

	if (n)
		x86_rm(&g->a, 0x8d, true, R15, &m);
	gen_flags_kept(g, from, V_NONE);
}

static void write_back_x(struct gen *g, unsigned host, unsigned v, const struct snap *n)
{
	struct x86_mem m = gen_slot(v);

	if (n->narrow_x >> host & 1) {
		x86_rr(&g->a, 0x63, true, RAX, host);
		host = RAX;
	}
	x86_rm(&g->a, 0x89, true, host, &m);
}

static void write_back_f(struct gen *g, unsigned xmm, unsigned v, const struct snap *n)
{
	struct x86_mem m = gen_slot(v);
	bool narrow = n->narrow_f >> xmm & 1;

	if (n->loose_f >> xmm & 1)
		gen_canonical(g, xmm, narrow ? 32 : 64);
	x86_vex_rm(&g->a, narrow ? 2 : 3, 1, 0x11, false, xmm, 0, &m);
	if (narrow) {
		m.disp += 4;
		x86_rm(&g->a, 0xc7, false, 0, &m);
		x86_imm32(&g->a, UINT32_MAX);
	}
}

/* All that is stale in memory. Clobbers rax. */
void gen_write_registers(struct gen *g, const struct snap *n)
{
	if (g->r->bare)
		return;
	for (unsigned v = 0; v < 32; v++) {
		unsigned x = g->r->host[v], f = g->r->host[V_F0 + v];

		if (x != HOST_NONE && n->dirty_x >> x & 1)
			write_back_x(g, x, v, n);
		if (f != HOST_NONE && n->dirty_f >> f & 1)
			write_back_f(g, f, V_F0 + v, n);
	}
}

/* And the count. */
void gen_write_back(struct gen *g, const struct snap *n)
{
	gen_write_registers(g, n);
	gen_add_budget(g, -n->pending);
}

/* Exits are many and rarely taken, so they share what they can. Each says in rdx, from the top, so
 * that it mostly is a short number: half the distance of pc, pending count (10 bits), argument (5), kind
 * (4); then come the registers, shared by all exits that have the same to write back; then what is
 * common to the region, and then what is to all (enter.S). */
enum { EXIT_ARG = 4, EXIT_PENDING = 9, EXIT_PC = 19 };
_Static_assert(JIT_EXIT_COUNT <= 16 && JIT_REFUSAL_COUNT <= 32, "fields of an exit");
void gen_common_exit(struct gen *g, uint32_t at)
{
	struct x86_mem packed = gen_engine(offsetof(struct cpu_regs, engine.packed));

	if (!g->common) {
		x86_patch(&g->a, at, g->a.len);
		g->common = g->a.len;
		x86_mov_imm(&g->a, RCX, (int64_t)g->r->insn[0].pc);
		x86_rm(&g->a, 0xff, false, 4, &packed);
	} else {
		x86_patch(&g->a, at, g->common);
	}
}
static bool same_registers(const struct snap *a, const struct snap *b)
{
	return a->dirty_x == b->dirty_x && a->dirty_f == b->dirty_f && a->narrow_x == b->narrow_x &&
	       a->narrow_f == b->narrow_f && a->loose_f == b->loose_f;
}

/* Where the registers are written back and control goes on to the common part. */
void gen_make_tail(struct gen *g, const struct cold *s)
{
	for (unsigned k = 0; k < g->nr_tails; k++) {
		if (g->tails[k].zone == s->zone && same_registers(&g->tails[k].snap, &s->snap)) {
			x86_patch(&g->a, s->at, g->tails[k].label);
			return;
		}
	}
	x86_patch(&g->a, s->at, g->a.len);
	if (g->nr_tails < MAX_TAILS)
		g->tails[g->nr_tails++] = (struct tail){ s->snap, s->zone, g->a.len };
	gen_write_registers(g, &s->snap);
	gen_add_cold(g, COLD_COMMON, x86_jmp(&g->a));
}

/* Leave with everything the snap says. */
void gen_leave_by_tail(struct gen *g, const struct snap *snap, uint8_t kind, uint32_t arg)
{
	int64_t v = (int64_t)(int32_t)snap->pc_delta / 2 * (1 << EXIT_PC) | (snap->pending & ((1 << (EXIT_PC - EXIT_PENDING)) - 1)) << EXIT_PENDING |
		arg << EXIT_ARG | kind;
	uint32_t at;

	ASSERT(snap->pending < 512 && snap->pending >= -512);

	x86_mov_imm(&g->a, RDX, v);
	at = x86_jmp(&g->a);
	gen_add_cold(g, COLD_TAIL, at)->snap = *snap;
}

/* A direct exit: what the jump to its target will be is a call until then, because the return address says which exit
 * it is. Where it leads to is in the table of exits. */
void gen_direct_exit(struct gen *g, const struct snap *snap, gva_t pc)
{
	uint32_t at;

	gen_write_back(g, snap);
	x86_fit(&g->a, JIT_LINK_SIZE);
	at = g->a.len;
	for (unsigned k = 0; k < JIT_LINK_SIZE; k++)
		x86_byte(&g->a, JIT_UNLINKED >> 8 * k & 0xff);
	if (g->nr_exits == g->cap_exits) {
		unsigned cap = MAX(32u, g->cap_exits * 2);
		struct jit_exit *p = realloc(g->exits, cap * sizeof(*p));

		if (!p) {
			g->failed = true;
			return;
		}
		g->exits = p;
		g->cap_exits = cap;
	}
	g->exits[g->nr_exits++] = (struct jit_exit){ .pc = pc, .offset = at };
}
