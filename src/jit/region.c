/* Regions: which guest code is translated together.
 *
 * From the request's pc, direct branches and jumps are followed, nearest first, until the
 * limit of instructions. A call leaves the region (a direct exit); what follows it is part of it
 * and an entry, because that is where the callee returns to. What follows an ecall is, too. Blocks are
 * laid out in the order of their addresses. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include <stdlib.h>

static uint16_t *slot_of(struct finder *f, gva_t pc)
{
	unsigned h = (unsigned)((pc >> 1) * 0x9e3779b1u >> 7) % FINDER_HASH;

	while (f->at[h] && f->r->insn[f->at[h] - 1].pc != pc)
		h = (h + 1) % FINDER_HASH;
	return &f->at[h];
}

static const uint8_t *page_bytes(struct region *r, gva_t va)
{
	for (unsigned i = 0; i < r->nr_pages; i++)
		if (r->page_va[i] == va)
			return r->page[i];
	if (r->nr_pages == MAX_PAGES)
		return NULL;

	const uint8_t *p = r->req->page(r->req->ctx, va);

	if (!p)
		return NULL;
	r->page_va[r->nr_pages] = va;
	r->page[r->nr_pages++] = p;
	return p;
}

static bool fetch_half(struct region *r, gva_t pc, uint32_t *half)
{
	const uint8_t *p = page_bytes(r, pc & ~PAGE_MASK);

	if (!p)
		return false;
	p += pc & PAGE_MASK;
	*half = p[0] | (uint32_t)p[1] << 8;
	return true;
}

static bool fetch(struct region *r, gva_t pc, uint32_t *bits)
{
	uint32_t low, high = 0;

	if (!fetch_half(r, pc, &low))
		return false;
	if (isa_length((uint16_t)low) == 4 && !fetch_half(r, pc + 2, &high))
		return false;
	*bits = low | high << 16;
	return true;
}

static gva_t wrap(const struct region *r, gva_t pc) { return r->xlen == 32 ? (uint32_t)pc : pc; }

/* Full: what has never been run stays outside, and costs nothing. Quick: what has an entry is not
 * made twice. */
static bool wanted(const struct finder *f, gva_t pc)
{
	const struct jit_request *req = f->r->req;

	if (!req->seen || pc == req->pc)
		return true;
	return req->seen(req->ctx, pc) != (req->effort == JIT_FULL ? JIT_SEEN_NEVER : JIT_SEEN_ENTRY);
}

static void enqueue(struct finder *f, gva_t pc, bool entry)
{
	if (f->tail == MAX_INSNS || !wanted(f, pc))
		return;
	f->queue[f->tail] = pc;
	f->queue_entry[f->tail++] = entry;
}

/* What control flow follows from this instruction. True: the next one is reached in line. */
static bool follow(struct finder *f, const struct guest_insn *gi)
{
	struct region *r = f->r;
	gva_t next = wrap(r, gi->pc + gi->d.len), target = wrap(r, gi->pc + (gva_t)(int64_t)gi->d.imm);
	bool full = r->req->effort == JIT_FULL;

	switch (isa_rows[gi->d.op].fmt) {
	case ISA_FMT_B:
		if (full)
			enqueue(f, target, false);
		/* Backward branches are mostly taken. */
		return (full || gi->d.imm > 0) && wanted(f, next);
	case ISA_FMT_J:
		if (gi->d.rd == 0 && (full || gi->d.imm > 0))
			enqueue(f, target, false);
		else if (full && gi->d.rd)
			enqueue(f, next, true);
		return false;
	case ISA_FMT_JR:
		if (full && gi->d.rd)
			enqueue(f, next, true);
		return false;
	case ISA_FMT_SYS:
		if (full && gi->d.op == ISA_ecall)
			enqueue(f, next, true);
		return false;
	case ISA_FMT_CSR:
	case ISA_FMT_CSRI:
		if (front_csr(&gi->d))
			return true;
		if (full)
			enqueue(f, next, true);
		return false;
	default:
		return gi->d.op != ISA_ILLEGAL;
	}
}

