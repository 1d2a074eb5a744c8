/* Two threads hand a word to and fro with the futex system call itself. */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench.h"

enum { ROUNDS = 20000 };

static uint32_t word;

static void pass(uint32_t from)
{
	uint32_t now;

	while ((now = __atomic_load_n(&word, __ATOMIC_ACQUIRE)) != from)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
	__atomic_store_n(&word, from + 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void *other(void *unused)
{
	(void)unused;
	for (uint32_t i = 0; i < ROUNDS; i++)
		pass(2 * i + 1);
	return NULL;
}

int main(void)
{
	pthread_t thread;
	double began = bench_now();

	if (pthread_create(&thread, NULL, other, NULL))
		return 1;
	for (uint32_t i = 0; i < ROUNDS; i++)
		pass(2 * i);
	pthread_join(thread, NULL);
	return bench_done(word, began);
}
