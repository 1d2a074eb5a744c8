/* openat: directory descriptors, AT_FDCWD, absolute paths, wrong descriptors. */
#include "abi.h"

TOPIC(file_openat)
{
	int dir, fd;

	R(mkdir("d", 0755));
	put_file("d/f", "inside");
	dir = open("d", O_RDONLY | O_DIRECTORY);
	R(fd = openat(dir, "f", O_RDONLY), fd >= 0);
	R(openat(dir, "absent", O_RDONLY));
	R(openat(fd, "f", O_RDONLY));
	R(openat(999, "f", O_RDONLY));
	R(openat(-1, "f", O_RDONLY));
	R(openat(999, "/", O_RDONLY) >= 0);
	R(openat(AT_FDCWD, "d/f", O_RDONLY) >= 0);
	R(openat(dir, "../d/f", O_RDONLY) >= 0);
	R(rename("d", "e"));
	R(openat(dir, "f", O_RDONLY) >= 0);
	R(unlink("e/f"));
	R(openat(dir, "f", O_RDONLY));
	R(rmdir("e"));
	R(openat(dir, "f", O_RDONLY | O_CREAT, 0600));
	R(openat(dir, ".", O_RDONLY) >= 0);
}
