/* ioctls that all kinds of files have: owners of sockets, FIOASYNC, sizes; and SIGIO where no more signals of
 * F_SETSIG can be queued. */
#include "abi.h"
#include <sys/socket.h>

enum { SET_OWN = 0x8901, SET_PGRP, GET_OWN, GET_PGRP, BLOCK_SIZE = 2 };

static void owners(int fd)
{
	int who = getpid(), got = INT_MAX;

	R(ioctl(fd, SET_OWN, &who)); R(ioctl(fd, GET_OWN, &got)); V(got == who); V(fcntl(fd, F_GETOWN) == who);
	who = -getpgrp();
	R(ioctl(fd, SET_PGRP, &who)); R(ioctl(fd, GET_PGRP, &got)); V(got == who);
	who = 4190000;
	R(ioctl(fd, SET_OWN, &who));
	who = INT_MIN;
	R(ioctl(fd, SET_OWN, &who));
	who = 0;
	R(ioctl(fd, SET_OWN, &who)); R(ioctl(fd, GET_OWN, &got)); V(got);
	R(ioctl(fd, SET_OWN, BAD)); R(ioctl(fd, GET_OWN, BAD)); R(ioctl(fd, GET_PGRP + 2, &got));
}

static void asynchronous(int fd)
{
	int on = 1, off = 0;

	R(ioctl(fd, FIOASYNC, &off)); R(ioctl(fd, FIOASYNC, &on)); R(ioctl(fd, FIOASYNC, &on));
	V((fcntl(fd, F_GETFL) & O_ASYNC) != 0);
	R(ioctl(fd, FIOASYNC, &off)); V((fcntl(fd, F_GETFL) & O_ASYNC) != 0); R(ioctl(fd, FIOASYNC, BAD));
}

static void sizes(int fd)
{
	long long bytes = -1;
	int block = -1;

	R(ioctl(fd, FIOQSIZE, &bytes)); V(bytes >= 0); V(bytes % 512 == 0); R(ioctl(fd, FIOQSIZE, BAD));
	R(ioctl(fd, BLOCK_SIZE, &block)); V(block > 0); R(ioctl(fd, BLOCK_SIZE, BAD));
}

static void limited(void)
{
	struct rlimit none = { 0, 0 };
	struct timespec at_once = { 0 };
	siginfo_t info;
	sigset_t all;
	int s[2];

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	R(fcntl(s[0], F_SETOWN, getpid())); R(fcntl(s[0], F_SETSIG, SIGRTMIN)); R(fcntl(s[0], F_SETFL, O_ASYNC));
	R(setrlimit(RLIMIT_SIGPENDING, &none));
	R(write(s[1], "x", 1));
	V(sigtimedwait(&all, &info, &at_once) == SIGIO); V(info.si_code); R(sigtimedwait(&all, &info, &at_once));
}

TOPIC(file_ioctl)
{
	int s[2], p[2], fd = open("f", O_RDWR | O_CREAT, 0600), dir = open(".", O_RDONLY);

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	pipe(p);
	owners(s[0]); owners(p[0]); owners(fd);
	asynchronous(s[0]); asynchronous(p[0]); asynchronous(fd); asynchronous(eventfd(0, 0));
	sizes(fd); sizes(dir); sizes(p[0]); sizes(s[0]); sizes(open("f", O_PATH));
	limited();
}
