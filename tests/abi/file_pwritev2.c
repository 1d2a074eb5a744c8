/* preadv2 and pwritev2: offset -1, RWF_APPEND, RWF_NOWAIT, unknown flags. */
#include "abi.h"

#ifndef RWF_APPEND
#define RWF_APPEND 16
#define RWF_DSYNC 2
#define RWF_NOWAIT 8
#endif

TOPIC(file_pwritev2)
{
	char back[32] = "";
	struct iovec w = { "ab", 2 }, r = { back, 31 }, bad = { BAD, 4 };
	int fd = open("f", O_RDWR | O_CREAT, 0644), p[2];

	R(pwritev2(fd, &w, 1, 0, 0));
	R(pwritev2(fd, &w, 1, -1, RWF_DSYNC));
	R(lseek(fd, 0, SEEK_CUR));
	R(pwritev2(fd, &w, 1, -1, 0));
	R(pwritev2(fd, &w, 1, 0, RWF_APPEND));
	show_file("f");
	R(lseek(fd, 0, SEEK_CUR));
	R(pwritev2(fd, &w, 1, 0, 0x40000000));
	R(preadv2(fd, &r, 1, 0, 0x40000000));
	R(preadv2(fd, &r, 1, 0, 0));
	S(back);
	R(preadv2(fd, &r, 1, -2, 0));
	R(preadv2(fd, &bad, 1, 0, 0));
	R(preadv2(fd, BAD, 1, 0, 0));
	R(preadv2(fd, &r, -1, 0, 0));
	R(preadv2(fd, &r, 1025, 0, 0));
	R(preadv2(999, &r, 1, 0, 0));
	pipe(p);
	R(pwritev2(p[1], &w, 1, -1, 0));
	R(pwritev2(p[1], &w, 1, 0, 0));
	R(preadv2(p[0], &r, 1, -1, 0));
}
