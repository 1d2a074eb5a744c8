/* The code cache: translations, shared by every process that runs the same code at the same place
 * (design D8).
 *
 *   image   one stretch of guest code: part of a file, as mapped at one address by any number of
 *           processes and changed by none ("pristine"); or all other code of one address
 *           space (anonymous memory, text that somebody has written to)
 *   page    a guest page of an image: a copy of the bytes that were translated, and by which units
 *   unit    one translation (struct jit_code) and its code in the arena
 *
 * Validity. A page is `valid` while its copy is known to be what guest memory
 * holds; a unit may be entered while all its pages are. What is known is looked at again
 * where the ISA lets a program expect it: after fence.i or the flush call, and when executable memory
 * changes (mm_code_generation). A page that is no longer the same, or not there, becomes
 * dormant: nothing leads into its units any more. If its bytes come back (a W^X guest that turns
 * a page writable and back) the units do, too; if others come the units are dead.
 *
 * Direct exits are linked within an image only: whoever has checked the image has checked both
 * ends. A dead or dormant unit's incoming links are undone first. Harts may be in it still; what
 * they execute is old code, as on any machine before fence.i.
 *
 * Memory. Code comes from one arena, mapped twice: written through one mapping, executed through the
 * other. When it is full, or tables and copies reach the cap, all harts leave guest code and everything is
 * dropped; code that is hot comes back at once, that which is not is gone. A cache too small for what
 * is hot would be made again and again: then only some of the requests are heard (cache.hold).
 *
 * Lock: the kernel lock. Only cache_fault() runs without it: `units` is in order of address,
 * grows at its end, and shrinks only while no hart is in guest code. */
#include "cache.h"

#include <string.h>
#include <ucontext.h>
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"
#include "queue.h"
#include "sched/sched.h"

enum {
	CODE_ALIGN = 16,
	UNITS_MAX = 1 << 18,
	ENTRIES_MIN = 1 << 12, ENTRIES_LEAST = 1 << 6,
	/* A filling of the cache is worth its making if so many instructions were run in it. */
	FILLING_WORTH = 4 << 20, HOLD_PER_UNIT = 64, HOLD_MAX = 1 << 18,
};

struct page;

struct link {
	struct link *next;
	uint32_t offset;               /* of the displacement, in the arena */
	int32_t unlinked;
};

struct unit {
	struct jit_code *code;
	struct image *image;
	uint32_t start;                /* of its code, in the arena */
	bool dead;
	bool final;                    /* quick, and full effort was in vain */
	struct link *incoming;
	struct page **pages;           /* code->nr_pages of them */
};

struct page {
	gva_t va;
	bool valid;
	unsigned nr_units, cap_units;
	struct unit **units;
	uint8_t seen[PAGE_SIZE / 16];  /* by half-word: has been translated because it was run */
	uint8_t bytes[PAGE_SIZE];
};

struct image {
	struct image *next;            /* of all */
	uint64_t id;
	/* A pristine one's identity; mapping_id 0: one address space's own. */
	uint64_t mapping_id, offset;
	gva_t start, end;
	enum xlen xlen;
	struct page **pages;           /* by address */
	unsigned nr_pages, cap_pages;
};

/* What an address space knows about its code: mm_engine()->state. */
struct area {
	gva_t start, end;
	struct image *image;
	struct mapping *mapping;       /* of a pristine one, alive as long as the generation lasts */
	uint64_t offset;
};
enum { AREAS_KNOWN = 64 };
struct known {
	uint64_t generation, epoch;
	struct image *own;
	struct area areas[AREAS_KNOWN];
	unsigned nr;
};

struct entry {
	uint64_t image_id;             /* 0: free */
	gva_t pc;
	struct unit *unit;
	uint32_t at;                   /* in the arena */
};

