/* A second thread closes, unmaps or changes what a call is using. needs: 64 bits
 *
 * Each call is known to sleep before the other thread acts: /proc says so. */
#include "abi.h"

#include <linux/futex.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

static int p[2], q[2], fd, fd2;
static char *page;
static char buf[16];
static unsigned word;
static pid_t sleeper_tid;
static long (*the_call)(void);
static long result;
static int error;
static bool ended;

static void *sleeper(void *arg)
{
	sleeper_tid = gettid();
	errno = 0;
	result = the_call();
	error = errno;
	__atomic_store_n(&ended, true, __ATOMIC_SEQ_CST);
	return arg;
}

static void until_ended(void)
{
	while (!__atomic_load_n(&ended, __ATOMIC_SEQ_CST))
		sleep_ms(1);
}

/* Until the thread sleeps in the kernel (state S), twice seen. */
static void until_asleep(void)
{
	char path[64], text[256];
	int seen = 0;

	while (!sleeper_tid)
		sleep_ms(1);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", sleeper_tid);
	while (seen < 3) {
		int f = open(path, O_RDONLY), n = read(f, text, sizeof(text) - 1);
		char *state;

		close(f);
		text[n > 0 ? n : 0] = 0;
		state = strrchr(text, ')');
		seen = state && state[2] == 'S' ? seen + 1 : 0;
		sleep_ms(3);
	}
}

static void race(long (*call)(void), void (*disturb)(void), void (*end)(void))
{
	pthread_t thread;

	the_call = call;
	sleeper_tid = 0;
	ended = false;
	pthread_create(&thread, NULL, sleeper, NULL);
	until_asleep();
	disturb();
	sleep_ms(10);
	if (end)
		end();
	pthread_join(thread, NULL);
	printf("result %ld %s\n", result, result == -1 ? error_name(error) : "");
}

