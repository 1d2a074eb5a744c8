/* needs: 64 bits (the RV32 library has no kernel headers). futex_wait(2), futex_wake(2), futex_requeue(2). */
#include "abi.h"

#define NR_WAKE 454
#define NR_WAIT 455
#define NR_REQUEUE 456
enum { U32 = 2, PRIVATE = 128 };

struct waiter { uint64_t val, uaddr; uint32_t flags, reserved; };

static uint32_t a, b;

static void *sleeper(void *arg)
{
	(void)arg;
	return (void *)syscall(NR_WAIT, &a, 0L, 0xffffffffL, U32 | PRIVATE, NULL, 0);
}

TOPIC(thread_futex2)
{
	struct timespec past = { 0, 0 };
	struct waiter w[2] = { { 0, (uintptr_t)&a, U32 | PRIVATE, 0 }, { 0, (uintptr_t)&b, U32 | PRIVATE, 0 } };
	pthread_t t[2];

	R(syscall(NR_WAIT, &a, 1L, 1L, U32, NULL, 0));
	R(syscall(NR_WAIT, &a, 0L, 0L, U32, NULL, 0));
	R(syscall(NR_WAIT, &a, 0L, 1L, 0, NULL, 0));
	R(syscall(NR_WAIT, &a, 0L, 1L, 1, NULL, 0));
	R(syscall(NR_WAIT, &a, 0L, 1L, 3, NULL, 0));
	R(syscall(NR_WAIT, &a, 0L, 1L, U32 | 64, NULL, 0));
	R(syscall(NR_WAIT, &a, 1L << 32, 1L, U32, NULL, 0));
	R(syscall(NR_WAIT, &a, 0L, 1L << 32, U32, NULL, 0));
	R(syscall(NR_WAIT, &a, 0L, 1L, U32, &past, CLOCK_MONOTONIC));
	R(syscall(NR_WAIT, &a, 0L, 1L, U32, &past, CLOCK_REALTIME));
	R(syscall(NR_WAIT, &a, 0L, 1L, U32, &past, 7));
	R(syscall(NR_WAIT, (char *)&a + 1, 0L, 1L, U32, NULL, 0));
	R(syscall(NR_WAIT, 16L, 0L, 1L, U32, NULL, 0));
	R(syscall(NR_WAKE, &a, 1L, 1, U32));
	R(syscall(NR_WAKE, &a, 0L, 1, U32));
	R(syscall(NR_WAKE, &a, 1L, 1, 0));
	R(syscall(NR_WAKE, &a, 1L << 32, 1, U32));
	R(syscall(NR_REQUEUE, w, 0, 1, 1));
	R(syscall(NR_REQUEUE, w, 1, 1, 1));
	R(syscall(NR_REQUEUE, NULL, 0, 1, 1));
	R(syscall(NR_REQUEUE, w, 0, -1, 1));
	w[0].val = 1;
	R(syscall(NR_REQUEUE, w, 0, 1, 1));
	w[0].val = 0;
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, sleeper, NULL);
	sleep_ms(100);
	R(syscall(NR_REQUEUE, w, 0, 0, 1));
	R(syscall(NR_WAKE, &a, 0xffffffffL, 0, U32 | PRIVATE));
	R(syscall(NR_WAKE, &a, 0xffffffffL, 5, U32 | PRIVATE));
	R(syscall(NR_WAKE, &b, 0xffffffffL, 5, U32 | PRIVATE));
	for (int i = 0; i < 2; i++) {
		void *result;

		pthread_join(t[i], &result);
		V((long)result);
	}
}
