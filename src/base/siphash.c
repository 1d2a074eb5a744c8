/* SipHash-2-4, as its paper gives it: two rounds a word, four at the end. */
#include "base/siphash.h"

#include <string.h>

static uint64_t rotate(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

static inline void round_once(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static inline void add_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	round_once(v);
	round_once(v);
	v[0] ^= word;
}

void siphash_init(struct siphash *s, const uint8_t key[16])
{
	uint64_t k[2];

	memcpy(k, key, sizeof(k));
	*s = (struct siphash){ .v = { k[0] ^ 0x736f6d6570736575, k[1] ^ 0x646f72616e646f6d,
				      k[0] ^ 0x6c7967656e657261, k[1] ^ 0x7465646279746573 } };
}

void siphash_add(struct siphash *s, const void *data, size_t len)
{
	const uint8_t *p = data, *end = p + len;
	uint64_t v[4], word;

	while (s->len % 8 && p < end) {
		s->tail |= (uint64_t)*p++ << s->len++ % 8 * 8;
		if (s->len % 8 == 0) {
			add_word(s->v, s->tail);
			s->tail = 0;
		}
	}
	memcpy(v, s->v, sizeof(v));
	for (; end - p >= 8; p += 8, s->len += 8) {
		memcpy(&word, p, sizeof(word));
		add_word(v, word);
	}
	memcpy(s->v, v, sizeof(v));
	while (p < end)
		s->tail |= (uint64_t)*p++ << s->len++ % 8 * 8;
}

uint64_t siphash_end(struct siphash *s)
{
	add_word(s->v, s->tail | s->len << 56);
	s->v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		round_once(s->v);
	return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}

uint64_t siphash(const uint8_t key[16], const void *data, size_t len)
{
	struct siphash s;

	siphash_init(&s, key);
	siphash_add(&s, data, len);
	return siphash_end(&s);
}
