/* Minor faults are counted at the first touch, and only then; how many pages one brings is free. */
#include "abi.h"

static long minor(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

TOPIC(mem_faults_counted)
{
	char *area = anon(200, PROT_READ | PROT_WRITE);
	long before, after;

	madvise(area, 200 * PAGE, MADV_NOHUGEPAGE);
	minor();
	before = minor();
	after = minor();
	V(after - before < 5);
	before = minor();
	for (int i = 0; i < 200; i++)
		area[i * PAGE] = 1;
	after = minor();
	V(after - before >= 200 / 16 && after - before < 230);
	before = minor();
	for (int i = 0; i < 200; i++)
		area[i * PAGE] = 2;
	after = minor();
	V(after - before < 10);
	madvise(area, 200 * PAGE, MADV_DONTNEED);
	before = minor();
	for (int i = 0; i < 200; i++)
		area[i * PAGE] = 3;
	V(minor() - before >= 200 / 16);
}
