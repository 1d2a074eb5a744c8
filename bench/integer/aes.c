/* AES-128 in counter mode by tables (FIPS 197): a load from a table for each
 * byte of state and round. The tables are computed, and the example vector of
 * FIPS 197 appendix C.1 is checked first. */
#include <string.h>
#include "bench.h"

enum { ROUNDS = 10, BLOCKS = 2000000 };

static uint8_t box[256];
static uint32_t table[4][256];

static uint8_t times2(uint8_t x)
{
	return x << 1 ^ (x & 0x80 ? 0x1b : 0);
}

/* 3 generates the field's multiplicative group: walk it with its inverse. */
static void make_tables(void)
{
	uint8_t p = 1, q = 1;

	do {
		p ^= times2(p);
		q ^= q << 1;
		q ^= q << 2;
		q ^= q << 4;
		q ^= q & 0x80 ? 0x09 : 0;
		box[p] = 0x63 ^ q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4);
	} while (p != 1);
	box[0] = 0x63;
	for (int i = 0; i < 256; i++) {
		uint32_t s = box[i], two = times2(s), word = two << 24 | s << 16 | s << 8 | (two ^ s);

		for (int t = 0; t < 4; t++)
			table[t][i] = t ? word >> 8 * t | word << (32 - 8 * t) : word;
	}
}

static uint32_t substitute(uint32_t w)
{
	return (uint32_t)box[w >> 24] << 24 | box[w >> 16 & 255] << 16 | box[w >> 8 & 255] << 8 | box[w & 255];
}

static void expand(const uint32_t key[4], uint32_t *schedule)
{
	uint8_t constant = 1;

	memcpy(schedule, key, 16);
	for (int i = 4; i < 4 * (ROUNDS + 1); i++) {
		uint32_t t = schedule[i - 1];

		if (i % 4 == 0) {
			t = substitute(t << 8 | t >> 24) ^ (uint32_t)constant << 24;
			constant = times2(constant);
		}
		schedule[i] = schedule[i - 4] ^ t;
	}
}

#define MIX(a, b, c, d) (table[0][s[a] >> 24] ^ table[1][s[b] >> 16 & 255] ^ \
			 table[2][s[c] >> 8 & 255] ^ table[3][s[d] & 255])
#define LAST(a, b, c, d) ((uint32_t)box[s[a] >> 24] << 24 ^ box[s[b] >> 16 & 255] << 16 ^ \
			  box[s[c] >> 8 & 255] << 8 ^ box[s[d] & 255])

static void encrypt(const uint32_t *key, const uint32_t in[4], uint32_t out[4])
{
	uint32_t s[4], t[4];

	for (int i = 0; i < 4; i++)
		s[i] = in[i] ^ key[i];
	for (int round = 1; round < ROUNDS; round++) {
		key += 4;
		t[0] = MIX(0, 1, 2, 3) ^ key[0];
		t[1] = MIX(1, 2, 3, 0) ^ key[1];
		t[2] = MIX(2, 3, 0, 1) ^ key[2];
		t[3] = MIX(3, 0, 1, 2) ^ key[3];
		memcpy(s, t, sizeof(s));
	}
	key += 4;
	out[0] = LAST(0, 1, 2, 3) ^ key[0];
	out[1] = LAST(1, 2, 3, 0) ^ key[1];
	out[2] = LAST(2, 3, 0, 1) ^ key[2];
	out[3] = LAST(3, 0, 1, 2) ^ key[3];
}

int main(void)
{
	static const uint32_t key[4] = { 0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f };
	static const uint32_t plain[4] = { 0x00112233, 0x44556677, 0x8899aabb, 0xccddeeff };
	static const uint32_t cipher[4] = { 0x69c4e0d8, 0x6a7b0430, 0xd8cdb780, 0x70b4c55a };
	uint32_t schedule[4 * (ROUNDS + 1)], block[4], out[4];
	uint64_t sum = 0;
	double began;

	make_tables();
	expand(key, schedule);
	encrypt(schedule, plain, out);
	if (memcmp(out, cipher, sizeof(out)))
		return 1;
	memcpy(block, plain, sizeof(block));
	began = bench_now();
	for (int i = 0; i < BLOCKS; i++) {
		block[3]++;
		encrypt(schedule, block, out);
		sum = sum * 31 + ((uint64_t)out[0] << 32 | out[1]) + ((uint64_t)out[2] << 32 | out[3]);
	}
	return bench_done(sum, began);
}
