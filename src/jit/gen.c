/* The back end: blocks, edges between them, exits and tables.
 *
 *     entries      budget and rounding checks, pins loaded, jump to their blocks or stand before them
 *     blocks       in the order of their guest addresses
 *     cold code    whatever is rare: exits, edges that have work to do, fixing of NaNs
 *
 * Counting: r15 is reduced where a loop header begins, by the header's own instructions, and
 * checked there; elsewhere what was executed is carried along as a constant and subtracted where
 * paths meet or control leaves. The tables and exits account for the rest, so the count is exact
 * wherever it can be seen. */
#include "gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- edges ------------------------------------------------------------------------------------------------ */

/* At a check that fails on the way into block `to`: the interpreter goes on there. */
static void edge_exit(struct gen *g, const struct flow *s, const struct block *to, int cc, int pending,
                      enum jit_refusal why)
{
	struct snap snap = gen_snap(g, s, to->pc, pending);

	gen_cold_exit(g, x86_jcc(&g->a, (enum x86_cc)cc), &snap, JIT_EXIT_INTERPRET, why);
}

void gen_check_boxed(struct gen *g, unsigned v, const struct snap *snap, uint8_t kind, uint32_t arg)
{
	if (gen_pinned(g, v)) {
		x86_vex_rr(&g->a, 1, 1, 0x7e, true, g->r->host[v], 0, RAX);
		x86_shift_imm(&g->a, 7, true, RAX, 32);
		x86_alu_imm(&g->a, 7, false, RAX, -1);
	} else {
		struct x86_mem m = gen_slot(v);

		m.disp += 4;
		x86_alu_mem_imm(&g->a, 7, false, &m, -1);
	}
	gen_cold_exit(g, x86_jcc(&g->a, CC_NE), snap, kind, arg);
}

static bool edge_int(struct gen *g, const struct flow *from, const struct block *to, unsigned v, int pending, bool make)
{
	const struct flow *in = &to->in;
	bool work = false;
	unsigned host = g->r->host[v];

	if (host != HOST_NONE && from->kind[v] == K_LOW && in->kind[v] != K_LOW) {
		work = true;
		if (make)
			x86_rr(&g->a, 0x63, true, host, host);
	}
	if (g->r->xlen == 64 && in->chk[v] != CHK_NONE && from->chk[v] == CHK_NONE) {
		work = true;
		if (make) {
			struct x86_mem limit = gen_engine(offsetof(struct cpu_regs, limit));
			unsigned reg = gen_src(g, v, RAX);

			if (host != HOST_NONE && from->kind[v] == K_LOW)
				x86_rr(&g->a, 0x63, true, host, host);
			x86_rm(&g->a, 0x3b, true, reg, &limit);
			edge_exit(g, from, to, CC_AE, pending, JIT_REFUSE_guess);
		}
	}
	return work;
}

/* "Above" if it is a NaN. As integers: comparing would raise a flag for a signaling one. */
static void check_nan(struct gen *g, unsigned xmm, bool single)
{
	x86_vex_rr(&g->a, 1, 1, 0x7e, !single, xmm, 0, RAX);
	x86_rr(&g->a, 0x03, !single, RAX, RAX);
	x86_mov_imm(&g->a, RDX, single ? 0xff000000 : (int64_t)0xffe0000000000000);
	x86_rr(&g->a, 0x3b, !single, RAX, RDX);
}

