/* What a probe of the exec tracepoints may see of a struct binprm; valid inside the probe. */
#ifndef KERNEL_BINPRM_VIEW_H
#define KERNEL_BINPRM_VIEW_H

#include "kernel/kernel.h"

struct binprm_view {
	const char *filename;          /* as called; AT_EXECFN */
	const char *interp;            /* the name of the file that is being looked at */
	struct file *file;
	const uint8_t *buf;            /* its first bytes, zero-padded */
	size_t buf_size;
	unsigned argc, envc;
	char *const *argv, *const *envp;
	unsigned rewrites;             /* how often a format has said "again" */
	uint64_t stack_limit;
	bool secure, randomized;
	gva_t entry, sp;               /* once known */
	struct mm *mm;
};
void binprm_look(const struct binprm *b, struct binprm_view *out);

#endif
