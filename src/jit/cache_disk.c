/* What the cache keeps from one run of hearth to the next.
 *
 * Kept are the translations of pristine images: of code in files, which comes again. An image's
 * file on disk (store.c) is looked for when the image is; a translation in it is taken when its
 * place is looked up in vain, so starting costs what is used. It is taken only if the guest code it
 * was made from is what guest memory holds now: its hash is in the record. Then it is as good as one that has
 * just been made, and nothing distinguishes it.
 *
 * Code may stay as it is, because it has no host address in it (jit/jit.h); but it has guest addresses,
 * so it serves the same place only. Where code is mapped is therefore drawn once for a directory:
 * from its secret (store_number), and not at each start of hearth.
 *
 * At the end the units of each image that has new ones are written, in the order in which they came:
 * so they will be read. What another run had left and this one did not use is kept as well. */
#include "cache_private.h"

#include <string.h>
#include "base/alloc.h"
#include "host/host.h"
#include "sched/sched.h"

/* Where a record is looked at, and what it is compared with. */
static struct pack_tables tables;
static uint8_t copies[PACK_PAGES_MAX][PAGE_SIZE];

/* ---- an image -------------------------------------------------------------------------------- */

/* A cache that was emptied more often is too small for what runs: all that is taken from disk is soon gone, and
 * opening its file again each time, which reads and checks its index, takes longer than translating. */
enum { FLUSHES_MOST = 16 };

void disk_open(struct image *image, const struct area *a)
{
	pfn_t first;

	if (jit_counts.flushes > FLUSHES_MOST || !store_usable())
		return;
	first = mapping_peek_page(a->mapping, 0);
	if (first == PFN_NONE)
		first = mapping_peek_page(a->mapping, a->offset >> PAGE_SHIFT);
	if (first == PFN_NONE)
		return;
	image->disk_id = (struct store_id){ .start = image->start, .end = image->end, .offset = image->offset,
		.file_size = a->mapping->ops->size(a->mapping),
		.first_page = store_hash(frame_host(first), PAGE_SIZE), .xlen = image->xlen };
	image->on_disk = true;
	image->disk = store_open(&image->disk_id);
}

void disk_close(struct image *image)
{
	store_close(image->disk);
	image->disk = NULL;
}

/* ---- taking in --------------------------------------------------------------------------------- */

/* Only pages of the image, and only ranges that are on them. */
static bool is_inside(const struct image *image, gva_t pc_base, const struct pack_tables *t)
{
	if (pc_base - image->high >= IMAGE_REACH)
		return false;
	for (uint32_t i = 0; i < t->nr_pages; i++)
		if (t->pages[i] - image->start >= image->end - image->start)
			return false;
	for (uint32_t i = 0; i < t->nr_ranges; i++) {
		gva_t pc = pc_base + (gva_t)(int64_t)t->ranges[i].pc_delta, last = pc + t->ranges[i].size;

		for (gva_t va = pc & ~PAGE_MASK; va < last; va += PAGE_SIZE) {
			uint32_t n = 0;

			while (n < t->nr_pages && t->pages[n] != va)
				n++;
			if (n == t->nr_pages)
				return false;
		}
	}
	return true;
}

/* Guest memory as it is, copied. false: some of it is not there yet. */
static bool take_snapshot(struct mm *mm, const struct area *a, const struct pack_tables *t, struct snapshot *s)
{
	s->nr = 0;
	for (uint32_t i = 0; i < t->nr_pages; i++, s->nr++) {
		const uint8_t *now = pages_now(mm, a, t->pages[i]);
		pfn_t pfn;

		if (!now && mapping_get_page(a->mapping, (a->offset + (t->pages[i] - a->start)) >> PAGE_SHIFT,
					     false, &pfn) == 0 && pfn != PFN_NONE) {
			frame_put(pfn);
			now = pages_now(mm, a, t->pages[i]);
		}
		if (!now)
			return false;
		memcpy(copies[i], now, PAGE_SIZE);
		s->page[i].va = t->pages[i];
		s->page[i].bytes = copies[i];
	}
	return true;
}

