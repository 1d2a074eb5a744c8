/* Leaving a handler with siglongjmp: the mask is restored, again and again. needs: 64 bits */
#include "abi.h"

static sigjmp_buf env;
static jmp_buf plain;
static volatile int rounds;

static void handler(int signo)
{
	siglongjmp(env, signo);
}

static void plain_handler(int signo)
{
	longjmp(plain, signo);
}

TOPIC(sig_jump)
{
	sigset_t now;
	int got;

	signal(SIGUSR1, handler);
	got = sigsetjmp(env, 1);
	if (rounds++ < 5)
		raise(SIGUSR1);
	V(rounds);
	V(got == SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	V(sigismember(&now, SIGUSR1));
	signal(SIGUSR2, plain_handler);
	if (setjmp(plain) == 0)
		raise(SIGUSR2);
	sigprocmask(SIG_BLOCK, NULL, &now);
	V(sigismember(&now, SIGUSR2));
	for (rounds = 0; rounds < 20; rounds++)
		FAULT(0, *(volatile int *)(8L + rounds) = 1);
}
