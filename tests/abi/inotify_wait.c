/* inotify: a reader sleeps until another process does something; a signal interrupts it. */
#include "abi.h"
#include <sys/inotify.h>
#include "inotify.h"

static void nothing(int signo) { (void)signo; }

TOPIC(inotify_wait)
{
	int fd = inotify_init(), ep = epoll_create1(0);
	struct epoll_event ev = { .events = EPOLLIN }, got;
	struct sigaction action = { .sa_handler = nothing };
	struct itimerval timer = { .it_value.tv_usec = 50000 };
	char buf[256];
	pid_t pid;

	R(inotify_add_watch(fd, ".", IN_CREATE));
	pid = fork();
	if (!pid) {
		sleep_ms(50);
		put_file("made", "");
		_exit(0);
	}
	show_events("from another process", fd);
	reap(pid);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	R(read(fd, buf, sizeof(buf)));
	R(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	R(epoll_wait(ep, &got, 1, 0));
	mkdir("more", 0755);
	R(epoll_wait(ep, &got, 1, 0));
	X(got.events);
	show_events("mkdir", fd);
	R(epoll_wait(ep, &got, 1, 0));
}
