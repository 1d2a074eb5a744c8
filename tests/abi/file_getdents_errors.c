/* getdents64 and directories: small buffers, removed directories, bad pointers. */
#include "abi.h"

TOPIC(file_getdents_errors)
{
	char buf[4096];
	int d, f, n = 0;

	mkdir("d", 0755);
	for (int i = 0; i < 20; i++) {
		sprintf(buf, "d/file%d", i);
		put_file(buf, "");
	}
	d = open("d", O_RDONLY);
	f = open("d/file0", O_RDONLY);
	R(syscall(SYS_getdents64, d, buf, 10));
	R(syscall(SYS_getdents64, d, BAD, 4096));
	R(syscall(SYS_getdents64, f, buf, 4096));
	R(syscall(SYS_getdents64, 999, buf, 4096));
	R(syscall(SYS_getdents64, open("d", O_PATH), buf, 4096));
	lseek(d, 0, SEEK_SET);
	for (long got; (got = syscall(SYS_getdents64, d, buf, 100)) > 0;)
		for (long at = 0; at < got; n++)
			at += ((struct dirent *)(buf + at))->d_reclen;
	V(n);
	R(syscall(SYS_getdents64, d, buf, 100));
	R(write(d, buf, 10));
	R(ftruncate(d, 0));
	R(pread(d, buf, 10, 0));
	for (int i = 0; i < 20; i++) {
		sprintf(buf, "d/file%d", i);
		unlink(buf);
	}
	R(rmdir("d"));
	lseek(d, 0, SEEK_SET);
	R(syscall(SYS_getdents64, d, buf, 4096));
	R(openat(d, "new", O_CREAT | O_WRONLY, 0600));
	R(mkdirat(d, "new", 0700));
	R(openat(d, ".", O_RDONLY) >= 0);
	R(openat(d, "..", O_RDONLY) >= 0);
}
