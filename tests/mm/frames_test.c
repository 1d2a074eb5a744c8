/* RAM: runs are aligned and disjoint, contents are zero, nothing leaks, blocks join again. */
#include "mm_test.h"

static unsigned gone;
static pfn_t gone_pfn;
static void code_gone(pfn_t pfn) { gone++; gone_pfn = pfn; }

static void all_of_it_once(void)
{
	uint64_t n = ram_free_pages();
	pfn_t *all = calloc(n + 1, sizeof(pfn_t));
	uint8_t *seen = calloc(n + 2, 1);

	for (int round = 0; round < 2; round++) {
		uint64_t got = 0;

		memset(seen, 0, n + 2);
		for (pfn_t p; (p = frame_alloc()) != PFN_NONE;) {
			const uint64_t *words = frame_host(p);

			CHECK(p >= 1 && p <= n && !seen[p]);
			seen[p] = 1;
			CHECK_EQ(words[0] | words[511], 0);
			memset(frame_host(p), 0xa5, PAGE_SIZE);
			all[got++] = p;
		}
		CHECK_EQ(got, n);
		CHECK_EQ(ram_free_pages(), 0);
		CHECK_EQ(frame_alloc_run(0), PFN_NONE);
		for (uint64_t i = 0; i < got; i++)
			frame_put(all[i]);
		CHECK_EQ(ram_free_pages(), n);
	}
	free(all);
	free(seen);
}

static void runs(void)
{
	pfn_t big, small = frame_alloc();

	for (unsigned order = 0; order <= 10; order++) {
		pfn_t run = frame_alloc_run(order);

		CHECK(run != PFN_NONE);
		CHECK_EQ(run & ((1u << order) - 1), 0);
		for (pfn_t i = 0; i < 1u << order; i++) {
			CHECK_EQ(frame_refs(run + i), 1);
			CHECK_EQ(*(uint8_t *)frame_host(run + i), 0);
			memset(frame_host(run + i), 1, PAGE_SIZE);
		}
		for (pfn_t i = 0; i < 1u << order; i++)
			frame_put(run + i);
	}
	CHECK_EQ(frame_alloc_run(11), PFN_NONE);
	/* All the parts were given back one by one: they must have joined. */
	big = frame_alloc_run(10);
	CHECK(big != PFN_NONE);
	for (pfn_t i = 0; i < 1024; i++)
		frame_put(big + i);
	frame_put(small);
}

static void references(void)
{
	pfn_t p = frame_alloc();
	uint64_t n = ram_free_pages();

	frame_get(p);
	CHECK_EQ(frame_refs(p), 2);
	frame_put(p);
	CHECK_EQ(ram_free_pages(), n);
	frame_put(p);
	CHECK_EQ(ram_free_pages(), n + 1);
}

static void code_frames_are_announced(void)
{
	pfn_t p = frame_alloc(), q = frame_alloc();

	frame_code_gone = code_gone;
	gone = 0;
	frame_mark_code(p);
	frame_put(q);
	CHECK_EQ(gone, 0);
	frame_put(p);
	CHECK_EQ(gone, 1);
	CHECK_EQ(gone_pfn, p);
	/* The mark does not survive the frame's reuse. */
	all_of_it_once();
	CHECK_EQ(gone, 1);
	frame_code_gone = NULL;
}

/* A mix of sizes; a run's pages are released in any order. */
static void random_mix(void)
{
	enum { SLOTS = 64 };
	static struct { pfn_t first; unsigned order; } slot[SLOTS];
	uint64_t state = 1;

	for (int i = 0; i < SLOTS; i++)
		slot[i].first = PFN_NONE;
	for (int step = 0; step < 20000; step++) {
		unsigned i, order;

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		i = (unsigned)(state >> 33) % SLOTS;
		order = (unsigned)(state >> 45) % 7;
		if (slot[i].first != PFN_NONE) {
			for (pfn_t k = 0; k < 1u << slot[i].order; k++) {
				pfn_t p = slot[i].first + (k ^ ((1u << slot[i].order) - 1));

				CHECK_EQ(*(uint32_t *)frame_host(p), i);
				frame_put(p);
			}
			slot[i].first = PFN_NONE;
			continue;
		}
		slot[i].first = order ? frame_alloc_run(order) : frame_alloc();
		slot[i].order = order;
		for (pfn_t k = 0; slot[i].first != PFN_NONE && k < 1u << order; k++) {
			CHECK_EQ(*(uint32_t *)frame_host(slot[i].first + k), 0);
			*(uint32_t *)frame_host(slot[i].first + k) = i;
		}
	}
	for (int i = 0; i < SLOTS; i++)
		for (pfn_t k = 0; slot[i].first != PFN_NONE && k < 1u << slot[i].order; k++)
			frame_put(slot[i].first + k);
}

static void odd_sizes(void)
{
	CHECK_EQ(ram_init(0), -EINVAL);
	CHECK_EQ(ram_init(1), -EINVAL);
	for (uint64_t pages = 2; pages < 40; pages++) {
		CHECK_EQ(ram_init(pages * PAGE_SIZE - 100), 0);
		CHECK_EQ(ram_total_pages(), pages - 1);
		all_of_it_once();
		ram_shutdown();
	}
}

int main(void)
{
	RUN_IN_RAM(all_of_it_once, 10 << 20);
	RUN_IN_RAM(runs, 32 << 20);
	RUN_IN_RAM(references, 1 << 20);
	RUN_IN_RAM(code_frames_are_announced, 1 << 20);
	RUN_IN_RAM(random_mix, 6 << 20);
	RUN(odd_sizes);
	return unit_done();
}
