/* What the parts of the cache share: cache.c (units, entries, links), cache_pages.c (images, pages and
 * what address spaces know), cache_disk.c (what is kept from one run of hearth to the next).
 * See cache.c for the theory. Lock: the kernel lock. */
#ifndef JIT_CACHE_PRIVATE_H
#define JIT_CACHE_PRIVATE_H

#include "cache.h"
#include "pack.h"
#include "store.h"

enum { UNITS_BITS = 18, UNITS_MAX = (1 << UNITS_BITS) - 1, CHUNK_BYTES = 64, CHUNKS_PER_PAGE = PAGE_SIZE / CHUNK_BYTES };
enum { NO_LINK = 0, MALLOC_COSTS = 16 };

/* An image is within 4 GiB, and has few enough others beside it: its units' fields are so wide. */
enum { IMAGES_MAX = 1 << 16 };
#define IMAGE_REACH (UINT64_C(1) << 32)

enum { CODE_SIZE_BITS = 18, PLACES_BITS = 10 };
/* One translation. Its packed tables are behind it. There are so many that each byte counts. */
struct unit {
	uint32_t pc_low;               /* of unit_pc_base() */
	uint32_t start;                /* of its code, in the arena */
	uint32_t incoming;             /* links to it; an index, NO_LINK ends the list */
	uint32_t code_size : CODE_SIZE_BITS;
	uint32_t nr_places : PLACES_BITS;         /* where control goes to it; none: a better one has replaced it */
	uint32_t effort : 1;           /* enum jit_effort */
	uint32_t final : 1;            /* quick, and full effort was in vain */
	uint32_t asleep : 1;           /* some of its pages may not be valid */
	uint32_t dead : 1;
	uint16_t packed_size;
	uint16_t image_id;
	uint8_t packed[];
};
_Static_assert(JIT_CODE_MAX <= 1 << CODE_SIZE_BITS && PACK_ENTRIES_MAX < 1 << PLACES_BITS, "fields of a unit");
_Static_assert(sizeof(struct unit) == 20, "no padding");

/* What was translated of a page, in pieces: a hash of the bytes, and by half-word what was translated because it was run,
 * and what of it a translation of full effort has. */
struct chunk {
	uint32_t seen, full;
	uint64_t hash;
};
_Static_assert(CHUNK_BYTES / 2 == 32, "seen has a bit for each half-word");

struct page {
	gva_t va;
	uint32_t valid : 1;
	uint32_t nr_users : 31;        /* units; see page_users() */
	uint32_t last_user, users_size, users_cap;
	uint8_t *users;
	uint64_t have;                 /* the chunks there are; bit 0: the first of the page */
	struct chunk *chunks;
};
_Static_assert(CHUNKS_PER_PAGE == 64, "have has a bit for each chunk");

struct image {
	struct image *next;            /* of all */
	uint32_t id;                   /* below IMAGES_MAX */
	gva_t high;                    /* of all its addresses: what IMAGE_REACH is a factor of */
	/* A pristine one's identity; mapping_id 0: one address space's own. */
	uint64_t mapping_id, offset;
	gva_t start, end;
	enum xlen xlen;
	struct image *next_own;        /* of the same address space */
	struct page **pages;           /* by address */
	unsigned nr_pages, cap_pages;
	struct store_id disk_id;       /* valid if on_disk */
	struct store_file *disk;       /* what an earlier run has left; NULL: nothing */
	bool on_disk;                  /* has a place there */
	unsigned nr_new;               /* units that are not on disk */
	const void *symbols;           /* names.c; NULL: nothing is known of the file */
};

/* What an address space knows about its code: mm_engine()->state. */
struct area {
	gva_t start, end;
	struct image *image;
	struct mapping *mapping;       /* of a pristine one, alive as long as the generation lasts */
	uint64_t offset;
};

struct link {
	uint32_t next;
	uint32_t offset;               /* of the exit, in the arena */
};

