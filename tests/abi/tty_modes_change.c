/* Switching ICANON, EXTPROC and IXON with input in the queue; what TCSAFLUSH and tcflush() drop. */
#include "tty.h"

static void modes(struct pair p, int action, tcflag_t i, tcflag_t l)
{
	struct termios t;

	tcgetattr(p.slave, &t);
	t.c_iflag = i;
	t.c_lflag = l;
	t.c_cc[VMIN] = 1;
	R(tcsetattr(p.slave, action, &t));
}

static void waiting(struct pair p)
{
	struct pollfd f = { .fd = p.slave, .events = POLLIN | POLLOUT };
	int n;

	poll(&f, 1, 0);
	ioctl(p.slave, FIONREAD, &n);
	printf("  FIONREAD %d poll %#x\n", n, f.revents);
}

static void keys(struct pair p, const char *text)
{
	write(p.master, text, strlen(text));
	sleep_ms(30);                         /* Linux' worker */
	tty_show("keys ", text, strlen(text));
	waiting(p);
}

static void take(struct pair p, size_t max)
{
	char buf[300];
	ssize_t n = read(p.slave, buf, max);

	if (n < 0)
		printf("  read %s\n", error_name(errno));
	else
		tty_show("  read ", buf, n);
}

static void canonical_and_back(struct pair p)
{
	tty_modes(p, 0, 0, ICANON);
	keys(p, "half");
	modes(p, TCSANOW, 0, 0);
	waiting(p);
	take(p, 2);
	modes(p, TCSANOW, 0, ICANON);
	waiting(p);
	take(p, 1);
	keys(p, "new\n");
	take(p, 100);
	take(p, 100);
	take(p, 100);
	keys(p, "one\ntwo\nthr");
	modes(p, TCSADRAIN, 0, 0);
	waiting(p);
	take(p, 100);
	keys(p, "abc");
	modes(p, TCSANOW, 0, ICANON);
	keys(p, "def\n");
	take(p, 100);
	take(p, 100);
	keys(p, "x\x04y\x04");
	take(p, 1);
	take(p, 100);
	take(p, 100);
	keys(p, "line\n\x04\x04rest");
	modes(p, TCSANOW, 0, 0);
	take(p, 100);
	modes(p, TCSANOW, 0, ICANON);
}

static void flushing(struct pair p)
{
	keys(p, "gone\npart");
	modes(p, TCSAFLUSH, 0, ICANON);
	waiting(p);
	keys(p, "gone\n");
	R(tcflush(p.slave, TCIFLUSH));
	waiting(p);
	keys(p, "gone\n");
	R(tcflush(p.slave, TCOFLUSH));
	waiting(p);
	R(tcflush(p.slave, TCIOFLUSH));
	waiting(p);
	R(tcflush(p.slave, 3));
}

static void others(struct pair p)
{
	modes(p, TCSANOW, 0, ICANON | EXTPROC | ISIG | ECHO);
	keys(p, "a\x03\x7fz\n");
	take(p, 100);
	keys(p, "\x04");
	take(p, 100);
	modes(p, TCSANOW, IXON, ICANON | ECHO);
	keys(p, "ab\x13");
	R(write(p.slave, "text", 4));
	keys(p, "cd");
	tty_drain_one("  out ", p.master, 100);
	modes(p, TCSANOW, 0, ICANON | ECHO);
	tty_drain_one("  out ", p.master, 100);
	R(tcflow(p.slave, TCOOFF));
	R(write(p.slave, "text", 4));
	keys(p, "ef\n");
	tty_drain_one("  out ", p.master, 100);
	modes(p, TCSANOW, IXON, ICANON | ECHO);
	keys(p, "\x11");
	R(write(p.slave, "text", 4));
	R(tcflow(p.slave, TCOON));
	R(write(p.slave, "more", 4));
	sleep_ms(30);
	tty_drain_one("  out ", p.master, 100);
	R(tcflow(p.slave, TCIOFF));
	R(tcflow(p.slave, TCION));
	sleep_ms(30);
	tty_drain_one("  out ", p.master, 100);
	R(tcflow(p.slave, 4));
}

TOPIC(tty_modes_change)
{
	struct pair p = tty_pair();

	canonical_and_back(p);
	flushing(p);
	others(p);
	tty_close(p);
}
