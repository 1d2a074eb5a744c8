/* needs: privileges
 * needs: 64 bits (musl has no sched_setscheduler)
 * RLIMIT_RTTIME: a real-time thread that does not sleep is told, then killed. */
#include "abi.h"

static volatile int told;

static void on_limit(int sig)
{
	(void)sig;
	told++;
}

TOPIC(sched_rttime)
{
	struct sched_param p = { .sched_priority = 1 };
	struct rlimit lim = { 100000, 1300000 };

	R(sched_setscheduler(0, SCHED_RR, &p));
	signal(SIGXCPU, on_limit);
	CHILD(R(setrlimit(RLIMIT_RTTIME, &lim));
	      while (!told)
		      ;
	      R(getrlimit(RLIMIT_RTTIME, &lim));
	      V(lim.rlim_cur);
	      fflush(stdout);
	      for (;;)
		      ;);
	/* Sleeping starts it anew. */
	lim.rlim_cur = 200000;
	lim.rlim_max = 300000;
	CHILD(R(setrlimit(RLIMIT_RTTIME, &lim));
	      for (int i = 0; i < 12; i++) {
		      struct timespec from, now;

		      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
		      do
			      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
		      while ((now.tv_sec - from.tv_sec) * 1000000000L + now.tv_nsec - from.tv_nsec < 50000000);
		      sleep_ms(1);
	      }
	      V(told););
}
