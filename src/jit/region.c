/* Regions: which guest code is translated together.
 *
 * From the request's pc, direct branches and jumps are followed, nearest first, until the
 * limit of instructions, or to what another region has (shared.c). What follows an ecall is part of the region and an entry.
 *
 * A call of a small function is followed, too: the function's code becomes part of the region once for
 * each call (struct context), and its return goes on behind the call if the return address is what the
 * call made it, which is compared. Such a function has all its calls in the region as well; else its
 * way back would lead to nobody's entry. A call of the region's own beginning is a jump to there,
 * and a return goes on behind one of these calls if its address says so. Other calls leave the
 * region (a direct exit); what follows one is part of it and an entry, because that is where the
 * callee returns to.
 *
 * Blocks are laid out in the order of their addresses, those of a callee behind the call. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include <stdlib.h>

static uint16_t *slot_of(struct finder *f, gva_t pc, unsigned context)
{
	unsigned h = (unsigned)(((pc >> 1) + context * 0x51ed27u) * 0x9e3779b1u >> 7) % FINDER_HASH;

	while (f->at[h] && (f->r->insn[f->at[h] - 1].pc != pc || f->r->insn[f->at[h] - 1].context != context))
		h = (h + 1) % FINDER_HASH;
	return &f->at[h];
}

static const uint8_t *page_bytes(struct finder *f, gva_t va)
{
	struct region *r = f->r;

	for (unsigned i = 0; i < r->nr_pages; i++)
		if (r->page_va[i] == va)
			return r->page[i];
	if (r->nr_pages == MAX_PAGES) {
		f->limits[JIT_LIMIT_pages]++;
		return NULL;
	}

	const uint8_t *p = r->req->page(r->req->ctx, va);

	if (!p)
		return NULL;
	r->page_va[r->nr_pages] = va;
	r->page[r->nr_pages++] = p;
	return p;
}

static bool fetch_half(struct finder *f, gva_t pc, uint32_t *half)
{
	const uint8_t *p = page_bytes(f, pc & ~PAGE_MASK);

	if (!p)
		return false;
	p += pc & PAGE_MASK;
	*half = p[0] | (uint32_t)p[1] << 8;
	return true;
}

static bool fetch(struct finder *f, gva_t pc, uint32_t *bits)
{
	uint32_t low, high = 0;

	if (!fetch_half(f, pc, &low))
		return false;
	if (isa_length((uint16_t)low) == 4 && !fetch_half(f, pc + 2, &high))
		return false;
	*bits = low | high << 16;
	return true;
}

static gva_t wrap(const struct region *r, gva_t pc) { return r->xlen == 32 ? (uint32_t)pc : pc; }

static enum jit_seen seen(const struct finder *f, gva_t pc)
{
	const struct jit_request *req = f->r->req;

	return req->seen && pc != req->pc ? req->seen(req->ctx, pc) : JIT_SEEN_OFTEN;
}

/* What has never been run stays outside of full code, and costs nothing. */
static bool was_run(const struct finder *f, gva_t pc)
{
	return f->r->req->effort == JIT_QUICK || seen(f, pc) != JIT_SEEN_NEVER;
}

/* Nor is made twice what is taken, but for a callee's copy and what shared.c keeps, or chooses from. */
static bool wanted(const struct finder *f, gva_t pc, unsigned context)
{
	enum jit_seen s = seen(f, pc);

	if (f->r->req->effort == JIT_QUICK)
		return s != JIT_SEEN_TAKEN;
	if (s == JIT_SEEN_NEVER || context)
		return s != JIT_SEEN_NEVER;
	if (f->choosing)
		return s != JIT_SEEN_TAKEN || f->r->nr_insns < LOOP_INSNS;
	return shared_is_wanted(f, pc, s == JIT_SEEN_TAKEN);
}

static void enqueue(struct finder *f, gva_t pc, unsigned context, bool entry)
{
	if (f->tail == MAX_INSNS || !wanted(f, pc, context))
		return;
	f->queue[f->tail].pc = pc;
	f->queue[f->tail].context = (uint8_t)context;
	f->queue[f->tail++].entry = entry && context == 0;   /* a callee's code is somebody's, not everybody's */
}

