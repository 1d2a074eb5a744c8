/* shares MS NICE...: a process for each nice value computes; what each got of the time they all had
 * together, beside what the weights of Linux say, status 1 if one is off by more than a twentieth. All
 * are bound to one hart.
 *
 * For less than a millisecond in which the host runs somebody else, one of them is charged. It pays that back,
 * so how much it is off does not grow with time, but on a busy host it may be much of a second or two: MS is
 * the least, and it is looked on until all is right, or until LONGER times that, when what is wrong stays wrong. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16, LONGER = 12 };
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

static double due(char *nice, int nr, char **all)
{
	double weights = 0;

	for (int i = 0; i < nr; i++)
		weights += weight[20 + atoi(all[i])];
	return weight[20 + atoi(nice)] / weights;
}

/* How many are off. */
static int judge(const double *got, int nr, char **nice, bool say)
{
	double all = 0;
	int bad = 0;

	for (int i = 0; i < nr; i++)
		all += got[i];
	for (int i = 0; i < nr; i++) {
		double part = got[i] / all, right = due(nice[i], nr, nice);
		bool fine = part > right * 0.95 && part < right * 1.05;

		bad += !fine;
		if (say)
			printf("nice %s: %.1f %% of %.1f %%%s\n", nice[i], 100 * part, 100 * right, fine ? "" : " WRONG");
	}
	return bad;
}

int main(int argc, char **argv)
{
	double first[MOST], got[MOST], all = 0, want = atof(argv[1]) / 1000;
	char **nice = argv + 2;
	int nr = argc - 2, bad;
	pid_t pid[MOST];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (int i = 0; i < nr; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			setpriority(PRIO_PROCESS, 0, atoi(nice[i]));
			for (volatile unsigned n = 0;; n++)
				;
		}
	}
	/* The first moments are for getting started. Then by time that they used, not that went by. */
	usleep(200000);
	for (int i = 0; i < nr; i++)
		first[i] = used(pid[i]);
	do {
		usleep(100000);
		all = 0;
		for (int i = 0; i < nr; i++)
			all += got[i] = used(pid[i]) - first[i];
	} while (all < want || (judge(got, nr, nice, false) && all < want * LONGER));
	bad = judge(got, nr, nice, true);
	for (int i = 0; i < nr; i++)
		kill(pid[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return bad != 0;
}
