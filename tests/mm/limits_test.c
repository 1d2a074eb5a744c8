/* Where areas go and what is refused: placement, hints, guard gaps, rlimits, max_map_count,
 * locking, growing stacks. Values are those of Linux. */
#include "mm_test.h"

enum { RW = PROT_READ | PROT_WRITE };

static struct mm *mm;
static void fresh(void) { mm = mm_create(XLEN_64); }

static struct mm_stats stats(void)
{
	struct mm_stats s;

	mm_stats(mm, &s);
	return s;
}

static unsigned count_areas(void)
{
	struct vma_info v;
	unsigned n = 0;

	for (gva_t at = 0; mm_find_vma(mm, at, false, &v); at = v.end)
		n++;
	return n;
}

static void places_are_chosen_top_down(void)
{
	gva_t base = 0x3f00000000, a, b, c;

	fresh();
	mm_layout(mm)->mmap_base = base;
	a = (gva_t)map_anon(mm, 0, 0x5000, RW, MAP_PRIVATE);
	CHECK_EQ(a, base - 0x5000);
	b = (gva_t)map_anon(mm, 0, 0x3000, PROT_READ, MAP_PRIVATE);
	CHECK_EQ(b, a - 0x3000);
	CHECK_EQ(count_areas(), 2);
	c = (gva_t)map_anon(mm, 0, 0x1000, RW, MAP_PRIVATE);
	CHECK_EQ(c, b - 0x1000);
	CHECK_EQ(mm_munmap(mm, b, 0x3000), 0);
	CHECK_EQ(map_anon(mm, 0, 0x4000, RW, MAP_PRIVATE), c - 0x4000);      /* does not fit the hole */
	CHECK_EQ(map_anon(mm, 0, 0x3000, RW, MAP_PRIVATE), b);               /* does */
	CHECK_EQ(count_areas(), 1);                                          /* all joined */
	mm_put(mm);
}

static void hints(void)
{
	fresh();
	CHECK_EQ(map_anon(mm, 0x50000123, 0x2000, RW, MAP_PRIVATE), 0x50000000);
	/* Taken: somewhere else. A hint below the minimum is raised to it. */
	CHECK(map_anon(mm, 0x50001000, 0x1000, RW, MAP_PRIVATE) > 0x60000000);
	CHECK_EQ(map_anon(mm, 0x1000, 0x1000, RW, MAP_PRIVATE), 0x10000);
	CHECK_EQ(map_anon(mm, 0x50000000, 0x1000, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE), -EEXIST);
	CHECK_EQ(map_anon(mm, 0x50002000, 0x1000, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE), 0x50002000);
	mm_put(mm);
}

static void low_addresses_need_permission(void)
{
	struct mmap_request r = { .addr = 0, .len = PAGE_SIZE, .prot = PROT_READ,
		.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED };

	fresh();
	CHECK_EQ(mm_mmap(mm, &r), -EPERM);
	r.addr = 0xf000;
	CHECK_EQ(mm_mmap(mm, &r), -EPERM);
	r.addr = 0x10000;
	CHECK_EQ(mm_mmap(mm, &r), 0x10000);
	r.addr = 0;
	r.allow_low = true;
	CHECK_EQ(mm_mmap(mm, &r), 0);
	CHECK_EQ(peek32(mm, 0), 0);
	mm_put(mm);
}

