/* A shared mapping of a file opened read-only never becomes writable. */
#include "abi.h"

TOPIC(mem_protect_file)
{
	char *map;
	int fd;

	put_file("f", "0123456789");
	fd = open("f", O_RDONLY);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	R(mprotect(map, PAGE, PROT_READ | PROT_WRITE));
	R(mprotect(map, PAGE, PROT_READ | PROT_EXEC));
	map = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	R(mprotect(map, PAGE, PROT_READ | PROT_WRITE));
	map[0] = 'P';
	show_file("f");
	show_bytes("private", map, 4);
}
