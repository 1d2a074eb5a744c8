/* SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of 64 bits. Who does not know the key can
 * neither make two texts with the same hash nor the hash of a text: it names and authenticates. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash {
	uint64_t v[4];
	uint64_t tail;                 /* bytes that do not yet make a word */
	uint64_t len;
};

void siphash_init(struct siphash *s, const uint8_t key[16]);
/* The parts' borders do not matter: it is the hash of all of them in a row. */
void siphash_add(struct siphash *s, const void *data, size_t len);
uint64_t siphash_end(struct siphash *s);
uint64_t siphash(const uint8_t key[16], const void *data, size_t len);

#endif
