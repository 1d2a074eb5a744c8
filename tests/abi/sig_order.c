/* Several pending at once: lowest number first for standard ones, real-time ones queue in order. needs: 64 bits */
#include "abi.h"

static int order[64], values[64];
static volatile sig_atomic_t count;

static void handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	order[count] = signo;
	values[count++] = info->si_value.sival_int;
}

TOPIC(sig_order)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	static const int send[] = { 40, SIGUSR2, 36, 40, SIGUSR1, 36, 40, SIGUSR1, SIGTERM };
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	sigfillset(&action.sa_mask);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int i = 0; i < COUNT(send); i++) {
		sigaction(send[i], &action, NULL);
		sigqueue(getpid(), send[i], (union sigval){ .sival_int = 100 + i });
	}
	sigprocmask(SIG_SETMASK, &none, NULL);
	V(count);
	for (int i = 0; i < count; i++)
		printf("%s value %d\n", signal_name(order[i]), values[i]);
}
