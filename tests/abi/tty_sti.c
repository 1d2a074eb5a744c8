/* TIOCSTI: typed by a program, for the administrator. What others get depends on a sysctl. */
#include "tty.h"

TOPIC(tty_sti)
{
	struct pair p = tty_pair();

	tty_modes(p, ICRNL, OPOST | ONLCR, ICANON | ECHO);
	for (const char *c = "hi\r"; *c; c++)
		R(ioctl(p.slave, TIOCSTI, c));
	sleep_ms(30);
	tty_drain(p);
	R(ioctl(p.slave, TIOCSTI, BAD));
	R(ioctl(p.master, TIOCSTI, "m"));
	sleep_ms(30);
	tty_drain(p);
	CHILD(setgid(1000), setuid(1000), R(ioctl(p.slave, TIOCSLCKTRMIOS, "x")));
	CHILD(setgid(1000), setuid(1000), R(ioctl(p.slave, TIOCVHANGUP)));
	tty_close(p);
}
