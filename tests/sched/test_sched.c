/* sched by itself: the switch, wait queues, interrupted and timed sleeps, timers, many threads. */
#include "sched/sched.h"

#include <stdlib.h>

#include "../unit.h"

enum { MS = 1000 * 1000 };

static char log_text[256];
static size_t log_len;
static int finished;

static void log_char(char c)
{
	if (log_len < sizeof(log_text) - 1)
		log_text[log_len++] = c;
	log_text[log_len] = 0;
}

static void log_reset(void)
{
	log_len = 0;
	log_text[0] = 0;
}

/* Start `nr` threads and run until all of them have ended. */
static struct thread *crowd;
static int crowd_left;

static void crowd_member_gone(void *arg)
{
	(void)arg;
	finished++;
	if (--crowd_left == 0)
		sched_shutdown();
}

_Noreturn static void leave(void)
{
	thread_exit(crowd_member_gone, NULL);
}

static void run_crowd(int nr, void (*entry)(void *))
{
	crowd = calloc((size_t)nr, sizeof(*crowd));
	crowd_left = nr;
	finished = 0;
	sched_lock();
	for (long i = 0; i < nr; i++) {
		CHECK_EQ(thread_init(&crowd[i], entry, (void *)i), 0);
		thread_start(&crowd[i]);
	}
	sched_run_hart();
	sched_unlock();
	CHECK_EQ(finished, nr);
	CHECK_EQ(sched_release_stacks(), 0);
	free(crowd);
}

/* ---- switching ------------------------------------------------------------------- */

static void alternate(void *arg)
{
	for (int i = 0; i < 3; i++) {
		log_char((char)('a' + (long)arg));
		sched_yield_hart();
	}
	leave();
}

static void yields_round_robin(void)
{
	log_reset();
	sched_set_policy(SCHED_ROUND_ROBIN);
	run_crowd(3, alternate);
	sched_set_policy(SCHED_EEVDF);
	CHECK_STR(log_text, "abcabcabc");
}

static void use_registers(void *arg)
{
	/* More live values than there are caller-saved registers. */
	volatile unsigned long seed = (unsigned long)arg + 1;
	unsigned long a = seed, b = seed * 2, c = seed * 3, d = seed * 5, e = seed * 7, f = seed * 11;
	double x = (double)seed;

	for (int i = 0; i < 1000; i++) {
		a += b; b ^= c; c += d; d ^= e; e += f; f ^= a;
		x = x * 0.5 + (double)i;
		sched_yield_hart();
	}
	unsigned long a2 = seed, b2 = seed * 2, c2 = seed * 3, d2 = seed * 5, e2 = seed * 7, f2 = seed * 11;
	double y = (double)seed;
	for (int i = 0; i < 1000; i++) {
		a2 += b2; b2 ^= c2; c2 += d2; d2 ^= e2; e2 += f2; f2 ^= a2;
		y = y * 0.5 + (double)i;
	}
	CHECK(a == a2 && b == b2 && c == c2 && d == d2 && e == e2 && f == f2);
	CHECK(x == y);
	CHECK(((uintptr_t)__builtin_frame_address(0) & 15) == 0);
	leave();
}

static void registers_survive(void)
{
	run_crowd(5, use_registers);
}

/* ---- wait queues --------------------------------------------------------------------- */

static struct wait_queue queue;
static int ready;

static void wait_until_ready(void *arg)
{
	int ret = wait_event(&queue, ready > (long)arg, WAIT_INTERRUPTIBLE, WAIT_FOREVER);

	CHECK_EQ(ret, 0);
	log_char((char)('0' + (long)arg));
	leave();
}

static void waker(void *arg)
{
	(void)arg;
	for (int i = 0; i < 4; i++) {
		ready++;
		wake_up_all(&queue);
		/* A yield does not promise who runs next. */
		while (log_len <= (size_t)i)
			sched_yield_hart();
	}
	leave();
}

static void wake_entry(void *arg)
{
	if ((long)arg < 4)
		wait_until_ready(arg);
	waker(arg);
}

static void sleepers_wake_in_turn(void)
{
	log_reset();
	ready = 0;
	wait_queue_init(&queue);
	run_crowd(5, wake_entry);
	CHECK_STR(log_text, "0123");
	CHECK(!wait_queue_active(&queue));
}

static int exclusive_waiting, exclusive_woken;

/* Who of several runs next is the policy's affair: yield until they have been there. */
static void yield_until(const int *count, int reached)
{
	for (int i = 0; i < 10000 && *count < reached; i++)
		sched_yield_hart();
}