static struct {
	uint8_t *writable, *executable;
	uint64_t size, used;
	uint64_t cap, tables;          /* bytes of code, tables and copies: allowed; of the latter two: used */
	struct unit **units;
	uint32_t nr_units;             /* atomically */
	struct entry *entries;
	unsigned nr_entries, cap_entries;
	struct image *images;
	uint64_t next_id;
	uint64_t flushes;              /* struct known of before is void */
	uint64_t ran;                  /* jit_counts.ran at the last one */
	unsigned hold, held;           /* requests not heard after a flush; that since */
} cache;

uint64_t cache_epoch;
struct jit_counts jit_counts;

static void note_replaced(void)
{
	__atomic_store_n(&cache_epoch, cache_epoch + 1, __ATOMIC_RELEASE);
}

/* ---- links ------------------------------------------------------------------------------ */

/* Aligned, so that harts that execute it see the old or the new. */
static void patch(uint32_t offset, int32_t displacement)
{
	__atomic_store_n((int32_t *)(void *)(cache.writable + offset), displacement, __ATOMIC_RELEASE);
}

static void unlink_all(struct unit *u)
{
	while (u->incoming) {
		struct link *l = u->incoming;

		u->incoming = l->next;
		patch(l->offset, l->unlinked);
		free(l);
		jit_counts.unlinked++;
	}
}

/* The unit whose code is at this offset. Async-signal-safe. */
static struct unit *unit_at(uint64_t offset)
{
	uint32_t lo = 0, hi = __atomic_load_n(&cache.nr_units, __ATOMIC_ACQUIRE);

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (cache.units[mid]->start <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && offset - cache.units[lo - 1]->start < cache.units[lo - 1]->code->code_size ?
	       cache.units[lo - 1] : NULL;
}

static bool in_arena(uint64_t address)
{
	return address - (uint64_t)(uintptr_t)cache.executable < cache.size;
}

static uint64_t arena_offset(const void *at)
{
	return (uint64_t)((const uint8_t *)at - cache.executable);
}

enum jit_effort cache_effort_at(const void *at)
{
	const struct unit *u = unit_at(arena_offset(at));

	return u ? (enum jit_effort)u->code->effort : JIT_QUICK;
}

/* ---- entries ------------------------------------------------------------------------------ */

static struct entry *entry_slot(uint64_t image_id, gva_t pc)
{
	uint64_t h = (pc / 2 + image_id * 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull;

	for (unsigned i = (unsigned)(h >> 32);; i++) {
		struct entry *e = &cache.entries[i & (cache.cap_entries - 1)];

		if (!e->image_id || (e->image_id == image_id && e->pc == pc))
			return e;
	}
}

static void grow_entries(void)
{
	struct entry *old = cache.entries;
	unsigned n = cache.cap_entries;

	cache.cap_entries = n ? 2 * n : ENTRIES_MIN;
	while (!n && cache.cap_entries > ENTRIES_LEAST && cache.cap_entries > cache.cap >> 10)
		cache.cap_entries /= 2;
	cache.entries = xalloc(cache.cap_entries * sizeof(struct entry));
	cache.nr_entries = 0;
	for (unsigned i = 0; i < n; i++) {
		if (!old[i].image_id || old[i].unit->dead)
			continue;
		*entry_slot(old[i].image_id, old[i].pc) = old[i];
		cache.nr_entries++;
	}
	cache.tables += (cache.cap_entries - n) * sizeof(struct entry);
	free(old);
}

static void add_entry(struct unit *u, const struct jit_entry *je, bool first)
{
	struct entry *e;

	if (cache.nr_entries * 2 >= cache.cap_entries)
		grow_entries();
	e = entry_slot(u->image->id, je->pc);
	if (e->image_id && !e->unit->dead) {
		/* Better code replaces worse, and a request's own place what was made in passing. */
		if (!first && e->unit->code->effort >= u->code->effort)
			return;
		/* It stays valid: jump tables that lead to it may go on doing so until it is hot again. */
		unlink_all(e->unit);
	}
	if (!e->image_id)
		cache.nr_entries++;
	*e = (struct entry){ u->image->id, je->pc, u, u->start + je->offset };
}

/* ---- images and their pages ------------------------------------------------------------------ */

static struct page *find_page(const struct image *image, gva_t va, unsigned *at)
{
	unsigned lo = 0, hi = image->nr_pages;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (image->pages[mid]->va < va)
			lo = mid + 1;
		else
			hi = mid;
	}
	*at = lo;
	return lo < image->nr_pages && image->pages[lo]->va == va ? image->pages[lo] : NULL;
}

static struct page *get_page(struct image *image, gva_t va)
{
	unsigned at;
	struct page *p = find_page(image, va, &at);

