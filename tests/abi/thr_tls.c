/* Thread-local storage: own copies, initial values, destructors; errno is per thread. */
#include "abi.h"

static __thread int initialised = 7;
static __thread char zeroed[5000];
static pthread_key_t key;

static void destructor(void *value)
{
	printf("destructor of %ld\n", (long)value);
}

static void *body(void *arg)
{
	V(initialised);
	V(zeroed[4999]);
	initialised = 8;
	zeroed[4999] = 1;
	V(pthread_getspecific(key));
	pthread_setspecific(key, arg);
	errno = 0;
	close(-1);
	V(errno == EBADF);
	return NULL;
}

TOPIC(thr_tls)
{
	pthread_t thread;

	pthread_key_create(&key, destructor);
	initialised = 9;
	zeroed[4999] = 2;
	pthread_setspecific(key, (void *)1);
	errno = ENOENT;
	for (long i = 2; i < 4; i++) {
		pthread_create(&thread, NULL, body, (void *)i);
		pthread_join(thread, NULL);
	}
	V(initialised);
	V(zeroed[4999]);
	V(pthread_getspecific(key));
	CHILD(V(initialised); initialised = 33);
	V(initialised);
}
