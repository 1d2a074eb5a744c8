/* ucontext in a handler: uc_sigmask is the interrupted mask; what is written there is taken. */
#include "abi.h"

static void handler(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo, (void)info;
	V(sigismember(&uc->uc_sigmask, SIGUSR1));
	V(sigismember(&uc->uc_sigmask, SIGUSR2));
	V(uc->uc_link == NULL);
	sigaddset(&uc->uc_sigmask, SIGTERM);
}

TOPIC(sig_context)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &set);
	V(sigismember(&set, SIGTERM));
	V(sigismember(&set, SIGUSR1));
	V(sigismember(&set, SIGUSR2));
}
