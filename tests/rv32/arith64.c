/* 64-bit arithmetic on a 32-bit machine: multiplication, division, shifts, conversions. */
#include <inttypes.h>
#include <stdio.h>

int main(void)
{
	static const int64_t values[] = { 0, 1, -1, 7, -7, 1000000007, -123456789012345, 0x7fffffffffffffff,
					  -0x7fffffffffffffff - 1, 0x80000000, 0xffffffff, 0x100000000 };
	const int count = sizeof(values) / sizeof(values[0]);
	uint64_t hash = 14695981039346656037u;

	for (int i = 0; i < count; i++) {
		for (int j = 0; j < count; j++) {
			volatile int64_t a = values[i], b = values[j];
			uint64_t ua = a, ub = b;
			int64_t results[] = { (int64_t)(ua * ub), (int64_t)(ua + ub), (int64_t)(ua - ub),
				ub ? (int64_t)(ua / ub) : 0, ub ? (int64_t)(ua % ub) : 0,
				b && !(a == values[8] && b == -1) ? a / b : 0, b && !(a == values[8] && b == -1) ? a % b : 0,
				a << (b & 63), a >> (b & 63), (int64_t)(ua >> (b & 63)), a < b, ua < ub, (int64_t)(double)a };

			for (unsigned k = 0; k < sizeof(results) / sizeof(results[0]) - 1; k++)
				hash = (hash ^ (uint64_t)results[k]) * 1099511628211u;
		}
		printf("%" PRId64 " %" PRIx64 " %d %d %.1f\n", values[i], (uint64_t)values[i], __builtin_popcountll(values[i]),
		       values[i] ? __builtin_clzll(values[i]) : 64, (double)values[i]);
	}
	printf("%016" PRIx64 "\n", hash);
	return 0;
}