	if (p)
		return p;
	if (image->nr_pages == image->cap_pages) {
		image->cap_pages = MAX(16u, 2 * image->cap_pages);
		image->pages = xrealloc(image->pages, image->cap_pages * sizeof(struct page *));
	}
	p = xnew(struct page);
	p->va = va;
	memmove(&image->pages[at + 1], &image->pages[at], (image->nr_pages - at) * sizeof(struct page *));
	image->pages[at] = p;
	image->nr_pages++;
	cache.tables += sizeof(*p);
	return p;
}

static void put_to_sleep(struct page *p)
{
	if (!p->valid)
		return;
	p->valid = false;
	for (unsigned i = 0; i < p->nr_units; i++)
		unlink_all(p->units[i]);
	note_replaced();
}

static void kill_units(struct page *p)
{
	put_to_sleep(p);
	for (unsigned i = 0; i < p->nr_units; i++)
		p->units[i]->dead = true;
	jit_counts.stale += p->nr_units;
	p->nr_units = 0;
}

/* What guest memory holds at this page of the area now; NULL: nothing that may be executed. */
static const uint8_t *bytes_now(struct mm *mm, const struct area *a, gva_t va)
{
	struct translation t;

	if (a->mapping) {
		pfn_t pfn = mapping_peek_page(a->mapping, (a->offset + (va - a->start)) >> PAGE_SHIFT);

		return pfn == PFN_NONE ? NULL : frame_host(pfn);
	}
	return mm_translate(mm, va, ACCESS_EXEC, &t) == 0 ? t.host : NULL;
}

/* Make the page's copy what is there now; false: nothing is. */
static bool wake_page(struct mm *mm, const struct area *a, struct page *p)
{
	const uint8_t *now;

	if (p->valid)
		return true;
	now = bytes_now(mm, a, p->va);
	if (!now)
		return false;
	if (memcmp(p->bytes, now, PAGE_SIZE) != 0) {
		kill_units(p);
		memcpy(p->bytes, now, PAGE_SIZE);
		memset(p->seen, 0, sizeof(p->seen));
	}
	p->valid = true;
	return true;
}

static void check_page(struct mm *mm, const struct area *a, struct page *p)
{
	const uint8_t *now;

	if (!p->valid)
		return;
	now = bytes_now(mm, a, p->va);
	if (!now || memcmp(p->bytes, now, PAGE_SIZE) != 0)
		put_to_sleep(p);
}

static void free_image(struct image *image)
{
	for (unsigned i = 0; i < image->nr_pages; i++) {
		free(image->pages[i]->units);
		free(image->pages[i]);
	}
	free(image->pages);
	free(image);
}

static struct image *new_image(enum xlen xlen)
{
	struct image *image = xnew(struct image);

	image->id = ++cache.next_id;
	image->xlen = xlen;
	image->next = cache.images;
	cache.images = image;
	return image;
}

static struct image *shared_image(struct mm *mm, const struct mm_code_area *a)
{
	struct image *image;

