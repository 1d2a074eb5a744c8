/* RLIMIT_NOFILE: EMFILE at the limit; descriptors above it live on. */
#include "abi.h"

TOPIC(file_rlimit_nofile)
{
	struct rlimit limit;
	int high;

	R(getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = 100;
	R(setrlimit(RLIMIT_NOFILE, &limit));
	R(high = dup2(0, 99));
	R(dup2(0, 100));
	R(fcntl(0, F_DUPFD, 100));
	R(fcntl(0, F_DUPFD, 99));
	limit.rlim_cur = 20;
	R(setrlimit(RLIMIT_NOFILE, &limit));
	R(fcntl(high, F_GETFD));
	while (dup(0) >= 0)
		;
	R(dup(0));
	R(open(".", O_RDONLY));
	R(pipe((int[2]){ 0 }));
	R(close(10));
	R(pipe((int[2]){ 0 }));
	R(dup(0));
}
