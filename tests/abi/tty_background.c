/* Processes in the background that read, write and change their terminal. */
#include "tty.h"
#include <sys/wait.h>

static struct pair p;

static void stopped(const char *what, pid_t pid)
{
	int status;

	waitpid(pid, &status, WUNTRACED);
	printf("%s: ", what);
	fflush(stdout);
	show_status(status);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

enum { READ, WRITE, WRITE_TOSTOP, CHANGE, FLUSH, FLOW, PGRP, SIZE, BREAK, GET, ORPHAN = 100 };

static void act(int what)
{
	char c;
	struct winsize ws = { 7, 8 };
	struct termios t;

	switch (what) {
	case READ: R(read(p.slave, &c, 1)); break;
	case WRITE: case WRITE_TOSTOP: R(write(p.slave, "x", 1)); break;
	case CHANGE: tcgetattr(p.slave, &t); R(tcsetattr(p.slave, TCSANOW, &t)); break;
	case FLUSH: R(tcflush(p.slave, TCIFLUSH)); break;
	case FLOW: R(tcflow(p.slave, TCOON)); break;
	case PGRP: R(tcsetpgrp(p.slave, getpgrp())); break;
	case SIZE: R(ioctl(p.slave, TIOCSWINSZ, &ws)); break;
	case BREAK: R(tcsendbreak(p.slave, 0)); break;
	case GET: R(tcgetattr(p.slave, &t)); break;
	}
}

static void one(int what, int how)
{
	static const char *const names[] = { "read", "write", "write with TOSTOP", "tcsetattr", "tcflush", "tcflow", "tcsetpgrp", "size", "break", "tcgetattr" };
	static const char *const hows[] = { "", " ignored", " blocked", " orphaned" };
	char text[80];
	sigset_t set;
	pid_t pid;

	snprintf(text, sizeof(text), "%s%s", names[what], hows[how]);
	tty_modes(p, 0, 0, ICANON | (what == WRITE_TOSTOP ? TOSTOP : 0));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		sigemptyset(&set);
		sigaddset(&set, SIGTTIN);
		sigaddset(&set, SIGTTOU);
		if (how == 1) {
			signal(SIGTTIN, SIG_IGN);
			signal(SIGTTOU, SIG_IGN);
		}
		if (how == 2)
			sigprocmask(SIG_BLOCK, &set, NULL);
		if (how == 3) {
			/* The parent in its session goes: the group is an orphan. */
			if (fork() == 0) {
				setpgid(0, 0);
				if (fork() == 0) {
					sleep_ms(50);
					act(what);
					fflush(stdout);
					_exit(0);
				}
				_exit(0);
			}
			wait(NULL);
			sleep_ms(150);
			_exit(0);
		}
		act(what);
		fflush(stdout);
		_exit(0);
	}
	stopped(text, pid);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(p.slave, getpgrp());
	signal(SIGTTOU, SIG_DFL);
}

static void session(void)
{
	char name[64];
	int fd;

	setsid();
	ptsname_r(p.master, name, sizeof(name));
	fd = open(name, O_RDWR);
	for (int what = READ; what <= GET; what++)
		for (int how = 0; how < 4; how++)
			one(what, how);
	close(fd);
}

TOPIC(tty_background)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	p = tty_pair();
	CHILD(session());
	tty_close(p);
}
