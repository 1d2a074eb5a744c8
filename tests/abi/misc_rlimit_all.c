/* Every limit: its name is known, may be lowered, not raised without privilege, and some that act. */
#include "abi.h"

static const struct { int which; const char *name; } limits[] = {
	{ 0, "CPU" }, { 1, "FSIZE" }, { 2, "DATA" }, { 3, "STACK" }, { 4, "CORE" }, { 5, "RSS" }, { 6, "NPROC" },
	{ 7, "NOFILE" }, { 8, "MEMLOCK" }, { 9, "AS" }, { 10, "LOCKS" }, { 11, "SIGPENDING" }, { 12, "MSGQUEUE" },
	{ 13, "NICE" }, { 14, "RTPRIO" }, { 15, "RTTIME" },
};

static void set(int which, rlim_t soft, rlim_t hard)
{
	struct rlimit l = { soft, hard };

	if (setrlimit(which, &l))
		printf("setrlimit(%d) = %s\n", which, error_name(errno));
}

static void lower(void)
{
	for (int i = 0; i < COUNT(limits); i++) {
		struct rlimit l;

		if (limits[i].which == RLIMIT_DATA || limits[i].which == RLIMIT_AS || limits[i].which == RLIMIT_STACK ||
		    limits[i].which == RLIMIT_NICE || limits[i].which == RLIMIT_RTPRIO)
			continue;
		set(limits[i].which, 7, 9);
		getrlimit(limits[i].which, &l);
		printf("%s %lld %lld\n", limits[i].name, (long long)l.rlim_cur, (long long)l.rlim_max);
		set(limits[i].which, 10, 9);
	}
}

static void not_root(void)
{
	R(setresuid(1000, 1000, 1000));
	set(RLIMIT_NOFILE, 64, 64);
	set(RLIMIT_NOFILE, 64, 65);
	set(RLIMIT_NOFILE, 3, 64);
	R(open("/", O_RDONLY));
	R(dup(0));
	R(fcntl(0, F_DUPFD, 3));
	set(RLIMIT_NICE, 0, 0);
	errno = 0;
	R(setpriority(PRIO_PROCESS, 0, -5));
	R(setpriority(PRIO_PROCESS, 0, 5));
	R(setpriority(PRIO_PROCESS, 0, 4));
	set(RLIMIT_RTPRIO, 0, 0);
	R(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &(int){ 1 }));
}

static void act(void)
{
	union sigval v = { 0 };
	sigset_t rt;
	int ok = 0;

	R(setresuid(12345, 12345, 12345));
	set(RLIMIT_SIGPENDING, 3, 3);
	sigemptyset(&rt);
	sigaddset(&rt, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &rt, NULL);
	for (int i = 0; i < 10; i++)
		ok += sigqueue(getpid(), SIGRTMIN + 1, v) == 0;
	V(ok);
	R(sigqueue(getpid(), SIGRTMIN + 1, v));
	/* kill() is never refused for that. */
	R(kill(getpid(), SIGUSR2 + 0 == SIGUSR2 ? 0 : 0));
	set(RLIMIT_MEMLOCK, 8192, 8192);
	R(mlock(anon(1, PROT_READ), PAGE));
	R(mlock(anon(3, PROT_READ), 3 * PAGE));
	R(mlockall(MCL_CURRENT));
	set(RLIMIT_MEMLOCK, 0, 0);
	R(mlock(anon(1, PROT_READ), PAGE));
}

TOPIC(misc_rlimit_all)
{
	struct rlimit l = { 5, 4 };

	R(setrlimit(RLIMIT_CORE, &l));
	R(getrlimit(16, &l));
	R(getrlimit(-1, &l));
	R(setrlimit(16, &l));
	R(getrlimit(0, BAD));
	R(setrlimit(0, BAD));
	R(syscall(SYS_prlimit64, 0x3ffffff, 0, NULL, NULL));
	R(syscall(SYS_prlimit64, 0, 99, NULL, NULL));
	CHILD(lower());
	if (getuid() == 0) {
		CHILD(not_root());
		CHILD(act());
	}
}
