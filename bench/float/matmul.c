/* A matrix product in floats of double width: loads, multiply-adds. */
#include <string.h>
#include "bench.h"

enum { ORDER = 560 };

static double a[ORDER][ORDER], b[ORDER][ORDER], c[ORDER][ORDER];

int main(void)
{
	uint64_t seed = 5, bits;
	double began, sum = 0;

	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++) {
			a[i][j] = bench_random(&seed) % 1000 / 10.0;
			b[i][j] = bench_random(&seed) % 1000 / 10.0;
		}
	began = bench_now();
	for (int i = 0; i < ORDER; i++)
		for (int k = 0; k < ORDER; k++)
			for (int j = 0; j < ORDER; j++)
				c[i][j] += a[i][k] * b[k][j];
	for (int i = 0; i < ORDER; i++)
		for (int j = 0; j < ORDER; j++)
			sum += c[i][j] * (i - j);
	memcpy(&bits, &sum, sizeof(bits));
	return bench_done(bits, began);
}
