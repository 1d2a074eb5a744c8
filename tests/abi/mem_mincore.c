/* mincore: touched pages are in, untouched ones are not; errnos. */
#include "abi.h"

TOPIC(mem_mincore)
{
	char *area = anon(4, PROT_READ | PROT_WRITE);
	unsigned char in[8] = { 0 };

	area[0] = area[2 * PAGE] = 1;
	R(mincore(area, 4 * PAGE, in));
	printf("%d %d %d %d\n", in[0] & 1, in[1] & 1, in[2] & 1, in[3] & 1);
	R(mincore(area + 1, PAGE, in));
	R(mincore(area, 5 * PAGE, in));
	R(mincore(area, 0, in));
	R(mincore(area, PAGE, BAD));
	R(madvise(area, PAGE, MADV_DONTNEED));
	R(mincore(area, PAGE, in));
	V(in[0] & 1);
}
