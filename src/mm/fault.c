/* Page faults (Linux mm/memory.c handle_mm_fault()): an access the table forbids either gets
 * its page, or a signal.
 *
 *   nothing there    private anonymous   read: the zero page; write: a new frame
 *                    private file        read: the cache's frame, read-only; write: a copy
 *                    shared              the cache's frame; a store sets D, which the cache
 *                                        collects when the entry goes or the file is synced
 *   there, no W      sole owner          W is set
 *                    anybody else's      copied (COW)
 *   below a stack    it grows, within RLIMIT_STACK and away from what lies below
 *
 * Faults are dear, so one may bring neighbours (fault-around): pages of the same
 * file in the same 64 KiB that are in the cache, and, once an anonymous area is
 * seen to be used front to back, the pages that come next. Pages that are not
 * in the cache are read ahead only for a program with a view: the host backs a frame
 * in 2 us, a fault of the interpreter costs a quarter of that, and the file's owner
 * buffers reads. */
#include "mm_private.h"

#include <string.h>

#include "pte.h"

enum {
	AROUND_ORDER = 4, AROUND_PAGES = 1 << AROUND_ORDER,   /* Linux fault_around_bytes: 64 KiB */
	RUN_AFTER = 4,             /* pages used in a row before anonymous memory comes in runs */
};

pte_t prot_bits(int prot, bool writable)
{
	pte_t e = PTE_V | PTE_U;

	if (!(prot & (PROT_READ | PROT_WRITE | PROT_EXEC)))
		return PTE_NONE;
	/* W without R is reserved: write permission implies read. X alone is execute-only. */
	if (prot & (PROT_READ | PROT_WRITE))
		e |= PTE_R;
	if ((prot & PROT_WRITE) && writable)
		e |= PTE_W;
	if (prot & PROT_EXEC)
		e |= PTE_X;
	return e;
}

/* One page being resolved. */
struct fault {
	struct mm *mm;
	struct vma *v;
	gva_t va;
	struct leaf leaf;          /* of va: entry leaf.first */
	bool write, force;
	bool major, cow;
};

static void set_page(struct fault *f, pfn_t pfn, bool writable)
{
	pte_t e = pte_make(pfn, prot_bits(f->v->prot, writable) | PTE_A);

	if (f->write && (e & PTE_W))
		e |= PTE_D;
	pte_set(f->mm, f->leaf.table, f->leaf.first, e);
	rss_add(f->mm, pfn, 1);
}

/* ---- private pages ----------------------------------------------------------------- */

/* How many pages come with the one at va: as many as lie written right below it. What is used front
 * to back comes in runs, whatever else is used meanwhile, and no more than half of it in vain. */
static unsigned anon_run_order(const struct fault *f)
{
	unsigned at = f->leaf.first, below = 0, order = 0;
	unsigned most = (unsigned)MIN((uint64_t)at, (f->va - f->v->start) >> PAGE_SHIFT);

	while (below < MIN(most, (unsigned)AROUND_PAGES)) {
		pte_t e = pte_get(f->mm, f->leaf.table, at - below - 1);

		if (!(e & PTE_V) || !frame_is_anon(pte_pfn(e)))
			break;
		below++;
	}
	if (below < RUN_AFTER)
		return 0;
	while (2u << order <= below && at + (2u << order) - 1 <= f->leaf.last)
		order++;
	for (unsigned i = 1; i < 1u << order; i++)
		if (pte_get(f->mm, f->leaf.table, at + i))
			return 0;
	return order;
}

static bool anon_run(struct fault *f)
{
	unsigned order = anon_run_order(f);
	pfn_t pfn = order ? frame_alloc_run_now(order) : PFN_NONE;
	struct fault next = *f;

	if (pfn == PFN_NONE)
		return false;
	for (unsigned i = 0; i < 1u << order; i++) {
		next.leaf.first = f->leaf.first + i;
		set_page(&next, pfn + i, true);
	}
	return true;
}

