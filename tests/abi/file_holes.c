/* Sparse files: zeros in holes, sizes, far offsets. */
#include "abi.h"

TOPIC(file_holes)
{
	char page[4096];
	int fd = open("f", O_RDWR | O_CREAT, 0600), sum = 0;
	struct stat st;

	R(pwrite(fd, "x", 1, 1 << 20));
	R(fstat(fd, &st));
	V(st.st_size);
	V(st.st_blocks < 64);
	for (int at = 0; at < 1 << 20; at += 4096) {
		if (pread(fd, page, 4096, at) != 4096)
			puts("short");
		for (int i = 0; i < 4096; i++)
			sum += page[i];
	}
	V(sum);
	R(pread(fd, page, 4096, 1 << 20));
	R(pwrite(fd, "y", 1, 6000000000LL));
	R(pread(fd, page, 2, 5999999999LL));
	show_bytes("far", page, 2);
}
