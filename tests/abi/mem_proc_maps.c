/* /proc/self/maps and statm: the areas a program made are there. needs: 64 bits */
#include "abi.h"

static void find(const void *start, size_t len)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof(line), maps)) {
		unsigned long from, to, offset;
		char perms[8];

		if (sscanf(line, "%lx-%lx %7s %lx", &from, &to, perms, &offset) == 4 &&
		    from < (uintptr_t)start + len && to > (uintptr_t)start)
			printf("  %+ld pages, %lu pages, %s offset %#lx\n", ((long)from - (long)start) / PAGE,
			       (to - from) / PAGE, perms, offset);
	}
	fclose(maps);
}

TOPIC(mem_proc_maps)
{
	char *area = anon(6, PROT_READ | PROT_WRITE);
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	find(area, 6 * PAGE);
	R(mprotect(area + PAGE, PAGE, PROT_NONE));
	R(mprotect(area + 3 * PAGE, PAGE, PROT_READ | PROT_EXEC));
	R(ftruncate(fd, 4 * PAGE));
	R(mmap(area + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, PAGE) == area + 4 * PAGE);
	find(area, 6 * PAGE);
	R(mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE));
	find(area, 2 * PAGE);
}
