/* pidfd_open, pidfd_send_signal. */
#include "abi.h"

TOPIC(proc_pidfd)
{
	pid_t pid = fork();
	int fd;

	if (pid == 0) {
		sleep_ms(5000);
		_exit(0);
	}
	fd = syscall(SYS_pidfd_open, pid, 0);
	R(fcntl(fd, F_GETFD));
	R(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0));
	R(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
	R(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	R(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 2000));
	reap(pid);
	R(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	R(syscall(SYS_pidfd_open, pid, 0));
	R(syscall(SYS_pidfd_open, -1, 0));
	R(syscall(SYS_pidfd_open, getpid(), 0x77));
	R(syscall(SYS_pidfd_send_signal, 0, SIGTERM, NULL, 0));
}
