/* Address spaces: faults, copy-on-write, fork, files, protection, growth. Both widths. */
#include "mm_test.h"

enum { RW = PROT_READ | PROT_WRITE };
static enum xlen xlen;

static struct mm_stats stats_of(struct mm *mm)
{
	struct mm_stats s;

	mm_stats(mm, &s);
	return s;
}

static void empty_space_is_light(void)
{
	uint64_t before = ram_free_pages();
	struct mm *mm = mm_create(xlen);

	CHECK_EQ(before - ram_free_pages(), 1);
	CHECK_EQ(mm_xlen(mm), xlen);
	mm_put(mm);
}

static void anonymous_memory_is_zero_and_lazy(void)
{
	struct mm *mm = mm_create(xlen);
	int64_t at = map_anon(mm, 0, 64 * PAGE_SIZE, RW, MAP_PRIVATE);
	struct translation t;

	CHECK(at > 0);
	CHECK_EQ(stats_of(mm).rss_anon, 0);
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), -EFAULT);
	CHECK_EQ(mm_fault(mm, at, ACCESS_READ), FAULT_OK);
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), 0);
	CHECK(!t.writable && t.readable && !t.executable);
	CHECK_EQ(stats_of(mm).rss_anon, 0);          /* the zero page */
	CHECK_EQ(mm_translate(mm, at, ACCESS_WRITE, &t), -EFAULT);
	CHECK_EQ(mm_fault(mm, at, ACCESS_WRITE), FAULT_OK);
	CHECK_EQ(mm_translate(mm, at, ACCESS_WRITE, &t), 0);
	CHECK(t.writable);
	CHECK_EQ(stats_of(mm).rss_anon, 1);
	CHECK_EQ(peek32(mm, at + 100), 0);
	poke32(mm, at + PAGE_SIZE - 4, 77);
	poke32(mm, at + PAGE_SIZE, 78);
	CHECK_EQ(peek32(mm, at + PAGE_SIZE - 4), 77);
	CHECK_EQ(stats_of(mm).rss_anon, 2);
	CHECK_EQ(mm_munmap(mm, at, 64 * PAGE_SIZE), 0);
	CHECK_EQ(stats_of(mm).rss_anon, 0);
	CHECK_EQ(mm_fault(mm, at, ACCESS_READ), FAULT_MAPERR);
	CHECK_EQ(stats_of(mm).page_table_pages, 1);  /* tables go with what they mapped */
	mm_put(mm);
}

static void fork_copies_on_write(void)
{
	struct mm *mm = mm_create(xlen), *child;
	int64_t at = map_anon(mm, 0, 16 * PAGE_SIZE, RW, MAP_PRIVATE);
	int64_t shared = map_anon(mm, 0, PAGE_SIZE, RW, MAP_SHARED);
	uint64_t free_before, gen;

	for (int i = 0; i < 8; i++)
		poke32(mm, at + i * PAGE_SIZE, 100 + i);
	poke32(mm, shared, 1);
	gen = mm_tlb_generation(mm);
	free_before = ram_free_pages();
	CHECK_EQ(mm_fork(mm, &child), 0);
	CHECK(mm_tlb_generation(mm) != gen);
	CHECK(free_before - ram_free_pages() <= 6);          /* tables only */
	for (int i = 0; i < 8; i++)
		CHECK_EQ(peek32(child, at + i * PAGE_SIZE), 100 + i);
	CHECK_EQ(stats_of(child).cow_copies, 0);
	poke32(child, at, 500);
	CHECK_EQ(stats_of(child).cow_copies, 1);
	CHECK_EQ(peek32(mm, at), 100);
	poke32(mm, at, 600);                                  /* sole owner now: no copy */
	CHECK_EQ(stats_of(mm).cow_copies, 0);
	CHECK_EQ(peek32(child, at), 500);
	poke32(mm, at + PAGE_SIZE, 601);
	CHECK_EQ(stats_of(mm).cow_copies, 1);
	CHECK_EQ(peek32(child, at + PAGE_SIZE), 101);
	poke32(child, shared, 2);
	CHECK_EQ(peek32(mm, shared), 2);
	CHECK_EQ(stats_of(child).cow_copies, 1);
	CHECK_EQ(stats_of(child).rss_shmem, 1);
	mm_put(mm);
	CHECK_EQ(peek32(child, at + 2 * PAGE_SIZE), 102);
	CHECK_EQ(peek32(child, shared), 2);
	mm_put(child);
}

