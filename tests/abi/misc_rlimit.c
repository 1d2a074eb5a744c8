/* getrlimit, setrlimit, prlimit: stored values, errnos, infinity. */
#include "abi.h"

TOPIC(misc_rlimit)
{
	struct rlimit limit, old;

	for (int i = 0; i < RLIM_NLIMITS; i++) {
		if (getrlimit(i, &limit))
			printf("limit %d: %s\n", i, error_name(errno));
		if (limit.rlim_cur > limit.rlim_max)
			printf("limit %d: soft above hard\n", i);
	}
	R(getrlimit(RLIM_NLIMITS, &limit));
	R(getrlimit(-1, &limit));
	R(getrlimit(RLIMIT_CORE, &limit));
	limit.rlim_cur = limit.rlim_max = 1000;
	R(setrlimit(RLIMIT_CORE, &limit));
	limit.rlim_cur = 1001;
	R(setrlimit(RLIMIT_CORE, &limit));
	limit.rlim_cur = 500;
	R(prlimit(0, RLIMIT_CORE, &limit, &old));
	V(old.rlim_cur);
	R(prlimit(getpid(), RLIMIT_CORE, NULL, &old));
	V(old.rlim_cur);
	V(old.rlim_max);
	CHILD(getrlimit(RLIMIT_CORE, &limit); V(limit.rlim_cur));
	R(prlimit(999999, RLIMIT_CORE, NULL, &old));
	R(getrlimit(RLIMIT_CORE, BAD));
}
