/* A hash table of short strings, chained: insert, look up (half of it in vain),
 * delete. Hashing byte by byte, chains, memory from malloc. */
#include <stdlib.h>
#include <string.h>
#include "bench.h"

enum { BUCKETS = 1 << 15, KEYS = 40000, LOOKUPS = 1500000 };

struct entry { struct entry *next; uint32_t hash, value; char key[]; };

static struct entry *bucket[BUCKETS];

/* FNV-1a */
static uint32_t hash_of(const char *key)
{
	uint32_t hash = 2166136261u;

	while (*key)
		hash = (hash ^ (uint8_t)*key++) * 16777619u;
	return hash;
}

static struct entry **find(const char *key, uint32_t hash)
{
	struct entry **at = &bucket[hash % BUCKETS];

	while (*at && ((*at)->hash != hash || strcmp((*at)->key, key)))
		at = &(*at)->next;
	return at;
}

static void name(char *key, uint64_t number)
{
	int length = 0;

	for (number *= 0x9e3779b97f4a7c15u; number; number /= 61)
		key[length++] = 'A' + number % 61;
	key[length] = 0;
}

static int insert(const char *key, uint32_t value)
{
	uint32_t hash = hash_of(key);
	struct entry **at = find(key, hash), *entry = *at;

	if (entry)
		return 0;
	entry = malloc(sizeof(*entry) + strlen(key) + 1);
	if (!entry)
		exit(1);
	*entry = (struct entry){ .hash = hash, .value = value };
	strcpy(entry->key, key);
	*at = entry;
	return 1;
}

int main(void)
{
	uint64_t seed = 6, sum = 0;
	double began = bench_now();
	char key[16];

	for (uint32_t i = 1; i <= KEYS; i++) {
		name(key, i);
		sum += insert(key, i);
	}
	for (int i = 0; i < LOOKUPS; i++) {
		struct entry *entry;

		name(key, 1 + bench_random(&seed) % (2 * KEYS));
		entry = *find(key, hash_of(key));
		sum = sum * 7 + (entry ? entry->value : 1);
	}
	for (uint32_t i = 1; i <= KEYS; i++) {
		struct entry **at, *entry;

		name(key, i);
		at = find(key, hash_of(key));
		entry = *at;
		sum += entry->value;
		*at = entry->next;
		free(entry);
	}
	return bench_done(sum, began);
}
