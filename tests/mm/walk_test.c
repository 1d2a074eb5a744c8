/* The page-table walk against hand-made tables, and against the ISA's rules (Privileged ISA,
 * "Sv32" and "Sv39" virtual address translation).
 *
 * The tables are found the way hardware would: from a page mm has mapped, by looking for the
 * entry that names its frame, so that the format itself is what is tested. */
#include "mm_test.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128, RW = PROT_READ | PROT_WRITE };

static struct mm *mm;
static gva_t at;                   /* a page, written once */
static pfn_t frame;

/* The frame's number in an entry sits at bit 10. */
static uint64_t *find64(uint64_t value, uint64_t mask)
{
	for (pfn_t p = 1; p <= ram_total_pages(); p++)
		for (int i = 0; frame_refs(p) && i < 512; i++) {
			uint64_t *e = (uint64_t *)frame_host(p) + i;

			if ((*e & mask) == value)
				return e;
		}
	return NULL;
}

static uint32_t *find32(uint32_t value, uint32_t mask)
{
	for (pfn_t p = 1; p <= ram_total_pages(); p++)
		for (int i = 0; frame_refs(p) && i < 1024; i++) {
			uint32_t *e = (uint32_t *)frame_host(p) + i;

			if ((*e & mask) == value)
				return e;
		}
	return NULL;
}

static void one_page(enum xlen xlen)
{
	struct translation t;

	mm = mm_create(xlen);
	at = (gva_t)map_anon(mm, 0x40000000 + 5 * PAGE_SIZE, PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED);
	poke32(mm, at, 0xc0ffee);
	CHECK_EQ(mm_translate(mm, at, ACCESS_WRITE, &t), 0);
	frame = t.pfn;
	CHECK(t.host == frame_host(frame));
}

/* Which accesses an entry's bits permit, for every combination. */
static bool permitted(unsigned bits, enum access access)
{
	static const unsigned need[] = { R, W, X };

	if (!(bits & V) || !(bits & U) || ((bits & W) && !(bits & R)))
		return false;
	if (!(bits & (R | W | X)))
		return false;              /* a pointer, in a leaf table */
	return bits & need[access];
}

#define ALL_COMBINATIONS(entry)                                                         \
	for (unsigned bits = 0; bits < 256; bits++)                                     \
		for (int access = ACCESS_READ; access <= ACCESS_EXEC; access++) {       \
			struct translation t;                                           \
			int ret;                                                        \
			*(entry) = (__typeof__(*(entry)))frame << 10 | bits;            \
			ret = mm_translate(mm, at + 123, (enum access)access, &t);      \
			UNIT_CONTEXT("bits %#x access %d", bits, access);               \
			CHECK_EQ(ret, permitted(bits, (enum access)access) ? 0 : -EFAULT); \
			if (ret)                                                        \
				continue;                                               \
			CHECK_EQ(t.pfn, frame);                                         \
			CHECK_EQ(*(entry) & 255, bits | A | (access == ACCESS_WRITE ? D : 0)); \
			CHECK_EQ(t.readable, !!(bits & R));                             \
			CHECK_EQ(t.executable, !!(bits & X));                           \
			/* A store may skip the walk only when D is set already. */     \
			CHECK_EQ(t.writable, (bits & W) && (*(entry) & D));             \
		}

static void sv39_entries(void)
{
	uint64_t *entry, saved;

	one_page(XLEN_64);
	entry = find64((uint64_t)frame << 10, ~0x3ffull);
	CHECK(entry != NULL);
	if (!entry)
		return;
	saved = *entry;
	CHECK_EQ(saved & 255, V | R | W | U | A | D);
	ALL_COMBINATIONS(entry);
	*entry = saved;
	mm_put(mm);
}

static void sv32_entries(void)
{
	uint32_t *entry, saved;

	one_page(XLEN_32);
	entry = find32(frame << 10, ~0x3ffu);
	CHECK(entry != NULL);
	if (!entry)
		return;
	saved = *entry;
	CHECK_EQ(saved & 255, V | R | W | U | A | D);
	ALL_COMBINATIONS(entry);
	*entry = saved;
	mm_put(mm);
}

