/* The page cache: a file's pages in RAM, once, for everybody (Linux mm/filemap.c, truncate.c).
 *
 * A struct mapping belongs to an inode. Its tree holds one reference on each
 * frame, every table entry that maps the page another: a page with one
 * reference is mapped by nobody and, when clean, may be dropped (reclaim.c).
 *
 * Dirty: a store sets D in a table entry and nothing else happens. The bit
 * moves to FRAME_DIRTY when the entry is removed or mapping_collect_dirty()
 * looks for it, so a shared page costs no extra fault to be written. */
#include "mm_private.h"

#include <string.h>

#include "pagetree.h"
#include "pte.h"

static uint64_t next_mapping_id = 1;

void mapping_init(struct mapping *m, const struct mapping_ops *ops)
{
	*m = (struct mapping){ .ops = ops, .id = next_mapping_id++ };
	list_init(&m->vmas);
}

static uint64_t file_pages(struct mapping *m)
{
	return (m->ops->size(m) + PAGE_MASK) >> PAGE_SHIFT;
}

/* ---- pages in and out of the tree ------------------------------------------------ */

/* The tree takes over the caller's reference. */
static int cache_add(struct mapping *m, uint64_t index, pfn_t pfn)
{
	struct frame *f = frame_of(pfn);
	int ret = page_tree_set(&m->pages, index, pfn);

	if (ret)
		return ret;
	f->mapping = m;
	f->index = index;
	f->flags |= FRAME_CACHE | FRAME_YOUNG | (m->unevictable ? FRAME_SHMEM : 0);
	m->nr_pages++;
	if (!m->unevictable)
		reclaim_add(pfn);
	return 0;
}

void mapping_drop_page(pfn_t pfn)
{
	struct frame *f = frame_of(pfn);
	struct mapping *m = f->mapping;

	if (!m->unevictable)
		reclaim_remove(pfn);
	page_tree_clear(&m->pages, f->index);
	m->nr_pages--;
	f->flags &= (uint8_t)~(FRAME_CACHE | FRAME_SHMEM | FRAME_DIRTY | FRAME_YOUNG);
	f->mapping = NULL;
	frame_put(pfn);
}

pfn_t mapping_peek_page(struct mapping *m, uint64_t index)
{
	return page_tree_get(m->pages, index);
}

static int read_page_in(struct mapping *m, uint64_t index, pfn_t *out)
{
	bool inside = index < file_pages(m);
	pfn_t pfn = frame_alloc();
	int ret = 0;

	if (pfn == PFN_NONE)
		return -ENOMEM;
	if (inside)
		ret = m->ops->read_page(m, index, frame_ptr(pfn));
	if (!ret)
		ret = cache_add(m, index, pfn);
	if (ret) {
		frame_put(pfn);
		return ret == -ENOMEM ? ret : -EIO;
	}
	*out = pfn;
	return 0;
}

int mapping_get_page(struct mapping *m, uint64_t index, bool extend, pfn_t *out)
{
	pfn_t pfn = page_tree_get(m->pages, index);
	int ret;

	*out = PFN_NONE;
	if (pfn == PFN_NONE) {
		if (!extend && index >= file_pages(m))
			return 0;
		ret = read_page_in(m, index, &pfn);
		if (ret)
			return ret;
	}
	frame_of(pfn)->flags |= FRAME_YOUNG;
	frame_get(pfn);
	*out = pfn;
	return 0;
}

void mapping_read_ahead(struct mapping *m, uint64_t first, uint64_t nr)
{
	uint64_t end = MIN(first + nr, file_pages(m));
	pfn_t pfn;

	for (uint64_t i = first; i < end; i++)
		if (page_tree_get(m->pages, i) == PFN_NONE && read_page_in(m, i, &pfn) != 0)
			return;
}

bool mapping_read_run(struct mapping *m, uint64_t first, unsigned nr, unsigned order)
{
	pfn_t run;
	unsigned kept = 0;

	ASSERT(nr <= 1u << order);
	for (unsigned i = 0; i < nr; i++)
		if (page_tree_get(m->pages, first + i) != PFN_NONE)
			return false;
	run = frame_alloc_run_now(order);
	if (run == PFN_NONE)
		return false;
	if (m->ops->read_run(m, first, frame_ptr(run), nr) == 0)
		while (kept < nr && cache_add(m, first + kept, run + kept) == 0)
			kept++;
	for (unsigned i = kept; i < 1u << order; i++)
		frame_put(run + i);
	return kept > 0;
}

/* ---- dirty pages ------------------------------------------------------------------------ */

void frame_set_dirty(pfn_t pfn)
{
	frame_of(pfn)->flags |= FRAME_DIRTY;
}

void mapping_mark_dirty(struct mapping *m, uint64_t index)
{
	pfn_t pfn = page_tree_get(m->pages, index);

	if (pfn != PFN_NONE)
		frame_set_dirty(pfn);
}

