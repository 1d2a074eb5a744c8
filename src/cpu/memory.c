/* Loads and stores the slow way: translation-buffer misses, accesses that cross a page, and
 * the addresses atomics work on.
 *
 * The buffer is filled from mm_translate alone, so a stale entry can only come from a page
 * table that has changed since: cpu_run compares mm_tlb_generation at entry, and nothing
 * is taken away from the table of an address space while a hart runs in it (mm_shoot_down). */
#include "interp.h"

#include <string.h>

/* ---- guest memory while others write it --------------------------------------------------------- */

/* As the processor does it: an access of 1, 2, 4 or 8 bytes is one access. The thread sanitizer is not
 * told: what guest threads race for is their affair. */
#if defined(__SANITIZE_THREAD__)
#define RACY __attribute__((no_sanitize_thread, noinline))
#else
#define RACY
#endif
typedef uint16_t racy16 __attribute__((aligned(1), may_alias));
typedef uint32_t racy32 __attribute__((aligned(1), may_alias));
typedef uint64_t racy64 __attribute__((aligned(1), may_alias));

RACY static uint64_t guest_load(const uint8_t *p, size_t size)
{
	uint64_t v = 0;

	switch (size) {
	case 1: return *p;
	case 2: return *(const racy16 *)p;
	case 4: return *(const racy32 *)p;
	case 8: return *(const racy64 *)p;
	}
	for (size_t i = 0; i < size; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

RACY static void guest_store(uint8_t *p, size_t size, uint64_t v)
{
	switch (size) {
	case 1: *p = (uint8_t)v; return;
	case 2: *(racy16 *)p = (uint16_t)v; return;
	case 4: *(racy32 *)p = (uint32_t)v; return;
	case 8: *(racy64 *)p = v; return;
	}
	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

#if defined(__SANITIZE_THREAD__)
RACY void guest_copy_page(uint8_t *to, const uint8_t *guest)
{
	for (size_t i = 0; i < PAGE_SIZE; i += 8)
		*(racy64 *)(to + i) = *(const racy64 *)(guest + i);
}

RACY bool guest_page_is(const uint8_t *bytes, const uint8_t *guest)
{
	for (size_t i = 0; i < PAGE_SIZE; i += 8)
		if (*(const racy64 *)(bytes + i) != *(const racy64 *)(guest + i))
			return false;
	return true;
}
#else
void guest_copy_page(uint8_t *to, const uint8_t *guest)
{
	memcpy(to, guest, PAGE_SIZE);
}

bool guest_page_is(const uint8_t *bytes, const uint8_t *guest)
{
	return memcmp(bytes, guest, PAGE_SIZE) == 0;
}
#endif

/* ---- the translation buffer ----------------------------------------------------------------------- */

void tlb_init(struct space *s)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++)
		s->read[i].tag = s->write[i].tag = TAG_NONE;
	s->read_used.n = s->write_used.n = 0;
}

void tlb_forget_writes(struct space *s)
{
	for (unsigned i = 0; i < s->write_used.n; i++)
		s->write[s->write_used.at[i]].tag = TAG_NONE;
	s->write_used.n = 0;
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
	if (unlikely(cpu_lockstep)) {
		t.writable = t.writable && access == ACCESS_WRITE;
		if (t.writable)
			lockstep_writes(t.host);
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
	if (in_page >= size) {
		s->value = guest_load(first, size);
		return true;
	}
	second = translate(s, next_page(s, va), ACCESS_READ);
	if (!second)
		return false;
	s->value = guest_load(first, in_page) | guest_load(second, size - in_page) << 8 * in_page;
	return true;
}

bool store_slow(struct space *s, uint64_t va, unsigned size, uint64_t value)
{
	uint64_t in_page = PAGE_SIZE - (va & PAGE_MASK);
	uint8_t *first = translate(s, va, ACCESS_WRITE), *second;

	if (!first)
		return false;
	if (in_page >= size) {
		guest_store(first, size, value);
		return true;
	}
	second = translate(s, next_page(s, va), ACCESS_WRITE);
	if (!second)
		return false;
	guest_store(first, in_page, value);
	guest_store(second, size - in_page, value >> 8 * in_page);
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