/* ---- calls -------------------------------------------------------------------------------- */

static gva_t target_of(const struct region *r, const struct guest_insn *gi)
{
	return wrap(r, gi->pc + (gva_t)(int64_t)gi->d.imm);
}

/* ra and t0 are what the ABI's calls use for the link (psABI, "Procedure Calling Convention"). */
bool region_is_link(unsigned x) { return x == 1 || x == 5; }

bool region_is_return(const struct isa_insn *d)
{
	return isa_rows[d->op].fmt == ISA_FMT_JR && d->rd == 0 && region_is_link(d->rs1) && d->imm == 0;
}

/* A function that is being measured: what is still to be looked at. */
struct measure {
	struct finder *f;
	unsigned nr, head, left;       /* left: instructions it may still have */
	gva_t start[CALLEE_INSNS];
};

static bool measure_later(struct measure *m, gva_t pc)
{
	if (!was_run(m->f, pc))
		return true;
	for (unsigned k = 0; k < m->nr; k++)
		if (m->start[k] == pc)
			return true;
	if (m->nr == CALLEE_INSNS)
		return false;
	m->start[m->nr++] = pc;
	return true;
}

static bool measure_function(struct measure *m, gva_t pc, unsigned context, unsigned depth);

/* Is any function of this call chain the one at pc? */
static bool is_recursive(const struct region *r, unsigned context, gva_t pc)
{
	for (; context; context = r->context[context].parent)
		if (r->context[context].callee == pc)
			return true;
	return r->req->pc == pc;
}

/* Returns false if the function cannot be made part of a region; *on: it goes on in line. */
static bool measure_insn(struct measure *m, const struct guest_insn *gi, unsigned context, unsigned depth, bool *on)
{
	struct region *r = m->f->r;

	*on = false;
	switch (isa_rows[gi->d.op].fmt) {
	case ISA_FMT_B:
		*on = true;
		return measure_later(m, target_of(r, gi));
	case ISA_FMT_J:
		if (gi->d.rd == 0)
			return measure_later(m, target_of(r, gi));
		*on = true;
		return measure_function(m, target_of(r, gi), context, depth + 1);
	case ISA_FMT_JR:
		return region_is_return(&gi->d);
	case ISA_FMT_SYS:
		return false;
	case ISA_FMT_CSR:
	case ISA_FMT_CSRI:
		*on = true;
		return front_csr(&gi->d);
	default:
		*on = true;
		return gi->d.op != ISA_ILLEGAL;
	}
}

/* The function at pc, whatever of it has been run. */
static bool measure_function(struct measure *m, gva_t pc, unsigned context, unsigned depth)
{
	struct measure own = { .f = m->f, .left = m->left };

	if (depth > CALL_DEPTH || is_recursive(m->f->r, context, pc) || !was_run(m->f, pc))
		return false;
	measure_later(&own, pc);
	while (own.head < own.nr) {
		gva_t at = own.start[own.head++];
		bool on = true;

		for (bool first = true; on && was_run(m->f, at); first = false) {
			struct guest_insn gi = { .pc = at };

			for (unsigned k = 0; k < own.nr && !first; k++)
				if (own.start[k] == at)
					on = false;       /* is looked at elsewhere */
			if (!on)
				break;
			if (own.left-- == 0 || !fetch(m->f, at, &gi.bits))
				return false;
			isa_decode(&gi.d, gi.bits, m->f->r->xlen);
			if (!measure_insn(&own, &gi, context, depth, &on))
				return false;
			at = wrap(m->f->r, at + gi.d.len);
		}
	}
	m->left = own.left;
	return true;
}

