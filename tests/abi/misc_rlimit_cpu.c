/* RLIMIT_CPU: SIGXCPU at the soft limit, SIGKILL at the hard one. */
#include "abi.h"

TOPIC(misc_rlimit_cpu)
{
	struct rlimit limit = { 1, 100 };

	R(setrlimit(RLIMIT_CPU, &limit));
	CHILD({ volatile long n = 0; for (;;) n++; });
}
