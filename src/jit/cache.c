/* The code cache: translations, shared by every process that runs the same code at the same place
 * (design D8).
 *
 *   image   one stretch of guest code: part of a file, as mapped at one address by any number of
 *           processes and changed by none ("pristine"); or all other code of one address
 *           space (anonymous memory, text that somebody has written to)
 *   page    a guest page of an image: hashes of the bytes that were translated, and by which units
 *           (cache_pages.c)
 *   unit    one translation: its code in the arena, and its tables, packed (pack.c)
 *
 * Validity. A page is `valid` while what was translated of it is known to be what guest memory
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
 * other. What better translations have replaced is taken out of it (cache_compact.c). When it is full all
 * the same, or tables reach the cap, all harts leave guest code and everything is dropped; code
 * that is hot comes back at once, that which is not is gone. A cache too small for what is hot would be
 * made again and again: then only some of the requests are heard (cache.hold).
 *
 * Lock: the kernel lock. Only cache_fault() runs without it: `units` is in order of address,
 * grows at its end, and shrinks only while no hart is in guest code. */
#include "cache_private.h"

#include <string.h>
#include <ucontext.h>
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"
#include "queue.h"
#include "sched/sched.h"

enum {
	/* By which part the tables grow. */
	ENTRIES_PART = 8, LINKS_PART = 16,
	ENTRIES_MIN = 1 << 12, ENTRIES_LEAST = 1 << 6, LINKS_LEAST = 1 << 6,
	/* A filling of the cache is worth its making if so many instructions were run in it. */
	KNOWN_LEAST = 16,              /* translations, for a program to be warm from its beginning */
	EAGER_JOBS = 4,                /* with more waiting, what is hot has to ask again */
	FILLING_WORTH = 4 << 20, HOLD_PER_UNIT = 64, HOLD_MAX = 1 << 18,
};

struct code_cache cache;
uint64_t cache_epoch;
struct jit_counts jit_counts;

void cache_note_replaced(void)
{
	__atomic_store_n(&cache_epoch, cache_epoch + 1, __ATOMIC_RELEASE);
}

/* ---- links ------------------------------------------------------------------------------ */

/* All of an exit is in one aligned word, so that harts that execute it see the old or the new: nobody is in the middle
 * of it, since what it was begins where it begins. (AMD64 manual, volume 2, "Cross-Modifying Code".) */
static void patch(uint32_t offset, uint64_t exit)
{
	uint64_t *word = (uint64_t *)(void *)(cache.writable + (offset & ~7u));
	unsigned shift = offset % 8 * 8;
	uint64_t mask = ((UINT64_C(1) << 8 * JIT_LINK_SIZE) - 1) << shift;

	__atomic_store_n(word, (*word & ~mask) | exit << shift, __ATOMIC_RELEASE);
}

/* The index of a link for use; it may move all of them. */
static uint32_t new_link(void)
{
	uint32_t at = cache.free_link;

	if (at != NO_LINK) {
		cache.free_link = cache.links[at].next;
		return at;
	}
	if (cache.nr_links == cache.cap_links) {
		uint32_t cap = MAX((uint32_t)LINKS_LEAST, cache.cap_links + cache.cap_links / LINKS_PART);

		cache.links = xrealloc(cache.links, cap * sizeof(struct link));
		cache.tables += (cap - cache.cap_links) * sizeof(struct link);
		cache.cap_links = cap;
		cache.nr_links = MAX(cache.nr_links, NO_LINK + 1u);
	}
	return cache.nr_links++;
}

void cache_free_link(uint32_t index)
{
	cache.links[index].next = cache.free_link;
	cache.free_link = index;
}

void unit_unlink(struct unit *u)
{
	while (u->incoming != NO_LINK) {
		uint32_t at = u->incoming;

		u->incoming = cache.links[at].next;
		patch(cache.links[at].offset, JIT_UNLINKED);
		cache_free_link(at);
		jit_counts.unlinked++;
	}
}

uint64_t unit_size(const struct unit *u)
{
	return align_up(sizeof(*u) + u->packed_size, UNIT_ALIGN);
}

