/* What the readers of symbol tables share: symbols.c reads and names, symbols_code.c serves the
 * translator's tools. Lock: the kernel lock. */
#ifndef TRACE_SYMBOLS_H
#define TRACE_SYMBOLS_H

#include "trace/trace.h"

struct symbol {
	uint64_t value, size;            /* size 0: not known */
	uint32_t name;
	bool function;
	bool chooses;                    /* an IFUNC: not the function, but what chooses it when the program starts */
};
struct segment { uint64_t offset, size, vaddr; bool executable; };

struct symbol_file {
	struct list link;
	uint64_t dev, ino;
	struct symbol *symbols;          /* by value, rising */
	unsigned nr_symbols;
	char *names;                     /* the string table, NUL-terminated */
	uint64_t names_size;
	struct segment segments[64];
	unsigned nr_segments;
};

/* The file's table, read now if it never was; stays until trace_symbols_free(). May sleep. */
struct symbol_file *symbols_of(struct file *f);
/* What is at this offset, and how far into it; NULL: nothing that has a name. */
const char *symbols_name(const struct symbol_file *s, uint64_t file_offset, uint64_t *into);
void symbols_code_free(void);

#endif
