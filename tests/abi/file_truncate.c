/* truncate and ftruncate: shrink, grow, the zeros of the grown part, errnos. */
#include "abi.h"

TOPIC(file_truncate)
{
	struct stat st;
	int fd, dir = open(".", O_RDONLY);

	put_file("f", "0123456789");
	R(truncate("f", 4));
	show_file("f");
	R(truncate("f", 8));
	show_file("f");
	R(truncate("f", -1));
	R(truncate("absent", 0));
	R(truncate(".", 0));
	R(truncate("f/x", 0));
	fd = open("f", O_RDONLY);
	R(ftruncate(fd, 0));
	R(ftruncate(dir, 0));
	R(ftruncate(999, 0));
	fd = open("f", O_RDWR);
	R(lseek(fd, 6, SEEK_SET));
	R(ftruncate(fd, 2));
	R(lseek(fd, 0, SEEK_CUR));
	R(write(fd, "x", 1));
	show_file("f");
	R(ftruncate(fd, 5000000000LL));
	R(fstat(fd, &st));
	V(st.st_size);
	R(ftruncate(fd, 0));
	R(fstat(fd, &st));
	V(st.st_size);
	V(st.st_blocks);
}
