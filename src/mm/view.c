/* Views: a host mapping of an address space, for generated code (design D4, D5).
 *
 *   base - VIEW_GUARD       base                              base + size       + VIEW_GUARD
 *   |  no access            |  present pages, else no access  |  no access      |
 *
 * A view is a cache of the page table and never holds more than it: a page
 * is in the view only while its entry allows the access, and is writable
 * there only while W and D are set, so that the first store to a clean page is
 * seen. What is not there is a host SIGSEGV, which the engine turns into a trap.
 *
 * PTE_VIEW in an entry says exactly that its page is in the view. Whoever takes
 * a right from an entry, or the entry itself, calls view_forget() or
 * view_protect() FIRST: a frame must have left every view before it can be
 * reused. The host's own TLB shoot-down makes that true for all harts at once;
 * what one of them was about to store either happened before or becomes a trap.
 *
 * Pages come in runs (the 64 KiB around, as far as frames are contiguous),
 * because one mmap of sixteen pages costs little more than one of a page. The
 * zero page is not mapped from RAM: the reservation itself is private
 * anonymous memory, which reads as zeros as soon as it is readable.
 *
 * A table full of pages that lie behind each other, in a huge page of the host's (huge.c), comes in
 * as a whole, and the host maps it by one entry.
 *
 * Each run is an area of the host, whose number is limited (vm.max_map_count):
 * they are counted, and the views used longest ago are emptied when there are
 * too many. An emptied view keeps its reservation, so it may be in use.
 *
 * Lock: the kernel lock, for everything here. */
#include "mm_private.h"

#include "base/alloc.h"
#include "host/host.h"
#include "pte.h"

enum {
	BLOCK_PAGES = 16,          /* 64 KiB, what a fill looks at */
	FILL_RUNS = 4,             /* at most so many host calls a fill */
	VIEWS_MAX = 300,           /* of 2^38 bytes each, in the host's 2^47 */
	/* Half of the host's default limit: kernel stacks and hearth's own memory need areas, too. */
	AREAS_MAX = 32000,
};
#define VIEW_GUARD MM_VIEW_GUARD   /* both sides of a view */

struct view {
	struct list lru;           /* most recently entered first */
	struct mm *mm;
	uint8_t *base;             /* where guest address 0 is */
	uint64_t size;
	int64_t areas;             /* of the host, about */
	bool resting;              /* nobody runs translated code here: faults do not fill it */
	bool lost;                 /* pages or rights were taken away since mm_view_lost() */
};

static struct list views = LIST_INIT(views);
static unsigned nr_views;
static int64_t nr_areas;
struct mm_view_counts mm_view_counts;
bool (*mm_view_may_write)(const uint8_t *host);

/* ---- life --------------------------------------------------------------------------- */

uint8_t *mm_view_base(const struct mm *mm)
{
	return mm->view ? mm->view->base : NULL;
}

int mm_view_create(struct mm *mm)
{
	uint64_t size = mm->rv32 ? (uint64_t)1 << 32 : (uint64_t)1 << 38;
	struct view *v;
	void *base;

	if (mm->view)
		return 0;
	if (nr_views >= VIEWS_MAX || host_view_reserve(size, VIEW_GUARD, &base) != 0) {
		mm_view_counts.refused++;
		return -ENOMEM;
	}
	v = xnew(struct view);
	v->mm = mm;
	v->base = base;
	v->size = size;
	list_add_head(&views, &v->lru);
	nr_views++;
	mm->view = v;
	mm_view_counts.created++;
	return 0;
}

/* The entries are going away as well, or the process is. */
void view_destroy(struct mm *mm)
{
	struct view *v = mm->view;

	if (!v)
		return;
	mm->view = NULL;
	list_del(&v->lru);
	nr_views--;
	nr_areas -= v->areas;
	host_view_release(v->base, v->size, VIEW_GUARD);
	free(v);
}

