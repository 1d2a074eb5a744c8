/* fcntl: owners and signals of a descriptor, F_DUPFD_QUERY, unknown commands, leases. */
#include "abi.h"

#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 1027
#endif

TOPIC(file_fcntl_owner)
{
	int p[2], d;
	struct f_owner_ex ex = { F_OWNER_PID, getpid() };

	pipe(p);
	d = dup(p[0]);
	R(fcntl(p[0], F_GETOWN));
	R(fcntl(p[0], F_SETOWN, getpid()));
	V(fcntl(p[0], F_GETOWN) == getpid());
	R(fcntl(p[0], F_SETOWN_EX, &ex));
	memset(&ex, 0, sizeof(ex));
	R(fcntl(p[0], F_GETOWN_EX, &ex));
	V(ex.type);
	V(ex.pid == getpid());
	ex.type = 9;
	R(fcntl(p[0], F_SETOWN_EX, &ex));
	R(fcntl(p[0], F_SETOWN_EX, BAD));
	R(fcntl(p[0], F_SETSIG, SIGUSR1));
	R(fcntl(p[0], F_GETSIG));
	R(fcntl(p[0], F_SETSIG, 100));
	R(fcntl(p[0], F_DUPFD_QUERY, d));
	R(fcntl(p[0], F_DUPFD_QUERY, p[1]));
	R(fcntl(p[0], 9999));
	R(fcntl(999, F_GETFD));
	R(fcntl(p[0], F_DUPFD, -1));
	R(fcntl(p[0], F_DUPFD, 1 << 30));
	R(fcntl(p[0], F_SETLEASE, 77));
	R(fcntl(p[0], F_GETPIPE_SZ));
	R(fcntl(p[0], F_SETPIPE_SZ, 5000));
	R(fcntl(0, F_GETPIPE_SZ));
}
