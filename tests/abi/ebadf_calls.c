/* Calls on descriptors that are closed, negative, O_PATH, of the wrong kind or mode. needs: 64 bits */
#include "abi.h"

#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/xattr.h>

#define C(name, ...) R(syscall(SYS_##name, __VA_ARGS__))

/* A closed one, a negative one, one beyond every table, one of O_PATH. */
static int fds[4] = { 999, -1, INT_MAX };

static void make(void)
{
	put_file("f", "text");
	fds[3] = open("f", O_PATH);
}

TOPIC(ebadf_io)
{
	char buf[4];
	struct iovec v = { buf, 4 };

	make();
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		C(read, fd, buf, 4L);
		C(read, fd, buf, 0L);
		C(read, fd, BAD, 4L);
		C(write, fd, buf, 4L);
		C(readv, fd, &v, 1L);
		C(writev, fd, &v, 1L);
		C(readv, fd, BAD, -1L);
	}
}
TOPIC(ebadf_files)
{
	make();
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(lseek(fd, 0, SEEK_SET));
		R(ftruncate(fd, 0));
		R(ftruncate(fd, -1));
		C(fsync, fd);
		C(fdatasync, fd);
		C(syncfs, fd);
		C(fchmod, fd, 0600);
		C(fchown, fd, -1, -1);
		C(flock, fd, LOCK_SH);
		C(getdents64, fd, BAD, 10L);
	}
}
TOPIC(ebadf_dup)
{
	make();
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(dup(fd));
		R(dup2(fd, 50));
		R(dup2(fd, fd) == fd);
		R(fcntl(fd, F_DUPFD, 60));
		R(fcntl(fd, F_GETFD));
		R(fcntl(fd, F_SETFD, 0));
		R(fcntl(fd, F_SETFL, 0));
		R(fcntl(fd, F_GETOWN));
		R(fcntl(fd, F_SETOWN, 0));
		R(fcntl(fd, F_GETPIPE_SZ));
		R(fcntl(fd, 4444));
	}
	/* O_PATH shows its flags. */
	X(fcntl(fds[3], F_GETFL) & O_ACCMODE);
	for (int i = 0; i < 4; i++)
		R(close(fds[i]));
}
TOPIC(ebadf_dirs)
{
	char *absolute;

	make();
	absolute = realpath("f", NULL);
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(openat(fd, "f", O_RDONLY));
		C(mkdirat, fd, "d", 0700);
		C(unlinkat, fd, "f", 0);
		C(linkat, fd, "f", AT_FDCWD, "g", 0);
		C(linkat, AT_FDCWD, "f", fd, "g", 0);
		C(symlinkat, "x", fd, "g");
		C(renameat2, fd, "f", AT_FDCWD, "g", 0);
		C(renameat2, AT_FDCWD, "f", fd, "g", 0);
		C(readlinkat, fd, "f", BAD, 1);
		C(fchmodat, fd, "f", 0600);
		C(faccessat, fd, "f", F_OK);
		C(fchownat, fd, "f", -1, -1, 0);
		C(mknodat, fd, "g", S_IFREG | 0600, 0);
		R(fchdir(fd));
		R(faccessat(fd, absolute, F_OK, 0));
		R(faccessat(fd, "", F_OK, 0));
	}
}
TOPIC(ebadf_empty_path)
{
	struct stat st;

	make();
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(fstatat(fd, "", &st, AT_EMPTY_PATH));
		R(fstatat(fd, "", &st, 0));
		R(fchownat(fd, "", -1, -1, AT_EMPTY_PATH));
		R(futimens(fd, NULL));
		R(utimensat(fd, NULL, NULL, 0));
	}
	R(fstatat(AT_FDCWD, "", &st, AT_EMPTY_PATH));
	R(fchownat(AT_FDCWD, "", -1, -1, AT_EMPTY_PATH));
}
TOPIC(ebadf_xattr)
{
	make();
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(fsetxattr(fd, "user.a", "x", 1, 0));
		R(fgetxattr(fd, "user.a", NULL, 0));
		R(flistxattr(fd, NULL, 0));
		R(fremovexattr(fd, "user.a"));
	}
}
TOPIC(ebadf_sockets)
{
	struct sockaddr a = { AF_UNIX };
	socklen_t len = sizeof(a);
	int v = 0;

	make();
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(bind(fd, &a, 2));
		R(connect(fd, &a, 2));
		R(listen(fd, 1));
		R(accept(fd, NULL, NULL));
		R(getsockname(fd, &a, &len));
		R(getpeername(fd, &a, &len));
		R(getsockopt(fd, SOL_SOCKET, SO_TYPE, &v, &len));
		R(setsockopt(fd, SOL_SOCKET, SO_DEBUG, &v, 4));
		R(send(fd, "x", 1, 0));
		R(recv(fd, &v, 1, 0));
		R(shutdown(fd, 0));
		R(sendmsg(fd, BAD, 0));
		R(recvmsg(fd, BAD, 0));
	}
}
/* No sockets: a file, a pipe, a directory, an eventfd. */
TOPIC(ebadf_not_sockets)
{
	int kinds[4], v = 0;
	struct sockaddr a = { AF_UNIX };
	socklen_t len = sizeof(a);

	make();
	pipe(kinds);
	kinds[1] = open(".", O_RDONLY), kinds[2] = eventfd(0, 0), kinds[3] = open("f", O_RDWR);
	for (int i = 0; i < 4; i++) {
		int fd = kinds[i];

		R(bind(fd, &a, 2));
		R(connect(fd, BAD, 2));
		R(listen(fd, 1));
		R(accept(fd, NULL, NULL));
		R(accept4(fd, NULL, NULL, 0xff));
		R(getsockname(fd, &a, BAD));
		R(getpeername(fd, &a, &len));
		R(getsockopt(fd, SOL_SOCKET, SO_TYPE, &v, &len));
		R(send(fd, "x", 1, 0));
		R(recv(fd, &v, 1, 0));
		R(shutdown(fd, 7));
		R(sendmsg(fd, BAD, 0));
		R(sendmmsg(fd, BAD, 1, 0));
		R(recvmmsg(fd, BAD, 1, 0, NULL));
	}
}
TOPIC(ebadf_events)
{
	struct epoll_event ev = { EPOLLIN };
	int ep = epoll_create1(0);

	make();
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
		R(epoll_ctl(fd, EPOLL_CTL_ADD, 0, &ev));
		R(epoll_wait(fd, &ev, 1, 0));
		R(inotify_add_watch(fd, ".", IN_OPEN));
		R(inotify_rm_watch(fd, 1));
		R(signalfd(fd == -1 ? 998 : fd, &(sigset_t){ 0 }, 0));
		R(timerfd_gettime(fd, BAD));
	}
}
TOPIC(ebadf_wrong_events)
{
	struct epoll_event ev = { EPOLLIN };
	struct itimerspec it = { { 0, 0 }, { 0, 0 } };
	int kinds[4];

	make();
	pipe(kinds);
	kinds[1] = eventfd(0, 0), kinds[2] = open("f", O_RDWR), kinds[3] = open(".", O_RDONLY);
	for (int i = 0; i < 4; i++) {
		int fd = kinds[i];

		R(epoll_ctl(fd, EPOLL_CTL_ADD, kinds[0], &ev));
		R(epoll_wait(fd, &ev, 1, 0));
		R(inotify_add_watch(fd, ".", IN_OPEN));
		R(inotify_rm_watch(fd, 1));
		R(signalfd(fd, &(sigset_t){ 0 }, 0));
		R(timerfd_gettime(fd, &it));
		R(timerfd_settime(fd, 0, &it, NULL));
		R(fcntl(fd, F_GET_SEALS));
		R(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
		R(syscall(SYS_mq_notify, fd, NULL));
	}
}
TOPIC(ebadf_copies)
{
	int p[2], rw;

	make();
	pipe(p);
	rw = open("f", O_RDWR);
	for (int i = 0; i < 4; i++) {
		int fd = fds[i];

		R(sendfile(rw, fd, NULL, 1));
		R(sendfile(fd, rw, NULL, 1));
		R(splice(fd, NULL, p[1], NULL, 1, 0));
		R(splice(p[0], NULL, fd, NULL, 1, 0));
		R(tee(fd, p[1], 1, 0));
		R(tee(p[0], fd, 1, 0));
		R(vmsplice(fd, &(struct iovec){ "x", 1 }, 1, 0));
		R(copy_file_range(fd, NULL, rw, NULL, 1, 0));
		R(copy_file_range(rw, NULL, fd, NULL, 1, 0));
	}
}
/* Open, but not for that. */
TOPIC(ebadf_modes)
{
	char buf[4];
	int r, w, p[2];

	make();
	r = open("f", O_RDONLY), w = open("f", O_WRONLY);
	pipe(p);
	R(read(w, buf, 4));
	R(read(w, BAD, 4));
	R(write(r, buf, 4));
	R(write(r, buf, 0));
	R(read(w, buf, 0));
	R(pread(w, buf, 4, 0));
	R(pwrite(r, buf, 4, 0));
	R(read(p[1], buf, 4));
	R(write(p[0], buf, 4));
	R(ftruncate(r, 0));
	R(ftruncate(p[1], 0));
	R(fallocate(r, 0, 0, 4));
	R(fallocate(p[1], 0, 0, 4));
	R(mmap(NULL, 4, PROT_READ, MAP_PRIVATE, w, 0) == MAP_FAILED);
	R(mmap(NULL, 4, PROT_WRITE, MAP_SHARED, r, 0) == MAP_FAILED);
	R(mmap(NULL, 4, PROT_READ, MAP_PRIVATE, p[0], 0) == MAP_FAILED);
	R(mmap(NULL, 4, PROT_READ, MAP_PRIVATE, fds[3], 0) == MAP_FAILED);
	R(mmap(NULL, 4, PROT_READ, MAP_PRIVATE, 999, 0) == MAP_FAILED);
	R(mmap(NULL, 4, PROT_READ, MAP_PRIVATE, open(".", O_RDONLY), 0) == MAP_FAILED);
	R(sendfile(r, r, NULL, 4));
	R(sendfile(w, w, NULL, 4));
	R(copy_file_range(w, NULL, w, NULL, 1, 0));
	R(copy_file_range(r, NULL, r, NULL, 1, 0));
	R(tee(p[1], p[0], 1, 0));
	R(splice(p[1], NULL, p[0], NULL, 1, 0));
	R(pread(p[0], buf, 1, 0));
	R(pwrite(p[1], buf, 1, 0));
	R(pread(r, buf, 1, -1));
	R(read(open(".", O_RDONLY), buf, 4));
	R(read(open(".", O_RDONLY), buf, 0));
	R(pread(open(".", O_RDONLY), buf, 4, 0));
}