static void fork_advice(void)
{
	struct mm *mm = mm_create(xlen), *child;
	int64_t at = map_anon(mm, 0, 3 * PAGE_SIZE, RW, MAP_PRIVATE);
	uint32_t v;

	for (int i = 0; i < 3; i++)
		poke32(mm, at + i * PAGE_SIZE, 7);
	CHECK_EQ(mm_madvise(mm, at, PAGE_SIZE, MADV_DONTFORK), 0);
	CHECK_EQ(mm_madvise(mm, at + PAGE_SIZE, PAGE_SIZE, MADV_WIPEONFORK), 0);
	CHECK_EQ(mm_fork(mm, &child), 0);
	CHECK_EQ(mm_copy_from(child, &v, at, 4), -EFAULT);
	CHECK_EQ(peek32(child, at + PAGE_SIZE), 0);
	CHECK_EQ(peek32(child, at + 2 * PAGE_SIZE), 7);
	mm_put(child);
	mm_put(mm);
}

static void file_pages_are_shared(void)
{
	struct test_file f;
	struct mm *a = mm_create(xlen), *b = mm_create(xlen);
	struct vma_info info;
	int64_t x, y;

	test_file_open(&f, 10 * PAGE_SIZE + 100);
	x = map_file(a, &f, 0, 12 * PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0);
	y = map_file(b, &f, 0, 12 * PAGE_SIZE, RW, MAP_PRIVATE, 0);
	CHECK_EQ(f.refs, 2);
	CHECK_EQ(f.reads, 0);
	CHECK_EQ(peek32(a, x) & 255, test_file_byte(0));
	CHECK_EQ(stats_of(a).maj_faults, 1);
	CHECK_EQ(f.reads, 1);
	CHECK_EQ(mm_madvise(a, x, 12 * PAGE_SIZE, MADV_WILLNEED), 0);
	CHECK_EQ(f.reads, 11);
	CHECK_EQ(peek32(a, x + PAGE_SIZE) & 255, test_file_byte(PAGE_SIZE));
	CHECK_EQ(peek32(b, y + 4 * PAGE_SIZE) & 255, test_file_byte(4 * PAGE_SIZE));
	CHECK_EQ(stats_of(b).maj_faults, 0);
	CHECK_EQ(f.reads, 11);
	CHECK_EQ(stats_of(a).rss_file, 11);                   /* mapped around */
	CHECK(mm_find_vma(a, x, true, &info));
	CHECK_EQ(info.rss_pages, 11);
	CHECK_EQ(info.shared_pages, 11);
	CHECK_EQ(info.pss_bytes, 11 * PAGE_SIZE / 2);
	/* The last page's tail is zero, the page after it SIGBUS. */
	CHECK_EQ(peek32(a, x + 10 * PAGE_SIZE + 100), 0);
	CHECK_EQ(mm_fault(a, x + 11 * PAGE_SIZE, ACCESS_READ), FAULT_BUS);
	/* A private write stays private. */
	poke32(b, y, 0x01020304);
	CHECK_EQ(peek32(a, x) & 255, test_file_byte(0));
	CHECK_EQ(stats_of(b).rss_anon, 1);
	CHECK_EQ(stats_of(b).rss_file, 10);
	CHECK_EQ(mm_fault(a, x, ACCESS_WRITE), FAULT_ACCERR);
	mm_put(a);
	mm_put(b);
	CHECK_EQ(f.writes, 0);
	test_file_close(&f);
}

