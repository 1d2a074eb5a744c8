/* The areas of an address space: a sorted array of pointers.
 *
 * A lookup is a binary search behind a one-entry hint; a fork copies the array
 * front to back; insertion moves the tail, which for the 65,530 areas allowed
 * is at worst half a megabyte, and for the usual hundred is nothing.
 *
 * Every change of an area goes through vma_insert, vma_remove, vma_resize,
 * vma_change, vma_split and vma_merge_range: they keep the page counts of
 * struct mm_stats and the mapping's list of areas right. */
#include "mm_private.h"

#include <string.h>

#include "base/alloc.h"

void (*mm_file_get)(void *file);
void (*mm_file_put)(void *file);

/* ---- one area ------------------------------------------------------------------ */

struct vma *vma_new(const struct vma *like)
{
	struct vma *v = try_alloc(sizeof(*v));

	if (!v)
		return NULL;
	*v = *like;
	list_init(&v->link);
	if (v->mapping && v->mapping->ops->get)
		v->mapping->ops->get(v->mapping);
	if (v->file && mm_file_get)
		mm_file_get(v->file);
	return v;
}

void vma_free(struct vma *v)
{
	struct mapping *m = v->mapping;
	void *file = v->file;

	free(v);
	if (file && mm_file_put)
		mm_file_put(file);
	if (m && m->ops->put)
		m->ops->put(m);
}

/* Linux mm/vma.c vm_stat_account(): which of its sizes an area counts towards. */
static void account(struct mm *mm, const struct vma *v, int sign)
{
	uint64_t n = vma_pages(v) * (uint64_t)(int64_t)sign;
	struct mm_stats *s = &mm->stats;

	s->total_vm_pages += n;
	if (v->flags & VMA_LOCKED)
		s->locked_vm_pages += n;
	if (v->flags & VMA_GROWSDOWN)
		s->stack_vm_pages += n;
	else if ((v->prot & (PROT_EXEC | PROT_WRITE)) == PROT_EXEC)
		s->exec_vm_pages += n;
	else if ((v->prot & PROT_WRITE) && !(v->flags & VMA_SHARED))
		s->data_vm_pages += n;
}

/* ---- finding ---------------------------------------------------------------------- */

unsigned vma_find_index(struct mm *mm, gva_t addr)
{
	unsigned low = 0, high = mm->nr_vmas;

	if (mm->hint < high) {
		const struct vma *v = mm->vmas[mm->hint];

		if (addr >= v->start && addr < v->end)
			return mm->hint;
	}
	while (low < high) {
		unsigned mid = low + (high - low) / 2;

		if (mm->vmas[mid]->end > addr)
			high = mid;
		else
			low = mid + 1;
	}
	mm->hint = low;
	return low;
}

struct vma *vma_find(struct mm *mm, gva_t addr)
{
	unsigned i = vma_find_index(mm, addr);

	return i < mm->nr_vmas && mm->vmas[i]->start <= addr ? mm->vmas[i] : NULL;
}

bool vma_covered(struct mm *mm, gva_t start, gva_t end)
{
	for (unsigned i = vma_find_index(mm, start); start < end; i++) {
		if (i == mm->nr_vmas || mm->vmas[i]->start > start)
			return false;
		start = mm->vmas[i]->end;
	}
	return true;
}

/* ---- the array ------------------------------------------------------------------------ */

int vma_reserve(struct mm *mm, unsigned more)
{
	unsigned cap = mm->cap_vmas;
	struct vma **p;

	if (mm->nr_vmas + more <= cap)
		return 0;
	cap = MAX(MAX(2 * cap, 32u), mm->nr_vmas + more);
	p = try_alloc(cap * sizeof(struct vma *));
	if (!p)
		return -ENOMEM;
	if (mm->nr_vmas)
		memcpy(p, mm->vmas, mm->nr_vmas * sizeof(struct vma *));
	free(mm->vmas);
	mm->vmas = p;
	mm->cap_vmas = cap;
	return 0;
}

