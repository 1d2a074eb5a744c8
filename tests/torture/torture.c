/* Storms on the kernel from several harts: torture NAME SECONDS. Each checks what it did; a lost
 * wake-up is a hang, which the test's time limit finds. `torture all SECONDS` is all of them
 * at once, a process each; a third argument wants the number of rounds said. Runs in hearth and on
 * the host alike. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4 };

static double deadline;
static const char *self;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Each thread goes round once at least (!n), however little the time was. */
static int over(void) { return now() >= deadline; }

#define MUST(cond) do { if (!(cond)) { \
	printf("%s:%d: %s (%s)\n", __FILE__, __LINE__, #cond, strerror(errno)); fflush(stdout); _exit(99); } } while (0)

static long in_threads(void *(*fn)(void *))
{
	pthread_t t[THREADS];
	long n = 0;

	for (long i = 0; i < THREADS; i++)
		MUST(pthread_create(&t[i], NULL, fn, (void *)i) == 0);
	for (int i = 0; i < THREADS; i++) {
		void *ret;

		MUST(pthread_join(t[i], &ret) == 0);
		n += (long)ret;
	}
	return n;
}

static int reap(pid_t pid)
{
	int status;

	MUST(waitpid(pid, &status, 0) == pid);
	return status;
}

/* ---- fork, exec, exit ------------------------------------------------------------------- */

static void *forks(void *arg)
{
	long n = 0;

	for (; !n || !over(); n++) {
		pid_t pid = fork();

		MUST(pid >= 0);
		if (!pid)
			_exit((int)(n & 63));
		MUST(reap(pid) == (n & 63) << 8);
	}
	return (void *)n;
}

static void *execs(void *arg)
{
	long n = 0;

	for (; !n || !over(); n++) {
		pid_t pid = vfork();

		if (!pid) {
			execl(self, self, "nothing", "0", NULL);
			_exit(98);
		}
		MUST(pid > 0 && reap(pid) == 0);
	}
	return (void *)n;
}

static void *short_life(void *arg) { return arg; }

static void *exits(void *arg)
{
	long n = 0;

	for (; !n || !over(); n++) {
		pid_t pid = fork();

		MUST(pid >= 0);
		if (!pid) {
			pthread_t t[THREADS];

			for (long i = 0; i < THREADS; i++)
				MUST(pthread_create(&t[i], NULL, short_life, (void *)i) == 0);
			if (n % 3 == 0)
				_exit(3);      /* with threads on their way */
			if (n % 3 == 1)
				execl(self, self, "nothing", "0", NULL);
			for (long i = 0; i < THREADS; i++) {
				void *ret;

				MUST(pthread_join(t[i], &ret) == 0 && ret == (void *)i);
			}
			_exit(0);
		}
		MUST(reap(pid) == (n % 3 == 0 ? 3 << 8 : 0));
	}
	return (void *)n;
}

/* ---- signals ------------------------------------------------------------------------------ */

static _Thread_local atomic_long caught;
static atomic_long *caught_of[THREADS];
static pthread_t signalled[THREADS];
static atomic_int ready;

static void on_signal(int signo) { caught++; }

static void *signals(void *arg)
{
	long me = (long)arg, n = 0;

	caught = 0;
	caught_of[me] = &caught;
	signalled[me] = pthread_self();
	ready++;
	while (ready < THREADS)
		sched_yield();
	for (; !n || !over(); n++) {
		long peer = (me + 1) % THREADS, before = *caught_of[peer];

		MUST(pthread_kill(signalled[peer], SIGUSR1) == 0);
		/* It must come, whatever the other does: it computes, or sends itself. */
		while (*caught_of[peer] == before && (!n || !over()))
			;
	}
	ready++;
	while (ready < 2 * THREADS)
		sched_yield();
	MUST(caught > 0);
	return (void *)n;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static char *shared_map;

static void *mmap_cow(void *arg)
{
	enum { PAGES = 16, SIZE = PAGES * 4096 };
	long me = (long)arg, n = 0;

	for (; !n || !over(); n++) {
		char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		pid_t pid;

		MUST(p != MAP_FAILED);
		for (int i = 0; i < PAGES; i++)
			p[i * 4096] = (char)(me + n + i);
		if (n % 4 == 0) {
			pid = fork();
			MUST(pid >= 0);
			if (!pid) {
				for (int i = 0; i < PAGES; i++) {
					MUST(p[i * 4096] == (char)(me + n + i));
					p[i * 4096] = 0;
				}
				_exit(0);
			}
			for (int i = 0; i < PAGES; i += 2)
				p[i * 4096 + 1] = 1;
			MUST(reap(pid) == 0);
		}
		MUST(mprotect(p, SIZE / 2, PROT_READ) == 0);
		for (int i = 0; i < PAGES; i++)
			MUST(p[i * 4096] == (char)(me + n + i));
		MUST(munmap(p + SIZE / 2, SIZE / 2) == 0);
		MUST(munmap(p, SIZE / 2) == 0);
	}
	return (void *)n;
}

/* One thread takes pages away while the others write to them: what they wrote is never seen
 * in pages that came new. */
static void *dontneed(void *arg)
{
	enum { PAGES = 8 };
	long me = (long)arg, n = 0;

	for (; !n || !over(); n++) {
		if (me == 0) {
			MUST(madvise(shared_map, PAGES * 4096, MADV_DONTNEED) == 0);
		} else {
			volatile long *word = (long *)(shared_map + (n % PAGES) * 4096 + me * 64);
			long v;

			*word = me;
			v = *word;
			MUST(v == me || v == 0);
		}
	}
	return (void *)n;
}

/* ---- futexes, pipes, epoll ----------------------------------------------------------------------- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static long turn, stop_at_turn = -1;

static void *futexes(void *arg)
{
	long me = (long)arg, n = 0;

	pthread_mutex_lock(&mutex);
	for (;;) {
		while (turn % THREADS != me && stop_at_turn < 0)
			pthread_cond_wait(&cond, &mutex);
		if (stop_at_turn >= 0)
			break;
		turn++;
		n++;
		if (over())
			stop_at_turn = turn;
		pthread_cond_broadcast(&cond);
	}
	pthread_mutex_unlock(&mutex);
	return (void *)n;
}

static atomic_long adds;
static long plain;

static void *mutexes(void *arg)
{
	long n = 0;

	for (; !n || (n & 63) || !over(); n++) {
		pthread_mutex_lock(&mutex);
		plain++;
		pthread_mutex_unlock(&mutex);
		adds++;
	}
	return (void *)n;
}

static void *pipes(void *arg)
{
	int there[2], back[2], status;
	long n = 0;
	pid_t pid;

	MUST(pipe(there) == 0 && pipe(back) == 0);
	pid = fork();
	MUST(pid >= 0);
	if (!pid) {
		long v;

		close(there[1]);
		while (read(there[0], &v, sizeof(v)) == sizeof(v)) {
			v++;
			MUST(write(back[1], &v, sizeof(v)) == sizeof(v));
		}
		_exit(0);
	}
	for (; !n || !over(); n++) {
		long v = n;

		MUST(write(there[1], &v, sizeof(v)) == sizeof(v));
		MUST(read(back[0], &v, sizeof(v)) == sizeof(v) && v == n + 1);
	}
	/* Children of the other threads hold copies of this end. */
	kill(pid, SIGKILL);
	MUST(waitpid(pid, &status, 0) == pid);
	close(there[0]); close(there[1]); close(back[0]); close(back[1]);
	return (void *)n;
}

static int epoll_pipe[2], epoll_set;

static void *epolls(void *arg)
{
	long me = (long)arg, n = 0;
	char c = 0;

	for (; !n || !over(); n++) {
		if (me == 0) {
			MUST(write(epoll_pipe[1], &c, 1) == 1 || errno == EAGAIN);
		} else {
			struct epoll_event e;
			int r = epoll_wait(epoll_set, &e, 1, 10);

			MUST(r >= 0);
			if (r)
				MUST(read(epoll_pipe[0], &c, 1) == 1 || errno == EAGAIN);
		}
	}
	return (void *)n;
}

static void *renames(void *arg)
{
	char a[32], b[32];
	long me = (long)arg, n = 0;
	int fd;

	snprintf(a, sizeof(a), "/tmp/tt.%ld.a", me);
	snprintf(b, sizeof(b), "/tmp/tt.%ld.b", me % 2);
	for (; !n || !over(); n++) {
		fd = open(a, O_CREAT | O_WRONLY | O_TRUNC, 0600);
		MUST(fd >= 0);
		MUST(write(fd, &n, sizeof(n)) == sizeof(n));
		close(fd);
		MUST(rename(a, b) == 0);
	}
	return (void *)n;
}

static void *affinity(void *arg)
{
	long n = 0;
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	for (; !n || !over(); n++) {
		cpu_set_t set;
		int cpu = (int)(n % cpus);

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		MUST(sched_setaffinity(0, sizeof(set), &set) == 0);
		MUST(sched_getcpu() == cpu);
	}
	return (void *)n;
}

/* ---- terminals ---------------------------------------------------------------------------------- */

static _Noreturn void tty_child(const char *name)
{
	char line[64];
	ssize_t n;
	int fd;

	setsid();
	fd = open(name, O_RDWR);       /* becomes its terminal */
	MUST(fd >= 0);
	signal(SIGHUP, SIG_DFL);
	while ((n = read(fd, line, sizeof(line))) > 0)
		if (write(fd, line, (size_t)n) != n)
			break;
	_exit(7);
}

static void echo_lines(int master)
{
	char text[32], back[32];

	for (int i = 0; i < 5; i++) {
		int len = snprintf(text, sizeof(text), "line %d\n", i), got = 0;

		MUST(write(master, text, (size_t)len) == len);
		/* What it wrote itself, NL as CR NL. */
		while (got < len + 1) {
			ssize_t n = read(master, back + got, sizeof(back) - (size_t)got);

			MUST(n > 0);
			got += (int)n;
		}
		MUST(got == len + 1 && !memcmp(back, text, (size_t)len - 1));
	}
}

static void *ttys(void *arg)
{
	long n = 0;

	for (; !n || !over(); n++) {
		struct winsize size = { .ws_row = (unsigned short)n, .ws_col = 80 };
		struct termios t;
		char name[64];
		int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave, status;
		pid_t pid;

		MUST(master >= 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof(name)) == 0);
		slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
		MUST(slave >= 0 && tcgetattr(slave, &t) == 0);
		t.c_lflag &= ~(unsigned)ECHO;
		MUST(tcsetattr(slave, TCSANOW, &t) == 0);
		pid = fork();
		MUST(pid >= 0);
		if (!pid)
			tty_child(name);
		echo_lines(master);
		MUST(ioctl(master, TIOCSWINSZ, &size) == 0);
		if (n % 3 == 0)
			MUST(write(master, "\003", 1) == 1);   /* ^C */
		else if (n % 3 == 1)
			kill(pid, SIGKILL);
		/* Else it is hung up; others may hold copies of the master for a moment. */
		MUST(n % 3 != 2 || kill(pid, SIGHUP) == 0);
		status = reap(pid);
		MUST(WIFSIGNALED(status) && WTERMSIG(status) == (n % 3 == 0 ? SIGINT : n % 3 == 1 ? SIGKILL : SIGHUP));
		close(slave);
		close(master);
	}
	return (void *)n;
}

