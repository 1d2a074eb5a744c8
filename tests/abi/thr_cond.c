/* Condition variables: a queue between producers and consumers; timed waits. */
#include "abi.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static int queue[8], head, filled;
static long total;

static void *producer(void *arg)
{
	for (int i = 1; i <= 1000; i++) {
		pthread_mutex_lock(&mutex);
		while (filled == 8)
			pthread_cond_wait(&not_full, &mutex);
		queue[(head + filled++) % 8] = i;
		pthread_cond_signal(&not_empty);
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void *consumer(void *arg)
{
	for (int i = 1; i <= 1000; i++) {
		pthread_mutex_lock(&mutex);
		while (filled == 0)
			pthread_cond_wait(&not_empty, &mutex);
		total += queue[head];
		head = (head + 1) % 8;
		filled--;
		pthread_cond_broadcast(&not_full);
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

TOPIC(thr_cond)
{
	pthread_t threads[4];
	struct timespec soon;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, i % 2 ? consumer : producer, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	V(total);
	V(filled);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 20000000;
	if (soon.tv_nsec >= 1000000000)
		soon.tv_sec++, soon.tv_nsec -= 1000000000;
	pthread_mutex_lock(&mutex);
	E(pthread_cond_timedwait(&not_empty, &mutex, &soon));
	pthread_mutex_unlock(&mutex);
}
