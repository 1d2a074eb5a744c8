/* Threads and the switch between them. Who is next, runq.c says.
 *
 * A thread that gives way picks its successor itself and switches straight to
 * it; only when nobody is runnable does it switch to the hart's boot stack,
 * where the idle loop waits for timers and host events. So a stack is in use by
 * one hart at most, and a sleeping thread may be woken by any other hart.
 *
 *      thread A ── sleeps ──> thread B ── sleeps ──> boot: idle in host_poll
 *                                                     │ event: thread_wake(A)
 *      thread A <─────────────────────────────────────┘
 *
 * The kernel lock is handed over by the switch: it is held before and after,
 * by whichever thread the hart runs. A thread that ends leaves its stack to the
 * next one to release (struct hart.dead), since nobody can free what he stands on.
 *
 * Wake-up against sleep: a thread that has set its state to sleeping but is
 * still on its hart (looking at its condition) is woken by resetting the state
 * only; sched_schedule() then finds it running and returns at once. */
#include "internal.h"

#include <string.h>

#include "abi/process.h"
#include "base/log.h"
#include "host/host.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

enum {
	POLL_INTERVAL_NS = 500 * 1000,        /* a busy hart looks at its devices this often */
	SWITCHES_PER_POLL = 64,               /* threads that only hand the hart to each other, too */
	/* Instructions that who has woken somebody may go on for before an idle hart is woken to run
	 * him: enough to go to sleep himself, see hart.c. */
	KICK_BUDGET = 4000,
	/* Calls that come sooner after the last look at the clock do not look whether a slice is over. */
	CALL_TICK_NS = 10 * 1000,
};

struct thread *thread_current(void)
{
	return hart_current()->current;
}

void sched_init(void)
{
	harts_init();
	timers_init();
}

bool sched_others_runnable(void)
{
	return harts.queue.nr > 0;
}

uint64_t sched_runnable_count(void)
{
	uint64_t n = harts.queue.nr;

	for (unsigned i = 0; i < harts.online; i++)
		n += harts.hart[i]->current != &harts.hart[i]->boot;
	return n;
}

/* ---- time ---------------------------------------------------------------------------- */

enum { AWAY_NS = 1000000 };           /* a processor that is busy elsewhere is so for longer than this */

/* The time for which the host had our processor do something else is not the thread's. What the hart used
 * of a processor is a call to the host, so only a stretch that is long is looked at: the tick comes
 * twenty times as often. Time spent idle is no news: charge() moves the mark. */
static uint64_t time_away(struct hart *h, uint64_t now, uint64_t used)
{
	uint64_t cpu, passed, ran;

	if (likely(used < AWAY_NS) || h != hart_current())
		return 0;
	cpu = host_thread_cpu_ns();
	passed = now - h->looked_ns;
	ran = cpu - h->looked_cpu_ns;
	h->looked_ns = now;
	h->looked_cpu_ns = cpu;
	return passed > ran ? MIN(passed - ran, used) : 0;
}

/* What `current` has used since this was last asked. */
static void charge(struct hart *h, uint64_t now)
{
	struct thread *t = h->current;
	uint64_t used = now - t->charged_ns;

	t->charged_ns = now;
	if (t == &h->boot) {
		h->looked_ns += used;
		return;
	}
	used -= time_away(h, now, used);
	t->runtime_ns += used;
	h->busy_ns += used;
	if (thread_rt_priority(t))
		t->rt_ns += used;
	runq_charge(&harts.queue, t, used);
}

/* Of a thread on another hart it is not known how much of the last stretch was its own. */
uint64_t thread_runtime_ns(struct thread *t)
{
	struct hart *h = t->on_hart ? t->hart : NULL;

	if (h && h == hart_current())
		charge(h, sched_clock_ns());
	else if (h)
		t->shown_ns = MAX(t->shown_ns, t->runtime_ns + sched_clock_ns() - t->charged_ns);
	return t->shown_ns = MAX(t->shown_ns, t->runtime_ns);
}

/* ---- waking up ------------------------------------------------------------------------- */

/* A thread that may not wait for the end of a slice. If a hart is idle it runs there, see
 * sched_budget(). */
static void preempt_for(const struct thread *t)
{
	struct hart *victim = NULL;

	if (harts.sleeping || harts.poller) {
		harts_kick();
		return;
	}
	for (unsigned i = 0; i < harts.online && !victim; i++) {
		struct hart *h = harts.hart[i];

		if (h->current == &h->boot)
			return;           /* idle, and just about to look */
		if (may_run_on(t, i) && !h->reschedule && runq_preempts(&harts.queue, t, h->current))
			victim = h;
	}
	if (!victim)
		return;
	victim->reschedule = true;
	if (victim != hart_current())
		hart_interrupt(victim);
}

