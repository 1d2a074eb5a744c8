/* needs: 64 bits (the RV32 library has no kernel headers). A handler runs during a call that waits: which calls go on
 * afterwards with SA_RESTART, which end with EINTR in any case.
 *
 * A second thread watches the first: when it sleeps, it is signalled; when it sleeps again, what it
 * waits for happens. So nothing depends on how fast the machine is. */
#include "abi.h"

#include <linux/futex.h>
#include <mqueue.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

static volatile int calling, done, handled;
static pthread_t caller;
static int caller_tid;

static void on_signal(int sig)
{
	(void)sig;
	handled++;
}

static char state_of_caller(void)
{
	char path[64], text[512] = "", *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", caller_tid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return '?';
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	end = strrchr(text, ')');
	return end ? end[2] : '?';
}

/* It is asleep in its call, and not just on its way there; false: the call has ended. */
static bool asleep(void)
{
	for (int seen = 0; seen < 3 && !done; usleep(2000))
		seen = calling && state_of_caller() == 'S' ? seen + 1 : 0;
	return !done;
}

static void *watch(void *unblock)
{
	if (asleep())
		pthread_kill(caller, SIGUSR1);
	while (!handled && !done)
		usleep(1000);
	if (asleep())
		((void (*)(void))unblock)();
	return NULL;
}

static void try(const char *name, long (*call)(void), void (*unblock)(void), int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };
	pthread_t watcher;
	sigset_t set;
	long ret;
	int err;

	sigaction(SIGUSR1, &sa, NULL);
	done = handled = calling = 0;
	/* The watcher takes no signal. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&watcher, NULL, watch, (void *)unblock);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	calling = 1;
	errno = 0;
	ret = call();
	err = errno;
	done = 1;
	pthread_join(watcher, NULL);
	printf("%s %s: %ld%s%s%s\n", flags ? "restart" : "plain  ", name, ret < 0 ? -1 : ret,
	       ret < 0 ? " " : "", ret < 0 ? error_name(err) : "", handled == 1 ? "" : " (not interrupted?)");
}

/* ---- what is waited for -------------------------------------------------------------------- */

static int p[2], full[2], s[2], sfull[2], listening, efd, ifd, epfd, msgid, semid, lockfd, tfd;
static int writer;
static uint32_t word;
static pid_t child;
static mqd_t mq;
static char buf[65536];
static struct timespec long_time = { 30, 0 }, short_time = { 0, 300000000 };

#define CALL(name, expr) static long call_##name(void) { return (long)(expr); }
#define HAPPENS(name, ...) static void happens_##name(void) { __VA_ARGS__; }

HAPPENS(pipe, write(p[1], "x", 1))
HAPPENS(room, read(full[0], buf, sizeof(buf)))
HAPPENS(message, send(s[1], "x", 1, 0))
HAPPENS(socket_room, while (recv(sfull[1], buf, sizeof(buf), MSG_DONTWAIT) > 0))
HAPPENS(child, kill(child, SIGKILL))
HAPPENS(nothing, )
HAPPENS(wake, word = 1; syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0))
HAPPENS(event, uint64_t one = 1; write(efd, &one, 8))
HAPPENS(file, close(open("watched/new", O_CREAT | O_WRONLY, 0600)))
HAPPENS(msg, struct { long t; char c; } m = { 1, 'x' }; msgsnd(msgid, &m, 1, 0))
HAPPENS(sem, struct sembuf up = { 0, 1, 0 }; semop(semid, &up, 1))
HAPPENS(mq, mq_send(mq, "x", 1, 0))
HAPPENS(connect,
	struct sockaddr_un a = { AF_UNIX, "name" };
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&a, sizeof(a)))
HAPPENS(fifo, writer = open("fifo", O_WRONLY | O_NONBLOCK))

static struct msghdr header(void)
{
	static struct iovec v = { buf, 1 };

	return (struct msghdr){ .msg_iov = &v, .msg_iovlen = 1 };
}

