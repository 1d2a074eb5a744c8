/* FIONREAD, TIOCOUTQ, FIONBIO on sockets; what a socket's fstat says. */
#include "sock.h"

#ifndef SIOCOUTQ
#define SIOCOUTQ 0x5411
#endif

static void show_n(int fd, unsigned long request)
{
	int n = -1, ret;

	errno = 0;
	ret = ioctl(fd, request, &n);
	printf("ioctl %#lx: %d %s", request, ret, error_name(errno));
	printf(", %d\n", n);
}

TOPIC(unix_ioctl)
{
	int s[2], l = socket(AF_UNIX, SOCK_STREAM, 0), on = 1;
	struct stat st;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	show_n(s[0], FIONREAD);
	write(s[1], "12345", 5);
	write(s[1], "678", 3);
	show_n(s[0], FIONREAD);
	read(s[0], &st, 4);
	show_n(s[0], FIONREAD);
	show_n(s[0], SIOCOUTQ);
	R(ioctl(s[0], FIONREAD, BAD));
	R(ioctl(s[0], TCGETS, &st));
	R(ioctl(s[0], FIONBIO, &on));
	X(fcntl(s[0], F_GETFL) & (O_NONBLOCK | O_ACCMODE));
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	write(s[1], "12345", 5);
	write(s[1], "678", 3);
	show_n(s[0], FIONREAD);
	un_bind(l, un_abstract("i"));
	listen(l, 1);
	show_n(l, FIONREAD);
	R(fstat(l, &st));
	S(type_name(st.st_mode));
	X(st.st_mode & 0777);
	V(st.st_size);
	V(st.st_nlink);
	V(isatty(l));
	R(fsync(l));
	R(ftruncate(l, 0));
	V(mmap(NULL, 4096, PROT_READ, MAP_SHARED, l, 0) == MAP_FAILED);
	S(error_name(errno));
}
