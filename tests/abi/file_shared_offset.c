/* Parent and child share open file descriptions: the offset moves for both. */
#include "abi.h"

TOPIC(file_shared_offset)
{
	char buffer[4] = "";
	int fd;

	put_file("f", "0123456789");
	fd = open("f", O_RDONLY);
	CHILD(R(read(fd, buffer, 3)));
	R(read(fd, buffer, 3));
	show_bytes("parent", buffer, 3);
	CHILD(R(lseek(fd, 1, SEEK_SET)));
	R(lseek(fd, 0, SEEK_CUR));
	CHILD(R(close(fd)));
	R(lseek(fd, 0, SEEK_CUR));
	CHILD(R(fcntl(fd, F_SETFL, O_APPEND)); R(fcntl(fd, F_SETFD, 1)));
	R((fcntl(fd, F_GETFL) & O_APPEND) != 0);
	R(fcntl(fd, F_GETFD));
}
