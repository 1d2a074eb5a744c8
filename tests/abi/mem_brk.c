/* brk and sbrk: growing gives zeros, shrinking takes pages away, limits. needs: 64 bits */
#include "abi.h"

TOPIC(mem_brk)
{
	char *start = sbrk(0), *top;
	struct rlimit limit = { 1 << 20, RLIM_INFINITY };

	start = (char *)(((uintptr_t)start + PAGE - 1) & -PAGE);
	R(brk(start));
	R(brk(start + 3 * PAGE));
	V(start[0] + start[3 * PAGE - 1]);
	memset(start, 'x', 3 * PAGE);
	R(brk(start + PAGE));
	FAULT(start, *(volatile char *)(start + PAGE));
	R(brk(start + 2 * PAGE));
	V(start[PAGE]);
	V(start[PAGE - 1]);
	V((char *)sbrk(0) - start);
	R(brk(start + 2 * PAGE + 5));
	start[2 * PAGE + 100] = 1;
	V((char *)sbrk(0) - start);
	top = (char *)syscall(SYS_brk, 0);
	V(top - start);
	V((char *)syscall(SYS_brk, 1) - start);
	V((char *)syscall(SYS_brk, -1L) - start);
	R(brk((void *)((uintptr_t)1 << 46)));
	R(setrlimit(RLIMIT_DATA, &limit));
	R(brk(start + (2 << 20)));
	V((char *)sbrk(0) - start);
	R(mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
	R(mmap(NULL, 2 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
}