static void shared_files_are_written_back(void)
{
	struct test_file f;
	struct mm *a = mm_create(xlen), *b;
	int64_t x;

	test_file_open(&f, 4 * PAGE_SIZE + 8);
	x = map_file(a, &f, 0, 5 * PAGE_SIZE, RW, MAP_SHARED, 0);
	CHECK_EQ(peek32(a, x) & 255, test_file_byte(0));
	CHECK_EQ(mm_msync(a, x, 5 * PAGE_SIZE, MS_SYNC), 0);
	CHECK_EQ(f.writes, 0);                                /* reading dirties nothing */
	CHECK_EQ(mm_fork(a, &b), 0);
	poke32(b, x + PAGE_SIZE, 0x11223344);
	CHECK_EQ(peek32(a, x + PAGE_SIZE), 0x11223344);
	CHECK_EQ(mm_msync(a, x, 5 * PAGE_SIZE, MS_SYNC), 0);
	CHECK_EQ(f.writes, 1);
	CHECK_EQ(*(uint32_t *)(f.data + PAGE_SIZE), 0x11223344);
	CHECK_EQ(mm_msync(a, x, 5 * PAGE_SIZE, MS_SYNC), 0);
	CHECK_EQ(f.writes, 1);
	/* Again, through the same entry: D must have been taken. */
	poke32(b, x + PAGE_SIZE, 0x55667788);
	poke32(b, x + 4 * PAGE_SIZE, 0x1);
	mm_put(b);                                            /* dirt survives the mapping */
	CHECK_EQ(mapping_writeback(&f.mapping, 0, UINT64_MAX), 0);
	CHECK_EQ(f.writes, 3);
	CHECK_EQ(*(uint32_t *)(f.data + PAGE_SIZE), 0x55667788);
	mm_put(a);
	test_file_close(&f);
}

static void truncation_unmaps_everywhere(void)
{
	struct test_file f;
	struct mm *a = mm_create(xlen), *b = mm_create(xlen);
	int64_t x, y;

	test_file_open(&f, 8 * PAGE_SIZE);
	x = map_file(a, &f, 0, 8 * PAGE_SIZE, RW, MAP_SHARED, 0);
	y = map_file(b, &f, 0, 4 * PAGE_SIZE, RW, MAP_PRIVATE, 4 * PAGE_SIZE);
	for (int i = 0; i < 8; i++)
		CHECK_EQ(peek32(a, x + i * PAGE_SIZE) & 255, test_file_byte(i * PAGE_SIZE));
	poke32(b, y + 3 * PAGE_SIZE, 5);                      /* a private copy goes too */
	f.size = 5 * PAGE_SIZE + 4;
	mapping_truncate(&f.mapping, f.size);
	CHECK_EQ(mm_fault(a, x + 6 * PAGE_SIZE, ACCESS_READ), FAULT_BUS);
	CHECK_EQ(mm_fault(b, y + 3 * PAGE_SIZE, ACCESS_READ), FAULT_BUS);
	CHECK(peek32(a, x + 5 * PAGE_SIZE) != 0);
	CHECK_EQ(peek32(a, x + 5 * PAGE_SIZE + 4), 0);
	CHECK_EQ(f.mapping.nr_pages, 6);
	f.size = 8 * PAGE_SIZE;
	CHECK_EQ(mm_fault(a, x + 6 * PAGE_SIZE, ACCESS_READ), FAULT_OK);
	mm_put(a);
	mm_put(b);
	test_file_close(&f);
}

static void unreadable_file_is_a_bus_error(void)
{
	struct test_file f;
	struct mm *a = mm_create(xlen);
	int64_t x;

	test_file_open(&f, PAGE_SIZE);
	f.fail_reads = true;
	x = map_file(a, &f, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE, 0);
	CHECK_EQ(mm_fault(a, x, ACCESS_READ), FAULT_BUS);
	CHECK_EQ(stats_of(a).page_table_pages, 1);
	mm_put(a);
	test_file_close(&f);
}

