/* mprotect: what each protection allows, splitting, errnos. */
#include "abi.h"

TOPIC(mem_protect)
{
	char *area = anon(4, PROT_READ | PROT_WRITE);

	area[0] = area[PAGE] = area[2 * PAGE] = area[3 * PAGE] = 'x';
	R(mprotect(area + PAGE, PAGE, PROT_READ));
	V(area[PAGE]);
	FAULT(area, area[PAGE] = 1);
	FAULT(area, area[2 * PAGE - 1] = 1);
	FAULT(area, area[PAGE - 1] = 1);
	FAULT(area, area[2 * PAGE] = 1);
	R(mprotect(area + 2 * PAGE, PAGE, PROT_NONE));
	FAULT(area, *(volatile char *)(area + 2 * PAGE + 5));
	FAULT(area, area[2 * PAGE + 5] = 1);
	R(mprotect(area, 4 * PAGE, PROT_READ | PROT_WRITE));
	V(area[2 * PAGE]);
	R(syscall(SYS_mprotect, area + 1, PAGE, PROT_READ));
	R(mprotect(area, 0, PROT_READ));
	R(mprotect(area, 5 * PAGE, PROT_READ));
	FAULT(area, area[0] = 1);
	R(mprotect(area - PAGE, PAGE, PROT_READ));
	R(mprotect(area, PAGE, 0x1000));
	R(mprotect(area, PAGE, PROT_GROWSDOWN | PROT_READ));
	R(mprotect(area, (size_t)-PAGE, PROT_READ));
}
