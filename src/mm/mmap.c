/* mmap and munmap (Linux mm/mmap.c do_mmap(), mm/vma.c).
 *
 * mmap only makes an area; pages come with faults. Everything that may fail is
 * done first (checks, boundaries, the new area), then the old contents of a
 * MAP_FIXED range go and the area is put in. */
#include "mm_private.h"

#include "pte.h"

/* ---- taking pages out ------------------------------------------------------------- */

/* From above: the frame freed last is the first to be used again, so that who uses memory front to
 * back next gets neighbours, which come into a view together. */
static void zap_leaf(struct mm *mm, const struct leaf *l)
{
	struct frame *table = frame_of(l->table);
	unsigned left = table->entries;
	struct rss_delta rss = { 0 };

	for (unsigned i = l->last + 1; i-- > l->first && left;) {
		pte_t e = pte_get(mm, l->table, i);
		pfn_t pfn = pte_pfn(e);
		uint8_t flags;

		if (!e)
			continue;
		if (unlikely(e & PTE_SWAP)) {
			swap_put(e);
			mm->stats.swap_pages--;
			pte_write(mm, l->table, i, 0);
			left--;
			continue;
		}
		flags = frame_of(pfn)->flags;
		if ((e & PTE_D) && (flags & FRAME_CACHE))
			frame_set_dirty(pfn);
		pte_write(mm, l->table, i, 0);
		left--;
		rss_note(&rss, pfn, flags);
		frame_put_inline(pfn);
	}
	table->entries = (uint16_t)left;
	rss_apply(mm, &rss, -1);
}

/* Remove every page of [start, end) from the table, whatever areas say. */
void zap_range(struct mm *mm, gva_t start, gva_t end)
{
	struct leaf l;
	bool any = false;

	view_forget(mm, start, end);
	for (gva_t pos = start; pt_next_leaf(mm, &pos, end, &l); any = true) {
		if (!any)
			mm_shoot_down(mm);
		zap_leaf(mm, &l);
		if (!frame_of(l.table)->entries)
			pt_trim(mm, l.va);
	}
}

/* [start, end) has area boundaries at both ends: commit of munmap. */
static void unmap_whole_areas(struct mm *mm, gva_t start, gva_t end)
{
	unsigned i = vma_find_index(mm, start);

	zap_range(mm, start, end);
	while (i < mm->nr_vmas && mm->vmas[i]->start < end)
		vma_remove(mm, i);
}

int unmap_range(struct mm *mm, gva_t start, gva_t end)
{
	unsigned i = vma_find_index(mm, start);
	int ret;

	if (i == mm->nr_vmas || mm->vmas[i]->start >= end)
		return 0;
	/* Only a hole in the middle of an area leaves more areas than there were. */
	if (mm->vmas[i]->start < start && mm->vmas[i]->end > end && mm->nr_vmas >= MAX_MAP_COUNT)
		return -ENOMEM;
	if (vma_sealed_in(mm, start, end))
		return -EPERM;
	ret = vma_split_range(mm, start, end, false);
	if (ret) {
		vma_merge_range(mm, start, end);
		return ret;
	}
	unmap_whole_areas(mm, start, end);
	return 0;
}

int mm_munmap(struct mm *mm, gva_t addr, uint64_t len)
{
	if (!is_aligned(addr, PAGE_SIZE) || !range_valid(mm, addr, len))
		return -EINVAL;
	len = align_up(len, PAGE_SIZE);
	if (!len)
		return -EINVAL;
	return unmap_range(mm, addr, addr + len);
}

/* ---- mmap ---------------------------------------------------------------------------- */

/* Flags MAP_SHARED_VALIDATE knows (Linux LEGACY_MAP_MASK: older than MAP_FIXED_NOREPLACE). */
#define VALIDATE_MASK (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | \
	MAP_EXECUTABLE | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | \
	MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | 31u << 26 /* MAP_HUGE_2MB and MAP_HUGE_1GB */)

/* May this file be mapped so? do_mmap()'s switch over the sharing type. */
static int check_file(const struct mmap_request *r)
{
	int type = r->flags & MAP_TYPE;

	/* file_mmap_ok(): file positions are signed. */
	if (r->offset > INT64_MAX || r->offset + r->len > INT64_MAX)
		return -EOVERFLOW;
	if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (type == MAP_SHARED_VALIDATE && (r->flags & ~VALIDATE_MASK))
		return -EOPNOTSUPP;
	if (type != MAP_PRIVATE && (r->prot & PROT_WRITE) && !r->may_write)
		return -EACCES;
	if ((r->prot & PROT_EXEC) && !r->may_exec)
		return -EPERM;
	return r->flags & MAP_GROWSDOWN ? -EINVAL : 0;
}

static int check_anonymous(const struct mmap_request *r)
{
	if ((r->flags & MAP_TYPE) == MAP_SHARED)
		return r->flags & MAP_GROWSDOWN ? -EINVAL : 0;
	return (r->flags & MAP_TYPE) == MAP_PRIVATE ? 0 : -EINVAL;
}

