/* Which flag bits and numbers the calls on descriptors take. needs: 64 bits */
#include "probe.h"

#include <sys/socket.h>

static int a_file(void)
{
	put_file("f", "twelve bytes");
	return open("f", O_RDWR);
}

TOPIC(flags_fallocate)
{
	int fd = a_file();

	BITS("fallocate", syscall(SYS_fallocate, fd, f & ~0x70u, 0L, 4096L), );
	BITS("with KEEP_SIZE", syscall(SYS_fallocate, fd, 1 | (f & ~0x70u), 0L, 4096L), );
	R(syscall(SYS_fallocate, fd, 0, 0L, 0L));
	R(syscall(SYS_fallocate, fd, 0, -1L, 5L));
	R(syscall(SYS_fallocate, fd, 0, 5L, -1L));
	R(syscall(SYS_fallocate, fd, 0, LONG_MAX, 1L));
	R(syscall(SYS_fallocate, fd, 0, LONG_MAX - 10, 100L));
}
TOPIC(flags_lseek)
{
	int fd = a_file(), p[2];

	NUMBERS("whence", -1, 8, lseek(fd, 0, f), );
	pipe(p);
	NUMBERS("of a pipe", -1, 8, lseek(p[0], 0, f), );
	R(lseek(fd, 12, SEEK_DATA));
	R(lseek(fd, 12, SEEK_HOLE));
	R(lseek(fd, 0, SEEK_HOLE));
	R(lseek(fd, -1, SEEK_DATA));
	R(lseek(fd, -13, SEEK_END));
	R(lseek(fd, LONG_MAX, SEEK_END));
	R(lseek(fd, 0, SEEK_SET));
	R(lseek(open("/dev/null", O_RDWR), 0, SEEK_SET));
	R(lseek(socket(AF_UNIX, SOCK_STREAM, 0), 0, SEEK_SET));
	R(lseek(syscall(SYS_eventfd2, 0, 0), 0, SEEK_SET));
	R(lseek(epoll_create1(0), 0, SEEK_SET));
}
TOPIC(flags_preadv2)
{
	char buf[4];
	struct iovec v = { buf, 4 };
	int fd = a_file();

	/* RWF_NOWAIT, RWF_HIPRI, RWF_ATOMIC, RWF_DONTCACHE: the file system may or may not. */
	BITS("preadv2", syscall(SYS_preadv2, fd, &v, 1, 0L, 0L, f & 0x16), );
	BITS("pwritev2", syscall(SYS_pwritev2, fd, &v, 1, 0L, 0L, f & 0x36), );
	R(syscall(SYS_preadv2, fd, &v, 1, -1L, -1L, 0));
	R(syscall(SYS_preadv2, fd, &v, 1, -2L, -1L, 0));
	R(syscall(SYS_preadv2, fd, &v, -1, 0L, 0L, 0));
	R(syscall(SYS_preadv2, fd, &v, 1025, 0L, 0L, 0));
}
TOPIC(flags_splice)
{
	int p[2], q[2], fd = a_file();

	pipe2(p, O_NONBLOCK);
	pipe2(q, O_NONBLOCK);
	write(p[1], "some", 4);
	BITS("splice", syscall(SYS_splice, p[0], NULL, q[1], NULL, 1L, f), (read(q[0], &(char){ 0 }, 1), write(p[1], "x", 1)));
	BITS("tee", syscall(SYS_tee, p[0], q[1], 1L, f), read(q[0], &(char){ 0 }, 1));
	BITS("vmsplice", syscall(SYS_vmsplice, p[1], &(struct iovec){ "x", 1 }, 1L, f), read(p[0], &(char){ 0 }, 1));
	BITS("sync_file_range", syscall(SYS_sync_file_range, fd, 0L, 0L, f), );
	R(syscall(SYS_sync_file_range, fd, -1L, 0L, 0));
	R(syscall(SYS_sync_file_range, fd, 0L, -1L, 0));
	R(syscall(SYS_sync_file_range, p[0], 0L, 0L, 0));
	R(syscall(SYS_sync_file_range, 999, 0L, 0L, 0));
}
TOPIC(flags_copy_file_range)
{
	int fd = a_file(), out;

	put_file("g", "");
	out = open("g", O_RDWR);
	BITS("copy_file_range", syscall(SYS_copy_file_range, fd, NULL, out, NULL, 0L, f), );
	R(syscall(SYS_copy_file_range, fd, NULL, out, NULL, 5L, 0));
	R(syscall(SYS_copy_file_range, fd, &(off_t){ 0 }, fd, &(off_t){ 4 }, 8L, 0));
	R(syscall(SYS_copy_file_range, fd, &(off_t){ -1 }, out, NULL, 8L, 0));
	R(syscall(SYS_copy_file_range, fd, &(off_t){ 0 }, out, &(off_t){ -1 }, 8L, 0));
}
TOPIC(flags_fadvise)
{
	int fd = a_file(), p[2];

	NUMBERS("fadvise64", -1, 8, posix_fadvise(fd, 0, 0, f) ? -1 : 0, );
	E(posix_fadvise(fd, 0, -1, 0));
	E(posix_fadvise(fd, -1, 0, 0));
	pipe(p);
	E(posix_fadvise(p[0], 0, 0, 0));
	E(posix_fadvise(p[0], 0, 0, 99));
	E(posix_fadvise(999, 0, 0, 0));
	R(readahead(fd, 0, 100));
	R(readahead(p[0], 0, 100));
	R(readahead(open("f", O_WRONLY), 0, 100));
	R(readahead(999, 0, 100));
}
TOPIC(flags_flock)
{
	int fd = a_file();

	NUMBERS("flock", 0, 16, flock(fd, f), );
	R(flock(fd, LOCK_SH | LOCK_EX));
	R(flock(fd, LOCK_UN | LOCK_NB));
	R(flock(fd, LOCK_SH | 32 /* once LOCK_MAND */));
	R(flock(0, LOCK_SH));
	R(flock(0, LOCK_UN));
}
TOPIC(flags_fcntl)
{
	int fd = a_file(), p[2];

	NUMBERS("none such", 18, 30, fcntl(fd, f, 0), );
	NUMBERS("Linux's own, none such", 1040, 1050, fcntl(fd, f, 0), );
	R(fcntl(fd, -1, 0));
	BITS("F_SETFD", (fcntl(fd, F_SETFD, f), fcntl(fd, F_GETFD)) == 1 ? 0 : -1, );
	BITS("F_SETFL keeps", (fcntl(fd, F_SETFL, f & ~(O_ASYNC | O_DIRECT)), fcntl(fd, F_GETFL) & ~0100003) ? 0 : -1, );
	pipe(p);
	NUMBERS("F_SETPIPE_SZ", 0, 3, fcntl(p[0], F_SETPIPE_SZ, f * 3000), );
	R(fcntl(p[0], F_GETPIPE_SZ));
	CHILD(if (getuid() == 0) setuid(4242); R(fcntl(p[0], F_SETPIPE_SZ, 1u << 30)));
	R(fcntl(fd, F_GETPIPE_SZ));
	R(fcntl(fd, F_ADD_SEALS, 0));
	R(fcntl(fd, F_GET_SEALS));
	NUMBERS("F_SETSIG", -1, 0, fcntl(fd, F_SETSIG, f), );
	NUMBERS("F_SETSIG", 64, 66, fcntl(fd, F_SETSIG, f), );
	R(fcntl(fd, F_GETSIG));
	NUMBERS("F_DUPFD from", -1, 0, fcntl(fd, F_DUPFD, f), close(r));
	R(fcntl(fd, F_DUPFD, 1024));
	R(fcntl(fd, F_DUPFD, 1023));
	R(fcntl(fd, F_DUPFD, 1023));
}
TOPIC(flags_fcntl_lock)
{
	struct flock l = { .l_type = F_RDLCK };
	int fd = a_file();

	NUMBERS("l_type", -1, 8, (l.l_type = f, fcntl(fd, F_SETLK, &l)), );
	l.l_type = F_RDLCK;
	NUMBERS("l_whence", -1, 5, (l.l_whence = f, fcntl(fd, F_SETLK, &l)), );
	l.l_whence = SEEK_SET;
	l.l_start = -1;
	R(fcntl(fd, F_SETLK, &l));
	l.l_start = 5, l.l_len = -5;
	R(fcntl(fd, F_SETLK, &l));
	l.l_len = -6;
	R(fcntl(fd, F_SETLK, &l));
	l.l_start = LONG_MAX, l.l_len = 2;
	R(fcntl(fd, F_SETLK, &l));
	l.l_len = 1;
	R(fcntl(fd, F_SETLK, &l));
	l.l_start = l.l_len = 0, l.l_pid = 5;
	R(fcntl(fd, F_OFD_SETLK, &l));
	l.l_pid = 0;
	R(fcntl(fd, F_OFD_SETLK, &l));
	l.l_type = F_UNLCK;
	R(fcntl(fd, F_GETLK, &l));
	l.l_type = F_WRLCK;
	R(fcntl(open("f", O_RDONLY), F_SETLK, &l));
	l.l_type = F_RDLCK;
	R(fcntl(open("f", O_WRONLY), F_SETLK, &l));
	R(fcntl(open("f", O_PATH), F_SETLK, &l));
	R(fcntl(fd, F_SETLK, BAD));
	R(fcntl(fd, F_GETLK, BAD));
}
TOPIC(flags_epoll_ctl)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(0), p[2], ev_fd = syscall(SYS_eventfd2, 0, 0);

	pipe(p);
	NUMBERS("op", -1, 5, epoll_ctl(ep, f, p[0], &ev), epoll_ctl(ep, EPOLL_CTL_DEL, p[0], &ev));
	BITS("events", (ev.events = f & ~EPOLLWAKEUP, epoll_ctl(ep, EPOLL_CTL_ADD, ev_fd, &ev)), epoll_ctl(ep, EPOLL_CTL_DEL, ev_fd, &ev));
	BITS("with EPOLLEXCLUSIVE", (ev.events = (f & ~EPOLLWAKEUP) | EPOLLEXCLUSIVE, epoll_ctl(ep, EPOLL_CTL_ADD, ev_fd, &ev)),
	     epoll_ctl(ep, EPOLL_CTL_DEL, ev_fd, &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	R(epoll_ctl(ep, EPOLL_CTL_ADD, ev_fd, &ev));
	R(epoll_ctl(ep, EPOLL_CTL_MOD, ev_fd, &ev));
	ev.events = EPOLLIN;
	R(epoll_ctl(ep, EPOLL_CTL_MOD, ev_fd, &ev));
	ev.events = EPOLLIN | EPOLLEXCLUSIVE;
	R(epoll_ctl(ep, EPOLL_CTL_ADD, epoll_create1(0), &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, open(".", O_RDONLY), &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, a_file(), &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev));
	R(epoll_ctl(p[0], EPOLL_CTL_ADD, p[0], &ev));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, 999, &ev));
	R(epoll_ctl(999, EPOLL_CTL_ADD, 999, &ev));
}
TOPIC(flags_timerfd_settime)
{
	struct itimerspec t = { .it_value = { 100, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0), rt = timerfd_create(CLOCK_REALTIME, 0);

	BITS("timerfd_settime", timerfd_settime(fd, f, &t, NULL), );
	BITS("of the real clock", timerfd_settime(rt, f, &t, NULL), );
	R(timerfd_settime(rt, TFD_TIMER_CANCEL_ON_SET | TFD_TIMER_ABSTIME, &t, NULL));
	t.it_value.tv_nsec = 1000000000;
	R(timerfd_settime(fd, 0, &t, NULL));
	t.it_value.tv_nsec = -1;
	R(timerfd_settime(fd, 0, &t, NULL));
	t.it_value = (struct timespec){ -1, 0 };
	R(timerfd_settime(fd, 0, &t, NULL));
	t = (struct itimerspec){ { 0, 1000000000 }, { 1, 0 } };
	R(timerfd_settime(fd, 0, &t, NULL));
	t = (struct itimerspec){ { 5, 0 }, { 0, 0 } };
	R(timerfd_settime(fd, 0, &t, NULL));
	R(timerfd_gettime(fd, &t));
	V(t.it_value.tv_sec); V(t.it_interval.tv_sec);
	R(timerfd_gettime(0, &t));
	R(timerfd_gettime(999, &t));
	R(timerfd_settime(0, 0, &t, NULL));
	R(timerfd_settime(999, 0, &t, NULL));
}
TOPIC(flags_getrandom)
{
	char b[4];

	BITS("getrandom", syscall(SYS_getrandom, b, 4L, f), );
	NUMBERS("combinations", 0, 8, syscall(SYS_getrandom, b, 4L, f), );
	R(syscall(SYS_getrandom, BAD, 4L, 0));
	R(syscall(SYS_getrandom, BAD, 0L, 0));
}
