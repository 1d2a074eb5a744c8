/* mkdir: errnos, modes, dots and slashes. */
#include "abi.h"

TOPIC(file_mkdir)
{
	struct stat st;

	R(mkdir("d", 0700));
	R(mkdir("d", 0700));
	R(mkdir("d/", 0700));
	R(mkdir("e/", 01777));
	R(stat("e", &st));
	X(st.st_mode);
	R(mkdir("absent/x", 0700));
	R(mkdir(".", 0700));
	R(mkdir("..", 0700));
	R(mkdir("/", 0700));
	R(mkdir("", 0700));
	R(mkdir("d/new/.", 0700));
	put_file("f", "");
	R(mkdir("f", 0700));
	R(mkdir("f/x", 0700));
	R(symlink("absent", "dangling"));
	R(mkdir("dangling", 0700));
	R(mkdirat(999, "x", 0700));
	R(mkdirat(AT_FDCWD, "y", 0));
	R(stat("y", &st));
	X(st.st_mode);
}
