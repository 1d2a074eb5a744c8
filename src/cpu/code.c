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
 * Several harts. All changes are made under code_lock, which is taken below the kernel
 * lock by mm's call and without it by harts in guest code. Harts execute records
 * without any lock:
 *   - A record's operands are written before its handler, in one store, and once.
 *     (x86 keeps the order of stores, and that of the loads that follow them.)
 *   - A page's contents never change while it is reachable: a frame whose bytes have
 *     changed gets a new page.
 *   - A page that was dropped rests in limbo until every hart has begun a run of
 *     cpu_run since: code_epoch counts the drops, cpu->run_epoch is the count that a hart's
 *     run has seen, and a space that has seen an older one is flushed before it is used. */
#include "interp.h"

#include <string.h>
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"
#include "sched/sched.h"

/* 36 KiB of records for 4 KiB of code: 2048 pages are 8 MiB of guest code. */
enum { ARENA_PAGES = 2048, ARENA_ALIGN = 2 << 20 };   /* aligned so that huge pages fit */
/* What every machine needs begins the arena, and is not for code: the host has to back the place with a huge
 * page anyhow, and memory of its own would be 20 faults of the host. */
struct early {
	struct space space;             /* see code_space_alloc() */
	bool space_taken;
	struct engine engines[2];       /* [xlen == 64]; xlen is 0: not yet used */
};
enum { EARLY_PAGES = (sizeof(struct early) + CODE_ALIGN - 1) / CODE_ALIGN };

uint64_t code_epoch = 1;                /* written under code_lock */
static struct host_mutex code_lock;
static struct cpu *cpus[HART_MAX];      /* whose run_epoch counts */

static uint8_t *arena;                  /* ARENA_PAGES * CODE_ALIGN, aligned */
static struct early *early;             /* its beginning */
static unsigned arena_used;             /* pages ever taken from it */
static struct limbo { struct code_page *first, *last; } limbo;   /* oldest first */
static struct code_page **by_pfn[2];    /* [xlen == 64][pfn] */
static uint64_t nr_pfns;

/* No longer found from now on; harts that have found it may go on executing it. */
static void drop_page(struct code_page *cp)
{
	by_pfn[cp->engine->xlen == 64][cp->pfn] = NULL;
	cp->pfn = PFN_NONE;
	cp->dropped = __atomic_add_fetch(&code_epoch, 1, __ATOMIC_SEQ_CST);
	cp->next_free = NULL;
	if (limbo.first)
		limbo.last->next_free = cp;
	else
		limbo.first = cp;
	limbo.last = cp;
}

/* mm frees a frame that had code, or writes over it. */
static void frame_gone(pfn_t pfn)
{
	host_mutex_lock(&code_lock);
	for (int i = 0; i < 2; i++)
		if (by_pfn[i] && by_pfn[i][pfn])
			drop_page(by_pfn[i][pfn]);
	host_mutex_unlock(&code_lock);
}

/* Has every hart that is running begun to after this drop? */
static bool all_have_seen(uint64_t epoch)
{
	for (unsigned i = 0; i < HART_MAX && cpus[i]; i++)
		if (__atomic_load_n(&cpus[i]->run_epoch, __ATOMIC_SEQ_CST) < epoch)
			return false;
	return true;
}

void code_add_cpu(struct cpu *cpu)
{
	unsigned i = 0;

	host_mutex_lock(&code_lock);
	while (cpus[i])
		ASSERT(++i < HART_MAX);
	cpus[i] = cpu;
	host_mutex_unlock(&code_lock);
}

void code_remove_cpu(struct cpu *cpu)
{
	unsigned i = 0, last = 0;

	host_mutex_lock(&code_lock);
	while (cpus[i] != cpu)
		i++;
	while (last + 1 < HART_MAX && cpus[last + 1])
		last++;
	cpus[i] = cpus[last];
	cpus[last] = NULL;
	host_mutex_unlock(&code_lock);
}

