/* Taking out of the arena what nothing leads to any more: quick translations that full ones have
 * replaced, and what was made of code that is not there any more.
 *
 * What remains moves to the arena's beginning, in its order. Code has no host address in it; what
 * depends on where it is are links (a displacement from one unit to another), entries, and the
 * harts' jump tables, which forget theirs (cache_note_replaced). No hart is in guest code meanwhile.
 *
 * Lock: the kernel lock. */
#include "cache_private.h"

#include <string.h>
#include "base/alloc.h"
#include "base/log.h"
#include "sched/sched.h"

enum {
	/* Bytes it is done for, unless the whole cache is small, and the part of all: 12 ms for 25 MB. */
	IDLE_LEAST = 512 << 10, IDLE_PART = 32,
	/* How many more full translations there are when quick ones are looked at: so many, and a part of all. */
	TIDY_LEAST = 256, TIDY_PART = 16,
};

/* Where each unit goes. */
struct plan {
	uint32_t nr, nr_live, end;
	struct move { uint32_t index, start; } *moves;   /* index 0: it goes; else 1 + the new one */
};

static bool is_live(const struct unit *u)
{
	return !u->dead && u->nr_places;
}

static struct plan make_plan(void)
{
	struct plan plan = { .nr = cache.nr_units, .moves = xalloc(cache.nr_units * sizeof(struct move)) };

	for (uint32_t i = 0; i < plan.nr; i++) {
		const struct unit *u = cache_unit(i);
		uint32_t start = unit_place(u->effort, plan.end);

		if (!is_live(u))
			continue;
		plan.moves[i] = (struct move){ ++plan.nr_live, start };
		plan.end = start + u->code_size;
	}
	return plan;
}

static int32_t distance(const struct plan *plan, uint32_t index)
{
	return (int32_t)(plan->moves[index].start - cache_unit(index)->start);
}

/* The exit at this offset, which is linked: how far it leads, from its end. */
static int32_t displacement(uint32_t offset)
{
	int32_t d;

	ASSERT(cache.writable[offset] == JIT_LINK_JMP);
	memcpy(&d, cache.writable + offset + 1, sizeof(d));
	return d;
}

static void set_displacement(uint32_t offset, int32_t d)
{
	memcpy(cache.writable + offset + 1, &d, sizeof(d));
}

static bool leads_to(uint32_t offset, const struct unit *to)
{
	return offset + JIT_LINK_SIZE + (uint32_t)displacement(offset) - to->start < to->code_size;
}

/* The displacements are changed where they are; they move with their units afterwards. */
static void move_links(const struct plan *plan, uint32_t to)
{
	uint32_t *at = &cache_unit(to)->incoming;

	while (*at != NO_LINK) {
		uint32_t index = *at;
		struct link *l = &cache.links[index];
		int64_t from = unit_index_at(l->offset);

		ASSERT(from >= 0 && leads_to(l->offset, cache_unit(to)));
		if (!plan->moves[from].index) {
			*at = l->next;
			cache_free_link(index);
			continue;
		}
		set_displacement(l->offset, displacement(l->offset) + distance(plan, to) - distance(plan, (uint32_t)from));
		l->offset += (uint32_t)distance(plan, (uint32_t)from);
		at = &l->next;
	}
}

static int64_t moved_index(const void *plan, uint32_t index)
{
	return (int64_t)((const struct plan *)plan)->moves[index].index - 1;
}

static void move_pages(const struct plan *plan)
{
	for (struct image *image = cache.images; image; image = image->next) {
		for (unsigned k = 0; k < image->nr_pages; k++) {
			pages_move_users(image->pages[k], moved_index, plan);
			pages_trim(image->pages[k]);
		}
	}
}

/* The table is filled anew once the units are in their new places. */
struct entries { struct entry *e; unsigned cap; };
static struct entries take_entries(const struct plan *plan)
{
	struct entries old = { cache.entries, cache.cap_entries };

	cache.nr_entries = 0;
	for (unsigned i = 0; i < old.cap; i++) {
		if (!old.e[i].unit)
			continue;
		old.e[i].unit = plan->moves[old.e[i].unit - 1].index;
		cache.nr_entries += old.e[i].unit != 0;
	}
	cache.cap_entries = cache_entries_for(cache.nr_entries);
	cache.entries = xalloc(cache.cap_entries * sizeof(struct entry));
	cache.tables += cache.cap_entries * sizeof(struct entry);
	cache.tables -= old.cap * sizeof(struct entry);
	return old;
}

