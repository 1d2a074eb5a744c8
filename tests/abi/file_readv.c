/* readv and writev: order, empty vectors, partial results, limits. */
#include "abi.h"

TOPIC(file_readv)
{
	char a[4] = "", b[4] = "", c[8] = "";
	struct iovec out[3] = { { (char *)"abc", 3 }, { (char *)"", 0 }, { (char *)"defgh", 5 } };
	struct iovec in[3] = { { a, 2 }, { b, 0 }, { c, 8 } };
	struct iovec many[1025];
	int no_length = -1;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	R(writev(fd, out, 3));
	R(lseek(fd, 0, SEEK_SET));
	R(readv(fd, in, 3));
	show_bytes("a", a, 2);
	show_bytes("c", c, 8);
	R(readv(fd, in, 3));
	R(readv(fd, in, 0));
	R(writev(fd, out, no_length));
	for (int i = 0; i < 1025; i++)
		many[i] = (struct iovec){ (char *)"x", 1 };
	R(writev(fd, many, 1024));
	R(writev(fd, many, 1025));
	out[0].iov_len = (size_t)-1;
	R(writev(fd, out, 3));
	R(preadv(fd, in, 3, 1));
	show_bytes("a", a, 2);
	R(pwritev(fd, many, 2, 3));
	R(preadv2(fd, in, 3, 0, 0));
	R(preadv2(fd, in, 1, -1, 0));
	R(preadv2(fd, in, 1, 0, 0x4000));
	in[1] = (struct iovec){ BAD, 4 };
	R(lseek(fd, 0, SEEK_SET));
	R(readv(fd, in, 3));
	out[0] = (struct iovec){ BAD, 4 };
	R(writev(fd, out, 1));
}