/* ---- counting the host's areas ---------------------------------------------------------- */

static bool view_writable(pte_t e)
{
	return (e & (PTE_W | PTE_D)) == (PTE_W | PTE_D) &&
	       (likely(!mm_view_may_write) || mm_view_may_write(frame_host(pte_pfn(e))));
}

/* Are two neighbouring pages of the view in different areas of the host? */
static bool is_edge(pte_t a, pte_t b)
{
	if (!(a & b & PTE_VIEW))
		return (a ^ b) & PTE_VIEW;
	if (pte_pfn(a) == ZERO_PFN || pte_pfn(b) == ZERO_PFN)
		return pte_pfn(a) != pte_pfn(b);
	return pte_pfn(a) + 1 != pte_pfn(b) || view_writable(a) != view_writable(b);
}

/* Edges inside entries [first, last] of a table and at both ends. What lies in another table
 * counts as absent: an upper bound. */
static int64_t count_edges(const struct mm *mm, const struct leaf *l)
{
	pte_t before = l->first ? pte_get(mm, l->table, l->first - 1) : 0;
	unsigned per_table = mm->rv32 ? 1024 : 512;
	int64_t n = 0;

	for (unsigned i = l->first; i <= l->last; i++) {
		pte_t e = pte_get(mm, l->table, i);

		n += is_edge(before, e);
		before = e;
	}
	return n + is_edge(before, l->last + 1 < per_table ? pte_get(mm, l->table, l->last + 1) : 0);
}

static void add_areas(struct view *v, int64_t n)
{
	v->areas += n;
	nr_areas += n;
}

/* ---- taking pages out -------------------------------------------------------------------- */

/* The next run of pages in the view among entries [i, l->last]; false: none. The run is
 * [*from, *to). */
static bool next_run(const struct mm *mm, const struct leaf *l, unsigned *i, gva_t *from, gva_t *to)
{
	unsigned n = *i;

	while (n <= l->last && !(pte_get(mm, l->table, n) & PTE_VIEW))
		n++;
	if (n > l->last)
		return false;
	*from = l->va + ((uint64_t)(n - l->first) << PAGE_SHIFT);
	while (n <= l->last && (pte_get(mm, l->table, n) & PTE_VIEW))
		n++;
	*to = l->va + ((uint64_t)(n - l->first) << PAGE_SHIFT);
	*i = n;
	return true;
}

static void clear_marks(struct mm *mm, const struct leaf *l)
{
	for (unsigned i = l->first; i <= l->last; i++)
		if (pte_get(mm, l->table, i) & PTE_VIEW)
			pte_unmark(mm, l->table, i, PTE_VIEW);
}

static void release_range(struct view *v, gva_t from, gva_t to)
{
	mm_view_counts.forgets++;
	/* The page could be used after it changed hands: better no hearth at all. */
	if (host_view_unmap(v->base + from, to - from) != 0)
		fatal("the host cannot unmap guest memory");
}

static void empty_view(struct view *v)
{
	struct leaf l;

	release_range(v, 0, v->size);
	add_areas(v, -v->areas);
	for (gva_t pos = 0; pt_next_leaf(v->mm, &pos, v->mm->top, &l);)
		clear_marks(v->mm, &l);
}

void mm_view_empty(struct mm *mm)
{
	if (mm->view)
		empty_view(mm->view);
}

void mm_view_rest(struct mm *mm)
{
	if (!mm->view)
		return;
	empty_view(mm->view);
	mm->view->resting = true;
}

bool mm_view_lost(struct mm *mm)
{
	bool lost = mm->view && mm->view->lost;

	if (lost)
		mm->view->lost = false;
	return lost;
}

