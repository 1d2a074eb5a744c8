/* clock_gettime and friends: clocks that exist, go forward, agree; errnos. */
#include "abi.h"

TOPIC(time_clocks)
{
	static const int ids[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME };
	struct timespec a, b, mono;
	struct timeval tv;
	clockid_t cpu;

	for (int i = 0; i < COUNT(ids); i++) {
		int backwards = 0;

		R(clock_gettime(ids[i], &a));
		for (int j = 0; j < 1000; j++) {
			clock_gettime(ids[i], &b);
			backwards += b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec < a.tv_nsec);
			backwards += b.tv_nsec < 0 || b.tv_nsec > 999999999;
			a = b;
		}
		printf("clock %d: backwards %d\n", ids[i], backwards);
	}
	R(clock_gettime(99, &a));
	R(clock_gettime(-1, &a));
	R(clock_getres(CLOCK_MONOTONIC, &a));
	V(a.tv_sec);
	V(a.tv_nsec);
	R(clock_getres(CLOCK_MONOTONIC_COARSE, &a));
	V(a.tv_nsec >= 1000000 && a.tv_nsec <= 10000000);
	R(clock_getres(CLOCK_MONOTONIC, NULL));
	R(clock_getres(99, &a));
	R(clock_gettime(CLOCK_REALTIME, &a));
	R(gettimeofday(&tv, NULL));
	V(labs(tv.tv_sec - a.tv_sec) <= 1);
	V(labs(time(NULL) - a.tv_sec) <= 1);
	V(a.tv_sec > 1700000000);
	R(clock_gettime(CLOCK_MONOTONIC, &mono));
	R(clock_gettime(CLOCK_BOOTTIME, &b));
	V(labs(mono.tv_sec - b.tv_sec) <= 1);
	R(clock_settime(CLOCK_MONOTONIC, &a));
	a.tv_nsec = -1;
	R(clock_settime(CLOCK_REALTIME, &a));
	E(clock_getcpuclockid(0, &cpu));
	R(clock_gettime(cpu, &a));
	E(clock_getcpuclockid(999999, &cpu));
}
