/* trace: who watches the rooms' tracepoints and tells about it.
 *
 * explain   the story of one program's start, from execve to main
 * symbols   names for addresses in guest programs */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "base/strbuf.h"
#include "jit/runtime.h"
#include "kernel/kernel.h"

/* ---- explain (hearth explain PROG ARGS...) ------------------------------------------- */
struct trace_explain_options {
	int host_fd;             /* where the text goes */
	bool color;              /* escape sequences: only for terminals */
};
/* Call after sys_init() and before kernel_start_init(): tells as it happens, stops watching at
 * main. */
void trace_explain_start(const struct trace_explain_options *o);
/* After kernel_run(), or after an exec that failed: how it ended. wait_status: of kernel_run, or
 * -errno of kernel_start_init. */
void trace_explain_finish(int wait_status);

/* ---- symbols ---------------------------------------------------------------------------- */
struct trace_symbol {
	char name[160];          /* "" unknown */
	uint64_t offset;         /* into the function */
	char file[256];          /* path as the task sees it; "" anonymous memory */
	uint64_t file_offset;    /* of the address */
};
/* The function and file at an address of a running program. False: nothing is mapped there. */
bool trace_symbol_at(struct task *t, gva_t addr, struct trace_symbol *out);
/* The same for a place in a file (machine.crash), as seen from the root: true if a name was found. */
bool trace_symbol_in_file(const char *path, uint64_t file_offset, struct trace_symbol *out);
/* Address of a defined function of this name in the ELF file, as its file says (unbiased). */
bool trace_symbol_value(struct file *f, const char *name, uint64_t *value);
/* For struct jit_config: from now on the tables of what is mapped are read. */
const struct jit_symbols *trace_symbols_of_code(void);
/* Was there a function of this name in what was mapped? */
bool trace_code_has(const char *function);
/* What was read of symbol tables is forgotten. After kernel_shutdown: the translator asks until then. */
void trace_symbols_free(void);

#endif
