/* Threads, harts and the switch between them. Round robin with a fixed slice.
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

static struct hart boot_hart;                 /* the one hart of this version */
static __thread struct hart *this_hart;
static bool kernel_lock;

/* ---- the kernel lock ------------------------------------------------------------ */

/* A flag, not a host mutex: it is taken on one stack and released on another,
 * and two atomic instructions are all that a system call pays for it. */
void sched_lock(void)
{
	while (__atomic_test_and_set(&kernel_lock, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&kernel_lock, __ATOMIC_RELAXED))
			__asm__ volatile("" ::: "memory");
}

void sched_unlock(void)
{
	__atomic_clear(&kernel_lock, __ATOMIC_RELEASE);
}

/* ---- harts ------------------------------------------------------------------------ */

__attribute__((noinline)) struct hart *hart_current(void)
{
	__asm__ volatile("");   /* not pure: the answer changes across a switch */
	return this_hart;
}

struct thread *thread_current(void)
{
	return hart_current()->current;
}

void sched_init(void)
{
	struct hart *h = &boot_hart;

	memset(h, 0, sizeof(*h));
	list_init(&h->run_queue);
	list_init(&h->boot.run_link);
	h->boot.state = THREAD_RUNNING;
	h->boot.hart = h;
	h->boot.on_hart = true;
	h->current = &h->boot;
	this_hart = h;
	kernel_lock = false;
	timers_init();
}

bool sched_others_runnable(void)
{
	return hart_current()->nr_runnable > 0;
}

uint64_t sched_runnable_count(void)
{
	struct hart *h = hart_current();

	return h->nr_runnable + (h->current != &h->boot);
}

uint64_t thread_runtime_ns(const struct thread *t)
{
	return t->runtime_ns + (t->on_hart ? sched_clock_ns() - t->run_start_ns : 0);
}

static void enqueue(struct thread *t)
{
	struct hart *h = t->hart;

	t->state = THREAD_RUNNABLE;
	list_add_tail(&h->run_queue, &t->run_link);
	h->nr_runnable++;
	if (h != hart_current())
		host_poll_kick();
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

static void switch_to(struct hart *h, struct thread *next)
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

static struct thread *pick_next(struct hart *h)
{
	struct thread *t;

	if (h->stop || list_empty(&h->run_queue))
		return &h->boot;
	t = list_first(&h->run_queue, struct thread, run_link);
	list_del(&t->run_link);
	h->nr_runnable--;
	return t;
}

static void look_around(struct hart *h, uint64_t now)
{
	h->last_poll_ns = now;
	host_poll(0);
}

void sched_schedule(void)
{
	struct hart *h = hart_current();
	struct thread *self = h->current;

	if (++h->switches % SWITCHES_PER_POLL == 0) {
		uint64_t now = sched_clock_ns();

		timers_run(now);
		look_around(h, now);
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

	if (!h->nr_runnable)
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
		look_around(h, now);
	if (h->nr_runnable && now - h->slice_start_ns >= SLICE_NS)
		sched_yield_hart();
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

/* ---- the hart's own loop ------------------------------------------------------------------ */

/* Nobody is runnable: wait for the next timer or host event. The lock stays
 * held while there is one hart, since nobody else could want it. */
static void idle(struct hart *h)
{
	uint64_t now = sched_clock_ns();
	uint64_t next = timers_run(now);

	if (h->nr_runnable || h->stop)
		return;
	h->last_poll_ns = now;
	host_poll(next == WAIT_FOREVER ? -1 : (int64_t)(next - now));
}

void sched_run_hart(void)
{
	struct hart *h = hart_current();

	h->boot.run_start_ns = sched_clock_ns();
	while (!h->stop) {
		struct thread *next = pick_next(h);

		if (next != &h->boot)
			switch_to(h, next);
		else
			idle(h);
	}
	h->stop = false;
}

void sched_shutdown(void)
{
	hart_current()->stop = true;
}
