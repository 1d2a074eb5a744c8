/* Blocking calls that a signal meets: EINTR without SA_RESTART; with it some go on, some do not.
 * needs: 64 bits
 *
 * The signal comes again and again, so that it meets the call however late that begins. With
 * SA_RESTART another thread ends the call, if 40 signals did not. */
#include "abi.h"

#include <linux/futex.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/un.h>

static volatile sig_atomic_t count;
static volatile int done;
static void (*wake_up)(void);

static void handler(int signo)
{
	(void)signo;
	count++;
}

static void *waker(void *enough)
{
	while (count < (int)(intptr_t)enough && !done)
		sleep_ms(2);
	if (!done)
		wake_up();
	return NULL;
}

static void once(int flags, long (*call)(void), void (*wake)(void))
{
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = { 0 };
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	sigset_t set;
	pthread_t thread;
	long r;
	int e;

	count = done = 0;
	wake_up = wake;
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pthread_create(&thread, NULL, waker, (void *)(intptr_t)(flags ? 40 : 2000));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	errno = 0;
	r = call();
	e = errno;
	setitimer(ITIMER_REAL, &never, NULL);
	done = 1;
	pthread_join(thread, NULL);
	printf("%s: %ld %s\n", flags ? "SA_RESTART" : "without", r, r == -1 ? error_name(e) : "");
}

#define INTR(topic, setup, call, wake)                         \
	static long call_##topic(void) { return (long)(call); }\
	static void wake_##topic(void) { wake; }               \
	TOPIC(intr_##topic)                                    \
	{                                                      \
		setup;                                         \
		once(0, call_##topic, wake_##topic);           \
		once(SA_RESTART, call_##topic, wake_##topic);  \
	}

static int p[2], q[2], fd, fd2, id;
static char buf[70000];
static struct iovec iov = { buf, 4 };
static unsigned word;
static struct sockaddr_un name = { AF_UNIX };

static void fill(int to)
{
	fcntl(to, F_SETFL, O_NONBLOCK);
	while (write(to, buf, sizeof(buf)) > 0 || write(to, buf, 1) > 0)
		;
	fcntl(to, F_SETFL, 0);
}
static void drain(int from)
{
	int n = 70000;

	fcntl(from, F_SETFL, O_NONBLOCK);
	while (n > 0 && read(from, buf, sizeof(buf)) > 0)
		;
	fcntl(from, F_SETFL, 0);
}
static void pair(int type) { socketpair(AF_UNIX, type, 0, p); }
static void timeout(int which)
{
	struct timeval t = { 60, 0 };

	setsockopt(p[0], SOL_SOCKET, which, &t, sizeof(t));
}

INTR(read_pipe, pipe(p), read(p[0], buf, 4), write(p[1], "x", 1))
INTR(readv_pipe, pipe(p), readv(p[0], &iov, 1), write(p[1], "x", 1))
INTR(write_pipe, (pipe(p), fill(p[1])), write(p[1], buf, 100), drain(p[0]))
INTR(fifo_read, mkfifo("fifo", 0600), open("fifo", O_RDONLY) > 2, open("fifo", O_RDWR))
INTR(fifo_write, mkfifo("fifo", 0600), open("fifo", O_WRONLY) > 2, open("fifo", O_RDWR))
INTR(recv, pair(SOCK_STREAM), recv(p[0], buf, 4, 0), write(p[1], "x", 1))
INTR(recv_dgram, pair(SOCK_DGRAM), recvfrom(p[0], buf, 4, 0, NULL, NULL), write(p[1], "x", 1))
INTR(recv_waitall, (pair(SOCK_STREAM), write(p[1], "ab", 2)), recv(p[0], buf, 4, MSG_WAITALL), write(p[1], "wxyz", 4))
INTR(recv_timeout, (pair(SOCK_STREAM), timeout(SO_RCVTIMEO)), recv(p[0], buf, 4, 0), write(p[1], "x", 1))
INTR(recvmsg, pair(SOCK_SEQPACKET), recvmsg(p[0], &(struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1 }, 0), write(p[1], "x", 1))
INTR(recvmmsg, pair(SOCK_DGRAM),
     recvmmsg(p[0], &(struct mmsghdr){ { .msg_iov = &iov, .msg_iovlen = 1 } }, 1, 0, NULL), write(p[1], "x", 1))
INTR(send, (pair(SOCK_STREAM), fill(p[0])), send(p[0], buf, 100, 0), drain(p[1]))
INTR(send_dgram, (pair(SOCK_DGRAM), fill(p[0])), send(p[0], "x", 1, 0), drain(p[1]))
INTR(send_timeout, (pair(SOCK_STREAM), fill(p[0]), timeout(SO_SNDTIMEO)), send(p[0], buf, 100, 0), drain(p[1]))
static void listener(int backlog)
{
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(name.sun_path, "sock");
	bind(fd, (struct sockaddr *)&name, sizeof(name));
	listen(fd, backlog);
	fd2 = socket(AF_UNIX, SOCK_STREAM, 0);
}
INTR(accept, listener(5), accept(fd, NULL, NULL) > 2, connect(fd2, (struct sockaddr *)&name, sizeof(name)))
INTR(accept_timeout, (listener(5), p[0] = fd, timeout(SO_RCVTIMEO)), accept(fd, NULL, NULL) > 2,
     connect(fd2, (struct sockaddr *)&name, sizeof(name)))
INTR(connect, (listener(0), connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&name, sizeof(name))),
     connect(fd2, (struct sockaddr *)&name, sizeof(name)), accept(fd, NULL, NULL))
static struct pollfd pfd;
INTR(poll, (pipe(p), pfd = (struct pollfd){ p[0], POLLIN }), poll(&pfd, 1, -1), write(p[1], "x", 1))
INTR(poll_timeout, , poll(NULL, 0, 60000), (void)0)
INTR(ppoll, (pipe(p), pfd = (struct pollfd){ p[0], POLLIN }), ppoll(&pfd, 1, NULL, NULL), write(p[1], "x", 1))
static fd_set set;
static void one_fd(void) { pipe(p); FD_ZERO(&set); FD_SET(p[0], &set); }
INTR(select, one_fd(), select(p[0] + 1, &set, NULL, NULL, NULL), write(p[1], "x", 1))
INTR(pselect, one_fd(), pselect(p[0] + 1, &set, NULL, NULL, &(struct timespec){ 60, 0 }, NULL), write(p[1], "x", 1))
static struct epoll_event ev;
static void an_epoll(void)
{
	pipe(p);
	fd = epoll_create1(0);
	ev.events = EPOLLIN;
	epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &ev);
}
INTR(epoll_wait, an_epoll(), epoll_wait(fd, &ev, 1, -1), write(p[1], "x", 1))
INTR(epoll_pwait2, an_epoll(), syscall(SYS_epoll_pwait2, fd, &ev, 1, NULL, NULL, 8), write(p[1], "x", 1))
INTR(nanosleep, , nanosleep(&(struct timespec){ 60, 0 }, NULL), (void)0)
INTR(clock_nanosleep, , syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &(struct timespec){ 60, 0 }, NULL), (void)0)
static struct timespec later(int clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += 60;
	return t;
}
static struct timespec then;
INTR(nanosleep_until, then = later(CLOCK_REALTIME), syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &then, NULL), (void)0)
static sigset_t waited;
static void wait_for_usr1(void) { sigemptyset(&waited); sigaddset(&waited, SIGUSR1); sigprocmask(SIG_BLOCK, &waited, NULL); }
INTR(sigtimedwait, wait_for_usr1(), sigtimedwait(&waited, NULL, &(struct timespec){ 60, 0 }), kill(getpid(), SIGUSR1))
INTR(sigwaitinfo, wait_for_usr1(), sigwaitinfo(&waited, NULL), kill(getpid(), SIGUSR1))
INTR(sigsuspend, , sigsuspend(&(sigset_t){ 0 }), (void)0)
INTR(pause, , pause(), (void)0)
/* Who is in its handler just then is not waiting: again, until somebody was. */
static void wake_futex(void)
{
	while (syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0) == 0 && !done)
		sleep_ms(1);
}
INTR(futex_wait, , syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0), wake_futex())
INTR(futex_wait_timeout, , syscall(SYS_futex, &word, FUTEX_WAIT, 0, &(struct timespec){ 60, 0 }, NULL, 0),
     wake_futex())
