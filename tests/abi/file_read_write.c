/* read and write: counts, end of file, directions, zero bytes, wrong descriptors. */
#include "abi.h"

TOPIC(file_read_write)
{
	char buffer[32];
	int w = open("f", O_WRONLY | O_CREAT, 0600), r = open("f", O_RDONLY);

	R(write(w, "hello world", 11));
	R(write(w, "", 0));
	R(write(r, "x", 1));
	R(write(r, "x", 0));
	R(read(w, buffer, 1));
	R(read(r, buffer, 5));
	show_bytes("read", buffer, 5);
	R(read(r, buffer, 0));
	R(read(r, buffer, sizeof(buffer)));
	R(read(r, buffer, sizeof(buffer)));
	R(read(-1, buffer, 1));
	R(write(999, buffer, 1));
	R(close(-1));
	R(close(999));
	R(read(open(".", O_RDONLY), buffer, 1));
	R(write(open("/dev/null", O_WRONLY), buffer, 32));
	R(read(open("/dev/null", O_RDONLY), buffer, 32));
	memset(buffer, 'x', sizeof(buffer));
	R(read(open("/dev/zero", O_RDONLY), buffer, 4));
	show_bytes("zero", buffer, 5);
	R(write(open("/dev/full", O_WRONLY), buffer, 1));
	R(read(open("/dev/urandom", O_RDONLY), buffer, 32));
}