/* An empty upper entry cuts the walk; a superpage ends it early, and must be aligned. */
static void sv39_upper_levels(void)
{
	uint64_t *leaf, *middle, saved;
	struct translation t;
	pfn_t table;

	one_page(XLEN_64);
	leaf = find64((uint64_t)frame << 10, ~0x3ffull);
	table = (pfn_t)(((uint8_t *)leaf - (uint8_t *)frame_host(0)) >> PAGE_SHIFT);
	CHECK_EQ((uint64_t)((uint8_t *)leaf - (uint8_t *)frame_host(table)) / 8, at >> 12 & 511);
	middle = find64((uint64_t)table << 10 | V, ~0ull);
	CHECK(middle != NULL);
	saved = *middle;
	*middle = 0;
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), -EFAULT);
	*middle = (uint64_t)512 << 10 | V | R | X | U;         /* frames 512..1023 */
	CHECK_EQ(mm_translate(mm, at + 7, ACCESS_EXEC, &t), 0);
	CHECK_EQ(t.pfn, 512 + (at >> 12 & 511));
	CHECK_EQ(mm_translate(mm, at, ACCESS_WRITE, &t), -EFAULT);
	*middle = (uint64_t)513 << 10 | V | R | X | U;
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), -EFAULT);
	*middle = saved;
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), 0);
	/* Outside of the user half, and not canonical. */
	CHECK_EQ(mm_translate(mm, at | 1ull << 38, ACCESS_READ, &t), -EFAULT);
	CHECK_EQ(mm_translate(mm, at | 1ull << 39, ACCESS_READ, &t), -EFAULT);
	CHECK_EQ(mm_translate(mm, at | 1ull << 63, ACCESS_READ, &t), -EFAULT);
	CHECK_EQ(mm_fault(mm, at | 1ull << 63, ACCESS_READ), FAULT_MAPERR);
	mm_put(mm);
}

static void sv32_upper_levels(void)
{
	uint32_t *leaf, *upper, saved;
	struct translation t;
	pfn_t table;

	one_page(XLEN_32);
	leaf = find32(frame << 10, ~0x3ffu);
	table = (pfn_t)(((uint8_t *)leaf - (uint8_t *)frame_host(0)) >> PAGE_SHIFT);
	CHECK_EQ((uint64_t)((uint8_t *)leaf - (uint8_t *)frame_host(table)) / 4, at >> 12 & 1023);
	upper = find32(table << 10 | V, ~0u);
	saved = *upper;
	*upper = 0;
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), -EFAULT);
	*upper = 1024u << 10 | V | R | U;                      /* a 4 MiB page */
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), 0);
	CHECK_EQ(t.pfn, 1024 + (at >> 12 & 1023));
	*upper = 1025u << 10 | V | R | U;
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), -EFAULT);
	*upper = saved;
	CHECK_EQ(mm_translate(mm, at | 1ull << 32, ACCESS_READ, &t), -EFAULT);
	CHECK_EQ(mm_translate(mm, at | 1ull << 63, ACCESS_READ, &t), -EFAULT);
	mm_put(mm);
}

/* The first and the last page of each width, and what lies on both sides of each table edge. */
static void edges(void)
{
	static const enum xlen widths[] = { XLEN_64, XLEN_32 };

	for (int w = 0; w < 2; w++) {
		struct mm *m = mm_create(widths[w]);
		gva_t top = mm_top(m);
		gva_t spots[] = { 0, 0x1fe000, 0x3ff000, 0x3fffe000, top / 2 - PAGE_SIZE, top - 2 * PAGE_SIZE };

		CHECK_EQ(top, w ? 0x9dc00000 : 0x4000000000);
		for (unsigned i = 0; i < ARRAY_SIZE(spots); i++) {
			struct mmap_request r = { .addr = spots[i], .len = 2 * PAGE_SIZE, .prot = RW,
				.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, .allow_low = true };

			CHECK_EQ(mm_mmap(m, &r), spots[i]);
			poke32(m, spots[i] + PAGE_SIZE - 2, i + 1);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(spots); i++)
			CHECK_EQ(peek32(m, spots[i] + PAGE_SIZE - 2), i + 1);
		CHECK_EQ(map_anon(m, top - PAGE_SIZE, 2 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED), -ENOMEM);
		CHECK_EQ(mm_fault(m, top, ACCESS_READ), FAULT_MAPERR);
		mm_put(m);
	}
}

int main(void)
{
	RUN_IN_RAM(sv39_entries, 16 << 20);
	RUN_IN_RAM(sv32_entries, 16 << 20);
	RUN_IN_RAM(sv39_upper_levels, 16 << 20);
	RUN_IN_RAM(sv32_upper_levels, 16 << 20);
	RUN_IN_RAM(edges, 16 << 20);
	return unit_done();
}
