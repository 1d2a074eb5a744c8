/* Reading and writing table entries of either width; keeps the table's count of entries.
 *
 * Harts in guest code walk the tables at the same time and set A and D
 * (mm_translate): a new entry is published whole, with what it points to before it, and one
 * that is present is changed by nobody else's plain store but after mm_shoot_down(). */
#ifndef MM_PTE_H
#define MM_PTE_H

#include "mm_private.h"

static inline pte_t pte_get(const struct mm *mm, pfn_t table, unsigned i)
{
	const void *t = frame_ptr(table);

	return mm->rv32 ? __atomic_load_n((const uint32_t *)t + i, __ATOMIC_RELAXED)
			: __atomic_load_n((const uint64_t *)t + i, __ATOMIC_RELAXED);
}

/* For loops that keep the table's count themselves. */
static inline void pte_write(const struct mm *mm, pfn_t table, unsigned i, pte_t e)
{
	void *t = frame_ptr(table);

	if (mm->rv32)
		__atomic_store_n((uint32_t *)t + i, (uint32_t)e, __ATOMIC_RELEASE);
	else
		__atomic_store_n((uint64_t *)t + i, e, __ATOMIC_RELEASE);
}

/* Set bits of a present entry that harts may be marking, too. */
static inline void pte_mark(const struct mm *mm, pfn_t table, unsigned i, pte_t bits)
{
	void *t = frame_ptr(table);

	if (mm->rv32)
		__atomic_fetch_or((uint32_t *)t + i, (uint32_t)bits, __ATOMIC_RELAXED);
	else
		__atomic_fetch_or((uint64_t *)t + i, bits, __ATOMIC_RELAXED);
}

/* Take software's bits from such an entry. */
static inline void pte_unmark(const struct mm *mm, pfn_t table, unsigned i, pte_t bits)
{
	void *t = frame_ptr(table);

	if (mm->rv32)
		__atomic_fetch_and((uint32_t *)t + i, ~(uint32_t)bits, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and((uint64_t *)t + i, ~bits, __ATOMIC_RELAXED);
}

static inline void pte_set(const struct mm *mm, pfn_t table, unsigned i, pte_t e)
{
	pte_t old = pte_get(mm, table, i);
	struct frame *f = frame_of(table);

	pte_write(mm, table, i, e);
	f->entries = (uint16_t)(f->entries + (e != 0) - (old != 0));
}

/* ---- resident set, counted for a run of pages ------------------------------------- */

enum rss_kind { RSS_NOBODY, RSS_ANON, RSS_FILE, RSS_SHMEM, RSS_KINDS };
struct rss_delta { int64_t pages[RSS_KINDS]; };

/* The zero page belongs to nobody's resident set, as in Linux. */
static inline void rss_note(struct rss_delta *d, pfn_t pfn, uint8_t flags)
{
	static const uint8_t kinds[] = {
		[0] = RSS_ANON, [FRAME_CACHE] = RSS_FILE, [FRAME_CACHE | FRAME_SHMEM] = RSS_SHMEM,
	};

	d->pages[pfn == ZERO_PFN ? RSS_NOBODY : kinds[flags & (FRAME_CACHE | FRAME_SHMEM)]]++;
}

static inline void rss_apply(struct mm *mm, const struct rss_delta *d, int sign)
{
	struct mm_stats *s = &mm->stats;
	uint64_t total;

	s->rss_anon += (uint64_t)(sign * d->pages[RSS_ANON]);
	s->rss_file += (uint64_t)(sign * d->pages[RSS_FILE]);
	s->rss_shmem += (uint64_t)(sign * d->pages[RSS_SHMEM]);
	total = s->rss_anon + s->rss_file + s->rss_shmem;
	if (sign > 0 && total > s->hiwater_rss)
		s->hiwater_rss = total;
}

#endif
