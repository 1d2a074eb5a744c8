/* mremap of length 0 of a shared mapping makes a second one; DONTUNMAP leaves the old place. */
#include "abi.h"

TOPIC(mem_mremap_shared)
{
	char *area = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), *p;

	area[0] = 'x';
	p = mremap(area, 0, PAGE, MREMAP_MAYMOVE);
	V(p != area && p != MAP_FAILED);
	V(p[0]);
	p[1] = 'y';
	V(area[1]);
	area = anon(1, PROT_READ | PROT_WRITE);
	area[0] = 'z';
	R(mremap(area, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
	p = mremap(area, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	V(p != area && p != MAP_FAILED);
	V(p[0]);
	V(area[0]);
}
