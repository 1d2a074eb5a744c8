/* Symbolic links: contents, readlink's truncation, targets that are not there. */
#include "abi.h"

TOPIC(file_symlink)
{
	char buffer[64] = "";
	char empty[1];

	R(symlink("any text at all", "s"));
	R(readlink("s", buffer, sizeof(buffer)));
	S(buffer);
	memset(buffer, 0, sizeof(buffer));
	R(readlink("s", buffer, 4));
	S(buffer);
	R(syscall(SYS_readlinkat, AT_FDCWD, "s", empty, 0));
	R(symlink("x", "s"));
	R(symlink("", "t"));
	R(symlink("x", ""));
	R(symlink("x", "absent/t"));
	put_file("f", "");
	R(readlink("f", buffer, 8));
	R(readlink(".", buffer, 8));
	R(readlink("absent", buffer, 8));
	R(readlinkat(999, "s", buffer, 8));
	R(symlinkat("y", 999, "u"));
	R(symlink("x", "trailing/"));
	R(mkdir("d", 0755));
	R(symlink("d", "dl"));
	R(symlink("d/", "dls"));
	put_file("dl/in", "through");
	show_file("d/in");
	show_file("dls/in");
	R(rmdir("dl"));
	R(unlink("dl/"));
	R(chdir("dl"));
	R(access("../f", F_OK));
	R(symlink("../f", "up"));
	R(access("up", F_OK));
	R(unlink("up"));
}
