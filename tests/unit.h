/* The unit tests' whole framework.
 *
 *   #include "tests/unit.h"      (or "../unit.h")
 *
 *   static void adds(void) { CHECK_EQ(1 + 1, 2); }
 *   int main(void) { RUN(adds); return unit_done(); }
 *
 * A failed check prints file, line and values, and the test goes on; a test
 * that cannot go on returns. unit_done() prints the count line and gives the
 * exit status. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdio.h>
#include <string.h>

static unsigned long unit_checks, unit_failures;
/* What a loop is at, printed with a failure: UNIT_CONTEXT("seed %u", seed). */
static char unit_context[256];

#define UNIT_CONTEXT(...) ((void)snprintf(unit_context, sizeof(unit_context), __VA_ARGS__))

#define UNIT_FAIL(...) do {                                                     \
		unit_failures++;                                                \
		printf("%s:%d: ", __FILE__, __LINE__);                          \
		printf(__VA_ARGS__);                                            \
		printf("%s%s\n", unit_context[0] ? "   at " : "", unit_context);\
		fflush(stdout);                                                 \
	} while (0)

#define CHECK(cond) do {                                                        \
		unit_checks++;                                                  \
		if (!(cond))                                                    \
			UNIT_FAIL("FAILED: %s", #cond);                         \
	} while (0)

/* For any integers: compared and printed as 64-bit signed values. */
#define CHECK_EQ(got, want) do {                                                \
		long long _got = (long long)(got), _want = (long long)(want);   \
		unit_checks++;                                                  \
		if (_got != _want)                                              \
			UNIT_FAIL("FAILED: %s is %lld (0x%llx), not %s = %lld (0x%llx)",   \
			          #got, _got, (unsigned long long)_got,         \
			          #want, _want, (unsigned long long)_want);     \
	} while (0)

#define CHECK_STR(got, want) do {                                               \
		const char *_got = (got), *_want = (want);                      \
		unit_checks++;                                                  \
		if (!_got || strcmp(_got, _want) != 0)                          \
			UNIT_FAIL("FAILED: %s is \"%s\", not \"%s\"", #got,     \
			          _got ? _got : "(null)", _want);               \
	} while (0)

#define CHECK_MEM(got, want, len) do {                                          \
		unit_checks++;                                                  \
		if (memcmp((got), (want), (len)) != 0)                          \
			UNIT_FAIL("FAILED: %s differs from %s", #got, #want);   \
	} while (0)

#define RUN(test) do {                                                          \
		unsigned long _before = unit_failures;                          \
		unit_context[0] = 0;                                            \
		test();                                                         \
		if (unit_failures != _before)                                   \
			printf("%s: failed\n", #test);                          \
	} while (0)

static inline int unit_done(void)
{
	printf("%lu checks, %lu failed\n", unit_checks, unit_failures);
	return unit_failures != 0;
}

#endif