static void count_locked(struct code_page *cp, unsigned slot);
static void index_formats(void);

/* A huge page is cleared around where it is first touched, that place last (Linux, mm/memory.c,
 * process_huge_page): upwards, which takes half the time of downwards, if that is its end. */
static void begin_huge_page(uint8_t *p)
{
	((volatile uint8_t *)p)[ARENA_ALIGN - 1] = 0;
}

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
	nr_pfns = ram_total_pages() + 1;    /* frame 0 is the zero page, which is not counted */
	early = (struct early *)arena;
	arena_used = EARLY_PAGES;
	begin_huge_page(arena);
	frame_code_gone = frame_gone;
	index_formats();
}

/* The tables of a width are made when it is first used: few machines need both. */
static const struct engine *engine_for(const struct mm *mm)
{
	bool wide = mm_xlen(mm) == XLEN_64;
	struct engine *engine = &early->engines[wide];

	if (likely(engine->xlen))
		return engine;
	by_pfn[wide] = host_pages_alloc(nr_pfns * sizeof(by_pfn[wide][0]));
	if (!by_pfn[wide])
		fatal("the host gives no address space for code; raise `ulimit -v`");
	(wide ? interp64_run : interp32_run)(NULL, NULL, engine);
	return engine;
}

/* Half-words are taken four at a time, as lanes of a word, and told by bits, the last one's lowest. */
enum { LANES = 4, GROUP = 64 };
#define COUNT_LANES(n) (__builtin_popcountll(n) | (uint64_t)__builtin_popcountll((n) & 7) << 16 | \
			(uint64_t)__builtin_popcountll((n) & 3) << 32 | (uint64_t)((n) & 1) << 48)
#define COUNT_LANES4(n) COUNT_LANES(n), COUNT_LANES((n) + 1), COUNT_LANES((n) + 2), COUNT_LANES((n) + 3)

/* Which of a group are long (4 bytes): bit 63 is the first. */
static uint64_t find_long(const uint8_t *bytes)
{
	const uint64_t ones = 0x0001000100010001;
	const uint64_t together = 0x0008000400020001;     /* moves bit 0 of each lane to bits 51 to 48 */
	uint64_t longs = 0, v;

	for (unsigned i = 0; i < GROUP; i += LANES) {
		memcpy(&v, bytes + 2 * i, sizeof(v));
		longs = longs << LANES | ((v & v >> 1 & ones) * together >> 48 & 0xf);   /* isa_length() */
	}
	return longs;
}

/* Where left[] is one more than for the half-word behind, which `last` says of what follows the group. With
 * left[i] = 1 + left[i + 1] it is; with left[i] = 1 + left[i + 2] it is unless it is there: in a row of long
 * ones every other. Rows that begin at even bits are told from the others by the carry of an addition. */
static uint64_t find_steps(uint64_t longs, bool last)
{
	const uint64_t even = 0x5555555555555555;
	uint64_t starts, at_even;

	longs &= last ? UINT64_MAX : ~UINT64_C(1);
	starts = longs & ~(longs << 1);
	at_even = longs & ~(longs + (starts & even));
	return ~((at_even & even) | (longs & ~at_even & ~even));
}

static void count_left(struct code_page *cp)
{
	static const uint64_t counts[1 << LANES] = {
		COUNT_LANES4(0), COUNT_LANES4(4), COUNT_LANES4(8), COUNT_LANES4(12),
	};
	const uint64_t ones = 0x0001000100010001;
	uint64_t behind = 0;           /* left[] of what follows */
	bool last = false;

	cp->left[CODE_SLOTS] = cp->left[CODE_SLOTS + 1] = 0;
	for (int g = CODE_SLOTS - GROUP; g >= 0; g -= GROUP) {
		uint64_t steps = find_steps(find_long(cp->bytes + 2 * g), last);

		last = steps >> (GROUP - 1);
		for (int i = g + GROUP - LANES; i >= g; i -= LANES, steps >>= LANES) {
			uint64_t n = counts[steps & 0xf], v = n + behind * ones;

			memcpy(cp->left + i, &v, sizeof(v));
			behind += n & 0xffff;
		}
	}
}

