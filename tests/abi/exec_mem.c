/* exec gives new memory: no mapping, no break, no shared page of the old image remains. */
#include "abi.h"

static int touched;

TOPIC(exec_mem)
{
	if (argc > 1) {
		volatile char *old = (char *)strtoul(argv[1], NULL, 16);

		V(touched);
		FAULT(old, *old);
		return;
	}
	touched = 5;
	char text[32], *page = mmap((void *)0x123450000, PAGE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	page[0] = 1;
	snprintf(text, sizeof(text), "%lx", (unsigned long)page);
	exec_topic("exec_mem", text);
}
