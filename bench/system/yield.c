/* Context switches: two processes on one processor yield to each other. */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

enum { ROUNDS = 50000 };

/* Without this the two would run beside each other, and nothing would switch. */
static int share_a_processor(void)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -1;
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed)) {
			CPU_SET(cpu, &one);
			break;
		}
	return sched_setaffinity(0, sizeof(one), &one);
}

int main(void)
{
	uint64_t sum = 0;
	double began;
	int status;
	pid_t pid;

	if (share_a_processor())
		return 1;
	began = bench_now();
	pid = fork();
	if (pid < 0)
		return 1;
	for (int i = 0; i < ROUNDS; i++)
		sum += sched_yield() == 0;
	if (pid == 0)
		_exit(sum == ROUNDS ? 7 : 1);
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	return bench_done(sum + WEXITSTATUS(status), began);
}