/* ---- locks that lend priority ---------------------------------------------------------------------- */

static pthread_mutex_t lent[2];

static void *lends(void *arg)
{
	long me = (long)arg, n = 0;
	struct sched_param p = { .sched_priority = 1 + (int)me };

	/* Whoever may not is as good a rival. */
	if (me)
		pthread_setschedparam(pthread_self(), SCHED_RR, &p);
	for (; !n || (n & 15) || !over(); n++) {
		struct timespec soon;

		MUST(pthread_mutex_lock(&lent[0]) == 0);
		plain++;
		adds++;
		if (n % 8 == me) {
			MUST(pthread_mutex_lock(&lent[1]) == 0);
			sched_yield();
			MUST(pthread_mutex_unlock(&lent[1]) == 0);
		}
		MUST(pthread_mutex_unlock(&lent[0]) == 0);
		clock_gettime(CLOCK_REALTIME, &soon);
		if (pthread_mutex_timedlock(&lent[1], &soon) == 0)
			MUST(pthread_mutex_unlock(&lent[1]) == 0);
	}
	return (void *)n;
}

static void init_lent(void)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	MUST(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT) == 0);
	MUST(pthread_mutex_init(&lent[0], &a) == 0 && pthread_mutex_init(&lent[1], &a) == 0);
}

