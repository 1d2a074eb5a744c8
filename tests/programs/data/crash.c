/* For debuggers: a second thread that waits, and a recursion that ends in a store to address 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int global = 4711;

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

void deep(int n)
{
	int *nowhere = NULL;
	volatile int local = n * 3;

	if (n)
		deep(n - 1);
	else
		*nowhere = local;
	global++;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, sleeper, NULL);
	deep(3);
	return 0;
}
