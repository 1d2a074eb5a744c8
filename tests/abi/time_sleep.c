/* nanosleep, clock_nanosleep: durations, absolute times, errnos. */
#include "abi.h"

static long long took;

#define TIMED(...) (took = now_ms(), show_result(#__VA_ARGS__, (__VA_ARGS__)), took = now_ms() - took)

TOPIC(time_sleep)
{
	struct timespec ts = { 0, 50000000 };

	TIMED(nanosleep(&ts, NULL));
	V(took >= 50 && took < 1000);
	TIMED(usleep(20000));
	V(took >= 20 && took < 1000);
	TIMED(clock_nanosleep(CLOCK_REALTIME, 0, &ts, NULL));
	V(took >= 50 && took < 1000);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_nsec += 40000000;
	if (ts.tv_nsec >= 1000000000)
		ts.tv_sec++, ts.tv_nsec -= 1000000000;
	TIMED(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL));
	V(took >= 38 && took < 1000);
	TIMED(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL));
	V(took < 500);
	E(clock_nanosleep(99, 0, &ts, NULL));
	E(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL));
	ts.tv_nsec = 1000000000;
	E(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL));
	ts = (struct timespec){ 0, 1 };
	TIMED(nanosleep(&ts, NULL));
	V(took < 500);
}
