/* What the files of sched share: the hart, its run queue, and the kernel stacks. */
#ifndef SCHED_INTERNAL_H
#define SCHED_INTERNAL_H

#include "sched/sched.h"

/* gcc says it with a macro, clang with a feature test. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

/* One host thread that runs threads. Guarded by the kernel lock. */
struct hart {
	struct thread *current;
	struct thread boot;           /* the host thread's own stack: idle runs here */
	struct list run_queue;        /* RUNNABLE threads in the order they will run */
	uint64_t nr_runnable;
	uint64_t slice_start_ns;
	uint64_t last_poll_ns;
	uint64_t switches;
	bool stop;                    /* sched_run_hart is to return */
	/* Left by a thread that ended for the one switched to: see thread_exit(). */
	struct thread *dead;
	void (*after)(void *arg);
	void *after_arg;
};

/* The hart of the calling host thread. Not inlined, so that no caller keeps the
 * address of the thread-local variable across a switch to another host thread. */
struct hart *hart_current(void);
/* Give the hart to the next runnable thread, or idle. Returns when the caller runs again. */
void sched_schedule(void);

void *stack_alloc(void);              /* NULL when out of memory */
void  stack_release(void *stack);     /* to the pool, or back to the host */
enum { KERNEL_STACK_SIZE =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	4 * THREAD_STACK_SIZE          /* redzones and unmerged temporaries */
#else
	THREAD_STACK_SIZE
#endif
};

/* Fire every timer that is due; the next deadline, or WAIT_FOREVER. */
uint64_t timers_run(uint64_t now_ns);
void timers_init(void);

void sched_swtch(void **save_sp, void *load_sp);

#endif
