/* The C library's string functions on what programs give them: short strings of
 * mixed lengths, at any alignment. Called through pointers, so that the compiler
 * puts nothing in their place. */
#include <string.h>
#include "bench.h"

enum { STRINGS = 512, LONGEST = 200, ROUNDS = 20000 };

static char text[STRINGS][LONGEST + 16], other[STRINGS][LONGEST + 16], copy[LONGEST + 32];

static size_t (*volatile length_of)(const char *) = strlen;
static void *(*volatile find_byte)(const void *, int, size_t) = memchr;
static char *(*volatile find_char)(const char *, int) = strchr;
static int (*volatile compare)(const char *, const char *) = strcmp;
static void *(*volatile copy_bytes)(void *, const void *, size_t) = memcpy;

static uint64_t round_of_calls(int round)
{
	uint64_t sum = 0;

	for (int i = 0; i < STRINGS; i++) {
		const char *s = text[i] + i % 8, *t = other[i] + (i + round) % 8;
		size_t length = length_of(s);
		const char *byte = find_byte(s, 'x', length), *character = find_char(s, 'y');
		int order = compare(s, text[(i + 1) % STRINGS] + (i + 1) % STRINGS % 8);

		copy_bytes(copy + round % 8, t, length);
		copy[round % 8 + length] = 0;
		sum += length + (byte ? byte - s : 0) + (character ? character - s : 0);
		sum = sum * 3 + (order > 0) + 2 * (order < 0) + !compare(s, copy + round % 8);
		sum += (uint8_t)copy[round % 8 + length / 2];
	}
	return sum;
}

int main(void)
{
	uint64_t seed = 7, sum = 0;
	double began;

	for (int i = 0; i < STRINGS; i++) {
		size_t length = bench_random(&seed) % (i % 4 ? 32 : LONGEST);

		memset(other[i], 'b', sizeof(other[i]) - 1);
		for (size_t j = 0; j < length; j++)
			text[i][i % 8 + j] = 'a' + bench_random(&seed) % 22;
		if (length)
			text[i][i % 8 + length - 1] = 'w' + i % 3;
		if (i % 2)
			memcpy(other[i], text[i] + i % 8, length + 1);
	}
	began = bench_now();
	for (int round = 0; round < ROUNDS; round++)
		sum = sum * 31 + round_of_calls(round);
	return bench_done(sum, began);
}
