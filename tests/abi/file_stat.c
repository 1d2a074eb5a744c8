/* stat, fstat, lstat, fstatat: the fields a program looks at. */
#include "abi.h"

TOPIC(file_stat)
{
	struct stat a, b;
	int fd;

	put_file("f", "0123456789");
	R(symlink("f", "sym"));
	R(stat("f", &a));
	S(type_name(a.st_mode));
	X(a.st_mode & 07777);
	V(a.st_size);
	V(a.st_nlink);
	V(a.st_blocks > 0 || a.st_blocks == 0);
	V(a.st_uid == getuid());
	V(a.st_gid == getgid());
	R(stat("sym", &b));
	V(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	R(lstat("sym", &b));
	S(type_name(b.st_mode));
	X(b.st_mode & 0777);
	V(b.st_size);
	V(a.st_ino == b.st_ino);
	fd = open("f", O_RDONLY);
	R(fstat(fd, &b));
	V(a.st_ino == b.st_ino);
	R(fstatat(AT_FDCWD, "sym", &b, AT_SYMLINK_NOFOLLOW));
	S(type_name(b.st_mode));
	R(fstatat(fd, "", &b, AT_EMPTY_PATH));
	V(a.st_ino == b.st_ino);
	R(fstatat(fd, "", &b, 0));
	R(fstatat(fd, "x", &b, 0));
	R(fstatat(AT_FDCWD, "f", &b, 0x8000));
	R(stat("absent", &b));
	R(stat("f/x", &b));
	R(stat("", &b));
	R(fstat(999, &b));
	R(stat("/dev/null", &b));
	S(type_name(b.st_mode));
	X(b.st_rdev);
	R(stat(".", &a));
	R(stat("./.", &b));
	V(a.st_ino == b.st_ino);
}
