/* jit's runtime: when code is translated, where translations are kept, and how guest code gets
 * from the interpreter into them and back. cpu_run() stays the door for all of it. */
#ifndef JIT_RUNTIME_H
#define JIT_RUNTIME_H

#include "base/strbuf.h"
#include "base/types.h"

enum jit_dump { JIT_DUMP_NONE, JIT_DUMP_BLOCKS, JIT_DUMP_IR, JIT_DUMP_ASM };
enum jit_mode { JIT_OFF, JIT_MODE_QUICK, JIT_MODE_FULL };

/* The guest's functions by name, for --dump and --perf-map; offsets are those in a file. Called with
 * the kernel lock, never sleeping, until jit_stop(). */
struct jit_function { uint64_t start, end; };
struct jit_symbols {
	/* What is known of a mapped file (struct mapping.id); NULL: nothing. */
	const void *(*table)(uint64_t mapping_id);
	/* The function at this offset, or else the file: "find_node+0x1c", "libc.so.6+0x2f00c". */
	void (*name)(const void *table, uint64_t offset, char *text, size_t cap);
	/* The functions of this name: how many, `max` at most. */
	unsigned (*find)(const void *table, const char *name, struct jit_function *out, unsigned max);
};
/* One instruction of this machine's as text, for --dump=asm: its length; 0: it is none. NULL: there is
 * nobody who can do that. */
extern unsigned (*jit_disassemble_host)(const uint8_t *code, size_t size, uint64_t at, char *text, size_t cap);

struct jit_config {
	enum jit_mode mode;
	bool chosen;                   /* by somebody, who wants to hear if it cannot be had */
	unsigned threshold;            /* how often a place is reached before it is translated; 0: default */
	uint64_t cache_bytes;          /* what translations may take; 0: default */
	enum jit_dump dump;            /* written to standard error: every translation, or those with dump_pc */
	uint64_t dump_pc;              /* 0: all */
	const char *dump_function;     /* those that contain some of a function of this name; NULL: all */
	const struct jit_symbols *symbols;     /* NULL: nothing has a name */
	bool perf_map;                 /* tell the host's perf what the code is: /tmp/perf-PID.map */
	bool by_effort;                /* count what runs in quick and in full code by itself: slower */
	bool check;                    /* in lock step with the interpreter: cpu/lockstep.c */
	const char *disk;              /* directory that keeps translations from run to run; NULL: none does */
	bool disk_chosen;              /* by somebody, as above */
	bool disk_addresses;           /* jit_kept_number() may be asked */
};
/* After ram_init, before guest code runs. -EOPNOTSUPP: this host cannot, *why says what is
 * missing; or -errno of the memory that was not to be had. */
int  jit_start(const struct jit_config *config, const char **why);
void jit_stop(void);
/* A number that is the same in every run that keeps its translations in the same place: where code
 * is mapped depends on it, so that they serve again. false: there is none, draw one. */
bool jit_kept_number(unsigned which, uint64_t *out);
/* Has --dump printed anything? May be asked after jit_stop. */
bool jit_dump_shown(void);
/* Counters, as text. */
void jit_report(struct strbuf *out);

#endif
