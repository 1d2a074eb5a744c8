/* madvise: MADV_DONTNEED drops pages, the rest is accepted, errnos. */
#include "abi.h"

TOPIC(mem_madvise)
{
	char *area = anon(3, PROT_READ | PROT_WRITE), *map;

	memset(area, 'x', 3 * PAGE);
	R(madvise(area + PAGE, PAGE, MADV_DONTNEED));
	V(area[0]);
	V(area[PAGE]);
	V(area[2 * PAGE]);
	put_file("f", "0123456789");
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, open("f", O_RDONLY), 0);
	map[0] = 'X';
	R(madvise(map, PAGE, MADV_DONTNEED));
	V(map[0]);
	R(madvise(area, PAGE, MADV_NORMAL));
	R(madvise(area, PAGE, MADV_SEQUENTIAL));
	R(madvise(area, PAGE, MADV_WILLNEED) == 0 || errno == EBADF);
	R(madvise(area, PAGE, MADV_FREE));
	R(madvise(map, PAGE, MADV_FREE));
	R(madvise(area + 1, PAGE, MADV_DONTNEED));
	R(madvise(area, 4 * PAGE, MADV_DONTNEED));
	R(madvise(area, 0, MADV_DONTNEED));
	R(madvise(area, PAGE, 12345));
	R(madvise(area - PAGE, PAGE, MADV_DONTNEED));
	R(madvise(area, 3 * PAGE, MADV_POPULATE_WRITE));
	R(mprotect(area, PAGE, PROT_READ));
	R(madvise(area, PAGE, MADV_POPULATE_WRITE));
	R(madvise(area, PAGE, MADV_POPULATE_READ));
}
