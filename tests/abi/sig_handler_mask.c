/* In a handler: its own signal and sa_mask are blocked, SA_NODEFER lets it nest; restored after. needs: 64 bits */
#include "abi.h"

static int depth, raised;

static void show_mask(void)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	printf("depth %d: USR1 %d USR2 %d TERM %d\n", depth, sigismember(&now, SIGUSR1),
	       sigismember(&now, SIGUSR2), sigismember(&now, SIGTERM));
}

static void handler(int signo)
{
	depth++;
	printf("in %s\n", signal_name(signo));
	show_mask();
	if (raised++ < 2)
		raise(signo);
	printf("out %s\n", signal_name(signo));
	depth--;
}

TOPIC(sig_handler_mask)
{
	struct sigaction action = { .sa_handler = handler };

	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &action, NULL);
	show_mask();
	depth = 1;
	raise(SIGUSR1);
	show_mask();
	action.sa_flags = SA_NODEFER;
	sigaction(SIGTERM, &action, NULL);
	depth = raised = 0;
	raise(SIGTERM);
	show_mask();
}
