/* Asking one call many times: every flag bit, every number of a command, every kind of path.
 *
 *   BITS("eventfd2", syscall(SYS_eventfd2, 0, f), close(r))
 *
 * tries f = 1, 2, 4 ... 1 << 31 and prints one line: which bits had which result. `r` is the
 * result in the third argument, which undoes what worked. NUMBERS does so for f = from ... to. */
#ifndef TESTS_ABI_PROBE_H
#define TESTS_ABI_PROBE_H

#include "abi.h"

struct outcome { int error; unsigned long bits; };
struct outcomes { int n; struct outcome list[24]; };

static inline unsigned long *outcome_of(struct outcomes *o, int error)
{
	for (int i = 0; i < o->n; i++)
		if (o->list[i].error == error)
			return &o->list[i].bits;
	o->list[o->n] = (struct outcome){ error, 0 };
	return &o->list[o->n++].bits;
}

static inline void show_outcomes(const char *what, const struct outcomes *o)
{
	printf("%s:", what);
	for (int i = 0; i < o->n; i++)
		printf(" %s %#lx", o->list[i].error ? error_name(o->list[i].error) : "ok", o->list[i].bits);
	printf("\n");
}

#define BITS(what, call, undo)                                                     \
	do {                                                                       \
		struct outcomes outcomes_ = { 0 };                                 \
		for (int bit_ = 0; bit_ < 32; bit_++) {                            \
			unsigned f __attribute__((unused)) = 1u << bit_;           \
			errno = 0;                                                 \
			long r __attribute__((unused)) = (long)(call);             \
			*outcome_of(&outcomes_, r == -1 ? errno : 0) |= 1ul << bit_; \
			if (r != -1) {                                             \
				undo;                                              \
			}                                                          \
		}                                                                  \
		show_outcomes(what, &outcomes_);                                   \
	} while (0)

#define NUMBERS(what, from, to, call, undo)                                        \
	do {                                                                       \
		int last_ = -2, start_ = from;                                     \
		printf("%s:", what);                                               \
		for (int f = from; f <= (to) + 1; f++) {                           \
			int error_ = -1;                                           \
			if (f <= (to)) {                                           \
				errno = 0;                                         \
				long r __attribute__((unused)) = (long)(call);     \
				error_ = r == -1 ? errno : 0;                      \
				if (r != -1) {                                     \
					undo;                                      \
				}                                                  \
			}                                                          \
			if (error_ != last_ && f != (from)) {                      \
				printf(" %d-%d %s", start_, f - 1, last_ ? error_name(last_) : "ok"); \
				start_ = f;                                        \
			}                                                          \
			last_ = error_;                                            \
		}                                                                  \
		printf("\n");                                                      \
	} while (0)

#endif
