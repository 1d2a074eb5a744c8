/* Every ioctl of a terminal on both sides of a pair, on a pipe and on a file, with good and bad arguments. */
#include "tty.h"
#include <sys/vfs.h>

static const struct { unsigned long cmd; const char *name; bool in; } requests[] = {
#define ROW(cmd, in) { cmd, #cmd, in }
	ROW(TCGETS, false), ROW(TCGETA, false), ROW(TIOCGWINSZ, false), ROW(TIOCGPGRP, false), ROW(TIOCGSID, false),
	ROW(TIOCOUTQ, false), ROW(FIONREAD, false), ROW(TIOCGETD, false), ROW(TIOCGSOFTCAR, false),
	ROW(TIOCGLCKTRMIOS, false), ROW(TIOCGEXCL, false), ROW(TIOCGPTLCK, false), ROW(TIOCGPKT, false),
	ROW(TIOCMGET, false), ROW(TIOCGSERIAL, false), ROW(TIOCGICOUNT, false), ROW(TIOCGRS485, false),
	ROW(TIOCSBRK, true), ROW(TIOCCBRK, true), ROW(TCSBRK, true), ROW(TCSBRKP, true), ROW(TIOCEXCL, true),
	ROW(TIOCNXCL, true), ROW(TIOCNOTTY, true), ROW(TIOCMIWAIT, true), 
	ROW(TIOCMSET, true), ROW(TIOCMBIS, true), ROW(TIOCLINUX, true), ROW(TIOCSIG, true),
};

static void try(const char *what, int fd)
{
	for (int n = 0; n < COUNT(requests); n++) {
		unsigned char buf[256] = { 0 };
		int ret;

		errno = 0;
		ret = ioctl(fd, requests[n].cmd, requests[n].in ? NULL : buf);
		printf("%s %s: %d %s", what, requests[n].name, ret, error_name(errno));
		if (!ret && !requests[n].in && requests[n].cmd != TIOCGPTN)
			show_bytes("", buf, requests[n].cmd == TCGETS ? 36 : requests[n].cmd == TCGETA ? 18 : 8);
		else
			printf("\n");
		if (requests[n].in)
			continue;
		errno = 0;
		ret = ioctl(fd, requests[n].cmd, BAD);
		printf("%s %s to a bad address: %d %s\n", what, requests[n].name, ret, error_name(errno));
	}
}

TOPIC(tty_ioctls)
{
	struct pair p = tty_pair();
	struct winsize ws = { 11, 22, 33, 44 };
	struct termios t;
	int zero = 0, one = 1, pipes[2], file = open("file", O_RDWR | O_CREAT, 0600), n;
	char old[60] = { 0 };

	try("slave", p.slave);
	try("master", p.master);
	pipe(pipes);
	try("pipe", pipes[0]);
	try("file", file);
	R(ioctl(p.slave, TIOCSWINSZ, &ws));
	memset(&ws, 0, sizeof(ws));
	R(ioctl(p.master, TIOCGWINSZ, &ws));
	printf("%d %d %d %d\n", ws.ws_row, ws.ws_col, ws.ws_xpixel, ws.ws_ypixel);
	R(ioctl(p.slave, TIOCSWINSZ, BAD));
	R(ioctl(p.slave, TIOCSETD, &zero));
	n = 99;
	R(ioctl(p.slave, TIOCSETD, &n));
	R(ioctl(p.slave, TIOCSETD, BAD));
	R(ioctl(p.slave, TIOCSSOFTCAR, &one));
	R(ioctl(p.slave, TIOCGSOFTCAR, &n));
	V(n);
	tcgetattr(p.slave, &t);
	X(t.c_cflag);
	R(ioctl(p.slave, TIOCSSOFTCAR, &zero));
	R(ioctl(p.master, TIOCSIG, SIGKILL));
	R(ioctl(p.master, TIOCSIG, SIGINT));
	R(ioctl(p.slave, TIOCSIG, SIGINT));
	R(ioctl(p.slave, TCFLSH, 7));
	R(ioctl(p.master, TCFLSH, 7));
	R(ioctl(p.master, TCXONC, 7));
	R(ioctl(p.slave, 0x54ff, 0));
	R(ioctl(p.master, 0x54ff, 0));
	/* Odd modes come back as the line can do them. */
	tcgetattr(p.slave, &t);
	t.c_cflag = CS5 | PARENB | CSTOPB;
	cfsetospeed(&t, B9600);
	R(tcsetattr(p.slave, TCSANOW, &t));
	R(tcgetattr(p.master, &t));
	X(t.c_cflag);
	X(cfgetospeed(&t));
	/* The old structure. */
	R(ioctl(p.slave, TCGETA, old));
	show_bytes("termio", old, 17);
	old[0] = 1;
	old[9] = 'x';
	R(ioctl(p.slave, TCSETA, old));
	R(ioctl(p.slave, TCGETA, old));
	show_bytes("termio", old, 17);
	R(ioctl(p.slave, TCSETAW, old));
	R(ioctl(p.slave, TCSETAF, old));
	R(ioctl(p.slave, TCSETA, BAD));
	/* Locked modes: the administrator's. */
	memset(old, 0, sizeof(old));
	R(ioctl(p.slave, TIOCSLCKTRMIOS, BAD));
	old[12] = ECHO;
	R(ioctl(p.slave, TIOCSLCKTRMIOS, old));
	tcgetattr(p.slave, &t);
	t.c_lflag = 0;
	R(tcsetattr(p.slave, TCSANOW, &t));
	tcgetattr(p.slave, &t);
	X(t.c_lflag);
	tty_close(p);
}
