/* hearth's own process on the host. */
#include "host/host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

void host_exit(int status)
{
	_exit(status);
}

uint32_t host_uid(void)
{
	return getuid();
}

uint32_t host_gid(void)
{
	return getgid();
}

int host_getcwd(char *buf, size_t cap)
{
	return getcwd(buf, cap) ? 0 : -errno;
}

int host_realpath(const char *path, char *buf, size_t cap)
{
	char *real = realpath(path, NULL);
	int len;

	if (!real)
		return -errno;
	len = snprintf(buf, cap, "%s", real);
	free(real);
	return (size_t)len < cap ? 0 : -ERANGE;
}

void host_stop(void)
{
	kill(getpid(), SIGSTOP);
}

void host_raise_fd_limit(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur < lim.rlim_max) {
		lim.rlim_cur = lim.rlim_max;
		/* Refused: we go on with what we have, and opens fail with EMFILE. */
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
}
