/* Hard links: counts, directories, symlinks, flags of linkat. */
#include "abi.h"

TOPIC(file_link)
{
	struct stat st;
	int fd;

	put_file("f", "1");
	R(link("f", "g"));
	R(stat("f", &st));
	V(st.st_nlink);
	put_file("g", "2");
	show_file("f");
	R(link("f", "g"));
	R(link("absent", "h"));
	R(link("f", "absent/h"));
	R(mkdir("d", 0755));
	R(link("d", "h"));
	R(symlink("f", "sym"));
	R(link("sym", "sym2"));
	R(lstat("sym2", &st));
	S(type_name(st.st_mode));
	V(st.st_nlink);
	R(linkat(AT_FDCWD, "sym", AT_FDCWD, "deref", AT_SYMLINK_FOLLOW));
	R(lstat("deref", &st));
	S(type_name(st.st_mode));
	V(st.st_nlink);
	R(linkat(AT_FDCWD, "f", AT_FDCWD, "x", 0x2));
	R(unlink("f"));
	R(unlink("g"));
	fd = open("deref", O_RDONLY);
	R(fstat(fd, &st));
	V(st.st_nlink);
	R(link("deref/", "x"));
	R(link("deref", "x/"));
}
