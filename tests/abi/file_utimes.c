/* utimensat: exact times, UTIME_NOW, UTIME_OMIT, errnos; writes move mtime. */
#include "abi.h"

TOPIC(file_utimes)
{
	struct timespec times[2] = { { 1000000000, 123456789 }, { 1500000000, 987654321 } };
	struct stat st;
	int fd;

	put_file("f", "x");
	R(symlink("f", "sym"));
	R(utimensat(AT_FDCWD, "f", times, 0));
	R(stat("f", &st));
	V(st.st_atim.tv_sec);
	V(st.st_atim.tv_nsec);
	V(st.st_mtim.tv_sec);
	V(st.st_mtim.tv_nsec);
	times[0].tv_nsec = UTIME_OMIT;
	times[1].tv_sec = 42;
	times[1].tv_nsec = 7;
	fd = open("f", O_RDWR);
	R(futimens(fd, times));
	R(stat("f", &st));
	V(st.st_atim.tv_sec);
	V(st.st_mtim.tv_sec);
	V(st.st_mtim.tv_nsec);
	times[1].tv_nsec = UTIME_NOW;
	R(utimensat(AT_FDCWD, "f", times, 0));
	R(stat("f", &st));
	V(st.st_atim.tv_sec);
	V(st.st_mtim.tv_sec > 1700000000);
	times[1].tv_nsec = 1000000000;
	R(utimensat(AT_FDCWD, "f", times, 0));
	times[1] = (struct timespec){ 99, 0 };
	R(utimensat(AT_FDCWD, "sym", times, AT_SYMLINK_NOFOLLOW));
	R(lstat("sym", &st));
	V(st.st_mtim.tv_sec);
	R(utimensat(AT_FDCWD, "absent", NULL, 0));
	R(utimensat(AT_FDCWD, "f", NULL, 0x800));
	R(utimensat(AT_FDCWD, "f", times, 0));
	R(write(fd, "y", 1));
	R(fstat(fd, &st));
	V(st.st_mtim.tv_sec > 1700000000);
	R(utimensat(-1, "f", NULL, 0));
}
