/* exit of a process ends all threads; the leader may end first; a fatal signal takes all. */
#include "abi.h"

static void *sleeper(void *arg)
{
	sleep_ms(10000);
	return arg;
}

static void *exits(void *arg)
{
	exit((long)arg);
}

static void *later(void *arg)
{
	sleep_ms(30);
	puts("the last thread");
	return arg;
}

static void *crashes(void *arg)
{
	*(volatile int *)8 = 1;
	return arg;
}

TOPIC(thr_exit)
{
	pthread_t thread;

	CHILD(pthread_create(&thread, NULL, sleeper, NULL); exit(3));
	CHILD(pthread_create(&thread, NULL, exits, (void *)4); sleeper(NULL));
	CHILD(pthread_create(&thread, NULL, later, NULL); pthread_exit(NULL));
	CHILD(pthread_create(&thread, NULL, crashes, NULL); sleeper(NULL));
	CHILD(pthread_create(&thread, NULL, sleeper, NULL); kill(getpid(), SIGTERM); sleeper(NULL));
}