static void collect_from(struct vma *v, gva_t start, gva_t end)
{
	struct mm *mm = v->mm;
	struct leaf l;

	sched_stop_space(mm);
	for (gva_t pos = start; pt_next_leaf(mm, &pos, end, &l);)
		for (unsigned i = l.first; i <= l.last; i++) {
			pte_t e = pte_get(mm, l.table, i);

			if (!(e & PTE_D) || !(frame_of(pte_pfn(e))->flags & FRAME_CACHE))
				continue;
			frame_set_dirty(pte_pfn(e));
			if (e & PTE_VIEW)
				view_protect(mm, l.va + ((uint64_t)(i - l.first) << PAGE_SHIFT),
				             l.va + ((uint64_t)(i - l.first + 1) << PAGE_SHIFT));
			/* The next store must set D again: caches that skip the walk must not. */
			pte_set(mm, l.table, i, e & ~(pte_t)PTE_D);
			mm->tlb_generation++;
		}
}

/* The part of an area that maps pages [first, last] of its file; false if none. */
static bool area_of_pages(const struct vma *v, uint64_t first, uint64_t last, gva_t *start, gva_t *end)
{
	uint64_t from = v->offset >> PAGE_SHIFT, to = from + vma_pages(v);   /* [from, to) */

	if (last < from || first >= to)
		return false;
	*start = first > from ? v->start + ((first - from) << PAGE_SHIFT) : v->start;
	*end = last < to - 1 ? v->start + ((last - from + 1) << PAGE_SHIFT) : v->end;
	return true;
}

void mapping_collect_dirty(struct mapping *m, uint64_t first, uint64_t last)
{
	struct vma *v;
	gva_t start, end;

	list_for_each(v, &m->vmas, link)
		if ((v->flags & VMA_SHARED) && area_of_pages(v, first, last, &start, &end))
			collect_from(v, start, end);
}

/* Write one dirty page of the cache back; what lies past the end of the file is nobody's. */
int mapping_write_frame(pfn_t pfn)
{
	struct frame *f = frame_of(pfn);
	struct mapping *m = f->mapping;
	uint64_t at = f->index << PAGE_SHIFT, size = m->ops->size(m);
	int ret = 0;

	if (!(f->flags & FRAME_DIRTY))
		return 0;
	if (m->ops->write_page && at < size)
		ret = m->ops->write_page(m, f->index, frame_ptr(pfn), (size_t)MIN(PAGE_SIZE, size - at));
	if (!ret)
		f->flags &= (uint8_t)~FRAME_DIRTY;
	return ret;
}

int mapping_writeback(struct mapping *m, uint64_t first, uint64_t last)
{
	int ret = 0;
	pfn_t pfn;

	if (!m->ops->write_page)
		return 0;
	mapping_collect_dirty(m, first, last);
	for (uint64_t i = first; i <= last && (pfn = page_tree_next(m->pages, &i)) != PFN_NONE && i <= last; i++) {
		int one = mapping_write_frame(pfn);

		if (one && !ret)
			ret = one;
		if (i == UINT64_MAX)
			break;
	}
	return ret;
}

/* ---- going away --------------------------------------------------------------------------- */

static void unmap_everywhere(struct mapping *m, uint64_t first, uint64_t last)
{
	struct vma *v;
	gva_t start, end;

	/* Private copies go too (unmap_mapping_range(), even_cows). */
	list_for_each(v, &m->vmas, link)
		if (area_of_pages(v, first, last, &start, &end)) {
			if (v->prot & PROT_EXEC)
				code_changes(v->mm);
			zap_range(v->mm, start, end);
		}
}

static void drop_pages(struct mapping *m, uint64_t first, uint64_t last)
{
	uint64_t i = first;
	pfn_t pfn;

	for (; (pfn = page_tree_next(m->pages, &i)) != PFN_NONE && i <= last; i++)
		mapping_drop_page(pfn);
}

void mapping_punch(struct mapping *m, uint64_t first, uint64_t last)
{
	unmap_everywhere(m, first, last);
	drop_pages(m, first, last);
}

void mapping_truncate(struct mapping *m, uint64_t from)
{
	uint64_t first = (from + PAGE_MASK) >> PAGE_SHIFT;

	if (from & PAGE_MASK) {
		pfn_t pfn = page_tree_get(m->pages, from >> PAGE_SHIFT);

		if (pfn != PFN_NONE)
			memset(frame_ptr(pfn) + (from & PAGE_MASK), 0, PAGE_SIZE - (from & PAGE_MASK));
	}
	mapping_punch(m, first, UINT64_MAX);
}

void mapping_destroy(struct mapping *m)
{
	ASSERT(list_empty(&m->vmas));
	drop_pages(m, 0, UINT64_MAX);
	ASSERT(m->nr_pages == 0 && !m->pages);
}
