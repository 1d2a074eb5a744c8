/* fallocate: punching, zeroing, keeping the size, on a file and on tmpfs; errors. */
#include "abi.h"

static void modes(int fd)
{
	struct stat st;
	char buf[16];

	R(fallocate(fd, 0, 0, 10000));
	fstat(fd, &st);
	V(st.st_size);
	R(fallocate(fd, FALLOC_FL_KEEP_SIZE, 20000, 10000));
	fstat(fd, &st);
	V(st.st_size);
	R(pwrite(fd, "abcdefgh", 8, 4092));
	R(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4094, 4));
	R(pread(fd, buf, 8, 4092));
	show_bytes("punched", buf, 8);
	R(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096));
	R(fallocate(fd, 0x4000, 0, 4096));
	R(fallocate(fd, 0, -1, 10));
	R(fallocate(fd, 0, 0, 0));
	R(fallocate(fd, 0, 0, -1));
	R(fallocate(fd, 0, INT64_MAX - 10, 100));
	fstat(fd, &st);
	V(st.st_size);
}

TOPIC(file_fallocate_modes)
{
	int p[2], fd = open("f", O_RDWR | O_CREAT, 0644);

	modes(fd);
	modes(memfd_create("m", 0));
	pipe(p);
	R(fallocate(p[1], 0, 0, 10));
	R(fallocate(open("f", O_RDONLY), 0, 0, 10));
	R(fallocate(open(".", O_RDONLY), 0, 0, 10));
	R(fallocate(999, 0, 0, 10));
	R(fallocate(open("/dev/null", O_WRONLY), 0, 0, 10));
}
