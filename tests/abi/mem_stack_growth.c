/* The stack grows on demand, deep recursion included, up to RLIMIT_STACK. */
#include "abi.h"

static int deep(int levels)
{
	volatile char frame[1000];

	frame[0] = levels;
	frame[999] = 1;
	return levels == 0 ? 0 : deep(levels - 1) + frame[999];
}

static char alternate[65536];

static int endless(int n)
{
	volatile char frame[4000];

	frame[n & 1023] = n;
	return endless(n + 1) + frame[0];
}

TOPIC(mem_stack_growth)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct rlimit limit;

	V(deep(10));
	V(deep(6000));
	R(getrlimit(RLIMIT_STACK, &limit));
	limit.rlim_cur = 8 << 20;
	R(setrlimit(RLIMIT_STACK, &limit));
	CHILD(endless(0));
	limit.rlim_cur = 1 << 20;
	R(setrlimit(RLIMIT_STACK, &limit));
	CHILD(V(deep(500)); V(deep(2000)));
	R(sigaltstack(&stack, NULL));
	CHILD({
		fault_arm();
		if (sigsetjmp(fault_jump, 1) == 0)
			V(endless(0));
		else
			puts("overflow caught on the alternate stack");
	});
	CHILD(endless(0));
}
