/* First touches of anonymous pages, 256 to a mapping (1 MiB: too small for a huge
 * page to take their place): a page fault each. */
#include <sys/mman.h>
#include "bench.h"

enum { ROUNDS = 400, PAGE = 4096, SIZE = 1 << 20 };

int main(void)
{
	double began = bench_now();
	uint64_t sum = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint8_t *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (at == MAP_FAILED)
			return 1;
		for (int page = 0; page < SIZE; page += PAGE) {
			sum += at[page];
			at[page] = i;
		}
		sum += at[SIZE - PAGE];
		if (munmap(at, SIZE))
			return 1;
	}
	return bench_done(sum, began);
}
