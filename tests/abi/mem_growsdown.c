/* MAP_GROWSDOWN: an access below the mapping extends it. */
#include "abi.h"

TOPIC(mem_growsdown)
{
	char *hole = mmap(NULL, 600 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *top;

	R(munmap(hole, 600 * PAGE));
	top = mmap(hole + 590 * PAGE, PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
	V((top - hole) / PAGE);
	top[0] = 1;
	FAULT(top, top[-1] = 2);
	FAULT(top, top[-3 * PAGE] = 3);
	V(top[-1]);
	V(top[-2 * PAGE]);
	FAULT(top, *(volatile char *)(top + PAGE));
	R(mmap(hole, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == hole);
	FAULT(top, top[-500 * PAGE] = 1);
}
