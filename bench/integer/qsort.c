/* The C library's qsort of records by a key: a call through a pointer for each
 * comparison, and the library's own copying. */
#include <stdlib.h>
#include "bench.h"

enum { COUNT = 700000 };

static struct record { uint64_t key; uint32_t number, extra; } records[COUNT];

static int compare(const void *left, const void *right)
{
	const struct record *a = left, *b = right;

	return a->key < b->key ? -1 : a->key > b->key;
}

int main(void)
{
	uint64_t seed = 5, sum = 0;
	double began;

	for (uint32_t i = 0; i < COUNT; i++)
		records[i] = (struct record){ .key = bench_random(&seed), .number = i };
	began = bench_now();
	qsort(records, COUNT, sizeof(records[0]), compare);
	for (int i = 0; i < COUNT; i++)
		sum = sum * 31 + records[i].number;
	return bench_done(sum, began);
}