static bool edge_float(struct gen *g, const struct flow *from, const struct block *to, unsigned f, int pending, bool make)
{
	uint8_t have = from->fkind[f], want = to->in.fkind[f];
	unsigned xmm = g->r->host[V_F0 + f];
	bool box_check = want & F_BOXED && !(have & F_BOXED);
	bool nan_check = want & F_CLEAN && (!(have & F_CLEAN) || box_check);
	bool canon = have & F_LOOSE && (!(want & F_LOOSE) || box_check);
	bool box = have & F_NARROW && !(want & F_NARROW);

	if (!make || !(box_check || nan_check || canon || box))
		return box_check || nan_check || canon || box;
	if (canon)
		gen_canonical(g, xmm, have & F_BOXED ? 32 : 64);
	if (box)
		gen_box(g, xmm);
	if (box_check) {
		struct snap snap = gen_snap(g, from, to->pc, pending);

		gen_check_boxed(g, V_F0 + f, &snap, JIT_EXIT_INTERPRET, JIT_REFUSE_guess);
	}
	if (nan_check) {
		check_nan(g, gen_fsrc(g, V_F0 + f, 13), want & F_BOXED);
		edge_exit(g, from, to, CC_A, pending, JIT_REFUSE_guess);
	}
	return true;
}

/* Make true on the way what the block takes for granted. make false: only tell if there is work. */
static bool edge_work(struct gen *g, const struct flow *from, const struct block *to, int pending, bool make)
{
	bool work = false;

	for (unsigned v = 0; v < 32; v++) {
		work |= edge_int(g, from, to, v, pending, make);
		work |= edge_float(g, from, to, v, pending, make);
	}
	return work;
}

/* What block b wants of these in host registers, from memory. */
static void load_pins(struct gen *g, const struct block *b, struct regs which)
{
	uint64_t load = b->load & (which.x | (uint64_t)which.f << 32);

	if (g->r->bare)
		return;
	for (unsigned v = 0; v < 64; v++) {
		struct x86_mem m = gen_slot(v);

		if (!pinned(g->r, v) || !(load >> v & 1))
			continue;
		if (v < V_F0)
			x86_rm(&g->a, 0x8b, true, g->r->host[v], &m);
		else
			x86_vex_rm(&g->a, 3, 1, 0x10, false, g->r->host[v], 0, &m);
	}
}

/* What is written to memory on the way to the block: what moves, and whatever else the block wants there. */
static struct flow written_on_edge(const struct flow *from, const struct block *to, struct regs moved)
{
	struct flow w = *from;

	w.dirty_x &= moved.x | ~to->in.dirty_x;
	w.dirty_f &= moved.f | ~to->in.dirty_f;
	return w;
}

/* As it is after that. */
static struct flow after_edge(const struct gen *g, const struct flow *from, const struct block *to)
{
	struct flow s = *from;

	flow_cross(&s, g->r->host, g->r->zone[to->zone]);
	s.dirty_x &= to->in.dirty_x;
	s.dirty_f &= to->in.dirty_f;
	return s;
}

static bool has_work(struct gen *g, const struct flow *from, struct block *to)
{
	uint8_t *zone = g->r->host;
	struct regs moved = flow_moved(zone, g->r->zone[to->zone]);
	struct flow w;
	bool work;

	if (g->r->bare)
		return false;
	w = written_on_edge(from, to, moved);
	if (w.dirty_x || w.dirty_f || to->load & (moved.x | (uint64_t)moved.f << 32))
		return true;
	w = after_edge(g, from, to);
	enter_zone(g->r, to);
	work = edge_work(g, &w, to, 0, false);
	g->r->host = zone;
	return work;
}

static void do_work(struct gen *g, const struct flow *from, struct block *to, int pending)
{
	uint8_t *zone = g->r->host;
	struct regs moved = flow_moved(zone, g->r->zone[to->zone]);
	struct flow s;
	struct snap snap;

	if (g->r->bare)
		return;
	s = written_on_edge(from, to, moved);
	snap = gen_snap(g, &s, to->pc, pending);
	gen_write_registers(g, &snap);
	s = after_edge(g, from, to);
	enter_zone(g->r, to);
	load_pins(g, to, moved);
	edge_work(g, &s, to, pending, true);
	g->r->host = zone;
}

static bool inherits(const struct block *to)
{
	return to->nr_preds == 1 && !to->header && !to->entry && !to->back;
}

