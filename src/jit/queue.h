/* Translations made by a thread of their own (queue.c), for cache.c. */
#ifndef JIT_QUEUE_H
#define JIT_QUEUE_H

#include "jit/jit.h"

enum { JOB_PAGES = 5, JOB_MORE = 24 };

/* One translation to be made: all it is made from, copied, so that the thread needs nobody's lock. */
struct job {
	struct job *next;
	uint64_t image_id, flushes;    /* whose it is; cache.c's */
	int xlen;
	gva_t pc;
	/* A translation made anew, with entries at these as well: the first is what was asked for, the others
	 * are those it had. If the first is not in it: a translation of its own (then `apart`). */
	gva_t more[JOB_MORE];
	unsigned nr_more;
	bool apart;
	bool looked_at;                /* jit_request.looks */
	struct jit_looks looks;
	unsigned nr_pages;
	struct job_page {
		gva_t va;
		uint8_t seen[PAGE_SIZE / 16];   /* by half-word: was run */
		uint8_t taken[PAGE_SIZE / 16];  /* a translation of full effort has it */
		uint8_t bytes[PAGE_SIZE];
	} pages[JOB_PAGES];
	/* The answer. */
	int err;
	struct jit_code *code;
	uint64_t took_ns;
};

struct job_page *queue_page(struct job *job, gva_t va);      /* NULL: not among them */
/* Kernel lock. false: nobody can take it now; it stays the caller's. */
bool queue_add(struct job *job);
/* One that is made, or NULL. It is the caller's. */
struct job *queue_take(void);
unsigned queue_length(void);              /* waiting */
bool queue_has(uint64_t image_id, gva_t pc);   /* asked for and not taken, as job.pc */
void queue_stop(void);

#endif
