/* chmod and fchmod: bits kept, errnos, symlinks followed. */
#include "abi.h"

TOPIC(file_chmod)
{
	struct stat st;
	int fd;

	put_file("f", "");
	R(symlink("f", "sym"));
	R(chmod("f", 0123));
	R(stat("f", &st));
	X(st.st_mode);
	R(chmod("sym", 0755));
	R(stat("f", &st));
	X(st.st_mode);
	R(chmod("f", 07777));
	R(stat("f", &st));
	X(st.st_mode);
	R(chmod("f", 0170644));
	R(stat("f", &st));
	X(st.st_mode);
	fd = open("f", O_RDONLY);
	R(fchmod(fd, 0600));
	R(fstat(fd, &st));
	X(st.st_mode);
	R(chmod("absent", 0600));
	R(chmod("f/x", 0600));
	R(fchmod(999, 0600));
	R(fchmodat(AT_FDCWD, "f", 0640, 0));
	R(stat("f", &st));
	X(st.st_mode);
	R(mkdir("d", 0755));
	R(chmod("d", 01777));
	R(stat("d", &st));
	X(st.st_mode);
}
