/* struct mm: its life, its statistics, and a look at its areas.
 *
 * User space ends where Linux ends it:
 *   RV64  0x4000000000, half of what Sv39 reaches (TASK_SIZE_64); the last page is usable
 *   RV32  0x9dc00000, FIXADDR_START of a native 32-bit kernel, which is the machine an
 *         RV32 program believes in. (A 64-bit kernel in compat mode says 0x80000000.) */
#include "mm_private.h"

#include "base/alloc.h"
#include "pte.h"

#define TASK_SIZE_RV64 0x4000000000ull
#define TASK_SIZE_RV32 0x9dc00000ull

struct mm_tracepoints mm_tracepoints;
void (*mm_engine_free)(void *state);

static uint64_t next_id = 1;

struct mm *mm_create(enum xlen xlen)
{
	struct mm *mm = try_alloc(sizeof(*mm));

	if (!mm)
		return NULL;
	mm->rv32 = xlen == XLEN_32;
	mm->top = mm->rv32 ? TASK_SIZE_RV32 : TASK_SIZE_RV64;
	if (pt_init(mm) != 0) {
		free(mm);
		return NULL;
	}
	mm->refs = 1;
	swap_space_born(mm);
	mm->id = next_id++;
	mm->limits = (struct mm_limits){ UINT64_MAX, UINT64_MAX, DEFAULT_STACK_LIMIT, UINT64_MAX };
	mm->layout.mmap_base = align_down(mm->top - MMAP_MIN_GAP - STACK_GUARD_GAP, PAGE_SIZE);
	return mm;
}

void mm_get(struct mm *mm)
{
	mm->refs++;
}

void (*mm_destroyed)(uint64_t id);

void mm_put(struct mm *mm)
{
	ASSERT(mm->refs > 0);
	if (--mm->refs)
		return;
	if (mm_destroyed)
		mm_destroyed(mm->id);
	view_destroy(mm);
	swap_space_gone(mm);
	if (mm->engine.state)
		mm_engine_free(mm->engine.state);
	zap_range(mm, 0, mm->top);
	while (mm->nr_vmas)
		vma_remove(mm, mm->nr_vmas - 1);
	pt_destroy(mm);
	ASSERT(mm->stats.page_table_pages == 0 && mm->stats.swap_pages == 0);
	ASSERT(mm->stats.rss_anon + mm->stats.rss_file + mm->stats.rss_shmem == 0);
	free(mm->vmas);
	free(mm);
}

enum xlen mm_xlen(const struct mm *mm)              { return mm->rv32 ? XLEN_32 : XLEN_64; }
gva_t mm_top(const struct mm *mm)                   { return mm->top; }
uint64_t mm_id(const struct mm *mm)                 { return mm->id; }
uint64_t mm_tlb_generation(const struct mm *mm)     { return mm->tlb_generation; }

/* In this order: a hart that entered before would take the new generation for that of what it
 * reads from the old table. */
void mm_shoot_down(struct mm *mm)
{
	sched_stop_space(mm);
	mm->tlb_generation++;
}

struct mm_engine *mm_engine(struct mm *mm)          { return &mm->engine; }
uint64_t mm_code_generation(const struct mm *mm)    { return __atomic_load_n(&mm->code_generation, __ATOMIC_ACQUIRE); }
struct mm_layout *mm_layout(struct mm *mm)          { return &mm->layout; }
struct mm_limits *mm_limits(struct mm *mm)          { return &mm->limits; }

/* ---- statistics ------------------------------------------------------------------ */

void rss_add(struct mm *mm, pfn_t pfn, int n)
{
	struct rss_delta d = { 0 };

	rss_note(&d, pfn, frame_of(pfn)->flags);
	rss_apply(mm, &d, n);
}

void mm_stats(struct mm *mm, struct mm_stats *out)
{
	*out = mm->stats;
}

void mm_look_at_page(struct mm *mm, gva_t va, struct mm_page *out)
{
	pte_t e = pt_lookup(mm, va);
	const struct frame *f = frame_of(pte_pfn(e));

	*out = (struct mm_page){ .swapped = e && !(e & PTE_PRESENT) };
	if (!(e & PTE_PRESENT))
		return;
	out->present = true;
	out->file = f->flags & FRAME_CACHE;
	out->exclusive = pte_pfn(e) != ZERO_PFN && f->refs - !!(f->flags & FRAME_CACHE) == 1;
}

gva_t mm_next_page(struct mm *mm, gva_t from, gva_t end)
{
	struct leaf l;

	for (gva_t pos = from; pt_next_leaf(mm, &pos, end, &l);)
		for (unsigned i = l.first; i <= l.last; i++)
			if (pte_get(mm, l.table, i))
				return l.va + ((gva_t)(i - l.first) << PAGE_SHIFT);
	return end;
}

/* ---- a look at an area --------------------------------------------------------------- */

static void count_page(struct vma_info *out, pte_t e)
{
	const struct frame *f = frame_of(pte_pfn(e));
	uint64_t owners = f->refs - !!(f->flags & FRAME_CACHE);

	if (pte_pfn(e) == ZERO_PFN)
		return;
	out->rss_pages++;
	out->referenced_pages += !!(e & PTE_A);
	out->anon_pages += frame_is_anon(pte_pfn(e));
	if (owners > 1)
		out->shared_pages++;
	else
		out->private_pages++;
	out->pss_bytes += PAGE_SIZE / MAX(owners, 1u);
	if ((e & PTE_D) || (f->flags & FRAME_DIRTY))
		out->dirty_pages++;
}

bool mm_find_code(struct mm *mm, gva_t va, struct mm_code_area *out)
{
	const struct vma *v = vma_find(mm, va);

	if (!v || !(v->prot & PROT_EXEC))
		return false;
	*out = (struct mm_code_area){ .start = v->start, .end = v->end };
	if (v->mapping && !(v->flags & VMA_SHARED) && !v->copied) {
		out->pristine = true;
		out->mapping = v->mapping;
		out->offset = v->offset;
	}
	return true;
}

bool mm_find_vma(struct mm *mm, gva_t addr, bool counts, struct vma_info *out)
{
	unsigned i = vma_find_index(mm, addr);
	const struct vma *v;
	struct leaf l;

	if (i == mm->nr_vmas)
		return false;
	v = mm->vmas[i];
	*out = (struct vma_info){
		.start = v->start, .end = v->end, .prot = v->prot,
		.shared = v->flags & VMA_SHARED, .grows_down = v->flags & VMA_GROWSDOWN,
		.mapping = v->mapping, .offset = v->offset, .file = v->file, .name = v->name,
		.locked = v->flags & VMA_LOCKED, .no_dump = v->flags & VMA_DONTDUMP,
		.dont_fork = v->flags & VMA_DONTFORK, .wipe_on_fork = v->flags & VMA_WIPEONFORK,
		.no_reserve = v->flags & VMA_NORESERVE,
	};
	if (!counts)
		return true;
	for (gva_t pos = v->start; pt_next_leaf(mm, &pos, v->end, &l);)
		for (unsigned k = l.first; k <= l.last; k++) {
			pte_t e = pte_get(mm, l.table, k);

			if (e & PTE_PRESENT)
				count_page(out, e);
			else if (e)
				out->swap_pages++;
		}
	return true;
}
