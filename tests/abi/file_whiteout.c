/* RENAME_WHITEOUT leaves a device 0:0; renaming over and into things. */
#include "abi.h"

TOPIC(file_whiteout)
{
	struct stat st;

	put_file("a", "A");
	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	R(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", 4));
	R(lstat("a", &st));
	printf("%s %d nlink %d mode %o\n", type_name(st.st_mode), (int)st.st_rdev, (int)st.st_nlink, st.st_mode & 0777);
	show_file("b");
	R(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", 4 | 2));
	R(renameat2(AT_FDCWD, "b", AT_FDCWD, "c", 4 | 1));
	R(unlink("a"));
	R(unlink("b"));
}
