/* MAP_FIXED replaces, MAP_FIXED_NOREPLACE refuses, hints are taken when free. */
#include "abi.h"

TOPIC(mem_mmap_fixed)
{
	char *area = anon(8, PROT_READ | PROT_WRITE), *p;

	memset(area, 'a', 8 * PAGE);
	p = mmap(area + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	V((p - area) / PAGE);
	V(area[2 * PAGE - 1]);
	V(area[2 * PAGE]);
	V(area[4 * PAGE - 1]);
	V(area[4 * PAGE]);
	p = mmap(area + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	R(p == MAP_FAILED ? -1 : 0);
	R(munmap(area + 5 * PAGE, PAGE));
	p = mmap(area + 5 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	V((p - area) / PAGE);
	R(munmap(area + 5 * PAGE, PAGE));
	p = mmap(area + 5 * PAGE + 100, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	V((p - area) / PAGE);
	p = mmap(area, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	V(p != area);
}
