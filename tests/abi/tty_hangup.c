/* What both sides see when the other one goes. */
#include "tty.h"

static void poll_fd(const char *what, int fd)
{
	struct pollfd f = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };

	poll(&f, 1, 0);
	printf("  %s poll %#x\n", what, f.revents);
}

static void take(const char *what, int fd)
{
	char buf[100];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		printf("  %s read %s\n", what, error_name(errno));
	else
		tty_show("  data ", buf, n);
}

static void slave_goes(void)
{
	struct pair p;
	char name[64];

	p.master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
	grantpt(p.master);
	unlockpt(p.master);
	ptsname_r(p.master, name, sizeof(name));
	poll_fd("master, no slave yet,", p.master);
	take("master, no slave yet,", p.master);
	R(write(p.master, "early\n", 6));
	p.slave = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	sleep_ms(20);
	take("slave", p.slave);
	R(write(p.slave, "last words", 10));
	sleep_ms(20);
	R(close(p.slave));
	poll_fd("master, slave gone,", p.master);
	tty_drain_one("  out ", p.master, 5);
	poll_fd("master, slave gone,", p.master);
	R(write(p.master, "x", 1));
	R(write(p.master, "y\n", 2));
	p.slave = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	tty_drain_one("  in  ", p.slave, 100);
	take("master, slave again,", p.master);
	tty_close(p);
}

static void master_goes(void)
{
	struct pair p = tty_pair();
	struct termios t;
	struct winsize ws;
	int n;

	R(write(p.master, "typed\n", 6));
	sleep_ms(20);
	R(close(p.master));
	poll_fd("slave", p.slave);
	take("slave", p.slave);
	take("slave", p.slave);
	R(write(p.slave, "x", 1));
	R(tcgetattr(p.slave, &t));
	R(ioctl(p.slave, TIOCGWINSZ, &ws));
	R(ioctl(p.slave, FIONREAD, &n));
	R(ioctl(p.slave, TIOCSPGRP, &n));
	R(ioctl(p.slave, TIOCSCTTY, 0));
	R(isatty(p.slave));
	R(close(p.slave));
}

/* A reader that waits. */
static void reader_waits(bool master)
{
	struct pair p = tty_pair();
	int mine = master ? p.master : p.slave, other = master ? p.slave : p.master;
	char c;

	printf("a reader of the %s\n", master ? "master" : "slave");
	fcntl(mine, F_SETFL, 0);
	if (fork() == 0) {
		close(other);
		R(read(mine, &c, 1));
		fflush(stdout);
		_exit(0);
	}
	sleep_ms(100);
	fflush(stdout);
	close(other);
	wait(NULL);
	close(mine);
}

TOPIC(tty_hangup)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	slave_goes();
	master_goes();
	reader_waits(true);
	reader_waits(false);
}