/* true: it was taken. *gone: it will never be. */
static bool take(struct mm *mm, const struct area *a, const struct store_record *r, bool *gone)
{
	struct incoming in = { .code = store_code(r), .effort = r->effort, .stored = true,
		.packed = { .bytes = store_packed(r), .size = r->packed_size, .code_size = r->code_size, .pc_base = r->pc_base } };
	struct snapshot snap;

	*gone = r->effort > JIT_FULL || !pack_read(&in.packed, &tables) || !is_inside(a->image, r->pc_base, &tables);
	if (*gone || !cache_has_room(r->code_size, r->packed_size) || !take_snapshot(mm, a, &tables, &snap))
		return false;
	if (pages_hash(a->image, r->pc_base, &tables, &snap) != r->guest_hash) {
		*gone = true;
		jit_counts.changed++;
		return false;
	}
	for (unsigned i = 0; i < snap.nr; i++)
		pages_update(pages_get(a->image, snap.page[i].va), snap.page[i].bytes);
	pages_keep(a->image, r->pc_base, &tables, &snap);
	cache_install(a->image, &in, &tables);
	jit_counts.loaded++;
	return true;
}

bool disk_load(struct mm *mm, const struct area *a, gva_t pc)
{
	struct store_file *f = a->image->disk;
	int index = store_find(f, pc);
	const struct store_record *r = index < 0 ? NULL : store_read(f, (unsigned)index);
	bool gone, taken;

	if (!r)
		return false;
	taken = take(mm, a, r, &gone);
	if (taken || gone)
		store_forget(f, (unsigned)index);
	return taken;
}

/* ---- keeping ------------------------------------------------------------------------------------- */

/* The places at which a unit is what control goes to. */
static unsigned own_places(const struct image *image, uint32_t unit, const struct pack_tables *t, gva_t *out)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < t->nr_entries; i++) {
		const struct entry *e = cache_entry(image, t->entries[i].pc);

		if (e && e->unit == unit + 1 && e->offset == t->entries[i].offset)
			out[n++] = t->entries[i].pc;
	}
	return n;
}

static bool save_unit(struct store_writer *w, const struct image *image, uint32_t index)
{
	const struct unit *u = cache_unit(index);
	struct packed packed = unit_packed(u);
	struct store_record r = { .pc_base = packed.pc_base, .code_size = u->code_size, .packed_size = u->packed_size,
		.effort = u->effort };
	static gva_t places[PACK_ENTRIES_MAX];
	unsigned nr;
	uint8_t *code;
	bool ok;

	if (!pack_read(&packed, &tables))
		return true;
	nr = own_places(image, index, &tables, places);
	if (nr == 0)
		return true;
	r.guest_hash = pages_hash(image, packed.pc_base, &tables, NULL);
	code = xalloc(u->code_size);
	memcpy(code, cache.executable + u->start, u->code_size);
	pack_unlink(&packed, code);
	ok = store_add(w, &r, packed.bytes, code, places, nr);
	free(code);
	return ok;
}

/* Places one after the other that lead to one translation of the old file, if nothing new is there. */
static bool keep_old(struct store_writer *w, const struct image *image, struct store_file *old)
{
	uint32_t nr = store_count(old);
	struct { gva_t first[8]; unsigned n; } *of = nr ? try_alloc(nr * sizeof(*of)) : NULL;
	unsigned index;
	bool ok = true;
	gva_t pc;

	for (unsigned i = 0; of && store_entry(old, i, &pc, &index); i++)
		if (!cache_entry(image, pc) && of[index].n < ARRAY_SIZE(of->first))
			of[index].first[of[index].n++] = pc;
	for (index = 0; of && ok && index < nr; index++) {
		const struct store_record *r = of[index].n ? store_read(old, index) : NULL;

		if (r)
			ok = store_add(w, r, store_packed(r), store_code(r), of[index].first, of[index].n);
	}
	free(of);
	return ok;
}

/* What is new is worth writing the file anew if there is some of it. */
enum { WORTH = 32 };

static void save_image(struct image *image)
{
	struct store_file *old = store_open(&image->disk_id);
	struct store_writer *w;
	bool room = true;

	if (old && image->nr_new < store_count(old) / WORTH) {
		store_close(old);
		return;
	}
	w = store_write(&image->disk_id);
	for (uint32_t i = 0; w && room && i < cache.nr_units; i++)
		if (cache_unit(i)->image_id == image->id && !cache_unit(i)->dead)
			room = save_unit(w, image, i);
	if (w && room && old)
		keep_old(w, image, old);
	store_close(old);
	if (w)
		store_finish(w);
	image->nr_new = 0;
}

void disk_save(void)
{
	bool any = false;

	for (struct image *image = cache.images; image; image = image->next) {
		if (!image->on_disk || !image->nr_new || store_problem())
			continue;
		save_image(image);
		any = true;
	}
	if (any)
		store_trim();
}
