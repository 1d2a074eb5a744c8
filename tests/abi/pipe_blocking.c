/* A writer of much data blocks until the reader has taken it; nothing is lost. */
#include "abi.h"

TOPIC(pipe_blocking)
{
	static unsigned char data[300000];
	unsigned sum = 0;
	ssize_t got, total = 0;
	int ends[2];
	pid_t pid;

	R(pipe(ends));
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < COUNT(data); i++)
			data[i] = i * 7 + i / 256;
		_exit(write(ends[1], data, sizeof(data)) == sizeof(data) ? 0 : 1);
	}
	R(close(ends[1]));
	sleep_ms(20);
	while ((got = read(ends[0], data, 1000)) > 0) {
		for (ssize_t i = 0; i < got; i++)
			sum = sum * 31 + data[i];
		total += got;
	}
	V(total);
	X(sum);
	reap(pid);
}