CALL(read, read(p[0], buf, 1))
CALL(readv, readv(p[0], &(struct iovec){ buf, 1 }, 1))
CALL(write, write(full[1], buf, 4096))
CALL(splice, syscall(SYS_splice, p[0], NULL, full[1], NULL, 1L, 0))
CALL(tee, syscall(SYS_tee, p[0], full[1], 1L, 0))
CALL(vmsplice, syscall(SYS_vmsplice, full[1], &(struct iovec){ buf, 4096 }, 1L, 0))
CALL(recv, recv(s[0], buf, 1, 0))
CALL(recvmsg, ({ struct msghdr m = header(); recvmsg(s[0], &m, 0); }))
CALL(recvmmsg, ({ struct mmsghdr m = { header(), 0 }; recvmmsg(s[0], &m, 1, 0, NULL); }))
CALL(read_socket, read(s[0], buf, 1))
CALL(send, send(sfull[0], buf, 60000, 0))
CALL(accept, accept(listening, NULL, NULL) >= 0)
CALL(wait4, waitpid(child, NULL, 0) == child ? 1 : -1)
CALL(waitid, waitid(P_PID, (id_t)child, &(siginfo_t){ 0 }, WEXITED))
CALL(nanosleep, nanosleep(&short_time, NULL))
CALL(clock_nanosleep, (errno = clock_nanosleep(CLOCK_MONOTONIC, 0, &short_time, NULL)) ? -1 : 0)
CALL(pause, pause())
CALL(sigsuspend, sigsuspend(&(sigset_t){ 0 }))
CALL(sigtimedwait, ({ sigset_t w; sigemptyset(&w); sigaddset(&w, SIGUSR2); sigtimedwait(&w, NULL, &long_time); }))
CALL(poll, poll(&(struct pollfd){ p[0], POLLIN, 0 }, 1, -1))
CALL(ppoll, ppoll(&(struct pollfd){ p[0], POLLIN, 0 }, 1, &long_time, NULL))
CALL(select, ({ fd_set r; FD_ZERO(&r); FD_SET(p[0], &r); select(p[0] + 1, &r, NULL, NULL, NULL); }))
CALL(pselect, ({ fd_set r; FD_ZERO(&r); FD_SET(p[0], &r); pselect(p[0] + 1, &r, NULL, NULL, &long_time, NULL); }))
CALL(epoll_wait, epoll_wait(epfd, &(struct epoll_event){ 0 }, 1, -1))
CALL(futex, syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0))
CALL(futex_timed, syscall(SYS_futex, &word, FUTEX_WAIT, 0, &long_time, NULL, 0))
CALL(flock, flock(lockfd, LOCK_EX))
CALL(lock_posix, ({ struct flock l = { .l_type = F_WRLCK }; fcntl(lockfd, F_SETLKW, &l); }))
CALL(lock_ofd, ({ struct flock l = { .l_type = F_WRLCK }; fcntl(lockfd, F_OFD_SETLKW, &l); }))
CALL(eventfd, read(efd, &(uint64_t){ 0 }, 8))
CALL(timerfd, read(tfd, &(uint64_t){ 0 }, 8))
CALL(inotify, read(ifd, buf, sizeof(buf)) > 0 ? 1 : -1)
CALL(msgrcv, msgrcv(msgid, buf, 100, 0, 0))
CALL(semop, semop(semid, &(struct sembuf){ 0, -1, 0 }, 1))
CALL(semtimedop, semtimedop(semid, &(struct sembuf){ 0, -1, 0 }, 1, &long_time))
CALL(mq_receive, mq_receive(mq, buf, sizeof(buf), NULL))
CALL(open_fifo, open("fifo", O_RDONLY) >= 0)

static void drain(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	fcntl(fd, F_SETFL, 0);
}

static void fill(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, buf, 4096) > 0)
		;
	fcntl(fd, F_SETFL, 0);
}

/* Another process has it until it is killed. */
static void lock_elsewhere(int kind)
{
	int ready[2];
	char c;

	pipe(ready);
	child = fork();
	if (!child) {
		int fd = open("locked", O_RDWR);
		struct flock l = { .l_type = F_WRLCK };

		if (kind == 0 ? flock(fd, LOCK_EX) : fcntl(fd, kind == 1 ? F_SETLK : F_OFD_SETLK, &l))
			_exit(1);
		write(ready[1], "x", 1);
		for (;;)
			sleep(100);
	}
	read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
}

static void unlock(void)
{
	struct flock l = { .l_type = F_UNLCK };

	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	flock(lockfd, LOCK_UN);
	fcntl(lockfd, F_SETLK, &l);
	fcntl(lockfd, F_OFD_SETLK, &l);
}

static void new_child(void)
{
	child = fork();
	if (!child)
		for (;;)
			sleep(100);
}

