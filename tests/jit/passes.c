/* Gets warm, and then goes round a loop as often as it is told: one without another in it, so that a place of it is
 * reached no more often than that. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define STEP x = (x ^ x >> 29) * 0x9e3779b97f4a7c15u + y; y += x >> 7;
#define STEPS4 STEP STEP STEP STEP
#define STEPS64 STEPS4 STEPS4 STEPS4 STEPS4 STEPS4 STEPS4 STEPS4 STEPS4 \
		STEPS4 STEPS4 STEPS4 STEPS4 STEPS4 STEPS4 STEPS4 STEPS4

int main(int argc, char **argv)
{
	volatile unsigned warm = 0;
	uint64_t x = 1, y = 2;

	for (int i = 0; i < 2000000; i++)
		warm = warm + 1;
	for (int n = argc > 1 ? atoi(argv[1]) : 0; n > 0; n--) {
		STEPS64 STEPS64 STEPS64 STEPS64 STEPS64 STEPS64
	}
	printf("%llx\n", (unsigned long long)(x + y));
	return 0;
}
