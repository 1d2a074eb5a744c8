/* madvise, msync, mincore (Linux mm/madvise.c, msync.c, mincore.c).
 *
 * madvise is a table: an advice is a function on the part of one area, or a
 * pair of area flags to set and clear, or accepted without effect. Holes make
 * the result ENOMEM, but what is mapped is still advised. */
#include "mm_private.h"

#include "pte.h"

enum { WILLNEED_PAGES = 512 };     /* at most so many at once: advice must not fill RAM */

/* What an advice is applied to. */
struct part {
	struct mm *mm;
	struct vma *v;
	gva_t start, end;
};

static int drop_pages(const struct part *p)
{
	if (p->v->prot & PROT_EXEC)
		code_changes(p->mm);
	zap_range(p->mm, p->start, p->end);
	return 0;
}

static int advise_dontneed(const struct part *p)
{
	if (p->v->flags & VMA_LOCKED)
		return -EINVAL;
	return drop_pages(p);
}

static int advise_dontneed_locked(const struct part *p)
{
	return drop_pages(p);
}

/* The kernel may free such pages at any time: it does so now. */
static int advise_free(const struct part *p)
{
	return p->v->mapping ? -EINVAL : advise_dontneed(p);
}

/* A hole in a shared file, if its file system can make one. */
static int advise_remove(const struct part *p)
{
	struct mapping *m = p->v->mapping;

	if (p->v->flags & VMA_LOCKED)
		return -EINVAL;
	if (!m)
		return -EINVAL;
	if (!(p->v->flags & VMA_SHARED) || !(p->v->flags & VMA_MAYWRITE))
		return -EACCES;
	if (!mapping_is_shmem(m)) {
		int err = m->ops->punch ? mapping_writeback(m, 0, UINT64_MAX) : -EOPNOTSUPP;

		err = err ? err : m->ops->punch(m, p->v->offset + (p->start - p->v->start), p->end - p->start);
		if (err)
			return err;
	}
	mapping_punch(m, vma_index(p->v, p->start), vma_index(p->v, p->end - 1));
	return 0;
}

static int advise_willneed(const struct part *p)
{
	const struct vma *v = p->v;

	if (v->mapping && !mapping_is_shmem(v->mapping))
		mapping_read_ahead(v->mapping, vma_index(v, p->start),
		                   MIN((p->end - p->start) >> PAGE_SHIFT, (uint64_t)WILLNEED_PAGES));
	return 0;
}

static int advise_wipeonfork(const struct part *p)
{
	return p->v->mapping ? -EINVAL : 0;      /* then the flags of the row apply */
}

static int advise_unless_locked(const struct part *p)
{
	return p->v->flags & VMA_LOCKED ? -EINVAL : 0;
}

static int populate(const struct part *p, bool write)
{
	int needs = write ? PROT_WRITE : PROT_READ;
	int ret;

	if (!(p->v->prot & needs))
		return -EINVAL;
	/* Not populate_range's rule for reading: MADV_POPULATE_READ breaks no COW. */
	for (gva_t va = p->start; va < p->end; va += PAGE_SIZE) {
		enum fault_result r;
		pte_t e = pt_lookup(p->mm, va);

		if ((e & PTE_V) && (!write || (e & PTE_W)))
			continue;
		r = fault_page(p->mm, p->v, va, write ? ACCESS_WRITE : ACCESS_READ, FAULT_QUIET);
		ret = r == FAULT_OK ? 0 : r == FAULT_OOM ? -ENOMEM : -EFAULT;
		if (ret)
			return ret;
	}
	return 0;
}

static int advise_populate_read(const struct part *p)  { return populate(p, false); }
static int advise_populate_write(const struct part *p) { return populate(p, true); }

struct advice {
	int (*apply)(const struct part *p);
	unsigned set, clear;       /* of the area's flags */
	bool known;
	bool stops;                /* at a hole (MADV_POPULATE_*) */
	bool discards;             /* contents: not of a sealed area that cannot be written */
};

/* can_madv_modify(): who may write may as well make the contents zero. */
static bool is_sealed_from(const struct vma *v)
{
	return (v->flags & VMA_SEALED) && !v->mapping && !(v->prot & PROT_WRITE);
}