/* Take over the frame's present contents: nothing of it is decoded yet. */
static void page_reset(struct code_page *cp, const uint8_t *host)
{
	const void *page_end = cp->engine->super[SUPER_page_end];

	guest_copy_page(cp->bytes, host);
	count_left(cp);
	cp->ready = 0;
	if (cpu_translator) {
		memset(cp->heat, 0, sizeof(cp->heat));
		memset(cp->looked, 0, sizeof(cp->looked));
	}
	cp->rec[CODE_SLOTS].handler = cp->rec[CODE_SLOTS + 1].handler = page_end;
	cp->straddle_handler = NULL;
}

/* The record of a slot that may be executed from now on. Most of a page's records never are, so
 * a block of them says "undecoded" only when somebody goes to one of them. */
static struct rec *record_locked(struct code_page *cp, unsigned slot)
{
	unsigned block = slot / BLOCK_SLOTS;

	if (slot < CODE_SLOTS && unlikely(!(cp->ready & 1u << block))) {
		const void *undecoded = cp->engine->super[SUPER_undecoded];

		for (unsigned i = block * BLOCK_SLOTS; i < (block + 1) * BLOCK_SLOTS; i++)
			cp->rec[i].handler = undecoded;
		__atomic_store_n(&cp->ready, (uint8_t)(cp->ready | 1u << block), __ATOMIC_RELEASE);
	}
	return &cp->rec[slot];
}

static struct rec *record(struct code_page *cp, unsigned slot)
{
	if (unlikely(!(__atomic_load_n(&cp->ready, __ATOMIC_ACQUIRE) & 1u << slot / BLOCK_SLOTS))) {
		host_mutex_lock(&code_lock);
		record_locked(cp, slot);
		host_mutex_unlock(&code_lock);
	}
	return &cp->rec[slot];
}

/* Is the place counted already? Without the lock: asked at every look-up, and the answer is nearly
 * always yes. */
static bool is_counted(const struct rec *r)
{
	return __atomic_load_n(&r->handler, __ATOMIC_RELAXED) == rec_page(r)->engine->super[SUPER_count];
}

/* For this hart. NULL: the arena is full of what harts may be executing. The others are told
 * to leave, this one knows itself. */
static struct code_page *page_take(struct cpu *self)
{
	struct code_page *cp = limbo.first;

	if (cp && all_have_seen(cp->dropped)) {
		limbo.first = cp->next_free;
		return cp;
	}
	if (arena_used < ARENA_PAGES) {
		cp = (struct code_page *)(arena + (size_t)arena_used++ * CODE_ALIGN);
		if (is_aligned((uintptr_t)cp, ARENA_ALIGN))
			begin_huge_page((uint8_t *)cp);
		return cp;
	}
	for (unsigned i = EARLY_PAGES; i < ARENA_PAGES; i++) {
		cp = (struct code_page *)(arena + (size_t)i * CODE_ALIGN);
		if (cp->pfn != PFN_NONE)
			drop_page(cp);
	}
	for (unsigned i = 0; i < HART_MAX && cpus[i]; i++)
		if (cpus[i] != self)
			cpu_interrupt(cpus[i]);
	self->code_full = true;
	return NULL;
}

/* A struct space, zeroed. The first of a machine, which a small program needs no other beside, is in the arena. */
struct space *code_space_alloc(void)
{
	struct space *s = NULL;

	host_mutex_lock(&code_lock);
	if (!early->space_taken) {
		early->space_taken = true;
		s = &early->space;
	}
	host_mutex_unlock(&code_lock);
	return s ? s : xnew(struct space);
}

