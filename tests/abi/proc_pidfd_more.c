/* pidfd_getfd, pidfd_send_signal, CLONE_PIDFD, waitid(P_PIDFD), process_madvise, process_mrelease. */
#include "abi.h"

#define PIDFD_OPEN 434
#define PIDFD_SEND 424
#define PIDFD_GETFD 438
#define PROCESS_MADVISE 440
#define PROCESS_MRELEASE 448
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

TOPIC(proc_pidfd_more)
{
	struct pollfd poller;
	struct iovec vec;
	siginfo_t info = { 0 };
	int ready[2], go[2], pidfd, got;
	char byte;
	pid_t pid;

	R(pipe(ready));
	R(pipe(go));
	pid = fork();
	if (pid == 0) {
		int mine = open("/dev/null", O_RDWR);

		dup2(mine, 77);
		if (write(ready[1], "x", 1) != 1 || read(go[0], &byte, 1) != 1)
			_exit(9);
		_exit(4);
	}
	R(read(ready[0], &byte, 1));
	pidfd = (int)syscall(PIDFD_OPEN, pid, 0);
	V(pidfd >= 0);
	R(syscall(PIDFD_OPEN, pid, 1));
	R(syscall(PIDFD_OPEN, 0, 0));
	R(syscall(PIDFD_OPEN, -1, 0));
	R(syscall(PIDFD_OPEN, 0x3ffffff, 0));
	got = (int)syscall(PIDFD_GETFD, pidfd, 77, 0);
	V(got >= 0);
	V(fcntl(got, F_GETFD));
	R(write(got, "x", 1));
	R(syscall(PIDFD_GETFD, pidfd, 78, 0));
	R(syscall(PIDFD_GETFD, pidfd, 77, 1));
	R(syscall(PIDFD_GETFD, ready[0], 77, 0));
	R(syscall(PIDFD_GETFD, 99, 77, 0));
	R(syscall(PIDFD_SEND, pidfd, 0, NULL, 0));
	R(syscall(PIDFD_SEND, pidfd, 99, NULL, 0));
	R(syscall(PIDFD_SEND, pidfd, 0, NULL, 64));
	R(syscall(PIDFD_SEND, ready[0], 0, NULL, 0));
	R(syscall(PIDFD_SEND, open("/proc/self", O_RDONLY | O_DIRECTORY), 0, NULL, 0));
	R(syscall(PIDFD_SEND, open("/proc", O_RDONLY | O_DIRECTORY), 0, NULL, 0));
	poller = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	R(poll(&poller, 1, 0));
	R(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG));
	V(info.si_pid);
	vec = (struct iovec){ &vec, 4096 };
	R(syscall(PROCESS_MRELEASE, pidfd, 0));
	R(syscall(PROCESS_MRELEASE, pidfd, 1));
	R(syscall(PROCESS_MRELEASE, ready[0], 0));
	R(syscall(PROCESS_MADVISE, ready[0], &vec, 1, MADV_COLD, 0));
	R(syscall(PROCESS_MADVISE, pidfd, &vec, 1, MADV_COLD, 1));
	R(write(go[1], "x", 1));
	R(poll(&poller, 1, -1));
	V(poller.revents);
	R(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOWAIT));
	V(info.si_pid == pid);
	V(info.si_status);
	R(syscall(PIDFD_SEND, pidfd, SIGTERM, NULL, 0));
	R(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED));
	R(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED));
	R(syscall(PIDFD_SEND, pidfd, SIGTERM, NULL, 0));
	R(syscall(PIDFD_GETFD, pidfd, 77, 0));
	R(waitid(P_PIDFD, 99, &info, WEXITED));
	R(waitid(P_PIDFD, (id_t)ready[0], &info, WEXITED));
}
