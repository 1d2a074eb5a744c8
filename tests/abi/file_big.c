/* Offsets beyond 4 GiB: seek, write, read, map, truncate; holes before. */
#include "abi.h"

TOPIC(file_big)
{
	long long at = 5ll << 30;
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	struct stat st;
	char c[8] = "", *map;

	R(pwrite(fd, "far", 3, at));
	fstat(fd, &st);
	V(st.st_size == at + 3);
	V(st.st_blocks < 100);
	R(pread(fd, c, 8, at));
	S(c);
	V(lseek(fd, 0, SEEK_DATA) == at);
	V(lseek(fd, 0, SEEK_HOLE) == 0);
	V(lseek(fd, at + 1, SEEK_HOLE) == at + 3);
	R(lseek(fd, at + 3, SEEK_DATA));
	V(lseek(fd, -1, SEEK_END) == at + 2);
	R(read(fd, c, 8));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
	V(map != MAP_FAILED);
	show_bytes("map", map, 4);
	map[0] = 'F';
	R(pread(fd, c, 3, at));
	S(c);
	R(pwrite(fd, "x", 1, at + 1));
	show_bytes("map", map, 4);
	R(ftruncate(fd, at + 1));
	show_bytes("map", map, 4);
	R(msync(map, 4096, MS_SYNC));
	R(ftruncate(fd, 0));
	FAULT(map, c[0] = map[0]);
	R(lseek(fd, -1, SEEK_SET));
	R(pwrite(fd, "x", 1, -1));
}
