/* hearth's own process on the host. */
#include "host/host.h"

#include <signal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

void host_exit(int status)
{
	_exit(status);
}

static bool std_fd_held[3];

void host_std_fds_hold(void)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one. */
		std_fd_held[fd] = open("/dev/null", O_RDWR) == fd || eventfd(0, 0) == fd;
	}
}

bool host_std_fd_was_open(int fd)
{
	return !std_fd_held[fd];
}

uint32_t host_uid(void)
{
	return getuid();
}

uint32_t host_gid(void)
{
	return getgid();
}

int host_nice(void)
{
	return getpriority(PRIO_PROCESS, 0);   /* of the caller: cannot fail */
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

int host_pid(void)
{
	return getpid();
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
