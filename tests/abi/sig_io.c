/* O_ASYNC: who is told of input by which signal, for pipes, sockets and files. */
#include "abi.h"
#include <sys/socket.h>

static void show(const char *what, int wanted_fd)
{
	struct timespec limit = { 0, 300000000 };
	siginfo_t info;
	sigset_t set;
	int signo;

	sigfillset(&set);
	signo = sigtimedwait(&set, &info, &limit);
	if (signo < 0) {
		printf("%s: nothing\n", what);
		return;
	}
	printf("%s: signal %d code %d", what, signo == SIGRTMIN + 3 ? 1003 : signo, info.si_code);
	if (signo != SIGIO)
		printf(" band %#lx fd %s", (long)info.si_band, info.si_fd == wanted_fd ? "right" : "wrong");
	printf("\n");
	limit.tv_sec = limit.tv_nsec = 0;
	while (sigtimedwait(&set, NULL, &limit) > 0)
		;                             /* one change may be told twice */
}

static void watch(int fd, int signo)
{
	R(fcntl(fd, F_SETOWN, getpid()));
	R(fcntl(fd, F_SETSIG, signo));
	R(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC));
	V((fcntl(fd, F_GETFL) & O_ASYNC) != 0);
}

static void of_pipes(void)
{
	static char full[65536];
	int p[2];

	pipe(p);
	watch(p[0], 0);
	write(p[1], "x", 1);
	show("a pipe", p[0]);
	fcntl(p[0], F_SETSIG, SIGRTMIN + 3);
	write(p[1], "y", 1);
	show("with a signal", p[0]);
	fcntl(p[0], F_SETSIG, SIGCHLD);
	write(p[1], "y", 1);
	show("with SIGCHLD", p[0]);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	write(p[1], "z", 1);
	show("no more", p[0]);
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	while (write(p[1], full, sizeof(full)) > 0)
		;
	watch(p[1], SIGRTMIN + 3);
	while (read(p[0], full, sizeof(full)) > 0)
		;
	show("room in a pipe", p[1]);
	close(p[0]);
	close(p[1]);
}

static void of_sockets(void)
{
	int s[2], on = 1;
	char c;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	watch(s[0], SIGRTMIN + 3);
	write(s[1], "x", 1);
	show("a socket", s[0]);
	read(s[0], &c, 1);
	R(fcntl(s[0], F_SETOWN, -getpgrp()));
	write(s[1], "x", 1);
	show("the group", s[0]);
	R(fcntl(s[0], F_SETOWN, 0));
	write(s[1], "x", 1);
	show("nobody", s[0]);
	R(ioctl(s[1], FIOASYNC, &on));
	V((fcntl(s[1], F_GETFL) & O_ASYNC) != 0);
	on = 0;
	R(ioctl(s[1], FIOASYNC, &on));
	V((fcntl(s[1], F_GETFL) & O_ASYNC) != 0);
	close(s[0]);
	close(s[1]);
}

static void of_others(void)
{
	int file = open("file", O_RDWR | O_CREAT, 0600), e = eventfd(0, 0), on = 1;

	R(fcntl(file, F_SETFL, O_ASYNC));
	V((fcntl(file, F_GETFL) & O_ASYNC) != 0);
	R(ioctl(e, FIOASYNC, &on));
	V((fcntl(e, F_GETFL) & O_ASYNC) != 0);
}

TOPIC(sig_io)
{
	sigset_t set;

	setpgid(0, 0);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	of_pipes();
	of_sockets();
	of_others();
}