/* ---- descriptors through sockets -------------------------------------------------------------------- */

static void send_fd(int to, int fd)
{
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(int))]; } c = { 0 };
	struct iovec v = { "x", 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c) };

	c.h = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&c.h), &fd, sizeof(fd));
	MUST(sendmsg(to, &m, 0) == 1);
}

static int receive_fd(int from)
{
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(int))]; } c;
	char byte;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c) };
	int fd;

	MUST(recvmsg(from, &m, 0) == 1 && m.msg_controllen);
	memcpy(&fd, CMSG_DATA(&c.h), sizeof(fd));
	return fd;
}

static void *sockets(void *arg)
{
	long n = 0;

	for (; !n || !over(); n++) {
		int s[2], p[2], got;
		long v = 0;

		MUST(socketpair(AF_UNIX, n % 2 ? SOCK_STREAM : SOCK_SEQPACKET, 0, s) == 0 && pipe(p) == 0);
		send_fd(s[0], p[1]);
		close(p[1]);
		if (n % 5) {                   /* else it is lost on its way */
			got = receive_fd(s[1]);
			MUST(write(got, &n, sizeof(n)) == sizeof(n) && close(got) == 0);
			MUST(read(p[0], &v, sizeof(v)) == sizeof(v) && v == n);
		}
		close(s[0]);
		close(s[1]);
		MUST(read(p[0], &v, sizeof(v)) == 0);
		close(p[0]);
	}
	return (void *)n;
}

