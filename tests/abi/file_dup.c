/* dup, dup2, dup3: shared offset and status flags, own close-on-exec flag. */
#include "abi.h"

TOPIC(file_dup)
{
	char buffer[8];
	int fd, copy;

	put_file("f", "0123456789");
	fd = open("f", O_RDONLY | O_CLOEXEC);
	copy = dup(fd);
	R(fcntl(fd, F_GETFD));
	R(fcntl(copy, F_GETFD));
	R(read(fd, buffer, 3));
	R(lseek(copy, 0, SEEK_CUR));
	R(lseek(copy, 7, SEEK_SET));
	R(lseek(fd, 0, SEEK_CUR));
	R(dup2(fd, 70));
	R(dup2(fd, fd) == fd);
	R(dup2(999, 5));
	R(dup2(999, 999));
	R(dup2(fd, -1));
	R(dup2(fd, 1 << 20));
	R(dup(999));
	R(dup3(fd, fd, 0));
	R(dup3(fd, 71, O_CLOEXEC));
	R(fcntl(71, F_GETFD));
	R(dup3(fd, 72, O_APPEND));
	R(fcntl(fd, F_DUPFD_CLOEXEC, 80));
	R(fcntl(80, F_GETFD));
	R(fcntl(fd, F_DUPFD, -1));
	R(fcntl(fd, F_DUPFD, 1 << 24));
	R(fcntl(70, F_SETFL, O_NONBLOCK));
	R((fcntl(copy, F_GETFL) & O_NONBLOCK) != 0);
}