static void end_child(void)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void set_up(void)
{
	struct sockaddr_un a = { AF_UNIX, "name" };
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 16 };
	char name[64];

	pipe(p);
	pipe(full);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	socketpair(AF_UNIX, SOCK_STREAM, 0, sfull);
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(listening, (void *)&a, sizeof(a));
	listen(listening, 5);
	efd = eventfd(0, 0);
	mkdir("watched", 0700);
	ifd = inotify_init();
	inotify_add_watch(ifd, "watched", IN_CREATE);
	epfd = epoll_create1(0);
	epoll_ctl(epfd, EPOLL_CTL_ADD, p[0], &(struct epoll_event){ EPOLLIN, { 0 } });
	msgid = msgget(IPC_PRIVATE, 0600);
	semid = semget(IPC_PRIVATE, 1, 0600);
	lockfd = open("locked", O_RDWR | O_CREAT, 0600);
	tfd = timerfd_create(CLOCK_MONOTONIC, 0);
	mkfifo("fifo", 0600);
	snprintf(name, sizeof(name), "/eintr.%d", getpid());
	mq = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
	mq_unlink(name);
}

#define TRY(name, what) try(#name, call_##name, happens_##what, flags)

static void pipes_and_sockets(int flags)
{
	TRY(read, pipe);
	drain(p[0]);
	TRY(readv, pipe);
	drain(p[0]);
	fill(full[1]);
	TRY(write, room);
	fill(full[1]);
	TRY(vmsplice, room);
	drain(full[0]);
	TRY(splice, pipe);
	drain(p[0]);
	TRY(tee, pipe);
	drain(p[0]);
	drain(full[0]);
	TRY(recv, message);
	while (recv(s[0], buf, 1, MSG_DONTWAIT) > 0)
		;
	TRY(recvmsg, message);
	TRY(recvmmsg, message);
	TRY(read_socket, message);
	while (recv(s[0], buf, 1, MSG_DONTWAIT) > 0)
		;
	while (send(sfull[0], buf, 4096, MSG_DONTWAIT) > 0)
		;
	TRY(send, socket_room);
	happens_socket_room();
	TRY(accept, connect);
	TRY(open_fifo, fifo);
	close(writer);
}

static void with_time_out(int flags)
{
	struct timeval t = { 20, 0 };

	setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	TRY(recv, message);
	while (recv(s[0], buf, 1, MSG_DONTWAIT) > 0)
		;
	TRY(read_socket, message);
	while (recv(s[0], buf, 1, MSG_DONTWAIT) > 0)
		;
	t.tv_sec = 0;
	setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
}

static void waits(int flags)
{
	struct itimerspec once = { .it_value = short_time };

	new_child();
	TRY(wait4, child);
	end_child();
	new_child();
	TRY(waitid, child);
	end_child();
	TRY(nanosleep, nothing);
	TRY(clock_nanosleep, nothing);
	TRY(pause, nothing);
	TRY(sigsuspend, nothing);
	TRY(sigtimedwait, nothing);
	TRY(poll, pipe);
	drain(p[0]);
	TRY(ppoll, pipe);
	drain(p[0]);
	TRY(select, pipe);
	drain(p[0]);
	TRY(pselect, pipe);
	drain(p[0]);
	TRY(epoll_wait, pipe);
	drain(p[0]);
	word = 0;
	TRY(futex, wake);
	word = 0;
	TRY(futex_timed, wake);
	TRY(eventfd, event);
	fcntl(efd, F_SETFL, O_NONBLOCK);
	read(efd, buf, 8);
	fcntl(efd, F_SETFL, 0);
	timerfd_settime(tfd, 0, &once, NULL);
	TRY(timerfd, nothing);
	TRY(inotify, file);
	unlink("watched/new");
	drain(ifd);
}

static void locks_and_ipc(int flags)
{
	lock_elsewhere(0);
	TRY(flock, child);
	unlock();
	lock_elsewhere(1);
	TRY(lock_posix, child);
	unlock();
	lock_elsewhere(2);
	TRY(lock_ofd, child);
	unlock();
	TRY(msgrcv, msg);
	msgrcv(msgid, buf, 100, 0, IPC_NOWAIT);
	TRY(semop, sem);
	semctl(semid, 0, SETVAL, 0);
	TRY(semtimedop, sem);
	semctl(semid, 0, SETVAL, 0);
	TRY(mq_receive, mq);
}

TOPIC(sig_eintr)
{
	caller = pthread_self();
	caller_tid = (int)syscall(SYS_gettid);
	set_up();
	for (int i = 0; i < 2; i++) {
		int flags = i ? 0 : SA_RESTART;

		pipes_and_sockets(flags);
		with_time_out(flags);
		waits(flags);
		locks_and_ipc(flags);
	}
	msgctl(msgid, IPC_RMID, NULL);
	semctl(semid, 0, IPC_RMID);
}
