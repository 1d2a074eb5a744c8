/* What the tests of mm share: a file in memory behind a struct mapping, and the leak check. */
#ifndef TESTS_MM_TEST_H
#define TESTS_MM_TEST_H

#include <stdlib.h>

#include "../unit.h"
#include "abi/mman.h"
#include "mm/mm.h"

/* A file whose contents are an array of the host. */
struct test_file {
	struct mapping mapping;
	uint8_t *data;
	uint64_t size;
	int refs;
	unsigned reads, writes;
	bool fail_reads;
};

static inline int test_file_read(struct mapping *m, uint64_t index, void *page)
{
	struct test_file *f = container_of(m, struct test_file, mapping);
	uint64_t at = index << PAGE_SHIFT;

	f->reads++;
	if (f->fail_reads)
		return -EIO;
	if (at < f->size)
		memcpy(page, f->data + at, MIN(PAGE_SIZE, f->size - at));
	return 0;
}

static inline int test_file_write(struct mapping *m, uint64_t index, const void *page, size_t len)
{
	struct test_file *f = container_of(m, struct test_file, mapping);

	f->writes++;
	memcpy(f->data + (index << PAGE_SHIFT), page, len);
	return 0;
}

static inline uint64_t test_file_size(struct mapping *m) { return container_of(m, struct test_file, mapping)->size; }
static inline void test_file_get(struct mapping *m)      { container_of(m, struct test_file, mapping)->refs++; }
static inline void test_file_put(struct mapping *m)      { container_of(m, struct test_file, mapping)->refs--; }

static const struct mapping_ops test_file_ops = {
	.read_page = test_file_read, .write_page = test_file_write, .size = test_file_size,
	.get = test_file_get, .put = test_file_put,
};

/* Byte n of page i is (i * 7 + n) mod 251: every page differs. */
static inline uint8_t test_file_byte(uint64_t at)
{
	return (uint8_t)(((at >> PAGE_SHIFT) * 7 + (at & PAGE_MASK)) % 251);
}

static inline void test_file_open(struct test_file *f, uint64_t size)
{
	memset(f, 0, sizeof(*f));
	f->data = malloc(size + PAGE_SIZE);
	for (uint64_t i = 0; i < size; i++)
		f->data[i] = test_file_byte(i);
	f->size = size;
	mapping_init(&f->mapping, &test_file_ops);
}

static inline void test_file_close(struct test_file *f)
{
	mapping_destroy(&f->mapping);
	CHECK_EQ(f->refs, 0);
	free(f->data);
}

static inline int64_t map_anon(struct mm *mm, gva_t addr, uint64_t len, int prot, int flags)
{
	struct mmap_request r = { .addr = addr, .len = len, .prot = prot, .flags = flags | MAP_ANONYMOUS };

	return mm_mmap(mm, &r);
}

static inline int64_t map_file(struct mm *mm, struct test_file *f, gva_t addr, uint64_t len, int prot,
                               int flags, uint64_t offset)
{
	struct mmap_request r = { .addr = addr, .len = len, .prot = prot, .flags = flags,
		.mapping = &f->mapping, .offset = offset, .may_write = true, .may_exec = true };

	return mm_mmap(mm, &r);
}

static inline uint32_t peek32(struct mm *mm, gva_t va)
{
	uint32_t v = 0xdeadbeef;

	CHECK_EQ(mm_copy_from(mm, &v, va, 4), 0);
	return v;
}

static inline void poke32(struct mm *mm, gva_t va, uint32_t v)
{
	CHECK_EQ(mm_copy_to(mm, va, &v, 4), 0);
}

/* Each test runs in a fresh machine and must give every frame back. */
#define RUN_IN_RAM(test, bytes) do {                                            \
		uint64_t _free;                                                 \
		CHECK_EQ(ram_init(bytes), 0);                                   \
		_free = ram_free_pages();                                       \
		CHECK_EQ(_free, ram_total_pages());                             \
		RUN(test);                                                      \
		CHECK_EQ(ram_free_pages(), _free);                              \
		if (ram_free_pages() != _free)                                  \
			printf("%s: frames leaked\n", #test);                   \
		ram_shutdown();                                                 \
	} while (0)

#endif
