/* Packet mode: what the master is told of the slave (ioctl_tty(2), TIOCPKT). */
#include "tty.h"

static void poll_master(struct pair p)
{
	struct pollfd f = { .fd = p.master, .events = POLLIN | POLLPRI | POLLOUT };

	poll(&f, 1, 0);
	printf("  poll %#x\n", f.revents);
}

static void take(struct pair p)
{
	char buf[100];
	ssize_t n = read(p.master, buf, sizeof(buf));

	if (n < 0)
		printf("  read %s\n", error_name(errno));
	else
		show_bytes("  read", buf, n);
}

static void modes(struct pair p, int action, tcflag_t i, tcflag_t l)
{
	struct termios t;

	tcgetattr(p.slave, &t);
	t.c_iflag = i;
	t.c_lflag = l;
	R(tcsetattr(p.slave, action, &t));
}

TOPIC(tty_packet)
{
	struct pair p = tty_pair();
	int on = 1, off = 0, n = 7;
	char c;

	R(ioctl(p.master, TIOCGPKT, &n));
	V(n);
	R(ioctl(p.master, TIOCPKT, &on));
	R(ioctl(p.master, TIOCGPKT, &n));
	V(n);
	R(ioctl(p.slave, TIOCPKT, &on));
	R(ioctl(p.slave, TIOCGPKT, &n));
	R(ioctl(p.master, TIOCPKT, BAD));
	take(p);
	R(write(p.slave, "ab", 2));
	sleep_ms(20);
	poll_master(p);
	take(p);
	R(write(p.slave, "cd", 2));
	sleep_ms(20);
	R(read(p.master, &c, 1));
	V(c);
	take(p);
	R(tcflush(p.slave, TCIFLUSH));
	poll_master(p);
	take(p);
	R(tcflush(p.slave, TCOFLUSH));
	take(p);
	R(tcflush(p.slave, TCIOFLUSH));
	take(p);
	R(tcflow(p.slave, TCOOFF));
	take(p);
	R(tcflow(p.slave, TCOON));
	take(p);
	R(tcflow(p.slave, TCOOFF));
	R(tcflow(p.slave, TCOON));
	take(p);
	R(tcflow(p.slave, TCOON));
	take(p);
	modes(p, TCSANOW, 0, ICANON);
	take(p);
	modes(p, TCSANOW, IXON, ICANON);
	take(p);
	modes(p, TCSANOW, 0, ICANON);
	modes(p, TCSANOW, IXON, ICANON);
	take(p);
	modes(p, TCSANOW, IXON, ICANON | EXTPROC);
	take(p);
	modes(p, TCSANOW, IXON, ICANON | ISIG | ECHO);
	take(p);
	take(p);
	R(write(p.master, "\x13", 1));
	sleep_ms(20);
	take(p);
	R(write(p.master, "\x11", 1));
	sleep_ms(20);
	take(p);
	R(write(p.master, "abc\x03", 4));
	sleep_ms(20);
	take(p);
	take(p);
	take(p);
	R(ioctl(p.master, TIOCPKT, &off));
	take(p);
	R(write(p.slave, "ef", 2));
	sleep_ms(20);
	take(p);
	tty_close(p);
}
