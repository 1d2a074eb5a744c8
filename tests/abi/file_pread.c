/* pread and pwrite leave the offset alone. */
#include "abi.h"

TOPIC(file_pread)
{
	char buffer[16] = "";
	int fd = open("f", O_RDWR | O_CREAT, 0600), ends[2];

	R(write(fd, "0123456789", 10));
	R(pread(fd, buffer, 3, 2));
	show_bytes("pread", buffer, 3);
	R(lseek(fd, 0, SEEK_CUR));
	R(pread(fd, buffer, 3, 9));
	R(pread(fd, buffer, 3, 10));
	R(pread(fd, buffer, 3, 1000));
	R(pread(fd, buffer, 3, -1));
	R(pwrite(fd, "ab", 2, 4));
	R(pwrite(fd, "z", 1, -5));
	R(pwrite(fd, "end", 3, 12));
	show_file("f");
	R(lseek(fd, 0, SEEK_CUR));
	R(pipe(ends));
	R(pread(ends[0], buffer, 1, 0));
	R(pwrite(ends[1], buffer, 1, 0));
}
