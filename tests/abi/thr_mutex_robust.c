/* A robust mutex whose owner died: EOWNERDEAD, made consistent; between processes, too. */
#include "abi.h"

static void *die(void *arg)
{
	pthread_mutex_lock(arg);
	return NULL;
}

TOPIC(thr_mutex_robust)
{
	pthread_mutex_t *mutex = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;
	pthread_t thread;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	E(pthread_mutex_init(mutex, &attr));
	pthread_create(&thread, NULL, die, mutex);
	pthread_join(thread, NULL);
	E(pthread_mutex_lock(mutex));
	E(pthread_mutex_consistent(mutex));
	E(pthread_mutex_unlock(mutex));
	CHILD(pthread_mutex_lock(mutex); kill(getpid(), SIGKILL));
	E(pthread_mutex_lock(mutex));
	E(pthread_mutex_unlock(mutex));
	E(pthread_mutex_lock(mutex));
}
