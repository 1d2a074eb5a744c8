/* The Mandelbrot set: a tight loop of float arithmetic and one compare. */
#include "bench.h"

enum { SIZE = 800, LIMIT = 200 };

int main(void)
{
	double began = bench_now();
	uint64_t total = 0;

	for (int y = 0; y < SIZE; y++)
		for (int x = 0; x < SIZE; x++) {
			double cr = -2.0 + 3.0 * x / SIZE, ci = -1.5 + 3.0 * y / SIZE, r = 0, i = 0;
			int n = 0;

			while (n < LIMIT && r * r + i * i <= 4) {
				double t = r * r - i * i + cr;

				i = 2 * r * i + ci;
				r = t;
				n++;
			}
			total = total * 3 + n;
		}
	return bench_done(total, began);
}
