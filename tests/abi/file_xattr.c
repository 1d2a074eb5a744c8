/* Extended attributes: setting, reading, listing, removing, flags and errors. */
#include "abi.h"
#include <sys/xattr.h>

TOPIC(file_xattr)
{
	char buf[64] = "", name[300];
	int fd;

	put_file("f", "");
	mkdir("d", 0755);
	symlink("f", "l");
	fd = open("f", O_RDONLY);
	R(setxattr("f", "user.a", "value", 5, 0));
	R(setxattr("f", "user.a", "other", 5, XATTR_CREATE));
	R(setxattr("f", "user.b", "other", 5, XATTR_REPLACE));
	R(setxattr("f", "user.a", "second", 6, XATTR_REPLACE));
	R(getxattr("f", "user.a", buf, sizeof(buf)));
	show_bytes("value", buf, 6);
	R(getxattr("f", "user.a", NULL, 0));
	R(getxattr("f", "user.a", buf, 3));
	R(fsetxattr(fd, "user.empty", "", 0, 0));
	R(fgetxattr(fd, "user.empty", buf, 10));
	R(listxattr("f", NULL, 0));
	R(listxattr("f", buf, 5));
	R(getxattr("f", "user.absent", buf, 10));
	R(removexattr("f", "user.absent"));
	R(removexattr("f", "user.empty"));
	R(listxattr("f", buf, 64));
	show_bytes("list", buf, 7);
	R(setxattr("d", "user.dir", "x", 1, 0));
	R(getxattr("d", "user.dir", buf, 10));
	R(lsetxattr("l", "user.x", "x", 1, 0));
	R(lgetxattr("l", "user.x", buf, 10));
	R(getxattr("l", "user.a", buf, 10));
	R(setxattr("f", "nospace", "x", 1, 0));
	R(setxattr("f", "user.", "x", 1, 0));
	R(setxattr("f", "", "x", 1, 0));
	memset(name, 'n', 299);
	memcpy(name, "user.", 5);
	name[299] = 0;
	R(setxattr("f", name, "x", 1, 0));
	R(setxattr("f", "user.a", "x", 1, 8));
	R(setxattr("f", "user.a", "x", 70000, 0));
	R(setxattr("absent", "user.a", "x", 1, 0));
	R(setxattr("f", "user.a", BAD, 4, 0));
	R(setxattr(BAD, "user.a", "x", 1, 0));
	R(setxattr("f", BAD, "x", 1, 0));
	R(getxattr("f", "user.a", BAD, 10));
	R(listxattr("f", BAD, 100));
	R(fsetxattr(999, "user.a", "x", 1, 0));
	R(fsetxattr(open("f", O_PATH), "user.a", "x", 1, 0));
}
