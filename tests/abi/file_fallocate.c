/* fallocate: sizes and errnos; posix_fadvise and sync calls take their arguments. */
#include "abi.h"

TOPIC(file_fallocate)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), ends[2];
	struct stat st;

	R(fallocate(fd, 0, 0, 100));
	R(fstat(fd, &st));
	V(st.st_size);
	R(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 200));
	R(fstat(fd, &st));
	V(st.st_size);
	R(fallocate(fd, 0, -1, 10));
	R(fallocate(fd, 0, 0, 0));
	R(fallocate(open("f", O_RDONLY), 0, 0, 10));
	R(pipe(ends));
	R(fallocate(ends[1], 0, 0, 10));
	E(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
	E(posix_fadvise(fd, 0, 0, 99));
	E(posix_fadvise(ends[0], 0, 0, POSIX_FADV_NORMAL));
	R(fsync(fd));
	R(fdatasync(fd));
	R(fsync(ends[0]));
	R(fsync(999));
}
