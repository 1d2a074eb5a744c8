/* Who runs next: one queue for all harts, under the kernel lock.
 *
 * Real-time threads (FIFO, RR) come first, by priority; everybody else shares
 * what they leave, by one of three policies:
 *
 *   eevdf     Linux since 6.6 (kernel/sched/fair.c; Stoica and Abdel-Wahab, "Earliest
 *             Eligible Virtual Deadline First"). The default.
 *   latency   turns of 15 ms / runnable threads, by weight, at least 0.75 ms
 *   rr        turns of 10 ms, whoever it is
 *
 * EEVDF. Each thread has a virtual runtime, which advances by real time * 1024 /
 * weight. V, the average of all runnable threads' weighted by their weights, is where
 * everybody would be if the machine were shared ideally; lag = V - vruntime says what a
 * thread is owed. It is eligible if it is owed something (vruntime <= V), and
 * its deadline is where its next slice ends: vruntime + slice * 1024 / weight. Of
 * the eligible the earliest deadline runs, until its slice is used. A sleeper keeps its lag,
 * within bounds, and is placed there again when it wakes.
 *
 * V is kept as in Linux, as sums relative to a `zero` that follows it:
 * weighted = sum(weight * (vruntime - zero)), V = zero + weighted / sum(weight).
 *
 * Two heaps: `early` by vruntime for those not yet eligible, `ready` by deadline. V
 * moves on as threads run, and those it has passed change over when somebody picks.
 *
 * Several harts run one queue, so that two things exist which one hart does not know.
 * A thread whose weight is more than one hart's share cannot be given what it is owed:
 * its lag is cut (runq_charge), or everybody else would count as ahead for ever. And while nobody
 * waits, who runs takes nothing from others: being ahead is cut as well. */
#include "runq.h"

#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

enum {
	MS = 1000 * 1000,
	NICE_0_WEIGHT = 1024,
	IDLE_WEIGHT = 3,                   /* Linux WEIGHT_IDLEPRIO */
	EEVDF_SLICE_NS = 700 * 1000,       /* B5: times 1 + log2(harts), at most 8 of them */
	SLICE_MIN_NS = 100 * 1000, SLICE_MAX_NS = 100 * MS,   /* what sched_setattr may ask for */
	TARGET_LATENCY_NS = 15 * MS,       /* B3 */
	MIN_GRANULARITY_NS = 750 * 1000,   /* B4 */
	ROUND_ROBIN_NS = 10 * MS,          /* B2 */
	RT_SLICE_NS = 100 * MS,            /* Linux RR_TIMESLICE */
	LAG_TICK_NS = 4 * MS,              /* Linux bounds lag by two slices or a tick */
	/* Linux sched_rt_runtime_us of sched_rt_period_us: what real-time threads may use at most of a
	 * hart while others wait, lest one that loops stops the machine. */
	RT_TURN_NS = 950 * MS, FAIR_TURN_NS = 50 * MS,
};

/* kernel/sched/core.c, sched_prio_to_weight: each step is worth 10 % of CPU time. */
static const int nice_weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
	1024, 820, 655, 526, 423, 335, 272, 215, 172, 137,
	110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
};

static bool is_rt(const struct thread *t)
{
	return t->sched.policy == ABI_SCHED_FIFO || t->sched.policy == ABI_SCHED_RR || t->lent_priority;
}

static int64_t weight_of(const struct sched_attr_k *a)
{
	return a->policy == ABI_SCHED_IDLE ? IDLE_WEIGHT : nice_weight[a->nice + 20];
}

/* Real time as this thread's virtual time. */
static int64_t scaled(uint64_t ns, const struct thread *t)
{
	return (int64_t)(ns * NICE_0_WEIGHT / (uint64_t)t->weight);
}

/* ---- heaps -------------------------------------------------------------------------- */

static int64_t key(const struct run_heap *h, const struct thread *t)
{
	return *(const int64_t *)((const char *)t + h->offset);
}

/* Of equals, who came first. */
static bool before(const struct run_heap *h, const struct thread *a, const struct thread *b)
{
	int64_t ka = key(h, a), kb = key(h, b);

	return ka != kb ? ka < kb : a->turn < b->turn;
}

static void heap_place(struct run_heap *h, unsigned i, struct thread *t)
{
	h->at[i] = t;
	t->heap_index = i;
}