static void refusals(void)
{
	struct test_file f;
	struct mmap_request r = { .len = PAGE_SIZE, .prot = RW, .flags = MAP_SHARED, .mapping = &f.mapping };
	int64_t at;

	fresh();
	test_file_open(&f, PAGE_SIZE);
	CHECK_EQ(map_anon(mm, 0, 0, RW, MAP_PRIVATE), -EINVAL);
	CHECK_EQ(map_anon(mm, 0, PAGE_SIZE, RW, 0), -EINVAL);
	CHECK_EQ(map_anon(mm, 0, UINT64_MAX - 8191, RW, MAP_PRIVATE), -ENOMEM);
	CHECK_EQ(map_anon(mm, 0, 0x4000000000, RW, MAP_PRIVATE | MAP_NORESERVE), -ENOMEM);
	CHECK_EQ(map_anon(mm, 0, 64 << 20, RW, MAP_PRIVATE), -ENOMEM);           /* more than RAM */
	CHECK(map_anon(mm, 0, 64 << 20, RW, MAP_PRIVATE | MAP_NORESERVE) > 0);
	CHECK(map_anon(mm, 0, 64 << 20, PROT_NONE, MAP_PRIVATE) > 0);
	CHECK_EQ(map_anon(mm, 0, PAGE_SIZE, RW, MAP_SHARED | MAP_GROWSDOWN), -EINVAL);
	CHECK_EQ(map_anon(mm, 0, PAGE_SIZE, RW, MAP_PRIVATE | MAP_HUGETLB), -ENOMEM);
	CHECK_EQ(mm_mmap(mm, &r), -EACCES);                                      /* opened for reading */
	r.prot = PROT_READ;
	at = mm_mmap(mm, &r);
	CHECK(at > 0);
	CHECK_EQ(mm_mprotect(mm, (gva_t)at, PAGE_SIZE, RW), -EACCES);
	CHECK_EQ(mm_mprotect(mm, (gva_t)at, PAGE_SIZE, PROT_EXEC), -EACCES);     /* noexec mount */
	r.prot = PROT_EXEC;
	CHECK_EQ(mm_mmap(mm, &r), -EPERM);
	r.flags = MAP_PRIVATE;
	r.prot = RW;
	CHECK(mm_mmap(mm, &r) > 0);
	r.offset = 100;
	CHECK_EQ(mm_mmap(mm, &r), -EINVAL);
	r.offset = 1ull << 63;
	CHECK_EQ(mm_mmap(mm, &r), -EOVERFLOW);
	mm_put(mm);
	test_file_close(&f);
}

static void address_space_limit(void)
{
	int64_t at;

	fresh();
	at = map_anon(mm, 0, 10 * PAGE_SIZE, RW, MAP_PRIVATE);
	mm_limits(mm)->as = 12 * PAGE_SIZE;
	CHECK_EQ(map_anon(mm, 0, 3 * PAGE_SIZE, RW, MAP_PRIVATE), -ENOMEM);
	/* What is replaced does not count. */
	CHECK_EQ(map_anon(mm, (gva_t)at, 10 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED), at);
	CHECK_EQ(mm_mremap(mm, (gva_t)at, 10 * PAGE_SIZE, 13 * PAGE_SIZE, MREMAP_MAYMOVE, 0), -ENOMEM);
	CHECK(map_anon(mm, 0, 2 * PAGE_SIZE, RW, MAP_PRIVATE) > 0);
	mm_layout(mm)->start_brk = mm_layout(mm)->brk = 0x20000000;
	CHECK_EQ(mm_brk(mm, 0x20001000), 0x20000000);
	CHECK_EQ(stats().total_vm_pages, 12);
	mm_put(mm);
}

static void data_limit(void)
{
	int64_t at;

	fresh();
	mm_limits(mm)->data = 4 * PAGE_SIZE;
	at = map_anon(mm, 0, 8 * PAGE_SIZE, PROT_READ, MAP_PRIVATE);
	CHECK(at > 0);
	CHECK_EQ(map_anon(mm, 0, 5 * PAGE_SIZE, RW, MAP_PRIVATE), -ENOMEM);
	CHECK(map_anon(mm, 0, 5 * PAGE_SIZE, RW, MAP_SHARED) > 0);
	CHECK_EQ(mm_mprotect(mm, (gva_t)at, 5 * PAGE_SIZE, RW), -ENOMEM);
	CHECK_EQ(mm_mprotect(mm, (gva_t)at, 3 * PAGE_SIZE, RW), 0);
	CHECK_EQ(stats().data_vm_pages, 3);
	mm_layout(mm)->start_brk = mm_layout(mm)->brk = 0x20000000;
	CHECK_EQ(mm_brk(mm, 0x20002000), 0x20000000);
	CHECK_EQ(mm_brk(mm, 0x20001000), 0x20001000);
	mm_put(mm);
}

