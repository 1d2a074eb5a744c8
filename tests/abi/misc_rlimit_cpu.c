/* RLIMIT_CPU: SIGXCPU at the soft limit, SIGKILL at the hard one. */
#include "abi.h"

TOPIC(misc_rlimit_cpu)
{
	struct rlimit limit = { 1, 100 };

	/* The child's alone: on a busy host the second might be over for its parent as well. */
	CHILD({ R(setrlimit(RLIMIT_CPU, &limit)); volatile long n = 0; for (;;) n++; });
}