/* Code of an edge that falls or jumps to its block; the count has been settled. */
static void go_to(struct gen *g, const struct flow *from, unsigned to, int pending)
{
	struct block *b = &g->r->block[to];

	do_work(g, from, b, pending);
	if (g->next == (int)to) {
		g->falls = true;
		return;
	}
	if (b->label) {
		x86_patch(&g->a, x86_jmp(&g->a), b->label);
	} else {
		struct cold *s = gen_add_cold(g, COLD_EDGE, x86_jmp(&g->a));

		s->to = to;
	}
}

/* Control goes from here to block or pc. */
static void make_edge(struct gen *g, const struct flow *s, int to, gva_t pc, int pending)
{
	if (to >= 0) {
		g->end_pending[to] = (int16_t)pending;
		go_to(g, s, (unsigned)to, pending);
	} else {
		struct snap snap = gen_snap(g, s, pc, pending);

		gen_direct_exit(g, &snap, pc);
	}
}

/* ---- the ends of blocks ---------------------------------------------------------------------------------------- */

/* If a successor cannot carry the count along, settle it now. */
static int settle_count(struct gen *g, int pending)
{
	for (unsigned n = 0; n < g->b->nr_succs; n++) {
		if (g->b->succ[n] >= 0 && !inherits(&g->r->block[g->b->succ[n]])) {
			gen_add_budget(g, -pending);
			return 0;
		}
	}
	return pending;
}

/* The conditional jump at `at` takes the block's edge n. */
static void branch_edge(struct gen *g, uint32_t at, unsigned n, int pending)
{
	const struct block *b = g->b;
	int to = b->succ[n];
	struct cold *s;

	if (to >= 0)
		g->end_pending[to] = (int16_t)pending;
	if (to >= 0 && !has_work(g, &g->s, &g->r->block[to])) {
		if (g->r->block[to].label)
			x86_patch(&g->a, at, g->r->block[to].label);
		else
			gen_add_cold(g, COLD_EDGE, at)->to = (unsigned)to;
		return;
	}
	if (g->nr_edges == ARRAY_SIZE(g->edges)) {
		g->a.full = true;
		return;
	}
	s = gen_add_cold(g, COLD_EDGE, at);
	s->flow = &g->edges[g->nr_edges++];
	*s->flow = g->s;
	s->to = to >= 0 ? (unsigned)to : MAX_BLOCKS;
	s->snap = gen_snap(g, &g->s, b->succ_pc[n], pending);
}

static void end_branch(struct gen *g, const struct ir *i)
{
	const struct block *b = g->b;
	int pending = settle_count(g, g->base + (int)b->nr_insns);
	uint32_t at;

	at = x86_jcc(&g->a, gen_compare(g, i));
	flow_ir(g->r, &g->s, i);
	branch_edge(g, at, 0, pending);
	make_edge(g, &g->s, b->succ[1], b->succ_pc[1], pending);
}

static void link_register(struct gen *g, unsigned rd, gva_t pc)
{
	struct ir link = { .op = IR_MOV, .width = (uint8_t)g->r->xlen, .d = (uint8_t)rd, .a = V_IMM, .b = V_NONE,
		.c = V_NONE, .imm = g->r->xlen == 32 ? (int32_t)pc : (int64_t)pc, .insn = g->i->insn };
	const struct ir *keep = g->i;

	if (rd == V_NONE)
		return;
	g->i = &link;
	gen_int(g, &link);
	flow_ir(g->r, &g->s, &link);
	g->i = keep;
}

