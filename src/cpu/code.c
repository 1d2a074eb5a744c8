/* The code cache: code pages by frame, and the decoding of their records.
 *
 * Code pages live in one arena, aligned so that a record's address names its
 * page (interp.h). When the arena is full everything is dropped and decoded
 * again as needed: that is rare, and needs no bookkeeping while code runs.
 *
 * A page's records follow its `bytes`. A hart compares these with the frame
 * whenever it begins to use the page in an address space, which is after
 * fence.i, after the address space lost a mapping, and the first time. So code that was
 * written through any path (stores, read(2) into it, another mapping of the file) is
 * seen when the ISA promises it, without watching stores.
 *
 * Lock: the kernel lock's in spirit; with one hart nothing else runs. */
#include "interp.h"

#include <string.h>
#include "base/log.h"
#include "host/host.h"

/* 36 KiB of records for 4 KiB of code: 2048 pages are 8 MiB of guest code. */
enum { ARENA_PAGES = 2048, ARENA_ALIGN = 2 << 20 };   /* aligned so that huge pages fit */

struct engine engine32, engine64;
uint64_t code_epoch = 1;

static uint8_t *arena;                  /* ARENA_PAGES * CODE_ALIGN, aligned */
static unsigned arena_used;             /* pages ever taken from it */
static struct code_page *free_pages;
static struct code_page **by_pfn[2];    /* [xlen == 64][pfn] */
static uint64_t nr_pfns;

static void drop_page(struct code_page *cp)
{
	by_pfn[cp->engine->xlen == 64][cp->pfn] = NULL;
	cp->engine = NULL;
	cp->next_free = free_pages;
	free_pages = cp;
}

/* mm frees a frame that had code. */
static void frame_gone(pfn_t pfn)
{
	for (int i = 0; i < 2; i++) {
		if (by_pfn[i] && by_pfn[i][pfn]) {
			drop_page(by_pfn[i][pfn]);
			code_epoch++;
		}
	}
}

static void index_fused(void);

void code_init(void)
{
	uint8_t *base;

	if (arena)
		return;
	base = host_pages_alloc((size_t)ARENA_PAGES * CODE_ALIGN + ARENA_ALIGN);
	if (!base)
		fatal("the host gives no address space for code; raise `ulimit -v`");
	/* One fault of the host for 32 code pages, instead of several each. */
	arena = (uint8_t *)(uintptr_t)align_up((uintptr_t)base, ARENA_ALIGN);
	host_pages_want_huge(arena, (size_t)ARENA_PAGES * CODE_ALIGN);
	nr_pfns = ram_total_pages();
	for (int i = 0; i < 2; i++) {
		by_pfn[i] = host_pages_alloc(nr_pfns * sizeof(by_pfn[i][0]));
		if (!by_pfn[i])
			fatal("the host gives no address space for code; raise `ulimit -v`");
	}
	frame_code_gone = frame_gone;
	index_fused();
	interp32_run(NULL, NULL, &engine32);
	interp64_run(NULL, NULL, &engine64);
}

/* Take over the frame's present contents: nothing of it is decoded yet. */
static void page_reset(struct code_page *cp, const uint8_t *host)
{
	const void *page_end = cp->engine->super[SUPER_page_end];
	uint16_t next = 0, after_next = 0;   /* left[i + 1], left[i + 2] */

	memcpy(cp->bytes, host, PAGE_SIZE);
	cp->left[CODE_SLOTS] = cp->left[CODE_SLOTS + 1] = 0;
	for (int i = CODE_SLOTS - 1; i >= 0; i--) {
		uint16_t here = (isa_length(cp->bytes[2 * i]) == 4 ? after_next : next) + 1;

		after_next = next;
		cp->left[i] = next = here;
	}
	cp->ready = 0;
	cp->rec[CODE_SLOTS].handler = cp->rec[CODE_SLOTS + 1].handler = page_end;
	cp->straddle_handler = NULL;
}

/* The record of a slot that may be executed from now on. Most of a page's records never are, so
 * a block of them says "undecoded" only when somebody goes to one of them. */
static struct rec *record(struct code_page *cp, unsigned slot)
{
	unsigned block = slot / BLOCK_SLOTS;

