/* O_APPEND: each write goes to the end, wherever the offset is; fcntl switches it. */
#include "abi.h"

TOPIC(file_append)
{
	int a, b;

	put_file("f", "start.");
	a = open("f", O_RDWR | O_APPEND);
	b = open("f", O_RDWR);
	R(lseek(a, 0, SEEK_CUR));
	R(write(a, "A1", 2));
	R(lseek(a, 0, SEEK_CUR));
	R(write(b, "B", 1));
	R(lseek(a, 0, SEEK_SET));
	R(write(a, "A2", 2));
	show_file("f");
	R(pwrite(a, "P", 1, 0));
	show_file("f");
	R(fcntl(a, F_SETFL, 0));
	R(lseek(a, 1, SEEK_SET));
	R(write(a, "x", 1));
	R(fcntl(b, F_SETFL, O_APPEND));
	R((fcntl(b, F_GETFL) & O_APPEND) != 0);
	R(write(b, "E", 1));
	show_file("f");
}