/* A return to behind one of the calls that lead here, if rdx says so. */
static void end_return(struct gen *g)
{
	const struct block *b = g->b;
	int pending = settle_count(g, g->base + (int)b->nr_insns);
	unsigned last = b->nr_succs - 1;
	struct snap snap = gen_snap(g, &g->s, b->end, pending);

	for (unsigned n = 0; n <= last; n++) {
		gva_t ret = b->succ_pc[n];

		if (ret <= INT32_MAX) {
			x86_alu_imm(&g->a, 7, g->r->xlen == 64, RDX, (int32_t)ret);
		} else {
			x86_mov_imm(&g->a, RAX, (int64_t)ret);
			x86_rr(&g->a, 0x3b, g->r->xlen == 64, RDX, RAX);
		}
		if (n < last)
			branch_edge(g, x86_jcc(&g->a, CC_E), n, pending);
	}
	gen_add_cold(g, COLD_RETURN, x86_jcc(&g->a, CC_NE))->snap = snap;
	make_edge(g, &g->s, b->succ[last], b->succ_pc[last], pending);
}

static const struct guest_insn *last_insn(const struct gen *g)
{
	return &g->r->insn[g->b->first_insn + g->b->nr_insns - 1];
}

/* The address was put together from constants (auipc and jalr: a call of what is far): it is like a jump with an
 * offset. false: it is too far for a table of exits. */
static bool end_known(struct gen *g, const struct ir *i)
{
	gva_t to = (gva_t)i->imm & ~UINT64_C(1), base = g->r->insn[0].pc;
	int pending = g->base + (int)g->b->nr_insns;
	struct snap snap;

	if (g->r->xlen == 64 && (int64_t)(to - base) != (int32_t)(to - base))
		return false;
	if (g->r->xlen == 32)
		to = (uint32_t)to;
	link_register(g, i->d, g->b->end);
	snap = gen_snap(g, &g->s, to, pending);
	if (region_is_link(i->d))
		gen_call(g, &snap, i->d);
	else
		gen_direct_exit(g, &snap, to);
	return true;
}

/* The target is in rdx from the start: the link may overwrite its register. */
static void end_indirect(struct gen *g, const struct ir *i)
{
	struct snap snap;

	if (i->a == V_IMM && g->b->nr_succs == 0 && end_known(g, i))
		return;
	if (i->a == V_IMM) {
		x86_mov_imm(&g->a, RDX, i->imm & ~INT64_C(1));
	} else {
		gen_load_to(g, RDX, i->a);
		if (i->imm)
			x86_alu_imm(&g->a, 0, g->r->xlen == 64, RDX, (int32_t)i->imm);
		x86_alu_imm(&g->a, 4, g->r->xlen == 64, RDX, -2);
	}
	if (g->r->xlen == 32)
		x86_mov(&g->a, false, RDX, RDX);
	if (is_reg(i->d)) {
		struct ir use = *i;

		use.d = V_NONE;
		flow_ir(g->r, &g->s, &use);
		link_register(g, i->d, g->b->end);
	}
	if (g->b->nr_succs) {
		end_return(g);
		return;
	}
	snap = gen_snap(g, &g->s, g->b->end, g->base + (int)g->b->nr_insns);
	if (region_is_return(&last_insn(g)->d))
		gen_return(g, &snap);
	else
		gen_go_indirect(g, &snap, region_is_link(i->d) ? i->d : V_NONE);
}

static void end_exit(struct gen *g, const struct ir *i)
{
	struct snap snap = gen_snap_here(g);

	gen_leave_by_tail(g, &snap, i->sub, (uint32_t)i->imm);
}

static void end_jump(struct gen *g)
{
	const struct isa_insn *d = &last_insn(g)->d;
	int pending = settle_count(g, g->base + (int)g->b->nr_insns);

	if (g->b->succ[0] < 0 && isa_rows[d->op].fmt == ISA_FMT_J && region_is_link(d->rd)) {
		struct snap snap = gen_snap(g, &g->s, g->b->succ_pc[0], pending);

		gen_call(g, &snap, d->rd);
	} else {
		make_edge(g, &g->s, g->b->succ[0], g->b->succ_pc[0], pending);
	}
}

/* ---- blocks -------------------------------------------------------------------------------------------------------- */