	if (slot < CODE_SLOTS && unlikely(!(cp->ready & 1u << block))) {
		const void *undecoded = cp->engine->super[SUPER_undecoded];

		cp->ready |= (uint8_t)(1u << block);
		for (unsigned i = block * BLOCK_SLOTS; i < (block + 1) * BLOCK_SLOTS; i++)
			cp->rec[i].handler = undecoded;
	}
	return &cp->rec[slot];
}

static struct code_page *page_take(const struct code_page *keep)
{
	struct code_page *cp = free_pages;

	if (cp) {
		free_pages = cp->next_free;
		return cp;
	}
	if (arena_used < ARENA_PAGES)
		return (struct code_page *)(arena + (size_t)arena_used++ * CODE_ALIGN);
	for (unsigned i = 0; i < ARENA_PAGES; i++) {
		cp = (struct code_page *)(arena + (size_t)i * CODE_ALIGN);
		if (cp != keep && cp->engine)
			drop_page(cp);
	}
	code_epoch++;
	return page_take(keep);
}

void code_init_space(struct space *s)
{
	for (unsigned i = 0; i < JUMP_ENTRIES; i++)
		s->jump[i].pc = TAG_NONE;
	for (unsigned i = 0; i < FETCH_ENTRIES; i++)
		s->fetch[i].tag = TAG_NONE;
	s->jump_used.n = s->fetch_used.n = 0;
	s->code_epoch = code_epoch;
}

void code_flush_space(struct space *s)
{
	for (unsigned i = 0; i < s->jump_used.n; i++)
		s->jump[s->jump_used.at[i]].pc = TAG_NONE;
	for (unsigned i = 0; i < s->fetch_used.n; i++)
		s->fetch[s->fetch_used.at[i]].tag = TAG_NONE;
	s->jump_used.n = s->fetch_used.n = 0;
	s->code_epoch = code_epoch;
}

/* The frame's code page, as the frame is now. `keep` is in use and stays. */
static struct code_page *page_of_frame(struct space *s, const struct translation *t,
                                       const struct code_page *keep)
{
	const struct engine *engine = mm_xlen(s->mm) == XLEN_64 ? &engine64 : &engine32;
	struct code_page **slot, *cp;

	ASSERT(t->pfn < nr_pfns);
	slot = &by_pfn[engine->xlen == 64][t->pfn];
	cp = *slot;
	if (cp && memcmp(cp->bytes, t->host, PAGE_SIZE) == 0)
		return cp;
	if (cp) {
		code_epoch++;          /* jump entries elsewhere hold counts of the old code */
	} else {
		cp = page_take(keep);
		cp->engine = engine;
		cp->pfn = t->pfn;
		*slot = cp;
		frame_mark_code(t->pfn);
	}
	page_reset(cp, t->host);
	if (s->code_epoch != code_epoch)
		code_flush_space(s);
	return cp;
}

static struct code_page *fetch_page(struct space *s, uint64_t page_va, const struct code_page *keep)
{
	uint16_t i = page_va >> PAGE_SHIFT & (FETCH_ENTRIES - 1);
	struct fetch_entry *e = &s->fetch[i];
	struct translation t;
	struct code_page *cp;

	if (e->tag == page_va)
		return e->page;
	if (mm_translate(s->mm, page_va, ACCESS_EXEC, &t) < 0)
		return NULL;
	cp = page_of_frame(s, &t, keep);
	if (e->tag == TAG_NONE)
		s->fetch_used.at[s->fetch_used.n++] = i;
	*e = (struct fetch_entry){ page_va, cp };
	return cp;
}

struct rec *code_lookup(struct space *s, uint64_t pc)
{
	struct code_page *cp = fetch_page(s, pc & ~PAGE_MASK, NULL);
	unsigned slot = (unsigned)(pc & PAGE_MASK) / 2;
	uint16_t i = pc / 2 % JUMP_ENTRIES;

	if (!cp) {
		s->tval = pc;
		return NULL;
	}
	if (s->jump[i].pc == TAG_NONE)
		s->jump_used.at[s->jump_used.n++] = i;
	s->jump[i] = (struct jump_entry){ pc, record(cp, slot), cp->left[slot] };
	return s->jump[i].rec;
}

/* ---- decoding a record ----------------------------------------------------------------- */

static uint32_t low_half(const struct code_page *cp, unsigned slot)
{
	return cp->bytes[2 * slot] | (uint32_t)cp->bytes[2 * slot + 1] << 8;
}

