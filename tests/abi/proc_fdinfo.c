/* /proc/PID/fdinfo: the flags, and what files of each kind tell of themselves. needs: Linux 6.8 */
#include "abi.h"
#include <sys/inotify.h>
#include <sys/socket.h>

/* Numbers that differ between machines are left out: whatever comes after these. */
static const char *const vary[] = { "mnt_id:", "ino:", "eventfd-id:", " pos:", " ino:", "Pid:", "NSpid:", "it_value: (", " sdev:", NULL };

static void tell(const char *what, int fd)
{
	char path[64], line[512], *cut;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	printf("%s\n", what);
	while (f && fgets(line, sizeof(line), f)) {
		/* Not told by hearth. */
		if (strncmp(line, "scm_fds", 7) == 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (const char *const *v = vary; *v; v++)
			if ((cut = strstr(line, *v)))
				cut[strlen(*v)] = '\0';
		printf("  %s\n", line);
	}
	fclose(f);
}

static void of_pidfds(void)
{
	int pid = fork(), fd, shown = -1;
	char text[256] = "";

	if (!pid) {
		pause();
		_exit(0);
	}
	fd = syscall(SYS_pidfd_open, pid, 0);
	tell("a process", fd);
	for (int i = 0; i < 2; i++) {
		char path[64];
		int info;

		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		info = open(path, O_RDONLY);
		text[read(info, text, sizeof(text) - 1)] = '\0';
		close(info);
		sscanf(strstr(text, "\nPid:"), "\nPid:\t%d", &shown);
		V(shown == (i ? -1 : pid));
		if (!i) {
			kill(pid, SIGKILL);
			reap(pid);
		}
	}
}

TOPIC(proc_fdinfo)
{
	struct epoll_event ev = { EPOLLIN | EPOLLET, { .u64 = 0x1234 } };
	struct itimerspec at = { { 1, 2 }, { 1000, 0 } };
	int p[2], s[2], fd, timer;
	sigset_t set;

	pipe2(p, O_NONBLOCK);
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	tell("a pipe to read", p[0]); tell("a pipe to write", p[1]); tell("a socket", s[0]);
	tell("a file", open("f", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)); tell("its place", open("f", O_PATH));
	tell("a directory", open(".", O_RDONLY | O_DIRECTORY)); tell("a memfd", memfd_create("m", 0));
	tell("a counter", eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK)); tell("another", eventfd(0x1234, 0));
	fd = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &ev);
	tell("a set", fd);
	sigemptyset(&set); sigaddset(&set, SIGUSR1); sigaddset(&set, 64);
	tell("signals", signalfd(-1, &set, 0));
	fd = inotify_init();
	inotify_add_watch(fd, ".", IN_CREATE | IN_MOVE);
	tell("watches", fd);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	tell("a timer", timer);
	at.it_value.tv_sec = 1 << 30; timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL); tell("a timer", timer);
	of_pidfds();
}