/* Put in place what the operation needs of its operands. */
static void prepare(struct gen *g, const struct ir *i)
{
	uint8_t uses[3];

	if (unlikely(g->r->dumping))
		dump_mark(g->a.len, i->insn);
	flow_uses(i, uses);
	for (int k = 0; k < 3; k++) {
		unsigned v = uses[k];

		if (v == V_NONE)
			continue;
		if (is_f(v)) {
			enum fneed need = flow_fneed(i, v);
			uint8_t have = g->s.fkind[v - V_F0];
			struct flow after = g->s;
			struct ir use = { .op = i->op, .width = i->width, .sub = i->sub, .d = V_NONE, .a = (uint8_t)v,
				.b = i->op == IR_STORE ? (uint8_t)v : V_NONE, .c = V_NONE };

			if (i->op == IR_STORE)
				use.a = V_NONE;
			flow_ir(g->r, &after, &use);
			if (have & F_LOOSE && !(after.fkind[v - V_F0] & F_LOOSE))
				gen_canonical(g, g->r->host[v], have & F_BOXED ? 32 : 64);
			if (have & F_NARROW && !(after.fkind[v - V_F0] & F_NARROW))
				gen_box(g, g->r->host[v]);
			if ((need == FN_SINGLE || need == FN_SINGLE_EXACT) && !(have & F_BOXED)) {
				struct snap snap = gen_snap_here(g);

				gen_check_boxed(g, v, &snap, JIT_EXIT_INTERPRET, JIT_REFUSE_unbox);
			}
			g->s.fkind[v - V_F0] = after.fkind[v - V_F0];
		} else if (flow_need(g->r, &g->s, i, v) == NEED_ALL && g->s.kind[XI(v)] == K_LOW) {
			x86_rr(&g->a, 0x63, true, g->r->host[v], g->r->host[v]);
			g->s.kind[XI(v)] = K_SEXT;
		}
	}
}

/* Nothing but moves are made for it. */
static bool keeps_flags(const struct gen *g, const struct ir *i)
{
	bool integer = (i->op == IR_LOAD && is_x(i->d)) || (i->op == IR_STORE && is_x(i->b));

	return i->op == IR_MOV || (integer && !flow_unchecked(g->r, &g->s, i));
}

static void make_op(struct gen *g, const struct ir *i)
{
	uint32_t from = g->a.len;
	bool kept = keeps_flags(g, i);

	g->i = i;
	prepare(g, i);
	if (g->r->bare)
		gen_keep(g, i);
	if (i->op < IR_LOAD)
		gen_int(g, i);
	else if (i->op <= IR_FENCE)
		gen_memory(g, i);
	else
		gen_float(g, i);
	if (kept)
		gen_flags_kept(g, from, i->d);
	flow_ir(g->r, &g->s, i);
}

/* Where a loop begins: pay for the block, and leave if the budget is spent. */
static void header_check(struct gen *g, const struct block *b)
{
	struct snap snap;

	x86_alu_imm(&g->a, 5, true, R15, (int32_t)b->nr_insns);
	g->base = -(int)b->nr_insns;
	snap = gen_snap(g, &b->in, b->pc, g->base);
	gen_cold_exit(g, x86_jcc(&g->a, CC_S), &snap, JIT_EXIT_TIMER, 0);
}

/* Quick code: what is known, and kept, where the block made before ends is so here. */
static bool goes_on(const struct gen *g, const struct block *b, unsigned n)
{
	const struct block *before = g->b;

	return g->r->bare && before && inherits(b) &&
	       ((before->nr_succs > 0 && before->succ[0] == (int)n) || (before->nr_succs > 1 && before->succ[1] == (int)n));
}

