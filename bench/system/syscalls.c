/* 300,000 system calls that do next to nothing. */
#include <sys/syscall.h>
#include <unistd.h>
#include "bench.h"

enum { CALLS = 300000 };

int main(void)
{
	double began = bench_now();
	uint64_t same = 0;
	long pid = getpid();

	for (int i = 0; i < CALLS; i++)
		same += syscall(SYS_getpid) == pid;
	return bench_done(same, began);
}