static void wait_exclusive(void)
{
	struct wait_entry e = { .link = LIST_INIT(e.link), .exclusive = true };

	wait_prepare(&queue, &e, WAIT_INTERRUPTIBLE);
	exclusive_waiting++;
	CHECK_EQ(wait_sleep(&e, WAIT_INTERRUPTIBLE, WAIT_FOREVER), 0);
	wait_finish(&e);
	exclusive_woken++;
	leave();
}

static void exclusive_entry(void *arg)
{
	if ((long)arg < 4)
		wait_exclusive();
	yield_until(&exclusive_waiting, 4);
	CHECK_EQ(wake_up_nr(&queue, 1, 0), 1);
	CHECK_EQ(wake_up_nr(&queue, 1, 0), 1);   /* not the same one again */
	yield_until(&exclusive_woken, 2);
	CHECK_EQ(exclusive_woken, 2);
	CHECK_EQ(wake_up_nr(&queue, 5, 0), 2);
	leave();
}

static void exclusive_wakes_one_each(void)
{
	wait_queue_init(&queue);
	exclusive_woken = 0;
	run_crowd(5, exclusive_entry);
	CHECK_EQ(exclusive_woken, 4);
}

static bool woken_in_condition(void)
{
	static bool once;
	bool was = once;

	if (!once)
		wake_up_all(&queue);    /* between looking and sleeping */
	once = true;
	return was;
}

static void lost_wakeup_entry(void *arg)
{
	(void)arg;
	CHECK_EQ(wait_event(&queue, woken_in_condition(), WAIT_UNINTERRUPTIBLE, WAIT_FOREVER), 0);
	leave();
}

static void wakeup_before_sleep_counts(void)
{
	wait_queue_init(&queue);
	run_crowd(1, lost_wakeup_entry);
}

/* ---- signals and time-outs ------------------------------------------------------------------ */

/* Who is preempted by the host has used up its turn: one yield may come back at once. */
static void yield_until_logged(size_t n)
{
	for (int i = 0; i < 10000 && strlen(log_text) < n; i++)
		sched_yield_hart();
}

static void interrupt_entry(void *arg)
{
	switch ((long)arg) {
	case 0:
		CHECK_EQ(wait_event(&queue, false, WAIT_INTERRUPTIBLE, WAIT_FOREVER), -ERESTARTSYS);
		log_char('i');
		break;
	case 1:
		CHECK_EQ(wait_event(&queue, false, WAIT_KILLABLE, WAIT_FOREVER), -ERESTARTSYS);
		log_char('k');
		break;
	case 2:
		CHECK_EQ(wait_event(&queue, ready, WAIT_UNINTERRUPTIBLE, WAIT_FOREVER), 0);
		log_char('u');
		break;
	default:
		sched_yield_hart();
		for (int i = 0; i < 3; i++) {
			crowd[i].signal_pending = true;
			thread_wake_signal(&crowd[i], false);
		}
		yield_until_logged(1);
		CHECK_STR(log_text, "i");
		for (int i = 1; i < 3; i++) {
			crowd[i].kill_pending = true;
			thread_wake_signal(&crowd[i], true);
		}
		yield_until_logged(2);
		CHECK_STR(log_text, "ik");
		ready = 1;
		wake_up_all(&queue);
	}
	leave();
}

static void signals_end_sleeps_by_mode(void)
{
	log_reset();
	ready = 0;
	wait_queue_init(&queue);
	run_crowd(4, interrupt_entry);
	CHECK_STR(log_text, "iku");
}

static void timeout_entry(void *arg)
{
	long n = (long)arg;
	uint64_t start = sched_clock_ns();
	uint64_t deadline = start + (uint64_t)(4 - n) * 5 * MS;

	CHECK_EQ(wait_event(&queue, false, WAIT_INTERRUPTIBLE, deadline), -ETIMEDOUT);
	CHECK(sched_clock_ns() >= deadline);
	log_char((char)('0' + n));
	leave();
}

static void timeouts_fire_in_order(void)
{
	log_reset();
	wait_queue_init(&queue);
	run_crowd(4, timeout_entry);
	CHECK_STR(log_text, "3210");
}

static void past_entry(void *arg)
{
	(void)arg;
	CHECK_EQ(wait_event(&queue, true, WAIT_INTERRUPTIBLE, 0), 0);
	CHECK_EQ(wait_event(&queue, false, WAIT_INTERRUPTIBLE, 0), -ETIMEDOUT);
	leave();
}

static void condition_beats_timeout(void)
{
	wait_queue_init(&queue);
	run_crowd(1, past_entry);
}

/* ---- timers ------------------------------------------------------------------------------------ */

enum { TIMERS = 500 };
static struct timer timers[TIMERS];
static uint64_t last_fired;
static int fired;