static const struct advice advices[] = {
	[MADV_NORMAL]      = { .known = true },
	[MADV_RANDOM]      = { .known = true },
	[MADV_SEQUENTIAL]  = { .known = true },
	[MADV_WILLNEED]    = { .known = true, .apply = advise_willneed },
	[MADV_DONTNEED]    = { .known = true, .discards = true, .apply = advise_dontneed },
	[MADV_FREE]        = { .known = true, .discards = true, .apply = advise_free },
	[MADV_REMOVE]      = { .known = true, .discards = true, .apply = advise_remove },
	[MADV_DONTFORK]    = { .known = true, .discards = true, .set = VMA_DONTFORK },
	[MADV_DOFORK]      = { .known = true, .clear = VMA_DONTFORK },
	[MADV_MERGEABLE]   = { .known = true },
	[MADV_UNMERGEABLE] = { .known = true },
	[MADV_HUGEPAGE]    = { .known = true },
	[MADV_NOHUGEPAGE]  = { .known = true },
	[MADV_DONTDUMP]    = { .known = true, .set = VMA_DONTDUMP },
	[MADV_DODUMP]      = { .known = true, .clear = VMA_DONTDUMP },
	[MADV_WIPEONFORK]  = { .known = true, .discards = true, .apply = advise_wipeonfork, .set = VMA_WIPEONFORK },
	[MADV_KEEPONFORK]  = { .known = true, .clear = VMA_WIPEONFORK },
	[MADV_COLD]        = { .known = true, .apply = advise_unless_locked },
	[MADV_PAGEOUT]     = { .known = true, .apply = advise_unless_locked },
	[MADV_POPULATE_READ]  = { .known = true, .apply = advise_populate_read, .stops = true },
	[MADV_POPULATE_WRITE] = { .known = true, .apply = advise_populate_write, .stops = true },
	[MADV_DONTNEED_LOCKED] = { .known = true, .discards = true, .apply = advise_dontneed_locked },
};

/* Set and clear flags on a part: makes boundaries first. */
static int change_flags(const struct part *p, unsigned set, unsigned clear)
{
	unsigned flags = (p->v->flags | set) & ~clear;
	struct vma *v = p->v;
	int ret;

	if (flags == v->flags)
		return 0;
	ret = vma_split_range(p->mm, p->start, p->end, true);
	if (ret)
		return ret;
	v = vma_find(p->mm, p->start);
	vma_change(p->mm, v, v->prot, flags);
	return 0;
}

int mm_madvise(struct mm *mm, gva_t addr, uint64_t len, int advice)
{
	const struct advice *a;
	uint64_t size = align_up(len, PAGE_SIZE);
	gva_t end = addr + size;
	int ret = 0, hole = 0;

	if (advice < 0 || advice >= (int)ARRAY_SIZE(advices) || !advices[advice].known)
		return -EINVAL;
	a = &advices[advice];
	if (!is_aligned(addr, PAGE_SIZE) || size < len || end < addr)
		return -EINVAL;
	for (gva_t at = addr; at < end && !ret;) {
		unsigned i = vma_find_index(mm, at);
		struct part p = { mm, i < mm->nr_vmas ? mm->vmas[i] : NULL, at, end };

		if (!p.v || p.v->start > at)
			hole = -ENOMEM;
		if (!p.v || p.v->start >= end || (hole && a->stops))
			break;
		p.start = MAX(at, p.v->start);
		p.end = at = MIN(end, p.v->end);
		if (a->discards && is_sealed_from(p.v))
			ret = -EPERM;
		if (!ret && a->apply)
			ret = a->apply(&p);
		if (!ret)
			ret = change_flags(&p, a->set, a->clear);
	}
	vma_merge_range(mm, addr, end);
	return ret ? ret : hole;
}

/* ---- msync --------------------------------------------------------------------------- */

int mm_msync(struct mm *mm, gva_t addr, uint64_t len, int flags)
{
	gva_t end = addr + align_up(len, PAGE_SIZE);
	int hole = 0;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || !is_aligned(addr, PAGE_SIZE) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (end < addr)
		return -ENOMEM;
	for (gva_t at = addr; at < end;) {
		unsigned i = vma_find_index(mm, at);
		const struct vma *v = i < mm->nr_vmas ? mm->vmas[i] : NULL;
		gva_t stop;
		int ret = 0;

		if (!v || v->start > at)
			hole = -ENOMEM;
		if (!v || v->start >= end)
			break;
		at = MAX(at, v->start);
		stop = MIN(end, v->end);
		if ((flags & MS_INVALIDATE) && (v->flags & VMA_LOCKED))
			return -EBUSY;
		/* MS_ASYNC starts nothing in Linux either: the page cache writes in its own time. */
		if ((flags & MS_SYNC) && (v->flags & VMA_SHARED))
			ret = mapping_writeback(v->mapping, vma_index(v, at), vma_index(v, stop - 1));
		if (ret)
			return ret;
		at = stop;
	}
	return hole;
}

/* ---- mincore --------------------------------------------------------------------------- */

int mm_mincore(struct mm *mm, gva_t addr, uint64_t len, uint8_t *vec)
{
	uint64_t size = align_up(len, PAGE_SIZE);

	if (!is_aligned(addr, PAGE_SIZE))
		return -EINVAL;
	if (size < len || !range_valid(mm, addr, size) || !vma_covered(mm, addr, addr + size))
		return -ENOMEM;
	for (gva_t va = addr; va < addr + size; va += PAGE_SIZE) {
		const struct vma *v = vma_find(mm, va);

		*vec = (pt_lookup(mm, va) & PTE_PRESENT) != 0;
		/* Of a file, what counts is whether it is in memory at all. */
		if (!*vec && v->mapping)
			*vec = mapping_peek_page(v->mapping, vma_index(v, va)) != PFN_NONE;
		vec++;
	}
	return 0;
}
