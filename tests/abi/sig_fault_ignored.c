/* A fault cannot be ignored or blocked; a sent SIGSEGV can. */
#include "abi.h"

TOPIC(sig_fault_ignored)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	CHILD(signal(SIGSEGV, SIG_IGN); kill(getpid(), SIGSEGV); puts("ignored"); *(volatile int *)8 = 1; puts("not reached"));
	CHILD(sigprocmask(SIG_BLOCK, &set, NULL); kill(getpid(), SIGSEGV); puts("pending"); *(volatile int *)8 = 1; puts("not reached"));
	CHILD(fault_arm(); sigprocmask(SIG_BLOCK, &set, NULL); if (!sigsetjmp(fault_jump, 1)) *(volatile int *)8 = 1; puts("not reached"));
}
