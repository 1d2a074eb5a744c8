/* MADV_DONTFORK and MADV_WIPEONFORK. */
#include "abi.h"

TOPIC(mem_dontfork)
{
	char *area = anon(4, PROT_READ | PROT_WRITE), *map;

	memset(area, 'x', 4 * PAGE);
	R(madvise(area + PAGE, PAGE, MADV_DONTFORK));
	R(madvise(area + 2 * PAGE, PAGE, MADV_WIPEONFORK));
	CHILD({
		V(area[0]);
		FAULT(area, *(volatile char *)(area + PAGE));
		V(area[2 * PAGE]);
		V(area[3 * PAGE]);
		CHILD(V(area[2 * PAGE]));
	});
	V(area[PAGE]);
	V(area[2 * PAGE]);
	R(madvise(area, 4 * PAGE, MADV_DOFORK));
	R(madvise(area, 4 * PAGE, MADV_KEEPONFORK));
	CHILD(V(area[PAGE]); V(area[2 * PAGE]));
	put_file("f", "text");
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, open("f", O_RDONLY), 0);
	R(madvise(map, PAGE, MADV_WIPEONFORK));
}
