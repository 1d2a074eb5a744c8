/* Harts: the host threads that run everything, and the kernel lock between them.
 *
 *                    ┌──── guest code ────┐  no lock; in_guest, space
 *   sched_enter_guest│                    │sched_leave_guest
 *                    └─── kernel code ────┘  the kernel lock
 *                             │ nobody is runnable
 *                           idle            no lock: in the host's poll (one hart, the
 *                                           poller) or asleep on its word (the others)
 *
 * A hart beyond the first is started when a runnable thread has waited for some
 * microseconds and no started hart is idle. The same delay goes before an idle one is
 * woken (harts_kick() from the trap loop's tick, see sched_budget()): most of the time who
 * wakes somebody goes to sleep himself at once (a shell waiting for its child, both
 * ends of a pipe), and a switch on the same hart is far cheaper than waking a host thread.
 *
 * Shoot-down. A hart in guest code reads page tables and decoded code without the lock.
 * Whoever takes something of that away holds the kernel lock and first waits until
 * every hart in that address space has left guest code: it cannot come back in, since it needs
 * the lock for that. in_guest is the word on which that wait sleeps when it gets long. */
#include "internal.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/host.h"

struct machine_harts harts;
void (*sched_interrupt_guest)(unsigned nr);

static struct hart first_hart;
static __thread struct hart *this_hart;
static struct host_mutex kernel_lock;

/* ---- the kernel lock ------------------------------------------------------------ */

void sched_lock(void)
{
	host_mutex_lock(&kernel_lock);
}

void sched_unlock(void)
{
	host_mutex_unlock(&kernel_lock);
}

/* ---- who is here ------------------------------------------------------------------ */

__attribute__((noinline)) struct hart *hart_current(void)
{
	__asm__ volatile("");   /* not pure: the answer changes across a switch */
	return this_hart;
}

unsigned sched_hart(void)
{
	return hart_current()->nr;
}

unsigned sched_nr_harts(void)
{
	return harts.nr;
}

static void hart_init(struct hart *h, unsigned nr)
{
	memset(h, 0, sizeof(*h));
	h->nr = nr;
	list_init(&h->boot.run_link);
	h->boot.state = THREAD_RUNNING;
	h->boot.hart = h;
	h->boot.on_hart = true;
	h->current = &h->boot;
	harts.hart[nr] = h;
}

void harts_init(void)
{
	ASSERT(harts.online <= 1);
	runq_free(&harts.queue);
	memset(&harts, 0, sizeof(harts));
	runq_init(&harts.queue, SCHED_EEVDF, 1);
	kernel_lock = (struct host_mutex){ 0 };
	hart_init(&first_hart, 0);
	this_hart = &first_hart;
	harts.nr = harts.online = 1;
}

void sched_set_harts(unsigned nr)
{
	ASSERT(nr >= 1 && nr <= HART_MAX && harts.online <= nr);
	harts.nr = harts.queue.harts = nr;
}

void sched_set_policy(enum sched_policy policy)
{
	ASSERT(!harts.queue.nr);
	harts.queue.policy = policy;
}

uint64_t sched_hart_busy_ns(unsigned nr)
{
	struct hart *h = nr < harts.online ? harts.hart[nr] : NULL;

	if (!h)
		return 0;
	return h->busy_ns + (h->current != &h->boot ? sched_clock_ns() - h->current->charged_ns : 0);
}

/* ---- more harts --------------------------------------------------------------------- */

static void expect(struct hart *h)
{
	harts.waking += !h->waking;
	h->waking = true;
}

static void has_come(struct hart *h)
{
	harts.waking -= h->waking;
	h->waking = false;
}

static void hart_main(void *arg)
{
	struct hart *h = arg;

	this_hart = h;
	sched_lock();
	has_come(h);
	hart_loop(h);
	sched_unlock();
}

static void start_hart(void)
{
	unsigned nr = harts.online;
	struct hart *h = xnew(struct hart);
	int err;

	host_poll_prepare();
	hart_init(h, nr);
	harts.online++;
	expect(h);
	err = host_thread_start(&h->host, hart_main, h);
	if (!err)
		return;
	/* The host has no thread to spare: the machine makes do with what it has. */
	log_warn("the host refuses thread %u (%s): going on with %u harts", nr + 1, strerror(-err), nr);
	has_come(h);
	sched_set_harts(harts.online = nr);
	harts.hart[nr] = NULL;
	free(h);
}

/* ---- idle ----------------------------------------------------------------------------- */

/* The poller stays what it is until it has come: only the poller empties the descriptor that
 * wakes it, or another hart might take its wake-up away before its poll has seen it. */
static void hart_wake(struct hart *h)
{
	expect(h);
	if (h->asleep) {
		harts.sleeping--;
		__atomic_store_n(&h->asleep, HART_AWAKE, __ATOMIC_RELEASE);
		host_futex_wake(&h->asleep);
	} else if (h == harts.poller) {
		host_poll_kick();
	}
}

static bool is_idle(const struct hart *h)
{
	return h->asleep || (h == harts.poller && !h->waking);
}

void harts_kick(void)
{
	struct hart *found = NULL;

	if (harts.waking >= harts.queue.nr)
		return;
	for (unsigned i = 0; i < harts.online; i++)
		if (is_idle(harts.hart[i]) && runq_has_work(&harts.queue, i)) {
			found = harts.hart[i];
			if (found->asleep)
				break;     /* cheaper to wake than the poller */
		}
	if (found)
		hart_wake(found);
	else if (harts.online < harts.nr && !harts.stop)
		start_hart();
}