	for (image = cache.images; image; image = image->next)
		if (image->mapping_id == a->mapping->id && image->start == a->start && image->end == a->end &&
		    image->offset == a->offset && image->xlen == mm_xlen(mm))
			return image;
	image = new_image(mm_xlen(mm));
	image->mapping_id = a->mapping->id;
	image->offset = a->offset;
	image->start = a->start;
	image->end = a->end;
	return image;
}

/* ---- what an address space knows ---------------------------------------------------------------- */

/* An address space ends, and with it code that only it had. */
static void forget_space(void *state)
{
	struct known *k = state;
	struct image *image = k->epoch == cache.flushes ? k->own : NULL;

	if (image) {
		struct image **at = &cache.images;

		for (unsigned i = 0; i < image->nr_pages; i++)
			kill_units(image->pages[i]);
		while (*at != image)
			at = &(*at)->next;
		*at = image->next;
		cache.tables -= image->nr_pages * sizeof(struct page);
		free_image(image);
	}
	free(k);
}

static void refresh_known(struct mm *mm, struct known *k)
{
	if (k->epoch != cache.flushes) {
		*k = (struct known){ .epoch = cache.flushes };
	} else if (k->own) {
		struct area own = { .image = k->own };

		for (unsigned i = 0; i < k->own->nr_pages; i++)
			check_page(mm, &own, k->own->pages[i]);
	}
	k->nr = 0;
	k->generation = mm_code_generation(mm);
}

void cache_recheck(struct mm *mm)
{
	struct known *k = mm_engine(mm)->state;

	if (k)
		k->generation = mm_code_generation(mm) - 1;
}

static const struct area *area_of(struct mm *mm, gva_t pc)
{
	struct mm_engine *e = mm_engine(mm);
	struct known *k = e->state;
	struct mm_code_area a;
	struct area *area;

	if (!k) {
		k = e->state = xnew(struct known);
		k->generation = mm_code_generation(mm) - 1;
		k->epoch = cache.flushes;
	}
	if (k->generation != mm_code_generation(mm) || k->epoch != cache.flushes)
		refresh_known(mm, k);
	for (unsigned i = 0; i < k->nr; i++)
		if (pc - k->areas[i].start < k->areas[i].end - k->areas[i].start)
			return &k->areas[i];
	if (!mm_find_code(mm, pc, &a))
		return NULL;
	if (k->nr == AREAS_KNOWN)
		k->nr = 0;
	area = &k->areas[k->nr++];
	*area = (struct area){ .start = a.start, .end = a.end, .mapping = a.mapping, .offset = a.offset };
	if (a.pristine) {
		area->image = shared_image(mm, &a);
		for (unsigned i = 0; i < area->image->nr_pages; i++)
			check_page(mm, area, area->image->pages[i]);
	} else {
		if (!k->own)
			k->own = new_image(mm_xlen(mm));
		area->image = k->own;
	}
	return area;
}

/* ---- looking up ------------------------------------------------------------------------------------ */

static bool may_enter(struct mm *mm, const struct area *a, struct unit *u)
{
	for (unsigned i = 0; i < u->code->nr_pages && !u->dead; i++)
		if (!wake_page(mm, a, u->pages[i]))
			return false;
	return !u->dead;
}

static struct entry *find(struct mm *mm, gva_t pc)
{
	const struct area *a = area_of(mm, pc);
	struct entry *e;

