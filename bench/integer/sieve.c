/* A sieve of Eratosthenes over 8 million bytes, eight times: stores at a stride. */
#include <string.h>
#include "bench.h"

enum { SIZE = 8000000, ROUNDS = 8 };

static uint8_t composite[SIZE];

int main(void)
{
	double began = bench_now();
	uint64_t sum = 0;

	for (int round = 0; round < ROUNDS; round++) {
		memset(composite, 0, sizeof(composite));
		for (uint32_t i = 2; i < SIZE; i++) {
			if (composite[i])
				continue;
			sum += i;
			for (uint64_t j = (uint64_t)i * i; j < SIZE; j += i)
				composite[j] = 1;
		}
	}
	return bench_done(sum, began);
}
