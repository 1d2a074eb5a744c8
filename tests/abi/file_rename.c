/* rename: over files and directories, into itself, onto itself. */
#include "abi.h"

TOPIC(file_rename)
{
	put_file("a", "A");
	put_file("b", "B");
	R(mkdir("d", 0755));
	R(mkdir("e", 0755));
	put_file("e/in", "I");
	R(rename("a", "b"));
	show_file("b");
	R(access("a", F_OK));
	R(rename("absent", "x"));
	R(rename("b", "d"));
	R(rename("d", "b"));
	R(rename("d", "e"));
	R(rename("e", "d"));
	show_file("d/in");
	R(rename("d", "d/sub"));
	R(rename("d", "d"));
	R(rename("b", "b"));
	R(rename("b", "absent/b"));
	R(rename("b", "b/x"));
	R(rename("b/", "c"));
	R(rename("b", "c/"));
	R(rename(".", "x"));
	R(rename("d/..", "x"));
	R(rename("d", "x/"));
	R(rename("", "x"));
	R(rename("b", ""));
	R(link("b", "hard"));
	R(rename("b", "hard"));
	R(access("b", F_OK));
	R(symlink("b", "sym"));
	R(rename("sym", "sym2"));
	R(readlink("sym2", (char[8]){ 0 }, 8));
}
