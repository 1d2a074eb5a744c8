/* What store.c and store_write.c share: the file format, and the directory. */
#ifndef JIT_STORE_PRIVATE_H
#define JIT_STORE_PRIVATE_H

#include "store.h"

#include "base/siphash.h"

enum { STORE_FORMAT = 2, SECRET_BYTES = 32, STORE_UNITS_MAX = 1 << 18 };
#define STORE_MAGIC UINT64_C(0x30656e2d68747268)
/* Of a file, and of all of them: what is kept is worth less than the room of a cache that
 * nobody looks after. */
#define STORE_FILE_MAX (INT64_C(96) << 20)
#define STORE_ALL_MAX (INT64_C(512) << 20)

struct store_header {
	uint64_t magic, tag;           /* tag: of all of this, the name, and the tables */
	uint64_t tables;               /* where: units, then places; up to the end of the file */
	uint32_t format, nr_units, nr_places, reserved;
};
struct store_unit { uint64_t at, tag; uint32_t size, reserved; };
struct store_place { uint64_t pc; uint32_t unit, reserved; };

static inline uint32_t store_tables_size(const struct store_header *h)
{
	return (uint32_t)(h->nr_units * sizeof(struct store_unit) + h->nr_places * sizeof(struct store_place));
}

struct store_name {
	uint64_t half[2];
	char text[48];
};

extern struct store {
	char *path;
	bool chosen, tried;
	int dir;
	uint64_t settings;
	uint8_t secret[SECRET_BYTES];
	uint8_t build[32];
	size_t build_size;
	char problem[160];
} store;

void store_note(const char *what, int err);
struct store_name store_name_of(const struct store_id *id);
uint64_t store_record_tag(const struct store_name *name, const void *record, uint32_t size);
uint64_t store_header_tag(const struct store_name *name, const struct store_header *h, const void *tables);

#endif
