/* A translation's tables in few bytes (pack.c): as the cache keeps them, in memory and on disk. */
#ifndef JIT_PACK_H
#define JIT_PACK_H

#include "jit/jit.h"

enum { PACK_ENTRIES_MAX = 512, PACK_PAGES_MAX = 24, PACK_RANGES_MAX = 512 };

/* Bytes of packed tables; code_size is that of the code they are about. */
struct packed {
	const uint8_t *bytes;
	uint32_t size, code_size;
	gva_t pc_base;
};

/* What is looked at once, when a translation is taken into use. */
struct pack_tables {
	uint32_t nr_entries, nr_ranges, nr_pages;
	struct jit_entry entries[PACK_ENTRIES_MAX];
	struct jit_range ranges[PACK_RANGES_MAX];
	gva_t pages[PACK_PAGES_MAX];
};

/* *bytes: from malloc, the caller's. The size; 0: no memory. */
uint32_t pack_code(const struct jit_code *code, uint8_t **bytes);
/* false: these are no tables for code of that size (nothing is trusted: it may come from a disk). */
bool pack_read(const struct packed *p, struct pack_tables *out);
gva_t pack_pc(const struct packed *p);               /* the first entry's: what was asked for */
/* That of the entry at this offset of the code; PACK_NO_PC: there is none. */
#define PACK_NO_PC UINT64_C(1)
gva_t pack_entry_pc(const struct packed *p, uint32_t offset);
uint32_t pack_pages(const struct packed *p, gva_t out[PACK_PAGES_MAX]);                /* how many */
bool pack_covers(const struct packed *p, gva_t pc);  /* is this guest code in it? */
uint32_t pack_ranges(const struct packed *p, struct jit_range out[PACK_RANGES_MAX]);   /* how many */
/* The exit at this offset of the code: where it goes. */
bool pack_find_exit(const struct packed *p, uint32_t offset, gva_t *pc);
/* The call of an entry whose budget is spent is at this offset: which entry's. */
bool pack_find_timer(const struct packed *p, uint32_t offset, gva_t *pc);
/* Make the exits of a copy of the code lead nowhere, as they were made. */
void pack_unlink(const struct packed *p, uint8_t *code);
/* What is known of the instruction at this offset. Async-signal-safe. */
struct pack_site {
	bool trapped;                  /* it is the trap that stands for an access: the address is out of bounds */
	struct jit_site site;
	struct jit_state state;
	struct jit_pins pins;
};
bool pack_find_site(const struct packed *p, uint32_t offset, struct pack_site *out);
/* fault.c: what jit_fault() does once the site is found. Async-signal-safe. After a trap the interpreter goes on. */
void jit_fault_site(const struct pack_site *p, unsigned xlen, gva_t pc_base, void *ucontext, uint64_t host_address);

#endif
