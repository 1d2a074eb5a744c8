/* Threads: start, results, join, detach, ids. */
#include "abi.h"

static pthread_t main_thread;
static pid_t main_tid;

static void *body(void *arg)
{
	V(getpid() == main_tid);
	V(syscall(SYS_gettid) != main_tid);
	V(pthread_equal(pthread_self(), main_thread));
	return (char *)arg + 1;
}

static void *quick(void *arg)
{
	pthread_exit((void *)((long)arg * 2));
}

/* For the detached one, which may outlive main(): a static program's unwinder does not work any more after exit(). */
static void *returns(void *arg)
{
	return arg;
}

TOPIC(thr_create)
{
	pthread_t threads[50];
	void *result;
	long sum = 0;

	main_thread = pthread_self();
	main_tid = getpid();
	pthread_create(&threads[0], NULL, body, (void *)41);
	E(pthread_join(threads[0], &result));
	V(result);
	for (long i = 0; i < 50; i++)
		pthread_create(&threads[i], NULL, quick, (void *)i);
	for (int i = 0; i < 50; i++) {
		pthread_join(threads[i], &result);
		sum += (long)result;
	}
	V(sum);
	E(pthread_create(&threads[0], NULL, returns, NULL));
	E(pthread_detach(threads[0]));
}
