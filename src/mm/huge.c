/* Huge pages: 2 MiB of a program's own memory in one page of the host's, so that the host's
 * translation buffers cover it with one entry (Linux mm/khugepaged.c does the like).
 *
 * When a fault brings the last page of a leaf table of Sv39, all of which one private anonymous area
 * covers, or when translated code first misses such a full table in its view, the pages move into a block of
 * frames behind which the host has put a huge page: 512 copies, once, for memory that has cost 512 faults.
 * What the table maps then comes into views as a whole. It is no more than a place: each frame is still counted,
 * copied after fork, swapped and freed by itself.
 *
 * Only for programs with a view: translated code is what runs long and fast enough to gain. RV32's
 * tables map 4 MiB; its programs stay with small pages.
 *
 * Lock: the kernel lock. */
#include "mm_private.h"

#include <string.h>

#include "pte.h"

enum { HUGE_PAGES = 1 << HUGE_ORDER };

/* Pages that can be moved: the program's own, nobody else's, and no code that an engine knows by its frame. */
static bool movable(struct mm *mm, const struct leaf *l)
{
	pfn_t first = pte_pfn(pte_get(mm, l->table, 0));
	bool moved = is_aligned(first, HUGE_PAGES) && frame_is_huge(first);

	for (unsigned i = 0; i < HUGE_PAGES; i++) {
		pte_t e = pte_get(mm, l->table, i);
		pfn_t pfn = pte_pfn(e);

		if (!(e & PTE_V) || !(e & PTE_W) || !frame_is_anon(pfn) || frame_of(pfn)->refs != 1 || frame_of(pfn)->code)
			return false;
		moved &= pfn == first + i;
	}
	return !moved;
}

static void move(struct mm *mm, const struct leaf *l, pfn_t to)
{
	for (unsigned i = 0; i < HUGE_PAGES; i++) {
		pte_t e = pte_get(mm, l->table, i);

		memcpy(frame_ptr(to + i), frame_ptr(pte_pfn(e)), PAGE_SIZE);
		pte_write(mm, l->table, i, pte_make(to + i, e & (((pte_t)1 << PTE_PPN_SHIFT) - 1)));
		frame_put_inline(pte_pfn(e));
	}
}

bool mm_collapse(struct mm *mm, gva_t va)
{
	gva_t start = align_down(va, HUGE_SIZE), pos = start;
	const struct vma *v;
	struct leaf l;
	pfn_t to;

	/* Engines that are compared hold on to places. */
	if (!mm->view || mm->rv32 || mm_view_may_write)
		return false;
	if (!pt_next_leaf(mm, &pos, start + HUGE_SIZE, &l) || frame_of(l.table)->entries != HUGE_PAGES)
		return false;
	v = vma_find(mm, start);
	if (!v || v->start > start || v->end < start + HUGE_SIZE || v->mapping || (v->prot & PROT_EXEC) ||
	    (v->flags & VMA_SHARED) || !movable(mm, &l))
		return false;
	to = frame_alloc_huge();
	if (to == PFN_NONE)
		return false;
	view_forget(mm, start, start + HUGE_SIZE);
	mm_shoot_down(mm);             /* a reader may still hold one of the old frames */
	move(mm, &l, to);
	view_fill_faulted(mm, va);
	return true;
}
