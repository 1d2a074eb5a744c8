/* memfd_create and its seals, one by one. */
#include "abi.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8
#define MFD_EXEC 16
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 32
#endif

TOPIC(file_memfd_seals)
{
	int fd = memfd_create("x", MFD_ALLOW_SEALING | MFD_CLOEXEC), plain = memfd_create("y", 0), e;
	char *map;

	R(fcntl(fd, F_GET_SEALS));
	R(fcntl(plain, F_GET_SEALS));
	R(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE));
	R(ftruncate(fd, 8192));
	R(write(fd, "hello", 5));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	R(ftruncate(fd, 4096));
	R(ftruncate(fd, 12288));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	R(ftruncate(fd, 20000));
	R(pwrite(fd, "x", 1, 12288));
	R(pwrite(fd, "xy", 2, 12287));
	R(fallocate(fd, 0, 0, 20000));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	V(map != MAP_FAILED);
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	munmap(map, 4096);
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	R(write(fd, "no", 2));
	R(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
	V(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	show_error("mmap", errno);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	V(map != MAP_FAILED);
	R(mprotect(map, 4096, PROT_READ | PROT_WRITE));
	V(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	R(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	R(fcntl(fd, F_GET_SEALS));
	R(fcntl(fd, F_ADD_SEALS, 0x1000));
	R(fcntl(0, F_GET_SEALS));
	e = memfd_create("z", MFD_NOEXEC_SEAL);
	R(fcntl(e, F_GET_SEALS));
	R(fchmod(e, 0777));
	R(fchmod(e, 0640));
	R(memfd_create("z", MFD_NOEXEC_SEAL | MFD_EXEC));
	R(memfd_create("z", 0x1000));
	R(memfd_create(BAD, 0));
}