void thread_wake(struct thread *t)
{
	const struct thread *self = hart_current()->current;

	if (t->state == THREAD_RUNNING || t->state == THREAD_RUNNABLE || t->state == THREAD_DEAD)
		return;
	if (t->on_hart) {
		t->state = THREAD_RUNNING;    /* about to sleep: it will not */
		return;
	}
	t->state = THREAD_RUNNABLE;
	runq_wake(&harts.queue, t);
	/* An idle hart looks at the queue next. Few have a better claim than the end of a slice. */
	if (self->on_queue == THREAD_RUNS &&
	    (runq_preempts(&harts.queue, t, self) ||
	     (harts.online > 1 && t->sched.policy != ABI_SCHED_NORMAL)))
		preempt_for(t);
}

/* ---- the switch --------------------------------------------------------------------- */

static void sanitizer_before_switch(struct thread *prev, struct thread *next)
{
#if defined(__SANITIZE_ADDRESS__)
	/* NULL says that the stack left behind will not be used again. */
	__sanitizer_start_switch_fiber(prev->state == THREAD_DEAD ? NULL : &prev->fake_stack,
				       next->stack_bottom, next->stack_size);
#elif defined(__SANITIZE_THREAD__)
	if (!prev->fiber)
		prev->fiber = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(next->fiber, 0);
#else
	(void)prev;
	(void)next;
#endif
}

/* On the new stack; `self` is whom it belongs to. */
static void sanitizer_after_switch(struct thread *self)
{
#if defined(__SANITIZE_ADDRESS__)
	struct thread *boot = &hart_current()->boot;
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(self->fake_stack, &bottom, &size);
	if (!boot->stack_bottom) {    /* the first switch leaves the host thread's stack */
		boot->stack_bottom = bottom;
		boot->stack_size = size;
	}
#else
	(void)self;
#endif
}

static void release_dead(struct hart *h)
{
	struct thread *dead = h->dead;
	void (*after)(void *arg) = h->after;
	void *arg = h->after_arg;

	if (!dead)
		return;
	h->dead = NULL;
#if defined(__SANITIZE_THREAD__)
	__tsan_destroy_fiber(dead->fiber);
#endif
	stack_release(dead->stack);
	dead->stack = NULL;
	if (after)
		after(arg);
}

/* The caller has charged the current thread. */
void switch_to(struct hart *h, struct thread *next, uint64_t now)
{
	struct thread *prev = h->current;

	next->state = THREAD_RUNNING;
	h->reschedule = false;
	if (next == prev)
		return;
	if (prev == &h->boot)
		charge(h, now);
	prev->on_hart = false;
	next->charged_ns = now;
	next->on_hart = true;
	next->hart = h;
	next->switched = true;
	h->current = next;
	sanitizer_before_switch(prev, next);
	sched_swtch(&prev->sp, next->sp);
	/* Back, perhaps on another hart, perhaps much later. */
	sanitizer_after_switch(prev);
	release_dead(hart_current());
}

struct thread *pick_next(struct hart *h)
{
	struct thread *t = harts.stop ? NULL : runq_pick(&harts.queue, h->nr);

	return t ? t : &h->boot;
}

/* Threads that only hand the hart to each other never tick. */
static void look_around_sometimes(struct hart *h, uint64_t now)
{
	if (++h->switches % SWITCHES_PER_POLL == 0) {
		timers_run(now);
		hart_look_around(h, now);
	}
}

void sched_schedule(void)
{
	struct hart *h = hart_current();
	struct thread *self = h->current;
	uint64_t now = sched_clock_ns();

	look_around_sometimes(h, now);
	if (self->state == THREAD_RUNNING)
		return;               /* woken since it decided to sleep */
	self->nr_switches_voluntary++;
	self->rt_ns = 0;
	charge(h, now);
	runq_sleep(&harts.queue, self);
	switch_to(h, pick_next(h), now);
}

/* The current thread stays runnable. */
static void give_way(struct hart *h, uint64_t now, bool yield)
{
	struct thread *self = h->current, *next;

	charge(h, now);
	self->state = THREAD_RUNNABLE;
	runq_put_back(&harts.queue, self, yield);
	next = pick_next(h);
	self->nr_switches_involuntary += next != self;
	/* It may run elsewhere at once. */
	if (next == &h->boot || !may_run_on(self, h->nr))
		harts_kick();
	switch_to(h, next, now);
}

void sched_yield_hart(void)
{
	struct hart *h = hart_current();
	uint64_t now;

	if (!harts.queue.nr && !harts.stop)
		return;
	now = sched_clock_ns();
	look_around_sometimes(h, now);
	give_way(h, now, true);
}

uint64_t sched_tick(void)
{
	struct hart *h = hart_current();
	uint64_t now = sched_clock_ns();

	timers_run(now);
	if (now - h->last_poll_ns >= POLL_INTERVAL_NS)
		hart_look_around(h, now);
	charge(h, now);
	if (harts.stop || runq_should_switch(&harts.queue, h->current, h->nr))
		give_way(h, now, false);
	else if (harts.queue.nr)
		harts_kick();
	return now;
}

/* Who waits need not wait for the tick: a slice ends at the first call after it is used. Else a thread that lets go
 * of a lock around its calls, which are short, has it nearly always when the tick comes, and may keep others from it
 * for minutes: what runs between ticks is counted in instructions, so that the tick can come at the same place
 * again and again (python's interpreter lock, on one hart). */