static void make_block(struct gen *g, struct block *b, unsigned n)
{
	const struct ir *last = NULL;

	enter_zone(g->r, b);
	if (!goes_on(g, b, n)) {
		gen_forget(g);
		g->s = b->in;
	}
	g->b = b;
	g->base = inherits(b) ? g->end_pending[n] : 0;
	b->label = g->a.len;
	if (unlikely(g->r->dumping))
		dump_mark(g->a.len, DUMP_BLOCK + n);
	g->rax_is = g->flags_of = V_NONE;
	if (b->header)
		header_check(g, b);
	gen_copy(g, b);
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++) {
		const struct ir *i = &g->r->ir[k];

		if (i->dead)
			continue;
		if (i->op >= IR_BR) {
			last = i;
			break;
		}
		make_op(g, i);
	}
	gen_copied(g);
	g->i = last;
	if (last)
		prepare(g, last);
	switch (last ? last->op : IR_JMP) {
	case IR_BR:   end_branch(g, last); break;
	case IR_JIND: end_indirect(g, last); break;
	case IR_EXIT: end_exit(g, last); break;
	default:      end_jump(g); break;
	}
}

/* ---- entries ------------------------------------------------------------------------------------------------------------ */

static void entry_check(struct gen *g, const struct block *b, uint32_t at, uint8_t kind, uint32_t arg)
{
	struct snap snap = { .pc_delta = (uint32_t)(b->pc - g->r->insn[0].pc) };

	gen_cold_exit(g, at, &snap, kind, arg);
}

static void make_entry(struct gen *g, unsigned n)
{
	struct x86_mem counted = gen_engine(offsetof(struct cpu_regs, engine.counted));
	struct block *b = &g->r->block[n];
	unsigned which;
	struct flow s;

	enter_zone(g->r, b);
	/* What control comes to first; the others are many. */
	if (b->pc == g->r->req->pc && !g->falls_in)
		x86_align(&g->a, 4);
	g->falls_in = false;
	b->entry_label = g->a.len + 1;
	if (unlikely(g->r->dumping))
		dump_mark(g->a.len, DUMP_ENTRY);
	which = b->pc == g->r->req->pc ? 0 : g->nr_entries++;
	g->entries[which] = (struct jit_entry){ .pc = b->pc, .offset = g->a.len };
	if (g->r->req->counts) {
		x86_rm(&g->a, 0xff, false, 2, &counted);
		ASSERT(g->a.full || g->a.len == g->entries[which].offset + JIT_COUNTED_CALL);
	} else {
		x86_rr(&g->a, 0x85, true, R15, R15);
		g->timers[which] = x86_jcc(&g->a, CC_S);
	}
	if (g->r->rounds) {
		entry_check(g, b, gen_misrounds(g), JIT_EXIT_INTERPRET, JIT_REFUSE_frm);
	}
	load_pins(g, b, (struct regs){ ~0u, ~0u });
	memset(&s, 0, sizeof(s));
	for (unsigned v = 0; v < 32; v++)
		s.chk[v] = CHK_NONE;
	go_to(g, &s, n, 0);
}

/* ---- cold code ----------------------------------------------------------------------------------------------------------- */

static gva_t snap_pc(const struct gen *g, const struct snap *s)
{
	gva_t pc = g->r->insn[0].pc + (gva_t)(int64_t)(int32_t)s->pc_delta;

	return g->r->xlen == 32 ? (uint32_t)pc : pc;
}

