/* How dear are mm's operations? Prints nanoseconds a piece; `make bench` may run it.
 *
 * The process forked is shaped like a dynamically linked bash: 30 areas, 250 pages of files and
 * 60 of its own. */
#include "mm_test.h"

#include <time.h>

enum { RW = PROT_READ | PROT_WRITE };

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

#define MEASURE(name, n, body) do {                                             \
		uint64_t _best = UINT64_MAX;                                    \
		for (int _round = 0; _round < 5; _round++) {                    \
			uint64_t _start = now();                                \
			for (int i = 0; i < (n); i++) { body; }                 \
			_best = MIN(_best, (now() - _start) / (n));             \
		}                                                               \
		printf("%-44s %8lu ns\n", name, (unsigned long)_best);          \
	} while (0)

static struct mm *shell(struct test_file *f)
{
	struct mm *mm = mm_create(XLEN_64);
	gva_t at = 0x2aaaaaa000;

	for (int lib = 0; lib < 6; lib++, at += 0x10000000) {
		map_file(mm, f, at, 60 * PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, 0);
		map_file(mm, f, at + 60 * PAGE_SIZE, 8 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 60 * PAGE_SIZE);
		map_file(mm, f, at + 68 * PAGE_SIZE, 4 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED, 68 * PAGE_SIZE);
		map_anon(mm, at + 72 * PAGE_SIZE, 4 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED);
		map_anon(mm, at + 80 * PAGE_SIZE, 16 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED);
		for (int i = 0; i < 40; i++)
			peek32(mm, at + (uint64_t)i * PAGE_SIZE);
		for (int i = 68; i < 76; i++)
			poke32(mm, at + (uint64_t)i * PAGE_SIZE, 1);
		poke32(mm, at + 80 * PAGE_SIZE, 1);
		poke32(mm, at + 81 * PAGE_SIZE, 1);
	}
	map_anon(mm, 0x3fffe00000, 0x21000, RW, MAP_PRIVATE | MAP_FIXED | MAP_GROWSDOWN);
	for (int i = 0; i < 4; i++)
		poke32(mm, 0x3fffe20000 - (uint64_t)i * PAGE_SIZE, 1);
	return mm;
}

static void fork_and_use(struct mm *mm, int stores)
{
	struct mm *child;

	mm_fork(mm, &child);
	for (int i = 0; i < stores; i++)
		poke32(child, 0x2aaaaaa000 + (68 + (uint64_t)i % 8) * PAGE_SIZE + (uint64_t)(i / 8) * 0x10000000, 2);
	mm_put(child);
}

int main(void)
{
	static struct test_file f;
	struct mm *mm;
	struct translation t;
	int64_t at;
	int pages = 32768;

	ram_init(512 << 20);
	test_file_open(&f, 100 * PAGE_SIZE);
	MEASURE("mm_create + mm_put", 10000, mm_put(mm_create(XLEN_64)));

	mm = mm_create(XLEN_64);
	for (int round = 0; round < 2; round++) {
		const char *name = round ? "anonymous fault, front to back, used RAM" : "anonymous fault, front to back, fresh RAM";
		uint64_t start;

		at = map_anon(mm, 0, (uint64_t)pages * PAGE_SIZE, RW, MAP_PRIVATE);
		start = now();
		for (int i = 0; i < pages; i++)
			if (mm_translate(mm, at + (uint64_t)i * PAGE_SIZE, ACCESS_WRITE, &t) != 0)
				mm_fault(mm, at + (uint64_t)i * PAGE_SIZE, ACCESS_WRITE);
		printf("%-44s %8lu ns\n", name, (unsigned long)((now() - start) / (uint64_t)pages));
		start = now();
		mm_munmap(mm, at, (uint64_t)pages * PAGE_SIZE);
		printf("%-44s %8lu ns\n", "  munmap, a page", (unsigned long)((now() - start) / (uint64_t)pages));
	}
	at = map_anon(mm, 0, 1024 * PAGE_SIZE, RW, MAP_PRIVATE);
	MEASURE("anonymous fault at random + DONTNEED", 1024,
	        gva_t va = (gva_t)at + (uint64_t)(i * 37 % 1024) * PAGE_SIZE;
	        mm_fault(mm, va, ACCESS_WRITE);
	        mm_madvise(mm, va, PAGE_SIZE, MADV_DONTNEED));
	for (int i = 0; i < 1024; i++)
		mm_fault(mm, (gva_t)at + (uint64_t)i * PAGE_SIZE, ACCESS_WRITE);
	MEASURE("mm_translate", 1000000, mm_translate(mm, (gva_t)at + (uint64_t)(i * 37 % 1024) * PAGE_SIZE, ACCESS_READ, &t));
	MEASURE("mm_copy_to, 8 bytes", 1000000, mm_copy_to(mm, (gva_t)at + (uint64_t)(i * 37 % 1024) * PAGE_SIZE, &t, 8));
	MEASURE("mmap + munmap, one page", 10000, mm_munmap(mm, (gva_t)map_anon(mm, 0, PAGE_SIZE, RW, MAP_PRIVATE), PAGE_SIZE));
	mm_put(mm);

	MEASURE("build a shell's memory + mm_put", 100, mm_put(shell(&f)));
	mm = shell(&f);
	MEASURE("fork + exit, shell", 2000, fork_and_use(mm, 0));
	MEASURE("fork + 20 stores + exit, shell", 2000, fork_and_use(mm, 20));
	mm_put(mm);
	test_file_close(&f);
	ram_shutdown();
	return 0;
}
