/* The futex call itself: wait, wake, time-outs, wrong values, bitsets, requeue. needs: 64 bits */
#include "abi.h"

#include <linux/futex.h>

static int word;

static long futex(int *at, int op, int value, const struct timespec *timeout, int *at2, int value3)
{
	return syscall(SYS_futex, at, op, value, timeout, at2, value3);
}

static void *waiter(void *arg)
{
	long *result = arg;

	*result = futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, *result);
	return NULL;
}

TOPIC(thr_futex)
{
	struct timespec soon = { 0, 10000000 }, wrong = { 0, 2000000000 };
	long results[3] = { 1, 2, -1 };
	pthread_t threads[3];
	int other = 0;

	R(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0));
	R(futex(&word, FUTEX_WAIT, 0, &soon, NULL, 0));
	R(futex(&word, FUTEX_WAIT, 0, &wrong, NULL, 0));
	R(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
	R(futex((int *)((char *)&word + 1), FUTEX_WAIT, 0, &soon, NULL, 0));
	R(futex(&word, 99, 0, NULL, NULL, 0));
	R(futex(BAD, FUTEX_WAIT, 0, &soon, NULL, 0));
	R(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, waiter, &results[i]);
	sleep_ms(50);
	R(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 4));
	R(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 1));
	R(futex(&word, FUTEX_CMP_REQUEUE, 0, (void *)10, &other, 5));
	R(futex(&word, FUTEX_CMP_REQUEUE, 0, (void *)10, &other, 0));
	R(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0));
	R(futex(&other, FUTEX_WAKE, 10, NULL, NULL, 0));
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		V(results[i]);
	}
}
