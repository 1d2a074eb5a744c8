/* sched_setscheduler, sched_setattr and nice: what is kept, inherited and refused. needs: privileges
 * needs: 64 bits (the RV32 library answers sched_getscheduler itself) */
#include "abi.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static void show(void)
{
	struct attr a = { 0 };

	V(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
	V(a.size); V(a.policy); V(a.nice); V(a.priority);
	V(sched_getscheduler(0));
	V(getpriority(PRIO_PROCESS, 0));
}

static void set(uint32_t policy, int nice, uint32_t priority, uint64_t flags)
{
	struct attr a = { sizeof(a), policy, flags, nice, priority };

	E(syscall(SYS_sched_setattr, 0, &a, 0));
}

static void child(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		show();
		fflush(stdout);
		_exit(0);
	}
	reap(pid);
}

TOPIC(thread_sched_attr)
{
	struct sched_param none = { 0 }, some = { .sched_priority = 5 };

	setpriority(PRIO_PROCESS, 0, 1);
	set(SCHED_BATCH, 3, 0, 0);
	show();
	child();
	E(sched_setscheduler(0, SCHED_IDLE, &none));
	show();
	E(sched_setscheduler(0, SCHED_IDLE, &some));
	E(sched_setscheduler(0, SCHED_FIFO, &none));
	E(sched_setscheduler(0, 4, &none));
	E(sched_setscheduler(0, 77, &none));
	E(sched_setscheduler(-1, SCHED_OTHER, &none));
	set(SCHED_OTHER, 5, 0, 1);
	show();
	child();
	set(SCHED_OTHER, 5, 3, 0);
	set(SCHED_OTHER, 5, 0, 1ull << 40);
	set(77, 5, 0, 0);
	E(syscall(SYS_sched_setattr, 0, NULL, 0));
	E(syscall(SYS_sched_getattr, 0, &none, 8, 0));
}
