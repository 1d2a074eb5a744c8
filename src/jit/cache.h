/* The translations there are, for jit's runtime (cache.c, runtime.c). See cache.c for the theory.
 * Lock: the kernel lock, but for cache_fault(). */
#ifndef JIT_CACHE_H
#define JIT_CACHE_H

#include "jit/jit.h"
#include "jit/runtime.h"

extern struct jit_counts {
	uint64_t translated[2];        /* by effort */
	uint64_t refused, guest_insns, code_bytes, compile_ns;
	uint64_t linked, unlinked, foreign_exits, stale, flushes;
	uint64_t entered_by[2], ran_by[2];   /* by effort, if config.by_effort */
	uint64_t entered, exits[JIT_EXIT_COUNT], left_to[JIT_REFUSAL_COUNT], ran;
	uint64_t view_misses, view_refused;
	uint64_t compile_aside_ns, late, widened, cooled, table_bytes, guest_bytes;
	uint64_t covered;              /* bytes of guest code that there are translations of */
	uint64_t peak;                 /* bytes of code and tables, at most */
	uint64_t dropped;              /* taken out of the cache: better ones had replaced them, or their code was gone */
	uint64_t loaded, changed;      /* translations taken from the disk; left there: the code is another */
} jit_counts;

/* Without these two nothing is translated, but what there is on disk is known. */
void cache_prepare(void);
void cache_abandon(void);
/* `bytes`: what code and tables together may take. 0 or -errno. */
int  cache_init(uint64_t bytes);
void cache_shutdown(void);
uint64_t cache_bytes(void);              /* that code and tables take now */
uint64_t cache_idle_bytes(void);         /* of them: of what nothing leads to any more */

/* Counts up when entries that harts may have found went away or were replaced: their jump
 * tables must be emptied. May be read without the lock. */
extern uint64_t cache_epoch;

/* The entry for pc in mm, or NULL: there is none, or none that is still what the guest's memory says. */
const void *cache_find(struct mm *mm, gva_t pc);
/* Has an earlier run of hearth left translations of the code around pc? */
bool cache_knows(struct mm *mm, gva_t pc);
/* Translate; tiers: quick code counts, full code has what quick code was made of. As cache_find. NULL: there is no room, and all is dropped; or *refused. */
const void *cache_translate(struct mm *mm, gva_t pc, enum jit_effort effort, bool tiers, bool *refused);
/* The quick translation of pc is hot: its better, or itself, and its better is being made. *final:
 * there will be no better one. */
const void *cache_promote(struct mm *mm, gva_t pc, bool *final);
/* Take in what was made aside. */
void cache_take_finished(void);
/* Where the direct exit at `link` (in the executable mapping) leads; or, *timer, the place of the entry whose budget is
 * spent. By a hart that has left through it, before it leaves the guest: without the lock. */
gva_t cache_exit_pc(const uint8_t *link, bool *timer);
/* Likewise: the place of this entry. */
gva_t cache_begins(const void *entry);
/* Make the direct exit at `link` lead to the entry for pc, if both belong together. Returns the entry, as cache_find. */
const void *cache_link(struct mm *mm, const uint8_t *link, gva_t pc);
/* Guest code may have been written: everything that mm uses is compared before it is used again. */
void cache_recheck(struct mm *mm);
/* names.c, perfmap.c */
void names_start(const struct jit_config *config);
void perfmap_start(void);
bool perfmap_is_written(void);
void perfmap_stop(void);
/* The effort that went into the code at this address; in the guest, or with the kernel lock. */
enum jit_effort cache_effort_at(const void *code);
/* host_faults_watch: async-signal-safe. */
bool cache_fault(void *context, uint64_t address);

#endif