static const struct { const char *name; void *(*fn)(void *); } storms[] = {
	{ "fork", forks }, { "exec", execs }, { "exit", exits }, { "signal", signals },
	{ "cow", mmap_cow }, { "dontneed", dontneed }, { "futex", futexes }, { "mutex", mutexes },
	{ "pipe", pipes }, { "epoll", epolls }, { "rename", renames }, { "affinity", affinity },
	{ "tty", ttys }, { "pi", lends }, { "socket", sockets },
};
enum { STORMS = sizeof(storms) / sizeof(storms[0]) };

static int all(const char *seconds)
{
	for (int i = 0; i < STORMS; i++) {
		pid_t pid = fork();

		MUST(pid >= 0);
		if (!pid) {
			execl(self, self, storms[i].name, seconds, NULL);
			_exit(97);
		}
	}
	for (int i = 0; i < STORMS; i++) {
		int status;

		MUST(wait(&status) > 0 && status == 0);
	}
	MUST(wait(NULL) == -1 && errno == ECHILD);
	return 0;
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc < 3 || !strcmp(argv[1], "nothing"))
		return argc < 3;
	if (!strcmp(argv[1], "all"))
		return all(argv[2]);
	deadline = now() + atof(argv[2]);
	init_lent();
	signal(SIGUSR1, on_signal);
	shared_map = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(pipe2(epoll_pipe, O_NONBLOCK) == 0);
	epoll_set = epoll_create1(0);
	MUST(epoll_ctl(epoll_set, EPOLL_CTL_ADD, epoll_pipe[0],
		       &(struct epoll_event){ .events = EPOLLIN | EPOLLEXCLUSIVE }) == 0);
	for (int i = 0; i < STORMS; i++)
		if (!strcmp(storms[i].name, argv[1])) {
			long n = in_threads(storms[i].fn);

			MUST(plain == adds);
			MUST(n > 0);
			printf("%s: ok", argv[1]);
			printf(argc > 3 ? ", %ld rounds\n" : "\n", n);
			return 0;
		}
	return 2;
}
