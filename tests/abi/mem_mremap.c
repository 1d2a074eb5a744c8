/* mremap: shrink, grow in place, move, fixed; contents travel; errnos. */
#include "abi.h"

TOPIC(mem_mremap)
{
	char *area = anon(8, PROT_READ | PROT_WRITE), *other = anon(8, PROT_READ | PROT_WRITE), *p;

	for (int i = 0; i < 8; i++)
		area[i * PAGE] = 'a' + i;
	p = mremap(area, 8 * PAGE, 4 * PAGE, 0);
	V(p == area);
	FAULT(area, *(volatile char *)(area + 4 * PAGE));
	p = mremap(area, 4 * PAGE, 6 * PAGE, 0);
	V(p == area);
	V(area[3 * PAGE]);
	V(area[5 * PAGE]);
	p = mmap(area + 6 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	p = mremap(area, 6 * PAGE, 7 * PAGE, 0);
	R(p == MAP_FAILED ? -1 : 0);
	p = mremap(area, 6 * PAGE, 7 * PAGE, MREMAP_MAYMOVE);
	V(p != area && p != MAP_FAILED);
	V(p[2 * PAGE]);
	FAULT(area, *(volatile char *)area);
	p = mremap(p, 7 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, other + PAGE);
	V((p - other) / PAGE);
	V(other[PAGE]);
	V(other[3 * PAGE]);
	V(other[4 * PAGE]);
	R(mremap(other + 1, PAGE, PAGE, 0) == MAP_FAILED ? -1 : 0);
	R(mremap(other, PAGE, 0, 0) == MAP_FAILED ? -1 : 0);
	R(mremap(area, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
	R(mremap(other, 9 * PAGE, 10 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
	R(mremap(other, PAGE, PAGE, MREMAP_FIXED, other + PAGE) == MAP_FAILED ? -1 : 0);
	R(mremap(other, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, other + PAGE) == MAP_FAILED ? -1 : 0);
	R(mremap(other, PAGE, PAGE, 0x80) == MAP_FAILED ? -1 : 0);
}
