/* exec: handlers become default, ignored stays ignored, mask and pending survive. */
#include "abi.h"

static void handler(int signo)
{
	(void)signo;
}

TOPIC(sig_exec)
{
	struct sigaction action;
	stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
	sigset_t set;

	if (argc > 1) {
		sigaction(SIGUSR1, NULL, &action);
		V(action.sa_handler == SIG_DFL);
		sigaction(SIGUSR2, NULL, &action);
		V(action.sa_handler == SIG_IGN);
		sigprocmask(SIG_BLOCK, NULL, &set);
		V(sigismember(&set, SIGTERM));
		sigpending(&set);
		V(sigismember(&set, SIGTERM));
		sigaltstack(NULL, &stack);
		V(stack.ss_flags);
		V(alarm(0) > 0);
		return;
	}
	signal(SIGUSR1, handler);
	signal(SIGUSR2, SIG_IGN);
	sigaltstack(&stack, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	alarm(50);
	exec_topic("sig_exec", "after");
}
