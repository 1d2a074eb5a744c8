/* fork: a copy of an address space (Linux mm/mmap.c dup_mmap(), mm/memory.c copy_page_range()).
 *
 * Areas are copied, tables are copied entry by entry, frames are not: a page a
 * private area may write loses W on both sides, and the first to store copies
 * it (fault.c). Only present entries are looked at. */
#include "mm_private.h"

#include "pte.h"

/* Entries of one stretch. Returns whether the parent lost a right. */
static bool copy_leaf(struct mm *parent, struct mm *child, const struct leaf *from,
                      pfn_t to, bool cow)
{
	unsigned left = frame_of(from->table)->entries, copied = 0;
	/* The child has touched nothing yet; what the parent's D says about a shared page stays
	 * with the parent. */
	pte_t keep = ~(pte_t)((cow ? PTE_W : PTE_D) | PTE_VIEW);
	struct rss_delta rss = { 0 };
	bool lost = false;

	for (unsigned i = from->first; i <= from->last && copied < left; i++) {
		pte_t e = pte_get(parent, from->table, i);
		pfn_t pfn = pte_pfn(e);

		if (!e)
			continue;
		if (unlikely(e & PTE_SWAP)) {
			/* So many copies of one page that the slot cannot count them: that child
			 * finds its page gone. Not reached: 65535 processes are not. */
			if (!swap_get(e))
				continue;
			pte_write(child, to, i, e);
			child->stats.swap_pages++;
			copied++;
			continue;
		}
		if (cow && (e & PTE_W)) {
			pte_write(parent, from->table, i, e & ~(pte_t)PTE_W);
			lost = true;
		}
		pte_write(child, to, i, e & keep);
		copied++;
		frame_of(pfn)->refs += pfn != ZERO_PFN;
		rss_note(&rss, pfn, frame_of(pfn)->flags);
	}
	frame_of(to)->entries = (uint16_t)(frame_of(to)->entries + copied);
	rss_apply(child, &rss, 1);
	return lost;
}

static int copy_pages(struct mm *parent, struct mm *child, const struct vma *v)
{
	bool cow = !(v->flags & VMA_SHARED);
	struct leaf from, to;

	if (cow)
		view_protect(parent, v->start, v->end);
	for (gva_t pos = v->start; pt_next_leaf(parent, &pos, v->end, &from);) {
		if (!pt_alloc_leaf(child, from.va, v->end, &to))
			return -ENOMEM;
		if (copy_leaf(parent, child, &from, to.table, cow))
			parent->tlb_generation++;
		if (!frame_of(to.table)->entries)
			pt_trim(child, from.va);
	}
	return 0;
}

static int copy_area(struct mm *parent, struct mm *child, const struct vma *v)
{
	struct vma *copy;

	if (v->flags & VMA_DONTFORK)
		return 0;
	copy = vma_new(v);
	if (!copy)
		return -ENOMEM;
	copy->flags &= ~(unsigned)VMA_LOCKED;      /* locks are not inherited */
	vma_insert(child, copy);
	return v->flags & VMA_WIPEONFORK ? 0 : copy_pages(parent, child, v);
}

int mm_fork(struct mm *parent, struct mm **out)
{
	struct mm *child = mm_create(parent->rv32 ? XLEN_32 : XLEN_64);
	int ret;

	if (!child)
		return -ENOMEM;
	child->limits = parent->limits;
	child->layout = parent->layout;
	sched_stop_space(parent);  /* its pages lose W */
	ret = vma_reserve(child, parent->nr_vmas);
	for (unsigned i = 0; !ret && i < parent->nr_vmas; i++)
		ret = copy_area(parent, child, parent->vmas[i]);
	if (ret) {
		/* The parent keeps its pages; those that lost W get it back at the next store. */
		mm_put(child);
		return ret;
	}
	*out = child;
	return 0;
}
