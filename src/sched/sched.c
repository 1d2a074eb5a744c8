/* Threads and the switch between them. Round robin with a fixed slice.
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

#include "base/log.h"
#include "host/host.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

enum {
	SLICE_NS = 10 * 1000 * 1000,          /* B2: round robin, 10 ms */
	POLL_INTERVAL_NS = 500 * 1000,        /* a busy hart looks at its devices this often */
	SWITCHES_PER_POLL = 64,               /* threads that only hand the hart to each other, too */
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
	return harts.nr_runnable > 0;
}

uint64_t sched_runnable_count(void)
{
	uint64_t n = harts.nr_runnable;

	for (unsigned i = 0; i < harts.online; i++)
		n += harts.hart[i]->current != &harts.hart[i]->boot;
	return n;
}

uint64_t thread_runtime_ns(const struct thread *t)
{
	return t->runtime_ns + (t->on_hart ? sched_clock_ns() - t->run_start_ns : 0);
}

static void enqueue(struct thread *t)
{
	t->state = THREAD_RUNNABLE;
	list_add_tail(&harts.run_queue, &t->run_link);
	harts.nr_runnable++;
}

void thread_wake(struct thread *t)
{
	if (t->state == THREAD_RUNNING || t->state == THREAD_RUNNABLE || t->state == THREAD_DEAD)
		return;
	if (t->on_hart)
		t->state = THREAD_RUNNING;    /* about to sleep: it will not */
	else
		enqueue(t);
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

void switch_to(struct hart *h, struct thread *next)
{
	struct thread *prev = h->current;
	uint64_t now = sched_clock_ns();

	prev->runtime_ns += now - prev->run_start_ns;
	prev->on_hart = false;
	next->run_start_ns = now;
	next->on_hart = true;
	next->hart = h;
	next->state = THREAD_RUNNING;
	h->slice_start_ns = now;
	h->current = next;
	sanitizer_before_switch(prev, next);
	sched_swtch(&prev->sp, next->sp);
	/* Back, perhaps on another hart, perhaps much later. */
	sanitizer_after_switch(prev);
	release_dead(hart_current());
}

struct thread *pick_next(struct hart *h)
{
	struct thread *t;

	if (harts.stop || list_empty(&harts.run_queue))
		return &h->boot;
	t = list_first(&harts.run_queue, struct thread, run_link);
	list_del(&t->run_link);
	harts.nr_runnable--;
	return t;
}

void sched_schedule(void)
{
	struct hart *h = hart_current();
	struct thread *self = h->current;

	if (++h->switches % SWITCHES_PER_POLL == 0) {
		uint64_t now = sched_clock_ns();

		timers_run(now);
		hart_look_around(h, now);
	}
	if (self->state == THREAD_RUNNING)
		return;               /* woken since it decided to sleep */
	if (self->state == THREAD_RUNNABLE)
		self->nr_switches_involuntary++;
	else
		self->nr_switches_voluntary++;
	switch_to(h, pick_next(h));
}

void sched_yield_hart(void)
{
	struct hart *h = hart_current();

	if (!harts.nr_runnable && !harts.stop)
		return;
	enqueue(h->current);
	sched_schedule();
}

void sched_tick(void)
{
	struct hart *h = hart_current();
	uint64_t now = sched_clock_ns();

	timers_run(now);
	if (now - h->last_poll_ns >= POLL_INTERVAL_NS)
		hart_look_around(h, now);
	if (harts.nr_runnable && now - h->slice_start_ns >= SLICE_NS)
		sched_yield_hart();
	else if (harts.nr_runnable)
		harts_kick();
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

	ASSERT(self != &h->boot && !h->dead);
	self->state = THREAD_DEAD;
	h->dead = self;
	h->after = after;
	h->after_arg = arg;
	switch_to(h, pick_next(h));
	panic("a thread that ended runs again");
}

/* ---- the machine ------------------------------------------------------------------------- */

void sched_run_hart(void)
{
	struct hart *h = hart_current();

	h->boot.run_start_ns = sched_clock_ns();
	hart_loop(h);
	harts_join();
	harts.stop = false;
}

void sched_shutdown(void)
{
	harts.stop = true;
	if (hart_current() != harts.hart[0]) {
		hart_interrupt(harts.hart[0]);
		while (harts.sleeping || harts.poller)
			harts_kick();
	}
}
