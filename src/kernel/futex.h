/* What futex.c (sleeping on a word) and futex_pi.c (locks that lend priority) share: keys, waiters
 * and their hash table. Everything is under the kernel lock. */
#ifndef KERNEL_FUTEX_H
#define KERNEL_FUTEX_H

#include "internal.h"

struct futex_key { enum { KEY_MM, KEY_MAPPING } kind; uint64_t object, offset; };

struct pi_state;

struct futex_waiter {
	struct list link;             /* in its bucket; unlinked by the waker */
	struct futex_key key;
	uint32_t bitset;
	unsigned priority;            /* 0, or its real-time priority: they are woken first */
	bool woken;
	struct wait_queue *queue;     /* its thread alone */
	/* Locks only. */
	struct task *task;
	gva_t uaddr;                  /* the lock's word, in the task's memory */
	struct pi_state *pi;          /* the lock it waits for; NULL: none, or not yet */
	bool to_requeue;              /* FUTEX_WAIT_REQUEUE_PI: sleeps until it is led to a lock... */
	struct futex_key lock_key;    /* ... this one */
	int err;                      /* for the sleeper: woken, but the lock is not its */
};

static inline bool futex_same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->kind == b->kind && a->object == b->object && a->offset == b->offset;
}

/* Only futex_wake() and its like may wake it: waiters of locks get the lock instead. */
static inline bool futex_is_plain(const struct futex_waiter *w)
{
	return !w->pi && !w->to_requeue;
}

int  futex_key_for(struct mm *mm, gva_t uaddr, bool shared, struct futex_key *out);
/* Behind those of its priority, before those of less. */
void futex_waiter_queue(struct futex_waiter *w);
void futex_waiter_unqueue(struct futex_waiter *w);
void futex_waiter_wake(struct futex_waiter *w);
struct list *futex_bucket(const struct futex_key *key);
struct futex_waiter *futex_first_waiter(const struct futex_key *key);   /* NULL: none */

/* The task's locks go to who waits for them. */
void futex_exit_pi(struct task *t);

#endif
