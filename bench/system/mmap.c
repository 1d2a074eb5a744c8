/* Mappings made and removed: 64 KiB anonymous, one page of it written. */
#include <sys/mman.h>
#include "bench.h"

enum { ROUNDS = 20000, SIZE = 64 << 10 };

int main(void)
{
	double began = bench_now();
	uint64_t sum = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint8_t *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (at == MAP_FAILED)
			return 1;
		at[i % SIZE] = i;
		sum = sum * 31 + at[i % SIZE] + at[0];
		if (munmap(at, SIZE))
			return 1;
	}
	return bench_done(sum, began);
}