static void protection(void)
{
	struct mm *mm = mm_create(xlen);
	int64_t at = map_anon(mm, 0, 4 * PAGE_SIZE, RW, MAP_PRIVATE);
	struct translation t;
	uint64_t gen;

	poke32(mm, at, 1);
	gen = mm_tlb_generation(mm);
	CHECK_EQ(mm_mprotect(mm, at, PAGE_SIZE, PROT_READ), 0);
	CHECK(mm_tlb_generation(mm) != gen);
	CHECK_EQ(mm_translate(mm, at, ACCESS_WRITE, &t), -EFAULT);
	CHECK_EQ(mm_fault(mm, at, ACCESS_WRITE), FAULT_ACCERR);
	CHECK_EQ(peek32(mm, at), 1);
	CHECK_EQ(mm_mprotect(mm, at, PAGE_SIZE, PROT_NONE), 0);
	CHECK_EQ(mm_fault(mm, at, ACCESS_READ), FAULT_ACCERR);
	CHECK_EQ(mm_translate(mm, at, ACCESS_READ, &t), -EFAULT);
	CHECK_EQ(stats_of(mm).rss_anon, 1);                   /* hidden, not gone */
	CHECK_EQ(mm_mprotect(mm, at, PAGE_SIZE, PROT_EXEC), 0);
	CHECK_EQ(mm_translate(mm, at, ACCESS_EXEC, &t), 0);
	CHECK(t.executable && !t.readable);
	CHECK_EQ(mm_fault(mm, at, ACCESS_READ), FAULT_ACCERR);
	CHECK_EQ(mm_mprotect(mm, at, PAGE_SIZE, PROT_WRITE), 0);   /* W implies R */
	CHECK_EQ(peek32(mm, at), 1);
	poke32(mm, at, 2);
	CHECK_EQ(mm_mprotect(mm, at, 4 * PAGE_SIZE, RW), 0);
	CHECK_EQ(peek32(mm, at), 2);
	mm_put(mm);
}

static void mremap_carries_pages(void)
{
	struct mm *mm = mm_create(xlen);
	int64_t at = map_anon(mm, 0, 4 * PAGE_SIZE, RW, MAP_PRIVATE), to, big;

	for (int i = 0; i < 4; i++)
		poke32(mm, at + i * PAGE_SIZE, 10 + i);
	map_anon(mm, at + 4 * PAGE_SIZE, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_FIXED);
	CHECK_EQ(mm_mremap(mm, at, 4 * PAGE_SIZE, 8 * PAGE_SIZE, 0, 0), -ENOMEM);
	to = mm_mremap(mm, at, 4 * PAGE_SIZE, 2000 * PAGE_SIZE, MREMAP_MAYMOVE, 0);
	CHECK(to > 0 && to != at);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(peek32(mm, to + i * PAGE_SIZE), 10 + i);
	CHECK_EQ(peek32(mm, to + 1999 * PAGE_SIZE), 0);
	CHECK_EQ(mm_fault(mm, at, ACCESS_READ), FAULT_MAPERR);
	CHECK_EQ(mm_mremap(mm, to, 2000 * PAGE_SIZE, 2 * PAGE_SIZE, 0, 0), to);
	CHECK_EQ(mm_fault(mm, to + 2 * PAGE_SIZE, ACCESS_READ), FAULT_MAPERR);
	big = mm_mremap(mm, to, 2 * PAGE_SIZE, 2 * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, 0x20000000);
	CHECK_EQ(big, 0x20000000);
	CHECK_EQ(peek32(mm, 0x20000000 + PAGE_SIZE), 11);
	mm_put(mm);
}

static void brk_grows_and_shrinks(void)
{
	struct mm *mm = mm_create(xlen);
	struct mm_layout *l = mm_layout(mm);

	l->start_brk = l->brk = 0x10000800;
	CHECK_EQ(mm_brk(mm, 0), 0x10000800);
	CHECK_EQ(mm_brk(mm, 0x10020004), 0x10020004);
	poke32(mm, 0x10001000, 9);
	poke32(mm, 0x10020000, 9);
	CHECK_EQ(mm_brk(mm, 0x10001000), 0x10001000);
	CHECK_EQ(mm_fault(mm, 0x10001000, ACCESS_READ), FAULT_MAPERR);
	CHECK_EQ(mm_brk(mm, 0x10030000), 0x10030000);
	CHECK_EQ(peek32(mm, 0x10001000), 0);
	map_anon(mm, 0x10040000, PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED);
	CHECK_EQ(mm_brk(mm, 0x10041000), 0x10030000);
	CHECK_EQ(mm_brk(mm, 0x10040000), 0x10030000);         /* one page of distance */
	CHECK_EQ(mm_brk(mm, 0x1003f000), 0x1003f000);
	mm_put(mm);
}

