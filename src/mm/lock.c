/* mlock and mlockall (Linux mm/mlock.c): the pages come now, count against RLIMIT_MEMLOCK, and stay:
 * swap.c passes locked areas by, MADV_DONTNEED refuses them. */
#include "mm_private.h"

int lock_allowed(struct mm *mm, uint64_t pages)
{
	if (mm->limits.memlock == 0)
		return -EPERM;
	if (mm->stats.locked_vm_pages + pages > mm->limits.memlock >> PAGE_SHIFT)
		return -EAGAIN;
	return 0;
}

/* Pages of [start, end) that are locked already do not count twice. */
static uint64_t locked_pages(struct mm *mm, gva_t start, gva_t end)
{
	uint64_t bytes = 0;

	for (unsigned i = vma_find_index(mm, start); i < mm->nr_vmas && mm->vmas[i]->start < end; i++)
		if (mm->vmas[i]->flags & VMA_LOCKED)
			bytes += MIN(end, mm->vmas[i]->end) - MAX(start, mm->vmas[i]->start);
	return bytes >> PAGE_SHIFT;
}

static int mark_range(struct mm *mm, gva_t start, gva_t end, bool lock)
{
	int ret = 0;

	for (gva_t at = start; at < end && !ret;) {
		unsigned i = vma_find_index(mm, at);
		struct vma *v = i < mm->nr_vmas ? mm->vmas[i] : NULL;
		gva_t stop;

		if (!v || v->start > at) {
			ret = -ENOMEM;
			break;
		}
		stop = MIN(end, v->end);
		if (!(v->flags & VMA_LOCKED) == lock) {
			ret = vma_split_range(mm, at, stop, true);
			if (ret)
				break;
			v = vma_find(mm, at);
			vma_change(mm, v, v->prot, lock ? v->flags | VMA_LOCKED : v->flags & ~(unsigned)VMA_LOCKED);
		}
		at = stop;
	}
	vma_merge_range(mm, start, end);
	return ret;
}

int mm_mlock(struct mm *mm, gva_t addr, uint64_t len, bool lock)
{
	gva_t start = align_down(addr, PAGE_SIZE);
	gva_t end = start + align_up(len + (addr & PAGE_MASK), PAGE_SIZE);
	int ret;

	if (lock) {
		uint64_t more;

		if (mm->limits.memlock == 0)
			return -EPERM;
		if (end < start)
			return -EINVAL;
		more = ((end - start) >> PAGE_SHIFT) - locked_pages(mm, start, end);
		if (lock_allowed(mm, more) != 0)
			return -ENOMEM;
	} else if (end < start) {
		return -EINVAL;
	}
	ret = mark_range(mm, start, end, lock);
	if (ret || !lock)
		return ret;
	ret = populate_range(mm, start, end, false);
	/* __mlock_posix_error_return() */
	return ret == -EFAULT ? -ENOMEM : ret == -ENOMEM ? -EAGAIN : ret;
}

int mm_mlockall(struct mm *mm, int flags)
{
	bool lock = flags & MCL_CURRENT;

	if (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (flags && mm->limits.memlock == 0)
		return -EPERM;
	if (lock && mm->stats.total_vm_pages > mm->limits.memlock >> PAGE_SHIFT)
		return -ENOMEM;
	mm->lock_future = flags & MCL_FUTURE;
	if (flags && !lock)
		return 0;
	for (unsigned i = 0; i < mm->nr_vmas; i++) {
		struct vma *v = mm->vmas[i];

		vma_change(mm, v, v->prot, lock ? v->flags | VMA_LOCKED : v->flags & ~(unsigned)VMA_LOCKED);
	}
	if (lock && !(flags & MCL_ONFAULT))
		for (unsigned i = 0; i < mm->nr_vmas; i++)
			populate_range(mm, mm->vmas[i]->start, mm->vmas[i]->end, false);
	vma_merge_range(mm, 0, mm->top);
	return 0;
}
