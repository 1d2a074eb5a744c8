/* needs: 64 bits (the RV32 library has no kernel headers). futex_waitv(2): which of several was woken, wrong values, flags and times. */
#include "abi.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

/* RV32's musl comes without the kernel's headers, and has the call with 64-bit time only. */
#define FUTEX_WAKE_PRIVATE (1 | 128)
#ifndef SYS_futex
#define SYS_futex SYS_futex_time64
#endif
#define NR_FUTEX_WAITV 449

struct waiter { uint64_t val, uaddr; uint32_t flags, reserved; };

static uint32_t words[3];

static struct waiter of(int i, uint64_t val, uint32_t flags)
{
	return (struct waiter){ val, (uintptr_t)&words[i], flags, 0 };
}

static void *waker(void *arg)
{
	/* Until the other waits: a wake-up before that finds nobody. */
	while (syscall(SYS_futex, &words[1], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) != 1)
		sleep_ms(1);
	return NULL;
}

TOPIC(thread_futex_waitv)
{
	struct waiter w[3] = { of(0, 0, 2 | 128), of(1, 0, 2 | 128), of(2, 0, 2 | 128) };
	struct timespec soon, past = { 0, 0 };
	pthread_t t;

	E(syscall(NR_FUTEX_WAITV, w, 3, 1, NULL, 0));
	E(syscall(NR_FUTEX_WAITV, w, 0, 0, NULL, 0));
	E(syscall(NR_FUTEX_WAITV, w, 129, 0, NULL, 0));
	E(syscall(NR_FUTEX_WAITV, NULL, 1, 0, NULL, 0));
	E(syscall(NR_FUTEX_WAITV, 16, 1, 0, NULL, 0));
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, &past, 7));
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, &past, CLOCK_MONOTONIC));
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, &past, CLOCK_REALTIME));
	clock_gettime(CLOCK_MONOTONIC, &soon);
	soon.tv_nsec = (soon.tv_nsec + 5000000) % 1000000000;
	soon.tv_sec += soon.tv_nsec < 5000000;
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, &soon, CLOCK_MONOTONIC));
	w[2].val = 1;
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, NULL, 0));
	w[2] = of(2, 0, 2 | 128 | 64);
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, NULL, 0));
	w[2] = of(2, 0, 2 | 128);
	w[2].reserved = 1;
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, NULL, 0));
	w[2] = of(2, 0, 2 | 128);
	w[2].uaddr += 2;
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, NULL, 0));
	w[2].uaddr = 16;
	E(syscall(NR_FUTEX_WAITV, w, 3, 0, NULL, 0));
	w[2] = of(2, 0, 2 | 128);
	V(pthread_create(&t, NULL, waker, NULL));
	V(syscall(NR_FUTEX_WAITV, w, 3, 0, NULL, 0));
	pthread_join(t, NULL);
}
