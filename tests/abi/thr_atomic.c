/* Atomic operations of every width under contention add up. needs: 64 bits */
#include "abi.h"

static long a64;
static int a32;
static short a16;
static signed char a8;
static long exchanged;

static void *body(void *arg)
{
	for (int i = 0; i < 3000; i++) {
		long seen = __atomic_load_n(&exchanged, __ATOMIC_RELAXED);

		__atomic_add_fetch(&a64, 3, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&a32, 1, __ATOMIC_ACQ_REL);
		__atomic_add_fetch(&a16, 1, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&a8, 1, __ATOMIC_SEQ_CST);
		while (!__atomic_compare_exchange_n(&exchanged, &seen, seen + 5, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			;
	}
	return arg;
}

TOPIC(thr_atomic)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, body, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	V(a64);
	V(a32);
	V(a16);
	V(a8);
	V(exchanged);
	V(__atomic_fetch_or(&a64, 0xff, __ATOMIC_SEQ_CST));
	V(__atomic_fetch_and(&a64, 0xf0, __ATOMIC_SEQ_CST));
	V(__atomic_exchange_n(&a32, 5, __ATOMIC_SEQ_CST));
	V(__atomic_fetch_xor(&a32, 3, __ATOMIC_SEQ_CST));
	V(a32);
}
