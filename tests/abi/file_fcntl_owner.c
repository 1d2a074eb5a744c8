/* fcntl: owners and signals of a descriptor, F_DUPFD_QUERY, unknown commands, leases. */
#include "abi.h"

#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 1027
#endif

static void *in_thread(void *arg)
{
	int *p = arg;
	struct f_owner_ex ex = { F_OWNER_TID, gettid() };

	R(fcntl(p[0], F_SETOWN_EX, &ex));
	ex.type = 9;
	R(fcntl(p[0], F_GETOWN_EX, &ex)); V(ex.type); V(ex.pid == gettid()); V(fcntl(p[0], F_GETOWN) == gettid());
	R(fcntl(p[0], F_SETOWN, gettid())); V(fcntl(p[0], F_GETOWN) == gettid());
	R(fcntl(p[0], F_GETOWN_EX, &ex)); V(ex.type); V(ex.pid == gettid());
	ex = (struct f_owner_ex){ F_OWNER_TID, getpid() };
	R(fcntl(p[0], F_SETOWN_EX, &ex)); R(fcntl(p[0], F_GETOWN_EX, &ex)); V(ex.type);
	return NULL;
}

static void owner(int fd)
{
	struct f_owner_ex ex = { 9, 9 };

	int nr = fcntl(fd, F_GETOWN);

	R(fcntl(fd, F_GETOWN_EX, &ex));
	printf("F_GETOWN says %s, F_GETOWN_EX says %s of type %d\n", nr == getpid() ? "me" : nr ? "somebody" : "nobody",
	       ex.pid == getpid() ? "me" : ex.pid ? "somebody" : "nobody", ex.type);
}

/* Who is not there owns nothing, and whose process has ended is nobody's. */
static void nobodys(int fd)
{
	static const int types[] = { F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP };
	struct f_owner_ex ex;
	int pid;

	R(fcntl(fd, F_SETOWN, 0)); owner(fd);
	R(fcntl(fd, F_SETOWN, 4190000)); R(fcntl(fd, F_SETOWN, -4190000)); R(fcntl(fd, F_SETOWN, INT_MIN)); owner(fd);
	for (int i = 0; i < 3; i++) {
		ex = (struct f_owner_ex){ types[i], 4190000 };
		R(fcntl(fd, F_SETOWN_EX, &ex));
		ex.pid = -1;
		R(fcntl(fd, F_SETOWN_EX, &ex));
		ex.pid = 0;
		R(fcntl(fd, F_SETOWN_EX, &ex)); owner(fd);
	}
	ex = (struct f_owner_ex){ F_OWNER_PGRP, getpgrp() };
	R(fcntl(fd, F_SETOWN_EX, &ex)); V(fcntl(fd, F_GETOWN) == -getpgrp());
	R(fcntl(fd, F_GETOWN_EX, &ex)); V(ex.type); V(ex.pid == getpgrp());
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		pause();
		_exit(0);
	}
	while (getpgid(pid) != pid)
		sched_yield();
	R(fcntl(fd, F_SETOWN, pid)); V(fcntl(fd, F_GETOWN) == pid);
	kill(pid, SIGKILL);
	waitid(P_PID, pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	V(fcntl(fd, F_GETOWN) == pid);
	reap(pid);
	owner(fd);
}

/* F_NOTIFY names who asks, but nobody who is named already gives way. */
static void keeps_owner(void)
{
	int d = open(".", O_RDONLY);

	R(fcntl(d, F_NOTIFY, DN_CREATE)); V(fcntl(d, F_GETOWN) == getpid());
	R(fcntl(d, F_SETOWN, -getpgrp())); R(fcntl(d, F_NOTIFY, DN_CREATE)); V(fcntl(d, F_GETOWN) == -getpgrp());
	close(d);
}

TOPIC(file_fcntl_owner)
{
	int p[2], d;
	pthread_t t;
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
	pthread_create(&t, NULL, in_thread, p);
	pthread_join(t, NULL);
	owner(p[0]);
	nobodys(p[0]);
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
	keeps_owner();
}
