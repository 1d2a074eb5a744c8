/* Futexes that lend priority: FUTEX_LOCK_PI and its relatives (Linux kernel/futex/pi.c, requeue.c).
 *
 * The word of such a lock holds its owner's tid, so that taking and giving it back without
 * a rival needs no call. Who finds it taken asks the kernel, which sets WAITERS in the word; from
 * then on giving it back is a call, too, and the kernel writes the next owner's tid itself:
 *
 *      31        30           29                     0
 *     | WAITERS | OWNER_DIED |  tid of the owner, 0: free |
 *
 * A lock somebody waits for has a struct pi_state: its owner, who wrote the word, is looked up
 * by the tid when the first waiter comes. Its waiters hang in the futex hash table beside the plain ones
 * (futex.h), by priority; the state goes with the last.
 *
 * Lending. The owner runs with the highest real-time priority among itself and the first
 * waiters of all locks it holds; if it waits for a lock, that one's owner is told, and so on. A
 * chain that would lead back to who asks is a deadlock, and refused.
 *
 * The kernel hands a lock over, nobody else can snatch it between: what a waiter is woken
 * for has happened already. */
#include "futex.h"

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

struct pi_state {
	struct futex_key key;
	struct task *owner;
	struct list owned;            /* its pi_owned */
	unsigned waiters;
};

/* ---- lending ------------------------------------------------------------------------------- */

static unsigned own_priority(const struct task *t)
{
	return (unsigned)t->thread.sched.rt_priority;
}

/* There may be plain waiters on the same word, though no sane program has them. */
static struct futex_waiter *first_in_line(const struct pi_state *s)
{
	struct futex_waiter *w;

	list_for_each(w, futex_bucket(&s->key), link)
		if (w->pi == s)
			return w;
	return NULL;
}

static unsigned priority_lent(const struct task *t)
{
	unsigned most = 0;
	struct pi_state *s;

	list_for_each(s, &t->pi_owned, owned) {
		struct futex_waiter *w = first_in_line(s);

		most = w ? MAX(most, w->priority) : most;
	}
	return most;
}

/* What `t` is lent may have changed, and with it what it lends itself. */
static void lend_again(struct task *t)
{
	while (t) {
		struct futex_waiter *w = t->pi_blocked;
		unsigned lent = priority_lent(t), all = MAX(lent, own_priority(t));

		if (lent != t->thread.lent_priority)
			thread_lend_priority(&t->thread, lent);
		if (!w || w->priority == all)
			return;
		futex_waiter_unqueue(w);
		w->priority = all;
		futex_waiter_queue(w);
		t = w->pi->owner;
	}
}

void futex_priority_changed(struct task *t)
{
	lend_again(t);
}

/* ---- states -------------------------------------------------------------------------------- */

static struct pi_state *state_new(const struct futex_key *key, struct task *owner)
{
	struct pi_state *s = xnew(struct pi_state);

	*s = (struct pi_state){ .key = *key, .owner = owner };
	list_add_tail(&owner->pi_owned, &s->owned);
	return s;
}

/* Without waiters it says nothing that the word does not. */
static void state_drop_if_idle(struct pi_state *s)
{
	if (s->waiters)
		return;
	list_del(&s->owned);
	free(s);
}

static void start_waiting(struct futex_waiter *w, struct pi_state *s)
{
	w->pi = s;
	w->key = s->key;
	w->priority = MAX(own_priority(w->task), w->task->thread.lent_priority);
	s->waiters++;
	w->task->pi_blocked = w;
	futex_waiter_queue(w);
	lend_again(s->owner);
}

/* The owner is told by the caller. */
static void stop_waiting(struct futex_waiter *w)
{
	w->pi->waiters--;
	w->pi = NULL;
	w->task->pi_blocked = NULL;
}

static void give_up_waiting(struct futex_waiter *w)
{
	struct pi_state *s = w->pi;
	struct task *owner = s->owner;

	futex_waiter_unqueue(w);
	stop_waiting(w);
	state_drop_if_idle(s);
	lend_again(owner);
}

/* ---- taking -------------------------------------------------------------------------------- */

/* A lock with waiters: does the word still say what we know? (attach_to_pi_state) */
static int known_state(const struct futex_waiter *first, uint32_t val, struct pi_state **out)
{
	uint32_t tid = val & ABI_FUTEX_TID_MASK;

	if (!first->pi)
		return -EINVAL;
	/* It died, and the robust list said so, before its locks were handed over. */
	if (((val & ABI_FUTEX_OWNER_DIED) && !tid) || tid == (uint32_t)first->pi->owner->own_tid) {
		*out = first->pi;
		return 0;
	}
	return -EINVAL;
}