enum { ENTRY_OFFSET_BITS = 18, ENTRY_TAG_BITS = 12 };
/* A place where a translation is entered: which place, its unit's table of entries says. */
struct entry {
	uint64_t unit : UNITS_BITS;               /* 1 + its index; 0: free */
	uint64_t offset : ENTRY_OFFSET_BITS;      /* in its code */
	uint64_t tag : ENTRY_TAG_BITS;            /* of the place's hash */
} __attribute__((packed));
_Static_assert(sizeof(struct entry) == 6, "no padding");
_Static_assert(JIT_CODE_MAX <= 1 << ENTRY_OFFSET_BITS, "offset");

extern struct code_cache {
	uint8_t *writable, *executable;
	uint64_t size, used;
	uint64_t cap, tables;          /* bytes of code and tables: allowed; of tables: used */
	uint64_t idle;                 /* bytes of units that nothing leads to any more */
	struct inside { gva_t pc; uint32_t image_id; } inside[1024];   /* inside of full ones, and hot once */
	uint32_t nr_full, nr_tidied;   /* translations of full effort that were made; at the last look at them */
	/* All units, one behind the other, and where each begins, divided by UNIT_ALIGN. */
	uint8_t *unit_space;
	uint64_t unit_space_used;
	uint32_t *units;
	uint32_t nr_units;             /* atomically */
	/* By image_id, what units are read with: in a signal handler, too, and when the image is gone. */
	struct image_base { gva_t high; bool is_64; } *bases;
	/* For each piece of the arena as far as it is used: the first unit that does not begin before it. */
	uint32_t *firsts;
	uint32_t nr_firsts;            /* atomically */
	struct entry *entries;         /* by hash; the next one that is free from there */
	unsigned nr_entries, cap_entries;
	struct link *links;            /* those not in use are linked from free_link */
	uint32_t nr_links, cap_links, free_link;
	struct image *images;
	uint32_t nr_ids;               /* that images have or had */
	uint64_t flushes;              /* struct known of before is void */
	uint64_t ran;                  /* jit_counts.ran at the last one */
	unsigned hold, held;           /* requests not heard after a flush; that since */
} cache;

enum { UNIT_ALIGN = 4, PIECE_BYTES = 4096 };
static inline struct unit *cache_unit(uint32_t index)
{
	return (struct unit *)(void *)(cache.unit_space + (uint64_t)cache.units[index] * UNIT_ALIGN);
}

static inline gva_t unit_pc_base(const struct unit *u)
{
	return cache.bases[u->image_id].high | u->pc_low;
}

/* Of a unit. */
uint64_t unit_size(const struct unit *u);            /* of it and its tables */
/* Where the code of one begins, if that of others ends here. */
uint32_t unit_place(unsigned effort, uint64_t at);
struct packed unit_packed(const struct unit *u);
void unit_unlink(struct unit *u);
void unit_kill(struct unit *u);
uint64_t unit_bytes(const struct unit *u);           /* of it, its tables and its code */
void unit_note_start(uint32_t index, uint32_t start);   /* a new one, at the end */
/* Its index if it covers this offset of the arena; -1: none does. Async-signal-safe. */
int64_t unit_index_at(uint64_t offset);
void cache_free_link(uint32_t index);
struct entry *cache_entry_slot(uint32_t image_id, gva_t pc);
gva_t cache_entry_pc(const struct entry *e);
unsigned cache_entries_for(unsigned nr);             /* how large the table is made for so many */
uint32_t cache_entry_at(const struct entry *e);      /* in the arena */
/* cache_compact.c: if there is much that nothing leads to, take it out of the arena. No code address of
 * before is good afterwards. */
void cache_tidy(void);
/* The cache is full: the same, if that makes some room. */
bool cache_squeeze(void);
/* Entries that harts may have found went away or were replaced. */
void cache_note_replaced(void);
struct entry *cache_entry(const struct image *image, gva_t pc);      /* NULL: none, or of a dead unit */

/* A translation as it is taken in: from the compiler, or from the disk. */
struct incoming {
	struct packed packed;
	const uint8_t *code;
	unsigned effort;
	bool stored;
	uint32_t replaces;             /* 1 + the index of the one it is another form of: it takes all its places */
};
bool cache_has_room(uint32_t code_size, uint32_t packed_size);
/* There is room. `bytes`: what it was made from, by page (cache_pages.c). */
struct unit *cache_install(struct image *image, const struct incoming *in, const struct pack_tables *t);

