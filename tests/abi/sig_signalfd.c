/* signalfd: reads blocked signals with their data. */
#include "abi.h"

TOPIC(sig_signalfd)
{
	struct signalfd_siginfo info[3];
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 40);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	R(fcntl(fd, F_GETFD));
	R(read(fd, info, sizeof(info)));
	kill(getpid(), SIGUSR1);
	sigqueue(getpid(), 40, (union sigval){ .sival_int = 12 });
	R(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0));
	R(read(fd, info, sizeof(info)) / (ssize_t)sizeof(info[0]));
	S(signal_name(info[0].ssi_signo));
	V(info[0].ssi_pid == (uint32_t)getpid());
	V(info[0].ssi_code);
	S(signal_name(info[1].ssi_signo));
	V(info[1].ssi_int);
	R(read(fd, info, 10));
	R(signalfd(0, &set, 0));
	R(signalfd(-1, &set, 0x777));
}
