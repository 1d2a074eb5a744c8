/* A machine without a cpu, for fuzzers of what lies around it: cpu_run() may be the fuzzer's own. */
#ifndef TESTS_FUZZ_NO_CPU_H
#define TESTS_FUZZ_NO_CPU_H

#include "kernel/kernel.h"

/* A file in the root of the machine. */
void make_file(const char *name, const void *data, size_t size);

#endif
