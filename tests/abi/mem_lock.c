/* mlock, munlock, mlockall: errnos and counting faults are not disturbed. */
#include "abi.h"

TOPIC(mem_lock)
{
	char *area = anon(3, PROT_READ | PROT_WRITE);

	area[0] = 1;
	R(mlock(area, PAGE));
	R(mlock(area + 100, PAGE));
	R(munlock(area, 2 * PAGE));
	R(mlock(area, 4 * PAGE));
	R(munlock(area + 3 * PAGE, PAGE));
	R(mlockall(0));
	R(mlockall(0x1000));
	R(munlockall());
	V(area[0]);
}
