/* sched: harts, kernel threads, the switch between them, run queue, wait queues, timers, idle.
 *
 * A hart is a host thread; a `struct thread` is what a
 * hart runs: a kernel stack and where it stands in it. The kernel's task embeds
 * one. Exactly one thread a hart is RUNNING; thread_current() names it.
 *
 * Lock: the kernel lock (sched_lock) guards everything in this room and every
 * room above. It is held whenever kernel code runs, and released while guest
 * code runs, in a blocking host call, and by an idle hart. A thread that
 * sleeps gives the hart, not the lock, away: the next thread owns it. What guest code
 * itself uses (page tables, decoded and translated code) is read without the lock; see
 * sched_stop_space(). docs/ARCHITECTURE.md, section 4, has the whole list.
 *
 * Sleeping has one form:   ret = wait_event(&wq, condition, WAIT_INTERRUPTIBLE, deadline);
 * After a wake-up the condition is looked at again, always. */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include "base/list.h"
#include "base/types.h"

/* Internal results, never seen by a guest (Linux include/linux/errno.h): the
 * call was interrupted by a signal; the signal code decides between restart and EINTR. */
#define ERESTARTSYS           512  /* restart if SA_RESTART or no handler, else EINTR */
#define ERESTARTNOINTR        513  /* always restart */
#define ERESTARTNOHAND        514  /* restart only if no handler ran, else EINTR */
#define ERESTART_RESTARTBLOCK 516  /* restart through restart_syscall (nanosleep, poll, futex) */

enum { THREAD_STACK_SIZE = 64 * 1024 };  /* ASan builds use four times as much */

enum thread_state {
	THREAD_RUNNABLE, THREAD_RUNNING,
	THREAD_SLEEPING,         /* woken by its queue, its timer, or a signal */
	THREAD_UNINTERRUPTIBLE,  /* woken by its queue or timer only; fatal signals too if killable */
	THREAD_STOPPED,          /* job control; continues by thread_wake */
	THREAD_DEAD,
};

/* What a thread asks of the scheduler (sched_setattr(2)). */
struct sched_attr_k {
	int policy;                   /* ABI_SCHED_* */
	int nice;                     /* -20 to 19 */
	int rt_priority;              /* 1 to 99 for FIFO and RR, else 0 */
	uint64_t slice_ns;            /* 0: the policy's own */
};

struct thread {
	void *sp;                     /* saved stack pointer while switched out */
	void *stack;                  /* lowest address of the kernel stack */
	enum thread_state state;
	struct list run_link;         /* on the run queue while RUNNABLE */
	void (*entry)(void *arg);
	void *entry_arg;
	bool signal_pending;          /* set by the kernel: interruptible sleeps end */
	bool kill_pending;            /* SIGKILL is pending: killable sleeps end */
	uint64_t runtime_ns;          /* CPU time consumed */
	uint64_t nr_switches_voluntary, nr_switches_involuntary;
	struct hart *hart;            /* where it runs, or last ran */
	/* The scheduler's: see runq.c. */
	struct sched_attr_k sched;    /* changed by thread_set_sched() */
	unsigned lent_priority;       /* 0, or a real-time priority that others lend it: thread_lend_priority() */
	uint64_t affinity;            /* bit n: may run on hart n */
	enum { THREAD_AWAY, THREAD_WAITS, THREAD_RUNS } on_queue;
	int64_t vruntime, deadline, vlag;
	int64_t weight;
	uint64_t slice_used_ns, turn;
	uint64_t rt_ns;               /* used as a real-time thread since it last slept (RLIMIT_RTTIME) */
	uint64_t charged_ns;          /* CLOCK_MONOTONIC up to which its time is accounted */
	uint64_t shown_ns;            /* the most that thread_runtime_ns() has said */
	struct run_heap *heap;        /* while it waits */
	unsigned heap_index;
	bool on_hart;                 /* its stack is in use now, whatever `state` says */
	bool switched;                /* it was off its hart since the kernel last cleared this (rseq) */
	bool killable;                /* the sleep under way is WAIT_KILLABLE */
	/* What the sanitizers know of the stack; unused in plain builds. */
	void *fiber, *fake_stack;
	const void *stack_bottom;
	size_t stack_size;
};

