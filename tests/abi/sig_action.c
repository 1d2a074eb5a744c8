/* sigaction: what is stored is what is read back; which signals it refuses. needs: 64 bits */
#include "abi.h"

static void handler(int signo)
{
	(void)signo;
}

TOPIC(sig_action)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART | SA_NODEFER | SA_ONSTACK }, old;

	sigaddset(&action.sa_mask, SIGUSR2);
	sigaddset(&action.sa_mask, SIGKILL);
	R(sigaction(SIGUSR1, &action, &old));
	V(old.sa_handler == SIG_DFL);
	R(sigaction(SIGUSR1, NULL, &old));
	V(old.sa_handler == handler);
	X(old.sa_flags & (SA_RESTART | SA_NODEFER | SA_ONSTACK | SA_SIGINFO));
	V(sigismember(&old.sa_mask, SIGUSR2));
	V(sigismember(&old.sa_mask, SIGKILL));
	V(sigismember(&old.sa_mask, SIGUSR1));
	R(sigaction(SIGKILL, &action, NULL));
	R(sigaction(SIGSTOP, &action, NULL));
	R(sigaction(SIGKILL, NULL, &old));
	R(sigaction(0, NULL, &old));
	R(sigaction(65, NULL, &old));
	R(sigaction(-1, NULL, &old));
	R(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
	R(syscall(SYS_rt_sigaction, SIGUSR1, BAD, NULL, 8));
}
