/* Signals a process sends to itself, each caught by a handler that returns. */
#include <signal.h>
#include <unistd.h>
#include "bench.h"

enum { ROUNDS = 50000 };

static volatile uint64_t caught;

static void handler(int number)
{
	caught += number;
}

int main(void)
{
	struct sigaction action = { .sa_handler = handler };
	double began = bench_now();

	if (sigaction(SIGUSR1, &action, NULL))
		return 1;
	caught = 0;
	for (int i = 0; i < ROUNDS; i++)
		if (kill(getpid(), SIGUSR1))
			return 1;
	/* The number of SIGUSR1 is 10 on both architectures. */
	return bench_done(caught, began);
}
