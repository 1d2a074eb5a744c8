/* Thread stacks: attributes, guard page, lazily filled. */
#include "abi.h"

static void *deep(void *arg)
{
	volatile char big[1 << 20];

	big[0] = 1;
	big[sizeof(big) - 1] = 2;
	return (char *)arg + big[0] + big[sizeof(big) - 1];
}

static int endless(int n)
{
	volatile char frame[4000];

	frame[n & 1023] = n;
	return endless(n + 1) + frame[0];
}

static void *overflow(void *arg)
{
	return (void *)(long)(endless(0) + (long)arg);
}

TOPIC(thr_stack)
{
	pthread_attr_t attr;
	pthread_t thread;
	size_t size;
	void *result;

	pthread_attr_init(&attr);
	E(pthread_attr_setstacksize(&attr, 2 << 20));
	E(pthread_attr_getstacksize(&attr, &size));
	V(size);
	E(pthread_create(&thread, &attr, deep, (void *)10));
	E(pthread_join(thread, &result));
	V(result);
	CHILD(pthread_create(&thread, &attr, overflow, NULL); pthread_join(thread, NULL));
}