void vma_insert(struct mm *mm, struct vma *v)
{
	unsigned i = vma_find_index(mm, v->start);

	ASSERT(mm->nr_vmas < mm->cap_vmas);
	ASSERT(i == mm->nr_vmas || mm->vmas[i]->start >= v->end);
	memmove(&mm->vmas[i + 1], &mm->vmas[i], (mm->nr_vmas - i) * sizeof(struct vma *));
	mm->vmas[i] = v;
	mm->nr_vmas++;
	v->mm = mm;
	account(mm, v, 1);
	if (v->mapping)
		list_add_tail(&v->mapping->vmas, &v->link);
}

void vma_remove(struct mm *mm, unsigned i)
{
	struct vma *v = mm->vmas[i];

	if (v->prot & PROT_EXEC)
		code_changes(mm);
	account(mm, v, -1);
	list_del(&v->link);
	mm->nr_vmas--;
	memmove(&mm->vmas[i], &mm->vmas[i + 1], (mm->nr_vmas - i) * sizeof(struct vma *));
	vma_free(v);
}

/* Move an area's ends; what it maps stays where it is. */
void vma_resize(struct mm *mm, struct vma *v, gva_t start, gva_t end)
{
	if (v->prot & PROT_EXEC)
		code_changes(mm);
	account(mm, v, -1);
	v->offset += start - v->start;
	v->start = start;
	v->end = end;
	account(mm, v, 1);
}

void vma_change(struct mm *mm, struct vma *v, int prot, unsigned flags)
{
	if ((v->prot | prot) & PROT_EXEC)
		code_changes(mm);
	account(mm, v, -1);
	v->prot = prot;
	v->flags = flags;
	account(mm, v, 1);
}

/* ---- split and merge ----------------------------------------------------------------- */

int vma_split(struct mm *mm, unsigned i, gva_t at)
{
	struct vma *low = mm->vmas[i], *high;

	if (vma_reserve(mm, 1) != 0)
		return -ENOMEM;
	high = vma_new(low);
	if (!high)
		return -ENOMEM;
	high->offset += at - low->start;
	high->start = at;
	vma_resize(mm, low, low->start, at);
	vma_insert(mm, high);
	return 0;
}