static void stack_grows(void)
{
	struct mm *mm = mm_create(xlen);
	gva_t top = mm_top(mm) - 0x100000;
	int64_t at = map_anon(mm, top - 2 * PAGE_SIZE, 2 * PAGE_SIZE, RW,
	                      MAP_PRIVATE | MAP_FIXED | MAP_GROWSDOWN);
	struct vma_info info;

	CHECK(at > 0);
	poke32(mm, at - 50 * PAGE_SIZE, 3);
	CHECK(mm_find_vma(mm, at, false, &info));
	CHECK_EQ(info.start, at - 50 * PAGE_SIZE);
	CHECK_EQ(mm_fault(mm, top - (8 << 20) - PAGE_SIZE, ACCESS_WRITE), FAULT_MAPERR);
	CHECK_EQ(mm_fault(mm, top - (8 << 20), ACCESS_WRITE), FAULT_OK);
	mm_limits(mm)->stack = 64 << 20;
	map_anon(mm, top - (16 << 20), PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED);
	CHECK_EQ(mm_fault(mm, top - (16 << 20) + 256 * PAGE_SIZE, ACCESS_WRITE), FAULT_MAPERR);
	CHECK_EQ(mm_fault(mm, top - (16 << 20) + 257 * PAGE_SIZE, ACCESS_WRITE), FAULT_OK);
	mm_put(mm);
}

static void strings_and_partial_copies(void)
{
	struct mm *mm = mm_create(xlen);
	int64_t at = map_anon(mm, 0, 2 * PAGE_SIZE, RW, MAP_PRIVATE);
	char buf[64];

	CHECK_EQ(mm_copy_to(mm, at + PAGE_SIZE - 3, "hello", 6), 0);
	CHECK_EQ(mm_copy_string(mm, buf, at + PAGE_SIZE - 3, sizeof(buf)), 5);
	CHECK_STR(buf, "hello");
	CHECK_EQ(mm_copy_string(mm, buf, at + PAGE_SIZE - 3, 5), -ENAMETOOLONG);
	CHECK_EQ(mm_copy_to(mm, at + 2 * PAGE_SIZE - 3, "abc", 3), 0);
	CHECK_EQ(mm_munmap(mm, at + 2 * PAGE_SIZE, PAGE_SIZE), 0);
	CHECK_EQ(mm_copy_string(mm, buf, at + 2 * PAGE_SIZE - 3, sizeof(buf)), -EFAULT);
	CHECK_EQ(mm_copy_from_partial(mm, buf, at + 2 * PAGE_SIZE - 3, 10), 3);
	CHECK_EQ(mm_copy_to(mm, ~0ull - 2, "abcdef", 6), -EFAULT);
	CHECK_EQ(mm_zero(mm, at, 2 * PAGE_SIZE), 0);
	CHECK_EQ(peek32(mm, at + PAGE_SIZE), 0);
	mm_put(mm);
}

static void forced_copies(void)
{
	struct test_file f;
	struct mm *mm = mm_create(xlen);
	uint32_t v = 0x9002;
	int64_t x, n;

	test_file_open(&f, 2 * PAGE_SIZE);
	x = map_file(mm, &f, 0, 2 * PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0);
	n = map_anon(mm, 0, PAGE_SIZE, PROT_NONE, MAP_PRIVATE);
	CHECK_EQ(mm_copy_force(mm, x + 8, &v, 4, true), 0);
	CHECK_EQ(peek32(mm, x + 8), 0x9002);
	CHECK_EQ(mm_fault(mm, x, ACCESS_WRITE), FAULT_ACCERR);
	CHECK_EQ(*(uint8_t *)(f.data + 8), test_file_byte(8));
	CHECK_EQ(mm_copy_force(mm, n, &v, 4, true), 0);
	v = 0;
	CHECK_EQ(mm_copy_force(mm, n, &v, 4, false), 0);
	CHECK_EQ(v, 0x9002);
	CHECK_EQ(mm_copy_from(mm, &v, n, 4), -EFAULT);
	CHECK_EQ(mm_copy_force(mm, n - PAGE_SIZE, &v, 4, false), -EFAULT);
	mm_put(mm);
	test_file_close(&f);
}

