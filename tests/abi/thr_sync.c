/* Barriers, read-write locks, semaphores, spin locks, once. */
#include "abi.h"

#include <semaphore.h>

static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;
static int phases[3], serial, once_count, spun, guarded;

static void only_once(void)
{
	once_count++;
}

static void *body(void *arg)
{
	for (int phase = 0; phase < 3; phase++) {
		__atomic_add_fetch(&phases[phase], 1, __ATOMIC_SEQ_CST);
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
		if (phases[phase] != 4)
			puts("barrier leaks");
	}
	pthread_once(&once, only_once);
	for (int i = 0; i < 500; i++) {
		pthread_spin_lock(&spin);
		spun++;
		pthread_spin_unlock(&spin);
		if (i % 10 == 0) {
			pthread_rwlock_wrlock(&rwlock);
			guarded++;
		} else {
			pthread_rwlock_rdlock(&rwlock);
		}
		pthread_rwlock_unlock(&rwlock);
	}
	sem_post(&sem);
	return arg;
}

TOPIC(thr_sync)
{
	struct timespec past = { 1, 0 };
	pthread_t threads[4];

	pthread_barrier_init(&barrier, NULL, 4);
	pthread_spin_init(&spin, 0);
	R(sem_init(&sem, 0, 0));
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, body, NULL);
	for (int i = 0; i < 4; i++)
		R(sem_wait(&sem));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	V(serial);
	V(once_count);
	V(spun);
	V(guarded);
	R(sem_trywait(&sem));
	R(sem_timedwait(&sem, &past));
	E(pthread_rwlock_wrlock(&rwlock));
	E(pthread_rwlock_tryrdlock(&rwlock));
}
