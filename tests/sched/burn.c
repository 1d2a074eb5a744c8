/* Turns for as much wall time as asked, on two threads, and says how much processor time that was, in ms. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double seconds;

static double now(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* The clock of a thread never goes back, whatever is found out about it later. */
static void *turn(void *unused)
{
	double end = now(CLOCK_MONOTONIC) + seconds, last = 0, used;

	while (now(CLOCK_MONOTONIC) < end) {
		for (volatile int i = 0; i < 20000; i++)
			;
		used = now(CLOCK_THREAD_CPUTIME_ID);
		if (used < last)
			printf("goes back\n");
		last = used;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct rusage r;
	pthread_t other;

	seconds = atof(argv[1]);
	pthread_create(&other, NULL, turn, NULL);
	turn(NULL);
	pthread_join(other, NULL);
	getrusage(RUSAGE_SELF, &r);
	printf("%ld\n", (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000 + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1000);
	return 0;
}
