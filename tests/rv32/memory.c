/* malloc of all sizes, mmap, brk by way of malloc, copy-on-write, a deep stack. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int deep(int n)
{
	volatile char frame[500];

	frame[0] = n;
	return n ? deep(n - 1) + (frame[0] == (char)n) : 0;
}

int main(void)
{
	static unsigned char *blocks[1000];
	unsigned seed = 1, bad = 0;
	int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), *private = malloc(40000);

	for (int i = 0; i < 5000; i++) {
		int at = (seed = seed * 1103515245 + 12345) / 65536 % 1000, size = (seed >> 8) % 3000 + 1;

		if (blocks[at]) {
			bad += blocks[at][0] != at % 251;
			free(blocks[at]);
		}
		blocks[at] = malloc(size);
		memset(blocks[at], at % 251, size);
	}
	printf("bad blocks: %u\n", bad);
	for (int i = 0; i < 8; i++) {
		char *big = malloc(20 << 20);

		big[0] = big[(20 << 20) - 1] = 1;
		big = realloc(big, 30 << 20);
		bad += big[(20 << 20) - 1] != 1;
		free(big);
	}
	printf("bad: %u\n", bad);
	private[9999] = 5;
	if (fork() == 0) {
		shared[0] = private[9999] + 1;
		private[9999] = 6;
		_exit(0);
	}
	wait(NULL);
	printf("%d %d\n", shared[0], private[9999]);
	printf("%d\n", deep(5000));
	return 0;
}