/* ---- cache_pages.c ------------------------------------------------------------------------ */

/* The contents of guest pages while something is made from them, or compared with them. */
struct snapshot {
	unsigned nr;
	struct { gva_t va; const uint8_t *bytes; } page[PACK_PAGES_MAX];
};
const uint8_t *snapshot_page(const struct snapshot *s, gva_t va);

const struct area *pages_area_of(struct mm *mm, gva_t pc);   /* NULL: no code */
/* What guest memory holds at this page of the area now; NULL: nothing that may be executed. */
const uint8_t *pages_now(struct mm *mm, const struct area *a, gva_t va);
struct page *pages_find(const struct image *image, gva_t va);
struct page *pages_get(struct image *image, gva_t va);
/* These are the page's bytes: what was made from others is dead. */
void pages_update(struct page *p, const uint8_t *bytes);
/* Is what the ranges cover the same as what is kept of it, all of it? Keep it: it counts as run. */
bool pages_agree(const struct image *image, gva_t pc_base, const struct pack_tables *t, const struct snapshot *s);
void pages_keep(struct image *image, gva_t pc_base, const struct pack_tables *t, const struct snapshot *s);
/* A hash of what the ranges cover; s NULL: as it is kept. Where there is a cache on disk it is the same in each run. */
uint64_t pages_hash(const struct image *image, gva_t pc_base, const struct pack_tables *t, const struct snapshot *s);
/* A translation of full effort has, or had, what it covers. */
void pages_mark_full(const struct image *image, const struct unit *u, bool full);
/* The later ones have the higher indices: what is kept is how much higher, in bytes of seven bits, the lowest first. */
void pages_add_user(struct page *p, uint32_t unit);
struct users { const uint8_t *at; uint32_t left, unit; };
static inline struct users page_users(const struct page *p)
{
	return (struct users){ .at = p->users, .left = p->nr_users };
}
/* false: there is none; else u->unit is its index. */
bool next_user(struct users *u);
/* Each one's index is now moved(arg, that of before): not more, in the same order; -1: it goes. */
void pages_move_users(struct page *p, int64_t (*moved)(const void *arg, uint32_t unit), const void *arg);
bool pages_wake(struct mm *mm, const struct area *a, struct unit *u);   /* may it be entered now? */
void pages_trim(struct page *p);                     /* what it has of room for more users */
bool pages_seen(const struct image *image, gva_t pc);
/* Is the instruction at pc of this page in a translation of full effort? */
bool page_is_full(const struct page *p, gva_t pc);
/* By half-word, as struct job_page has it. */
void pages_seen_map(const struct page *p, uint8_t seen[PAGE_SIZE / 16]);
void pages_full_map(const struct page *p, uint8_t full[PAGE_SIZE / 16]);
void pages_drop_images(void);
struct image *pages_image(uint32_t id);
void pages_start(void);
void pages_stop(void);

/* ---- names.c -------------------------------------------------------------------------------- */

const void *names_table(uint64_t mapping_id);            /* struct image.symbols */
void names_text(const struct image *image, gva_t pc, char *text, size_t cap);
/* What jit_request.looks is to be: `looks`, filled in, or NULL. */
const struct jit_looks *names_look(const struct image *image, gva_t pc, struct jit_looks *looks);

/* ---- perfmap.c ------------------------------------------------------------------------------ */

void perfmap_add(const void *at, uint32_t size, const struct image *image, gva_t pc, enum jit_effort effort);

/* ---- cache_disk.c --------------------------------------------------------------------------- */

/* A pristine image is new: find out what there is of it. */
void disk_open(struct image *image, const struct area *a);
void disk_close(struct image *image);
/* Take in what was kept for pc. true: there may be an entry now. */
bool disk_load(struct mm *mm, const struct area *a, gva_t pc);
/* Keep what is new. */
void disk_save(void);

#endif
