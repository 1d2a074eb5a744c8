/* The largest singular value of an infinite matrix whose elements are computed
 * as they are needed (spectral norm): divisions, and sums of products. */
#include <math.h>
#include <string.h>
#include "bench.h"

enum { N = 600, ROUNDS = 30 };

static double element(int i, int j)
{
	return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(const double *v, double *out, int transposed)
{
	for (int i = 0; i < N; i++) {
		double sum = 0;

		for (int j = 0; j < N; j++)
			sum += (transposed ? element(j, i) : element(i, j)) * v[j];
		out[i] = sum;
	}
}

int main(void)
{
	double u[N], v[N], t[N], uv = 0, vv = 0, norm, began = bench_now();
	uint64_t bits;

	for (int i = 0; i < N; i++)
		u[i] = 1;
	for (int round = 0; round < ROUNDS; round++) {
		multiply(u, t, 0);
		multiply(t, v, 1);
		multiply(v, t, 0);
		multiply(t, u, 1);
	}
	for (int i = 0; i < N; i++) {
		uv += u[i] * v[i];
		vv += v[i] * v[i];
	}
	norm = sqrt(uv / vv);
	memcpy(&bits, &norm, sizeof(bits));
	return bench_done(bits, began);
}