static unsigned area_flags(struct mm *mm, const struct mmap_request *r)
{
	unsigned f = VMA_MAYWRITE | VMA_MAYEXEC;

	if ((r->flags & MAP_TYPE) != MAP_PRIVATE)
		f |= VMA_SHARED;
	if (r->mapping && (f & VMA_SHARED) && !r->may_write)
		f &= ~(unsigned)VMA_MAYWRITE;
	if (r->mapping && !r->may_exec)
		f &= ~(unsigned)VMA_MAYEXEC;
	if (r->flags & MAP_GROWSDOWN)
		f |= VMA_GROWSDOWN;
	if (r->flags & MAP_NORESERVE)
		f |= VMA_NORESERVE;
	if ((r->flags & MAP_LOCKED) || mm->lock_future)
		f |= VMA_LOCKED;
	return f;
}

/* No huge pages are reserved: nr_hugepages is 0. But the size that is asked for has to be one of them
 * (ksys_mmap_pgoff, arch_hugetlb_valid_size): what one entry of a table above the last can map. */
static int check_huge(const struct mm *mm, int flags)
{
	unsigned size = (unsigned)flags >> 26 & 63;
	bool known = mm->rv32 ? size == 22 : size == 21 || size == 30;

	return known || !size ? -ENOMEM : -EINVAL;
}

/* do_mmap() up to where it picks the address; *len comes back rounded. */
static int check_request(struct mm *mm, const struct mmap_request *r, uint64_t *len)
{
	if (!r->len)
		return -EINVAL;
	*len = align_up(r->len, PAGE_SIZE);
	/* A 32-bit kernel rounds in 32 bits. */
	if (!*len || (mm->rv32 && *len > UINT32_MAX))
		return -ENOMEM;
	if (!is_aligned(r->offset, PAGE_SIZE))
		return -EINVAL;
	if (r->flags & MAP_HUGETLB)
		return check_huge(mm, r->flags);
	return mm->nr_vmas > MAX_MAP_COUNT ? -ENOMEM : 0;
}

static uint64_t mapped_pages(struct mm *mm, gva_t start, gva_t end)
{
	uint64_t bytes = 0;

	for (unsigned i = vma_find_index(mm, start); i < mm->nr_vmas && mm->vmas[i]->start < end; i++)
		bytes += MIN(end, mm->vmas[i]->end) - MAX(start, mm->vmas[i]->start);
	return bytes >> PAGE_SHIFT;
}

/* mmap_region(): limits, then the range is cleared and filled. */
static int map_region(struct mm *mm, const struct mmap_request *r, gva_t at, uint64_t len,
                      struct mapping *m, unsigned flags)
{
	uint64_t pages = len >> PAGE_SHIFT;
	struct vma like = { .start = at, .end = at + len, .prot = r->prot, .flags = flags,
		.mapping = m, .offset = m ? r->offset : at, .file = r->file, .name = r->name };
	struct vma *v;
	int ret;

	if (!vma_may_expand(mm, r->prot, flags, pages) &&
	    !vma_may_expand(mm, r->prot, flags, pages - mapped_pages(mm, at, at + len)))
		return -ENOMEM;
	if (vma_over_commit(r->prot, flags, pages))
		return -ENOMEM;
	v = vma_new(&like);
	if (!v)
		return -ENOMEM;
	ret = vma_reserve(mm, 3);          /* the area, and the splits of munmap */
	if (!ret)
		ret = unmap_range(mm, at, at + len);
	if (ret) {
		vma_free(v);
		return ret;
	}
	vma_insert(mm, v);
	vma_merge_range(mm, at, at + len);
	return 0;
}

static int64_t map_checked(struct mm *mm, const struct mmap_request *r, uint64_t len)
{
	int flags = r->flags & MAP_FIXED_NOREPLACE ? r->flags | MAP_FIXED : r->flags;
	unsigned area = area_flags(mm, r);
	struct mapping *m = r->mapping;
	int64_t at = vma_place(mm, r->addr, len, flags, r->allow_low);
	int ret;

	if (at < 0)
		return at;
	if ((r->flags & MAP_FIXED_NOREPLACE) && mapped_pages(mm, (gva_t)at, (gva_t)at + len))
		return -EEXIST;
	if (area & VMA_LOCKED) {
		ret = lock_allowed(mm, len >> PAGE_SHIFT);
		if (ret)
			return ret;
	}
	ret = r->mapping ? check_file(r) : check_anonymous(r);
	if (ret)
		return ret;
	if (!m && (area & VMA_SHARED)) {
		m = shmem_create(len);
		if (!m)
			return -ENOMEM;
	}
	ret = map_region(mm, r, (gva_t)at, len, m, area);
	if (m && !r->mapping)
		m->ops->put(m);
	if (ret)
		return ret;
	TRACE(mm, area_mapped, mm, r, (gva_t)at);
	if ((area & VMA_LOCKED) || (r->flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
		populate_range(mm, (gva_t)at, (gva_t)at + len, false);
	return at;
}

int64_t mm_mmap(struct mm *mm, const struct mmap_request *req)
{
	struct mmap_request r = *req;
	uint64_t len;
	int ret = check_request(mm, req, &len);

	if (ret)
		return ret;
	r.prot &= PROT_READ | PROT_WRITE | PROT_EXEC;
	/* A hint is rounded down first, then raised (round_hint_to_min()). */
	if (!(r.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		r.addr = align_down(r.addr, PAGE_SIZE);
	/* What is shared and anonymous is its own file from its first byte on. */
	if (!r.mapping && (r.flags & MAP_TYPE) == MAP_SHARED)
		r.offset = 0;
	return map_checked(mm, &r, len);
}