uint32_t code_bits(const struct rec *r)
{
	const struct code_page *cp = rec_page(r);
	unsigned slot = rec_slot(r);
	uint32_t low = low_half(cp, slot);

	if (isa_length((uint16_t)low) == 2)
		return low;
	return low | (slot == CODE_SLOTS - 1 ? cp->straddle_high : low_half(cp, slot + 1)) << 16;
}

/* Formats whose rows do nothing but write an integer register. */
static bool only_writes_rd(unsigned fmt)
{
	return fmt == ISA_FMT_R || fmt == ISA_FMT_R1 || fmt == ISA_FMT_I || fmt == ISA_FMT_SH ||
	       fmt == ISA_FMT_SHW || fmt == ISA_FMT_U || fmt == ISA_FMT_FX;
}

/* The variant of a branch or jump, whose operands it writes. */
static enum variant fill_jump(struct code_page *cp, struct rec *r, const struct isa_insn *d, bool straddles)
{
	unsigned slot = rec_slot(r), next = slot + d->len / 2;
	int64_t to = (int64_t)slot * 2 + d->imm;
	bool far = straddles || to < 0 || to >= (int64_t)PAGE_SIZE;

	if (far) {
		r->imm = d->imm;
		if (isa_rows[d->op].fmt == ISA_FMT_J)
			r->left = straddles ? 0 : cp->left[next];
	} else {
		record(cp, (unsigned)to / 2);
		r->disp = (int16_t)d->imm;
		r->delta = (int16_t)(cp->left[next] - cp->left[to / 2]);
	}
	return (d->len == 2 ? VAR_2 : VAR_4) + (far ? VAR_4_FAR : VAR_4);
}

/* Write the operands into the record; returns the variant. */
static enum variant fill(struct code_page *cp, struct rec *r, const struct isa_insn *d, bool straddles)
{
	unsigned fmt = isa_rows[d->op].fmt;

	r->rd = isa_operands[fmt][0] == 'd' && d->rd == 0 ? RD_NONE : d->rd;
	r->rs1 = d->rs1;
	r->rs2 = d->rs2;
	r->rm = d->rm;
	if (fmt == ISA_FMT_B || fmt == ISA_FMT_J)
		return fill_jump(cp, r, d, straddles);
	r->imm = fmt == ISA_FMT_FR4M ? d->rs3 : d->imm;
	if (fmt == ISA_FMT_JR)
		r->left = straddles ? 0 : cp->left[rec_slot(r) + d->len / 2];
	if (d->op == ISA_auipc)
		r->imm += (int32_t)rec_slot(r) * 2;
	return d->len == 2 ? VAR_2 : VAR_4;
}

/* The handler of this instruction alone. */
static const void *own_handler(const struct engine *engine, const struct rec *r, const struct isa_insn *d,
                               enum variant variant)
{
	if (d->op == ISA_ILLEGAL)
		return engine->super[SUPER_illegal];
	if (r->rd == RD_NONE && only_writes_rd(isa_rows[d->op].fmt))
		return engine->super[d->len == 2 ? SUPER_nop2 : SUPER_nop4];
	return engine->insn[d->op][variant];
}

/* ---- fusing ------------------------------------------------------------------------------ */

/* One instruction of a sequence: what has a handler of its own. */
#define FORM(op, variant) ((uint16_t)((op) * VAR_COUNT + (variant)))
enum { FUSED_MAX = 4, FUSED_BUCKETS = 4096, DECODE_RUN = 32 };
#define VARIANT_4 VAR_4
#define VARIANT_2 VAR_2
#define VARIANT_4_far VAR_4_FAR
#define VARIANT_2_far VAR_2_FAR

static const uint16_t fused_forms[FUSED_COUNT][FUSED_MAX] = {
#define F(op, v) FORM(ISA_##op, VARIANT_##v)
#define PAIR(a, va, b, vb) { F(a, va), F(b, vb) },
#define TRIPLE(a, va, b, vb, c, vc) { F(a, va), F(b, vb), F(c, vc) },
#define QUAD(a, va, b, vb, c, vc, d, vd) { F(a, va), F(b, vb), F(c, vc), F(d, vd) },
#include "fused.def"
#undef F
};
/* Open addressing: 1 + index in fused_forms, 0 empty. */
static uint16_t fused_buckets[FUSED_BUCKETS];

