/* unlink and rmdir: what each takes, and a file that lives on without a name. */
#include "abi.h"

TOPIC(file_unlink)
{
	char buffer[8] = "";
	struct stat st;
	int fd;

	put_file("f", "still");
	fd = open("f", O_RDWR);
	R(unlink("f"));
	R(unlink("f"));
	R(fstat(fd, &st));
	V(st.st_nlink);
	R(pread(fd, buffer, 5, 0));
	S(buffer);
	R(write(fd, "alive", 5));
	R(mkdir("d", 0755));
	R(unlink("d"));
	R(unlink("d/absent"));
	put_file("d/in", "");
	R(rmdir("d"));
	R(unlink("d/in/x"));
	R(unlink("d/in/"));
	R(unlink("d/in"));
	R(rmdir("d/."));
	R(rmdir("d/.."));
	R(rmdir("d/"));
	R(rmdir("d"));
	put_file("g", "");
	R(rmdir("g"));
	R(unlinkat(AT_FDCWD, "g", AT_REMOVEDIR));
	R(unlinkat(AT_FDCWD, "g", 0x1234));
	R(unlinkat(AT_FDCWD, "g", 0));
	R(rmdir("/"));
	R(unlink("/"));
	R(unlink(""));
}
