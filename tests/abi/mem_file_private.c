/* Private file mappings: copy on write, zeros after the end, SIGBUS past it. */
#include "abi.h"

TOPIC(mem_file_private)
{
	char *map;
	int fd;

	put_file("f", "0123456789");
	fd = open("f", O_RDWR);
	map = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	show_bytes("start", map, 12);
	V(map[PAGE - 1]);
	FAULT(map, *(volatile char *)(map + PAGE));
	FAULT(map, map[2 * PAGE + 3] = 1);
	map[2] = 'X';
	map[100] = 'Y';
	show_file("f");
	R(close(fd));
	V(map[2]);
	CHILD(map[3] = 'c'; show_bytes("child", map, 6));
	show_bytes("parent", map, 6);
	R(unlink("f"));
	V(map[4]);
	R(munmap(map, 3 * PAGE));
}