INTR(futex_wait_until, then = later(CLOCK_MONOTONIC), syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, &then, NULL, -1),
     wake_futex())
static struct waiter { uint64_t val, addr; uint32_t flags, pad; } waiters[1];
INTR(futex_waitv, (waiters[0] = (struct waiter){ 0, (uintptr_t)&word, 2, 0 }), syscall(SYS_futex_waitv, waiters, 1, 0, NULL, 0),
     wake_futex())
static struct { long type; char text[8]; } message = { 1, "text" };
static void a_queue(bool full)
{
	id = msgget(IPC_PRIVATE, 0600);
	while (full && msgsnd(id, &message, 8, IPC_NOWAIT) == 0)
		;
}
INTR(msgrcv, a_queue(false), msgrcv(id, &message, 8, 0, 0), (msgsnd(id, &message, 8, 0), msgctl(id, IPC_RMID, NULL)))
INTR(msgsnd, a_queue(true), msgsnd(id, &message, 8, 0), msgctl(id, IPC_RMID, NULL))
static struct sembuf down = { 0, -1, 0 };
INTR(semop, id = semget(IPC_PRIVATE, 1, 0600), semop(id, &down, 1), semctl(id, 0, IPC_RMID))
INTR(semtimedop, id = semget(IPC_PRIVATE, 1, 0600), semtimedop(id, &down, 1, &(struct timespec){ 60, 0 }), semctl(id, 0, IPC_RMID))
static void a_mq(bool full)
{
	static const struct { long flags, maxmsg, msgsize, cur, r[4]; } attr = { 0, 1, 8 };
	char unique[32];

	snprintf(unique, sizeof(unique), "abi-intr-%d", getpid());
	fd = syscall(SYS_mq_open, unique, O_RDWR | O_CREAT, 0600, &attr);
	syscall(SYS_mq_unlink, unique);
	if (full)
		syscall(SYS_mq_timedsend, fd, "x", 1, 0, NULL);
}
INTR(mq_receive, a_mq(false), syscall(SYS_mq_timedreceive, fd, buf, 8, NULL, NULL), syscall(SYS_mq_timedsend, fd, "x", 1, 0, NULL))
INTR(mq_send, a_mq(true), syscall(SYS_mq_timedsend, fd, "x", 1, 0, NULL), syscall(SYS_mq_timedreceive, fd, buf, 8, NULL, NULL))
static void two_open(void)
{
	put_file("f", "");
	fd = open("f", O_RDWR), fd2 = open("f", O_RDWR);
}
static struct flock lock = { .l_type = F_WRLCK }, unlock_it = { .l_type = F_UNLCK };
INTR(flock, (two_open(), flock(fd, LOCK_EX)), flock(fd2, LOCK_EX), flock(fd, LOCK_UN))
INTR(lock_ofd, (two_open(), fcntl(fd, F_OFD_SETLK, &lock)), fcntl(fd2, F_OFD_SETLKW, &lock), fcntl(fd, F_OFD_SETLK, &unlock_it))
static void locked_by_child(void)
{
	two_open();
	pipe(p);
	pipe(q);
	if (fork() == 0) {
		fcntl(fd, F_SETLK, &lock);
		write(q[1], "x", 1);
		read(p[0], buf, 1);
		_exit(0);
	}
	read(q[0], buf, 1);
}
INTR(lock_posix, locked_by_child(), fcntl(fd, F_SETLKW, &lock), write(p[1], "x", 1))
static void a_child(void)
{
	pipe(p);
	if ((id = fork()) == 0) {
		close(p[1]);
		read(p[0], buf, 1);
		_exit(0);
	}
	fd = syscall(SYS_pidfd_open, id, 0);
}
INTR(wait4, a_child(), wait4(-1, NULL, 0, NULL) > 0, write(p[1], "x", 1))
INTR(waitid, a_child(), waitid(P_PID, id, &(siginfo_t){ 0 }, WEXITED), write(p[1], "x", 1))
INTR(waitid_pidfd, a_child(), waitid(P_PIDFD, fd, &(siginfo_t){ 0 }, WEXITED), write(p[1], "x", 1))
INTR(eventfd_read, fd = eventfd(0, 0), read(fd, buf, 8), write(fd, (uint64_t[]){ 1 }, 8))
INTR(eventfd_write, (fd = eventfd(0, 0), write(fd, (uint64_t[]){ -2 }, 8)), write(fd, (uint64_t[]){ 1 }, 8), read(fd, buf, 8))
INTR(timerfd_read, fd = timerfd_create(CLOCK_MONOTONIC, 0), read(fd, buf, 8),
     timerfd_settime(fd, 0, &(struct itimerspec){ .it_value = { 0, 1 } }, NULL))