int vma_split_range(struct mm *mm, gva_t start, gva_t end, bool limited)
{
	gva_t edges[2] = { start, end };

	for (int k = 0; k < 2; k++) {
		unsigned i = vma_find_index(mm, edges[k]);

		if (i < mm->nr_vmas && mm->vmas[i]->start < edges[k]) {
			if (limited && mm->nr_vmas >= MAX_MAP_COUNT)
				return -ENOMEM;
			if (vma_split(mm, i, edges[k]) != 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static bool mergeable(const struct vma *a, const struct vma *b)
{
	if (a->end != b->start || a->prot != b->prot || a->flags != b->flags ||
	    a->mapping != b->mapping || a->file != b->file || a->name != b->name)
		return false;
	return !a->mapping || a->offset + (a->end - a->start) == b->offset;
}

void vma_merge_range(struct mm *mm, gva_t start, gva_t end)
{
	unsigned i = vma_find_index(mm, start ? start - 1 : 0);

	while (i + 1 < mm->nr_vmas && mm->vmas[i]->start <= end) {
		struct vma *a = mm->vmas[i], *b = mm->vmas[i + 1];
		gva_t merged_end = b->end;

		if (!mergeable(a, b)) {
			i++;
			continue;
		}
		a->copied |= b->copied;
		vma_remove(mm, i + 1);
		vma_resize(mm, a, a->start, merged_end);
	}
}

/* ---- placement -------------------------------------------------------------------------- */

gva_t mm_mmap_min_addr = 65536;

/* Where an area begins as far as new neighbours are concerned: a stack keeps room to grow
 * (Linux vm_start_gap()). */
static gva_t start_with_gap(const struct vma *v)
{
	if (!(v->flags & VMA_GROWSDOWN))
		return v->start;
	return v->start > STACK_GUARD_GAP ? v->start - STACK_GUARD_GAP : 0;
}

static bool range_free(struct mm *mm, gva_t addr, uint64_t len)
{
	unsigned i = vma_find_index(mm, addr);

	return i == mm->nr_vmas || addr + len <= start_with_gap(mm->vmas[i]);
}

/* The highest hole of `len` in [low, high). */
static int64_t place_top_down(struct mm *mm, uint64_t len, gva_t low, gva_t high)
{
	unsigned i = vma_find_index(mm, high);
	gva_t ceiling = i < mm->nr_vmas ? MIN(high, start_with_gap(mm->vmas[i])) : high;

	for (;;) {
		gva_t floor = i ? MAX(low, mm->vmas[i - 1]->end) : low;

		if (ceiling >= floor && ceiling - floor >= len)
			return (int64_t)(ceiling - len);
		if (!i || mm->vmas[i - 1]->end <= low)
			return -ENOMEM;
		i--;
		ceiling = MIN(ceiling, start_with_gap(mm->vmas[i]));
	}
}

static int64_t place_bottom_up(struct mm *mm, uint64_t len, gva_t low, gva_t high)
{
	gva_t floor = low;

	for (unsigned i = vma_find_index(mm, low);; i++) {
		gva_t ceiling = i < mm->nr_vmas ? MIN(high, start_with_gap(mm->vmas[i])) : high;

		if (ceiling >= floor && ceiling - floor >= len)
			return (int64_t)floor;
		if (i == mm->nr_vmas || mm->vmas[i]->end >= high)
			return -ENOMEM;
		floor = MAX(floor, mm->vmas[i]->end);
	}
}

/* Linux mm/mmap.c __get_unmapped_area() and generic_get_unmapped_area_topdown(). */
int64_t vma_place(struct mm *mm, gva_t addr, uint64_t len, int flags, bool allow_low)
{
	gva_t min = allow_low ? 0 : mm_mmap_min_addr;
	int64_t at;

	if (len > mm->top)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		if (addr > mm->top - len)
			return -ENOMEM;
		if (!is_aligned(addr, PAGE_SIZE))
			return -EINVAL;
		return addr < min ? -EPERM : (int64_t)addr;
	}
	min = mm_mmap_min_addr;
	if (len > mm->top - min)
		return -ENOMEM;
	if (addr) {
		addr = MAX(align_up(addr, PAGE_SIZE), min);
		if (addr <= mm->top - len && range_free(mm, addr, len))
			return (int64_t)addr;
	}
	/* Page 0 stays free even when nothing else is protected: NULL is no address. */
	min = MAX(min, PAGE_SIZE);
	if (mm->layout.mmap_bottom_up)
		return place_bottom_up(mm, len, MAX(min, mm->layout.mmap_base), mm->top);
	at = place_top_down(mm, len, min, mm->layout.mmap_base);
	/* Above mmap_base there is room too when the stack limit was generous. */
	if (at < 0)
		at = place_bottom_up(mm, len, align_up(mm->top / 3, PAGE_SIZE), mm->top);
	return at;
}

/* ---- limits ----------------------------------------------------------------------------------- */

bool range_valid(const struct mm *mm, gva_t addr, uint64_t len)
{
	return addr <= mm->top && len <= mm->top - addr;
}

bool vma_data_allowed(const struct mm *mm, int prot, unsigned flags, uint64_t pages)
{
	if (!(prot & PROT_WRITE) || (flags & (VMA_SHARED | VMA_GROWSDOWN)))
		return true;
	return mm->stats.data_vm_pages + pages <= mm->limits.data >> PAGE_SHIFT;
}

bool vma_may_expand(const struct mm *mm, int prot, unsigned flags, uint64_t pages)
{
	return mm->stats.total_vm_pages + pages <= mm->limits.as >> PAGE_SHIFT &&
	       vma_data_allowed(mm, prot, flags, pages);
}

/* vm.overcommit_memory = 0: only a request that could never be met is refused
 * (Linux mm/util.c __vm_enough_memory()). */
bool vma_over_commit(int prot, unsigned flags, uint64_t pages)
{
	if (!(prot & PROT_WRITE) || (flags & (VMA_SHARED | VMA_NORESERVE)))
		return false;
	return pages > (ram_total_pages() + swap_total_pages());
}
