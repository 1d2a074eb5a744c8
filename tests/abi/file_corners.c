/* Corners of descriptors: hints of how long data lives, offsets at the end of numbers; user name spaces below a root. needs: mounted root */
#include "abi.h"

#ifndef F_GET_RW_HINT
#define F_GET_RW_HINT 1035
#define F_SET_RW_HINT 1036
#define F_GET_FILE_RW_HINT 1037
#define F_SET_FILE_RW_HINT 1038
#endif

TOPIC(file_rw_hint)
{
	int f = open("file", O_RDWR | O_CREAT, 0644), r = open("file", O_RDONLY), p[2], d = open(".", O_RDONLY), o = open("file", O_PATH);
	int kinds[] = { f, r, d, o, 0 };
	uint64_t h;

	pipe(p);
	kinds[4] = p[1];
	for (int i = 0; i < COUNT(kinds); i++) {
		printf("kind %d\n", i);
		h = 99;
		R(fcntl(kinds[i], F_GET_RW_HINT, &h));
		V(h);
		h = 3;
		R(fcntl(kinds[i], F_SET_RW_HINT, &h));
		h = 99;
		R(fcntl(kinds[i], F_GET_RW_HINT, &h));
		V(h);
		h = 6;
		R(fcntl(kinds[i], F_SET_RW_HINT, &h));
		h = 1ULL << 32;
		R(fcntl(kinds[i], F_SET_RW_HINT, &h));
		R(fcntl(kinds[i], F_SET_RW_HINT, BAD));
		R(fcntl(kinds[i], F_GET_RW_HINT, BAD));
		h = 0;
		R(fcntl(kinds[i], F_SET_RW_HINT, &h));
		R(fcntl(kinds[i], F_GET_FILE_RW_HINT, &h));
		R(fcntl(kinds[i], F_SET_FILE_RW_HINT, &h));
	}
	h = 5;
	R(fcntl(f, F_SET_RW_HINT, &h));
	R(fcntl(r, F_GET_RW_HINT, &h));
	V(h);
	CHILD(if (getuid() == 0) R(seteuid(12345)); h = 2; R(fcntl(f, F_SET_RW_HINT, &h)));
}

TOPIC(file_lseek_ends)
{
	int f = open("file", O_RDWR | O_CREAT, 0644), n = open("/dev/null", O_RDWR), z = open("/dev/zero", O_RDWR);
	int d = open(".", O_RDONLY), m = memfd_create("m", 0);
	int kinds[] = { f, n, z, d, m };
	char c = 0;

	for (int i = 0; i < COUNT(kinds); i++) {
		int fd = kinds[i];

		printf("kind %d\n", i);
		R(lseek(fd, 0x7fffffffffffffffL, SEEK_SET));
		if (fd != d) {
			R(read(fd, &c, 0));
			R(read(fd, &c, 1));
			R(write(fd, &c, 1));
			R(pread(fd, &c, 1, 0x7fffffffffffffffL));
			R(pwrite(fd, &c, 1, 0x7fffffffffffffffL));
		}
		R(lseek(fd, 0, SEEK_CUR));
		R(lseek(fd, 1, SEEK_CUR));
		R(lseek(fd, -1, SEEK_SET));
		if (fd != d)      /* a directory's own offsets are the file system's */
			R(lseek(fd, 10, SEEK_END));
		R(lseek(fd, 0, 77));
	}
	printf("descriptor 0\n");
	dup2(n, 0);
	R(lseek(0, 0, SEEK_CUR));
	R(lseek(0, 5, SEEK_SET));
	R(lseek(0, 0, SEEK_END));
	R(lseek(0, 0x7fffffffffffffffL, SEEK_SET));
	R(lseek(0, 1, SEEK_CUR));
	R(lseek(0, -1, SEEK_SET));
	close(0);
	R(open("/dev/null", O_RDONLY));
	R(lseek(0, 3, SEEK_SET));
	R(lseek(0, 0x7fffffffffffffffL, SEEK_SET));
}

/* Whoever has been put below another root makes no user name space (kernel/user_namespace.c). */
TOPIC(ns_user_chrooted)
{
	R(mkdir("below", 0755));
	CHILD(R(unshare(CLONE_NEWUSER)));
	CHILD(
		bool may = chroot("below") == 0 || unshare(CLONE_NEWUSER) == 0 && chroot("below") == 0;
		V(may);
		R(chdir("/"));
		R(unshare(CLONE_NEWUSER));
		R(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
		R(unshare(CLONE_NEWUSER | CLONE_NEWNS)));
}