/* The context of the function that is called, if it becomes part of the region; else 0. */
static unsigned enter_function(struct finder *f, const struct guest_insn *gi)
{
	struct region *r = f->r;
	gva_t target = target_of(r, gi);
	unsigned depth = r->context[gi->context].depth + 1;
	struct measure m = { .f = f, .left = CALLEE_INSNS };
	unsigned size;

	if (r->nr_contexts == MAX_CONTEXTS || !measure_function(&m, target, gi->context, depth)) {
		f->limits[r->nr_contexts == MAX_CONTEXTS ? JIT_LIMIT_contexts : JIT_LIMIT_callee]++;
		return 0;
	}
	size = CALLEE_INSNS - m.left;
	/* What is inside a callee was counted with it. */
	if (gi->context == 0) {
		if (f->callees + size > CALLEES_INSNS) {
			f->limits[JIT_LIMIT_callees]++;
			return 0;
		}
		f->callees += size;
		f->limit += size;
	}
	r->context[r->nr_contexts] = (struct context){ .callee = target, .ret = wrap(r, gi->pc + gi->d.len),
		.parent = gi->context, .depth = (uint8_t)depth };
	return r->nr_contexts++;
}

/* Is this a call of what the region begins with, whose return there is room for? */
static bool call_again(struct finder *f, unsigned context, gva_t target, gva_t next)
{
	struct region *r = f->r;

	if (context || target != r->req->pc)
		return false;
	if (r->nr_returns == MAX_RETURNS) {
		f->limits[JIT_LIMIT_returns]++;
		return false;
	}
	r->returns[r->nr_returns++] = next;
	return true;
}

/* ---- walking ------------------------------------------------------------------------------ */

/* What control flow follows from this instruction. True: the next one is reached in line. */
static bool follow(struct finder *f, struct guest_insn *gi)
{
	struct region *r = f->r;
	gva_t next = wrap(r, gi->pc + gi->d.len), target = target_of(r, gi);
	bool full = r->req->effort == JIT_FULL;

	switch (isa_rows[gi->d.op].fmt) {
	case ISA_FMT_B:
		if (full)
			enqueue(f, target, gi->context, false);
		/* Backward branches are mostly taken. */
		return (full || gi->d.imm > 0) && wanted(f, next, gi->context);
	case ISA_FMT_J:
		if (gi->d.rd == 0 && (full || gi->d.imm > 0))
			enqueue(f, target, gi->context, false);
		if (!full || gi->d.rd == 0)
			return false;
		gi->again = region_is_link(gi->d.rd) && call_again(f, gi->context, target, next);
		gi->callee = gi->again ? 0 : (uint8_t)enter_function(f, gi);
		if (gi->callee)
			enqueue(f, target, gi->callee, false);
		enqueue(f, next, gi->context, !gi->callee);
		return false;
	case ISA_FMT_JR:
		if (full && gi->d.rd)
			enqueue(f, next, gi->context, true);
		return false;
	case ISA_FMT_SYS:
		if (full && gi->d.op == ISA_ecall)
			enqueue(f, next, gi->context, true);
		return false;
	case ISA_FMT_CSR:
	case ISA_FMT_CSRI:
		if (front_csr(&gi->d))
			return true;
		if (full)
			enqueue(f, next, gi->context, true);
		return false;
	default:
		return gi->d.op != ISA_ILLEGAL;
	}
}

/* Instructions from pc on until one that is known, or control leaves. */
static void walk(struct finder *f, gva_t pc, unsigned context, bool entry)
{
	struct region *r = f->r;
	bool first = true;

	for (;;) {
		uint16_t *slot = slot_of(f, pc, context);
		struct guest_insn *gi;
		uint32_t bits;

		if (*slot) {
			r->insn[*slot - 1].leader |= first;
			r->insn[*slot - 1].entry |= entry;
			return;
		}
		if (r->nr_insns == f->limit && r->req->effort == JIT_FULL)
			f->limits[JIT_LIMIT_insns]++;
		if (r->nr_insns == f->limit || !fetch(f, pc, &bits))
			return;
		gi = &r->insn[r->nr_insns++];
		*slot = (uint16_t)r->nr_insns;
		*gi = (struct guest_insn){ .pc = pc, .bits = bits, .entry = entry, .context = (uint8_t)context };
		gi->shared = f->choosing && context == 0 && seen(f, pc) == JIT_SEEN_TAKEN;
		gi->leader = first || gi->shared;
		isa_decode(&gi->d, bits, r->xlen);
		first = entry = false;
		if (!follow(f, gi))
			return;
		if (isa_rows[gi->d.op].fmt == ISA_FMT_B)
			first = true;
		pc = wrap(r, pc + gi->d.len);
		if (r->req->effort == JIT_FULL && !wanted(f, pc, context))
			return;
	}
}