/* Pages of a stretch that leave together go in one call, holes between them too. */
void view_forget_slow(struct mm *mm, gva_t start, gva_t end)
{
	gva_t from, to, first = 0, last = 0;
	struct leaf l;

	mm->view->lost = true;
	for (gva_t pos = start; pt_next_leaf(mm, &pos, end, &l);) {
		bool any = false;
		int64_t edges;

		for (unsigned i = l.first; next_run(mm, &l, &i, &from, &to); any = true) {
			first = last ? first : from;
			last = to;
		}
		if (!any)
			continue;
		edges = count_edges(mm, &l);
		clear_marks(mm, &l);
		add_areas(mm->view, count_edges(mm, &l) - edges);
	}
	if (last)
		release_range(mm->view, first, last);
}

/* The pages become read-only (fork, and the search for dirty pages). */
void view_protect_slow(struct mm *mm, gva_t start, gva_t end)
{
	gva_t from, to;
	struct leaf l;

	mm->view->lost = true;
	for (gva_t pos = start; pt_next_leaf(mm, &pos, end, &l);)
		for (unsigned i = l.first; next_run(mm, &l, &i, &from, &to);) {
			mm_view_counts.forgets++;
			if (host_view_protect(mm->view->base + from, to - from) != 0)
				release_range(mm->view, from, to);
		}
}

/* ---- bringing pages in ---------------------------------------------------------------------- */

/* May the entry's page be in a view at all? */
static bool viewable(pte_t e)
{
	return (e & (PTE_V | PTE_U | PTE_R)) == (PTE_V | PTE_U | PTE_R) && pte_pfn(e) < ram.nr;
}

/* A private page's D tells nobody anything: its stores need not be watched. */
static pte_t ready(struct mm *mm, const struct leaf *l, unsigned i)
{
	pte_t e = pte_get(mm, l->table, i);

	if ((e & (PTE_V | PTE_W | PTE_D)) == (PTE_V | PTE_W) && frame_is_anon(pte_pfn(e))) {
		e |= PTE_D;
		pte_mark(mm, l->table, i, PTE_D);
	}
	return e;
}

static bool same_run(pte_t a, pte_t b)
{
	if (!viewable(b) || view_writable(a) != view_writable(b))
		return false;
	if (pte_pfn(a) == ZERO_PFN || pte_pfn(b) == ZERO_PFN)
		return pte_pfn(a) == pte_pfn(b);
	return pte_pfn(a) + 1 == pte_pfn(b);
}

/* Make room for a fill: others first, then the view it is for, which was used last. */
static void evict(void)
{
	while (nr_areas > AREAS_MAX) {
		struct view *v = list_entry(views.prev, struct view, lru);

		while (&v->lru != &views && !v->areas)
			v = list_entry(v->lru.prev, struct view, lru);
		if (&v->lru == &views)
			return;
		mm_view_counts.evictions++;
		empty_view(v);
	}
}

static void empty_all(void)
{
	struct view *v;

	list_for_each(v, &views, lru) {
		mm_view_counts.evictions++;
		empty_view(v);
	}
}

static bool map_run(struct view *v, const struct leaf *l, unsigned first, unsigned last)
{
	struct mm *mm = v->mm;
	pte_t e = pte_get(mm, l->table, first);
	struct leaf run = { l->table, first, last, 0 };
	uint8_t *at = v->base + l->va + ((uint64_t)(first - l->first) << PAGE_SHIFT);
	uint64_t len = (uint64_t)(last - first + 1) << PAGE_SHIFT;
	int64_t edges = count_edges(mm, &run);
	int ret;

	if (pte_pfn(e) == ZERO_PFN)
		ret = host_view_zeros(at, len);
	else
		ret = ram_map_view(at, len, pte_pfn(e), view_writable(e));
	/* The host may have done half of it: nothing is there for sure. */
	for (unsigned i = first; i <= last; i++)
		(ret ? pte_unmark : pte_mark)(mm, l->table, i, PTE_VIEW);
	if (ret)
		release_range(v, l->va + ((uint64_t)(first - l->first) << PAGE_SHIFT),
		              l->va + ((uint64_t)(last + 1 - l->first) << PAGE_SHIFT));
	else
		mm_view_counts.pages += last - first + 1;
	add_areas(v, count_edges(mm, &run) - edges);
	return ret == 0;
}

