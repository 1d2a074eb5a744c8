/* Two threads add to, swap and compare-and-exchange the same words. */
#include <pthread.h>
#include "bench.h"

enum { ROUNDS = 1500000 };

static uint64_t added, raised, swapped;

static void *work(void *unused)
{
	uint64_t mine = 1;

	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t seen = __atomic_load_n(&raised, __ATOMIC_RELAXED);

		__atomic_fetch_add(&added, i, __ATOMIC_SEQ_CST);
		while (!__atomic_compare_exchange_n(&raised, &seen, seen + 3, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			;
		/* What goes in comes out again somewhere: the sum stays. */
		mine = __atomic_exchange_n(&swapped, mine, __ATOMIC_SEQ_CST);
	}
	return (void *)(uintptr_t)mine;
}

int main(void)
{
	pthread_t thread;
	void *first, *second;
	double began = bench_now();

	if (pthread_create(&thread, NULL, work, NULL))
		return 1;
	first = work(NULL);
	pthread_join(thread, &second);
	return bench_done(added * 31 + raised * 7 + (uintptr_t)first + (uintptr_t)second + swapped, began);
}
