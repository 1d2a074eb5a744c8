/* Which flag bits and numbers the calls for processes take. needs: 64 bits */
#include "probe.h"

#include <sys/prctl.h>

TOPIC(flags_wait4)
{
	BITS("wait4 without children", syscall(SYS_wait4, -1, NULL, f, NULL), );
	CHILD(_exit(3));
	R(syscall(SYS_wait4, INT_MIN, NULL, 0, NULL));
	R(syscall(SYS_wait4, 0x7fffffff, NULL, WNOHANG, NULL));
	R(syscall(SYS_wait4, -0x7fffffff, NULL, WNOHANG, NULL));
}
TOPIC(flags_waitid)
{
	siginfo_t info;

	BITS("waitid without children", syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | f, NULL), );
	BITS("without WEXITED", syscall(SYS_waitid, P_ALL, 0, &info, f, NULL), );
	NUMBERS("idtype", -1, 6, syscall(SYS_waitid, f, 1, &info, WEXITED | WNOHANG, NULL), );
	R(syscall(SYS_waitid, P_PID, 0, &info, WEXITED, NULL));
	R(syscall(SYS_waitid, P_PID, -1, &info, WEXITED, NULL));
	R(syscall(SYS_waitid, P_PGID, -1, &info, WEXITED, NULL));
	R(syscall(SYS_waitid, P_PGID, 0, &info, WEXITED, NULL));
	R(syscall(SYS_waitid, P_PIDFD, -1, &info, WEXITED, NULL));
	R(syscall(SYS_waitid, P_PIDFD, 0, &info, WEXITED, NULL));
}
TOPIC(flags_clone3)
{
	static uint64_t a[16];

	NUMBERS("size", 60, 70, (a[4] = 200, syscall(SYS_clone3, a, f)), );
	R(syscall(SYS_clone3, a, 4097));
	a[4] = SIGCHLD;
	BITS("flags that do not go alone or are unknown", (a[0] = (uint64_t)f << 32 & ~(3ull << 32), a[0] |= CLONE_THREAD, syscall(SYS_clone3, a, 88)), );
	NUMBERS("exit signal", 65, 70, (a[0] = 0, a[4] = f, syscall(SYS_clone3, a, 88)), );
	a[4] = SIGCHLD;
	R((a[0] = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, syscall(SYS_clone3, a, 88)));
	R((a[0] = CLONE_DETACHED, syscall(SYS_clone3, a, 88)));
	R((a[0] = CLONE_SIGHAND | 1ull << 32, a[4] = 0, syscall(SYS_clone3, a, 88)));
	R((a[0] = 0, a[5] = 4096, syscall(SYS_clone3, a, 88)));
	R((a[5] = 0, a[6] = 4096, syscall(SYS_clone3, a, 88)));
	R((a[6] = 0, a[8] = 1, syscall(SYS_clone3, a, 88)));
	R((a[8] = 33, a[9] = 1, syscall(SYS_clone3, a, 88)));
	R((a[8] = 0, a[9] = 1, syscall(SYS_clone3, a, 88)));
}
TOPIC(flags_clone)
{
	R(syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0));
	R(syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0));
	R(syscall(SYS_clone, CLONE_THREAD | CLONE_VM, 0, 0, 0, 0));
	R(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS, 0, 0, 0, 0));
	R(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID, 0, 0, 0, 0));
	R(syscall(SYS_clone, CLONE_PIDFD | CLONE_DETACHED, 0, 0, 0, 0));
	R(syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS, 0, 0, 0, 0));
}
TOPIC(flags_unshare)
{
	/* Without those that make name spaces. */
	BITS("unshare", syscall(SYS_unshare, f & ~(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
						  CLONE_NEWNET | CLONE_NEWCGROUP | 0x80u | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)), );
	CHILD(R(unshare(CLONE_THREAD)));
	CHILD(R(unshare(CLONE_SIGHAND)));
	CHILD(R(unshare(CLONE_VM)));
	R(unshare(0));
}
TOPIC(flags_kill)
{
	/* In a child's own group nobody else is met. */
	CHILD(setpgid(0, 0); NUMBERS("kill(0, f)", 65, 70, kill(getpid(), f), ); R(kill(getpid(), -1)); R(kill(getpid(), 0)));
	NUMBERS("tkill's signal", 65, 68, syscall(SYS_tkill, gettid(), f), );
	R(syscall(SYS_tkill, 0, 0));
	R(syscall(SYS_tkill, -1, 0));
	R(syscall(SYS_tgkill, getpid(), 0, 0));
	R(syscall(SYS_tgkill, 0, getpid(), 0));
	R(syscall(SYS_tgkill, -1, gettid(), 0));
	R(syscall(SYS_tgkill, getpid(), gettid(), 65));
	R(syscall(SYS_tgkill, getpid(), gettid(), 0));
	R(syscall(SYS_tgkill, INT_MAX, gettid(), 0));
}
TOPIC(flags_pidfd_send_signal)
{
	int fd = syscall(SYS_pidfd_open, getpid(), 0);
	siginfo_t info = { .si_signo = 10, .si_code = SI_USER };

	/* Bits 0 to 2 say which scope, on newer kernels. */
	BITS("flags", syscall(SYS_pidfd_send_signal, fd, 0, NULL, f & ~7u), );
	R(syscall(SYS_pidfd_send_signal, fd, 65, NULL, 0));
	R(syscall(SYS_pidfd_send_signal, fd, 12, &info, 0));
	R(syscall(SYS_pidfd_send_signal, 0, 0, NULL, 0));
	R(syscall(SYS_pidfd_send_signal, -1, 0, NULL, 0));
	R(syscall(SYS_pidfd_send_signal, fd, 10, BAD, 0));
}
TOPIC(flags_pidfd_getfd)
{
	int fd = syscall(SYS_pidfd_open, getpid(), 0);

	BITS("flags", syscall(SYS_pidfd_getfd, fd, 0, f), close(r));
	R(syscall(SYS_pidfd_getfd, fd, 999, 0));
	R(syscall(SYS_pidfd_getfd, fd, -1, 0));
	R(syscall(SYS_pidfd_getfd, 0, 0, 0));
	R(syscall(SYS_pidfd_getfd, -1, 0, 0));
	R(fcntl(syscall(SYS_pidfd_getfd, fd, 0, 0), F_GETFD));
}
TOPIC(flags_getrusage)
{
	struct rusage u;

	NUMBERS("getrusage", -4, 4, syscall(SYS_getrusage, f, &u), );
	R(syscall(SYS_getrusage, 0, BAD));
	R(syscall(SYS_getrusage, 9, BAD));
}
TOPIC(flags_priority)
{
	NUMBERS("getpriority", -1, 4, syscall(SYS_getpriority, f, 0), );
	NUMBERS("setpriority", -1, 4, syscall(SYS_setpriority, f, 0, 0), );
	R(syscall(SYS_getpriority, PRIO_PROCESS, -1));
	R(syscall(SYS_getpriority, PRIO_PROCESS, INT_MAX));
	R(syscall(SYS_getpriority, PRIO_PGRP, INT_MAX));
	R(syscall(SYS_setpriority, PRIO_PROCESS, INT_MAX, 0));
	R(syscall(SYS_setpriority, PRIO_USER, 0x7ffffff0, 5));
	R(syscall(SYS_setpriority, PRIO_PROCESS, 0, 100));
	R(syscall(SYS_getpriority, PRIO_PROCESS, 0));
}
TOPIC(flags_prctl_numbers)
{
	/* Numbers nobody has given out. */
	NUMBERS("prctl", 5, 6, prctl(f, 0, 0, 0, 0), );
	NUMBERS("prctl", 17, 18, prctl(f, 0, 0, 0, 0), );
	R(prctl(1000, 0, 0, 0, 0));
	R(prctl(-1, 0, 0, 0, 0));
	NUMBERS("PR_SET_PDEATHSIG", -1, 1, prctl(PR_SET_PDEATHSIG, f, 0, 0, 0), );
	NUMBERS("PR_SET_PDEATHSIG", 63, 67, prctl(PR_SET_PDEATHSIG, f, 0, 0, 0), );
	NUMBERS("PR_SET_DUMPABLE", -1, 4, prctl(PR_SET_DUMPABLE, f, 0, 0, 0), );
	R(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	NUMBERS("PR_SET_KEEPCAPS", -1, 3, prctl(PR_SET_KEEPCAPS, f, 0, 0, 0), );
	R(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0));
	NUMBERS("PR_SET_TIMING", -1, 2, prctl(PR_SET_TIMING, f, 0, 0, 0), );
	R(prctl(PR_GET_TIMING, 0, 0, 0, 0));
}
TOPIC(flags_prctl_more)
{
	NUMBERS("PR_SET_NO_NEW_PRIVS", -1, 0, prctl(PR_SET_NO_NEW_PRIVS, f, 0, 0, 0), );
	R(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
	R(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1));
	R(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
	R(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	NUMBERS("PR_SET_CHILD_SUBREAPER", -1, 2, prctl(PR_SET_CHILD_SUBREAPER, f, 0, 0, 0), );
	NUMBERS("PR_SET_THP_DISABLE", 0, 1, prctl(PR_SET_THP_DISABLE, f, 0, 0, 0), );
	R(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	R(prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0));
	R(prctl(PR_SET_TIMERSLACK, 12345, 0, 0, 0));
	R(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
	R(prctl(PR_CAPBSET_READ, 64, 0, 0, 0));
	R(prctl(PR_CAPBSET_READ, -1, 0, 0, 0));
	R(prctl(PR_CAP_AMBIENT, 9, 0, 0, 0));
	R(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 64, 0, 0));
	R(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0));
	R(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
	R(prctl(PR_MCE_KILL_GET, 1, 0, 0, 0));
}
TOPIC(flags_ioprio)
{
	NUMBERS("ioprio_get which", 0, 4, syscall(SYS_ioprio_get, f, 0) < 0 ? -1 : 0, );
	R(syscall(SYS_ioprio_get, 1, INT_MAX));
	NUMBERS("idle and best effort", 2, 3, syscall(SYS_ioprio_set, 1, 0, f << 13), );
	R(syscall(SYS_ioprio_set, 1, 0, 5 << 13));
	R(syscall(SYS_ioprio_set, 1, 0, 7 << 13));
	R(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 5));
	X(syscall(SYS_ioprio_get, 1, 0));
	R(syscall(SYS_ioprio_set, 1, 0, 3 << 13));
	X(syscall(SYS_ioprio_get, 1, 0));
	R(syscall(SYS_ioprio_set, 9, 0, 3 << 13));
	R(syscall(SYS_ioprio_set, 1, INT_MAX, 3 << 13));
	R(syscall(SYS_ioprio_set, 1, 0, 0));
	CHILD(R(syscall(SYS_ioprio_set, 1, 0, 0 << 13 | 3)));
}
TOPIC(flags_kcmp)
{
	NUMBERS("type", -1, 6, syscall(SYS_kcmp, getpid(), getpid(), f, 0, 0), );
	NUMBERS("type", 8, 9, syscall(SYS_kcmp, getpid(), getpid(), f, 0, 0), );
	R(syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 999));
	R(syscall(SYS_kcmp, INT_MAX, getpid(), 0, 0, 0));
	R(syscall(SYS_kcmp, getpid(), getpid(), 0, 0, dup(0)));
	R(syscall(SYS_kcmp, getpid(), getpid(), 0, 1, open("/", 0)) != 0);
}
TOPIC(flags_personality)
{
	X(personality(0xffffffff));
	R(personality(ADDR_NO_RANDOMIZE));
	X(personality(0xffffffff));
	CHILD(X(personality(0xffffffff)));
	R(personality(0x0400000) >= 0);
	X(personality(0xffffffff));
	R(personality(0) >= 0);
}
TOPIC(flags_sched_policies)
{
	struct sched_param p = { 0 };

	NUMBERS("priority_max", -1, 6, syscall(SYS_sched_get_priority_max, f), );
	NUMBERS("priority_min", -1, 6, syscall(SYS_sched_get_priority_min, f), );
	NUMBERS("setscheduler to ordinary ones", -1, 0, syscall(SYS_sched_setscheduler, 0, f, &p), );
	R(syscall(SYS_sched_setscheduler, 0, 3, &p));
	R(syscall(SYS_sched_getscheduler, 0));
	R(syscall(SYS_sched_setscheduler, 0, 5, &p));
	R(syscall(SYS_sched_getscheduler, 0));
	R(syscall(SYS_sched_setscheduler, 0, 4, &p));
	R(syscall(SYS_sched_setscheduler, 0, 8, &p));
	R(syscall(SYS_sched_setscheduler, -1, 0, &p));
	R(syscall(SYS_sched_setscheduler, INT_MAX, 0, &p));
	R(syscall(SYS_sched_getscheduler, -1));
	R(syscall(SYS_sched_getscheduler, INT_MAX));
	p.sched_priority = 1;
	R(syscall(SYS_sched_setscheduler, 0, 0, &p));
	R(syscall(SYS_sched_setparam, 0, &p));
	R(syscall(SYS_sched_setparam, -1, &p));
	R(syscall(SYS_sched_getparam, 0, &p));
	V(p.sched_priority);
	R(syscall(SYS_sched_getparam, -1, &p));
	R(syscall(SYS_sched_getparam, INT_MAX, &p));
	R(syscall(SYS_sched_getparam, 0, NULL));
}
TOPIC(flags_affinity)
{
	unsigned long m[16] = { 0 };

	NUMBERS("getaffinity, size", 1, 7, syscall(SYS_sched_getaffinity, 0, f, m), );
	R(syscall(SYS_sched_getaffinity, 0, 12, m));
	R(syscall(SYS_sched_getaffinity, 0, 128, m) > 0);
	R(syscall(SYS_sched_getaffinity, INT_MAX, 128, m));
	R(syscall(SYS_sched_getaffinity, -1, 128, m));
	R(syscall(SYS_sched_getaffinity, 0, 128, BAD));
	R(syscall(SYS_sched_setaffinity, 0, 128, BAD));
	R(syscall(SYS_sched_setaffinity, INT_MAX, 128, m));
	memset(m, 0, sizeof(m));
	R(syscall(SYS_sched_setaffinity, 0, 128, m));
	R(syscall(SYS_sched_setaffinity, 0, 0, m));
	m[0] = 1;
	R(syscall(SYS_sched_setaffinity, 0, 1, m));
	m[0] = 0;
	R(syscall(SYS_sched_getaffinity, 0, 128, m) > 0);
	X(m[0]);
	R(sched_getcpu());
}