/* Take the lock for `t` if it is free: 1. If it is not: 0, WAITERS is set in the word and *out is its
 * state, perhaps a new one. `waiters`: set the bit in any case. (futex_lock_pi_atomic) */
static int take(const struct futex_key *key, uint32_t *word, struct task *t, bool waiters, struct pi_state **out)
{
	uint32_t val = __atomic_load_n(word, __ATOMIC_RELAXED), new;
	struct futex_waiter *first = futex_first_waiter(key);
	struct task *owner;

	for (;;) {
		if ((val & ABI_FUTEX_TID_MASK) == (uint32_t)t->own_tid)
			return -EDEADLK;
		if (first)
			return known_state(first, val, out);
		if (val & ABI_FUTEX_TID_MASK)
			new = val | ABI_FUTEX_WAITERS;
		else
			new = (val & ABI_FUTEX_OWNER_DIED) | (uint32_t)t->own_tid | (waiters ? ABI_FUTEX_WAITERS : 0);
		if (__atomic_compare_exchange_n(word, &val, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			break;
	}
	if (!(val & ABI_FUTEX_TID_MASK))
		return 1;
	owner = task_find(pid_mean((int)(val & ABI_FUTEX_TID_MASK)));
	if (!owner || owner->pi_over)
		return -ESRCH;
	*out = state_new(key, owner);
	return 0;
}

static bool would_deadlock(const struct task *t, const struct pi_state *s)
{
	const struct task *owner = s->owner;

	while (owner != t && owner->pi_blocked)
		owner = owner->pi_blocked->pi->owner;
	return owner == t;
}

static uint32_t *pin_word(struct mm *mm, gva_t uaddr)
{
	return mm_pin(mm, uaddr, sizeof(uint32_t), ACCESS_WRITE);
}

int64_t futex_lock_pi(gva_t uaddr, uint64_t deadline_ns, bool shared, bool try_only)
{
	struct task *t = task_current();
	struct wait_queue queue = WAIT_QUEUE_INIT(queue);
	struct futex_waiter w = { .queue = &queue, .task = t, .uaddr = uaddr, .bitset = ABI_FUTEX_BITSET_ALL };
	struct pi_state *s;
	uint32_t *word;
	int err = futex_key_for(t->mm, uaddr, shared, &w.key);

	if (err)
		return err;
	word = pin_word(t->mm, uaddr);
	if (!word)
		return -EFAULT;
	err = take(&w.key, word, t, false, &s);
	if (err)
		return err > 0 ? 0 : err;
	if (try_only || would_deadlock(t, s)) {
		state_drop_if_idle(s);
		return try_only ? -EAGAIN : -EDEADLK;
	}
	start_waiting(&w, s);
	err = wait_event(&queue, w.woken, WAIT_INTERRUPTIBLE, deadline_ns);
	if (w.woken)
		return w.err;
	give_up_waiting(&w);
	return err == -ERESTARTSYS ? -ERESTARTNOINTR : err;
}

/* ---- giving back ----------------------------------------------------------------------------- */

static void hand_over(struct pi_state *s, struct futex_waiter *next)
{
	struct task *owner = s->owner;

	futex_waiter_wake(next);
	stop_waiting(next);
	s->owner = next->task;
	list_del(&s->owned);
	list_add_tail(&next->task->pi_owned, &s->owned);
	state_drop_if_idle(s);
	lend_again(next->task);
	lend_again(owner);
}

int64_t futex_unlock_pi(gva_t uaddr, bool shared)
{
	struct task *t = task_current();
	struct futex_waiter *next;
	struct futex_key key;
	uint32_t val, new, *word;
	int err;

	if (mm_copy_from(t->mm, &val, uaddr, sizeof(val)) < 0)
		return -EFAULT;
	if ((val & ABI_FUTEX_TID_MASK) != (uint32_t)t->own_tid)
		return -EPERM;
	err = futex_key_for(t->mm, uaddr, shared, &key);
	if (err)
		return err;
	word = pin_word(t->mm, uaddr);
	if (!word)
		return -EFAULT;
	next = futex_first_waiter(&key);
	if (next && (!next->pi || next->pi->owner != t))
		return -EINVAL;
	new = next ? (uint32_t)next->task->own_tid | ABI_FUTEX_WAITERS : 0;
	do
		if ((val & ABI_FUTEX_TID_MASK) != (uint32_t)t->own_tid)
			return next ? -EINVAL : -EPERM;
	while (!__atomic_compare_exchange_n(word, &val, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	if (next)
		hand_over(next->pi, next);
	return 0;
}

void futex_exit_pi(struct task *t)
{
	while (!list_empty(&t->pi_owned)) {
		struct pi_state *s = list_first(&t->pi_owned, struct pi_state, owned);
		struct futex_waiter *next = first_in_line(s);
		uint32_t *word = pin_word(next->task->mm, next->uaddr);

		if (word)
			__atomic_store_n(word, (uint32_t)next->task->own_tid | ABI_FUTEX_WAITERS |
					 ABI_FUTEX_OWNER_DIED, __ATOMIC_SEQ_CST);
		else
			next->err = -EFAULT;
		hand_over(s, next);
	}
}

/* ---- condition variables: from a plain word to a lock ---------------------------------------------- */

int64_t futex_wait_requeue_pi(gva_t uaddr, uint32_t val, gva_t lock, uint64_t deadline_ns, bool shared)
{
	struct task *t = task_current();
	struct wait_queue queue = WAIT_QUEUE_INIT(queue);
	struct futex_waiter w = { .queue = &queue, .task = t, .uaddr = lock, .to_requeue = true,
				  .bitset = ABI_FUTEX_BITSET_ALL, .priority = own_priority(t) };
	uint32_t now;
	int err;

	if (uaddr == lock)
		return -EINVAL;
	err = futex_key_for(t->mm, lock, shared, &w.lock_key);
	if (!err)
		err = futex_key_for(t->mm, uaddr, shared, &w.key);
	if (err)
		return err;
	if (mm_copy_from(t->mm, &now, uaddr, sizeof(now)) < 0)
		return -EFAULT;
	if (now != val)
		return -EAGAIN;
	if (futex_same_key(&w.key, &w.lock_key))
		return -EINVAL;
	futex_waiter_queue(&w);
	err = wait_event(&queue, w.woken, WAIT_INTERRUPTIBLE, deadline_ns);
	if (w.woken)
		return w.err;
	if (w.pi) {
		give_up_waiting(&w);
		/* Its word has changed by now: a restart would say just that. */
		return err == -ERESTARTSYS ? -EAGAIN : err;
	}
	futex_waiter_unqueue(&w);
	return err == -ERESTARTSYS ? -ERESTARTNOINTR : err;
}

/* One waiter gets the lock, or waits for it from now on. */
static int lead_to_lock(struct futex_waiter *w, const struct futex_key *key, uint32_t *word, bool more)
{
	struct pi_state *s;
	int err;

	if (!w->to_requeue || w->pi || !futex_same_key(&w->lock_key, key))
		return -EINVAL;
	err = take(key, word, w->task, more, &s);
	if (err > 0) {
		futex_waiter_wake(w);
		return 0;
	}
	if (err)
		return err;
	if (would_deadlock(w->task, s)) {
		state_drop_if_idle(s);
		return -EDEADLK;
	}
	futex_waiter_unqueue(w);
	start_waiting(w, s);
	return 0;
}

int64_t futex_cmp_requeue_pi(gva_t uaddr, gva_t lock, int nr_wake, int nr_requeue, uint32_t cmp, bool shared)
{
	struct mm *mm = task_current()->mm;
	struct futex_key from, to;
	struct futex_waiter *w;
	int err, done = 0;
	uint32_t now, *word;

	if (nr_requeue < 0 || nr_wake != 1 || uaddr == lock)
		return -EINVAL;
	err = futex_key_for(mm, uaddr, shared, &from);
	if (!err)
		err = futex_key_for(mm, lock, shared, &to);
	if (err)
		return err;
	if (futex_same_key(&from, &to))
		return -EINVAL;
	if (mm_copy_from(mm, &now, uaddr, sizeof(now)) < 0)
		return -EFAULT;
	if (now != cmp)
		return -EAGAIN;
	while (done - nr_wake < nr_requeue && (w = futex_first_waiter(&from))) {
		word = pin_word(mm, lock);
		err = word ? lead_to_lock(w, &to, word, nr_requeue > 0) : -EFAULT;
		if (err)
			return err;
		done++;
	}
	return done;
}