static void timer_fired(struct timer *t)
{
	CHECK(t->deadline_ns >= last_fired);
	CHECK_EQ(t->heap_index, 0);
	last_fired = t->deadline_ns;
	fired++;
}

static void timer_entry(void *arg)
{
	uint64_t now = sched_clock_ns();
	int expected = TIMERS;

	(void)arg;
	srand(7);
	for (int i = 0; i < TIMERS; i++) {
		timers[i].fire = timer_fired;
		timer_arm(&timers[i], now + (uint64_t)(rand() % 1000) * 10000);
	}
	for (int i = 0; i < TIMERS; i += 3) {
		CHECK(timer_cancel(&timers[i]));
		CHECK(!timer_cancel(&timers[i]));
		expected--;
	}
	for (int i = 1; i < TIMERS; i += 3)
		timer_arm(&timers[i], now + (uint64_t)(rand() % 1000) * 10000);
	CHECK_EQ(wait_event(&queue, false, WAIT_INTERRUPTIBLE, now + 50 * MS), -ETIMEDOUT);
	CHECK_EQ(fired, expected);
	leave();
}

static void timers_keep_order(void)
{
	wait_queue_init(&queue);
	run_crowd(1, timer_entry);
}

/* ---- many ---------------------------------------------------------------------------------------- */

static void sleepy_entry(void *arg)
{
	if ((long)arg == 999) {
		sched_yield_hart();
		ready = 1;
		wake_up_all(&queue);
	} else {
		CHECK_EQ(wait_event(&queue, ready, WAIT_INTERRUPTIBLE, WAIT_FOREVER), 0);
	}
	leave();
}

static void thousand_threads(void)
{
	ready = 0;
	wait_queue_init(&queue);
	run_crowd(1000, sleepy_entry);
}

static void stop_entry(void *arg)
{
	if ((long)arg == 0) {
		thread_stop();
		log_char('c');
	} else {
		sched_yield_hart();
		log_char('s');
		CHECK_EQ(crowd[0].state, THREAD_STOPPED);
		wake_up_all(&queue);
		thread_wake(&crowd[0]);
	}
	leave();
}

static void stopped_thread_continues(void)
{
	log_reset();
	wait_queue_init(&queue);
	run_crowd(2, stop_entry);
	CHECK_STR(log_text, "sc");
}

static void unstarted_thread_is_destroyed(void)
{
	struct thread t;

	CHECK_EQ(thread_init(&t, alternate, NULL), 0);
	thread_destroy(&t);
	CHECK_EQ(sched_release_stacks(), 0);
}

static void switch_speed_entry(void *arg)
{
	enum { ROUNDS = 200000 };
	uint64_t start = sched_clock_ns();

	for (int i = 0; i < ROUNDS; i++)
		sched_yield_hart();
	if ((long)arg == 0)
		printf("a switch takes %llu ns\n",
		       (unsigned long long)(sched_clock_ns() - start) / (2 * ROUNDS));
	leave();
}

static void switch_speed(void)
{
	run_crowd(2, switch_speed_entry);
}

/* A thread that makes calls all the time while another one waits is told when its slice is over, before a tick. */
static void call_until_told(void *arg)
{
	enum { BUDGET = 1 << 20 };
	uint64_t start = sched_clock_ns();

	if ((long)arg == 0) {
		while (sched_budget(BUDGET) && sched_clock_ns() - start < UINT64_C(10000000000)) {}
		CHECK(sched_clock_ns() - start < UINT64_C(5000000000));
		CHECK(sched_clock_ns() - start >= thread_slice_ns(&crowd[0]) / 2);
		sched_tick();
		log_char('a');
	} else {
		log_char('b');
	}
	leave();
}

static void call_alone(void *arg)
{
	uint64_t start = sched_clock_ns();
	bool told = false;

	while (sched_clock_ns() - start < 3 * thread_slice_ns(&crowd[0]))
		told |= sched_budget(1000) != 1000;
	CHECK(!told);
	leave();
}

static void slice_ends_at_a_call(void)
{
	log_reset();
	run_crowd(2, call_until_told);
	CHECK_STR(log_text, "ba");
	run_crowd(1, call_alone);
}

int main(void)
{
	sched_init();
	RUN(yields_round_robin);
	RUN(slice_ends_at_a_call);
	RUN(registers_survive);
	RUN(sleepers_wake_in_turn);
	RUN(exclusive_wakes_one_each);
	RUN(wakeup_before_sleep_counts);
	RUN(signals_end_sleeps_by_mode);
	RUN(timeouts_fire_in_order);
	RUN(condition_beats_timeout);
	RUN(timers_keep_order);
	RUN(thousand_threads);
	RUN(stopped_thread_continues);
	RUN(unstarted_thread_is_destroyed);
	RUN(switch_speed);
	return unit_done();
}