static void put_entries(struct entries old)
{
	for (unsigned i = 0; i < old.cap; i++)
		if (old.e[i].unit)
			*cache_entry_slot(cache_unit(old.e[i].unit - 1)->image_id, cache_entry_pc(&old.e[i])) = old.e[i];
	free(old.e);
}

/* Those not in use go. */
static void pack_links(void)
{
	struct link *old = cache.links;
	uint32_t nr = NO_LINK + 1, cap;

	for (uint32_t i = 0; i < cache.nr_units; i++)
		for (uint32_t at = cache_unit(i)->incoming; at != NO_LINK; at = old[at].next)
			nr++;
	cap = nr + nr / 16;
	if (cap >= cache.cap_links)
		return;
	cache.links = xalloc(cap * sizeof(struct link));
	cache.nr_links = NO_LINK + 1;
	for (uint32_t i = 0; i < cache.nr_units; i++) {
		for (uint32_t *at = &cache_unit(i)->incoming; *at != NO_LINK; at = &cache.links[*at].next) {
			cache.links[cache.nr_links] = old[*at];
			*at = cache.nr_links++;
		}
	}
	cache.tables -= (cache.cap_links - cap) * sizeof(struct link);
	cache.cap_links = cap;
	cache.free_link = NO_LINK;
	free(old);
}

static void move_units(const struct plan *plan)
{
	uint64_t end = 0;

	cache.nr_firsts = 0;
	for (uint32_t i = 0; i < plan->nr; i++) {
		struct unit *u = cache_unit(i), *to = (struct unit *)(void *)(cache.unit_space + end);
		uint64_t size = unit_size(u);

		if (!plan->moves[i].index) {
			cache.tables -= unit_bytes(u) - u->code_size;
			jit_counts.dropped++;
			continue;
		}
		memmove(cache.writable + plan->moves[i].start, cache.writable + u->start, u->code_size);
		u->start = plan->moves[i].start;
		unit_note_start(plan->moves[i].index - 1, u->start);
		memmove(to, u, size);
		cache.units[plan->moves[i].index - 1] = (uint32_t)(end / UNIT_ALIGN);
		end += size;
	}
	__atomic_store_n(&cache.nr_units, plan->nr_live, __ATOMIC_RELEASE);
	cache.unit_space_used = end;
	cache.used = plan->end;
	cache.idle = 0;
}

static void compact(void)
{
	struct plan plan;
	struct entries old;

	sched_stop_space(NULL);
	jit_counts.peak = MAX(jit_counts.peak, cache.used + cache.tables);
	plan = make_plan();
	for (uint32_t i = 0; i < plan.nr; i++) {
		if (plan.moves[i].index)
			move_links(&plan, i);
		else
			unit_unlink(cache_unit(i));
	}
	move_pages(&plan);
	old = take_entries(&plan);
	move_units(&plan);
	put_entries(old);
	pack_links();
	free(plan.moves);
	cache_note_replaced();
}

/* A quick translation of what a full one covers was made on the way to it; what still leads there is as
 * warm as it was then, or will ask for a full one of its own. */
static bool is_covered(const struct unit *u)
{
	const struct image *image = u->effort == JIT_QUICK ? pages_image(u->image_id) : NULL;
	const struct page *p = image ? pages_find(image, unit_pc_base(u) & ~PAGE_MASK) : NULL;

	return p && page_is_full(p, unit_pc_base(u));
}

static void retire_covered(void)
{
	for (uint32_t i = 0; i < cache.nr_units; i++) {
		struct unit *u = cache_unit(i);

		if (is_live(u) && is_covered(u)) {
			unit_unlink(u);
			unit_kill(u);
		}
	}
}

bool cache_squeeze(void)
{
	if (perfmap_is_written())
		return false;
	retire_covered();
	if (cache.idle < cache.cap / 8)
		return false;
	compact();
	return true;
}

/* Looking at them all is done each time there are some more. */
void cache_tidy(void)
{
	/* perf knows translations by where they are. */
	if (perfmap_is_written())
		return;
	if (cache.nr_full - cache.nr_tidied > cache.nr_tidied / TIDY_PART + TIDY_LEAST) {
		cache.nr_tidied = cache.nr_full;
		retire_covered();
	}
	if (cache.idle >= MIN((uint64_t)IDLE_LEAST, cache.cap / 8) && cache.idle >= (cache.used + cache.tables) / IDLE_PART)
		compact();
}
