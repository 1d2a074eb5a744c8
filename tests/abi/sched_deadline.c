/* needs: privileges
 * needs: 64 bits (musl has no sched_setscheduler)
 * SCHED_DEADLINE: what may not be asked for. */
#include "abi.h"

struct attr { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; };

static long set(uint64_t flags, uint32_t priority, uint64_t runtime, uint64_t deadline, uint64_t period)
{
	struct attr a = { sizeof(a), 6, flags, 0, priority, runtime, deadline, period };

	return syscall(SYS_sched_setattr, 0, &a, 0);
}

TOPIC(sched_deadline)
{
	struct sched_param p = { 0 };

	R(set(0, 0, 0, 0, 0));
	R(set(0, 0, 1000, 1000000, 1000000));
	R(set(0, 1, 100000, 1000000, 1000000));
	R(set(0, 0, 2000000, 1000000, 3000000));
	R(set(0, 0, 1000000, 3000000, 2000000));
	R(set(0, 0, 10000, 20000, 50000));
	R(set(0, 0, 1000000, 5000000000, 5000000000));
	R(set(0, 0, 1000000, 1ULL << 63, 0));
	R(set(0, 0, 1000000, 2000000, 1ULL << 63));
	R(set(64, 0, 0, 2000000, 2000000));
	R(sched_setscheduler(0, 6, &p));
	R(sched_getscheduler(0));
	CHILD(setresuid(12345, 12345, 12345); R(set(0, 0, 1000000, 10000000, 10000000)));
	V(sched_get_priority_max(6));
	V(sched_get_priority_min(6));
}
