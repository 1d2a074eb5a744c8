/* Accesses that cross a page: the address is that of the page that is missing. */
#include "abi.h"

TOPIC(mem_fault_cross)
{
	char *area = anon(1, PROT_READ | PROT_WRITE);
	volatile uint64_t *last = (volatile uint64_t *)(area + PAGE - 8);

	*last = 0x1122334455667788;
	V(*last == 0x1122334455667788);
	FAULT(area, memset(area + PAGE - 3, 'x', 3));
	V(area[PAGE - 1]);
	FAULT(area, *(volatile char *)(area + PAGE));
	V(write(open("/dev/null", O_WRONLY), area, PAGE));
	R(read(open("/dev/zero", O_RDONLY), area + PAGE - 10, 10));
	R(read(open("/dev/zero", O_RDONLY), area + PAGE, 10));
}