static void make_cold(struct gen *g, struct cold s)
{
	if (s.kind == COLD_EDGE && !s.flow) {
		x86_patch(&g->a, s.at, g->r->block[s.to].label);
		return;
	}
	g->r->host = g->r->zone[s.zone];
	if (s.kind < COLD_TAIL)
		x86_patch(&g->a, s.at, g->a.len);
	switch (s.kind) {
	case COLD_TAIL:
		gen_make_tail(g, &s);
		break;
	case COLD_COMMON:
		gen_common_exit(g, s.at);
		break;
	case COLD_EXIT:
		gen_leave_by_tail(g, &s.snap, s.exit_kind, s.arg);
		break;
	case COLD_RETURN:
		gen_return(g, &s.snap);
		break;
	case COLD_CALL:
		gen_direct_exit(g, &s.snap, snap_pc(g, &s.snap));
		break;
	case COLD_LANDING:
		x86_patch(&g->a, s.at, g->r->block[s.to].entry_label - 1);
		break;
	case COLD_MISSED:
	case COLD_LOOKUP:
		gen_make_shared(g, &s);
		break;
	case COLD_CANON:
		x86_mov_imm(&g->a, RAX, s.width == 64 ? 0x7ff8000000000000 : 0x7fc00000);
		x86_vex_rr(&g->a, 1, 1, 0x6e, true, s.xmm, 0, RAX);
		x86_patch(&g->a, x86_jmp(&g->a), s.back);
		break;
	case COLD_FIX:
		gen_float_fix(g, &s);
		break;
	case COLD_BY_ZERO:
	case COLD_BY_MINUS_ONE:
		gen_odd_quotient(g, &s);
		break;
	case COLD_EDGE:
		if (s.to == MAX_BLOCKS)
			gen_direct_exit(g, &s.snap, snap_pc(g, &s.snap));
		else
			go_to(g, s.flow, s.to, s.snap.pending);
		break;
	}
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------- */

/* The block that is laid out behind block k; -1: none. */
static int next_block(const struct region *r, unsigned k)
{
	while (++k < r->nr_blocks)
		if (r->block[k].in.reached)
			return (int)k;
	return -1;
}

/* An entry can stand before its block if what is laid out before that does not go on into it. */
static bool is_apart(const struct region *r, unsigned k)
{
	unsigned before = k;

	while (before > 0 && !r->block[before - 1].in.reached)
		before--;
	for (unsigned n = 0; before > 0 && n < r->block[before - 1].nr_succs; n++)
		if (r->block[before - 1].succ[n] == (int)k)
			return false;
	return true;
}

static void make_all(struct gen *g)
{
	struct region *r = g->r;

	/* The request's own entry is the first of the table. */
	g->nr_entries = 1;
	g->next = -1;
	for (unsigned k = 0; k < r->nr_blocks; k++)
		if (r->block[k].entry && !is_apart(r, k))
			make_entry(g, k);
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		if (!r->block[k].in.reached)
			continue;
		g->next = (int)k;
		if (r->block[k].entry && is_apart(r, k))
			make_entry(g, k);
		g->next = next_block(r, k);
		g->falls = false;
		make_block(g, &r->block[k], k);
		if (!g->falls && !g->falls_in)
			gen_make_traps(g);
	}
	gen_forget(g);
	g->next = -1;
	if (unlikely(r->dumping))
		dump_mark(g->a.len, DUMP_COLD);
	gen_make_traps(g);
	gen_make_timers(g);
	/* Cold code may ask for more of it. */
	for (unsigned k = 0; k < g->nr_cold; k++)
		make_cold(g, g->cold[k]);
	gen_flag_table(g);
}

struct gen *gen_new(void)
{
	return calloc(1, sizeof(struct gen));
}

void gen_free(struct gen *g)
{
	if (!g)
		return;
	free(g->cold);
	free(g->sites);
	free(g->exits);
	free(g);
}

int gen_region(struct gen *g, struct region *r, struct jit_code **out)
{
	memset(g, 0, offsetof(struct gen, cold));
	memset(g->keeps, V_NONE, sizeof(g->keeps));
	g->r = r;
	g->a.cap = JIT_CODE_MAX;
	g->a.bytes = g->code;
	g->a.refs = g->refs;
	make_all(g);
	if (g->failed)
		return -ENOMEM;
	if (g->a.full) {
		note_limit(JIT_LIMIT_code);
		return -EOPNOTSUPP;
	}
	x86_settle(&g->a);
	*out = gen_assemble(g);
	return *out ? 0 : -ENOMEM;
}