	if (!a || !cache.cap_entries)
		return NULL;
	e = entry_slot(a->image->id, pc);
	return e->image_id && may_enter(mm, a, e->unit) ? e : NULL;
}

const void *cache_find(struct mm *mm, gva_t pc)
{
	const struct entry *e = find(mm, pc);

	return e ? cache.executable + e->at : NULL;
}

const void *cache_link(struct mm *mm, int32_t *link, gva_t pc)
{
	struct entry *e = find(mm, pc);
	uint32_t offset = (uint32_t)arena_offset(link);
	const struct unit *from = unit_at(offset);
	struct link *l;

	if (!e)
		return NULL;
	if (!from || from->dead || from->image != e->unit->image) {
		jit_counts.foreign_exits++;
		return cache.executable + e->at;
	}
	for (uint32_t i = 0; i < from->code->nr_exits; i++) {
		const struct jit_exit *x = &JIT_TABLE(from->code, exits, const struct jit_exit)[i];

		if (from->start + x->offset != offset || x->pc != pc)
			continue;
		l = xnew(struct link);
		*l = (struct link){ e->unit->incoming, offset, x->unlinked };
		e->unit->incoming = l;
		patch(offset, (int32_t)(e->at - (offset + 4)));
		jit_counts.linked++;
		break;
	}
	return cache.executable + e->at;
}

/* ---- translating ------------------------------------------------------------------------------------- */

static void free_unit(struct unit *u)
{
	while (u->incoming) {
		struct link *l = u->incoming;

		u->incoming = l->next;
		free(l);
	}
	free(u->code);
	free(u->pages);
	free(u);
}

static void drop_everything(void)
{
	sched_stop_space(NULL);
	for (uint32_t i = 0; i < cache.nr_units; i++)
		free_unit(cache.units[i]);
	cache.nr_units = 0;
	while (cache.images) {
		struct image *image = cache.images;

		cache.images = image->next;
		free_image(image);
	}
	free(cache.entries);
	cache.entries = NULL;
	cache.nr_entries = cache.cap_entries = 0;
	cache.used = cache.tables = 0;
	cache.flushes++;
	note_replaced();
}

static bool has_room(const struct jit_code *code)
{
	uint64_t need = align_up(code->code_size, CODE_ALIGN);

	return cache.used + need <= cache.size && cache.nr_units < UNITS_MAX &&
	       cache.used + cache.tables + need + code->total <= cache.cap;
}

static void make_room(void)
{
	uint64_t ran = jit_counts.ran - cache.ran;

	jit_counts.flushes++;
	cache.ran = jit_counts.ran;
	cache.hold = ran >= FILLING_WORTH ? 0 : MIN(2 * cache.hold + HOLD_PER_UNIT * cache.nr_units, (unsigned)HOLD_MAX);
	cache.held = 0;
	drop_everything();
}

/* jit_request.page */
struct source {
	struct mm *mm;
	struct area area;
};

static const uint8_t *source_page(void *ctx, gva_t va)
{
	struct source *s = ctx;
	struct area here = s->area;
	struct page *p;

	if (here.mapping) {
		if (va - here.start >= here.end - here.start)
			return NULL;
	} else {
		const struct area *a = area_of(s->mm, va);

		if (!a || a->image != here.image)
			return NULL;
		here = *a;
	}
	if (!bytes_now(s->mm, &here, va))
		return NULL;
	p = get_page(here.image, va);
	return wake_page(s->mm, &here, p) ? p->bytes : NULL;
}

static bool is_seen(const struct image *image, gva_t pc)
{
	unsigned at, half = (pc & PAGE_MASK) / 2;
	const struct page *p = find_page(image, pc & ~PAGE_MASK, &at);

	return p && p->seen[half / 8] >> half % 8 & 1;
}

/* jit_request.seen */
static enum jit_seen source_seen(void *ctx, gva_t pc)
{
	const struct source *s = ctx;
	const struct entry *e = cache.cap_entries ? entry_slot(s->area.image->id, pc) : NULL;

	if (e && e->image_id && !e->unit->dead)
		return JIT_SEEN_ENTRY;
	return is_seen(s->area.image, pc) ? JIT_SEEN_OFTEN : JIT_SEEN_NEVER;
}

/* All of a quick translation counts as run. */
static void mark_seen(struct image *image, const struct jit_code *code)
{
	for (uint32_t i = 0; i < code->nr_ranges; i++) {
		const struct jit_range *range = &JIT_TABLE(code, ranges, const struct jit_range)[i];
		gva_t pc = code->pc_base + (gva_t)(int64_t)range->pc_delta, end = pc + range->size;

		while (pc < end) {
			struct page *p = get_page(image, pc & ~PAGE_MASK);
			gva_t stop = MIN(end, p->va + PAGE_SIZE);

			for (; pc < stop; pc += 2)
				p->seen[(pc & PAGE_MASK) / 16] |= (uint8_t)(1u << (pc & PAGE_MASK) / 2 % 8);
		}
	}
}

static void add_user(struct page *p, struct unit *u)
{
	if (p->nr_units == p->cap_units) {
		p->cap_units = MAX(4u, 2 * p->cap_units);
		p->units = xrealloc(p->units, p->cap_units * sizeof(struct unit *));
	}
	p->units[p->nr_units++] = u;
}

static struct unit *install(struct image *image, struct jit_code *code)
{
	struct unit *u = xnew(struct unit);
	const gva_t *pages;

