/* What the benchmark programs share: each does a fixed amount of work, prints a
 * checksum (equal on every machine) and the seconds the work alone took. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

static inline double bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static inline int bench_done(uint64_t checksum, double began)
{
	printf("%016llx %.6f\n", (unsigned long long)checksum, bench_now() - began);
	return 0;
}

/* A small, fixed generator (Marsaglia's xorshift64). */
static inline uint64_t bench_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
