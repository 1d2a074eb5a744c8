/* How late a sleeper wakes: wakeup ROUNDS SPINNERS [rr | nice N]. A thread sleeps for 2 ms to a point in time, again and again,
 * beside threads that compute. Not a row of the table: tools/wakeup-latency runs it and makes
 * docs/wakeup-latency.md. Prints the median, the 90th and 99th part of a hundred and the worst, in
 * microseconds. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST = 20000, PERIOD_NS = 2000000 };

static volatile int over;
static int64_t late[MOST];

static void *spin(void *unused)
{
	while (!over)
		;
	return unused;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 500, spinners = argc > 2 ? atoi(argv[2]) : 0;
	pthread_t thread;

	rounds = rounds > MOST ? MOST : rounds;
	for (int i = 0; i < spinners; i++)
		if (pthread_create(&thread, NULL, spin, NULL))
			return 1;
	if (argc > 3 && !strcmp(argv[3], "rr") && sched_setscheduler(0, SCHED_RR, &(struct sched_param){ 10 }))
		return 1;
	if (argc > 4 && !strcmp(argv[3], "nice") && setpriority(PRIO_PROCESS, 0, atoi(argv[4])))
		return 1;
	for (int i = 0; i < rounds; i++) {
		int64_t when = now() + PERIOD_NS;
		struct timespec t = { when / 1000000000, when % 1000000000 };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		late[i] = now() - when;
	}
	over = 1;
	qsort(late, (size_t)rounds, sizeof(late[0]), by_size);
	printf("%.0f %.0f %.0f %.0f\n", (double)late[rounds / 2] / 1e3, (double)late[rounds * 9 / 10] / 1e3,
	       (double)late[rounds * 99 / 100] / 1e3, (double)late[rounds - 1] / 1e3);
	return 0;
}