static unsigned hash_forms(const uint16_t forms[FUSED_MAX])
{
	uint64_t v;

	memcpy(&v, forms, sizeof(v));
	return (unsigned)((v ^ v >> 29) * 0x9e3779b97f4a7c15ull >> 52);
}
_Static_assert(FUSED_BUCKETS == 1 << (64 - 52), "hash_forms gives 12 bits");

static void index_fused(void)
{
	for (unsigned i = 0; i < FUSED_COUNT; i++) {
		unsigned b = hash_forms(fused_forms[i]);

		while (fused_buckets[b])
			b = (b + 1) % FUSED_BUCKETS;
		fused_buckets[b] = (uint16_t)(i + 1);
	}
}

/* The handler of the longest sequence that starts here, or NULL. */
static const void *fused_handler(const struct engine *engine, const uint16_t *forms, unsigned n)
{
	uint16_t key[FUSED_MAX];

	for (unsigned len = MIN(n, (unsigned)FUSED_MAX); len >= 2; len--) {
		memset(key, 0, sizeof(key));
		memcpy(key, forms, len * sizeof(key[0]));
		for (unsigned b = hash_forms(key); fused_buckets[b]; b = (b + 1) % FUSED_BUCKETS) {
			unsigned i = fused_buckets[b] - 1;

			if (memcmp(fused_forms[i], key, sizeof(key)) == 0 && engine->fused[i])
				return engine->fused[i];
		}
	}
	return NULL;
}

static bool ends_flow(const struct isa_insn *d)
{
	unsigned fmt = isa_rows[d->op].fmt;

	return d->op == ISA_ILLEGAL || fmt == ISA_FMT_J || fmt == ISA_FMT_JR || fmt == ISA_FMT_SYS;
}

/* Decode a straight run from r on, then choose handlers, for which each must know what
 * follows. All records of the run have their operands before any gets its handler. */
void code_decode(struct rec *first)
{
	struct code_page *cp = rec_page(first);
	const void *undecoded = cp->engine->super[SUPER_undecoded], *own[DECODE_RUN];
	uint16_t forms[DECODE_RUN];
	struct rec *recs[DECODE_RUN];
	struct isa_insn d = { .op = ISA_ILLEGAL };
	unsigned n = 0, old = 0, slot = rec_slot(first);
	bool over = false;

	while (n < DECODE_RUN && !over && old < FUSED_MAX) {
		struct rec *r = record(cp, slot);

		if (slot >= CODE_SLOTS || (slot == CODE_SLOTS - 1 && isa_length((uint16_t)low_half(cp, slot)) == 4))
			break;
		isa_decode(&d, code_bits(r), cp->engine->xlen);
		forms[n] = FORM(d.op, fill(cp, r, &d, false));
		own[n] = own_handler(cp->engine, r, &d, forms[n] % VAR_COUNT);
		recs[n++] = r;
		old += r->handler != undecoded;
		over = ends_flow(&d);
		slot += d.len / 2;
	}
	if (!over)
		record(cp, slot);      /* where a full run, or one that met decoded records, goes on */
	if (n == 0) {
		first->handler = cp->engine->super[SUPER_straddle];
		return;
	}
	/* What a full run's last ones could be fused with is not known: they wait. */
	for (unsigned i = 0, end = n == DECODE_RUN && !over ? n - FUSED_MAX + 1 : n; i < end; i++) {
		const void *fused = fused_handler(cp->engine, forms + i, n - i);

		if (recs[i]->handler == undecoded)
			recs[i]->handler = fused ? fused : own[i];
	}
}

const void *code_straddle(struct space *s, struct rec *r, uint64_t page_va)
{
	struct code_page *cp = rec_page(r);
	uint64_t next_va = page_va + PAGE_SIZE;
	struct code_page *next;
	struct isa_insn d;

	if (cp->engine->xlen == 32)
		next_va = (uint32_t)next_va;
	next = fetch_page(s, next_va, cp);
	if (!next) {
		s->tval = next_va;
		return NULL;
	}
	if (!cp->straddle_handler || cp->straddle_high != low_half(next, 0)) {
		cp->straddle_high = (uint16_t)low_half(next, 0);
		isa_decode(&d, code_bits(r), cp->engine->xlen);
		cp->straddle_handler = own_handler(cp->engine, r, &d, fill(cp, r, &d, true));
	}
	return cp->straddle_handler;
}