#define RACE(topic, setup, call, disturb, end)                  \
	static long call_##topic(void) { return (long)(call); } \
	static void disturb_##topic(void) { disturb; }          \
	static void end_##topic(void) { end; }                  \
	TOPIC(race_##topic)                                     \
	{                                                       \
		setup;                                          \
		race(call_##topic, disturb_##topic, end_##topic); \
	}

static void pair(int type) { socketpair(AF_UNIX, type, 0, p); }
static void *map(void) { return page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

/* The file stays open for who is in the call. */
RACE(close_read, pipe(p), read(p[0], buf, 4), R(close(p[0])), R(write(p[1], "xy", 2)))
RACE(close_write_end, pipe(p), read(p[0], buf, 4), R(close(p[1])), )
RACE(dup2_over_read, (pipe(p), pipe(q)), read(p[0], buf, 4), (R(dup2(q[0], p[0]) == p[0]), R(write(q[1], "new", 3))), R(write(p[1], "xy", 2)))
RACE(close_recv, pair(SOCK_STREAM), recv(p[0], buf, 4, 0), R(close(p[0])), R(write(p[1], "xy", 2)))
RACE(close_peer, pair(SOCK_STREAM), recv(p[0], buf, 4, 0), R(close(p[1])), )
RACE(close_peer_dgram, (pair(SOCK_DGRAM)), recv(p[0], buf, 4, 0), R(close(p[1])), R(shutdown(p[0], SHUT_RD)))
RACE(shutdown_recv, pair(SOCK_STREAM), recv(p[0], buf, 4, 0), R(shutdown(p[0], SHUT_RD)), )
RACE(shutdown_peer_write, pair(SOCK_STREAM), recv(p[0], buf, 4, 0), R(shutdown(p[1], SHUT_WR)), )
static struct sockaddr_un name = { AF_UNIX };
static void listener(void)
{
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(name.sun_path, "sock");
	bind(fd, (struct sockaddr *)&name, sizeof(name));
	listen(fd, 5);
	fd2 = socket(AF_UNIX, SOCK_STREAM, 0);
}
RACE(close_accept, listener(), accept(fd, NULL, NULL) > 2, R(close(fd)), R(connect(fd2, (struct sockaddr *)&name, sizeof(name))))
RACE(shutdown_accept, listener(), accept(fd, NULL, NULL) > 2, R(shutdown(fd, SHUT_RDWR)), )
static void tcp_listener(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	fd = socket(AF_INET, SOCK_STREAM, 0);
	bind(fd, (struct sockaddr *)&a, sizeof(a));
	listen(fd, 5);
}
RACE(shutdown_tcp_accept, tcp_listener(), accept(fd, NULL, NULL), R(shutdown(fd, SHUT_RDWR)), )
RACE(shutdown_udp_recv, (fd = socket(AF_INET, SOCK_DGRAM, 0)), recv(fd, buf, 4, 0), R(shutdown(fd, SHUT_RDWR)), )
static struct pollfd pfd;
RACE(close_poll, (pipe(p), pfd = (struct pollfd){ p[0], POLLIN }), poll(&pfd, 1, -1), R(close(p[0])), R(write(p[1], "x", 1)))
RACE(close_polled_writer, (pipe(p), pfd = (struct pollfd){ p[0], POLLIN }), poll(&pfd, 1, -1), R(close(p[1])), )
static struct epoll_event ev = { EPOLLIN };
static void an_epoll(void)
{
	pipe(p);
	fd = epoll_create1(0);
	epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &ev);
}
/* Closing removes it from the set: nothing comes any more, until something else is added. */
RACE(close_epolled, an_epoll(), epoll_wait(fd, &ev, 1, -1), (R(close(p[0])), R(write(p[1], "x", 1))),
     (R(pipe(q)), R(epoll_ctl(fd, EPOLL_CTL_ADD, q[0], &ev)), R(write(q[1], "x", 1))))
RACE(close_epoll, an_epoll(), epoll_wait(fd, &ev, 1, -1), R(close(fd)), R(write(p[1], "x", 1)))
RACE(epoll_add, an_epoll(), epoll_wait(fd, &ev, 1, -1), (R(pipe(q)), R(write(q[1], "x", 1))), R(epoll_ctl(fd, EPOLL_CTL_ADD, q[0], &ev)))
RACE(epoll_mod, (an_epoll(), write(p[1], "x", 1), ev.events = 0, epoll_ctl(fd, EPOLL_CTL_MOD, p[0], &ev)), epoll_wait(fd, &ev, 1, -1),
     (ev.events = EPOLLIN, R(epoll_ctl(fd, EPOLL_CTL_MOD, p[0], &ev))), )
RACE(close_eventfd, fd = eventfd(0, 0), read(fd, buf, 8), (fd2 = dup(fd), R(close(fd))), R(write(fd2, (uint64_t[]){ 1 }, 8)))
RACE(close_timerfd, (fd = timerfd_create(CLOCK_MONOTONIC, 0)), read(fd, buf, 8), (fd2 = dup(fd), R(close(fd))),
     R(timerfd_settime(fd2, 0, &(struct itimerspec){ .it_value = { 0, 1 } }, NULL)))
RACE(nonblock_while_reading, pipe(p), read(p[0], buf, 4), R(fcntl(p[0], F_SETFL, O_NONBLOCK)), R(write(p[1], "xy", 2)))
/* Where a call was to put its result is gone, read only, or somewhere else. */
RACE(unmap_read, (pipe(p), map()), read(p[0], page, 4), R(munmap(page, PAGE)), R(write(p[1], "xy", 2)))
RACE(protect_read, (pipe(p), map()), read(p[0], page, 4), R(mprotect(page, PAGE, PROT_READ)), R(write(p[1], "xy", 2)))
RACE(replace_read, (pipe(p), map()), read(p[0], page, 4),
     R(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page),
     (R(write(p[1], "xy", 2)), until_ended(), R(page[0])))
RACE(unmap_recv, (pair(SOCK_DGRAM), map()), recv(p[0], page, 4, 0), R(munmap(page, PAGE)), R(write(p[1], "xy", 2)))
RACE(unmap_poll, (pipe(p), map(), *(struct pollfd *)page = (struct pollfd){ p[0], POLLIN }), poll((struct pollfd *)page, 1, -1),
     R(munmap(page, PAGE)), R(write(p[1], "x", 1)))
RACE(unmap_epoll, (an_epoll(), map()), epoll_wait(fd, (struct epoll_event *)page, 1, -1), R(munmap(page, PAGE)), R(write(p[1], "x", 1)))
static void a_child(void)
{
	pipe(p);
	if (fork() == 0) {
		read(p[0], buf, 1);
		_exit(0);
	}
}
RACE(unmap_wait, (map(), a_child()), wait4(-1, (int *)page, 0, NULL) > 0, R(munmap(page, PAGE)), R(write(p[1], "x", 1)))
RACE(unmap_write, (pipe(p), fcntl(p[1], F_SETPIPE_SZ, 4096), write(p[1], map(), 4096)), write(p[1], page, 4096), R(munmap(page, PAGE)),
     R(read(p[0], (char[4096]){ 0 }, 4096)))
RACE(unmap_futex, map(), syscall(SYS_futex, page, FUTEX_WAIT_PRIVATE, 0, &(struct timespec){ 0, 200000000 }, NULL, 0), R(munmap(page, PAGE)), )
RACE(change_futex, (void)0, syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0), word = 7,
     R(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0)))
RACE(unlink_flock, (put_file("f", ""), fd = open("f", O_RDWR), fd2 = open("f", O_RDWR), flock(fd, LOCK_EX)), flock(fd2, LOCK_EX),
     R(unlink("f")), R(flock(fd, LOCK_UN)))
RACE(close_flock, (put_file("f", ""), fd = open("f", O_RDWR), fd2 = open("f", O_RDWR), flock(fd, LOCK_EX)), flock(fd2, LOCK_EX),
     R(close(fd)), )
RACE(close_waiting_flock, (put_file("f", ""), fd = open("f", O_RDWR), fd2 = open("f", O_RDWR), flock(fd, LOCK_EX)), flock(fd2, LOCK_EX),
     R(close(fd2)), R(flock(fd, LOCK_UN)))
static void a_pty(void)
{
	char pts[64];

	fd = posix_openpt(O_RDWR | O_NOCTTY);
	grantpt(fd);
	unlockpt(fd);
	ptsname_r(fd, pts, sizeof(pts));
	fd2 = open(pts, O_RDWR | O_NOCTTY);
}
RACE(close_ptmx, a_pty(), read(fd2, buf, 4), R(close(fd)), )
RACE(close_pts, a_pty(), read(fd, buf, 4), R(close(fd2)), )
