/* A bytecode interpreter: every operation ends in an indirect jump. */
#include "bench.h"

enum { STEPS = 100000000, LENGTH = 509 };

int main(void)
{
	static uint8_t code[LENGTH];
	static const void *const label[] = { &&add, &&sub, &&xor, &&shift, &&swap, &&multiply, &&load, &&store };
	uint64_t seed = 3, a = 1, b = 2, t, memory[16] = { 0 };
	double began = bench_now();
	long steps = STEPS;
	unsigned pc = 0;

	for (int i = 0; i < LENGTH; i++)
		code[i] = bench_random(&seed) >> 20;
#define NEXT do { \
		if (--steps == 0) \
			goto done; \
		if (++pc == LENGTH) \
			pc = 0; \
		goto *label[code[pc] & 7]; \
	} while (0)
	NEXT;
add:      a += b; NEXT;
sub:      b -= a; NEXT;
xor:      a ^= b; NEXT;
shift:    b = b << 7 | b >> 57; NEXT;
swap:     t = a; a = b; b = t; NEXT;
multiply: a = a * 6364136223846793005u + 1; NEXT;
load:     b += memory[a & 15]; NEXT;
store:    memory[b & 15] = a; NEXT;
done:
	return bench_done(a ^ b, began);
}
