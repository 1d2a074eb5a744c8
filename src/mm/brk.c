/* brk (Linux mm/mmap.c): the heap is one anonymous area behind the program's bss. */
#include "mm_private.h"

/* RLIMIT_DATA bounds data and heap together (check_data_rlimit()). */
static bool data_limit_allows(struct mm *mm, gva_t brk)
{
	const struct mm_layout *l = &mm->layout;

	return mm->limits.data == UINT64_MAX ||
	       (brk - l->start_brk) + (l->end_data - l->start_data) <= mm->limits.data;
}

static bool grow(struct mm *mm, gva_t from, gva_t to)
{
	uint64_t len = to - from;
	unsigned flags = VMA_MAYWRITE | VMA_MAYEXEC | (mm->lock_future ? VMA_LOCKED : 0);
	struct vma like = { .start = from, .end = to, .prot = PROT_READ | PROT_WRITE,
		.flags = flags, .offset = from };
	unsigned i = vma_find_index(mm, from);
	struct vma *v;

	/* The next area, its guard gap and one page of distance stay free. */
	if (!range_valid(mm, from, len + PAGE_SIZE))
		return false;
	if (i < mm->nr_vmas) {
		gva_t limit = mm->vmas[i]->start;

		if (mm->vmas[i]->flags & VMA_GROWSDOWN)
			limit -= MIN(limit, STACK_GUARD_GAP);
		if (to + PAGE_SIZE > limit)
			return false;
	}
	if (!vma_may_expand(mm, like.prot, flags, len >> PAGE_SHIFT) ||
	    vma_over_commit(like.prot, flags, len >> PAGE_SHIFT) ||
	    mm->nr_vmas > MAX_MAP_COUNT)
		return false;
	if ((flags & VMA_LOCKED) && lock_allowed(mm, len >> PAGE_SHIFT) != 0)
		return false;
	if (vma_reserve(mm, 1) != 0)
		return false;
	v = vma_new(&like);
	if (!v)
		return false;
	vma_insert(mm, v);
	vma_merge_range(mm, from, to);
	if (flags & VMA_LOCKED)
		populate_range(mm, from, to, true);
	return true;
}

gva_t mm_brk(struct mm *mm, gva_t brk)
{
	struct mm_layout *l = &mm->layout;
	gva_t old_end = align_up(l->brk, PAGE_SIZE);
	gva_t new_end = align_up(brk, PAGE_SIZE);

	if (brk < l->start_brk || brk > mm->top || !data_limit_allows(mm, brk))
		return l->brk;
	if (new_end < old_end && unmap_range(mm, new_end, old_end) != 0)
		return l->brk;
	if (new_end > old_end && !grow(mm, old_end, new_end))
		return l->brk;
	l->brk = brk;
	return brk;
}
