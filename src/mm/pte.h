/* Reading and writing table entries of either width; keeps the table's count of entries. */
#ifndef MM_PTE_H
#define MM_PTE_H

#include "mm_private.h"

static inline pte_t pte_get(const struct mm *mm, pfn_t table, unsigned i)
{
	const void *t = frame_ptr(table);

	return mm->rv32 ? ((const uint32_t *)t)[i] : ((const uint64_t *)t)[i];
}

static inline void pte_set(const struct mm *mm, pfn_t table, unsigned i, pte_t e)
{
	struct frame *f = frame_of(table);
	void *t = frame_ptr(table);
	pte_t old;

	if (mm->rv32) {
		old = ((uint32_t *)t)[i];
		((uint32_t *)t)[i] = (uint32_t)e;
	} else {
		old = ((uint64_t *)t)[i];
		((uint64_t *)t)[i] = e;
	}
	f->entries = (uint16_t)(f->entries + (e != 0) - (old != 0));
}

#endif
