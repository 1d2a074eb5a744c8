/* The cache's pages: which guest code there is, what was translated of it, and whether it is still
 * what guest memory holds. See cache.c for the theory.
 *
 * What is remembered of a page are hashes of the pieces that something was made from, 64 bytes each: code is
 * scattered, and copies of it would be as much as a third of its translations. The hash is NH (Black et
 * al., "UMAC: Fast and Secure Message Authentication", 1999) with a key that is the disk cache's, or drawn at each
 * start: a guest that knows no hash finds two pieces that have the same one with a chance of about 2^-63 for each try. */
#include "cache_private.h"

#include <string.h>
#include "base/alloc.h"
#include "base/log.h"
#include "base/siphash.h"
#include "host/host.h"

enum { AREAS_KNOWN = 64 };
struct known {
	uint64_t generation, epoch;
	struct image *own;             /* more, by next_own, if its code is further apart than IMAGE_REACH */
	struct area areas[AREAS_KNOWN];
	unsigned nr;
};

/* ---- pieces of a page ------------------------------------------------------------------------- */

enum { HASH_NUMBERS = 256 };            /* store_number: those of the key */
static uint64_t hash_key[CHUNK_BYTES / 8 + 1];

static uint64_t hash_piece(const uint8_t *bytes)
{
	uint64_t w[CHUNK_BYTES / 8];
	unsigned __int128 sum = 0;

	memcpy(w, bytes, sizeof(w));
	for (unsigned i = 0; i < ARRAY_SIZE(w); i += 2)
		sum += (unsigned __int128)(w[i] + hash_key[i]) * (w[i + 1] + hash_key[i + 1]);
	return (uint64_t)(sum >> 64) * hash_key[ARRAY_SIZE(w)] + (uint64_t)sum;
}

static unsigned page_chunk(gva_t pc)
{
	return (unsigned)(pc & PAGE_MASK) / CHUNK_BYTES;
}

/* Where in p->chunks the n-th of the page is, or would be. */
static unsigned chunk_rank(const struct page *p, unsigned n)
{
	return (unsigned)__builtin_popcountll(p->have & ((UINT64_C(1) << n) - 1));
}

static struct chunk *find_chunk(const struct page *p, unsigned n)
{
	return p->have >> n & 1 ? &p->chunks[chunk_rank(p, n)] : NULL;
}

static struct chunk *get_chunk(struct page *p, unsigned n, const uint8_t *page_bytes)
{
	unsigned nr = (unsigned)__builtin_popcountll(p->have), rank = chunk_rank(p, n);

	if (p->have >> n & 1)
		return &p->chunks[rank];
	p->chunks = xrealloc(p->chunks, (nr + 1) * sizeof(struct chunk));
	memmove(&p->chunks[rank + 1], &p->chunks[rank], (nr - rank) * sizeof(struct chunk));
	p->chunks[rank] = (struct chunk){ .hash = hash_piece(page_bytes + n * CHUNK_BYTES) };
	p->have |= UINT64_C(1) << n;
	cache.tables += sizeof(struct chunk) + (nr ? 0 : MALLOC_COSTS);
	return &p->chunks[rank];
}

static bool same_bytes(const struct page *p, const uint8_t *now)
{
	uint64_t left = p->have;

	for (unsigned i = 0; left; i++, left &= left - 1)
		if (p->chunks[i].hash != hash_piece(now + (unsigned)__builtin_ctzll(left) * CHUNK_BYTES))
			return false;
	return true;
}

static void drop_chunks(struct page *p)
{
	unsigned nr = (unsigned)__builtin_popcountll(p->have);

	for (unsigned i = 0; i < nr; i++)
		jit_counts.covered -= 2 * (unsigned)__builtin_popcount(p->chunks[i].seen);
	if (nr)
		cache.tables -= nr * sizeof(struct chunk) + MALLOC_COSTS;
	free(p->chunks);
	p->chunks = NULL;
	p->have = 0;
}

/* ---- images and their pages ------------------------------------------------------------------ */