static bool slice_is_over(const struct hart *h)
{
	uint64_t used = sched_clock_ns() - h->current->charged_ns;

	return used >= CALL_TICK_NS && runq_slice_is_over(&harts.queue, h->current, used);
}

int64_t sched_budget(int64_t budget)
{
	if (likely(!harts.queue.nr))
		return budget;
	if (hart_current()->reschedule)
		return 0;
	if ((harts.sleeping || harts.poller) && harts.waking < harts.queue.nr)
		return MIN(budget, (int64_t)KICK_BUDGET);
	return slice_is_over(hart_current()) ? 0 : budget;
}

/* ---- what a thread asks for ---------------------------------------------------------------- */

void thread_set_sched(struct thread *t, const struct sched_attr_k *attr)
{
	if (t->on_hart)
		charge(t->hart, sched_clock_ns());
	runq_change(&harts.queue, t, attr);
	if (t->on_queue == THREAD_WAITS)
		preempt_for(t);
}

void thread_lend_priority(struct thread *t, unsigned rt_priority)
{
	if (t->on_hart)
		charge(t->hart, sched_clock_ns());
	runq_lend(&harts.queue, t, rt_priority);
	if (t->on_queue == THREAD_WAITS)
		preempt_for(t);
}

void thread_set_affinity(struct thread *t, uint64_t affinity)
{
	if (!harts_reach(affinity)) {
		log_warn("no host thread for the hart that a thread is bound to: it runs on any");
		affinity = UINT64_MAX;
	}
	runq_bind(&harts.queue, t, affinity);
	if (!t->on_hart || may_run_on(t, t->hart->nr))
		return;
	if (t->hart == hart_current()) {
		give_way(t->hart, sched_clock_ns(), false);
	} else {
		t->hart->reschedule = true;
		hart_interrupt(t->hart);
	}
}

unsigned thread_hart(const struct thread *t)
{
	return t->hart->nr;
}

uint64_t thread_slice_ns(const struct thread *t)
{
	return runq_slice_ns(&harts.queue, t);
}

/* ---- life ------------------------------------------------------------------------------ */

static void thread_main(void)
{
	struct thread *self = hart_current()->current;

	sanitizer_after_switch(self);
	release_dead(hart_current());
	self->entry(self->entry_arg);
	panic("a thread returned from its entry function");
}

/* What sched_swtch() will pop: callee-saved registers, zero so that back traces
 * end here, then thread_main() as the address to return to. */
static void *first_frame(void *stack)
{
	uintptr_t *top = (uintptr_t *)((char *)stack + KERNEL_STACK_SIZE);
#if defined(__x86_64__)
	/* A function is entered with sp = 8 modulo 16, the return address on top. */
	enum { RETURN_SLOT = 2, FRAME_WORDS = 8, SAVED_WORDS = 6 };

	memset(top - FRAME_WORDS, 0, FRAME_WORDS * sizeof(*top));
	top[-RETURN_SLOT] = (uintptr_t)thread_main;
	return top - RETURN_SLOT - SAVED_WORDS;
#else
	enum { FRAME_WORDS = 20, LINK_SLOT = 1 };

	memset(top - FRAME_WORDS, 0, FRAME_WORDS * sizeof(*top));
	top[-FRAME_WORDS + LINK_SLOT] = (uintptr_t)thread_main;
	return top - FRAME_WORDS;
#endif
}

int thread_init(struct thread *t, void (*entry)(void *arg), void *arg)
{
	void *stack = stack_alloc();

	if (!stack)
		return -EAGAIN;
	memset(t, 0, sizeof(*t));
	list_init(&t->run_link);
	t->stack = stack;
	t->stack_bottom = stack;
	t->stack_size = KERNEL_STACK_SIZE;
	t->sp = first_frame(stack);
	t->entry = entry;
	t->entry_arg = arg;
	t->state = THREAD_STOPPED;
	t->hart = hart_current();
	runq_init_thread(t);
#if defined(__SANITIZE_THREAD__)
	t->fiber = __tsan_create_fiber(0);
#endif
	return 0;
}

void thread_destroy(struct thread *t)
{
	ASSERT(!t->on_hart && list_empty(&t->run_link));
#if defined(__SANITIZE_THREAD__)
	__tsan_destroy_fiber(t->fiber);
#endif
	stack_release(t->stack);
	t->stack = NULL;
	t->state = THREAD_DEAD;
}

void thread_start(struct thread *t)
{
	thread_wake(t);
}

_Noreturn void thread_exit(void (*after)(void *arg), void *arg)
{
	struct hart *h = hart_current();
	struct thread *self = h->current;
	uint64_t now;

	ASSERT(self != &h->boot && !h->dead);
	self->state = THREAD_DEAD;
	h->dead = self;
	h->after = after;
	h->after_arg = arg;
	now = sched_clock_ns();
	charge(h, now);
	runq_sleep(&harts.queue, self);
	switch_to(h, pick_next(h), now);
	panic("a thread that ended runs again");
}

/* ---- the machine ------------------------------------------------------------------------- */

void sched_run_hart(void)
{
	struct hart *h = hart_current();

	hart_loop(h);
	harts_join();
	harts.stop = false;
}
