/* nice, getpriority, setpriority, sched_*: what an ordinary program asks. needs: 64 bits needs: privileges */
#include "abi.h"

TOPIC(misc_priority)
{
	struct sched_param param = { 0 };
	cpu_set_t set;

	R(getpriority(PRIO_PROCESS, 0));
	R(setpriority(PRIO_PROCESS, 0, 5));
	R(getpriority(PRIO_PROCESS, 0));
	CHILD(R(getpriority(PRIO_PROCESS, 0)));
	R(nice(100));
	R(getpriority(99, 0));
	R(getpriority(PRIO_PROCESS, 999999));
	R(sched_getscheduler(0));
	R(sched_getparam(0, &param));
	V(param.sched_priority);
	R(sched_get_priority_max(SCHED_FIFO));
	R(sched_get_priority_min(SCHED_RR));
	R(sched_get_priority_max(99));
	R(sched_yield());
	R(sched_getaffinity(0, sizeof(set), &set));
	V(CPU_COUNT(&set) >= 1);
	R(sched_getscheduler(999999));
	R(sched_setscheduler(0, 99, &param));
}
