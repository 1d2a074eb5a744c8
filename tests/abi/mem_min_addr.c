/* The lowest mapping: vm.mmap_min_addr for ordinary users, none for root; MMAP_PAGE_ZERO (D9). needs: privileges */
#include "abi.h"

static long map_at(uintptr_t place)
{
	void *p = mmap((void *)place, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return p == MAP_FAILED ? -1 : 0;
}

TOPIC(mem_min_addr)
{
	if (argc > 1) {
		volatile char *zero = NULL;

		__asm__("" : "+r"(zero));
		FAULT(0, V(*zero));
		return;
	}
	long lowest = 0;
	FILE *f = fopen("/proc/sys/vm/mmap_min_addr", "r");

	V(fscanf(f, "%ld", &lowest));
	V(lowest > 0 && lowest % PAGE == 0);
	CHILD({
		if (getuid() == 0)
			R(setresuid(12345, 12345, 12345));
		R(map_at(0));
		R(map_at(lowest - PAGE));
		R(mmap((void *)PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) >= (void *)lowest);
	});
	CHILD(exec_topic("mem_min_addr", "child"));
	if (getuid() == 0) {
		CHILD(R(map_at(0)); R(map_at(lowest - PAGE)));
		CHILD(R(personality(MMAP_PAGE_ZERO) >= 0); exec_topic("mem_min_addr", "child"));
	}
}
