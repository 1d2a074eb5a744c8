/* What the files of sched share: the hart, its run queue, and the kernel stacks. */
#ifndef SCHED_INTERNAL_H
#define SCHED_INTERNAL_H

#include "runq.h"
#include "sched/sched.h"

/* One host thread that runs threads. Guarded by the kernel lock but for in_guest and asleep. */
struct hart {
	unsigned nr;
	struct host_thread *host;     /* NULL: hart 0, which hearth itself was started on */
	struct thread *current;
	struct thread boot;           /* the host thread's own stack: idle runs here */
	/* Guest code: set with the lock held, cleared without. */
	const void *space;            /* the address space it runs in while in_guest */
	uint32_t in_guest;            /* enum in_guest */
	/* Idle: HART_ASLEEP while it sleeps on this word. */
	uint32_t asleep;
	bool waking;                  /* has been woken, or started, and not come yet */
	uint64_t busy_ns;             /* spent with threads, not idle */
	uint64_t looked_ns, looked_cpu_ns;   /* when its host thread's CPU time was last asked for; see charge() */
	uint64_t last_poll_ns;
	uint64_t switches;
	bool reschedule;              /* somebody better than `current` is runnable */
	/* Left by a thread that ended for the one switched to: see thread_exit(). */
	struct thread *dead;
	void (*after)(void *arg);
	void *after_arg;
};

enum in_guest { IN_KERNEL, IN_GUEST, IN_GUEST_AWAITED };
enum { HART_AWAKE, HART_ASLEEP };

/* Guarded by the kernel lock. */
extern struct machine_harts {
	struct hart *hart[HART_MAX];
	unsigned nr;                  /* that the machine has */
	unsigned online;              /* that have been started; hart[0..online) */
	unsigned sleeping;            /* idle on their `asleep` word */
	unsigned waking;              /* harts with `waking` set */
	struct hart *poller;          /* idle in host_poll_wait */
	uint64_t poll_until_ns;       /* ... no longer than this */
	bool stop;                    /* sched_run_hart is to return */
	struct run_queue queue;       /* RUNNABLE threads */
} harts;

void harts_init(void);
/* The hart's own loop: runs threads, or waits. Until harts.stop. */
void hart_loop(struct hart *h);
/* A runnable thread waits: wake an idle hart, or start another one. */
void harts_kick(void);
/* There is a hart that may run threads with this affinity; false: the host refuses. */
bool harts_reach(uint64_t affinity);
void harts_join(void);                /* the others end: harts.stop is set */
void hart_interrupt(struct hart *h);  /* out of its guest code, if it is in there */
void timers_changed(uint64_t earliest_ns);   /* a poller that would sleep longer is woken */
struct thread *pick_next(struct hart *h);
void switch_to(struct hart *h, struct thread *next, uint64_t now);
/* A busy hart's look at the devices. */
void hart_look_around(struct hart *h, uint64_t now);

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