bool harts_reach(uint64_t affinity)
{
	uint64_t wanted = affinity & -affinity;

	while (!(affinity & (((uint64_t)1 << harts.online) - 1))) {
		if (harts.online >= harts.nr || wanted >> harts.nr)
			return false;
		start_hart();
	}
	return true;
}

/* ---- the end -------------------------------------------------------------------------- */

static void wake_all_idle(void)
{
	for (unsigned i = 0; i < harts.online; i++)
		if (harts.hart[i]->asleep || harts.hart[i] == harts.poller)
			hart_wake(harts.hart[i]);
}

void harts_join(void)
{
	unsigned online = harts.online;

	for (unsigned i = 1; i < online; i++)
		hart_interrupt(harts.hart[i]);
	wake_all_idle();
	sched_unlock();
	for (unsigned i = 1; i < online; i++)
		host_thread_join(harts.hart[i]->host);
	sched_lock();
	for (unsigned i = 1; i < online; i++) {
		free(harts.hart[i]);
		harts.hart[i] = NULL;
	}
	harts.online = 1;
	harts.waking = 0;
}

void sched_shutdown(void)
{
	harts.stop = true;
	wake_all_idle();
	if (hart_current() != harts.hart[0])
		hart_interrupt(harts.hart[0]);
}

/* ---- devices and timers ---------------------------------------------------------------- */

void timers_changed(uint64_t earliest_ns)
{
	if (harts.poller && earliest_ns < harts.poll_until_ns)
		hart_wake(harts.poller);
}

void hart_look_around(struct hart *h, uint64_t now)
{
	h->last_poll_ns = now;
	if (!harts.poller)            /* else somebody is looking already */
		host_poll(0);
}

/* Wait for the next timer or host event. */
static void idle_poll(struct hart *h, uint64_t now, uint64_t next)
{
	int64_t timeout = next == WAIT_FOREVER ? -1 : (int64_t)(next - now);

	h->last_poll_ns = now;
	if (harts.online == 1) {
		host_poll(timeout);   /* nobody else could want the lock */
		return;
	}
	harts.poller = h;
	harts.poll_until_ns = next;
	sched_unlock();
	host_poll_wait(timeout);
	sched_lock();
	harts.poller = NULL;
	host_poll(0);
}

static void idle_sleep(struct hart *h)
{
	harts.sleeping++;
	__atomic_store_n(&h->asleep, HART_ASLEEP, __ATOMIC_RELAXED);
	sched_unlock();
	while (__atomic_load_n(&h->asleep, __ATOMIC_ACQUIRE) == HART_ASLEEP)
		host_futex_wait(&h->asleep, HART_ASLEEP);
	sched_lock();
}

static void idle(struct hart *h)
{
	uint64_t now = sched_clock_ns();
	uint64_t next = timers_run(now);

	if (harts.stop || runq_has_work(&harts.queue, h->nr))
		return;
	if (harts.queue.nr)
		harts_kick();            /* bound to others */
	if (harts.poller)
		idle_sleep(h);
	else
		idle_poll(h, now, next);
	has_come(h);
}

void hart_loop(struct hart *h)
{
	h->boot.charged_ns = h->looked_ns = sched_clock_ns();
	h->looked_cpu_ns = host_thread_cpu_ns();
	while (!harts.stop) {
		struct thread *next = pick_next(h);

		if (next == &h->boot) {
			idle(h);
			continue;
		}
		if (harts.queue.nr)
			harts_kick();    /* who was woken wakes the next */
		switch_to(h, next, sched_clock_ns());
	}
}

/* ---- guest code --------------------------------------------------------------------------- */

void sched_enter_guest(const void *space)
{
	struct hart *h = hart_current();

	h->space = space;
	__atomic_store_n(&h->in_guest, IN_GUEST, __ATOMIC_RELAXED);
	sched_unlock();
}

void sched_leave_guest(void)
{
	struct hart *h = hart_current();

	if (unlikely(__atomic_exchange_n(&h->in_guest, IN_KERNEL, __ATOMIC_ACQ_REL) == IN_GUEST_AWAITED))
		host_futex_wake(&h->in_guest);
	sched_lock();
}

void hart_interrupt(struct hart *h)
{
	if (__atomic_load_n(&h->in_guest, __ATOMIC_RELAXED) != IN_KERNEL && sched_interrupt_guest)
		sched_interrupt_guest(h->nr);
}

void thread_notify(struct thread *t)
{
	if (t->on_hart && t->hart != hart_current())
		hart_interrupt(t->hart);
}

static void wait_until_out(struct hart *h)
{
	uint32_t in = IN_GUEST;

	if (host_spin_while(&h->in_guest, IN_GUEST))
		return;
	if (!__atomic_compare_exchange_n(&h->in_guest, &in, IN_GUEST_AWAITED, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		return;
	while (__atomic_load_n(&h->in_guest, __ATOMIC_ACQUIRE) == IN_GUEST_AWAITED)
		host_futex_wait(&h->in_guest, IN_GUEST_AWAITED);
}

static bool runs_in(const struct hart *h, const void *space)
{
	return __atomic_load_n(&h->in_guest, __ATOMIC_ACQUIRE) != IN_KERNEL &&
	       (!space || h->space == space);
}

void sched_stop_space(const void *space)
{
	struct hart *self = harts.online > 1 ? hart_current() : NULL;

	/* All are told before the first is waited for. */
	for (unsigned i = 0; self && i < harts.online; i++)
		if (harts.hart[i] != self && runs_in(harts.hart[i], space))
			hart_interrupt(harts.hart[i]);
	for (unsigned i = 0; self && i < harts.online; i++)
		if (harts.hart[i] != self && runs_in(harts.hart[i], space))
			wait_until_out(harts.hart[i]);
}
