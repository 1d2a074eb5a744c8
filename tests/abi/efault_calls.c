/* EFAULT on every pointer, family by family. needs: 64 bits */
#include "abi.h"

#include <sys/inotify.h>
#include <sys/xattr.h>

#define C(name, ...) R(syscall(SYS_##name, __VA_ARGS__))
/* In user space, mapped by nobody; above user space; the kernel's half. */
static void *const bads[] = { BAD, (void *)0x1000000000000000, (void *)-4096L };

TOPIC(efault_xattr)
{
	char buf[8];
	int fd;

	put_file("f", "");
	fd = open("f", O_RDONLY);
	setxattr("f", "user.a", "value", 5, 0);
	C(setxattr, BAD, "user.a", "x", 1, 0);
	C(setxattr, "f", BAD, "x", 1, 0);
	C(setxattr, "f", "user.a", BAD, 1, 0);
	C(setxattr, "f", "user.a", BAD, 0, 0);
	C(setxattr, "f", "user.a", NULL, 1, 0);
	setxattr("f", "user.a", "value", 5, 0);
	C(fsetxattr, fd, BAD, "x", 1, 0);
	C(fsetxattr, fd, "user.a", BAD, 1, 0);
	C(getxattr, BAD, "user.a", buf, 8);
	C(getxattr, "f", BAD, buf, 8);
	C(getxattr, "f", "user.a", BAD, 8);
	C(getxattr, "f", "user.a", BAD, 0);
	C(lgetxattr, BAD, "user.a", buf, 8);
	C(fgetxattr, fd, "user.a", BAD, 8);
	C(listxattr, BAD, buf, 8);
	C(listxattr, "f", BAD, 100);
	C(listxattr, "f", BAD, 0);
	C(flistxattr, fd, BAD, 100);
	C(removexattr, BAD, "user.a");
	C(removexattr, "f", BAD);
	C(fremovexattr, fd, BAD);
	C(lremovexattr, "f", BAD);
}
TOPIC(efault_stat)
{
	struct stat st;

	put_file("f", "");
	for (int i = 0; i < COUNT(bads); i++) {
		C(newfstatat, AT_FDCWD, bads[i], &st, 0);
		C(newfstatat, AT_FDCWD, "f", bads[i], 0);
		C(newfstatat, 0, bads[i], &st, AT_EMPTY_PATH);
		C(fstat, 0, bads[i]);
		C(statx, AT_FDCWD, bads[i], 0, 0x7ff, &st);
		C(statx, AT_FDCWD, "f", 0, 0x7ff, bads[i]);
		C(statfs, bads[i], &st);
		C(statfs, "f", bads[i]);
		C(fstatfs, 0, bads[i]);
	}
	C(newfstatat, AT_FDCWD, "absent", BAD, 0);
	C(fstat, 999, BAD);
	C(fstatfs, 999, BAD);
}
TOPIC(efault_paths)
{
	for (int i = 0; i < COUNT(bads); i++) {
		void *b = bads[i];

		C(openat, AT_FDCWD, b, O_RDONLY);
		C(openat, AT_FDCWD, b, O_CREAT | O_RDWR, 0600);
		C(mkdirat, AT_FDCWD, b, 0700);
		C(mknodat, AT_FDCWD, b, S_IFREG | 0600, 0);
		C(unlinkat, AT_FDCWD, b, 0);
		C(unlinkat, AT_FDCWD, b, AT_REMOVEDIR);
		C(fchmodat, AT_FDCWD, b, 0600);
		C(fchownat, AT_FDCWD, b, -1, -1, 0);
		C(faccessat, AT_FDCWD, b, F_OK);
		C(faccessat2, AT_FDCWD, b, F_OK, 0);
		C(truncate, b, 0);
		C(chdir, b);
		C(chroot, b);
		C(utimensat, AT_FDCWD, b, NULL, 0);
		C(readlinkat, AT_FDCWD, b, &(char){ 0 }, 1);
	}
}
TOPIC(efault_two_paths)
{
	put_file("f", "");
	for (int i = 0; i < COUNT(bads); i++) {
		void *b = bads[i];

		C(renameat2, AT_FDCWD, b, AT_FDCWD, "g", 0);
		C(renameat2, AT_FDCWD, "f", AT_FDCWD, b, 0);
		C(renameat2, AT_FDCWD, "absent", AT_FDCWD, b, 0);
		C(linkat, AT_FDCWD, b, AT_FDCWD, "g", 0);
		C(linkat, AT_FDCWD, "f", AT_FDCWD, b, 0);
		C(symlinkat, b, AT_FDCWD, "g");
		C(symlinkat, "x", AT_FDCWD, b);
		C(pivot_root, b, "f");
		C(umount2, b, 0);
	}
	C(symlinkat, "", AT_FDCWD, BAD);
	R(access("f", F_OK));
}
TOPIC(efault_readlink)
{
	char *edge = anon(1, PROT_READ | PROT_WRITE), *end = edge + PAGE;

	symlink("twelve-bytes", "l");
	C(readlinkat, AT_FDCWD, "l", BAD, 4);
	C(readlinkat, AT_FDCWD, "l", end - 4, 4);
	C(readlinkat, AT_FDCWD, "l", end - 4, 12);
	C(readlinkat, AT_FDCWD, "l", end - 12, 100);
	C(readlinkat, AT_FDCWD, "l", BAD, 0);
	C(readlinkat, AT_FDCWD, "l", BAD, -1);
	/* A path that ends at the last byte of a page, and one that goes on. */
	memcpy(end - 2, "l", 2);
	R(access(end - 2, F_OK));
	memcpy(end - 2, "ll", 2);
	R(access(end - 2, F_OK));
	memcpy(end - 1, "", 1);
	R(access(end - 1, F_OK));
}
TOPIC(efault_getcwd)
{
	char *end = (char *)anon(1, PROT_READ | PROT_WRITE) + PAGE;

	mkdir("somewhere", 0755);
	chdir("/");
	C(getcwd, BAD, 100);
	C(getcwd, BAD, 0);
	C(getcwd, BAD, 1);
	C(getcwd, end - 1, 100);
	C(getcwd, end - 2, 100);
	C(getcwd, end - 2, 2);
	C(getcwd, end - 2, 1);
}
TOPIC(efault_getdents)
{
	char *end = (char *)anon(1, PROT_READ | PROT_WRITE) + PAGE;
	int fd = open(".", O_RDONLY);

	put_file("some-file", "");
	C(getdents64, fd, BAD, 4096);
	C(getdents64, fd, end - 24, 4096);
	C(getdents64, fd, end - 23, 23);
	C(getdents64, fd, end - 24, 24);
	C(getdents64, fd, BAD, 0);
	C(getdents64, fd, BAD, 10);
}
TOPIC(efault_clocks)
{
	struct timespec ts = { 0, 1000 };

	for (int i = 0; i < COUNT(bads); i++) {
		C(clock_gettime, CLOCK_MONOTONIC, bads[i]);
		C(clock_getres, CLOCK_MONOTONIC, bads[i]);
		C(clock_nanosleep, CLOCK_MONOTONIC, 0, bads[i], NULL);
		C(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, bads[i]);
		C(nanosleep, bads[i], NULL);
		C(nanosleep, &ts, bads[i]);
		C(clock_settime, CLOCK_MONOTONIC, bads[i]);
		C(gettimeofday, bads[i], NULL);
		C(gettimeofday, NULL, bads[i]);
		C(times, bads[i]);
	}
	C(clock_gettime, 99, BAD);
	C(clock_getres, 99, BAD);
	C(clock_getres, CLOCK_MONOTONIC, NULL);
	C(gettimeofday, NULL, NULL);
	C(clock_settime, 99, BAD);
	C(clock_nanosleep, 99, 0, BAD, NULL);
	C(adjtimex, BAD);
	C(clock_adjtime, CLOCK_REALTIME, BAD);
}
TOPIC(efault_posix_timers)
{
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	struct itimerspec it = { { 0, 0 }, { 100, 0 } };
	int id;

	C(timer_create, CLOCK_MONOTONIC, BAD, &id);
	C(timer_create, CLOCK_MONOTONIC, &ev, BAD);
	C(timer_create, CLOCK_MONOTONIC, &ev, NULL);
	C(timer_create, CLOCK_MONOTONIC, &ev, &id);
	C(timer_settime, id, 0, BAD, NULL);
	C(timer_settime, id, 0, NULL, NULL);
	C(timer_settime, id, 0, &it, BAD);
	C(timer_gettime, id, BAD);
	C(timer_gettime, 12345, BAD);
	C(timer_settime, 12345, 0, BAD, NULL);
	C(timer_settime, 12345, 0, &it, BAD);
	C(setitimer, ITIMER_REAL, BAD, NULL);
	C(setitimer, ITIMER_REAL, &(struct itimerval){ 0 }, BAD);
	C(getitimer, ITIMER_REAL, BAD);
	C(getitimer, 9, BAD);
}
TOPIC(efault_timerfd)
{
	struct itimerspec it = { { 0, 0 }, { 100, 0 } };
	int fd = syscall(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);

	C(timerfd_settime, fd, 0, BAD, NULL);
	C(timerfd_settime, fd, 0, &it, BAD);
	C(timerfd_gettime, fd, BAD);
	C(timerfd_settime, 999, 0, BAD, NULL);
	C(timerfd_settime, 999, 0, &it, BAD);
	C(timerfd_gettime, 999, BAD);
	C(read, fd, BAD, 8);
	it.it_value = (struct timespec){ 0, 1 };
	C(timerfd_settime, fd, 0, &it, NULL);
	sleep_ms(5);
	/* The expirations are gone, read or not. */
	C(read, fd, BAD, 8);
	C(read, fd, &it, 8);
}
TOPIC(efault_signals)
{
	unsigned long set = 0, act[4] = { 0 };

	for (int i = 0; i < COUNT(bads); i++) {
		C(rt_sigaction, SIGUSR1, bads[i], NULL, 8);
		C(rt_sigaction, SIGUSR1, NULL, bads[i], 8);
		C(rt_sigprocmask, SIG_BLOCK, bads[i], NULL, 8);
		C(rt_sigprocmask, SIG_BLOCK, NULL, bads[i], 8);
		C(rt_sigpending, bads[i], 8);
		C(rt_sigsuspend, bads[i], 8);
		C(rt_sigtimedwait, bads[i], NULL, NULL, 8);
		C(rt_sigtimedwait, &set, NULL, bads[i], 8);
		C(rt_sigqueueinfo, getpid(), SIGUSR1, bads[i]);
		C(rt_tgsigqueueinfo, getpid(), gettid(), SIGUSR1, bads[i]);
		C(sigaltstack, bads[i], NULL);
		C(sigaltstack, NULL, bads[i]);
		C(signalfd4, -1, bads[i], 8, 0);
	}
	/* The action is set although the old one cannot be told. */
	act[0] = (unsigned long)SIG_IGN;
	C(rt_sigaction, SIGUSR2, act, BAD, 8);
	C(rt_sigaction, SIGUSR2, NULL, act, 8);
	V(act[0]);
	C(rt_sigprocmask, 99, BAD, NULL, 8);
	C(rt_sigprocmask, 99, NULL, NULL, 8);
	C(rt_sigaction, 99, BAD, NULL, 8);
}
TOPIC(efault_sigtimedwait_info)
{
	unsigned long set = 1ul << (SIGUSR1 - 1);

	sigprocmask(SIG_BLOCK, (sigset_t *)&set, NULL);
	raise(SIGUSR1);
	/* Taken, but not told. */
	C(rt_sigtimedwait, &set, BAD, &(struct timespec){ 0, 0 }, 8);
	C(rt_sigtimedwait, &set, NULL, &(struct timespec){ 0, 0 }, 8);
}
TOPIC(efault_ids)
{
	unsigned id;

	C(getresuid, BAD, &id, &id);
	C(getresuid, &id, BAD, &id);
	C(getresuid, &id, &id, BAD);
	C(getresgid, BAD, &id, &id);
	C(getresgid, &id, BAD, &id);
	C(getresgid, &id, &id, BAD);
	C(getgroups, 65536, BAD) ;
	C(getgroups, -1, BAD);
	if (getuid() == 0) {
		C(setgroups, 1, BAD);
		C(setgroups, 2, (unsigned[]){ 7, 8 });
		C(getgroups, 2, BAD);
		C(getgroups, 1, BAD);
		C(getgroups, 0, BAD);
		C(setgroups, -1, BAD);
		C(setgroups, 65537, BAD);
	}
}
TOPIC(efault_caps)
{
	unsigned h[2] = { 0x20080522, 0 }, d[6];

	C(capget, BAD, d);
	C(capget, h, BAD);
	C(capget, NULL, NULL);
	C(capget, h, d);
	C(capset, BAD, d);
	C(capset, h, BAD);
	h[0] = 1;
	C(capget, h, NULL);
	X(h[0]);
	h[0] = 1;
	C(capget, h, d);
	h[0] = 0x20080522, h[1] = -1;
	C(capget, h, d);
	h[1] = INT_MAX;
	C(capget, h, d);
}
TOPIC(efault_sched)
{
	C(sched_getparam, 0, BAD);
	C(sched_setparam, 0, BAD);
	C(sched_setscheduler, 0, 0, BAD);
	C(sched_setscheduler, 0, 99, BAD);
	C(sched_rr_get_interval, 0, BAD);
	C(sched_getattr, 0, BAD, 48, 0);
	C(sched_setattr, 0, BAD, 0);
	C(sched_getattr, 0, BAD, 10, 0);
	C(sched_getattr, INT_MAX, BAD, 48, 0);
	C(sched_getaffinity, 0, 128, BAD);
	C(sched_setaffinity, 0, 128, BAD);
	C(getcpu, BAD, NULL, NULL);
	C(getcpu, NULL, BAD, NULL);
	C(getcpu, NULL, NULL, BAD);
}
TOPIC(efault_wait)
{
	if (fork() == 0)
		_exit(3);
	sleep_ms(5);
	/* Reaped, although its status could not be told. */
	R(syscall(SYS_wait4, -1, BAD, 0, NULL));
	C(wait4, -1, NULL, 0, NULL);
	if (fork() == 0)
		_exit(3);
	C(waitid, P_ALL, 0, BAD, WEXITED | WNOWAIT, NULL);
	C(waitid, P_ALL, 0, NULL, WEXITED | WNOWAIT, BAD);
	C(waitid, P_ALL, 0, BAD, WEXITED, NULL);
	C(waitid, P_ALL, 0, NULL, WEXITED, NULL);
	if (fork() == 0)
		_exit(3);
	R(syscall(SYS_wait4, -1, NULL, 0, BAD));
	C(wait4, -1, NULL, 0, NULL);
}
TOPIC(efault_machine)
{
	C(uname, BAD);
	C(sysinfo, BAD);
	C(getrusage, RUSAGE_SELF, BAD);
	C(getrlimit, RLIMIT_CORE, BAD);
	C(setrlimit, RLIMIT_CORE, BAD);
	C(prlimit64, 0, RLIMIT_CORE, NULL, BAD);
	C(prlimit64, 0, RLIMIT_CORE, BAD, NULL);
	C(prlimit64, 0, 99, BAD, BAD);
	C(getrandom, BAD, 1, 0);
	C(getrandom, BAD, 0, 0);
	C(syslog, 3, BAD, -1);
	C(syslog, 3, NULL, 10);
	C(syslog, 99, NULL, 0);
}
TOPIC(efault_fcntl)
{
	int fd;

	put_file("f", "");
	fd = open("f", O_RDWR);
	C(fcntl, fd, F_GETLK, BAD);
	C(fcntl, fd, F_SETLK, BAD);
	C(fcntl, fd, F_SETLKW, BAD);
	C(fcntl, fd, F_OFD_GETLK, BAD);
	C(fcntl, fd, F_OFD_SETLK, BAD);
	C(fcntl, fd, F_OFD_SETLKW, BAD);
	C(fcntl, fd, F_SETOWN_EX, BAD);
	C(fcntl, fd, F_GETOWN_EX, BAD);
	C(fcntl, 999, F_SETLK, BAD);
}
TOPIC(efault_ioctl)
{
	int p[2], m = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	pipe(p);
	C(ioctl, p[0], FIONREAD, BAD);
	C(ioctl, p[0], FIONBIO, BAD);
	C(ioctl, p[0], FIOASYNC, BAD);
	C(ioctl, 999, FIONREAD, BAD);
	C(ioctl, m, TCGETS, BAD);
	C(ioctl, m, TCSETS, BAD);
	C(ioctl, m, TIOCGWINSZ, BAD);
	C(ioctl, m, TIOCSWINSZ, BAD);
	C(ioctl, m, TIOCGPTN, BAD);
	C(ioctl, m, TIOCSPTLCK, BAD);
	C(ioctl, m, TIOCOUTQ, BAD);
	C(ioctl, m, FIONREAD, BAD);
}
TOPIC(efault_poll)
{
	struct timespec zero = { 0, 0 }, ts = { 0, 1000 };
	char *end = (char *)anon(1, PROT_READ | PROT_WRITE) + PAGE;
	unsigned long mask[1] = { 0 };
	void *pair[2] = { BAD, (void *)8 };

	C(ppoll, BAD, 1, &zero, NULL, 8);
	C(ppoll, end - 8, 2, &zero, NULL, 8);
	C(ppoll, NULL, 0, BAD, NULL, 8);
	C(ppoll, NULL, 0, &zero, BAD, 8);
	C(ppoll, NULL, 0, &zero, mask, 4);
	C(pselect6, 1, BAD, NULL, NULL, &zero, NULL);
	C(pselect6, 1, NULL, BAD, NULL, &zero, NULL);
	C(pselect6, 1, NULL, NULL, BAD, &zero, NULL);
	C(pselect6, 0, BAD, BAD, BAD, &zero, NULL);
	C(pselect6, 0, NULL, NULL, NULL, BAD, NULL);
	C(pselect6, 0, NULL, NULL, NULL, &zero, BAD);
	C(pselect6, 0, NULL, NULL, NULL, &zero, pair);
	pair[0] = NULL;
	C(pselect6, 0, NULL, NULL, NULL, &zero, pair);
	pair[0] = mask, pair[1] = (void *)4;
	C(pselect6, 0, NULL, NULL, NULL, &zero, pair);
	/* What is left of a time-out is told only where it can be. */
	mprotect(end - PAGE, PAGE, PROT_READ);
	C(ppoll, NULL, 0, end - 16, NULL, 8);
	C(ppoll, NULL, 0, &ts, NULL, 8);
}
TOPIC(efault_epoll)
{
	struct epoll_event ev = { EPOLLOUT, { 0 } };
	int ep = epoll_create1(0), p[2];

	pipe(p);
	C(epoll_ctl, ep, EPOLL_CTL_ADD, p[1], BAD);
	C(epoll_ctl, ep, EPOLL_CTL_ADD, p[1], NULL);
	C(epoll_ctl, ep, EPOLL_CTL_DEL, p[1], BAD);
	C(epoll_ctl, 999, EPOLL_CTL_ADD, p[1], BAD);
	C(epoll_pwait, ep, BAD, 1, 0, NULL, 8);
	C(epoll_ctl, ep, EPOLL_CTL_ADD, p[1], &ev);
	C(epoll_pwait, ep, BAD, 1, 0, NULL, 8);
	C(epoll_pwait, ep, BAD, 1, 0, BAD, 8);
	C(epoll_pwait, ep, &ev, 1, 0, BAD, 8);
	C(epoll_pwait, ep, &ev, 1, 0, &ev, 4);
	C(epoll_pwait2, ep, &ev, 1, BAD, NULL, 8);
	C(epoll_pwait2, ep, &ev, 1, NULL, NULL, 8);
	C(epoll_pwait, ep, (void *)-1L, 1, 0, NULL, 8);
}
TOPIC(efault_vectors)
{
	char buf[8] = "", *end = (char *)anon(1, PROT_READ | PROT_WRITE) + PAGE;
	struct iovec v[3] = { { buf, 4 }, { BAD, 4 }, { buf, 4 } }, none[2] = { { BAD, 0 }, { buf, 4 } };
	int fd;

	put_file("f", "some text in a file");
	fd = open("f", O_RDWR);
	C(readv, fd, BAD, 1);
	C(readv, fd, BAD, 0);
	C(readv, fd, v, 3);
	C(readv, fd, v + 1, 2);
	C(readv, fd, none, 2);
	C(writev, fd, BAD, 1);
	C(writev, fd, v, 3);
	C(writev, fd, v + 1, 1);
	C(preadv, fd, BAD, 1, 0, 0);
	C(preadv, fd, v, 3, 0, 0);
	C(pwritev, fd, v, 3, 0, 0);
	C(preadv2, fd, v + 1, 1, 0, 0, 0);
	C(readv, fd, end - 8, 1);
	v[0].iov_len = -1;
	C(readv, fd, v, 1);
	C(writev, fd, v, 1);
	v[0].iov_base = (void *)-1L, v[0].iov_len = 1;
	C(readv, fd, v, 1);
	C(lseek, fd, 0, SEEK_CUR);
}
TOPIC(efault_offsets)
{
	int fd, out, p[2];

	put_file("f", "some text in a file");
	put_file("g", "");
	fd = open("f", O_RDWR), out = open("g", O_RDWR);
	pipe(p);
	C(sendfile, out, fd, BAD, 4);
	C(sendfile, out, fd, BAD, 0);
	C(copy_file_range, fd, BAD, out, NULL, 4, 0);
	C(copy_file_range, fd, NULL, out, BAD, 4, 0);
	C(splice, fd, BAD, p[1], NULL, 4, 0);
	C(splice, p[0], NULL, out, BAD, 4, 0);
	C(splice, p[0], BAD, out, NULL, 4, 0);
	C(vmsplice, p[1], BAD, 1, 0);
	C(vmsplice, p[1], (&(struct iovec){ BAD, 4 }), 1, 0);
	C(lseek, fd, 0, SEEK_CUR);
}
