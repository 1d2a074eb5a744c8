/* shares MS NICE...: a process for each nice value computes; what each got of the time they all had
 * together, beside what the weights of Linux say, status 1 if one is off by more than a twentieth. All
 * are bound to one hart. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16 };
static const double weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
	2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
};

static double used(pid_t pid)
{
	clockid_t clock;
	struct timespec t;

	clock_getcpuclockid(pid, &clock);
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double first[MOST], last[MOST], all = 0, weights = 0, want = atof(argv[1]) / 1000;
	int nr = argc - 2, bad = 0;
	pid_t pid[MOST];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (int i = 0; i < nr; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			setpriority(PRIO_PROCESS, 0, atoi(argv[i + 2]));
			for (volatile unsigned n = 0;; n++)
				;
		}
	}
	/* The first moments are for getting started. Then by time that they used, not that went by. */
	usleep(200000);
	for (int i = 0; i < nr; i++)
		first[i] = used(pid[i]);
	while (all < want) {
		usleep(100000);
		all = 0;
		for (int i = 0; i < nr; i++)
			all += (last[i] = used(pid[i])) - first[i];
	}
	for (int i = 0; i < nr; i++) {
		kill(pid[i], SIGKILL);
		weights += weight[20 + atoi(argv[i + 2])];
	}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < nr; i++) {
		double got = (last[i] - first[i]) / all, due = weight[20 + atoi(argv[i + 2])] / weights;
		int fine = got > due * 0.95 && got < due * 1.05;

		bad += !fine;
		printf("nice %s: %.1f %% of %.1f %%%s\n", argv[i + 2], 100 * got, 100 * due, fine ? "" : " WRONG");
	}
	return bad != 0;
}