static void heap_up(struct run_heap *h, unsigned i)
{
	struct thread *t = h->at[i];

	while (i && before(h, t, h->at[(i - 1) / 2])) {
		heap_place(h, i, h->at[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_place(h, i, t);
}

static void heap_down(struct run_heap *h, unsigned i)
{
	struct thread *t = h->at[i];

	for (;;) {
		unsigned child = 2 * i + 1;

		if (child >= h->nr)
			break;
		if (child + 1 < h->nr && before(h, h->at[child + 1], h->at[child]))
			child++;
		if (!before(h, h->at[child], t))
			break;
		heap_place(h, i, h->at[child]);
		i = child;
	}
	heap_place(h, i, t);
}

static void heap_add(struct run_heap *h, struct thread *t)
{
	if (h->nr == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->at = xrealloc(h->at, h->cap * sizeof(*h->at));
	}
	t->heap = h;
	heap_place(h, h->nr++, t);
	heap_up(h, t->heap_index);
}

static void heap_remove(struct thread *t)
{
	struct run_heap *h = t->heap;
	unsigned i = t->heap_index;
	struct thread *last = h->at[--h->nr];

	t->heap = NULL;
	if (last == t)
		return;
	heap_place(h, i, last);
	heap_up(h, i);
	heap_down(h, last->heap_index);
}

/* ---- V ---------------------------------------------------------------------------------- */

static int64_t average(const struct run_queue *q)
{
	int64_t w = q->weighted;

	if (!q->weight)
		return q->zero;
	/* Rounded down, also below zero: who stands exactly there is eligible. */
	return q->zero + (w < 0 ? -((-w + q->weight - 1) / q->weight) : w / q->weight);
}

static bool bound(const struct run_queue *q, const struct thread *t)
{
	uint64_t all = q->harts == HART_MAX ? UINT64_MAX : ((uint64_t)1 << q->harts) - 1;

	return (t->affinity & all) != all;
}

/* How many harts those share who want to run: all, or where the bound ones may, if all are bound. */
static unsigned harts_shared(const struct run_queue *q)
{
	unsigned nr = 0;

	if (q->nr_fair > q->nr_bound_fair)
		return q->harts;
	for (unsigned i = 0; i < q->harts; i++)
		nr += q->bound_fair[i] != 0;
	return nr;
}

static void count_bound(struct run_queue *q, const struct thread *t, int sign)
{
	if (!bound(q, t))
		return;
	q->nr_bound_fair += (unsigned)sign;
	for (unsigned i = 0; i < q->harts; i++)
		if (may_run_on(t, i))
			q->bound_fair[i] += (unsigned)sign;
}

static void account(struct run_queue *q, const struct thread *t, int sign)
{
	q->nr_fair += (unsigned)sign;
	count_bound(q, t, sign);
	q->weight += sign * t->weight;
	q->weighted += sign * t->weight * (t->vruntime - q->zero);
}

/* Let zero follow, so that the sums stay small. */
static void move_zero(struct run_queue *q)
{
	int64_t by = average(q) - q->zero;

	q->weighted -= by * q->weight;
	q->zero += by;
}

static void set_vruntime(struct run_queue *q, struct thread *t, int64_t v)
{
	q->weighted += t->weight * (v - t->vruntime);
	t->vruntime = v;
}

static int64_t lag_limit(const struct run_queue *q, const struct thread *t)
{
	return scaled(MAX(2 * runq_slice_ns(q, t), (uint64_t)LAG_TICK_NS), t);
}

static int64_t clamp(int64_t v, int64_t limit)
{
	return MAX(-limit, MIN(limit, v));
}

/* ---- slices ------------------------------------------------------------------------------- */

static unsigned log2_floor(unsigned n)
{
	return 31 - (unsigned)__builtin_clz(n);
}

uint64_t runq_slice_ns(const struct run_queue *q, const struct thread *t)
{
	uint64_t slice, share;

	if (t->sched.policy == ABI_SCHED_FIFO)
		return 0;
	if (t->sched.policy == ABI_SCHED_RR)
		return RT_SLICE_NS;
	switch (q->policy) {
	case SCHED_ROUND_ROBIN:
		return ROUND_ROBIN_NS;
	case SCHED_LATENCY:
		/* Its part of the target: the machine's harts work it off side by side. */
		share = q->weight > t->weight ? (uint64_t)q->weight : (uint64_t)t->weight;
		slice = (uint64_t)TARGET_LATENCY_NS * (uint64_t)t->weight * q->harts / share;
		return MIN(MAX(slice, (uint64_t)MIN_GRANULARITY_NS), (uint64_t)TARGET_LATENCY_NS);
	case SCHED_EEVDF:
		break;
	}
	if (t->sched.slice_ns)
		return MIN(MAX(t->sched.slice_ns, (uint64_t)SLICE_MIN_NS), (uint64_t)SLICE_MAX_NS);
	return EEVDF_SLICE_NS * (1 + log2_floor(MIN(q->harts, 8u)));
}

/* ---- in and out ------------------------------------------------------------------------------ */

void runq_init(struct run_queue *q, enum sched_policy policy, unsigned harts)
{
	runq_free(q);
	memset(q, 0, sizeof(*q));
	q->policy = policy;
	q->harts = harts;
	q->early.offset = offsetof(struct thread, vruntime);
	q->ready.offset = offsetof(struct thread, deadline);
	for (unsigned i = 0; i < ARRAY_SIZE(q->rt); i++)
		list_init(&q->rt[i]);
}

void runq_free(struct run_queue *q)
{
	free(q->early.at);
	free(q->ready.at);
	q->early.at = q->ready.at = NULL;
}

void runq_init_thread(struct thread *t)
{
	t->affinity = UINT64_MAX;
	t->weight = weight_of(&t->sched);
}

/* Onto the list or heap where it waits. front: a FIFO thread that was preempted. */
static void wait_in_line(struct run_queue *q, struct thread *t, bool front)
{
	t->on_queue = THREAD_WAITS;
	q->nr++;
	q->nr_bound += bound(q, t);
	t->turn = q->turn++;
	if (is_rt(t)) {
		struct list *line = &q->rt[thread_rt_priority(t)];

		q->nr_rt++;
		if (front)
			list_add_head(line, &t->run_link);
		else
			list_add_tail(line, &t->run_link);
	} else if (q->policy != SCHED_EEVDF) {
		t->deadline = (int64_t)t->turn;
		heap_add(&q->ready, t);
	} else {
		heap_add(t->vruntime <= average(q) ? &q->ready : &q->early, t);
	}
}

static void leave_line(struct run_queue *q, struct thread *t)
{
	q->nr--;
	q->nr_bound -= bound(q, t);
	if (t->heap) {
		heap_remove(t);
	} else {
		q->nr_rt--;
		list_del(&t->run_link);
		list_init(&t->run_link);
	}
}

/* Where a thread with this lag stands. Its coming moves V towards it: the lag is stretched so that
 * it has it afterwards (Linux place_entity()). */
static void join_fair(struct run_queue *q, struct thread *t)
{
	int64_t lag = t->vlag;

	if (q->weight)
		lag = lag * (q->weight + t->weight) / q->weight;
	t->vruntime = average(q) - lag;
	t->deadline = t->vruntime + scaled(runq_slice_ns(q, t), t);
	account(q, t, 1);
	move_zero(q);
}

void runq_wake(struct run_queue *q, struct thread *t)
{
	t->slice_used_ns = 0;
	if (!is_rt(t))
		join_fair(q, t);
	wait_in_line(q, t, false);
}

void runq_put_back(struct run_queue *q, struct thread *t, bool yield)
{
	bool over = yield || (t->sched.policy == ABI_SCHED_RR && !t->slice_used_ns);

	if (yield && !is_rt(t) && q->policy == SCHED_EEVDF) {
		/* Linux yield_task_fair(): the rest of the slice counts as used. */
		if (t->vruntime <= average(q))
			set_vruntime(q, t, MAX(t->deadline, t->vruntime));
		t->deadline = t->vruntime + scaled(runq_slice_ns(q, t), t);
		move_zero(q);
	}
	if (yield)
		t->slice_used_ns = 0;
	wait_in_line(q, t, !over);
}

void runq_sleep(struct run_queue *q, struct thread *t)
{
	t->on_queue = THREAD_AWAY;
	if (is_rt(t))
		return;
	t->vlag = clamp(average(q) - t->vruntime, lag_limit(q, t));
	account(q, t, -1);
	move_zero(q);
	if (!q->nr_fair)
		q->fair_turn_ns = 0;
}

/* ---- picking ------------------------------------------------------------------------------------- */

static struct thread *pick_rt(struct run_queue *q, unsigned hart)
{
	struct thread *t;

	for (unsigned p = ARRAY_SIZE(q->rt); p-- > 0;)
		list_for_each(t, &q->rt[p], run_link)
			if (may_run_on(t, hart))
				return t;
	return NULL;
}

/* The smallest that may run there. Nearly always the first. */
static struct thread *heap_best(const struct run_heap *h, unsigned hart)
{
	struct thread *best = NULL;

	if (h->nr && may_run_on(h->at[0], hart))
		return h->at[0];
	for (unsigned i = 0; i < h->nr; i++)
		if (may_run_on(h->at[i], hart) && (!best || before(h, h->at[i], best)))
			best = h->at[i];
	return best;
}

/* Sort those who wait into eligible and not, as V is now. */
static void refresh(struct run_queue *q)
{
	int64_t v = average(q);
	struct thread *t;

	if (q->policy != SCHED_EEVDF)
		return;
	while (q->early.nr && (t = q->early.at[0])->vruntime <= v) {
		heap_remove(t);
		heap_add(&q->ready, t);
	}
	/* V can go back when somebody with little vruntime joins. */
	while (q->ready.nr && (t = q->ready.at[0])->vruntime > v) {
		heap_remove(t);
		heap_add(&q->early, t);
	}
}

static struct thread *best_fair(struct run_queue *q, unsigned hart)
{
	struct thread *t;

	refresh(q);
	t = heap_best(&q->ready, hart);
	return t ? t : heap_best(&q->early, hart);
}

static struct thread *best(struct run_queue *q, unsigned hart)
{
	struct thread *t = NULL;

	if (!q->nr)
		return NULL;
	if (q->nr_rt && !q->fair_turn_ns)
		t = pick_rt(q, hart);
	if (!t)
		t = best_fair(q, hart);
	if (!t && q->nr_rt)
		t = pick_rt(q, hart);
	return t;
}

bool runq_has_work(struct run_queue *q, unsigned hart)
{
	return q->nr && (q->nr > q->nr_bound || best(q, hart));
}

struct thread *runq_pick(struct run_queue *q, unsigned hart)
{
	struct thread *t = best(q, hart);

	if (!t)
		return NULL;
	leave_line(q, t);
	t->on_queue = THREAD_RUNS;
	return t;
}

/* ---- running -------------------------------------------------------------------------------------- */

/* See the head of this file: what several harts cannot give, or give without taking. */
static void cut_lag(struct run_queue *q, struct thread *t)
{
	int64_t lag = average(q) - t->vruntime, limit = lag_limit(q, t);

	/* More than one hart's share: weight / sum of weights > 1 / harts. */
	bool unfeasible = t->weight * harts_shared(q) > q->weight;

	if ((lag > limit && unfeasible) || (lag < -limit && !q->nr))
		set_vruntime(q, t, average(q) - clamp(lag, limit));
}

/* Whose turn is it, real-time threads' or the others'? For all harts together. */
static void charge_turns(struct run_queue *q, const struct thread *t, uint64_t ns)
{
	const uint64_t share = RT_TURN_NS / FAIR_TURN_NS;

	if (!is_rt(t)) {
		q->fair_turn_ns -= MIN(q->fair_turn_ns, ns);
		q->rt_used_ns -= MIN(q->rt_used_ns, ns * share);
	} else if (q->nr == q->nr_rt) {
		q->rt_used_ns = 0;            /* nobody else wants the hart */
	} else if (!q->fair_turn_ns) {
		q->rt_used_ns += ns;
		if (q->rt_used_ns < (uint64_t)RT_TURN_NS * q->harts)
			return;
		q->rt_used_ns = 0;
		q->fair_turn_ns = (uint64_t)FAIR_TURN_NS * q->harts;
	}
}

void runq_charge(struct run_queue *q, struct thread *t, uint64_t ns)
{
	t->slice_used_ns += ns;
	if (is_rt(t) || q->fair_turn_ns || q->rt_used_ns)
		charge_turns(q, t, ns);
	if (is_rt(t) || q->policy != SCHED_EEVDF)
		return;
	set_vruntime(q, t, t->vruntime + scaled(ns, t));
	if (q->harts > 1 && q->nr_fair > 1)
		cut_lag(q, t);
	move_zero(q);
}

bool runq_slice_is_over(const struct run_queue *q, const struct thread *t, uint64_t more_ns)
{
	if (is_rt(t))
		return false;
	if (q->policy != SCHED_EEVDF)
		return t->slice_used_ns + more_ns >= runq_slice_ns(q, t);
	return t->vruntime + scaled(more_ns, t) >= t->deadline;
}

static bool rt_should_switch(struct run_queue *q, struct thread *t, const struct thread *other)
{
	if (!is_rt(other))
		return q->fair_turn_ns;
	if (thread_rt_priority(other) != thread_rt_priority(t))
		return thread_rt_priority(other) > thread_rt_priority(t);
	if (t->sched.policy != ABI_SCHED_RR || t->slice_used_ns < RT_SLICE_NS)
		return false;
	t->slice_used_ns = 0;
	return true;
}

bool runq_should_switch(struct run_queue *q, struct thread *t, unsigned hart)
{
	struct thread *other = best(q, hart);

	if (!may_run_on(t, hart))
		return true;
	if (!other)
		return false;
	if (is_rt(t))
		return rt_should_switch(q, t, other);
	if (runq_preempts(q, other, t))
		return true;
	if (!runq_slice_is_over(q, t, 0))
		return false;
	if (q->policy != SCHED_EEVDF) {
		t->slice_used_ns = 0;
		return true;
	}
	t->deadline = t->vruntime + scaled(runq_slice_ns(q, t), t);
	/* The slice is over; it goes on if it is still owed more than the others. */
	if (t->vruntime > average(q))
		return other->vruntime < t->vruntime;
	return other->vruntime <= average(q) && other->deadline <= t->deadline;
}

bool runq_preempts(const struct run_queue *q, const struct thread *t, const struct thread *current)
{
	if (is_rt(t))
		return is_rt(current) ? thread_rt_priority(t) > thread_rt_priority(current) : !q->fair_turn_ns;
	if (is_rt(current) || t->sched.policy == ABI_SCHED_BATCH || t->sched.policy == ABI_SCHED_IDLE)
		return false;
	if (current->sched.policy == ABI_SCHED_IDLE)
		return true;
	/* Within a slice only somebody whose own is shorter (Linux: PREEMPT_SHORT), lest two that
	 * wake each other switch at each call. */
	return q->policy == SCHED_EEVDF && runq_slice_ns(q, t) < runq_slice_ns(q, current) &&
	       t->vruntime <= average(q) && t->deadline < current->deadline;
}

/* ---- changes ----------------------------------------------------------------------------------------- */

/* Out of the queue's sums, and in again as what it has become meanwhile. */
static int take_out(struct run_queue *q, struct thread *t)
{
	int state = t->on_queue;

	if (state == THREAD_WAITS)
		leave_line(q, t);
	if (state != THREAD_AWAY)
		runq_sleep(q, t);
	return state;
}

static void put_in(struct run_queue *q, struct thread *t, int state)
{
	if (state == THREAD_AWAY)
		return;
	if (!is_rt(t))
		join_fair(q, t);
	t->on_queue = THREAD_RUNS;
	if (state == THREAD_WAITS)
		wait_in_line(q, t, false);
}

void runq_change(struct run_queue *q, struct thread *t, const struct sched_attr_k *attr)
{
	int state = take_out(q, t);
	int64_t old = t->weight;

	t->sched = *attr;
	t->weight = weight_of(attr);
	/* What it is owed in real time stays the same. */
	t->vlag = t->vlag * old / t->weight;
	put_in(q, t, state);
}

void runq_lend(struct run_queue *q, struct thread *t, unsigned rt_priority)
{
	int state = take_out(q, t);

	t->lent_priority = rt_priority;
	put_in(q, t, state);
}

void runq_bind(struct run_queue *q, struct thread *t, uint64_t affinity)
{
	bool waits = t->on_queue == THREAD_WAITS, fair = t->on_queue != THREAD_AWAY && !is_rt(t);

	q->nr_bound -= waits && bound(q, t);
	if (fair)
		count_bound(q, t, -1);
	t->affinity = affinity;
	if (fair)
		count_bound(q, t, 1);
	q->nr_bound += waits && bound(q, t);
}
