/* Limits: what each of them stops, and with which error. needs: 64 bits */
#include "abi.h"

#include <linux/futex.h>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

static int set(int which, rlim_t soft)
{
	struct rlimit l;

	getrlimit(which, &l);
	l.rlim_cur = soft;
	return setrlimit(which, &l);
}

/* Every call that makes a descriptor, when there is no room. */
TOPIC(limit_nofile_calls)
{
	unsigned long mask = 1;
	struct { uint64_t a[3]; } how = { { 0 } };
	int p[2], s = socket(AF_UNIX, SOCK_STREAM, 0), pid = syscall(SYS_pidfd_open, getpid(), 0);

	R(set(RLIMIT_NOFILE, 5));
	R(open("/", O_RDONLY));
	R(open("/", O_PATH));
	R(open("made", O_CREAT | O_RDWR, 0600));
	R(access("made", F_OK));
	R(syscall(SYS_openat2, AT_FDCWD, "/", &how, 24));
	R(dup(0));
	R(dup2(0, 4));
	R(dup2(0, 5));
	R(dup2(0, 4000));
	R(fcntl(0, F_DUPFD, 0));
	R(fcntl(0, F_DUPFD, 5));
	R(fcntl(0, F_DUPFD, 4));
	R(pipe(p));
	R(socket(AF_UNIX, SOCK_STREAM, 0));
	R(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	R(accept(s, NULL, NULL));
	R(epoll_create1(0));
	R(eventfd(0, 0));
	R(syscall(SYS_signalfd4, -1, &mask, 8, 0));
	R(timerfd_create(CLOCK_MONOTONIC, 0));
	R(inotify_init());
	R(syscall(SYS_memfd_create, "x", 0));
	R(syscall(SYS_pidfd_open, getpid(), 0));
	R(syscall(SYS_pidfd_getfd, pid, 0, 0));
	R(syscall(SYS_mq_open, "abi-limit", O_RDWR | O_CREAT, 0600, NULL));
	R(posix_openpt(O_RDWR) >= 0);
	R(syscall(SYS_mq_unlink, "abi-limit"));
}
TOPIC(limit_nofile_one_left)
{
	int p[2];

	R(set(RLIMIT_NOFILE, 4));
	R(pipe(p));
	R(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	R(dup(0));
	R(dup(0));
	R(set(RLIMIT_NOFILE, 2));
	R(close(3));
	R(dup2(0, 1));
	R(dup(0));
	R(poll(NULL, 0, 0));
	R(poll((struct pollfd[3]){ { 0 } }, 3, 0));
	R(set(RLIMIT_NOFILE, 3));
	R(write(2, "", 0));
}
TOPIC(limit_nofile_passed)
{
	char control[CMSG_SPACE(3 * sizeof(int))], c;
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *h;
	int p[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	h = CMSG_FIRSTHDR(&m);
	*h = (struct cmsghdr){ CMSG_LEN(3 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(h), (int[]){ 0, 1, 2 }, 12);
	R(sendmsg(p[0], &m, 0));
	/* Room for one: the rest are lost, and that is told. */
	R(set(RLIMIT_NOFILE, 6));
	R(recvmsg(p[1], &m, 0));
	V(m.msg_controllen > 0 ? (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int)) : 0);
	X(m.msg_flags & (MSG_CTRUNC | MSG_TRUNC));
	R(dup(0));
}
static void xfsz(int signo) { (void)signo; write(1, "SIGXFSZ\n", 8); }
TOPIC(limit_fsize_calls)
{
	char buf[64] = "";
	int fd = open("f", O_RDWR | O_CREAT, 0600), in = open("g", O_RDWR | O_CREAT, 0600), p[2];

	write(in, buf, 64);
	pipe(p);
	write(p[1], buf, 64);
	signal(SIGXFSZ, xfsz);
	R(set(RLIMIT_FSIZE, 16));
	R(write(fd, buf, 20));
	R(write(fd, buf, 1));
	R(write(fd, buf, 0));
	R(pwrite(fd, buf, 4, 14));
	R(pwrite(fd, buf, 4, 16));
	R(pwrite(fd, buf, 4, 100));
	R(ftruncate(fd, 17));
	R(ftruncate(fd, 16));
	R(ftruncate(fd, 3));
	R(truncate("f", 1000));
	R(fallocate(fd, 0, 0, 17));
	R(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 17));
	R(lseek(fd, 1000, SEEK_SET));
	R(write(fd, buf, 1));
	R(sendfile(fd, in, &(off_t){ 0 }, 4));
	R(copy_file_range(in, &(off_t){ 0 }, fd, &(off_t){ 14 }, 8, 0));
	R(write(p[1], buf, 60));
	R(lseek(fd, 0, SEEK_END));
	signal(SIGXFSZ, SIG_IGN);
	R(pwrite(fd, buf, 4, 16));
	signal(SIGXFSZ, SIG_DFL);
	CHILD(pwrite(fd, buf, 4, 16));
}
TOPIC(limit_address_space)
{
	void *p;

	R(set(RLIMIT_AS, 256 << 20));
	R((p = mmap(NULL, 300 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED);
	R((p = mmap(NULL, 64 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED);
	R(mremap(p, 64 << 20, 300 << 20, MREMAP_MAYMOVE) == MAP_FAILED);
	R(mmap(NULL, 300 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
	R(sbrk(300 << 20) == (void *)-1);
	R(set(RLIMIT_AS, 0));
	R(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(munmap(p, PAGE));
	R(mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
	R(mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
}
TOPIC(limit_data)
{
	R(set(RLIMIT_DATA, 16 << 20));
	R(sbrk(32 << 20) == (void *)-1);
	R(sbrk(1 << 20) == (void *)-1);
	R(mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(mmap(NULL, 32 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(mprotect(mmap(NULL, 32 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 32 << 20, PROT_READ | PROT_WRITE));
}
TOPIC(limit_memlock)
{
	char *p = anon(8, PROT_READ | PROT_WRITE), *q;

	if (getuid() == 0)
		setuid(4321);
	R(set(RLIMIT_MEMLOCK, 4 * PAGE));
	R(mlock(p, 5 * PAGE));
	R(mlock(p, 4 * PAGE));
	R(mlock(p, 4 * PAGE));
	R(mlock(p + 4 * PAGE, 1));
	R(munlock(p, PAGE));
	R(mlock(p + 4 * PAGE, 1));
	R(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED);
	R(munlock(p, 8 * PAGE));
	R((q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0)) == MAP_FAILED);
	R(mremap(q, PAGE, 5 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	R(mlockall(MCL_CURRENT));
	R(mlockall(MCL_FUTURE));
	R(mmap(NULL, 8 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(munlockall());
	R(set(RLIMIT_MEMLOCK, 0));
	R(mlock(p, 1));
	R(mlock(p, 0));
	R(mlockall(MCL_CURRENT));
}
TOPIC(limit_vectors)
{
	static struct iovec v[1025];
	static char c[1024];
	int fd = open("f", O_RDWR | O_CREAT, 0600), p[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	for (int i = 0; i < 1025; i++)
		v[i] = (struct iovec){ c, 1 };
	R(writev(fd, v, 1024));
	R(writev(fd, v, 1025));
	R(writev(fd, v, 0));
	R(readv(fd, v, 1025));
	R(pwritev(fd, v, 1025, 0));
	R(sendmsg(p[0], &(struct msghdr){ .msg_iov = v, .msg_iovlen = 1024 }, 0));
	R(sendmsg(p[0], &(struct msghdr){ .msg_iov = v, .msg_iovlen = 1025 }, 0));
	R(recvmsg(p[1], &(struct msghdr){ .msg_iov = v, .msg_iovlen = 1025 }, 0));
	v[1].iov_len = LONG_MAX;
	R(writev(fd, v, 2));
	v[0].iov_len = v[1].iov_len = 0;
	R(writev(fd, v, 2));
	R(pwritev(fd, v, 1, -1));
}
TOPIC(limit_names)
{
	char name[300], path[PATH_MAX + 2];
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	memset(name, 'n', sizeof(name));
	name[255] = 0;
	R(mkdir(name, 0700));
	name[255] = 'n', name[256] = 0;
	R(mkdir(name, 0700));
	for (int i = 0; i < PATH_MAX + 1; i += 2)
		memcpy(path + i, "./", 2);
	path[PATH_MAX - 1] = 0;
	R(access(path, F_OK));
	path[PATH_MAX - 1] = '/', path[PATH_MAX] = 0;
	R(access(path, F_OK));
	memcpy(name, "user.", 5);
	name[255] = 0;
	R(fsetxattr(fd, name, "x", 1, 0));
	name[255] = 'n', name[256] = 0;
	R(fsetxattr(fd, name, "x", 1, 0));
	R(fsetxattr(fd, "", "x", 1, 0));
	R(fsetxattr(fd, "user.", "x", 1, 0));
	R(fsetxattr(fd, "nothing.x", "x", 1, 0));
	R(fsetxattr(fd, "plain", "x", 1, 0));
	name[249] = 0;
	R(syscall(SYS_memfd_create, name, 0) >= 0);
	name[249] = 'n', name[250] = 0;
	R(syscall(SYS_memfd_create, name, 0));
	memset(path, 'x', PATH_MAX);
	path[PATH_MAX - 1] = 0;
	R(symlink(path, "l"));
	path[PATH_MAX - 1] = 'x', path[PATH_MAX] = 0;
	R(symlink(path, "l"));
}
TOPIC(limit_unix_names)
{
	struct sockaddr_un a = { AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(a.sun_path, 's', sizeof(a.sun_path));
	R(bind(s, (struct sockaddr *)&a, sizeof(a)));
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	R(bind(s, (struct sockaddr *)&a, sizeof(a) + 1));
	R(bind(s, (struct sockaddr *)&a, 1));
	a.sun_path[0] = 0;
	R(bind(s, (struct sockaddr *)&a, 3));
	R(bind(s, (struct sockaddr *)&a, 3));
	R(connect(s, (struct sockaddr *)&a, 2));
	a.sun_family = AF_INET;
	R(connect(s, (struct sockaddr *)&a, 10));
	R(connect(s, (struct sockaddr *)&a, 0));
}
TOPIC(limit_eventfd)
{
	uint64_t v = -2, max = -1, one = 1;
	int fd = eventfd(0, EFD_NONBLOCK), sem = eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE);

	R(write(fd, &max, 8));
	R(write(fd, &v, 8));
	R(write(fd, &one, 8));
	R(write(fd, &one, 7));
	R(read(fd, &v, 7));
	R(read(fd, &v, 8));
	X(v);
	R(read(fd, &v, 8));
	for (int i = 0; i < 4; i++)
		R(read(sem, &v, 8));
	R(lseek(fd, 0, SEEK_SET));
	R(pread(fd, &v, 8, 0));
}
TOPIC(limit_ipc_ops)
{
	static struct sembuf ops[501];
	int s = semget(IPC_PRIVATE, 2, 0600), q = msgget(IPC_PRIVATE, 0600);
	static char big[9000];

	for (int i = 0; i < 501; i++)
		ops[i] = (struct sembuf){ 0, 1, 0 };
	R(semop(s, ops, 500));
	R(semop(s, ops, 501));
	R(semop(s, ops, 0));
	ops[0].sem_num = 2;
	R(semop(s, ops, 1));
	ops[0].sem_num = 0, ops[0].sem_op = 32767;
	R(semop(s, ops, 1));
	ops[0].sem_flg = SEM_UNDO, ops[0].sem_op = 1;
	R(semctl(s, 0, SETVAL, 32767));
	R(semop(s, ops, 1));
	R(semctl(s, 0, SETVAL, 32768));
	R(semctl(s, 0, SETVAL, -1));
	R(semctl(s, 2, SETVAL, 0));
	R(semctl(s, -1, GETVAL));
	R(semget(IPC_PRIVATE, 0, 0600));
	R(semget(IPC_PRIVATE, -1, 0600));
	R(semget(IPC_PRIVATE, 40000, 0600));
	R(semctl(s, 0, IPC_RMID));
	R(semop(s, ops, 1));
	*(long *)big = 1;
	R(msgsnd(q, big, 8193, IPC_NOWAIT));
	R(msgsnd(q, big, 8192, IPC_NOWAIT));
	R(msgrcv(q, big, 100, 0, IPC_NOWAIT));
	R(msgrcv(q, big, 100, 0, IPC_NOWAIT | MSG_NOERROR));
	*(long *)big = 0;
	R(msgsnd(q, big, 1, IPC_NOWAIT));
	*(long *)big = -1;
	R(msgsnd(q, big, 1, IPC_NOWAIT));
	R(msgrcv(q, big, -1, 0, IPC_NOWAIT));
	R(msgctl(q, IPC_RMID, NULL));
	R(msgrcv(q, big, 1, 0, IPC_NOWAIT));
	R(shmget(IPC_PRIVATE, 0, 0600));
}
TOPIC(limit_mq)
{
	struct { long flags, maxmsg, msgsize, cur, r[4]; } a = { 0, 2, 8 };
	int q;

	syscall(SYS_mq_unlink, "abi-limit-mq");
	if (getuid() == 0)
		setuid(4321);
	a.maxmsg = 0;
	R(syscall(SYS_mq_open, "abi-limit-mq", O_RDWR | O_CREAT, 0600, &a));
	a.maxmsg = 1 << 20;
	R(syscall(SYS_mq_open, "abi-limit-mq", O_RDWR | O_CREAT, 0600, &a));
	a.maxmsg = 2, a.msgsize = 0;
	R(syscall(SYS_mq_open, "abi-limit-mq", O_RDWR | O_CREAT, 0600, &a));
	a.msgsize = -8;
	R(syscall(SYS_mq_open, "abi-limit-mq", O_RDWR | O_CREAT, 0600, &a));
	a.msgsize = 8;
	q = syscall(SYS_mq_open, "abi-limit-mq", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &a);
	R(syscall(SYS_mq_timedsend, q, "123456789", 9, 0, NULL));
	R(syscall(SYS_mq_timedsend, q, "x", 1, 32768, NULL));
	R(syscall(SYS_mq_timedsend, q, "x", 1, 32767, NULL));
	R(syscall(SYS_mq_timedsend, q, "y", 1, 0, NULL));
	R(syscall(SYS_mq_timedsend, q, "z", 1, 0, NULL));
	R(syscall(SYS_mq_timedreceive, q, &a, 7, NULL, NULL));
	R(syscall(SYS_mq_open, "abi-limit-mq", O_RDWR | O_CREAT | O_EXCL, 0600, &a));
	R(syscall(SYS_mq_open, "", O_RDWR, 0, NULL));
	R(syscall(SYS_mq_open, "a/b", O_RDWR | O_CREAT, 0600, NULL));
	R(syscall(SYS_mq_open, "abi-absent", O_RDWR, 0, NULL));
	R(syscall(SYS_mq_unlink, "abi-absent"));
	R(syscall(SYS_mq_unlink, "abi-limit-mq"));
}
TOPIC(limit_sockbuf)
{
	int s[2], v;
	socklen_t len = sizeof(v);

	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	v = 1;
	R(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, 4));
	R(getsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, &len));
	V(v);
	v = 1;
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVBUF, &v, 4));
	R(getsockopt(s[0], SOL_SOCKET, SO_RCVBUF, &v, &len));
	V(v);
	v = 10000;
	R(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, 4));
	R(getsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, &len));
	V(v);
	R(send(s[0], (char[20000]){ 0 }, 20000, MSG_DONTWAIT));
	v = -1;
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVLOWAT, &v, 4));
	R(getsockopt(s[0], SOL_SOCKET, SO_RCVLOWAT, &v, &len));
	v = 0;
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVLOWAT, &v, 4));
	R(getsockopt(s[0], SOL_SOCKET, SO_RCVLOWAT, &v, &len));
	V(v);
	R(send(s[0], NULL, 0, 0));
	R(recv(s[1], NULL, 0, MSG_DONTWAIT));
}
TOPIC(limit_core_cpu)
{
	struct rlimit l = { 1, 1 };

	CHILD(raise(SIGQUIT));
	CHILD(signal(SIGXCPU, SIG_DFL); setrlimit(RLIMIT_CPU, &l); for (;;););
	l = (struct rlimit){ 2, 1 };
	R(setrlimit(RLIMIT_CPU, &l));
	l = (struct rlimit){ 0, 0 };
	CHILD(setrlimit(RLIMIT_CPU, &l); for (;;););
}
TOPIC(limit_stack)
{
	R(set(RLIMIT_STACK, 256 << 10));
	/* What is over the limit is a fault, in a child that has no handler. */
	CHILD(char *p = alloca(100 << 10); memset(p, 1, 100 << 10); puts("small"));
	CHILD(char *p = alloca(1 << 20); *(volatile char *)p = 1; puts("big"));
}
TOPIC(limit_epoll_nesting)
{
	struct epoll_event ev = { EPOLLIN };
	int e[8];

	for (int i = 0; i < 8; i++)
		e[i] = epoll_create1(0);
	for (int i = 0; i < 4; i++)
		R(epoll_ctl(e[i + 1], EPOLL_CTL_ADD, e[i], &ev));
	R(epoll_ctl(e[0], EPOLL_CTL_ADD, e[4], &ev));
	R(epoll_ctl(e[0], EPOLL_CTL_ADD, e[1], &ev));
}
TOPIC(limit_nproc_calls)
{
	struct rlimit l = { 1, 1 };

	if (getuid() == 0)
		setuid(54399);
	else
		l.rlim_cur = l.rlim_max = 0;
	R(setrlimit(RLIMIT_NPROC, &l));
	R(fork() > 0);
	R(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	R(vfork() > 0);
	E(pthread_create(&(pthread_t){ 0 }, NULL, NULL, NULL));
}
