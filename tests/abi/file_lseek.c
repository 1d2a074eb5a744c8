/* lseek: whence, negative, past the end, holes, pipes. */
#include "abi.h"

TOPIC(file_lseek)
{
	char buffer[16] = "";
	int fd = open("f", O_RDWR | O_CREAT, 0600), ends[2];
	struct stat st;

	R(write(fd, "0123456789", 10));
	R(lseek(fd, 0, SEEK_CUR));
	R(lseek(fd, -4, SEEK_CUR));
	R(read(fd, buffer, 2));
	show_bytes("at 6", buffer, 2);
	R(lseek(fd, -1, SEEK_SET));
	R(lseek(fd, -11, SEEK_END));
	R(lseek(fd, -10, SEEK_END));
	R(lseek(fd, 5, SEEK_END));
	R(read(fd, buffer, 4));
	R(write(fd, "x", 1));
	R(fstat(fd, &st));
	V(st.st_size);
	R(lseek(fd, 8, SEEK_SET));
	R(read(fd, buffer, 16));
	show_bytes("hole", buffer, 8);
	R(lseek(fd, 0, 99));
	R(lseek(fd, 3000000000LL, SEEK_SET));
	R(lseek(fd, 3000000000LL, SEEK_CUR));
	R(lseek(fd, INT64_MAX, SEEK_CUR));
	R(lseek(fd, 2, SEEK_SET));
	R(lseek(fd, 0, SEEK_DATA));
	R(lseek(fd, 0, SEEK_HOLE));
	R(lseek(fd, 16, SEEK_DATA));
	R(lseek(fd, 17, SEEK_HOLE));
	R(pipe(ends));
	R(lseek(ends[0], 0, SEEK_SET));
	R(lseek(999, 0, SEEK_SET));
}
