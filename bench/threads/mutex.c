/* Two threads take turns under a mutex and a condition variable, then fight for
 * the mutex alone. */
#include <pthread.h>
#include "bench.h"

enum { TURNS = 10000, FIGHTS = 100000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER;
static uint64_t turn, count, fights;

static void *work(void *me)
{
	uint64_t mine = (uintptr_t)me;

	for (int i = 0; i < TURNS; i++) {
		pthread_mutex_lock(&lock);
		while (turn % 2 != mine)
			pthread_cond_wait(&passed, &lock);
		count = count * 31 + mine;
		turn++;
		pthread_cond_signal(&passed);
		pthread_mutex_unlock(&lock);
	}
	for (int i = 0; i < FIGHTS; i++) {
		pthread_mutex_lock(&lock);
		fights++;
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

int main(void)
{
	pthread_t thread;
	double began = bench_now();

	if (pthread_create(&thread, NULL, work, (void *)1))
		return 1;
	work((void *)0);
	pthread_join(thread, NULL);
	return bench_done(count + turn + fights, began);
}
