/* Quicksort and heapsort of random numbers: compares, swaps, unpredictable branches. */
#include <string.h>
#include "bench.h"

enum { COUNT = 1000000 };

static uint32_t numbers[COUNT], copy[COUNT];

static void swap(uint32_t *a, uint32_t *b)
{
	uint32_t t = *a;

	*a = *b;
	*b = t;
}

static void quicksort(uint32_t *a, long n)
{
	while (n > 1) {
		uint32_t pivot = a[n / 2];
		long i = 0, j = n - 1;

		while (i <= j) {
			while (a[i] < pivot)
				i++;
			while (a[j] > pivot)
				j--;
			if (i <= j)
				swap(&a[i++], &a[j--]);
		}
		quicksort(a, j + 1);
		a += i;
		n -= i;
	}
}

static void sift(uint32_t *a, long root, long n)
{
	for (long child; (child = 2 * root + 1) < n; root = child) {
		if (child + 1 < n && a[child] < a[child + 1])
			child++;
		if (a[root] >= a[child])
			return;
		swap(&a[root], &a[child]);
	}
}

static void heapsort_numbers(uint32_t *a, long n)
{
	for (long i = n / 2; i-- > 0; )
		sift(a, i, n);
	for (long i = n; i-- > 1; ) {
		swap(&a[0], &a[i]);
		sift(a, 0, i);
	}
}

int main(void)
{
	uint64_t seed = 2, sum = 0;
	double began;

	for (long i = 0; i < COUNT; i++)
		numbers[i] = copy[i] = bench_random(&seed);
	began = bench_now();
	quicksort(numbers, COUNT);
	heapsort_numbers(copy, COUNT);
	for (long i = 0; i < COUNT; i++)
		sum = sum * 31 + numbers[i] + (copy[i] ^ i);
	return bench_done(sum, began);
}