uint64_t unit_bytes(const struct unit *u)
{
	return u->code_size + unit_size(u) + sizeof(cache.units[0]);
}

/* Exits lie in words of 8; what is hot where the host fetches it at once. */
uint32_t unit_place(unsigned effort, uint64_t at)
{
	return (uint32_t)align_up(at, effort == JIT_FULL ? 16 : 8);
}

void unit_kill(struct unit *u)
{
	if (!u->dead && u->nr_places)
		cache.idle += unit_bytes(u);
	u->dead = true;
}

/* One of its places leads to another one from now on. */
static void lose_place(const struct image *image, struct unit *u)
{
	unit_unlink(u);
	if (--u->nr_places)
		return;
	cache.idle += unit_bytes(u);
	if (u->effort == JIT_FULL)
		pages_mark_full(image, u, false);
}

struct packed unit_packed(const struct unit *u)
{
	return (struct packed){ .bytes = u->packed, .size = u->packed_size,
		.code_size = u->code_size, .pc_base = unit_pc_base(u) };
}

void unit_note_start(uint32_t index, uint32_t start)
{
	uint32_t piece = cache.nr_firsts;

	for (; piece <= start / PIECE_BYTES; piece++)
		cache.firsts[piece] = index;
	__atomic_store_n(&cache.nr_firsts, piece, __ATOMIC_RELEASE);
}