static void area_count(void)
{
	gva_t at = 0x100000000;
	unsigned i, n;

	fresh();
	/* One area that mprotect cuts up: every second page differs. */
	CHECK_EQ(map_anon(mm, at, 70000 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_FIXED), at);
	for (i = 0; i < 40000; i++)
		if (mm_mprotect(mm, at + (2 * i + 1) * PAGE_SIZE, PAGE_SIZE, PROT_READ) != 0)
			break;
	/* One more would make two: it stops at the limit or one before. */
	n = count_areas();
	CHECK(n == MM_MAX_MAP_COUNT || n == MM_MAX_MAP_COUNT - 1);
	CHECK_EQ(mm_mprotect(mm, at + (2 * i + 1) * PAGE_SIZE, PAGE_SIZE, PROT_READ), -ENOMEM);
	CHECK_EQ(mm_munmap(mm, at + 69990 * PAGE_SIZE, PAGE_SIZE), n < MM_MAX_MAP_COUNT ? 0 : -ENOMEM);
	/* Shrinking an area at its end is always possible. */
	CHECK_EQ(mm_munmap(mm, at + 69999 * PAGE_SIZE, PAGE_SIZE), 0);
	CHECK_EQ(mm_munmap(mm, at, 70000 * PAGE_SIZE), 0);
	CHECK_EQ(count_areas(), 0);
	mm_put(mm);
}

