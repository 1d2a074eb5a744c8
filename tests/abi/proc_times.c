/* times, getrusage, clock: CPU time grows, children's is added when waited for. */
#include "abi.h"

static void burn(int ms)
{
	struct timespec now, start;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < ms);
}

TOPIC(proc_times)
{
	struct rusage self, children;
	struct tms tms;

	burn(60);
	R(getrusage(RUSAGE_SELF, &self));
	V(self.ru_utime.tv_usec + self.ru_stime.tv_usec + 1000000 * (self.ru_utime.tv_sec + self.ru_stime.tv_sec) >= 50000);
	R(getrusage(RUSAGE_CHILDREN, &children));
	V(children.ru_utime.tv_usec + children.ru_stime.tv_usec);
	CHILD(burn(60));
	R(getrusage(RUSAGE_CHILDREN, &children));
	V(children.ru_utime.tv_usec + children.ru_stime.tv_usec + 1000000 * (children.ru_utime.tv_sec + children.ru_stime.tv_sec) >= 50000);
	V(times(&tms) > 0);
	V(tms.tms_utime + tms.tms_stime >= 4);
	V(tms.tms_cutime + tms.tms_cstime >= 4);
	V(sysconf(_SC_CLK_TCK));
	V(clock() >= 50000);
	R(getrusage(99, &self));
	R(getrusage(RUSAGE_THREAD, &self));
}
