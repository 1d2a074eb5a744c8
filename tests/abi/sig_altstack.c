/* sigaltstack: used with SA_ONSTACK, visible in the handler, its errnos. */
#include "abi.h"

static char stack[65536];
static int on;

static void handler(int signo)
{
	char here;
	stack_t now;

	(void)signo;
	on = &here >= stack && &here < stack + sizeof(stack);
	sigaltstack(NULL, &now);
	printf("on the stack %d, flags %d\n", on, now.ss_flags);
	now.ss_flags = 0;
	R(sigaltstack(&now, NULL));
}

TOPIC(sig_altstack)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	stack_t new = { .ss_sp = stack, .ss_size = sizeof(stack) }, old;

	R(sigaltstack(NULL, &old));
	V(old.ss_flags);
	V(old.ss_size);
	R(sigaltstack(&new, &old));
	R(sigaltstack(NULL, &old));
	V(old.ss_flags);
	V(old.ss_sp == stack);
	V(old.ss_size);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = 0;
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR1);
	raise(SIGUSR2);
	CHILD(R(sigaltstack(NULL, &old)); V(old.ss_flags); raise(SIGUSR1));
	new.ss_size = 100;
	R(sigaltstack(&new, NULL));
	new.ss_flags = 0x77;
	R(sigaltstack(&new, NULL));
	new.ss_flags = SS_DISABLE;
	R(sigaltstack(&new, NULL));
	R(sigaltstack(NULL, &old));
	V(old.ss_flags);
	raise(SIGUSR1);
	R(syscall(SYS_sigaltstack, BAD, NULL));
}