/* ---- order -------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct guest_insn *x = a, *y = b;

	if (x->context != y->context)
		return x->context - y->context;
	return x->pc < y->pc ? -1 : x->pc > y->pc;
}

/* A context's instructions, each call followed by what it calls. */
static void lay_out(struct region *r, const struct guest_insn *sorted, unsigned nr, unsigned context)
{
	unsigned k = 0;

	while (k < nr && sorted[k].context != context)
		k++;
	for (; k < nr && sorted[k].context == context; k++) {
		r->insn[r->nr_insns++] = sorted[k];
		if (sorted[k].callee)
			lay_out(r, sorted, nr, sorted[k].callee);
	}
}

/* Quick code comes in order. */
static bool is_sorted(const struct region *r)
{
	for (unsigned i = 1; i < r->nr_insns; i++)
		if (r->insn[i - 1].pc > r->insn[i].pc)
			return false;
	return r->nr_contexts == 1;
}

static void sort(struct region *r, struct finder *f)
{
	unsigned nr = r->nr_insns;

	if (is_sorted(r))
		return;
	qsort(r->insn, nr, sizeof(r->insn[0]), by_place);
	if (r->nr_contexts == 1)
		return;
	memcpy(f->sorted, r->insn, nr * sizeof(r->insn[0]));
	r->nr_insns = 0;
	lay_out(r, f->sorted, nr, 0);
}

static void forget(struct finder *f)
{
	struct region *r = f->r;

	if (r->nr_insns > FINDER_HASH / 16)
		memset(f->at, 0, sizeof(f->at));
	else
		for (unsigned i = r->nr_insns; i-- > 0;)
			*slot_of(f, r->insn[i].pc, r->insn[i].context) = 0;   /* latest first: probes go through what came before */
}

/* ---- blocks ------------------------------------------------------------------------------- */

static int block_at(struct finder *f, gva_t pc, unsigned context)
{
	uint16_t at = *slot_of(f, pc, context);
	const struct guest_insn *gi = at ? &f->r->insn[at - 1] : NULL;

	return gi && f->r->block[gi->block].first_insn == at - 1u ? gi->block : -1;
}

static bool ends_block(const struct guest_insn *gi)
{
	switch (isa_rows[gi->d.op].fmt) {
	case ISA_FMT_B: case ISA_FMT_J: case ISA_FMT_JR: case ISA_FMT_SYS:
		return true;
	case ISA_FMT_CSR: case ISA_FMT_CSRI:
		return !front_csr(&gi->d);
	default:
		return gi->d.op == ISA_ILLEGAL;
	}
}

/* The instructions in their order become blocks: runs that begin at a leader and go on without a gap. */
static void make_blocks(struct region *r)
{
	struct block *b = NULL;

	for (unsigned i = 0; i < r->nr_insns; i++) {
		struct guest_insn *gi = &r->insn[i];

		if (!b || gi->leader || gi->pc != b->end || gi->context != b->context) {
			if (r->nr_blocks == MAX_BLOCKS) {
				r->nr_insns = i;
				return;
			}
			b = &r->block[r->nr_blocks++];
			memset(b, 0, sizeof(*b));
			b->first_insn = i;
			b->pc = gi->pc;
			b->entry = gi->entry;
			b->shared = gi->shared;
			b->context = gi->context;
		}
		gi->block = (uint16_t)(r->nr_blocks - 1);
		b->nr_insns++;
		b->end = wrap(r, gi->pc + gi->d.len);
		if (ends_block(gi) && i + 1 < r->nr_insns)
			r->insn[i + 1].leader = true;
	}
}

static void add_succ(struct finder *f, struct block *b, gva_t pc, unsigned context)
{
	/* Quick code has no loops: it goes back through its entry, where the budget is looked at. */
	b->succ[b->nr_succs] = f->r->req->effort == JIT_QUICK && pc <= b->pc ? -1 : block_at(f, pc, context);
	b->succ_pc[b->nr_succs++] = pc;
}