int64_t unit_index_at(uint64_t offset)
{
	uint32_t nr = __atomic_load_n(&cache.nr_units, __ATOMIC_ACQUIRE), lo = nr, hi = nr;
	uint32_t nr_firsts = __atomic_load_n(&cache.nr_firsts, __ATOMIC_ACQUIRE);
	uint64_t piece = offset / PIECE_BYTES;

	if (piece < nr_firsts)
		lo = MIN(cache.firsts[piece], nr);
	if (piece + 1 < nr_firsts)
		hi = MIN(cache.firsts[piece + 1], nr);
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (cache_unit(mid)->start <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && offset - cache_unit(lo - 1)->start < cache_unit(lo - 1)->code_size ? (int64_t)lo - 1 : -1;
}

static struct unit *unit_at(uint64_t offset)
{
	int64_t index = unit_index_at(offset);

	return index < 0 ? NULL : cache_unit((uint32_t)index);
}

static bool in_arena(uint64_t address)
{
	return address - (uint64_t)(uintptr_t)cache.executable < cache.size;
}

static uint64_t arena_offset(const void *at)
{
	return (uint64_t)((const uint8_t *)at - cache.executable);
}

enum jit_effort cache_effort_at(const void *code)
{
	const struct unit *u = unit_at(arena_offset(code));

	return u ? (enum jit_effort)u->effort : JIT_QUICK;
}

/* ---- entries ------------------------------------------------------------------------------ */

static const struct unit *entry_unit(const struct entry *e)
{
	return cache_unit(e->unit - 1);
}

gva_t cache_entry_pc(const struct entry *e)
{
	struct packed packed = unit_packed(entry_unit(e));

	return pack_entry_pc(&packed, e->offset);
}

uint32_t cache_entry_at(const struct entry *e)
{
	return entry_unit(e)->start + e->offset;
}

static uint64_t place_hash(uint32_t image_id, gva_t pc)
{
	return (pc / 2 + image_id * 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull;
}

/* Its bits that cache_entry_slot() does not begin with. */
static unsigned place_tag(uint32_t image_id, gva_t pc)
{
	return (unsigned)(place_hash(image_id, pc) >> 18) & ((1u << ENTRY_TAG_BITS) - 1);
}

struct entry *cache_entry_slot(uint32_t image_id, gva_t pc)
{
	unsigned tag = place_tag(image_id, pc);
	unsigned i = (unsigned)((place_hash(image_id, pc) >> 32) * cache.cap_entries >> 32);

	for (;; i = i + 1 < cache.cap_entries ? i + 1 : 0) {
		struct entry *e = &cache.entries[i];

		if (!e->unit || (e->tag == tag && entry_unit(e)->image_id == image_id && cache_entry_pc(e) == pc))
			return e;
	}
}

struct entry *cache_entry(const struct image *image, gva_t pc)
{
	struct entry *e = cache.cap_entries ? cache_entry_slot(image->id, pc) : NULL;

	return e && e->unit && !entry_unit(e)->dead ? e : NULL;
}

/* Up to six sevenths are in use. */
static bool entries_full(unsigned more)
{
	return (uint64_t)(cache.nr_entries + more) * 7 >= (uint64_t)cache.cap_entries * 6;
}

unsigned cache_entries_for(unsigned nr)
{
	unsigned least = ENTRIES_MIN;

	while (least > ENTRIES_LEAST && least > cache.cap >> 10)
		least /= 2;
	return MAX(least, nr + nr / 4);
}

static void grow_entries(void)
{
	struct entry *old = cache.entries;
	unsigned n = cache.cap_entries;

	cache.cap_entries = n ? n + n / ENTRIES_PART : cache_entries_for(0);
	cache.entries = xalloc(cache.cap_entries * sizeof(struct entry));
	cache.nr_entries = 0;
	for (unsigned i = 0; i < n; i++) {
		if (!old[i].unit || entry_unit(&old[i])->dead)
			continue;
		*cache_entry_slot(entry_unit(&old[i])->image_id, cache_entry_pc(&old[i])) = old[i];
		cache.nr_entries++;
	}
	cache.tables += (cache.cap_entries - n) * sizeof(struct entry);
	free(old);
}

static void add_entry(const struct image *image, uint32_t unit, const struct jit_entry *je, bool first, uint32_t replaces)
{
	struct unit *u = cache_unit(unit);
	struct entry *e;

	if (entries_full(1))
		grow_entries();
	e = cache_entry_slot(u->image_id, je->pc);
	if (e->unit && !entry_unit(e)->dead) {
		/* Better code replaces worse, and a request's own place what was made in passing. */
		if (entry_unit(e)->effort > u->effort ||
		    (!first && entry_unit(e)->effort == u->effort && e->unit != replaces))
			return;
		/* It stays valid: jump tables that lead to it may go on doing so until it is hot again. */
		lose_place(image, cache_unit(e->unit - 1));
	}
	if (!e->unit)
		cache.nr_entries++;
	u->nr_places++;
	*e = (struct entry){ .unit = unit + 1, .offset = je->offset, .tag = place_tag(u->image_id, je->pc) };
}

/* ---- looking up ------------------------------------------------------------------------------------ */

/* The entry for pc that may be used now, or NULL. */
static struct entry *usable(struct mm *mm, const struct area *a, gva_t pc)
{
	struct entry *e = cache_entry(a->image, pc);
	struct unit *u = e ? cache_unit(e->unit - 1) : NULL;

	if (!u || (u->asleep && !pages_wake(mm, a, u)))
		return NULL;
	return e;
}

static struct entry *find(struct mm *mm, gva_t pc)
{
	const struct area *a = pages_area_of(mm, pc);
	struct entry *e = a ? usable(mm, a, pc) : NULL;

	if (e || !a || !a->image->disk || !disk_load(mm, a, pc))
		return e;
	return usable(mm, a, pc);
}

const void *cache_find(struct mm *mm, gva_t pc)
{
	const struct entry *e = find(mm, pc);

	return e ? cache.executable + cache_entry_at(e) : NULL;
}

bool cache_knows(struct mm *mm, gva_t pc)
{
	const struct area *a = pages_area_of(mm, pc);

	return a && a->image->disk && store_count(a->image->disk) >= KNOWN_LEAST;
}

/* The direct exit of `from` at this offset leads to e from now on. */
static void make_link(const struct unit *from, uint32_t offset, const struct entry *e)
{
	struct packed packed = unit_packed(from);
	struct unit *to = cache_unit(e->unit - 1);
	uint32_t at;
	gva_t pc;

	if (!pack_find_exit(&packed, offset - from->start, &pc) || pc != cache_entry_pc(e))
		return;
	/* Another hart left here as well, and was faster. */
	if (cache.writable[offset] == JIT_LINK_JMP)
		return;
	at = new_link();
	cache.links[at] = (struct link){ to->incoming, offset };
	to->incoming = at;
	patch(offset, JIT_LINK_JMP | (uint64_t)(cache_entry_at(e) - (offset + JIT_LINK_SIZE)) << 8);
	jit_counts.linked++;
}

gva_t cache_exit_pc(const uint8_t *link, bool *timer)
{
	uint32_t offset = (uint32_t)arena_offset(link);
	const struct unit *u = unit_at(offset);
	struct packed packed;
	gva_t pc = 0;
	bool found;

	ASSERT(u);
	packed = unit_packed(u);
	found = pack_find_exit(&packed, offset - u->start, &pc);
	*timer = !found;
	if (!found)
		found = pack_find_timer(&packed, offset - u->start, &pc);
	ASSERT(found);
	return pc;
}

gva_t cache_begins(const void *entry)
{
	uint32_t offset = (uint32_t)arena_offset(entry);
	const struct unit *u = unit_at(offset);
	struct packed packed;
	gva_t pc;

	ASSERT(u);
	packed = unit_packed(u);
	pc = pack_entry_pc(&packed, offset - u->start);
	ASSERT(pc != PACK_NO_PC);
	return pc;
}

const void *cache_link(struct mm *mm, const uint8_t *link, gva_t pc)
{
	struct entry *e = find(mm, pc);
	uint32_t offset = (uint32_t)arena_offset(link);
	const struct unit *from = unit_at(offset);

	if (!e)
		return NULL;
	if (!from || from->dead || from->image_id != entry_unit(e)->image_id)
		jit_counts.foreign_exits++;
	else
		make_link(from, offset, e);
	return cache.executable + cache_entry_at(e);
}

/* ---- translating ------------------------------------------------------------------------------------- */

static void drop_everything(void)
{
	sched_stop_space(NULL);
	jit_counts.peak = MAX(jit_counts.peak, cache.used + cache.tables);
	pages_drop_images();
	cache.nr_units = cache.nr_firsts = cache.nr_ids = 0;
	cache.unit_space_used = 0;
	free(cache.entries);
	cache.entries = NULL;
	cache.nr_entries = cache.cap_entries = 0;
	free(cache.links);
	cache.links = NULL;
	cache.nr_links = cache.cap_links = 0;
	cache.free_link = NO_LINK;
	cache.used = cache.tables = cache.idle = 0;
	cache.nr_full = cache.nr_tidied = 0;
	cache.flushes++;
	cache_note_replaced();
}

/* What a translation takes besides its code and tables: its struct, its pages and pieces of them. */
enum { UNIT_COSTS = 1024 };

bool cache_has_room(uint32_t code_size, uint32_t packed_size)
{
	uint64_t need = unit_place(JIT_FULL, code_size), more = packed_size + UNIT_COSTS;

	/* The next growth of a table counts as done. */
	if (entries_full(PACK_ENTRIES_MAX))
		more += (cache.cap_entries ? cache.cap_entries / ENTRIES_PART : cache_entries_for(0)) * sizeof(struct entry);
	more += cache.cap_links / LINKS_PART * sizeof(struct link);
	return code_size < 1u << CODE_SIZE_BITS && packed_size <= UINT16_MAX && cache.nr_units < UNITS_MAX &&
	       cache.nr_ids < IMAGES_MAX / 2 &&          /* the others: until there is a translation to make room for */
	       unit_place(JIT_FULL, cache.used) + need <= cache.size && cache.used + cache.tables + need + more <= cache.cap;
}

static void make_room(void)
{
	uint64_t total = __atomic_load_n(&jit_counts.ran, __ATOMIC_RELAXED), ran = total - cache.ran;

	jit_counts.flushes++;
	cache.ran = total;
	cache.hold = ran >= FILLING_WORTH ? 0 : MIN(2 * cache.hold + HOLD_PER_UNIT * cache.nr_units, (unsigned)HOLD_MAX);
	cache.held = 0;
	drop_everything();
}

/* jit_request.page: guest memory as it is now, copied so that it stays so. */
struct source {
	struct mm *mm;
	struct area area;
	struct snapshot snapshot;
};
static uint8_t copies[PACK_PAGES_MAX][PAGE_SIZE];

static const uint8_t *source_page(void *ctx, gva_t va)
{
	struct source *s = ctx;
	struct snapshot *snap = &s->snapshot;
	struct area here = s->area;
	const uint8_t *now = snapshot_page(snap, va);

	if (now)
		return now;
	if (here.mapping) {
		if (va - here.start >= here.end - here.start)
			return NULL;
	} else {
		const struct area *a = pages_area_of(s->mm, va);

		if (!a || a->image != here.image)
			return NULL;
		here = *a;
	}
	now = pages_now(s->mm, &here, va);
	if (!now || snap->nr == PACK_PAGES_MAX)
		return NULL;
	memcpy(copies[snap->nr], now, PAGE_SIZE);
	snap->page[snap->nr].va = va;
	snap->page[snap->nr].bytes = copies[snap->nr];
	pages_update(pages_get(here.image, va), copies[snap->nr]);
	return copies[snap->nr++];
}

/* jit_request.seen */
static enum jit_seen source_seen(void *ctx, gva_t pc)
{
	const struct source *s = ctx;

	if (cache_entry(s->area.image, pc))
		return JIT_SEEN_TAKEN;
	return pages_seen(s->area.image, pc) ? JIT_SEEN_OFTEN : JIT_SEEN_NEVER;
}

static struct unit *new_unit(const struct image *image, const struct incoming *in)
{
	struct unit *u = (struct unit *)(void *)(cache.unit_space + cache.unit_space_used);

	ASSERT(in->packed.pc_base - image->high < IMAGE_REACH);
	cache.bases[image->id] = (struct image_base){ image->high, image->xlen == XLEN_64 };
	*u = (struct unit){ .pc_low = (uint32_t)in->packed.pc_base, .image_id = (uint16_t)image->id,
		.start = unit_place(in->effort, cache.used), .incoming = NO_LINK,
		.code_size = in->packed.code_size & ((1u << CODE_SIZE_BITS) - 1),
		.packed_size = (uint16_t)in->packed.size, .effort = in->effort == JIT_FULL };
	memcpy(u->packed, in->packed.bytes, in->packed.size);
	cache.units[cache.nr_units] = (uint32_t)(cache.unit_space_used / UNIT_ALIGN);
	cache.unit_space_used += unit_size(u);
	cache.tables += unit_bytes(u) - u->code_size;
	return u;
}

struct unit *cache_install(struct image *image, const struct incoming *in, const struct pack_tables *t)
{
	struct unit *u = new_unit(image, in);
	uint32_t index = cache.nr_units;

	memcpy(cache.writable + u->start, in->code, u->code_size);
	cache.used = u->start + u->code_size;
	for (uint32_t i = 0; i < t->nr_pages; i++) {
		struct page *p = pages_get(image, t->pages[i]);

		u->asleep |= !p->valid;
		pages_add_user(p, index);
	}
	unit_note_start(index, u->start);
	__atomic_store_n(&cache.nr_units, index + 1, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < t->nr_entries; i++)
		add_entry(image, index, &t->entries[i], i == 0, in->replaces);
	if (u->effort == JIT_FULL && u->nr_places)
		pages_mark_full(image, u, true);
	if (!in->stored)
		image->nr_new++;
	cache.nr_full += u->effort == JIT_FULL;
	perfmap_add(cache.executable + u->start, u->code_size, image, t->entries[0].pc, (enum jit_effort)u->effort);
	jit_counts.code_bytes += u->code_size;
	jit_counts.table_bytes += u->packed_size;
	return u;
}

/* Where the compiler's result is looked at. */
static struct pack_tables tables;

/* false: no room, or what it was made from is not what is known of the page (then *late). */
static bool take_in(struct image *image, const struct jit_code *code, uint32_t replaces, const struct snapshot *snap,
		    bool compare, bool *late, const void **entry)
{
	struct incoming in = { .code = JIT_TABLE(code, code, const uint8_t), .effort = code->effort,
		.replaces = replaces };
	uint8_t *bytes;
	bool ok;

	in.packed = (struct packed){ .size = pack_code(code, &bytes), .code_size = code->code_size,
		.pc_base = code->pc_base };
	in.packed.bytes = bytes;
	*late = false;
	ok = in.packed.size && cache_has_room(code->code_size, in.packed.size);
	if (ok) {
		ASSERT(pack_read(&in.packed, &tables));
		*late = compare && !pages_agree(image, code->pc_base, &tables, snap);
		ok = !*late;
	}
	if (ok) {
		const struct unit *u;

		pages_keep(image, code->pc_base, &tables, snap);
		u = cache_install(image, &in, &tables);
		*entry = cache.executable + u->start + tables.entries[0].offset;
		jit_counts.translated[code->effort]++;
		jit_counts.guest_insns += code->guest_insns;
		for (uint32_t i = 0; i < tables.nr_ranges; i++)
			jit_counts.guest_bytes += tables.ranges[i].size;
	}
	free(bytes);
	return ok;
}

/* NULL: none that is to be had, and *refused says whether it ever will. */
static struct jit_code *compile(struct mm *mm, gva_t pc, enum jit_effort effort, bool tiers,
				struct source *source, bool *refused)
{
	const struct area *a = pages_area_of(mm, pc);
	struct jit_request req = { .xlen = mm_xlen(mm) == XLEN_64 ? 64 : 32, .effort = effort, .pc = pc,
		.page = source_page, .ctx = source, .seen = tiers ? source_seen : NULL,
		.counts = tiers && effort == JIT_QUICK };
	struct jit_looks looks;
	struct jit_code *code;
	uint64_t start;

	if (!a)
		return NULL;
	req.looks = names_look(a->image, pc, &looks);
	source->mm = mm;
	source->area = *a;
	source->snapshot.nr = 0;
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
	const void *entry = NULL;
	bool done = false, late;

	if (cache.held < cache.hold) {
		cache.held++;
		return NULL;
	}
	cache_tidy();
	/* Making room drops the images as well: the code has nothing to hang on, and is made again. */
	for (int attempt = 0; attempt < 3 && !done; attempt++) {
		struct source source;
		struct jit_code *code;

		if (attempt == 2 || (attempt == 1 && !cache_squeeze()))
			make_room();
		code = compile(mm, pc, effort, tiers, &source, refused);
		if (!code)
			return NULL;
		done = take_in(source.area.image, code, 0, &source.snapshot, false, &late, &entry);
		free(code);
	}
	if (!done)
		*refused = true;
	return entry;
}

/* ---- translating aside ----------------------------------------------------------------------------------- */

/* Everything near pc that has been run. */
static void fill_job(struct job *job, struct mm *mm, const struct area *a)
{
	const struct image *image = a->image;
	gva_t reach = JOB_PAGES / 2 * PAGE_SIZE, first = job->pc & ~PAGE_MASK, end = first + reach;

	first -= MIN(first, reach);
	for (gva_t va = first; va <= end && job->nr_pages < JOB_PAGES; va += PAGE_SIZE) {
		const struct page *p = pages_find(image, va);
		const uint8_t *now = p && p->valid ? pages_now(mm, a, va) : NULL;
		struct job_page *copy = &job->pages[job->nr_pages];

		if (!now)
			continue;
		copy->va = va;
		pages_seen_map(p, copy->seen);
		pages_full_map(p, copy->taken);
		memcpy(copy->bytes, now, sizeof(copy->bytes));
		job->nr_pages++;
	}
}

static bool is_entered_at(const struct image *image, const struct unit *u, gva_t pc)
{
	const struct entry *e = cache_entry(image, pc);

	return e && entry_unit(e) == u;
}

/* The last full translation that pc is somewhere inside of and that can be made anew. */
static const struct unit *find_around(const struct image *image, gva_t pc)
{
	const struct page *p = pages_find(image, pc & ~PAGE_MASK);
	struct users users = { 0 };
	const struct unit *found = NULL;

	if (p && page_is_full(p, pc))
		users = page_users(p);
	while (next_user(&users)) {
		const struct unit *u = cache_unit(users.unit);
		struct packed packed = unit_packed(u);

		if (u->effort == JIT_FULL && !u->dead && u->nr_places && u->nr_places < JOB_MORE && pack_covers(&packed, pc) &&
		    is_entered_at(image, u, pack_pc(&packed)))
			found = u;
	}
	return found;
}

/* What the translation has is not another one's. */
static void give_back(struct job *job, const struct jit_range *range, gva_t pc_base)
{
	gva_t start = pc_base + (gva_t)(int64_t)range->pc_delta;

	for (gva_t pc = start; pc - start < range->size; pc += 2) {
		struct job_page *page = queue_page(job, pc & ~PAGE_MASK);
		unsigned half = (pc & PAGE_MASK) / 2;

		if (page)
			page->taken[half / 8] &= (uint8_t)~(1u << half % 8);
	}
}

/* What would be made of pc, and what is there already, in one. */
static void fill_more(struct job *job, const struct image *image, const struct unit *around)
{
	struct packed packed = unit_packed(around);
	bool good = pack_read(&packed, &tables);

	ASSERT(good);
	job->more[job->nr_more++] = job->pc;
	job->pc = tables.entries[0].pc;
	for (uint32_t i = 1; i < tables.nr_entries && job->nr_more < JOB_MORE; i++)
		if (is_entered_at(image, around, tables.entries[i].pc))
			job->more[job->nr_more++] = tables.entries[i].pc;
	for (uint32_t i = 0; i < tables.nr_ranges; i++)
		give_back(job, &tables.ranges[i], packed.pc_base);
}

/* Quick code ends after so many instructions, and what goes on there is as hot; a full translation that has both
 * will not be entered there any more. So a place whose quick code is older than the full translation around it gets an
 * entry only if it gets hot once more: each entry takes what the loop around it has in registers to memory. */
static bool is_hot_again(const struct image *image, gva_t pc, const struct unit *around)
{
	struct inside *i = &cache.inside[pc / 2 % ARRAY_SIZE(cache.inside)];
	const struct entry *e = cache_entry(image, pc);

	if ((i->pc == pc && i->image_id == image->id) || (e && entry_unit(e) > around))
		return true;
	*i = (struct inside){ pc, image->id };
	return false;
}

static void ask(struct mm *mm, const struct area *a, gva_t pc)
{
	const struct unit *around;
	struct job *job;

	if (queue_length() >= EAGER_JOBS || queue_has(a->image->id, pc))
		return;
	around = find_around(a->image, pc);
	if (around) {
		struct packed packed = unit_packed(around);

		if (!is_hot_again(a->image, pc, around) || queue_has(a->image->id, pack_pc(&packed)))
			return;
	}
	job = malloc(sizeof(*job));
	if (!job)
		return;
	job->image_id = a->image->id;
	job->flushes = cache.flushes;
	job->xlen = a->image->xlen == XLEN_64 ? 64 : 32;
	job->pc = pc;
	job->nr_pages = job->nr_more = 0;
	job->code = NULL;
	job->looked_at = names_look(a->image, pc, &job->looks) != NULL;
	fill_job(job, mm, a);
	if (around)
		fill_more(job, a->image, around);
	if (!queue_add(job))
		free(job);
}

/* The translation that the job's is another form of. */
static uint32_t replaced_by(const struct image *image, const struct job *job)
{
	const struct entry *e = job->nr_more && !job->apart ? cache_entry(image, job->pc) : NULL;

	if (!e || entry_unit(e)->effort != JIT_FULL)
		return 0;
	jit_counts.widened++;
	return e->unit;
}

/* Is guest code still what the job was made from? What it did not use does not matter. */
static void take_code(struct image *image, const struct job *job)
{
	struct snapshot snap = { 0 };
	const void *entry;
	bool late;

	for (unsigned i = 0; i < job->nr_pages; i++, snap.nr++) {
		snap.page[i].va = job->pages[i].va;
		snap.page[i].bytes = job->pages[i].bytes;
	}
	if (take_in(image, job->code, replaced_by(image, job), &snap, true, &late, &entry))
		return;
	if (late)
		jit_counts.late++;
	else if (!cache_squeeze())
		make_room();
}

static void take_job(struct job *job)
{
	struct image *image = pages_image(job->image_id);

	jit_counts.compile_aside_ns += job->took_ns;
	if (job->flushes != cache.flushes || !image) {
		jit_counts.late++;
	} else if (job->err) {
		const struct entry *e = cache_entry(image, job->nr_more ? job->more[0] : job->pc);

		jit_counts.refused++;
		if (e)
			cache_unit(e->unit - 1)->final = true;
	} else {
		take_code(image, job);
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
	cache_tidy();
	e = find(mm, pc);
	*final = e && (entry_unit(e)->final || entry_unit(e)->effort == JIT_FULL);
	if (!e)
		return NULL;
	if (!*final)
		ask(mm, pages_area_of(mm, pc), pc);
	return cache.executable + cache_entry_at(e);
}

/* ---- faults --------------------------------------------------------------------------------------------- */

static bool fault_in(const struct unit *u, uint64_t pc, void *context, uint64_t address)
{
	uint64_t base = (uint64_t)(uintptr_t)(cache.executable + u->start);
	struct packed packed = unit_packed(u);
	struct pack_site site;

	if (!pack_find_site(&packed, (uint32_t)(pc - base), &site))
		return false;
	jit_fault_site(&site, cache.bases[u->image_id].is_64 ? 64 : 32, packed.pc_base, context, address);
	return true;
}

bool cache_fault(void *context, uint64_t address)
{
	uint64_t pc = (uint64_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	const struct unit *u;

	if (!in_arena(pc))
		return false;
	u = unit_at(pc - (uint64_t)(uintptr_t)cache.executable);
	return u && fault_in(u, pc, context, address);
}

/* ---- life --------------------------------------------------------------------------------------------------- */

void cache_prepare(void)
{
	pages_start();
}

void cache_abandon(void)
{
	pages_drop_images();
	pages_stop();
	memset(&cache, 0, sizeof(cache));
}

static uint64_t firsts_size(void)
{
	return (cache.size / PIECE_BYTES + 1) * sizeof(cache.firsts[0]);
}

static void free_arenas(void)
{
	if (cache.units)
		host_pages_free(cache.units, UNITS_MAX * sizeof(cache.units[0]));
	if (cache.unit_space)
		host_pages_free(cache.unit_space, cache.size);
	if (cache.bases)
		host_pages_free(cache.bases, IMAGES_MAX * sizeof(cache.bases[0]));
	if (cache.firsts)
		host_pages_free(cache.firsts, firsts_size());
	host_code_destroy(cache.writable, cache.executable, cache.size);
}

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
	cache.unit_space = host_pages_alloc(cache.size);
	cache.units = host_pages_alloc(UNITS_MAX * sizeof(cache.units[0]));
	cache.bases = host_pages_alloc(IMAGES_MAX * sizeof(cache.bases[0]));
	cache.firsts = host_pages_alloc(firsts_size());
	if (!cache.unit_space || !cache.units || !cache.bases || !cache.firsts) {
		free_arenas();
		return -ENOMEM;
	}
	return 0;
}

uint64_t cache_bytes(void)
{
	return cache.used + cache.tables;
}

uint64_t cache_idle_bytes(void)
{
	return cache.idle;
}

void cache_shutdown(void)
{
	queue_stop();
	disk_save();
	drop_everything();
	free_arenas();
	memset(&cache, 0, sizeof(cache));
	pages_stop();
}
