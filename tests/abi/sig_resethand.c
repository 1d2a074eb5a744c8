/* SA_RESETHAND: once, then the default. */
#include "abi.h"

static void handler(int signo)
{
	struct sigaction now;

	sigaction(signo, NULL, &now);
	V(now.sa_handler == SIG_DFL);
}

TOPIC(sig_resethand)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESETHAND };

	CHILD(sigaction(SIGUSR1, &action, NULL); raise(SIGUSR1); puts("once"); raise(SIGUSR1); puts("twice"));
}
