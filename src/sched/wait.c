/* Wait queues, and the sleep that every blocking call is made of.
 *
 *   wait_prepare   state := sleeping, entry on the queue
 *   (condition)    the caller looks: a wake-up from here on is not lost, it only
 *                  sets the state back to running, and wait_sleep returns at once
 *   wait_sleep     gives the hart away
 *   wait_finish    state := running, entry off the queue
 *
 * Non-exclusive entries stand before exclusive ones, so that one pass wakes all
 * of the former and the first of the latter (Linux: kernel/sched/wait.c). */
#include "internal.h"

#include "base/log.h"

void wait_queue_init(struct wait_queue *q)
{
	list_init(&q->waiters);
}

void wait_queue_add(struct wait_queue *q, struct wait_entry *e)
{
	if (e->exclusive)
		list_add_tail(&q->waiters, &e->link);
	else
		list_add_head(&q->waiters, &e->link);
}

void wait_queue_remove(struct wait_entry *e)
{
	if (e->link.next)
		list_del(&e->link);
}

bool wait_queue_active(const struct wait_queue *q)
{
	return !list_empty(&q->waiters);
}

static bool entry_wake(struct wait_entry *e, uint64_t key)
{
	if (e->wake)
		return e->wake(e, key);
	/* One that is awake already has been given a wake-up it has not used yet:
	 * an exclusive one belongs to the next in line. */
	if (e->thread->state == THREAD_RUNNABLE || e->thread->state == THREAD_RUNNING)
		return false;
	thread_wake(e->thread);
	return true;
}

int wake_up_nr(struct wait_queue *q, int nr, uint64_t key)
{
	struct wait_entry *e, *next;
	int woken = 0;

	list_for_each_safe(e, next, &q->waiters, link) {
		bool exclusive = e->exclusive;

		if (entry_wake(e, key) && exclusive && ++woken >= nr)
			break;
	}
	return woken;
}

void wake_up_all(struct wait_queue *q)
{
	wake_up_nr(q, INT32_MAX, 0);
}

void wait_prepare(struct wait_queue *q, struct wait_entry *e, enum wait_mode mode)
{
	struct thread *t = thread_current();

	e->thread = t;
	t->killable = mode == WAIT_KILLABLE;
	t->state = mode == WAIT_INTERRUPTIBLE ? THREAD_SLEEPING : THREAD_UNINTERRUPTIBLE;
	if (list_empty(&e->link))
		wait_queue_add(q, e);
}

struct sleep_timer { struct timer timer; struct thread *thread; };

static void sleep_over(struct timer *timer)
{
	thread_wake(container_of(timer, struct sleep_timer, timer)->thread);
}

static bool sleep_interrupted(const struct thread *t, enum wait_mode mode)
{
	return (mode == WAIT_INTERRUPTIBLE && t->signal_pending) ||
	       (mode != WAIT_UNINTERRUPTIBLE && t->kill_pending);
}

int wait_sleep(struct wait_entry *e, enum wait_mode mode, uint64_t deadline_ns)
{
	struct thread *t = thread_current();
	struct sleep_timer st = { .timer.fire = sleep_over, .thread = t };

	ASSERT(e->thread == t);
	if (sleep_interrupted(t, mode))
		return -ERESTARTSYS;
	if (deadline_ns == WAIT_FOREVER) {
		sched_schedule();
	} else {
		if (deadline_ns <= sched_clock_ns())
			return -ETIMEDOUT;
		timer_arm(&st.timer, deadline_ns);
		sched_schedule();
		if (!timer_cancel(&st.timer))
			return -ETIMEDOUT;
	}
	return sleep_interrupted(t, mode) ? -ERESTARTSYS : 0;
}

void wait_finish(struct wait_entry *e)
{
	struct thread *t = thread_current();

	t->state = THREAD_RUNNING;
	t->killable = false;
	list_del(&e->link);
}

void thread_wake_signal(struct thread *t, bool kill)
{
	if (t->state == THREAD_SLEEPING ||
	    (kill && (t->state == THREAD_STOPPED ||
		      (t->state == THREAD_UNINTERRUPTIBLE && t->killable))))
		thread_wake(t);
	else
		thread_notify(t);
}

void thread_stop(void)
{
	struct thread *t = thread_current();

	if (t->kill_pending)
		return;
	t->state = THREAD_STOPPED;
	sched_schedule();
}
