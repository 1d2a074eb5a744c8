/* The run queue: who runs next. See runq.c; it reads no clock and knows no hart but by number, so
 * that tests can drive it with a time of their own. */
#ifndef SCHED_RUNQ_H
#define SCHED_RUNQ_H

#include "sched/sched.h"

/* A binary heap of threads. */
struct run_heap {
	struct thread **at;           /* at[0] is the smallest */
	unsigned nr, cap;
	unsigned offset;              /* of the key within struct thread */
};

struct run_queue {
	enum sched_policy policy;
	unsigned harts;
	unsigned nr;                  /* threads that wait */
	unsigned nr_bound;            /* ... and may not run everywhere */
	unsigned nr_rt;               /* ... and are real-time */
	struct list rt[100];          /* by priority; FIFO and RR */
	struct run_heap early;        /* not eligible yet, by vruntime */
	struct run_heap ready;        /* eligible, by deadline (or by turn) */
	/* Real-time threads leave the others a twentieth: what they have used while others waited,
	 * and what is left of the others' turn. */
	uint64_t rt_used_ns, fair_turn_ns;
	uint64_t turn;                /* rr and latency: who came first runs first */
	/* Every fair thread that runs or waits: how many, their weights, and the weighted sum of
	 * vruntime - zero, from which the average V comes. */
	unsigned nr_fair;
	unsigned nr_bound_fair, bound_fair[HART_MAX];   /* who of them may not run everywhere, but there */
	int64_t weight, weighted;
	int64_t zero;
};

void runq_init(struct run_queue *q, enum sched_policy policy, unsigned harts);
void runq_free(struct run_queue *q);
void runq_init_thread(struct thread *t);
/* A thread becomes runnable (new or after a sleep), and waits. */
void runq_wake(struct run_queue *q, struct thread *t);
/* A thread that runs gives way, and waits. yield: it gives up what is left of its slice. */
void runq_put_back(struct run_queue *q, struct thread *t, bool yield);
/* A thread that runs is no longer runnable. */
void runq_sleep(struct run_queue *q, struct thread *t);
/* The best for this hart, no longer waiting; NULL: nobody. */
struct thread *runq_pick(struct run_queue *q, unsigned hart);
bool runq_has_work(struct run_queue *q, unsigned hart);
/* A thread that runs has used so much. */
void runq_charge(struct run_queue *q, struct thread *t, uint64_t ns);
/* Once it has used so much more, is its slice? Of a real-time thread's only the tick knows. */
bool runq_slice_is_over(const struct run_queue *q, const struct thread *t, uint64_t more_ns);
/* Is somebody who waits to run on this hart instead of `t`, whose slice may be over? */
bool runq_should_switch(struct run_queue *q, struct thread *t, unsigned hart);
/* Is `t`, just woken, to interrupt `current` in its slice? */
bool runq_preempts(const struct run_queue *q, const struct thread *t, const struct thread *current);
/* Change what counts (t->sched), whether it waits, runs or sleeps. */
void runq_change(struct run_queue *q, struct thread *t, const struct sched_attr_k *attr);
void runq_lend(struct run_queue *q, struct thread *t, unsigned rt_priority);
void runq_bind(struct run_queue *q, struct thread *t, uint64_t affinity);
uint64_t runq_slice_ns(const struct run_queue *q, const struct thread *t);

static inline bool may_run_on(const struct thread *t, unsigned hart)
{
	return t->affinity >> hart & 1;
}

#endif