	u->image = image;
	u->start = (uint32_t)cache.used;
	u->pages = xalloc(MAX(1u, code->nr_pages) * sizeof(struct page *));
	memcpy(cache.writable + u->start, (uint8_t *)code + code->code, code->code_size);
	u->code = code = xrealloc(code, code->code);
	pages = JIT_TABLE(code, pages, const gva_t);
	cache.used += align_up(code->code_size, CODE_ALIGN);
	cache.tables += code->code + sizeof(*u) + code->nr_pages * sizeof(struct page *);
	for (uint32_t i = 0; i < code->nr_pages; i++) {
		u->pages[i] = get_page(image, pages[i]);
		add_user(u->pages[i], u);
	}
	cache.units[cache.nr_units] = u;
	__atomic_store_n(&cache.nr_units, cache.nr_units + 1, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < code->nr_entries; i++)
		add_entry(u, &JIT_TABLE(code, entries, const struct jit_entry)[i], i == 0);
	return u;
}

/* There is room. Returns the entry. */
static const void *accept(struct image *image, struct jit_code *code)
{
	struct unit *u = install(image, code);

	code = u->code;
	perfmap_add(cache.executable + u->start, code);
	if (code->effort == JIT_QUICK)
		mark_seen(image, code);
	jit_counts.translated[code->effort]++;
	jit_counts.guest_insns += code->guest_insns;
	jit_counts.code_bytes += code->code_size;
	jit_counts.table_bytes += code->code;
	for (uint32_t i = 0; i < code->nr_ranges; i++)
		jit_counts.guest_bytes += JIT_TABLE(code, ranges, const struct jit_range)[i].size;
	return cache.executable + u->start + JIT_TABLE(code, entries, const struct jit_entry)[0].offset;
}

/* NULL: none that is to be had, and *refused says whether it ever will. */
static struct jit_code *compile(struct mm *mm, gva_t pc, enum jit_effort effort, bool tiers,
				struct source *source, bool *refused)
{
	const struct area *a = area_of(mm, pc);
	struct jit_request req = { .xlen = mm_xlen(mm) == XLEN_64 ? 64 : 32, .effort = effort, .pc = pc,
		.page = source_page, .ctx = source, .seen = tiers ? source_seen : NULL,
		.counts = tiers && effort == JIT_QUICK };
	struct jit_code *code;
	uint64_t start;