static void scatter_lists(void)
{
	struct mm *mm = mm_create(xlen);
	int64_t at = map_anon(mm, 0, 4 * PAGE_SIZE, RW, MAP_PRIVATE);
	struct uio_seg segs[] = { { at, 3 }, { 0, 0 }, { at + PAGE_SIZE - 2, 4 }, { 1, 5 } };
	struct uio u;
	char out[16] = "";

	uio_init_user(&u, mm, segs, 4);
	CHECK_EQ(u.left, 12);
	CHECK_EQ(uio_copy_in(&u, "abcdefghij", 10), 7);       /* the last piece is no memory */
	CHECK_EQ(u.left, 5);
	uio_init_user(&u, mm, segs, 3);
	CHECK_EQ(uio_copy_out(&u, out, 5), 5);
	CHECK_EQ(uio_copy_out(&u, out + 5, 9), 2);
	CHECK_STR(out, "abcdefg");
	uio_init_kernel(&u, out, 7);
	CHECK_EQ(uio_copy_in(&u, "ABCDEFGH", 8), 7);
	CHECK_STR(out, "ABCDEFG");
	mm_put(mm);
}

static void out_of_memory_undoes_itself(void)
{
	struct mm *mm = mm_create(xlen), *child;
	int64_t at = map_anon(mm, 0, 200 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_NORESERVE), i;
	enum fault_result r = FAULT_OK;
	uint64_t free_pages;

	for (i = 0; r == FAULT_OK && i < 200; i++)
		r = mm_fault(mm, at + i * PAGE_SIZE, ACCESS_WRITE);
	CHECK_EQ(r, FAULT_OOM);
	CHECK_EQ(ram_free_pages(), 0);
	CHECK_EQ(mm_fork(mm, &child), -ENOMEM);
	CHECK_EQ(mm_munmap(mm, at, PAGE_SIZE), 0);
	free_pages = ram_free_pages();
	CHECK_EQ(free_pages, 1);
	CHECK_EQ(mm_fork(mm, &child), -ENOMEM);
	CHECK_EQ(ram_free_pages(), free_pages);
	mm_put(mm);
}

static void clean_pages_make_room(void)
{
	struct test_file f;
	struct mm *mm = mm_create(xlen);
	int64_t x, at;

	test_file_open(&f, 100 * PAGE_SIZE);
	x = map_file(mm, &f, 0, 100 * PAGE_SIZE, RW, MAP_SHARED, 0);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(mm_fault(mm, x + i * PAGE_SIZE, ACCESS_READ), FAULT_OK);
	poke32(mm, x + 5 * PAGE_SIZE, 0xabcd);
	CHECK_EQ(mm_munmap(mm, x, 100 * PAGE_SIZE), 0);
	CHECK_EQ(f.mapping.nr_pages, 100);
	at = map_anon(mm, 0, 120 * PAGE_SIZE, RW, MAP_PRIVATE);
	for (int i = 0; i < 120; i++)
		CHECK_EQ(mm_fault(mm, at + i * PAGE_SIZE, ACCESS_WRITE), FAULT_OK);
	CHECK(f.mapping.nr_pages < 30);
	mm_put(mm);
	CHECK_EQ(mapping_writeback(&f.mapping, 0, UINT64_MAX), 0);
	CHECK_EQ(*(uint32_t *)(f.data + 5 * PAGE_SIZE), 0xabcd);
	test_file_close(&f);
}

static unsigned runs_read;