/* The runs of the block that are not there yet, nearest above first. */
static void map_neighbours(struct view *v, const struct leaf *l, unsigned first, unsigned last)
{
	unsigned runs = 1;

	for (unsigned i = l->first; i <= l->last && runs < FILL_RUNS; i++) {
		unsigned to = i;
		pte_t e = ready(v->mm, l, i);

		if ((i >= first && i <= last) || !viewable(e) || (e & PTE_VIEW))
			continue;
		while (to < l->last && same_run(pte_get(v->mm, l->table, to), ready(v->mm, l, to + 1)) &&
		       !(pte_get(v->mm, l->table, to + 1) & PTE_VIEW))
			to++;
		if (!map_run(v, l, i, to))
			return;
		runs++;
		i = to;
	}
}

/* All that the table of va maps, if it is one page of the host's and can be one in the view. */
static bool whole_table(struct view *v, gva_t va, struct leaf *l)
{
	gva_t start = align_down(va, HUGE_SIZE), pos = start;
	unsigned at = (unsigned)((va - start) >> PAGE_SHIFT);
	pfn_t pfn;

	if (v->mm->rv32 || ((uintptr_t)v->base ^ (uintptr_t)ram.base) & (HUGE_SIZE - 1) ||
	    !pt_next_leaf(v->mm, &pos, start + HUGE_SIZE, l) || l->va != start)
		return false;
	pfn = pte_pfn(pte_get(v->mm, l->table, at)) - at;
	if (pfn >= ram.nr || !is_aligned(pfn, 1u << HUGE_ORDER) || !frame_is_huge(pfn) || !viewable(ready(v->mm, l, 0)))
		return false;
	for (unsigned i = l->first; i < l->last; i++)
		if (!same_run(pte_get(v->mm, l->table, i), ready(v->mm, l, i + 1)))
			return false;
	return true;
}

bool view_in_use(const struct mm *mm)
{
	return mm->view && !mm->view->resting;
}

void view_fill_faulted(struct mm *mm, gva_t va)
{
	if (view_in_use(mm))
		mm_view_fill(mm, va);
}

bool mm_view_fill(struct mm *mm, gva_t va)
{
	gva_t block = align_down(va, BLOCK_PAGES * PAGE_SIZE);
	struct view *v = mm->view;
	unsigned first, last;
	struct leaf l;

	if (!v || va >= mm->top)
		return false;
	v->resting = false;
	if (&v->lru != views.next) {
		list_del(&v->lru);
		list_add_head(&views, &v->lru);
	}
	evict();
	if (whole_table(v, va, &l)) {
		mm_view_counts.fills++;
		return map_run(v, &l, l.first, l.last);
	}
	/* A block lies in one table: both are aligned powers of two. */
	if (!pt_next_leaf(mm, &block, block + BLOCK_PAGES * PAGE_SIZE, &l) || va < l.va)
		return false;
	first = last = l.first + (unsigned)((va - l.va) >> PAGE_SHIFT);
	if (!viewable(ready(mm, &l, first)))
		return false;
	while (last < l.last && same_run(pte_get(mm, l.table, last), ready(mm, &l, last + 1)))
		last++;
	while (first > l.first && viewable(ready(mm, &l, first - 1)) &&
	       same_run(pte_get(mm, l.table, first - 1), pte_get(mm, l.table, first)))
		first--;
	mm_view_counts.fills++;
	if (!map_run(v, &l, first, last)) {
		/* The host has its reasons (areas, memory): it gets everything back, once. */
		empty_all();
		return map_run(v, &l, first, last);
	}
	map_neighbours(v, &l, first, last);
	return true;
}
