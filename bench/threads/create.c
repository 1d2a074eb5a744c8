/* Threads made and joined, 2 at a time. */
#include <pthread.h>
#include "bench.h"

enum { ROUNDS = 1000 };

static void *work(void *number)
{
	return (void *)((uintptr_t)number * 3);
}

int main(void)
{
	double began = bench_now();
	uint64_t sum = 0;

	for (uintptr_t i = 0; i < ROUNDS; i++) {
		pthread_t one, two;
		void *a, *b;

		if (pthread_create(&one, NULL, work, (void *)i) || pthread_create(&two, NULL, work, (void *)(i + 1)))
			return 1;
		pthread_join(one, &a);
		pthread_join(two, &b);
		sum = sum * 31 + (uintptr_t)a + (uintptr_t)b;
	}
	return bench_done(sum, began);
}
