/* Translations on disk, for the cache (store.c): a directory with a file for each image. */
#ifndef JIT_STORE_H
#define JIT_STORE_H

#include "base/types.h"

struct strbuf;

/* What a file is about: its name is made of this, of what made it and of the directory's secret. */
struct store_id {
	uint64_t start, end, offset;   /* of the mapping */
	uint64_t file_size, first_page;/* of the mapped file: its length, and a hash of where it begins */
	uint64_t xlen;
};

/* One translation, as it is in a file: behind it are the packed tables and the code. */
struct store_record {
	uint64_t pc_base;
	uint64_t guest_hash;           /* pages_hash() of what it was made from */
	uint32_t code_size, packed_size;
	uint32_t effort, reserved;
};
static inline const uint8_t *store_packed(const struct store_record *r) { return (const uint8_t *)(r + 1); }
static inline const uint8_t *store_code(const struct store_record *r) { return store_packed(r) + r->packed_size; }

extern struct store_counts {
	uint64_t files, refused_files, refused, saved, saved_files, removed;
} store_counts;

/* dir: hearth's directory in the user's cache, or what the user names (then `chosen`, and failures
 * are warned of); NULL: nothing is kept. settings: what else translations depend on. */
void store_start(const char *dir, bool chosen, uint64_t settings);
void store_stop(void);
/* Why nothing is kept, or cannot be written; NULL: it works, or was not wanted. */
const char *store_problem(void);
bool store_usable(void);
/* A number that is the same in all runs that use this directory, and unknown to others. false: there is none. */
bool store_number(unsigned which, uint64_t *out);
uint64_t store_hash(const void *data, size_t len);
struct siphash;
void store_hash_begin(struct siphash *s);

/* ---- reading: nothing that was not written by hearth with this directory's secret comes out ---- */
struct store_file;
struct store_file *store_open(const struct store_id *id);            /* NULL: there is none */
void store_close(struct store_file *f);
uint32_t store_count(const struct store_file *f);                    /* of translations */
int store_find(const struct store_file *f, gva_t pc);                /* its index; -1 */
/* Valid until the next call. NULL: refused, for ever. */
const struct store_record *store_read(struct store_file *f, unsigned index);
void store_forget(struct store_file *f, unsigned index);             /* not to be found any more */
/* The n-th place of all at which translations can be entered: which. false: there are no more. */
bool store_entry(const struct store_file *f, unsigned n, gva_t *pc, unsigned *index);

/* ---- writing: the whole of a file, which then takes the place of the old one --------------------- */
struct store_writer;
struct store_writer *store_write(const struct store_id *id);         /* NULL: it cannot be */
/* false: it is full, or the disk. entries: where it can be entered, not given for another one before. */
bool store_add(struct store_writer *w, const struct store_record *r, const uint8_t *packed, const uint8_t *code,
	       const gva_t *entries, unsigned nr_entries);
void store_finish(struct store_writer *w);
/* Remove what was used longest ago until the directory is small enough. */
void store_trim(void);

#endif
