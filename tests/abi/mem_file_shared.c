/* Shared file mappings: seen by read and by other processes, and the other way round. */
#include "abi.h"

TOPIC(mem_file_shared)
{
	char buffer[16] = "", *map, *again;
	int fd;

	put_file("f", "0123456789");
	fd = open("f", O_RDWR);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	again = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	map[1] = 'M';
	R(pread(fd, buffer, 10, 0));
	S(buffer);
	V(again[1]);
	R(pwrite(fd, "W", 1, 5));
	V(map[5]);
	CHILD(map[7] = 'C');
	V(map[7]);
	map[20] = 'Z';
	show_file("f");
	R(msync(map, PAGE, MS_SYNC));
	R(msync(map, PAGE, MS_SYNC | MS_ASYNC));
	R(msync(map + 1, PAGE, MS_SYNC));
	R(msync(map, PAGE, 99));
	R(munmap(again, PAGE));
	R(msync(again, PAGE, MS_ASYNC));
	R(munmap(map, PAGE));
	show_file("f");
}
