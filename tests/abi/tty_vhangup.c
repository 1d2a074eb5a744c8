/* vhangup(2) and TIOCVHANGUP: open files are cut off, the terminal itself goes on. */
#include "tty.h"

TOPIC(tty_vhangup)
{
	struct pair p = tty_pair();
	char name[64], c;
	struct termios t;
	int again;
	struct pollfd f = { .fd = p.slave, .events = POLLIN };

	ptsname_r(p.master, name, sizeof(name));
	tty_modes(p, 0, 0, ICANON);
	R(write(p.master, "lost\n", 5));
	/* What Linux' worker has not handed over yet is not lost: whoever opens next gets it. */
	R(poll(&f, 1, -1));
	CHILD(setgid(1000), setuid(1000), R(vhangup()));
	CHILD(setsid(), signal(SIGHUP, SIG_IGN), V(open(name, O_RDWR) >= 0), R(vhangup()), R(open("/dev/tty", O_RDWR)),
	      R(read(p.slave, &c, 1)));
	R(read(p.slave, &c, 1));
	R(write(p.slave, "x", 1));
	f.events = POLLIN | POLLOUT;
	R(poll(&f, 1, 0));
	X(f.revents);
	R(tcgetattr(p.slave, &t));
	again = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	V(again >= 0);
	R(tcgetattr(again, &t));
	X(t.c_lflag);
	R(read(again, &c, 1));
	tty_drain_one("  in  ", again, 100);
	R(write(again, "x", 1));
	sleep_ms(30);
	tty_drain_one("  out ", p.master, 100);
	R(ioctl(again, TIOCVHANGUP));
	R(read(again, &c, 1));
	CHILD(R(vhangup()));
	close(again);
	tty_close(p);
}
