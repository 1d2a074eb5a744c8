/* Cancellation: at a blocking call, with clean-up handlers. */
#include "abi.h"

static void clean(void *arg)
{
	printf("clean %ld\n", (long)arg);
}

static void *body(void *arg)
{
	char byte;

	pthread_cleanup_push(clean, (void *)1);
	pthread_cleanup_push(clean, (void *)2);
	read(*(int *)arg, &byte, 1);
	puts("not reached");
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

TOPIC(thr_cancel)
{
	pthread_t thread;
	void *result;
	int ends[2];

	pipe(ends);
	pthread_create(&thread, NULL, body, &ends[0]);
	sleep_ms(20);
	pthread_cancel(thread);
	E(pthread_join(thread, &result));
	V(result == PTHREAD_CANCELED);
}
