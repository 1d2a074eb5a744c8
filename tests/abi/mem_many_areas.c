/* Many small mappings with different protections, then every page checked. */
#include "abi.h"

TOPIC(mem_many_areas)
{
	char *area = anon(512, PROT_READ | PROT_WRITE);
	int bad = 0;

	for (int i = 0; i < 512; i++)
		area[i * PAGE] = i;
	for (int i = 0; i < 512; i += 2)
		if (mprotect(area + i * PAGE, PAGE, PROT_READ))
			bad++;
	for (int i = 0; i < 512; i++)
		bad += area[i * PAGE] != (char)i;
	for (int i = 0; i < 512; i += 4)
		munmap(area + i * PAGE, PAGE);
	for (int i = 1; i < 512; i += 2)
		area[i * PAGE]++;
	for (int i = 2; i < 512; i += 4)
		bad += area[i * PAGE] != (char)i;
	V(bad);
	FAULT(area, area[2 * PAGE] = 1);
	FAULT(area, area[4 * PAGE] = 1);
	R(mprotect(area, 512 * PAGE, PROT_READ | PROT_WRITE));
	area[PAGE] = 77;
	V(area[PAGE]);
	R(munmap(area, 512 * PAGE));
}