	if (!a)
		return NULL;
	*source = (struct source){ .mm = mm, .area = *a };
	start = sched_clock_ns();
	if (jit_compile(&req, &code) != 0) {
		jit_counts.refused++;
		*refused = true;
		return NULL;
	}
	jit_counts.compile_ns += sched_clock_ns() - start;
	return code;
}

const void *cache_translate(struct mm *mm, gva_t pc, enum jit_effort effort, bool tiers, bool *refused)
{
	struct source source;
	struct jit_code *code;

	if (cache.held < cache.hold) {
		cache.held++;
		return NULL;
	}
	code = compile(mm, pc, effort, tiers, &source, refused);
	if (code && !has_room(code)) {
		/* The images are dropped as well: the code has nothing to hang on. */
		free(code);
		make_room();
		code = compile(mm, pc, effort, tiers, &source, refused);
		if (code && !has_room(code)) {
			free(code);
			*refused = true;
			return NULL;
		}
	}
	if (!code)
		return NULL;
	return accept(source.area.image, code);
}

/* ---- translating aside ----------------------------------------------------------------------------------- */

/* Everything near pc that has been run. */
static void fill_job(struct job *job, const struct image *image)
{
	gva_t reach = JOB_PAGES / 2 * PAGE_SIZE, first = job->pc & ~PAGE_MASK, end = first + reach;
	unsigned at;

	first -= MIN(first, reach);
	find_page(image, first, &at);
	for (; at < image->nr_pages && image->pages[at]->va <= end && job->nr_pages < JOB_PAGES; at++) {
		const struct page *p = image->pages[at];
		struct job_page *copy = &job->pages[job->nr_pages];

		if (!p->valid)
			continue;
		copy->va = p->va;
		memcpy(copy->seen, p->seen, sizeof(copy->seen));
		memcpy(copy->bytes, p->bytes, sizeof(copy->bytes));
		job->nr_pages++;
	}
}

static void ask(const struct unit *quick, gva_t pc)
{
	struct job *job;

	if (queue_has(quick->image->id, pc) || !(job = malloc(sizeof(*job))))
		return;
	job->image_id = quick->image->id;
	job->flushes = cache.flushes;
	job->xlen = quick->image->xlen == XLEN_64 ? 64 : 32;
	job->pc = pc;
	job->nr_pages = 0;
	job->code = NULL;
	fill_job(job, quick->image);
	if (!queue_add(job))
		free(job);
}

/* Is guest code still what the job was made from? What it did not use does not matter. */
static bool is_current(const struct job *job, const struct image *image)
{
	const gva_t *used = JIT_TABLE(job->code, pages, const gva_t);
	unsigned at;

	for (uint32_t i = 0; i < job->code->nr_pages; i++) {
		const struct page *p = find_page(image, used[i], &at);

		for (at = 0; at < job->nr_pages && job->pages[at].va != used[i]; at++)
			;
		if (!p || at == job->nr_pages || memcmp(p->bytes, job->pages[at].bytes, PAGE_SIZE) != 0)
			return false;
	}
	return true;
}

static void take_job(struct job *job)
{
	struct image *image = cache.images;

	while (image && image->id != job->image_id)
		image = image->next;
	jit_counts.compile_aside_ns += job->took_ns;
	if (job->flushes != cache.flushes || !image) {
		jit_counts.late++;
		return;
	}
	if (job->err) {
		const struct entry *e = entry_slot(image->id, job->pc);

		jit_counts.refused++;
		if (e->image_id)
			e->unit->final = true;
	} else if (!has_room(job->code)) {
		make_room();
	} else if (is_current(job, image)) {
		accept(image, job->code);
		job->code = NULL;
	} else {
		jit_counts.late++;
	}
}

void cache_take_finished(void)
{
	struct job *job;

	while ((job = queue_take())) {
		take_job(job);
		free(job->code);
		free(job);
	}
}

const void *cache_promote(struct mm *mm, gva_t pc, bool *final)
{
	const struct entry *e;

	cache_take_finished();
	e = find(mm, pc);
	*final = e && (e->unit->final || e->unit->code->effort == JIT_FULL);
	if (!e)
		return NULL;
	if (!*final)
		ask(e->unit, pc);
	return cache.executable + e->at;
}

/* ---- faults --------------------------------------------------------------------------------------------- */

bool cache_fault(void *context, uint64_t address)
{
	uint64_t pc = (uint64_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	const struct unit *u;

	if (!in_arena(pc))
		return false;
	u = unit_at(pc - (uint64_t)(uintptr_t)cache.executable);
	return u && jit_fault(u->code, cache.executable + u->start, context, address);
}

/* ---- life --------------------------------------------------------------------------------------------------- */

int cache_init(uint64_t bytes)
{
	void *w, *x;
	int err;

	cache.cap = bytes;
	cache.size = align_up(bytes, PAGE_SIZE);
	err = host_code_create(cache.size, &w, &x);
	if (err)
		return err;
	cache.writable = w;
	cache.executable = x;
	cache.units = host_pages_alloc(UNITS_MAX * sizeof(struct unit *));
	if (!cache.units) {
		host_code_destroy(w, x, cache.size);
		return -ENOMEM;
	}
	mm_engine_free = forget_space;
	return 0;
}

void cache_shutdown(void)
{
	queue_stop();
	drop_everything();
	host_pages_free(cache.units, UNITS_MAX * sizeof(struct unit *));
	host_code_destroy(cache.writable, cache.executable, cache.size);
	memset(&cache, 0, sizeof(cache));
	mm_engine_free = NULL;
}
