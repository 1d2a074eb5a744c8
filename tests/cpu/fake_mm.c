/* See fake_mm.h. */
#include "fake_mm.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

enum { PAGES = 65536 };   /* of an address space, and of RAM */

struct mm {
	enum xlen xlen;
	uint64_t id, generation;
	struct { pfn_t pfn; int prot; } table[PAGES];
};

static uint8_t *ram;
static pfn_t next_pfn, free_pfns[PAGES], nr_free;
static bool has_code[PAGES];
static uint64_t next_id;
void (*frame_code_gone)(pfn_t pfn);
unsigned long fake_translations;

static pfn_t take_frame(void)
{
	pfn_t pfn;

	if (!ram)
		ram = host_pages_alloc(PAGES * PAGE_SIZE);
	ASSERT(ram && (nr_free || next_pfn < PAGES));
	pfn = nr_free ? free_pfns[--nr_free] : next_pfn++;
	memset(ram + pfn * PAGE_SIZE, 0, PAGE_SIZE);
	return pfn;
}

struct mm *fake_mm_create(enum xlen xlen)
{
	struct mm *mm = xnew(struct mm);

	mm->xlen = xlen;
	mm->id = ++next_id;
	for (unsigned i = 0; i < PAGES; i++)
		mm->table[i].pfn = PFN_NONE;
	return mm;
}

void fake_mm_destroy(struct mm *mm)
{
	for (unsigned i = 0; i < PAGES; i++)
		fake_unmap(mm, i * PAGE_SIZE);
	free(mm);
}

void fake_map(struct mm *mm, gva_t va, uint64_t len, int prot)
{
	for (uint64_t i = va / PAGE_SIZE; i <= (va + len - 1) / PAGE_SIZE; i++) {
		ASSERT(i < PAGES);
		if (mm->table[i].pfn == PFN_NONE)
			mm->table[i].pfn = take_frame();
		mm->table[i].prot = prot;
	}
}

void fake_alias(struct mm *mm, gva_t va, gva_t of, int prot)
{
	mm->table[va / PAGE_SIZE].pfn = mm->table[of / PAGE_SIZE].pfn;
	mm->table[va / PAGE_SIZE].prot = prot;
	mm->generation++;
}

void fake_protect(struct mm *mm, gva_t va, int prot)
{
	mm->table[va / PAGE_SIZE].prot = prot;
	mm->generation++;
}

void fake_unmap(struct mm *mm, gva_t va)
{
	pfn_t pfn = mm->table[va / PAGE_SIZE].pfn;

	if (pfn == PFN_NONE)
		return;
	for (unsigned i = 0; i < PAGES; i++)
		if (mm->table[i].pfn == pfn)
			mm->table[i].pfn = PFN_NONE;
	if (has_code[pfn] && frame_code_gone)
		frame_code_gone(pfn);
	has_code[pfn] = false;
	free_pfns[nr_free++] = pfn;
	mm->generation++;
}

void *fake_host(struct mm *mm, gva_t va)
{
	pfn_t pfn = va / PAGE_SIZE < PAGES ? mm->table[va / PAGE_SIZE].pfn : PFN_NONE;

	return pfn == PFN_NONE ? NULL : ram + pfn * PAGE_SIZE + (va & PAGE_MASK);
}

void fake_write(struct mm *mm, gva_t va, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*(uint8_t *)fake_host(mm, va + i) = ((const uint8_t *)data)[i];
}

/* ---- what cpu uses of mm ------------------------------------------------------------ */

int mm_translate(struct mm *mm, gva_t va, enum access access, struct translation *out)
{
	static const int needs[] = { [ACCESS_READ] = FAKE_R, [ACCESS_WRITE] = FAKE_W, [ACCESS_EXEC] = FAKE_X };
	uint64_t page = va / PAGE_SIZE;

	fake_translations++;
	if (page >= PAGES || mm->table[page].pfn == PFN_NONE || !(mm->table[page].prot & needs[access]))
		return -EFAULT;
	*out = (struct translation){
		.host = ram + mm->table[page].pfn * PAGE_SIZE, .pfn = mm->table[page].pfn,
		.readable = mm->table[page].prot & FAKE_R, .writable = mm->table[page].prot & FAKE_W,
		.executable = mm->table[page].prot & FAKE_X,
	};
	return 0;
}

uint64_t mm_id(const struct mm *mm) { return mm->id; }
uint64_t mm_tlb_generation(const struct mm *mm) { return mm->generation; }
enum xlen mm_xlen(const struct mm *mm) { return mm->xlen; }
void frame_mark_code(pfn_t pfn) { has_code[pfn] = true; }
uint64_t ram_total_pages(void) { return PAGES; }

struct mm_engine *mm_engine(struct mm *mm)
{
	static struct mm_engine engine;

	return &engine;
}

/* ---- views, for the comparison of the engines ------------------------------------------- */
bool (*mm_view_may_write)(const uint8_t *host);
void mm_view_empty(struct mm *m) { }