INTR(signalfd_read, (wait_for_usr1(), fd = signalfd(-1, &waited, 0)), read(fd, buf, 128), kill(getpid(), SIGUSR1))
INTR(inotify_read, (fd = inotify_init(), inotify_add_watch(fd, ".", IN_CREATE)), read(fd, buf, 16), close(creat("new", 0600)))
INTR(splice_in, (pipe(p), pipe(q)), splice(p[0], NULL, q[1], NULL, 10, 0), write(p[1], "x", 1))
INTR(splice_out, (pipe(p), pipe(q), write(p[1], "x", 1), fill(q[1])), splice(p[0], NULL, q[1], NULL, 1, 0), drain(q[0]))
INTR(tee, (pipe(p), pipe(q)), tee(p[0], q[1], 10, 0), write(p[1], "x", 1))
INTR(sendfile, (put_file("f", "text"), fd = open("f", O_RDONLY), pair(SOCK_STREAM), fill(p[0])), sendfile(p[0], fd, NULL, 1), drain(p[1]))
static void a_pty(void)
{
	char pts[64];

	fd = posix_openpt(O_RDWR | O_NOCTTY);
	grantpt(fd);
	unlockpt(fd);
	ptsname_r(fd, pts, sizeof(pts));
	fd2 = open(pts, O_RDWR | O_NOCTTY);
}
INTR(read_pty, a_pty(), read(fd2, buf, 10), write(fd, "x\n", 2))
INTR(read_ptmx, a_pty(), read(fd, buf, 1), write(fd2, "x", 1))