/* Instructions from pc on until one that is known, or control leaves. */
static void walk(struct finder *f, gva_t pc, bool entry)
{
	struct region *r = f->r;
	bool first = true, quick = r->req->effort == JIT_QUICK;

	for (;;) {
		uint16_t *slot = slot_of(f, pc);
		struct guest_insn *gi;
		uint32_t bits;

		if (*slot) {
			r->insn[*slot - 1].leader |= first;
			r->insn[*slot - 1].entry |= entry;
			return;
		}
		if (r->nr_insns == f->limit || !fetch(r, pc, &bits))
			return;
		gi = &r->insn[r->nr_insns++];
		*slot = (uint16_t)r->nr_insns;
		*gi = (struct guest_insn){ .pc = pc, .bits = bits, .leader = first, .entry = entry };
		isa_decode(&gi->d, bits, r->xlen);
		first = entry = false;
		if (!follow(f, gi))
			return;
		if (isa_rows[gi->d.op].fmt == ISA_FMT_B)
			first = true;
		pc = wrap(r, pc + gi->d.len);
		if (quick && !wanted(f, pc))
			return;
	}
}

static int by_pc(const void *a, const void *b)
{
	const struct guest_insn *x = a, *y = b;

	return x->pc < y->pc ? -1 : x->pc > y->pc;
}

static int block_at(const struct region *r, gva_t pc)
{
	unsigned lo = 0, hi = r->nr_blocks;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (r->block[mid].pc == pc)
			return (int)mid;
		if (r->block[mid].pc < pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
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

/* The sorted instructions become blocks: runs that begin at a leader and go on without a gap. */
static void make_blocks(struct region *r)
{
	struct block *b = NULL;

	for (unsigned i = 0; i < r->nr_insns; i++) {
		struct guest_insn *gi = &r->insn[i];

		if (!b || gi->leader || gi->pc != b->end) {
			if (r->nr_blocks == MAX_BLOCKS) {
				r->nr_insns = i;
				return;
			}
			b = &r->block[r->nr_blocks++];
			memset(b, 0, sizeof(*b));
			b->first_insn = i;
			b->pc = gi->pc;
			b->entry = gi->entry;
		}
		b->nr_insns++;
		b->end = wrap(r, gi->pc + gi->d.len);
		if (ends_block(gi) && i + 1 < r->nr_insns)
			r->insn[i + 1].leader = true;
	}
}

static void add_succ(struct region *r, struct block *b, gva_t pc)
{
	/* Quick code has no loops: it goes back through its entry, where the budget is looked at. */
	b->succ[b->nr_succs] = r->req->effort == JIT_QUICK && pc <= b->pc ? -1 : block_at(r, pc);
	b->succ_pc[b->nr_succs++] = pc;
}

static void link_block(struct region *r, struct block *b)
{
	const struct guest_insn *last = &r->insn[b->first_insn + b->nr_insns - 1];
	gva_t target = wrap(r, last->pc + (gva_t)(int64_t)last->d.imm);

	switch (isa_rows[last->d.op].fmt) {
	case ISA_FMT_B:
		add_succ(r, b, target);
		add_succ(r, b, b->end);
		break;
	case ISA_FMT_J:
		add_succ(r, b, target);
		if (last->d.rd)
			b->succ[0] = -1;       /* a call leaves */
		break;
	default:
		if (!ends_block(last))
			add_succ(r, b, b->end);
	}
	for (unsigned i = 0; i < b->nr_succs; i++) {
		int s = b->succ[i];

		if (s < 0)
			continue;
		r->block[s].nr_preds++;
		if (r->block[s].pc <= b->pc)
			r->block[s].back = true;
	}
}

/* Quick code comes in order. */
static bool is_sorted(const struct region *r)
{
	for (unsigned i = 1; i < r->nr_insns; i++)
		if (r->insn[i - 1].pc > r->insn[i].pc)
			return false;
	return true;
}

int region_find(struct region *r, struct finder *f, const struct jit_request *req)
{
	r->req = req;
	r->xlen = req->xlen;
	f->r = r;
	f->head = f->tail = 0;
	f->limit = req->effort == JIT_FULL ? FULL_INSNS : QUICK_INSNS;
	enqueue(f, req->pc, true);
	while (f->head < f->tail) {
		walk(f, f->queue[f->head], f->queue_entry[f->head]);
		f->head++;
	}
	if (r->nr_insns == 0)
		return -EFAULT;
	if (r->nr_insns > FINDER_HASH / 16)
		memset(f->at, 0, sizeof(f->at));
	else
		for (unsigned i = r->nr_insns; i-- > 0;)
			*slot_of(f, r->insn[i].pc) = 0;      /* latest first: probes go through what came before */
	if (!is_sorted(r))
		qsort(r->insn, r->nr_insns, sizeof(r->insn[0]), by_pc);
	make_blocks(r);
	for (unsigned i = 0; i < r->nr_blocks; i++)
		link_block(r, &r->block[i]);
	return 0;
}
