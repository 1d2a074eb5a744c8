/* SHA-256 (FIPS 180-4) over 2.5 megabytes: rotations, additions, table look-ups. */
#include <string.h>
#include "bench.h"

enum { BLOCKS = 240000 };

static uint32_t constant[64], initial[8];

static uint32_t rotate(uint32_t v, int n) { return v >> n | v << (32 - n); }

/* The first 32 bits of the fractional parts of roots of primes, by integer search. */
static uint32_t root_fraction(unsigned prime, int power)
{
	unsigned __int128 target = (unsigned __int128)prime << (power == 2 ? 64 : 96);
	uint64_t low = 0, high = (uint64_t)1 << 40;

	while (high - low > 1) {
		uint64_t middle = (low + high) / 2;
		unsigned __int128 square = (unsigned __int128)middle * middle;

		if (power == 2 ? square <= target : square <= target / middle)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)low;
}

static void make_constants(void)
{
	int n = 0;

	for (unsigned p = 2; n < 64; p++) {
		int prime = 1;

		for (unsigned d = 2; d * d <= p; d++)
			prime &= p % d != 0;
		if (!prime)
			continue;
		constant[n] = root_fraction(p, 3);
		if (n < 8)
			initial[n] = root_fraction(p, 2);
		n++;
	}
}

static void compress(uint32_t state[8], const uint32_t block[16])
{
	uint32_t w[64], v[8];

	memcpy(w, block, 64);
	for (int i = 16; i < 64; i++) {
		uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
	memcpy(v, state, sizeof(v));
	for (int i = 0; i < 64; i++) {
		uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
		uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + constant[i] + w[i];
		uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
		uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

int main(void)
{
	uint32_t state[8], block[16];
	uint64_t seed = 1;
	double began;

	make_constants();
	memcpy(state, initial, sizeof(state));
	for (int i = 0; i < 16; i++)
		block[i] = bench_random(&seed);
	began = bench_now();
	for (int i = 0; i < BLOCKS; i++) {
		block[i & 15] ^= state[i & 7];
		compress(state, block);
	}
	return bench_done((uint64_t)state[0] << 32 | state[7], began);
}