static enum fault_result anon_fault(struct fault *f)
{
	pfn_t pfn;

	if (!f->write) {
		set_page(f, ZERO_PFN, false);
		return FAULT_OK;
	}
	if (!f->force && anon_run(f))
		return FAULT_OK;
	pfn = frame_alloc();
	if (pfn == PFN_NONE)
		return FAULT_OOM;
	set_page(f, pfn, true);
	return FAULT_OK;
}

/* A page of a private mapping of a file becomes the process' own. */
static void note_copy(struct fault *f)
{
	if (f->v->prot & PROT_EXEC)
		code_changes(f->mm);
	f->v->copied = true;
}

static pfn_t copy_frame(pfn_t from)
{
	pfn_t pfn;

	if (from == ZERO_PFN)
		return frame_alloc();
	pfn = frame_alloc_raw();
	if (pfn != PFN_NONE)
		memcpy(frame_ptr(pfn), frame_ptr(from), PAGE_SIZE);
	return pfn;
}

/* A store to a private page that is mapped without W. */
static enum fault_result cow_fault(struct fault *f, pte_t e)
{
	pfn_t old = pte_pfn(e), pfn;

	f->cow = true;
	if (frame_is_anon(old) && frame_of(old)->refs == 1) {
		pte_t now = pte_make(old, prot_bits(f->v->prot, true) | PTE_A | PTE_D | (e & PTE_VIEW));

		pte_set(f->mm, f->leaf.table, f->leaf.first, now);
		return FAULT_OK;
	}
	mm_shoot_down(f->mm);      /* a reader may still hold the old frame */
	/* Allocation may reclaim, but never this page: the entry holds a reference. */
	pfn = copy_frame(old);
	if (pfn == PFN_NONE)
		return FAULT_OOM;
	note_copy(f);
	view_forget(f->mm, f->va, f->va + PAGE_SIZE);
	rss_add(f->mm, old, -1);
	set_page(f, pfn, true);
	frame_put(old);
	if (old != ZERO_PFN)
		f->mm->stats.cow_copies++;
	return FAULT_OK;
}

/* ---- pages of files ------------------------------------------------------------------ */

/* Map what the cache holds of the 64 KiB around, as if each had been read. */
static void map_around(struct fault *f)
{
	const struct vma *v = f->v;
	unsigned at = f->leaf.first;
	unsigned first = at - at % AROUND_PAGES, last = MIN(f->leaf.last, first + AROUND_PAGES - 1);
	uint64_t pages = (v->mapping->ops->size(v->mapping) + PAGE_MASK) >> PAGE_SHIFT;
	pte_t bits = prot_bits(v->prot, v->flags & VMA_SHARED) | PTE_A;
	uint64_t below = (f->va - v->start) >> PAGE_SHIFT;

	first = MAX(first, (unsigned)(at - MIN(below, (uint64_t)at)));
	for (unsigned i = first; i <= last; i++) {
		uint64_t index = vma_index(v, f->va) + i - at;
		pfn_t pfn;

		if (index >= pages || pte_get(f->mm, f->leaf.table, i))
			continue;
		pfn = mapping_peek_page(v->mapping, index);
		if (pfn == PFN_NONE)
			continue;
		frame_get(pfn);
		pte_set(f->mm, f->leaf.table, i, pte_make(pfn, bits));
		rss_add(f->mm, pfn, 1);
	}
}

/* A program that runs translated code gets all of the 64 KiB around, in frames that lie behind each
 * other: its faults cost a signal each, and come into a view with one call of the host. */
static void read_around(struct fault *f, uint64_t pages)
{
	const struct vma *v = f->v;
	gva_t first = MAX(align_down(f->va, AROUND_PAGES * PAGE_SIZE), v->start);
	gva_t end = MIN(align_down(f->va, AROUND_PAGES * PAGE_SIZE) + AROUND_PAGES * PAGE_SIZE, v->end);
	uint64_t index = vma_index(v, first), nr = MIN((end - first) >> PAGE_SHIFT, pages - index);

	if (view_in_use(f->mm) && !f->force && v->mapping->ops->read_run && nr > 1)
		mapping_read_run(v->mapping, index, (unsigned)nr, AROUND_ORDER);
}