static int read_run(struct mapping *m, uint64_t index, void *pages, uint64_t nr)
{
	struct test_file *f = container_of(m, struct test_file, mapping);
	uint64_t at = index << PAGE_SHIFT;

	runs_read++;
	if (f->fail_reads)
		return -EIO;
	memcpy(pages, f->data + at, MIN(nr << PAGE_SHIFT, f->size - at));
	return 0;
}

static pfn_t pfn_at(struct mm *mm, gva_t va)
{
	struct translation t;

	CHECK_EQ(mm_translate(mm, va, ACCESS_READ, &t), 0);
	return t.pfn;
}

/* With a view, pages of a file come as one block, and frames behind each other; without, singly. */
static void a_view_brings_blocks_of_a_file(void)
{
	enum { BASE = 0x100000, PAGES = 40 };
	struct mapping_ops ops = test_file_ops;
	struct mm *mm = mm_create(xlen);
	struct test_file f;

	ops.read_run = read_run;
	test_file_open(&f, PAGES * PAGE_SIZE - 100);
	f.mapping.ops = &ops;
	runs_read = 0;
	CHECK_EQ(map_file(mm, &f, BASE, PAGES * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0), BASE);
	peek32(mm, BASE + 20 * PAGE_SIZE);
	CHECK_EQ(f.reads, 1);
	CHECK_EQ(runs_read, 0);
	CHECK_EQ(mm_view_create(mm), 0);
	CHECK_EQ((uint8_t)peek32(mm, BASE + 5 * PAGE_SIZE), test_file_byte(5 * PAGE_SIZE));
	CHECK_EQ(runs_read, 1);
	for (unsigned i = 0; i < 16; i++) {
		CHECK_EQ(pfn_at(mm, BASE + i * PAGE_SIZE), mapping_peek_page(&f.mapping, 0) + i);
		CHECK_EQ((uint8_t)peek32(mm, BASE + i * PAGE_SIZE), test_file_byte(i * PAGE_SIZE));
	}
	CHECK_EQ(f.reads, 1);
	/* The rest of the block is there in part, and the last block is short. */
	peek32(mm, BASE + 21 * PAGE_SIZE);
	CHECK_EQ(f.reads, 2);
	CHECK_EQ(peek32(mm, BASE + PAGES * PAGE_SIZE - 100), 0);
	CHECK_EQ(runs_read, 2);
	CHECK_EQ(f.mapping.nr_pages, 16 + 2 + 8);
	mm_put(mm);
	test_file_close(&f);
}

/* Memory used front to back: as many pages come as lie right below, in frames behind each other. */
static void anonymous_memory_comes_in_runs(void)
{
	struct mm *mm = mm_create(xlen);
	gva_t base = 0x100000;
	struct translation t;

	CHECK_EQ(map_anon(mm, base, 64 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED), (int64_t)base);
	for (unsigned i = 0; i <= 16; i++)
		poke32(mm, base + i * PAGE_SIZE, 1);
	for (unsigned i = 1; i < 16; i++) {
		CHECK_EQ(pfn_at(mm, base + (16 + i) * PAGE_SIZE), pfn_at(mm, base + 16 * PAGE_SIZE) + i);
		CHECK_EQ(peek32(mm, base + (16 + i) * PAGE_SIZE), 0);
	}
	CHECK_EQ(mm_translate(mm, base + 32 * PAGE_SIZE, ACCESS_READ, &t), -EFAULT);      /* and no more */
	mm_put(mm);
}

/* A full table moves into a huge page, where the host has them, and nobody can tell: what is in the pages, who
 * owns them, what fork copies. Without, only the place is another. */
