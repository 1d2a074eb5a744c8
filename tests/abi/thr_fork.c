/* fork in a threaded process: the child has one thread, and atfork handlers run. */
#include "abi.h"

static void before(void) { puts("before"); }
static void in_parent(void) { puts("in the parent"); }
static void in_child(void) { puts("in the child"); }

static void *sleeper(void *arg)
{
	sleep_ms(10000);
	return arg;
}

static void *forks(void *arg)
{
	pid_t pid = fork();

	if (pid == 0) {
		V(syscall(SYS_gettid) == getpid());
		_exit(8);
	}
	reap(pid);
	return arg;
}

TOPIC(thr_fork)
{
	pthread_t thread;

	pthread_create(&thread, NULL, sleeper, NULL);
	pthread_create(&thread, NULL, forks, NULL);
	pthread_join(thread, NULL);
	pthread_atfork(before, NULL, in_child);
	CHILD(puts("body"));
	(void)in_parent;
}