/* ---- life ------------------------------------------------------------------ */
void sched_init(void);
enum sched_policy { SCHED_EEVDF, SCHED_LATENCY, SCHED_ROUND_ROBIN };
void sched_set_policy(enum sched_policy policy);     /* before anything runs */
/* A new thread that will run entry(arg) on its own stack; -EAGAIN when no stack can be had.
 * It does not run before thread_start(). */
int  thread_init(struct thread *t, void (*entry)(void *arg), void *arg);
void thread_start(struct thread *t);
void thread_destroy(struct thread *t);   /* instead of thread_start(): it never ran */
/* The calling thread ends: never returns. after(arg) runs on another stack once
 * this one is no longer in use, and may free the thread. */
_Noreturn void thread_exit(void (*after)(void *arg), void *arg);
struct thread *thread_current(void);
/* Turn the calling host thread into a hart: run threads until sched_shutdown(). */
void sched_run_hart(void);
void sched_shutdown(void);           /* sched_run_hart returns after the current thread exits or sleeps */

void sched_lock(void);               /* the kernel lock */
void sched_unlock(void);

/* ---- harts ------------------------------------------------------------------ */
/* Harts are numbered from 0, the thread that called sched_init(). The others are started when
 * there is work for them, so a program of one thread never pays for a second one. */
enum { HART_MAX = 64 };
void sched_set_harts(unsigned nr);   /* how many the machine has; after sched_init() */
unsigned sched_nr_harts(void);
unsigned sched_hart(void);           /* the calling hart's number; a thread may change it whenever it sleeps */

/* Guest code runs between these two: enter releases the kernel lock and says which address
 * space (its struct mm) the hart is in, leave takes the lock again. Whatever engine runs in
 * between touches no kernel structure. */
void sched_enter_guest(const void *space);
void sched_leave_guest(void);
/* Shoot-down: on return no other hart runs guest code of `space`, and none will before the
 * caller gives up the kernel lock. Called with the lock held, BEFORE what such code
 * relies on is taken away: page-table entries, tables, views, translations. It costs nothing
 * while no other hart is in there, else what the slowest of them needs to look at
 * its interrupt flag (some microseconds). space NULL: no hart is in guest code at all. */
void sched_stop_space(const void *space);
/* Installed by the kernel: make the guest code that hart `nr` runs return soon (cpu_interrupt). May
 * be called from any hart at any time, spuriously too. */
extern void (*sched_interrupt_guest)(unsigned nr);
/* `t` is to look at its signal_pending soon, if it is running guest code on another hart. */
void thread_notify(struct thread *t);

/* ---- who runs when -------------------------------------------------------------- */
/* Inherited by a new thread as its creator's are copied to it, before thread_start(). */
void thread_set_sched(struct thread *t, const struct sched_attr_k *attr);
/* Who waits for what `t` holds lends it this real-time priority; 0: nobody does any more. */
void thread_lend_priority(struct thread *t, unsigned rt_priority);
/* The real-time priority it runs with, 0 if none. */
static inline int thread_rt_priority(const struct thread *t)
{
	return MAX(t->sched.rt_priority, (int)t->lent_priority);
}
/* Bits of harts that do not exist are harmless; one that does exist must be there. The calling
 * thread changes hart before this returns, if it must. */
void thread_set_affinity(struct thread *t, uint64_t affinity);
unsigned thread_hart(const struct thread *t);        /* where it runs, or last ran */
uint64_t thread_slice_ns(const struct thread *t);    /* 0: until it gives way itself */
/* Time hart `nr` has spent with threads, not idle. */
uint64_t sched_hart_busy_ns(unsigned nr);
/* Before guest code is entered: how much of the budget may be used until the next sched_tick(). */
int64_t sched_budget(int64_t budget);

/* ---- giving way -------------------------------------------------------------- */
void sched_yield_hart(void);         /* to the end of the run queue */
/* Called when the instruction budget is spent: polls host events, fires timers, and
 * yields if the slice is over and somebody else is runnable. Returns what time it was, CLOCK_MONOTONIC. */
