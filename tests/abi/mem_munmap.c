/* munmap: splits areas, takes ranges with holes, refuses what is not aligned. */
#include "abi.h"

TOPIC(mem_munmap)
{
	char *area = anon(10, PROT_READ | PROT_WRITE);

	memset(area, 1, 10 * PAGE);
	R(munmap(area + 1, PAGE));
	R(munmap(area, 0));
	R(munmap(area + 3 * PAGE, 2 * PAGE));
	FAULT(area, *(volatile char *)(area + 3 * PAGE));
	FAULT(area, *(volatile char *)(area + 5 * PAGE - 1));
	V(area[3 * PAGE - 1]);
	V(area[5 * PAGE]);
	R(munmap(area + 2 * PAGE, 6 * PAGE - 7));
	FAULT(area, *(volatile char *)(area + 8 * PAGE - 1));
	V(area[8 * PAGE]);
	V(area[2 * PAGE - 1]);
	R(munmap(area + 3 * PAGE, PAGE));
	R(munmap((void *)-PAGE, PAGE));
	R(munmap(area, 10 * PAGE));
	FAULT(area, *(volatile char *)area);
	FAULT(area, area[9 * PAGE] = 1);
}
