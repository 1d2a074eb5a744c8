/* Copying memory: the C library's memcpy, memmove and memset on 32 KiB, 1 MiB and
 * 8 MiB, and a plain loop over words. */
#include <stdlib.h>
#include <string.h>
#include "bench.h"

enum { SIZE = 8 << 20, TOTAL = 512 << 20 };

static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static void *(*volatile fill)(void *, int, size_t) = memset;

__attribute__((noipa)) static void copy_words(uint64_t *to, const uint64_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i] + 1;
}

int main(void)
{
	static const size_t size[] = { 32 << 10, 1 << 20, SIZE };
	uint8_t *from = malloc(SIZE + 64), *to = malloc(SIZE + 64);
	uint64_t seed = 8, sum = 0;
	double began;

	if (!from || !to)
		return 1;
	for (size_t i = 0; i < SIZE; i += 8)
		memcpy(from + i, &(uint64_t){ bench_random(&seed) }, 8);
	memset(to, 0, SIZE + 64);
	began = bench_now();
	for (size_t k = 0; k < sizeof(size) / sizeof(size[0]); k++)
		for (size_t done = 0; done < TOTAL / 4; done += size[k]) {
			copy(to, from, size[k]);
			sum = sum * 31 + to[done % size[k]];
			move(to + 8, to, size[k]);
			sum = sum * 31 + to[done / 3 % size[k]];
			copy_words((uint64_t *)from, (uint64_t *)to, size[k] / 8);
			fill(to, (int)done, size[k] / 2);
			sum = sum * 31 + to[size[k] / 2 - 1] + from[size[k] / 2];
		}
	return bench_done(sum, began);
}