static unsigned page_index(const struct image *image, gva_t va)
{
	unsigned lo = 0, hi = image->nr_pages;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (image->pages[mid]->va < va)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct page *pages_find(const struct image *image, gva_t va)
{
	unsigned at = page_index(image, va);

	return at < image->nr_pages && image->pages[at]->va == va ? image->pages[at] : NULL;
}

struct page *pages_get(struct image *image, gva_t va)
{
	unsigned at = page_index(image, va);
	struct page *p;

	if (at < image->nr_pages && image->pages[at]->va == va)
		return image->pages[at];
	if (image->nr_pages == image->cap_pages) {
		image->cap_pages = MAX(16u, 2 * image->cap_pages);
		image->pages = xrealloc(image->pages, image->cap_pages * sizeof(struct page *));
	}
	p = xnew(struct page);
	p->va = va;
	memmove(&image->pages[at + 1], &image->pages[at], (image->nr_pages - at) * sizeof(struct page *));
	image->pages[at] = p;
	image->nr_pages++;
	cache.tables += sizeof(*p) + MALLOC_COSTS + sizeof(struct page *);
	return p;
}

/* ---- who uses a page -------------------------------------------------------------------------- */

enum { USER_BYTES = 5 };                /* of an index, at most */

/* There is room. */
static void put_user(struct page *p, uint32_t unit)
{
	uint32_t more = unit - p->last_user;

	ASSERT(unit >= p->last_user);
	for (; more >= 0x80; more >>= 7)
		p->users[p->users_size++] = (uint8_t)(more | 0x80);
	p->users[p->users_size++] = (uint8_t)more;
	p->last_user = unit;
	p->nr_users++;
}

void pages_add_user(struct page *p, uint32_t unit)
{
	if (p->users_cap - p->users_size < USER_BYTES) {
		uint32_t cap = p->users_cap + p->users_cap / 8 + USER_BYTES;

		p->users = xrealloc(p->users, cap);
		cache.tables += cap - p->users_cap + (p->users_cap ? 0 : MALLOC_COSTS);
		p->users_cap = cap;
	}
	put_user(p, unit);
}

bool next_user(struct users *u)
{
	unsigned shift = 0;

	if (!u->left)
		return false;
	u->left--;
	for (; *u->at & 0x80; shift += 7)
		u->unit += (uint32_t)(*u->at++ & 0x7f) << shift;
	u->unit += (uint32_t)*u->at++ << shift;
	return true;
}

static void forget_users(struct page *p)
{
	p->nr_users = p->last_user = p->users_size = 0;
}

/* In place: what is written does not get ahead of what is read, as a sum is no longer than what is added. */
void pages_move_users(struct page *p, int64_t (*moved)(const void *arg, uint32_t unit), const void *arg)
{
	struct users users = page_users(p);

	forget_users(p);
	while (next_user(&users)) {
		int64_t unit = moved(arg, users.unit);

		if (unit >= 0)
			put_user(p, (uint32_t)unit);
	}
}

void pages_trim(struct page *p)
{
	if (p->users_size == 0 || p->users_size == p->users_cap)
		return;
	p->users = xrealloc(p->users, p->users_size);
	cache.tables -= p->users_cap - p->users_size;
	p->users_cap = p->users_size;
}

static void put_to_sleep(struct page *p)
{
	struct users users = page_users(p);

	if (!p->valid)
		return;
	p->valid = false;
	while (next_user(&users)) {
		unit_unlink(cache_unit(users.unit));
		cache_unit(users.unit)->asleep = true;
	}
	cache_note_replaced();
}

static void kill_units(struct page *p)
{
	struct users users = page_users(p);

	put_to_sleep(p);
	while (next_user(&users)) {
		struct unit *u = cache_unit(users.unit);

		if (u->effort == JIT_FULL && !u->dead)
			pages_mark_full(pages_image(u->image_id), u, false);
		unit_kill(u);
	}
	jit_counts.stale += p->nr_users;
	forget_users(p);
	drop_chunks(p);
}

const uint8_t *pages_now(struct mm *mm, const struct area *a, gva_t va)
{
	struct translation t;

	if (a->mapping) {
		pfn_t pfn = mapping_peek_page(a->mapping, (a->offset + (va - a->start)) >> PAGE_SHIFT);

		return pfn == PFN_NONE ? NULL : frame_host(pfn);
	}
	return mm_translate(mm, va, ACCESS_EXEC, &t) == 0 ? t.host : NULL;
}

void pages_update(struct page *p, const uint8_t *bytes)
{
	if (!same_bytes(p, bytes))
		kill_units(p);
	p->valid = true;
}

bool pages_wake(struct mm *mm, const struct area *a, struct unit *u)
{
	struct packed packed = unit_packed(u);
	gva_t pages[PACK_PAGES_MAX];
	uint32_t n = pack_pages(&packed, pages);

	for (uint32_t i = 0; i < n && !u->dead; i++) {
		struct page *p = pages_find(a->image, pages[i]);
		const uint8_t *now;

		ASSERT(p);
		if (p->valid)
			continue;
		now = pages_now(mm, a, p->va);
		if (!now)
			return false;
		pages_update(p, now);
	}
	u->asleep = false;
	return !u->dead;
}

static void check_page(struct mm *mm, const struct area *a, struct page *p)
{
	const uint8_t *now;

	if (!p->valid)
		return;
	now = pages_now(mm, a, p->va);
	if (!now || !same_bytes(p, now))
		put_to_sleep(p);
}

static void free_page(struct page *p)
{
	drop_chunks(p);
	cache.tables -= sizeof(*p) + MALLOC_COSTS + sizeof(struct page *) + p->users_cap + (p->users_cap ? MALLOC_COSTS : 0);
	free(p->users);
	free(p);
}

static void free_image(struct image *image)
{
	for (unsigned i = 0; i < image->nr_pages; i++)
		free_page(image->pages[i]);
	free(image->pages);
	disk_close(image);
	free(image);
}

void pages_drop_images(void)
{
	while (cache.images) {
		struct image *image = cache.images;

		cache.images = image->next;
		free_image(image);
	}
}

struct image *pages_image(uint32_t id)
{
	struct image *image = cache.images;

	while (image && image->id != id)
		image = image->next;
	return image;
}

/* NULL: there are too many. All go when the next translation is made (cache_has_room). */
static struct image *new_image(enum xlen xlen, gva_t pc)
{
	struct image *image;

	if (cache.nr_ids == IMAGES_MAX)
		return NULL;
	image = xnew(struct image);
	image->id = cache.nr_ids++;
	image->high = pc & ~(IMAGE_REACH - 1);
	image->xlen = xlen;
	image->next = cache.images;
	cache.images = image;
	return image;
}

static struct image *shared_image(struct mm *mm, const struct area *a)
{
	struct image *image;

	for (image = cache.images; image; image = image->next)
		if (image->mapping_id == a->mapping->id && image->start == a->start && image->end == a->end &&
		    image->offset == a->offset && image->xlen == mm_xlen(mm))
			return image;
	image = new_image(mm_xlen(mm), a->start);
	if (!image)
		return NULL;
	image->mapping_id = a->mapping->id;
	image->offset = a->offset;
	image->start = a->start;
	image->end = a->end;
	image->symbols = names_table(image->mapping_id);
	disk_open(image, a);
	return image;
}

static struct image *own_image(struct mm *mm, struct known *k, gva_t pc)
{
	struct image *image = k->own;

	while (image && pc - image->high >= IMAGE_REACH)
		image = image->next_own;
	if (image)
		return image;
	image = new_image(mm_xlen(mm), pc);
	if (image) {
		image->next_own = k->own;
		k->own = image;
	}
	return image;
}

/* ---- what translations are made from ---------------------------------------------------------- */

const uint8_t *snapshot_page(const struct snapshot *s, gva_t va)
{
	for (unsigned i = 0; i < s->nr; i++)
		if (s->page[i].va == va)
			return s->page[i].bytes;
	return NULL;
}

/* The pieces that ranges cover, one after the other: *pc is in the next one, `stop` behind its part of it. */
struct walk {
	const struct jit_range *ranges;
	uint32_t nr_ranges, range;
	gva_t pc_base, pc, stop, end;
};

static bool next_piece(struct walk *w)
{
	for (w->pc = w->stop; w->pc >= w->end; w->range++) {
		if (w->range == w->nr_ranges)
			return false;
		w->pc = w->pc_base + (gva_t)(int64_t)w->ranges[w->range].pc_delta;
		w->end = w->pc + w->ranges[w->range].size;
	}
	w->stop = MIN(w->end, (w->pc | (CHUNK_BYTES - 1)) + 1);
	return true;
}

/* By half-word: what of its piece this part is. */
static uint32_t piece_bits(const struct walk *w)
{
	unsigned first = (unsigned)(w->pc & (CHUNK_BYTES - 1)) / 2, n = (unsigned)(w->stop - w->pc) / 2;

	return (n < 32 ? (1u << n) - 1 : ~0u) << first;
}

bool pages_agree(const struct image *image, gva_t pc_base, const struct pack_tables *t, const struct snapshot *s)
{
	struct walk w = { .ranges = t->ranges, .nr_ranges = t->nr_ranges, .pc_base = pc_base };

	while (next_piece(&w)) {
		const struct page *p = pages_find(image, w.pc & ~PAGE_MASK);
		const struct chunk *c = p ? find_chunk(p, page_chunk(w.pc)) : NULL;
		const uint8_t *bytes = snapshot_page(s, w.pc & ~PAGE_MASK);

		if (!c || !bytes || c->hash != hash_piece(bytes + page_chunk(w.pc) * CHUNK_BYTES))
			return false;
	}
	return true;
}

void pages_keep(struct image *image, gva_t pc_base, const struct pack_tables *t, const struct snapshot *s)
{
	struct walk w = { .ranges = t->ranges, .nr_ranges = t->nr_ranges, .pc_base = pc_base };

	while (next_piece(&w)) {
		struct page *p = pages_get(image, w.pc & ~PAGE_MASK);
		const uint8_t *bytes = snapshot_page(s, p->va);
		uint32_t bits = piece_bits(&w);
		struct chunk *c;

		ASSERT(bytes);
		c = get_chunk(p, page_chunk(w.pc), bytes);
		jit_counts.covered += 2 * (unsigned)__builtin_popcount(bits & ~c->seen);
		c->seen |= bits;
	}
}

uint64_t pages_hash(const struct image *image, gva_t pc_base, const struct pack_tables *t, const struct snapshot *s)
{
	struct walk w = { .ranges = t->ranges, .nr_ranges = t->nr_ranges, .pc_base = pc_base };
	struct siphash all;

	store_hash_begin(&all);
	while (next_piece(&w)) {
		const struct page *p = s ? NULL : pages_find(image, w.pc & ~PAGE_MASK);
		const struct chunk *c = p ? find_chunk(p, page_chunk(w.pc)) : NULL;
		const uint8_t *bytes = s ? snapshot_page(s, w.pc & ~PAGE_MASK) : NULL;
		uint64_t piece;

		ASSERT(c || bytes);
		piece = c ? c->hash : hash_piece(bytes + page_chunk(w.pc) * CHUNK_BYTES);
		siphash_add(&all, &piece, sizeof(piece));
	}
	return siphash_end(&all);
}

void pages_mark_full(const struct image *image, const struct unit *u, bool full)
{
	static struct jit_range ranges[PACK_RANGES_MAX];
	struct packed packed = unit_packed(u);
	struct walk w = { .ranges = ranges, .nr_ranges = pack_ranges(&packed, ranges), .pc_base = packed.pc_base };

	while (next_piece(&w)) {
		struct page *p = pages_find(image, w.pc & ~PAGE_MASK);
		struct chunk *c = p ? find_chunk(p, page_chunk(w.pc)) : NULL;

		if (c && full)
			c->full |= piece_bits(&w);
		else if (c)
			c->full &= ~piece_bits(&w);
	}
}

bool pages_seen(const struct image *image, gva_t pc)
{
	const struct page *p = pages_find(image, pc & ~PAGE_MASK);
	const struct chunk *c = p ? find_chunk(p, page_chunk(pc)) : NULL;

	return c && c->seen >> (pc & (CHUNK_BYTES - 1)) / 2 & 1;
}

bool page_is_full(const struct page *p, gva_t pc)
{
	const struct chunk *c = find_chunk(p, page_chunk(pc));

	return c && c->full >> (pc & (CHUNK_BYTES - 1)) / 2 & 1;
}

void pages_seen_map(const struct page *p, uint8_t seen[PAGE_SIZE / 16])
{
	uint64_t left = p->have;

	memset(seen, 0, PAGE_SIZE / 16);
	for (unsigned i = 0; left; i++, left &= left - 1)
		memcpy(seen + __builtin_ctzll(left) * sizeof(uint32_t), &p->chunks[i].seen, sizeof(uint32_t));
}

void pages_full_map(const struct page *p, uint8_t full[PAGE_SIZE / 16])
{
	uint64_t left = p->have;

	memset(full, 0, PAGE_SIZE / 16);
	for (unsigned i = 0; left; i++, left &= left - 1)
		memcpy(full + __builtin_ctzll(left) * sizeof(uint32_t), &p->chunks[i].full, sizeof(uint32_t));
}

/* ---- what an address space knows ---------------------------------------------------------------- */

static void forget_image(struct image *image)
{
	struct image **at = &cache.images;

	for (unsigned i = 0; i < image->nr_pages; i++)
		kill_units(image->pages[i]);
	while (*at != image)
		at = &(*at)->next;
	*at = image->next;
	free_image(image);
}

/* An address space ends, and with it code that only it had. */
static void forget_space(void *state)
{
	struct known *k = state;
	struct image *image = k->epoch == cache.flushes ? k->own : NULL;

	while (image) {
		struct image *next = image->next_own;

		forget_image(image);
		image = next;
	}
	free(k);
}

static void refresh_known(struct mm *mm, struct known *k)
{
	if (k->epoch != cache.flushes)
		*k = (struct known){ .epoch = cache.flushes };
	for (struct image *image = k->own; image; image = image->next_own) {
		struct area own = { .image = image };

		for (unsigned i = 0; i < image->nr_pages; i++)
			check_page(mm, &own, image->pages[i]);
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

static const struct area *learn_area(struct mm *mm, struct known *k, gva_t pc)
{
	gva_t high = pc & ~(IMAGE_REACH - 1);
	struct mm_code_area a;
	struct area *area;

	if (!mm_find_code(mm, pc, &a))
		return NULL;
	if (k->nr == AREAS_KNOWN)
		k->nr = 0;
	area = &k->areas[k->nr];
	*area = (struct area){ .start = MAX(a.start, high), .end = MIN(a.end - high, IMAGE_REACH) + high, .mapping = a.mapping };
	area->offset = a.offset + (area->start - a.start);
	area->image = a.pristine ? shared_image(mm, area) : own_image(mm, k, pc);
	if (!area->image)
		return NULL;
	k->nr++;
	for (unsigned i = 0; a.pristine && i < area->image->nr_pages; i++)
		check_page(mm, area, area->image->pages[i]);
	return area;
}

const struct area *pages_area_of(struct mm *mm, gva_t pc)
{
	struct mm_engine *e = mm_engine(mm);
	struct known *k = e->state;

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
	return learn_area(mm, k, pc);
}

void pages_start(void)
{
	bool kept = true;

	for (unsigned i = 0; i < ARRAY_SIZE(hash_key) && kept; i++)
		kept = store_number(HASH_NUMBERS + i, &hash_key[i]);
	if (!kept)
		host_random_secret(hash_key, sizeof(hash_key));
	hash_key[ARRAY_SIZE(hash_key) - 1] |= 1;
	mm_engine_free = forget_space;
}

void pages_stop(void)  { mm_engine_free = NULL; }
