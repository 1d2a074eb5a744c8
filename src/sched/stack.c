/* Kernel stacks: a pool, so that fork and exit do not map and unmap memory.
 *
 * A stack is lazily committed by the host; one that was used deeply gives its
 * pages back only when it leaves the pool. The pool keeps as many as a busy
 * pipeline of short-lived processes turns over; what is beyond that goes back
 * to the host at once, so 1,000 processes that ended leave nothing behind. */
#include "internal.h"

#include "base/log.h"
#include "host/host.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

enum { STACK_POOL_MAX = 32 };

static struct {
	void *stack[STACK_POOL_MAX];
	unsigned nr;
	unsigned in_use;
} pool;   /* kernel lock */

void *stack_alloc(void)
{
	void *s = pool.nr ? pool.stack[--pool.nr] : host_stack_alloc(KERNEL_STACK_SIZE);

	if (!s)
		return NULL;
#if defined(__SANITIZE_ADDRESS__)
	/* The frames of a thread that ended were never left in order. */
	__asan_unpoison_memory_region(s, KERNEL_STACK_SIZE);
#endif
	pool.in_use++;
	return s;
}

void stack_release(void *stack)
{
	ASSERT(pool.in_use > 0);
	pool.in_use--;
	if (pool.nr < STACK_POOL_MAX)
		pool.stack[pool.nr++] = stack;
	else
		host_stack_free(stack, KERNEL_STACK_SIZE);
}

unsigned sched_release_stacks(void)
{
	while (pool.nr)
		host_stack_free(pool.stack[--pool.nr], KERNEL_STACK_SIZE);
	return pool.in_use;
}
