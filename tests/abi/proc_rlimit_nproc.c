/* RLIMIT_NPROC: EAGAIN from fork for a user who is not root. */
#include "abi.h"

TOPIC(proc_rlimit_nproc)
{
	struct rlimit limit = { 0, 0 };

	if (getuid() == 0 && setresuid(54321, 54321, 54321))
		puts("cannot change user");
	R(setrlimit(RLIMIT_NPROC, &limit));
	R(fork());
}
