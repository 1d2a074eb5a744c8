/* O_TMPFILE: a file without a name, given one later. */
#include "abi.h"

TOPIC(file_tmpfile)
{
	char path[64];
	struct stat st;
	int fd = open(".", O_TMPFILE | O_RDWR, 0640), x;

	V(fd >= 0);
	R(write(fd, "data", 4));
	fstat(fd, &st);
	printf("nlink %ld mode %o size %lld\n", (long)st.st_nlink, st.st_mode, (long long)st.st_size);
	sprintf(path, "/proc/self/fd/%d", fd);
	R(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	R(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	show_file("named");
	fstat(fd, &st);
	V(st.st_nlink);
	R(linkat(AT_FDCWD, path, AT_FDCWD, "again", AT_SYMLINK_FOLLOW));
	x = open(".", O_TMPFILE | O_WRONLY | O_EXCL, 0600);
	V(x >= 0);
	sprintf(path, "/proc/self/fd/%d", x);
	R(linkat(AT_FDCWD, path, AT_FDCWD, "never", AT_SYMLINK_FOLLOW));
	R(open(".", O_TMPFILE | O_RDONLY, 0600));
	R(open("named", O_TMPFILE | O_RDWR, 0600));
	R(open("absent", O_TMPFILE | O_RDWR, 0600));
	R(open(".", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600));
	R(open("/proc", O_TMPFILE | O_RDWR, 0600));
}