/* The cache's page under va, with a reference. */
static enum fault_result file_page(struct fault *f, pfn_t *out)
{
	struct mapping *m = f->v->mapping;
	uint64_t index = vma_index(f->v, f->va);
	uint64_t pages = (m->ops->size(m) + PAGE_MASK) >> PAGE_SHIFT;
	int ret;

	if (index >= pages)
		return FAULT_BUS;
	f->major = !mapping_is_shmem(m) && mapping_peek_page(m, index) == PFN_NONE;
	if (f->major)
		read_around(f, pages);
	ret = mapping_get_page(m, index, false, out);
	if (ret == -ENOMEM)
		return FAULT_OOM;
	return ret || *out == PFN_NONE ? FAULT_BUS : FAULT_OK;
}

static enum fault_result file_fault(struct fault *f)
{
	bool shared = f->v->flags & VMA_SHARED;
	enum fault_result r;
	pfn_t page, copy;

	r = file_page(f, &page);
	if (r != FAULT_OK)
		return r;
	if (f->write && !shared) {
		copy = copy_frame(page);
		frame_put(page);
		if (copy == PFN_NONE)
			return FAULT_OOM;
		f->cow = true;
		f->mm->stats.cow_copies++;
		note_copy(f);
		set_page(f, copy, true);
		return FAULT_OK;
	}
	set_page(f, page, shared);
	if (!f->force)
		map_around(f);
	return FAULT_OK;
}

/* ---- swapped out ------------------------------------------------------------------------- */

static enum fault_result swap_fault(struct fault *f, pte_t e)
{
	pfn_t pfn = frame_alloc_raw();

	if (pfn == PFN_NONE)
		return FAULT_OOM;
	if (swap_read_page(e, pfn) < 0) {
		frame_put(pfn);
		return FAULT_BUS;
	}
	swap_put(e);
	f->mm->stats.swap_pages--;
	f->major = true;
	set_page(f, pfn, !(f->v->flags & VMA_SHARED));
	return FAULT_OK;
}

/* ---- one page -------------------------------------------------------------------------- */

/* The entry is there, so what is missing is a right, or nothing (a stale cache of it). */
static enum fault_result present_fault(struct fault *f, pte_t e)
{
	if (f->write && !(e & PTE_W) && !(f->v->flags & VMA_SHARED))
		return cow_fault(f, e);
	pte_mark(f->mm, f->leaf.table, f->leaf.first,
		 PTE_A | (f->write && (e & PTE_W) ? PTE_D : 0));
	return FAULT_OK;
}

static bool area_permits(const struct vma *v, enum access access)
{
	/* Linux arch/riscv/mm/fault.c access_error(): write implies read. */
	static const int needs[] = {
		[ACCESS_READ] = PROT_READ | PROT_WRITE,
		[ACCESS_WRITE] = PROT_WRITE,
		[ACCESS_EXEC] = PROT_EXEC,
	};

	return v->prot & needs[access];
}

/* Resolve an access to the page at va, inside v. FAULT_FORCE: whatever the area permits. */
enum fault_result fault_page(struct mm *mm, struct vma *v, gva_t va, enum access access, unsigned flags)
{
	struct fault f = { .mm = mm, .v = v, .va = align_down(va, PAGE_SIZE),
		.write = access == ACCESS_WRITE, .force = flags & FAULT_FORCE };
	enum fault_result r;
	pte_t e;