void code_space_free(struct space *s)
{
	host_mutex_lock(&code_lock);
	if (s == &early->space) {
		memset(s, 0, sizeof(*s));
		early->space_taken = false;
		s = NULL;
	}
	host_mutex_unlock(&code_lock);
	free(s);
}

void code_init_space(struct space *s)
{
	for (unsigned i = 0; i < JUMP_ENTRIES; i++)
		s->jump[i].pc = TAG_NONE;
	for (unsigned i = 0; i < FETCH_ENTRIES; i++)
		s->fetch[i].tag = TAG_NONE;
	s->jump_used.n = s->fetch_used.n = 0;
	s->code_epoch = __atomic_load_n(&code_epoch, __ATOMIC_SEQ_CST);
}

void code_flush_space(struct space *s)
{
	for (unsigned i = 0; i < s->jump_used.n; i++)
		s->jump[s->jump_used.at[i]].pc = TAG_NONE;
	for (unsigned i = 0; i < s->fetch_used.n; i++)
		s->fetch[s->fetch_used.at[i]].tag = TAG_NONE;
	s->jump_used.n = s->fetch_used.n = 0;
	s->code_epoch = __atomic_load_n(&code_epoch, __ATOMIC_SEQ_CST);
}

/* The frame's code page, as the frame is now; or NULL, see page_take(). */
static struct code_page *page_of_frame(struct space *s, const struct translation *t)
{
	const struct engine *engine = engine_for(s->mm);
	struct code_page **slot, *cp;

	ASSERT(t->pfn < nr_pfns);
	slot = &by_pfn[engine->xlen == 64][t->pfn];
	cp = *slot;
	if (cp && guest_page_is(cp->bytes, t->host))
		return cp;
	if (cp)
		drop_page(cp);
	cp = page_take(s->cpu);
	if (!cp)
		return NULL;
	cp->engine = engine;
	cp->pfn = t->pfn;
	page_reset(cp, t->host);
	*slot = cp;
	frame_mark_code(t->pfn);
	return cp;
}

/* NULL: it may not be executed, or (cpu->code_full) there is no room to decode it. */
static struct code_page *fetch_page(struct space *s, uint64_t page_va)
{
	uint16_t i = page_va >> PAGE_SHIFT & (FETCH_ENTRIES - 1);
	struct fetch_entry *e = &s->fetch[i];
	struct translation t;
	struct code_page *cp;

	if (e->tag == page_va)
		return e->page;
	if (mm_translate(s->mm, page_va, ACCESS_EXEC, &t) < 0)
		return NULL;
	host_mutex_lock(&code_lock);
	cp = page_of_frame(s, &t);
	host_mutex_unlock(&code_lock);
	if (!cp)
		return NULL;
	if (e->tag == TAG_NONE)
		s->fetch_used.at[s->fetch_used.n++] = i;
	*e = (struct fetch_entry){ page_va, cp };
	return cp;
}

struct rec *code_lookup(struct space *s, uint64_t pc)
{
	struct code_page *cp = fetch_page(s, pc & ~PAGE_MASK);
	unsigned slot = (unsigned)(pc & PAGE_MASK) / 2;
	uint16_t i = pc / 2 % JUMP_ENTRIES;

	if (!cp) {
		s->tval = pc;
		return NULL;
	}
	if (s->jump[i].pc == TAG_NONE)
		s->jump_used.at[s->jump_used.n++] = i;
	s->jump[i] = (struct jump_entry){ pc, record(cp, slot), cp->left[slot] };
	if (cpu_translator && pc != s->faulted && pc != s->skip && !is_counted(s->jump[i].rec))
		code_count(s->jump[i].rec);
	return s->jump[i].rec;
}

/* With code_lock. NULL: the place is not counted. */
static struct code_page *counting_page(const struct space *s, uint64_t pc, unsigned slot)
{
	const struct fetch_entry *e = &s->fetch[pc >> PAGE_SHIFT & (FETCH_ENTRIES - 1)];

