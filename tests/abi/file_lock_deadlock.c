/* Record locks: a circle of two processes is EDEADLK for the second; OFD locks do not check. */
#include "abi.h"

static int lock(int fd, int cmd, int type, off_t start, off_t len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &l);
}

TOPIC(file_lock_deadlock)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644), p[2], q[2], n;
	struct flock l = { .l_type = F_WRLCK, .l_whence = 7 };
	char c;
	pid_t pid;

	pipe(p);
	pipe(q);
	R(lock(fd, F_SETLK, F_WRLCK, 0, 1));
	pid = fork();
	if (!pid) {
		lock(fd, F_SETLK, F_WRLCK, 1, 1);
		write(p[1], "x", 1);
		R(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
		fflush(stdout);
		_exit(0);
	}
	read(p[0], &c, 1);
	sleep_ms(200);
	R(lock(fd, F_SETLKW, F_WRLCK, 1, 1));
	n = lock(fd, F_SETLK, F_UNLCK, 0, 1);
	reap(pid);
	V(n);
	R(lock(fd, F_SETLK, F_WRLCK, -1, 1));
	R(lock(fd, F_SETLK, 9, 0, 1));
	R(fcntl(fd, F_SETLK, &l));
	R(fcntl(fd, F_SETLK, BAD));
	R(fcntl(fd, F_GETLK, BAD));
	R(lock(999, F_SETLK, F_WRLCK, 0, 1));
	R(lock(open("f", O_RDONLY), F_SETLK, F_WRLCK, 0, 1));
	R(lock(open("f", O_WRONLY), F_SETLK, F_RDLCK, 0, 1));
	R(flock(fd, LOCK_EX | LOCK_SH));
	R(flock(fd, 0));
	R(flock(999, LOCK_EX));
	R(flock(fd, LOCK_EX | LOCK_NB));
	R(flock(open("f", O_RDWR), LOCK_EX | LOCK_NB));
	R(flock(open("f", O_RDWR), LOCK_SH | LOCK_NB));
}