/* Where a return inside the region may go on. */
static void add_returns(struct finder *f, struct block *b)
{
	const struct region *r = f->r;
	const struct context *c = &r->context[b->context];

	if (b->context && block_at(f, c->ret, c->parent) >= 0)
		add_succ(f, b, c->ret, c->parent);
	for (unsigned k = 0; b->context == 0 && k < r->nr_returns; k++)
		if (block_at(f, r->returns[k], 0) >= 0)
			add_succ(f, b, r->returns[k], 0);
}

static void link_block(struct finder *f, struct block *b)
{
	struct region *r = f->r;
	const struct guest_insn *last = &r->insn[b->first_insn + b->nr_insns - 1];
	unsigned k = (unsigned)(b - r->block);

	switch (isa_rows[last->d.op].fmt) {
	case ISA_FMT_B:
		add_succ(f, b, target_of(r, last), b->context);
		add_succ(f, b, b->end, b->context);
		break;
	case ISA_FMT_J:
		add_succ(f, b, target_of(r, last), last->callee ? last->callee : b->context);
		if (last->d.rd && !last->callee && !last->again)
			b->succ[0] = -1;       /* a call leaves */
		break;
	case ISA_FMT_JR:
		if (region_is_return(&last->d))
			add_returns(f, b);
		break;
	default:
		if (!ends_block(last))
			add_succ(f, b, b->end, b->context);
	}
	for (unsigned i = 0; i < b->nr_succs; i++) {
		int s = b->succ[i];

		if (s < 0)
			continue;
		r->block[s].nr_preds++;
		r->block[s].back |= (unsigned)s <= k;
	}
}

static void sort_insns(struct region *r, struct finder *f)
{
	if (is_sorted(r))
		return;
	forget(f);
	sort(r, f);
	for (unsigned i = 0; i < r->nr_insns; i++)
		*slot_of(f, r->insn[i].pc, r->insn[i].context) = (uint16_t)(i + 1);
}

/* false: the place that was asked for is not in the region. */
static bool add_entries(struct region *r, struct finder *f)
{
	bool found = true;

	for (unsigned k = 0; k < r->req->nr_more; k++) {
		uint16_t at = *slot_of(f, r->req->more[k], 0);

		if (at)
			r->insn[at - 1].leader = r->insn[at - 1].entry = true;
		else if (k == 0)
			found = false;
	}
	return found;
}

static bool find_blocks(struct region *r, struct finder *f)
{
	bool found;

	r->nr_insns = r->nr_blocks = r->nr_returns = 0;
	r->nr_contexts = 1;
	memset(&r->context[0], 0, sizeof(r->context[0]));
	memset(f->limits, 0, sizeof(f->limits));
	f->head = f->tail = f->callees = 0;
	f->limit = r->req->effort == JIT_FULL ? FULL_INSNS : QUICK_INSNS;
	enqueue(f, r->req->pc, 0, true);
	for (; f->head < f->tail; f->head++)
		walk(f, f->queue[f->head].pc, f->queue[f->head].context, f->queue[f->head].entry);
	found = add_entries(r, f);
	sort_insns(r, f);
	make_blocks(r);
	for (unsigned i = 0; i < r->nr_blocks; i++)
		link_block(f, &r->block[i]);
	forget(f);
	return found;
}

int region_find(struct region *r, struct finder *f, const struct jit_request *req)
{
	bool found;

	r->req = req;
	r->xlen = req->xlen;
	f->r = r;
	f->kept.nr = f->left.nr = 0;
	f->choosing = req->effort == JIT_FULL && req->seen;
	found = find_blocks(r, f);
	if (f->choosing && shared_choose(r, f)) {
		f->choosing = false;
		found = find_blocks(r, f);
	}
	if (!found)
		return -ENOENT;
	for (unsigned k = 0; k < JIT_LIMIT_COUNT; k++)
		note_limits((enum jit_limit)k, f->limits[k]);
	return r->nr_insns ? 0 : -EFAULT;
}
