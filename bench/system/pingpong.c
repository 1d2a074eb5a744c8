/* Two processes hand one byte to and fro through two pipes, 10,000 times. */
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

enum { ROUNDS = 10000 };

int main(void)
{
	int there[2], back[2];
	uint64_t sum = 0;
	uint8_t byte;
	double began;

	if (pipe(there) || pipe(back))
		return 1;
	if (fork() == 0) {
		close(there[1]);
		while (read(there[0], &byte, 1) == 1) {
			byte++;
			if (write(back[1], &byte, 1) != 1)
				break;
		}
		_exit(0);
	}
	began = bench_now();
	for (int i = 0; i < ROUNDS; i++) {
		byte = i;
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			return 1;
		sum += byte;
	}
	close(there[1]);
	wait(NULL);
	return bench_done(sum, began);
}
