/* SIGSEGV: MAPERR for nothing there, ACCERR for the wrong protection, the exact address. */
#include "abi.h"

static char writable[4 * 4096] __attribute__((aligned(4096)));
static const char constant[16] = "read-only";

TOPIC(mem_fault_codes)
{
	char *area = anon(2, PROT_READ);

	FAULT(0, *(volatile char *)NULL);
	FAULT(0, *(volatile int *)12);
	FAULT(0, *(volatile char *)4095 = 1);
	FAULT(area, area[100] = 1);
	FAULT(area, *(volatile char *)(area - 1));
	FAULT(area, *(volatile char *)(area + 2 * PAGE));
	FAULT(area, *(volatile long *)(area + 2 * PAGE + 8) = 1);
	FAULT(constant, *(volatile char *)constant = 'x');
	R(mprotect(writable + PAGE, PAGE, PROT_NONE));
	FAULT(writable, *(volatile char *)(writable + PAGE + 17));
	FAULT(writable, *(volatile char *)(writable + 2 * PAGE));
	R(mprotect(writable + PAGE, PAGE, PROT_READ | PROT_WRITE));
	FAULT(area, ((void (*)(void))area)());
	FAULT(0, ((void (*)(void))16)());
}
