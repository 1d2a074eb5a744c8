/* statx: masks, attributes, flags, errors. */
#include "abi.h"

#ifndef STATX_BASIC_STATS
#define STATX_BASIC_STATS 0x7ff
#endif

TOPIC(file_statx_fields)
{
	struct statx x;
	int fd;

	put_file("f", "12345");
	symlink("f", "l");
	chmod("f", 0640);
	fd = open("f", O_RDONLY);
	memset(&x, 0xff, sizeof(x));
	R(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &x));
	V((x.stx_mask & 0x7ff) == 0x7ff);
	printf("mode %o size %llu nlink %u\n", x.stx_mode, (unsigned long long)x.stx_size, x.stx_nlink);
	V(x.stx_blksize > 0);
	V(x.stx_attributes & 0x2000);
	R(statx(AT_FDCWD, "/proc", 0, STATX_BASIC_STATS, &x));
	V((x.stx_attributes & 0x2000) != 0);
	R(statx(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x));
	printf("%s %llu\n", type_name(x.stx_mode), (unsigned long long)x.stx_size);
	R(statx(fd, "", AT_EMPTY_PATH, 0, &x));
	printf("size %llu\n", (unsigned long long)x.stx_size);
	R(statx(fd, "", 0, 0, &x));
	R(statx(fd, "x", 0, 0, &x));
	R(statx(999, "", AT_EMPTY_PATH, 0, &x));
	R(statx(AT_FDCWD, "absent", 0, 0, &x));
	R(statx(AT_FDCWD, "f", 0x1, 0, &x));
	R(statx(AT_FDCWD, "f", 0x6000, 0, &x));
	R(statx(AT_FDCWD, "f", 0x2000, STATX_BASIC_STATS, &x));
	R(statx(AT_FDCWD, "f", 0, 0x80000000, &x));
	R(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, BAD));
	R(statx(AT_FDCWD, BAD, 0, STATX_BASIC_STATS, &x));
}
