/* Small file work: open, write, read back, stat, close, unlink. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bench.h"

enum { ROUNDS = 4000, SIZE = 512 };

int main(void)
{
	char name[] = "bench-file", buffer[SIZE] = "";
	double began = bench_now();
	uint64_t sum = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
		struct stat st;

		buffer[i % SIZE] = i;
		if (fd < 0 || write(fd, buffer, SIZE) != SIZE || pread(fd, buffer, SIZE, 0) != SIZE ||
		    fstat(fd, &st) || close(fd) || stat(name, &st))
			return 1;
		sum = sum * 31 + st.st_size + (uint8_t)buffer[i % SIZE];
		if (unlink(name))
			return 1;
	}
	return bench_done(sum, began);
}
