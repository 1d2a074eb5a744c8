/* Calls and returns, and little else: Fibonacci numbers and Takeuchi's function
 * by plain recursion, none of it inlined. */
#include "bench.h"

#define CALLED __attribute__((noinline, noclone, optimize("no-optimize-sibling-calls")))

CALLED static uint64_t fib(uint64_t n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

CALLED static int tak(int x, int y, int z)
{
	return y < x ? tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)) : z;
}

int main(void)
{
	double began = bench_now();
	uint64_t sum = fib(36);

	for (int i = 0; i < 100; i++)
		sum = sum * 31 + tak(18, 12, 6 + i % 2);
	return bench_done(sum, began);
}
