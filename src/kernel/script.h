/* The first line of a script, taken apart; no binprm, so that tests and fuzzers can call it. */
#ifndef KERNEL_SCRIPT_H
#define KERNEL_SCRIPT_H

#include "binprm.h"

struct script_line {
	char interp[BINPRM_BUF_SIZE];
	char arg[BINPRM_BUF_SIZE];      /* one argument, however many words; see has_arg */
	bool has_arg;
};
/* 0, or -ENOEXEC with the reason in *why. */
int script_parse(const uint8_t buf[BINPRM_BUF_SIZE], struct script_line *out, const char **why);

#endif
