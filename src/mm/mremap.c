/* mremap (Linux mm/mremap.c): shrink in place, grow in place, or move.
 *
 * A move carries table entries, not bytes. The destination's tables are made
 * before anything is taken from the source, so that the move itself cannot fail. */
#include "mm_private.h"

#include "pte.h"

struct remap {
	struct mm *mm;
	gva_t old, to;             /* to: a hint unless MREMAP_FIXED */
	uint64_t old_len, new_len;
	int flags;
};

static int check(const struct remap *r)
{
	const struct mm *mm = r->mm;

	if (r->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if (!is_aligned(r->old, PAGE_SIZE) || !r->new_len || r->new_len > mm->top)
		return -EINVAL;
	if (!(r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)))
		return 0;
	if (!(r->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((r->flags & MREMAP_DONTUNMAP) && r->old_len != r->new_len)
		return -EINVAL;
	if (!is_aligned(r->to, PAGE_SIZE) || !range_valid(mm, r->to, r->new_len))
		return -EINVAL;
	if (r->old + r->old_len > r->to && r->to + r->new_len > r->old)
		return -EINVAL;
	/* Linux' worst case of splits and additions. */
	return mm->nr_vmas + 2 >= MAX_MAP_COUNT - 3 ? -ENOMEM : 0;
}

/* check_prep_vma(): may this part of v move, or become new_len long? */
static int check_resize(const struct remap *r, const struct vma *v)
{
	struct mm *mm = r->mm;
	uint64_t more;

	if (!r->old_len && !(v->flags & VMA_SHARED))
		return -EINVAL;
	/* What a shrinking move only unmaps may span other areas. */
	if (MIN(r->old_len, r->new_len) > v->end - r->old || (r->old_len < r->new_len && r->old_len > v->end - r->old))
		return -EFAULT;
	if (r->new_len <= r->old_len)
		return 0;
	more = (r->new_len - r->old_len) >> PAGE_SHIFT;
	if (v->mapping && v->offset + (r->old - v->start) + r->new_len < v->offset)
		return -EINVAL;
	if ((v->flags & VMA_LOCKED) && lock_allowed(mm, more) != 0)
		return -EAGAIN;
	if (!vma_may_expand(mm, v->prot, v->flags, more) || vma_over_commit(v->prot, v->flags, more))
		return -ENOMEM;
	return 0;
}

/* ---- moving ---------------------------------------------------------------------------- */

/* Tables at `to` wherever there are some at `from`. */
static int prepare_tables(struct mm *mm, gva_t from, gva_t to, uint64_t len)
{
	struct leaf src, dst;

	mm_shoot_down(mm);
	for (gva_t pos = from; pt_next_leaf(mm, &pos, from + len, &src);) {
		gva_t at = to + (src.va - from), end = to + (MIN(pos, from + len) - from);

		while (at < end) {
			if (!pt_alloc_leaf(mm, at, end, &dst))
				return -ENOMEM;
			at += (uint64_t)(dst.last - dst.first + 1) << PAGE_SHIFT;
		}
	}
	return 0;
}

static void trim_tables(struct mm *mm, gva_t start, gva_t end)
{
	struct leaf l;

	for (gva_t pos = start; pt_next_leaf(mm, &pos, end, &l);)
		if (!frame_of(l.table)->entries)
			pt_trim(mm, l.va);
}

static void move_pages(struct mm *mm, gva_t from, gva_t to, uint64_t len)
{
	struct leaf src, dst;

	view_forget(mm, from, from + len);
	for (gva_t pos = from; pt_next_leaf(mm, &pos, from + len, &src);) {
		for (unsigned i = src.first; i <= src.last; i++) {
			pte_t e = pte_get(mm, src.table, i);
			gva_t at = to + (src.va - from) + ((uint64_t)(i - src.first) << PAGE_SHIFT);
			bool there;

			if (!e)
				continue;
			there = pt_alloc_leaf(mm, at, at + PAGE_SIZE, &dst);
			ASSERT(there);
			pte_set(mm, src.table, i, 0);
			pte_set(mm, dst.table, dst.first, e);
		}
	}
	trim_tables(mm, from, from + len);
	trim_tables(mm, to, to + len);
}

/* What is left of the source: nothing, or with MREMAP_DONTUNMAP an area without pages.
 * Linux unlocks all of that area, whatever part of it moved (dontunmap_complete()). */
static void leave_source(const struct remap *r)
{
	struct mm *mm = r->mm;
	unsigned i = vma_find_index(mm, r->old);

	if (!(r->flags & MREMAP_DONTUNMAP))
		vma_remove(mm, i);
	else
		vma_change(mm, mm->vmas[i], mm->vmas[i]->prot, mm->vmas[i]->flags & ~(unsigned)VMA_LOCKED);
}

static int64_t move_area(struct remap *r, gva_t to)
{
	struct mm *mm = r->mm;
	uint64_t carried = MIN(r->old_len, r->new_len);
	struct vma *v = vma_find(mm, r->old), *moved, like = *v;
	int ret;

	like.offset += r->old - v->start;
	like.start = to;
	like.end = to + r->new_len;
	if (mm->nr_vmas >= MAX_MAP_COUNT - 3 || vma_reserve(mm, 4) != 0)
		return -ENOMEM;
	moved = vma_new(&like);
	if (!moved)
		return -ENOMEM;
	ret = 0;
	if (carried && !(r->flags & MREMAP_DONTUNMAP))
		ret = vma_split_range(mm, r->old, r->old + carried, true);
	if (!ret)
		ret = prepare_tables(mm, r->old, to, carried);
	if (ret) {
		trim_tables(mm, to, to + carried);
		vma_free(moved);
		vma_merge_range(mm, r->old, r->old + carried);
		return ret;
	}
	move_pages(mm, r->old, to, carried);
	/* Without an old length the source stays as it is: a second view of shared memory. */
	if (carried)
		leave_source(r);
	vma_insert(mm, moved);
	vma_merge_range(mm, r->old, r->old + carried);
	vma_merge_range(mm, to, to + r->new_len);
	if ((like.flags & VMA_LOCKED) && r->new_len > r->old_len)
		populate_range(mm, to + r->old_len, to + r->new_len, false);
	return (int64_t)to;
}

/* mremap_to(): the caller names the place (FIXED), or wants the source kept (DONTUNMAP).
 * Everything that can be known to fail does so before the destination is unmapped. */
static int64_t remap_to(struct remap r)
{
	struct mm *mm = r.mm;
	const struct vma *v = vma_find(mm, r.old);
	int64_t at;
	int ret = v ? check_resize(&r, v) : -EFAULT;

	if (!ret && (r.flags & MREMAP_FIXED))
		ret = unmap_range(mm, r.to, r.to + r.new_len);
	if (!ret && r.old_len > r.new_len) {
		ret = mm_munmap(mm, r.old + r.new_len, r.old_len - r.new_len);
		r.old_len = r.new_len;
	}
	if (ret)
		return ret;
	v = vma_find(mm, r.old);
	if ((r.flags & MREMAP_DONTUNMAP) && !vma_may_expand(mm, v->prot, v->flags, r.old_len >> PAGE_SHIFT))
		return -ENOMEM;
	at = vma_place(mm, r.to, r.new_len, r.flags & MREMAP_FIXED ? MAP_FIXED : 0, false);
	return at < 0 ? at : move_area(&r, (gva_t)at);
}

/* remap_move(): a move to a fixed place that changes no size takes several areas, and the
 * gaps between them, along (since Linux 6.17). */
static int64_t remap_several(const struct remap *r)
{
	struct mm *mm = r->mm;
	gva_t end = r->old + r->old_len;
	gva_t next;

	for (gva_t at = r->old; at < end; at = next) {
		unsigned i = vma_find_index(mm, at);
		struct remap one = *r;
		int64_t ret;

		if (i == mm->nr_vmas || mm->vmas[i]->start >= end)
			break;
		if (at == r->old && mm->vmas[i]->start > at)
			return -EFAULT;
		one.old = MAX(at, mm->vmas[i]->start);
		next = MIN(end, mm->vmas[i]->end);
		one.old_len = one.new_len = next - one.old;
		one.to = r->to + (one.old - r->old);
		ret = remap_to(one);
		if (ret < 0)
			return ret;
	}
	return (int64_t)r->to;
}

/* ---- growing ------------------------------------------------------------------------------ */

static bool grow_in_place(const struct remap *r, struct vma *v)
{
	struct mm *mm = r->mm;
	gva_t end = r->old + r->new_len, old_end = v->end;
	unsigned next = vma_find_index(mm, v->end);

	if (r->old + r->old_len != v->end || end < v->end || end > mm->top)
		return false;
	if (next < mm->nr_vmas && mm->vmas[next]->start < end)
		return false;
	vma_resize(mm, v, v->start, end);
	vma_merge_range(mm, v->start, end);
	if (vma_find(mm, old_end)->flags & VMA_LOCKED)
		populate_range(mm, old_end, end, false);
	return true;
}

int64_t mm_mremap(struct mm *mm, gva_t old, uint64_t old_len, uint64_t new_len, int flags, gva_t new_addr)
{
	struct remap r = { mm, old, new_addr, align_up(old_len, PAGE_SIZE), align_up(new_len, PAGE_SIZE), flags };
	int ret = check(&r);
	struct vma *v;
	int64_t at;

	if (ret)
		return ret;
	v = vma_find(mm, old);
	if (!v)
		return -EFAULT;
	if (vma_sealed_in(mm, old, old + MAX(r.old_len, (uint64_t)1)))
		return -EPERM;
	if ((flags & MREMAP_FIXED) && r.old_len && r.old_len == r.new_len)
		return remap_several(&r);
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return remap_to(r);
	if (r.old_len == r.new_len)
		return (int64_t)old;
	if (r.old_len > r.new_len) {
		ret = mm_munmap(mm, old + r.new_len, r.old_len - r.new_len);
		return ret ? ret : (int64_t)old;
	}
	ret = check_resize(&r, v);
	if (ret)
		return ret;
	if (grow_in_place(&r, v))
		return (int64_t)old;
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	at = vma_place(mm, 0, r.new_len, 0, false);
	return at < 0 ? at : move_area(&r, (gva_t)at);
}