static void full_tables_become_huge(void)
{
	enum { TABLE = 512, PAGES = 4 * TABLE };
	struct mm *mm = mm_create(xlen), *child;
	const gva_t base = 0x400000, at = base + PAGE_SIZE, huge = base + TABLE * PAGE_SIZE;
	struct mm_stats before;
	uint64_t free;
	bool moved;

	CHECK_EQ(map_anon(mm, at, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED), (int64_t)at);
	CHECK_EQ(mm_view_create(mm), 0);
	for (unsigned i = PAGES; i-- > 0;)                 /* backwards: no page lies behind the other */
		poke32(mm, at + i * PAGE_SIZE, i);
	before = stats_of(mm);
	free = ram_free_pages();
	CHECK(!mm_collapse(mm, base + PAGE_SIZE));         /* the area does not cover all of this one */
	CHECK(pfn_at(mm, at + PAGE_SIZE) != pfn_at(mm, at) + 1);
	moved = mm_collapse(mm, huge + 77);
	CHECK(!mm_collapse(mm, huge + 77) || !moved);      /* and once is enough */
	if (moved)
		for (unsigned i = 0; i < TABLE; i++)
			CHECK_EQ(pfn_at(mm, huge + i * PAGE_SIZE), pfn_at(mm, huge) + i);
	else if (xlen == XLEN_64)
		printf("# the host makes no huge pages of memfds\n");
	CHECK(mm_view_fill(mm, huge + 5 * PAGE_SIZE));
	CHECK_EQ(*(uint32_t *)(mm_view_base(mm) + huge + 9 * PAGE_SIZE), TABLE + 8);
	*(uint32_t *)(mm_view_base(mm) + huge + 5 * PAGE_SIZE + 4) = 55;
	CHECK_EQ(peek32(mm, huge + 5 * PAGE_SIZE + 4), 55);
	CHECK_EQ(stats_of(mm).rss_anon, before.rss_anon);
	CHECK_EQ(ram_free_pages(), free);
	CHECK_EQ(mm_fork(mm, &child), 0);
	CHECK(!mm_collapse(mm, huge));                     /* shared: stays */
	poke32(mm, huge + PAGE_SIZE, 1000000);
	CHECK_EQ(mm_munmap(mm, huge + 2 * PAGE_SIZE, PAGE_SIZE), 0);
	CHECK_EQ(peek32(child, huge + PAGE_SIZE), TABLE);
	CHECK_EQ(peek32(mm, huge + PAGE_SIZE), 1000000);
	for (unsigned i = 0; i < PAGES; i++)
		CHECK_EQ(peek32(child, at + i * PAGE_SIZE), i);
	mm_put(child);
	CHECK(mm_view_fill(mm, huge + PAGE_SIZE));
	CHECK_EQ(*(uint32_t *)(mm_view_base(mm) + huge + PAGE_SIZE), 1000000);
	mm_put(mm);
}

int main(void)
{
	static const enum xlen widths[] = { XLEN_64, XLEN_32 };

	for (int i = 0; i < 2; i++) {
		xlen = widths[i];
		RUN_IN_RAM(empty_space_is_light, 16 << 20);
		RUN_IN_RAM(anonymous_memory_is_zero_and_lazy, 16 << 20);
		RUN_IN_RAM(fork_copies_on_write, 16 << 20);
		RUN_IN_RAM(fork_advice, 16 << 20);
		RUN_IN_RAM(file_pages_are_shared, 16 << 20);
		RUN_IN_RAM(a_view_brings_blocks_of_a_file, 16 << 20);
		RUN_IN_RAM(anonymous_memory_comes_in_runs, 16 << 20);
		RUN_IN_RAM(full_tables_become_huge, 32 << 20);
		RUN_IN_RAM(shared_files_are_written_back, 16 << 20);
		RUN_IN_RAM(truncation_unmaps_everywhere, 16 << 20);
		RUN_IN_RAM(unreadable_file_is_a_bus_error, 16 << 20);
		RUN_IN_RAM(protection, 16 << 20);
		RUN_IN_RAM(mremap_carries_pages, 16 << 20);
		RUN_IN_RAM(brk_grows_and_shrinks, 16 << 20);
		RUN_IN_RAM(stack_grows, 16 << 20);
		RUN_IN_RAM(strings_and_partial_copies, 16 << 20);
		RUN_IN_RAM(forced_copies, 16 << 20);
		RUN_IN_RAM(scatter_lists, 16 << 20);
		RUN_IN_RAM(out_of_memory_undoes_itself, 128 * PAGE_SIZE);
		RUN_IN_RAM(clean_pages_make_room, 150 * PAGE_SIZE);
	}
	return unit_done();
}
