/* Mutexes of all kinds under contention. */
#include "abi.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter;

static void *body(void *arg)
{
	for (int i = 0; i < 5000; i++) {
		pthread_mutex_lock(&mutex);
		long seen = counter;

		if (i % 500 == 0)
			sched_yield();
		counter = seen + 1;
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

TOPIC(thr_mutex)
{
	struct timespec past = { 1, 0 };
	pthread_mutexattr_t attr;
	pthread_mutex_t other;
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, body, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	V(counter);
	E(pthread_mutex_trylock(&mutex));
	E(pthread_mutex_trylock(&mutex));
	E(pthread_mutex_timedlock(&mutex, &past));
	E(pthread_mutex_unlock(&mutex));
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	E(pthread_mutex_init(&other, &attr));
	E(pthread_mutex_unlock(&other));
	E(pthread_mutex_lock(&other));
	E(pthread_mutex_lock(&other));
	E(pthread_mutex_unlock(&other));
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	E(pthread_mutex_init(&other, &attr));
	E(pthread_mutex_lock(&other));
	E(pthread_mutex_lock(&other));
	E(pthread_mutex_unlock(&other));
	E(pthread_mutex_unlock(&other));
	E(pthread_mutex_unlock(&other));
}