static void locking(void)
{
	int64_t at;

	fresh();
	at = map_anon(mm, 0, 10 * PAGE_SIZE, RW, MAP_PRIVATE);
	mm_limits(mm)->memlock = 4 * PAGE_SIZE;
	CHECK_EQ(mm_mlock(mm, (gva_t)at, 5 * PAGE_SIZE, true), -ENOMEM);
	CHECK_EQ(mm_mlock(mm, (gva_t)at + 1, 3 * PAGE_SIZE, true), 0);           /* rounds to four */
	CHECK_EQ(stats().locked_vm_pages, 4);
	CHECK_EQ(stats().rss_anon, 4);
	CHECK_EQ(mm_mlock(mm, (gva_t)at, 4 * PAGE_SIZE, true), 0);               /* again: free */
	CHECK_EQ(map_anon(mm, 0, PAGE_SIZE, RW, MAP_PRIVATE | MAP_LOCKED), -EAGAIN);
	CHECK_EQ(mm_madvise(mm, (gva_t)at, PAGE_SIZE, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(mm_mlock(mm, (gva_t)at, 10 * PAGE_SIZE, false), 0);
	CHECK_EQ(stats().locked_vm_pages, 0);
	CHECK_EQ(count_areas(), 1);
	CHECK_EQ(mm_mlock(mm, (gva_t)at + 9 * PAGE_SIZE, 2 * PAGE_SIZE, true), -ENOMEM);   /* a hole */
	mm_limits(mm)->memlock = 0;
	CHECK_EQ(mm_mlock(mm, (gva_t)at, PAGE_SIZE, true), -EPERM);
	mm_limits(mm)->memlock = UINT64_MAX;
	CHECK_EQ(mm_mlockall(mm, 0), 0);
	CHECK_EQ(mm_mlockall(mm, MCL_FUTURE), 0);
	CHECK(map_anon(mm, 0, 2 * PAGE_SIZE, RW, MAP_PRIVATE) > 0);
	CHECK_EQ(stats().locked_vm_pages, 2);
	CHECK_EQ(mm_mlockall(mm, MCL_CURRENT), 0);
	CHECK_EQ(stats().locked_vm_pages, 12);
	CHECK_EQ(stats().rss_anon, 12);
	CHECK_EQ(mm_mlockall(mm, 8), -EINVAL);
	mm_put(mm);
}

static void nothing_settles_below_a_stack(void)
{
	gva_t top = 0x3f00000000;

	fresh();
	mm_layout(mm)->mmap_base = top;
	CHECK_EQ(map_anon(mm, top - 0x1000, 0x1000, RW, MAP_PRIVATE | MAP_FIXED | MAP_GROWSDOWN), top - 0x1000);
	CHECK_EQ(map_anon(mm, 0, 0x1000, RW, MAP_PRIVATE), top - 0x1000 - 0x100000 - 0x1000);
	CHECK_EQ(mm_munmap(mm, top - 0x1000 - 0x100000 - 0x1000, 0x1000), 0);
	/* A hint in the gap is not taken, MAP_FIXED is. */
	CHECK(map_anon(mm, top - 0x3000, 0x1000, RW, MAP_PRIVATE) != (int64_t)(top - 0x3000));
	CHECK_EQ(map_anon(mm, top - 0x3000, 0x1000, RW, MAP_PRIVATE | MAP_FIXED), top - 0x3000);
	CHECK_EQ(mm_fault(mm, top - 0x2000, ACCESS_WRITE), FAULT_MAPERR);
	/* An area without access (a guard page) does not hold the stack off. */
	CHECK_EQ(mm_mprotect(mm, top - 0x3000, 0x1000, PROT_NONE), 0);
	CHECK_EQ(mm_fault(mm, top - 0x2000, ACCESS_WRITE), FAULT_OK);
	CHECK_EQ(mm_mprotect(mm, top - 0x2000, 0x1000, PROT_READ | PROT_GROWSDOWN), 0);
	mm_put(mm);
}

static void rv32_fills_its_space(void)
{
	int n = 0;

	mm = mm_create(XLEN_32);
	while (map_anon(mm, 0, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_NORESERVE) > 0)
		n++;
	/* Below mmap_base first, then what is left above: all but pieces of 16 MiB. */
	CHECK(n >= (int)((mm_top(mm) >> 24) - 3));
	CHECK_EQ(map_anon(mm, 0, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_NORESERVE), -ENOMEM);
	CHECK_EQ(map_anon(mm, 0, 0xfffff001, PROT_READ, MAP_PRIVATE), -ENOMEM);
	mm_put(mm);
}

/* Files of any offset: the tree of the page cache at its edges. */
static void far_offsets(void)
{
	static const uint64_t index[] = { 0, 63, 64, 4095, 4096, 1ull << 20, (1ull << 40) + 5, (1ull << 51) - 1 };
	struct test_file f;
	pfn_t pfn;

	test_file_open(&f, PAGE_SIZE);
	for (unsigned i = 0; i < ARRAY_SIZE(index); i++) {
		CHECK_EQ(mapping_get_page(&f.mapping, index[i], true, &pfn), 0);
		CHECK(pfn != PFN_NONE);
		CHECK_EQ(mapping_peek_page(&f.mapping, index[i]), pfn);
		mapping_mark_dirty(&f.mapping, index[i]);
		frame_put(pfn);
	}
	CHECK_EQ(f.mapping.nr_pages, ARRAY_SIZE(index));
	CHECK_EQ(mapping_peek_page(&f.mapping, 65), PFN_NONE);
	CHECK_EQ(mapping_peek_page(&f.mapping, UINT64_MAX), PFN_NONE);
	CHECK_EQ(mapping_get_page(&f.mapping, 1, false, &pfn), 0);
	CHECK_EQ(pfn, PFN_NONE);
	CHECK_EQ(mapping_writeback(&f.mapping, 0, UINT64_MAX), 0);
	CHECK_EQ(f.writes, 1);                     /* the others lie past the end of the file */
	mapping_truncate(&f.mapping, 64 * PAGE_SIZE);
	CHECK_EQ(f.mapping.nr_pages, 2);
	CHECK(mapping_peek_page(&f.mapping, 63) != PFN_NONE);
	test_file_close(&f);
}

int main(void)
{
	RUN_IN_RAM(places_are_chosen_top_down, 16 << 20);
	RUN_IN_RAM(hints, 16 << 20);
	RUN_IN_RAM(low_addresses_need_permission, 16 << 20);
	RUN_IN_RAM(refusals, 16 << 20);
	RUN_IN_RAM(address_space_limit, 16 << 20);
	RUN_IN_RAM(data_limit, 16 << 20);
	RUN_IN_RAM(area_count, 16 << 20);
	RUN_IN_RAM(locking, 16 << 20);
	RUN_IN_RAM(nothing_settles_below_a_stack, 16 << 20);
	RUN_IN_RAM(rv32_fills_its_space, 16 << 20);
	RUN_IN_RAM(far_offsets, 16 << 20);
	return unit_done();
}
