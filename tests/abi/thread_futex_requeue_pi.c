/* needs: 64 bits (the RV32 library has no kernel headers). From a condition's word to a lock that lends priority, and
 * the C library's mutexes made of such locks. */
#include "abi.h"

#include <linux/futex.h>

#define PRIVATE(op) ((op) | FUTEX_PRIVATE_FLAG)
enum { WAITERS = 3 };

static uint32_t cond, lock, other;
static int have_it, results[WAITERS];

static long requeue(int wake, long nr, uint32_t cmp)
{
	return syscall(SYS_futex, &cond, PRIVATE(FUTEX_CMP_REQUEUE_PI), wake, nr, &lock, cmp);
}

static long wait_requeue(uint32_t val, const struct timespec *until)
{
	return syscall(SYS_futex, &cond, PRIVATE(FUTEX_WAIT_REQUEUE_PI), val, until, &lock, 0);
}

static long pi(uint32_t *at, int op) { return syscall(SYS_futex, at, PRIVATE(op), 0, NULL, NULL, 0); }

static void *waiter(void *arg)
{
	int *result = arg;

	*result = (int)wait_requeue(0, NULL);
	__atomic_fetch_add(&have_it, 1, __ATOMIC_SEQ_CST);
	if (*result == 0)
		*result = (int)pi(&lock, FUTEX_UNLOCK_PI) + 100;
	return NULL;
}

static void errors(void)
{
	struct timespec past = { 0, 0 }, bad = { 0, -1 };

	R(requeue(0, 1, 0));
	R(requeue(2, 1, 0));
	R(requeue(1, -1, 0));
	R(requeue(1, 1, 7));
	R(requeue(1, 1, 0));
	R(syscall(SYS_futex, &cond, PRIVATE(FUTEX_CMP_REQUEUE_PI), 1, 1L, &cond, 0));
	R(syscall(SYS_futex, &cond, PRIVATE(FUTEX_CMP_REQUEUE_PI), 1, 1L, (char *)&lock + 2, 0));
	R(syscall(SYS_futex, &cond, PRIVATE(FUTEX_WAIT_REQUEUE_PI), 0, NULL, &cond, 0));
	R(wait_requeue(7, NULL));
	R(wait_requeue(0, &bad));
	R(wait_requeue(0, &past));
	R(syscall(SYS_futex, &cond, PRIVATE(FUTEX_WAIT_REQUEUE_PI) | FUTEX_CLOCK_REALTIME, 0, &past, &lock, 0));
}

/* All waiters asleep: then requeueing to a lock of another address finds them all of the wrong kind. */
static void until_asleep(pthread_t *t)
{
	for (int i = 0; i < WAITERS; i++)
		pthread_create(&t[i], NULL, waiter, &results[i]);
	sleep_ms(150);
}

static void requeued(void)
{
	pthread_t t[WAITERS];

	until_asleep(t);
	R(syscall(SYS_futex, &cond, PRIVATE(FUTEX_WAKE), 1, NULL, NULL, 0));
	R(syscall(SYS_futex, &cond, PRIVATE(FUTEX_REQUEUE), 1, 1L, &other, 0));
	R(syscall(SYS_futex, &cond, PRIVATE(FUTEX_CMP_REQUEUE_PI), 1, 1L, &other, 0));
	R(pi(&lock, FUTEX_LOCK_PI));
	R(requeue(1, 1, 0));
	sleep_ms(20);
	V(have_it);
	V((lock & FUTEX_WAITERS) != 0);
	R(pi(&lock, FUTEX_UNLOCK_PI));
	while (__atomic_load_n(&have_it, __ATOMIC_SEQ_CST) < 2)
		sleep_ms(1);
	/* The last gets the lock at once: it is free. */
	sleep_ms(20);
	R(requeue(1, 5, 0));
	for (int i = 0; i < WAITERS; i++) {
		pthread_join(t[i], NULL);
		V(results[i]);
	}
	V(lock & FUTEX_TID_MASK);
}

static pthread_mutex_t mutex;
static int count;

static void *counts(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		count++;
		if (i % 100 == 0)
			sched_yield();
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *leaves_it(void *arg)
{
	(void)arg;
	E(pthread_mutex_lock(&mutex));
	return NULL;
}

static void library(void)
{
	pthread_mutexattr_t a;
	pthread_t t[4];

	pthread_mutexattr_init(&a);
	E(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT));
	E(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST));
	E(pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK));
	E(pthread_mutex_init(&mutex, &a));
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, counts, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	V(count);
	E(pthread_mutex_lock(&mutex));
	E(pthread_mutex_lock(&mutex));
	E(pthread_mutex_unlock(&mutex));
	E(pthread_mutex_unlock(&mutex));
	pthread_create(&t[0], NULL, leaves_it, NULL);
	pthread_join(t[0], NULL);
	E(pthread_mutex_lock(&mutex));
	E(pthread_mutex_consistent(&mutex));
	E(pthread_mutex_unlock(&mutex));
	E(pthread_mutex_trylock(&mutex));
	E(pthread_mutex_unlock(&mutex));
	E(pthread_mutex_destroy(&mutex));
}

TOPIC(thread_futex_requeue_pi)
{
	errors();
	requeued();
	library();
}