	return e->tag == (pc & ~PAGE_MASK) && is_counted(&e->page->rec[slot]) ? e->page : NULL;
}

void code_stop_counting(struct space *s, uint64_t pc)
{
	unsigned slot = (unsigned)(pc & PAGE_MASK) / 2;
	struct code_page *cp;

	host_mutex_lock(&code_lock);
	cp = counting_page(s, pc, slot);
	if (cp) {
		cp->heat[slot] = 0;
		__atomic_store_n(&cp->rec[slot].handler, cp->behind[slot], __ATOMIC_RELEASE);
	}
	host_mutex_unlock(&code_lock);
}

bool code_offer_later(struct space *s, uint64_t pc)
{
	unsigned slot = (unsigned)(pc & PAGE_MASK) / 2;
	struct code_page *cp;
	bool first = false;

	host_mutex_lock(&code_lock);
	cp = counting_page(s, pc, slot);
	if (cp && cpu_translator->first_look && !(cp->looked[slot / 8] & 1u << slot % 8)) {
		cp->looked[slot / 8] |= (uint8_t)(1u << slot % 8);
		cp->heat[slot] = (uint8_t)(cpu_translator->threshold - cpu_translator->first_look);
		first = true;
	}
	host_mutex_unlock(&code_lock);
	return first;
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

/* What decoding asks of a row's text and format, side by side in a few cache lines. */
static const uint8_t format_of[ISA_BASE_COUNT] = {
#define INSN(id, mn, xl, ext, mask, match, fmt, ...) [ISA_##id] = ISA_FMT_##fmt,
#include "isa/insn.def"
};
static bool has_rd[ISA_FORMAT_COUNT];

static void index_formats(void)
{
	for (unsigned fmt = 0; fmt < ISA_FORMAT_COUNT; fmt++)
		has_rd[fmt] = isa_operands[fmt][0] == 'd';
}

/* Formats whose rows do nothing but write an integer register. */
static bool only_writes_rd(unsigned fmt)
{
	return fmt == ISA_FMT_R || fmt == ISA_FMT_R1 || fmt == ISA_FMT_I || fmt == ISA_FMT_SH ||
	       fmt == ISA_FMT_SHW || fmt == ISA_FMT_U || fmt == ISA_FMT_FX;
}

/* The variant of a branch or jump, whose operands it writes. */
static enum variant fill_jump(struct code_page *cp, unsigned slot, struct rec *r, const struct isa_insn *d,
			      bool straddles)
{
	unsigned next = slot + d->len / 2;
	int64_t to = (int64_t)slot * 2 + d->imm;
	bool far = straddles || to < 0 || to >= (int64_t)PAGE_SIZE;

	if (far) {
		r->imm = d->imm;
		if (format_of[d->op] == ISA_FMT_J)
			r->left = straddles ? 0 : cp->left[next];
	} else {
		record_locked(cp, (unsigned)to / 2);
		if (unlikely(cpu_translator != NULL) && d->imm < 0)
			count_locked(cp, (unsigned)to / 2);
		r->disp = (int16_t)d->imm;
		r->delta = (int16_t)(cp->left[next] - cp->left[to / 2]);
	}
	return (d->len == 2 ? VAR_2 : VAR_4) + (far ? VAR_4_FAR : VAR_4);
}

/* Write the operands of the instruction at `slot` into *r; returns the variant. */
static enum variant fill(struct code_page *cp, unsigned slot, struct rec *r, const struct isa_insn *d,
			 bool straddles)
{
	unsigned fmt = format_of[d->op];

	r->rd = has_rd[fmt] && d->rd == 0 ? RD_NONE : d->rd;
	r->rs1 = d->rs1;
	r->rs2 = d->rs2;
	r->rm = d->rm;
	if (fmt == ISA_FMT_B || fmt == ISA_FMT_J)
		return fill_jump(cp, slot, r, d, straddles);
	r->imm = fmt == ISA_FMT_FR4M ? d->rs3 : d->imm;
	if (fmt == ISA_FMT_JR)
		r->left = straddles ? 0 : cp->left[slot + d->len / 2];
	if (d->op == ISA_auipc)
		r->imm += (int32_t)slot * 2;
	return d->len == 2 ? VAR_2 : VAR_4;
}

/* The handler of this instruction alone. */
static const void *own_handler(const struct engine *engine, const struct rec *r, const struct isa_insn *d,
                               enum variant variant)
{
	if (d->op == ISA_ILLEGAL)
		return engine->super[SUPER_illegal];
	if (r->rd == RD_NONE && only_writes_rd(format_of[d->op]))
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
static bool fused_indexed;
/* By the first two of a sequence: a bit for each length there is. Most instructions need no look at the
 * buckets. */
enum { FUSED_PAIRS = 4096 };
static uint8_t fused_lengths[FUSED_PAIRS];

static unsigned hash_pair(const uint16_t *forms)
{
	return (forms[0] * 43u + forms[1]) % FUSED_PAIRS;
}

/* FUSED_MAX forms as one word: the first `len` of it, the others 0, are what a sequence is found by. */
static uint64_t word_of(const uint16_t forms[FUSED_MAX])
{
	uint64_t v;

	memcpy(&v, forms, sizeof(v));
	return v;
}
_Static_assert(sizeof(fused_forms[0]) == sizeof(uint64_t), "a sequence's forms are one word");

static unsigned hash_forms(uint64_t v)
{
	return (unsigned)((v ^ v >> 29) * 0x9e3779b97f4a7c15ull >> 52);
}
_Static_assert(FUSED_BUCKETS == 1 << (64 - 52), "hash_forms gives 12 bits");

static void index_fused(void)
{
	for (unsigned i = 0; i < FUSED_COUNT; i++) {
		unsigned b = hash_forms(word_of(fused_forms[i])), len = FUSED_MAX;

		while (!fused_forms[i][len - 1])
			len--;
		fused_lengths[hash_pair(fused_forms[i])] |= (uint8_t)(1u << len);
		while (fused_buckets[b])
			b = (b + 1) % FUSED_BUCKETS;
		fused_buckets[b] = (uint16_t)(i + 1);
	}
	fused_indexed = true;
}

/* The handler of the longest sequence that starts here, or NULL. Behind forms[n - 1] there are
 * FUSED_MAX - 1 more that may be read. */
static const void *fused_handler(const struct engine *engine, const uint16_t *forms, unsigned n)
{
	unsigned lengths;
	uint64_t all;

	if (n < 2 || !(lengths = fused_lengths[hash_pair(forms)]))
		return NULL;
	all = word_of(forms);
	for (unsigned len = MIN(n, (unsigned)FUSED_MAX); len >= 2; len--) {
		uint64_t key = all & UINT64_MAX >> 16 * (FUSED_MAX - len);

		if (!(lengths >> len & 1))
			continue;
		for (unsigned b = hash_forms(key); fused_buckets[b]; b = (b + 1) % FUSED_BUCKETS) {
			unsigned i = fused_buckets[b] - 1;

			if (word_of(fused_forms[i]) == key && engine->fused[i])
				return engine->fused[i];
		}
	}
	return NULL;
}

static bool ends_flow(const struct isa_insn *d)
{
	unsigned fmt = format_of[d->op];

	return d->op == ISA_ILLEGAL || fmt == ISA_FMT_J || fmt == ISA_FMT_JR || fmt == ISA_FMT_SYS;
}

static const void *handler_of(const struct rec *r)
{
	return __atomic_load_n(&r->handler, __ATOMIC_RELAXED);
}

static void publish(struct rec *r, const void *handler)
{
	struct code_page *cp = rec_page(r);
	unsigned slot = rec_slot(r);

	if (slot < CODE_SLOTS && cp->heat[slot]) {
		cp->behind[slot] = handler;
		handler = cp->engine->super[SUPER_count];
	}
	__atomic_store_n(&r->handler, handler, __ATOMIC_RELEASE);
}

static void count_locked(struct code_page *cp, unsigned slot)
{
	const void *now = handler_of(record_locked(cp, slot));

	if (cp->heat[slot] || now == cp->engine->super[SUPER_count])
		return;
	cp->heat[slot] = (uint8_t)(cpu_translator->first_look ? cpu_translator->first_look : cpu_translator->threshold);
	if (now != cp->engine->super[SUPER_undecoded])
		publish(&cp->rec[slot], now);
}

void code_count(struct rec *r)
{
	host_mutex_lock(&code_lock);
	count_locked(rec_page(r), rec_slot(r));
	host_mutex_unlock(&code_lock);
}

static void set_operands(struct rec *r, const struct rec *from)
{
	uint64_t v;

	memcpy(&v, (const char *)from + sizeof(r->handler), sizeof(v));
	__atomic_store_n((uint64_t *)((char *)r + sizeof(r->handler)), v, __ATOMIC_RELAXED);
}
_Static_assert(sizeof(struct rec) == sizeof(void *) + sizeof(uint64_t), "operands are one word");

/* Decode a straight run from r on, then choose handlers, for which each must know what
 * follows. All records of the run have their operands before any gets its handler. */
static void decode_fused(struct rec *first)
{
	struct code_page *cp = rec_page(first);
	const void *undecoded = cp->engine->super[SUPER_undecoded], *own[DECODE_RUN];
	uint16_t forms[DECODE_RUN + FUSED_MAX - 1] = { 0 };
	struct rec *recs[DECODE_RUN];
	struct isa_insn d = { .op = ISA_ILLEGAL };
	unsigned n = 0, old = 0, slot = rec_slot(first);
	bool over = false;

	if (unlikely(!fused_indexed))
		index_fused();
	while (n < DECODE_RUN && !over && old < FUSED_MAX) {
		struct rec *r = record_locked(cp, slot), operands = { 0 };
		bool decoded;

		if (slot >= CODE_SLOTS || (slot == CODE_SLOTS - 1 && isa_length((uint16_t)low_half(cp, slot)) == 4))
			break;
		isa_decode(&d, code_bits(r), cp->engine->xlen);
		forms[n] = FORM(d.op, fill(cp, slot, &operands, &d, false));
		own[n] = own_handler(cp->engine, &operands, &d, forms[n] % VAR_COUNT);
		decoded = handler_of(r) != undecoded;
		if (!decoded)
			set_operands(r, &operands);
		recs[n++] = r;
		old += decoded;
		over = ends_flow(&d);
		slot += d.len / 2;
	}
	if (!over)
		record_locked(cp, slot);   /* where a full run, or one that met decoded records, goes on */
	if (n == 0) {
		publish(first, cp->engine->super[SUPER_straddle]);
		return;
	}
	/* What a full run's last ones could be fused with is not known: they wait. */
	for (unsigned i = 0, end = n == DECODE_RUN && !over ? n - FUSED_MAX + 1 : n; i < end; i++) {
		const void *fused = fused_handler(cp->engine, forms + i, n - i);

		if (handler_of(recs[i]) == undecoded)
			publish(recs[i], fused ? fused : own[i]);
	}
}

/* The same with a translator. What is hot does not stay here, and to look for sequences is half of what decoding
 * takes: each instruction for itself, and nothing behind a branch before somebody goes there. */
static void decode_plain(struct rec *first)
{
	struct code_page *cp = rec_page(first);
	const void *undecoded = cp->engine->super[SUPER_undecoded];
	unsigned slot = rec_slot(first);
	struct rec *r = first;
	struct isa_insn d;

	do {
		struct rec operands = { 0 };
		enum variant variant;

		if (slot == CODE_SLOTS - 1 && isa_length((uint16_t)low_half(cp, slot)) == 4) {
			publish(r, cp->engine->super[SUPER_straddle]);
			return;
		}
		isa_decode(&d, code_bits(r), cp->engine->xlen);
		variant = fill(cp, slot, &operands, &d, false);
		set_operands(r, &operands);
		publish(r, own_handler(cp->engine, &operands, &d, variant));
		if (ends_flow(&d))
			return;
		slot += d.len / 2;
		r = record_locked(cp, slot);
	} while (slot < CODE_SLOTS && format_of[d.op] != ISA_FMT_B && handler_of(r) == undecoded);
}

void code_decode(struct rec *first)
{
	host_mutex_lock(&code_lock);
	/* Another hart may have been faster. */
	if (handler_of(first) == rec_page(first)->engine->super[SUPER_undecoded])
		(cpu_translator ? decode_plain : decode_fused)(first);
	host_mutex_unlock(&code_lock);
}

/* ---- an instruction across the page's end --------------------------------------------------- */

/* Decode the last half-word of cp together with `high` into that record of `to`. */
static void decode_straddling(struct code_page *cp, struct code_page *to, uint16_t high)
{
	struct rec *r = &to->rec[CODE_SLOTS - 1], operands = { 0 };
	const void *handler;
	struct isa_insn d;

	to->straddle_high = high;
	isa_decode(&d, code_bits(r), cp->engine->xlen);
	handler = own_handler(cp->engine, &operands, &d, fill(cp, CODE_SLOTS - 1, &operands, &d, true));
	set_operands(r, &operands);
	__atomic_store_n(&to->straddle_handler, handler, __ATOMIC_RELEASE);
}

/* Here another page follows than when the record was decoded; there, on another hart, that
 * one may be running. So this hart has a page of its own, of which only the end is used. */
static struct rec *straddle_alone(struct space *s, struct code_page *cp, uint16_t high)
{
	struct code_page *own = s->cpu->straddle;

	if (!own) {
		host_mutex_lock(&code_lock);
		own = page_take(s->cpu);
		if (own)
			own->pfn = PFN_NONE;
		host_mutex_unlock(&code_lock);
		if (!own)
			return NULL;
		s->cpu->straddle = own;
	}
	own->engine = cp->engine;
	memcpy(own->bytes + PAGE_SIZE - 2, cp->bytes + PAGE_SIZE - 2, 2);
	memcpy(own->left + CODE_SLOTS - 1, cp->left + CODE_SLOTS - 1, 3 * sizeof(own->left[0]));
	own->rec[CODE_SLOTS] = cp->rec[CODE_SLOTS];
	own->rec[CODE_SLOTS + 1] = cp->rec[CODE_SLOTS + 1];
	decode_straddling(cp, own, high);
	return &own->rec[CODE_SLOTS - 1];
}

struct rec *code_straddle(struct space *s, struct rec *r, uint64_t page_va)
{
	struct code_page *cp = rec_page(r);
	uint64_t next_va = page_va + PAGE_SIZE;
	struct code_page *next;
	uint16_t high;

	if (cp->engine->xlen == 32)
		next_va = (uint32_t)next_va;
	s->tval = next_va;
	next = fetch_page(s, next_va);
	if (!next)
		return NULL;
	high = (uint16_t)low_half(next, 0);
	if (unlikely(!__atomic_load_n(&cp->straddle_handler, __ATOMIC_ACQUIRE))) {
		host_mutex_lock(&code_lock);
		if (!cp->straddle_handler)
			decode_straddling(cp, cp, high);
		host_mutex_unlock(&code_lock);
	}
	return likely(cp->straddle_high == high) ? r : straddle_alone(s, cp, high);
}
