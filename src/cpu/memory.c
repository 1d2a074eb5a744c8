/* Loads and stores the slow way: translation-buffer misses, accesses that cross a page, and
 * the addresses atomics work on.
 *
 * The buffer is filled from mm_translate alone, so a stale entry can only come from a page
 * table that has changed since: cpu_run compares mm_tlb_generation at entry, and nothing
 * changes the table of a running address space behind its hart's back. */
#include "interp.h"

#include <string.h>

void tlb_init(struct space *s)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++)
		s->read[i].tag = s->write[i].tag = TAG_NONE;
	s->read_used.n = s->write_used.n = 0;
}

void tlb_flush(struct space *s)
{
	for (unsigned i = 0; i < s->read_used.n; i++)
		s->read[s->read_used.at[i]].tag = TAG_NONE;
	for (unsigned i = 0; i < s->write_used.n; i++)
		s->write[s->write_used.at[i]].tag = TAG_NONE;
	s->read_used.n = s->write_used.n = 0;
}

/* True if the entry was empty. */
static bool tlb_set(struct tlb_entry *e, uint64_t page, const uint8_t *host)
{
	bool empty = e->tag == TAG_NONE;

	e->tag = page;
	e->addend = (uint64_t)(uintptr_t)host - page;
	return empty;
}

/* The host address of va, remembering the page's translation. NULL: fault, s->tval is va. */
static uint8_t *translate(struct space *s, uint64_t va, enum access access)
{
	struct translation t;
	uint64_t page = va & ~PAGE_MASK;
	uint16_t i = page >> PAGE_SHIFT & (TLB_ENTRIES - 1);

	if (mm_translate(s->mm, va, access, &t) < 0) {
		s->tval = va;
		return NULL;
	}
	if (t.readable && tlb_set(&s->read[i], page, t.host))
		s->read_used.at[s->read_used.n++] = i;
	if (t.writable && tlb_set(&s->write[i], page, t.host))
		s->write_used.at[s->write_used.n++] = i;
	return t.host + (va & PAGE_MASK);
}

/* The part of an access that lies in the next page starts there, at 0 again after the last
 * page of a 32-bit address space. */
static uint64_t next_page(struct space *s, uint64_t va)
{
	uint64_t next = (va & ~PAGE_MASK) + PAGE_SIZE;

	return mm_xlen(s->mm) == XLEN_32 ? (uint32_t)next : next;
}

bool load_slow(struct space *s, uint64_t va, unsigned size)
{
	uint64_t in_page = PAGE_SIZE - (va & PAGE_MASK);
	uint8_t *first = translate(s, va, ACCESS_READ), *second;

	if (!first)
		return false;
	s->value = 0;
	if (in_page >= size) {
		memcpy(&s->value, first, size);
		return true;
	}
	second = translate(s, next_page(s, va), ACCESS_READ);
	if (!second)
		return false;
	memcpy(&s->value, first, in_page);
	memcpy((uint8_t *)&s->value + in_page, second, size - in_page);
	return true;
}

bool store_slow(struct space *s, uint64_t va, unsigned size, uint64_t value)
{
	uint64_t in_page = PAGE_SIZE - (va & PAGE_MASK);
	uint8_t *first = translate(s, va, ACCESS_WRITE), *second;

	if (!first)
		return false;
	if (in_page >= size) {
		memcpy(first, &value, size);
		return true;
	}
	second = translate(s, next_page(s, va), ACCESS_WRITE);
	if (!second)
		return false;
	memcpy(first, &value, in_page);
	memcpy(second, (uint8_t *)&value + in_page, size - in_page);
	return true;
}

void *atomic_address(struct space *s, uint64_t va, enum access access)
{
	struct tlb_entry *table = access == ACCESS_WRITE ? s->write : s->read;
	struct tlb_entry *e = &table[va >> PAGE_SHIFT & (TLB_ENTRIES - 1)];

	if (likely(e->tag == (va & ~PAGE_MASK)))
		return (void *)(uintptr_t)(va + e->addend);
	return translate(s, va, access);
}