	if (!f.force && !area_permits(v, access))
		return FAULT_ACCERR;
	if (!pt_alloc_leaf(mm, f.va, v->end, &f.leaf))
		return FAULT_OOM;
	e = pte_get(mm, f.leaf.table, f.leaf.first);
	if (e & PTE_SWAP)
		r = swap_fault(&f, e);
	else if (e)
		r = present_fault(&f, e);
	else if (v->mapping)
		r = file_fault(&f);
	else
		r = anon_fault(&f);
	if (r != FAULT_OK)
		pt_trim(mm, f.va);
	else if (f.major)
		mm->stats.maj_faults++;
	else
		mm->stats.min_faults++;
	if (!(flags & FAULT_QUIET))
		TRACE(mm, page_fault, mm, va, access, r, f.major, f.cow);
	return r;
}

/* ---- the stack ---------------------------------------------------------------------------- */

/* Linux mm/vma.c expand_downwards(): the area above va, grown to contain it; NULL if it may not. */
static struct vma *grow_stack(struct mm *mm, unsigned i, gva_t va)
{
	gva_t start = align_down(va, PAGE_SIZE);
	struct vma *v;
	uint64_t pages;

	if (i == mm->nr_vmas || !(mm->vmas[i]->flags & VMA_GROWSDOWN))
		return NULL;
	v = mm->vmas[i];
	if (start < mm_mmap_min_addr)
		return NULL;
	if (i > 0) {
		const struct vma *below = mm->vmas[i - 1];

		/* Another stack or an inaccessible area below may be closer. */
		if (!(below->flags & VMA_GROWSDOWN) && below->prot && start - below->end < STACK_GUARD_GAP)
			return NULL;
	}
	pages = (v->start - start) >> PAGE_SHIFT;
	if (v->end - start > mm->limits.stack || !vma_may_expand(mm, v->prot, v->flags, pages))
		return NULL;
	if ((v->flags & VMA_LOCKED) && lock_allowed(mm, pages) != 0)
		return NULL;
	if (v->mapping && v->offset < v->start - start)
		return NULL;
	vma_resize(mm, v, start, v->end);
	return v;
}

enum fault_result mm_fault(struct mm *mm, gva_t va, enum access access)
{
	unsigned i;
	struct vma *v;
	enum fault_result r;

	mm_balance();
	i = vma_find_index(mm, va);
	v = i < mm->nr_vmas ? mm->vmas[i] : NULL;
	if (va >= mm->top)
		v = NULL;
	else if (v && va < v->start)
		v = grow_stack(mm, i, va);
	if (!v) {
		TRACE(mm, page_fault, mm, va, access, FAULT_MAPERR, false, false);
		return FAULT_MAPERR;
	}
	r = fault_page(mm, v, va, access, 0);
	if (r == FAULT_OK && access != ACCESS_EXEC)
		view_fill_faulted(mm, va);
	return r;
}

uint64_t mm_major_faults(const struct mm *mm)
{
	return mm->stats.maj_faults;
}

/* ---- filling in advance ----------------------------------------------------------------------- */

static const int fault_errno[] = {
	[FAULT_OK] = 0, [FAULT_MAPERR] = -ENOMEM, [FAULT_ACCERR] = -EFAULT,
	[FAULT_BUS] = -EFAULT, [FAULT_OOM] = -ENOMEM,
};

/* Linux populate_vma_page_range(): break COW in advance where the area is writable. */
static enum access populate_access(const struct vma *v, bool write)
{
	if (write || ((v->prot & PROT_WRITE) && !(v->flags & VMA_SHARED)))
		return ACCESS_WRITE;
	return v->prot & (PROT_READ | PROT_WRITE) ? ACCESS_READ : ACCESS_EXEC;
}

int populate_range(struct mm *mm, gva_t start, gva_t end, bool write)
{
	for (gva_t va = start; va < end; va += PAGE_SIZE) {
		struct vma *v = vma_find(mm, va);
		enum access access;
		pte_t e;
		enum fault_result r;

		if (!v)
			return -ENOMEM;
		access = populate_access(v, write);
		e = pt_lookup(mm, va);
		if ((e & PTE_V) && (access != ACCESS_WRITE || (e & PTE_W)))
			continue;
		r = fault_page(mm, v, va, access, FAULT_QUIET);
		if (r != FAULT_OK)
			return fault_errno[r];
	}
	return 0;
}
