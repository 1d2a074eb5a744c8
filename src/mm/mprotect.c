/* mprotect (Linux mm/mprotect.c): areas change first, then the entries of present pages.
 *
 * Linux changes area by area and stops at the first hole or refusal, leaving the
 * earlier ones changed; programs see that, so it is the same here. */
#include "mm_private.h"

#include "pte.h"

static void protect_leaf(struct mm *mm, const struct leaf *l, const struct vma *v, bool *lost)
{
	for (unsigned i = l->first; i <= l->last; i++) {
		pte_t e = pte_get(mm, l->table, i), now;
		pfn_t pfn = pte_pfn(e);
		bool writable;

		if (!(e & PTE_PRESENT))
			continue;
		/* COW is undecided until a write faults: W comes back only where sole ownership
		 * is sure. */
		writable = v->flags & VMA_SHARED || (frame_is_anon(pfn) && frame_of(pfn)->refs == 1);
		now = pte_make(pfn, prot_bits(v->prot, writable) | (e & (PTE_A | PTE_D)));
		if (e & ~now & (PTE_V | PTE_LEAF))
			*lost = true;
		pte_set(mm, l->table, i, now);
	}
}

static void protect_pages(struct mm *mm, const struct vma *v)
{
	struct leaf l;
	bool lost = false;

	sched_stop_space(mm);      /* whatever changes: harts mark entries A and D */
	view_forget(mm, v->start, v->end);
	for (gva_t pos = v->start; pt_next_leaf(mm, &pos, v->end, &l);)
		protect_leaf(mm, &l, v, &lost);
	if (lost)
		mm->tlb_generation++;
}

/* The part of area i inside [start, end). */
static int protect_area(struct mm *mm, unsigned i, gva_t start, gva_t end, int prot)
{
	struct vma *v = mm->vmas[i];
	uint64_t pages = (MIN(end, v->end) - MAX(start, v->start)) >> PAGE_SHIFT;
	bool now_writable = (prot & PROT_WRITE) && !(v->prot & PROT_WRITE);
	int ret;

	if (v->flags & VMA_SEALED)
		return -EPERM;
	if (((prot & PROT_WRITE) && !(v->flags & VMA_MAYWRITE)) ||
	    ((prot & PROT_EXEC) && !(v->flags & VMA_MAYEXEC)))
		return -EACCES;
	if (v->prot == prot)
		return 0;
	/* These pages are mapped already: of the limits only RLIMIT_DATA is at stake. */
	if (now_writable &&
	    (!vma_data_allowed(mm, prot, v->flags, pages) || vma_over_commit(prot, v->flags, pages)))
		return -ENOMEM;
	ret = vma_split_range(mm, MAX(start, v->start), MIN(end, v->end), true);
	if (ret)
		return ret;
	v = mm->vmas[vma_find_index(mm, MAX(start, v->start))];
	vma_change(mm, v, prot, v->flags);
	protect_pages(mm, v);
	/* Locked memory has its own copy before the first store (mprotect_fixup()). */
	if (now_writable && (v->flags & (VMA_LOCKED | VMA_SHARED)) == VMA_LOCKED)
		populate_range(mm, v->start, v->end, false);
	return 0;
}

static int protect_range(struct mm *mm, gva_t start, gva_t end, int prot)
{
	while (start < end) {
		unsigned i = vma_find_index(mm, start);
		gva_t next;
		int ret;

		if (i == mm->nr_vmas || mm->vmas[i]->start > start)
			return -ENOMEM;
		next = mm->vmas[i]->end;
		ret = protect_area(mm, i, start, end, prot);
		if (ret)
			return ret;
		start = next;
	}
	return 0;
}

int mm_mprotect(struct mm *mm, gva_t addr, uint64_t len, int prot)
{
	int grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	gva_t end;
	unsigned i;
	int ret;

	prot &= ~(PROT_GROWSDOWN | PROT_GROWSUP);
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || !is_aligned(addr, PAGE_SIZE))
		return -EINVAL;
	if (!len)
		return 0;
	end = addr + align_up(len, PAGE_SIZE);
	if (end <= addr || align_up(len, PAGE_SIZE) < len)
		return -ENOMEM;
	/* PROT_SEM (8) is accepted and means nothing (arch_validate_prot()). */
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | 8))
		return -EINVAL;
	prot &= PROT_READ | PROT_WRITE | PROT_EXEC;
	i = vma_find_index(mm, addr);
	if (i == mm->nr_vmas)
		return -ENOMEM;
	if (grows == PROT_GROWSDOWN) {
		if (mm->vmas[i]->start >= end)
			return -ENOMEM;
		addr = mm->vmas[i]->start;
		if (!(mm->vmas[i]->flags & VMA_GROWSDOWN))
			return -EINVAL;
	} else if (grows == PROT_GROWSUP) {
		return mm->vmas[i]->start > addr ? -ENOMEM : -EINVAL;
	}
	ret = protect_range(mm, addr, end, prot);
	vma_merge_range(mm, addr, end);
	return ret;
}

/* ---- mseal (Linux mm/mseal.c) -------------------------------------------------------- */

bool vma_sealed_in(struct mm *mm, gva_t start, gva_t end)
{
	for (unsigned i = vma_find_index(mm, start); i < mm->nr_vmas && mm->vmas[i]->start < end; i++)
		if (mm->vmas[i]->flags & VMA_SEALED)
			return true;
	return false;
}

int mm_mseal(struct mm *mm, gva_t addr, uint64_t len)
{
	uint64_t size = align_up(len, PAGE_SIZE);
	int ret;

	if (!is_aligned(addr, PAGE_SIZE) || size < len || addr + size < addr)
		return -EINVAL;
	if (!size)
		return 0;
	if (!vma_covered(mm, addr, addr + size))
		return -ENOMEM;
	ret = vma_split_range(mm, addr, addr + size, true);
	for (unsigned i = vma_find_index(mm, addr); !ret && i < mm->nr_vmas && mm->vmas[i]->start < addr + size; i++)
		vma_change(mm, mm->vmas[i], mm->vmas[i]->prot, mm->vmas[i]->flags | VMA_SEALED);
	vma_merge_range(mm, addr, addr + size);
	return ret;
}
