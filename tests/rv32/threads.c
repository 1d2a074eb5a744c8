/* Threads: mutexes, conditions, thread-local storage, join results. */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static __thread int own = 10;
static int counter, turn;

static void *body(void *arg)
{
	long me = (long)arg;

	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		own++;
		pthread_mutex_unlock(&mutex);
	}
	pthread_mutex_lock(&mutex);
	while (turn != me)
		pthread_cond_wait(&cond, &mutex);
	printf("thread %ld, own %d\n", me, own);
	turn++;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	return (void *)(me * me);
}

int main(void)
{
	pthread_t threads[6];
	void *result;
	long sum = 0;

	for (long i = 0; i < 6; i++)
		pthread_create(&threads[i], NULL, body, (void *)i);
	for (int i = 0; i < 6; i++) {
		pthread_join(threads[i], &result);
		sum += (long)result;
	}
	printf("%ld %d %d\n", sum, counter, own);
	return 0;
}
