/* O_PATH: what such a descriptor may be used for. */
#include "abi.h"

TOPIC(file_opath)
{
	int f, d, l;
	char c, buf[64] = "";
	struct stat st;
	struct statfs fs;
	struct pollfd p = { .events = POLLIN };

	put_file("f", "text");
	mkdir("d", 0755);
	symlink("f", "l");
	f = open("f", O_PATH);
	d = open("d", O_PATH);
	l = open("l", O_PATH | O_NOFOLLOW);
	V(f >= 0 && d >= 0 && l >= 0);
	R(read(f, &c, 1));
	R(write(f, "x", 1));
	R(pread(f, &c, 1, 0));
	R(lseek(f, 0, SEEK_SET));
	R(ftruncate(f, 0));
	R(ioctl(f, FIONREAD, buf));
	R(fsync(f));
	R(flock(f, LOCK_SH));
	R(fgetxattr(f, "user.x", buf, 8));
	R((int)(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, f, 0) == MAP_FAILED));
	R(fstat(f, &st));
	V(st.st_size);
	R(fstatfs(f, &fs));
	X(fcntl(f, F_GETFL));
	R(fcntl(f, F_SETFL, O_APPEND));
	R(fcntl(f, F_GETFD));
	R(dup(f) >= 0);
	p.fd = f;
	R(poll(&p, 1, 0));
	X(p.revents);
	R(readlinkat(l, "", buf, sizeof(buf)));
	R(fstat(l, &st));
	printf("%s\n", type_name(st.st_mode));
	R(readlinkat(f, "", buf, sizeof(buf)));
	R(openat(d, "x", O_CREAT | O_WRONLY, 0600) >= 0);
	R(fchdir(d));
	R(fchdir(f));
	chdir("..");
	sprintf(buf, "/proc/self/fd/%d", f);
	R(open(buf, O_RDONLY) >= 0);
	R(open("absent", O_PATH));
	R(open("f", O_PATH | O_DIRECTORY));
	R(open("f", O_PATH | O_CREAT | O_EXCL) >= 0);
	R(unlinkat(f, "", 0));
	R(faccessat(d, "x", R_OK, 0));
}
