/* A buffer that ends in the middle: what could be moved is reported. */
#include "abi.h"

TOPIC(efault_partial)
{
	char *page = anon(1, PROT_READ | PROT_WRITE), *tail = page + PAGE - 6, text[32] = "";
	struct iovec two[2] = { { text, 3 }, { BAD, 5 } };
	int fd = open("f", O_RDWR | O_CREAT, 0600), ends[2];

	memset(page, 'x', PAGE);
	R(write(fd, tail, 10));
	R(lseek(fd, 0, SEEK_END));
	R(ftruncate(fd, 0));
	R(pwrite(fd, "0123456789", 10, 0));
	R(pread(fd, tail, 10, 0));
	show_bytes("tail", tail, 6);
	R(pipe(ends));
	R(fcntl(ends[0], F_SETFL, O_NONBLOCK));
	write(ends[1], "abcdefghij", 10);
	R(readv(ends[0], two, 1));
	show_bytes("text", text, 3);
	R(readv(ends[0], &two[1], 1));
	R(open(strcpy(tail, "absen") ? tail : NULL, O_RDONLY));
	memset(tail, 'n', 6);
	R(open(tail, O_RDONLY));
	R(mkdir(tail, 0700));
}