uint64_t sched_tick(void);
bool sched_others_runnable(void);
/* CPU time of `t` up to now, CLOCK_MONOTONIC nanoseconds. */
uint64_t thread_runtime_ns(struct thread *t);
/* Frees pooled kernel stacks; how many are still in use. For leak checks. */
unsigned sched_release_stacks(void);
uint64_t sched_runnable_count(void);

/* ---- wait queues ------------------------------------------------------------- */
struct wait_queue { struct list waiters; };
struct wait_entry {
	struct list link;
	struct thread *thread;
	/* NULL: wake the thread. Otherwise called instead (poll, epoll); return true if it
	 * consumed an exclusive wake-up. */
	bool (*wake)(struct wait_entry *e, uint64_t key);
	bool exclusive;
};
#define WAIT_QUEUE_INIT(q) { LIST_INIT((q).waiters) }
void wait_queue_init(struct wait_queue *q);
void wait_queue_add(struct wait_queue *q, struct wait_entry *e);
void wait_queue_remove(struct wait_entry *e);   /* harmless when not queued */
bool wait_queue_active(const struct wait_queue *q);

void wake_up_all(struct wait_queue *q);
/* Every non-exclusive waiter and the first `nr` exclusive ones. Returns exclusive ones woken. */
int  wake_up_nr(struct wait_queue *q, int nr, uint64_t key);
#define wake_up(q) wake_up_nr(q, 1, 0)
/* Make a sleeping thread runnable, whatever it waits for. */
void thread_wake(struct thread *t);
/* A signal came: wake it if it sleeps interruptibly, or killably when `kill`. */
void thread_wake_signal(struct thread *t, bool kill);
/* Job control: give the hart away until thread_wake(), or at once if `kill_pending`. */
void thread_stop(void);

enum wait_mode { WAIT_UNINTERRUPTIBLE, WAIT_KILLABLE, WAIT_INTERRUPTIBLE };
#define WAIT_FOREVER UINT64_MAX      /* a deadline that never comes */

/* The two halves wait_event is made of. prepare sets the state and queues;
 * sleep gives the hart away until woken: 0 woken (look again), -ETIMEDOUT at
 * deadline_ns (CLOCK_MONOTONIC), -ERESTARTSYS when a signal ends it. */
void wait_prepare(struct wait_queue *q, struct wait_entry *e, enum wait_mode mode);
int  wait_sleep(struct wait_entry *e, enum wait_mode mode, uint64_t deadline_ns);
void wait_finish(struct wait_entry *e);

/* Sleep until `condition`; 0, -ETIMEDOUT or -ERESTARTSYS. The condition is an
 * expression, evaluated with the kernel lock held, before sleeping and after
 * each wake-up; it wins over a time-out or a signal that came as well. */
#define wait_event(q, condition, mode, deadline_ns) ({                          \
	int _ret = 0;                                                           \
	struct wait_entry _e = { .link = LIST_INIT(_e.link) };                  \
	for (;;) {                                                              \
		wait_prepare((q), &_e, (mode));                                 \
		if (condition) { _ret = 0; break; }                             \
		if (_ret) break;                                                \
		_ret = wait_sleep(&_e, (mode), (deadline_ns));                  \
	}                                                                       \
	wait_finish(&_e);                                                       \
	_ret; })

/* ---- timers -------------------------------------------------------------------- */
struct timer {
	uint64_t deadline_ns;                    /* CLOCK_MONOTONIC */
	void (*fire)(struct timer *t);           /* kernel lock held, on any thread's stack: may not sleep */
	size_t heap_index;                       /* 0: not armed */
};
void timer_arm(struct timer *t, uint64_t deadline_ns);   /* re-arms if armed */
bool timer_cancel(struct timer *t);                      /* true if it was armed */
size_t sched_timers_armed(void);                         /* for leak checks */
uint64_t sched_clock_ns(void);                           /* CLOCK_MONOTONIC of the machine */

#endif
