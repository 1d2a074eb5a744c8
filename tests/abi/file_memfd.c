/* memfd_create: a file without a name; seals. */
#include "abi.h"

TOPIC(file_memfd)
{
	int fd = memfd_create("name", MFD_ALLOW_SEALING);
	struct stat st;
	char *map;

	R(write(fd, "0123456789", 10));
	R(fstat(fd, &st));
	V(st.st_size);
	X(st.st_mode);
	R(ftruncate(fd, PAGE));
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	V(map[3]);
	map[3] = 'X';
	R(pread(fd, &st, 1, 3));
	show_bytes("read", &st, 1);
	X(fcntl(fd, F_GET_SEALS));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	R(ftruncate(fd, 1));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	R(munmap(map, PAGE));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	R(write(fd, "x", 1));
	R(memfd_create("name", 0x1000));
	X(fcntl(memfd_create("x", MFD_CLOEXEC), F_GETFD));
}
