/* The host's terminal: attributes and size, for the console. */
#include "host/host.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

bool host_isatty(int fd)
{
	return isatty(fd) == 1;
}

int host_tty_get(int fd, struct termios *t)
{
	return tcgetattr(fd, t) < 0 ? -errno : 0;
}

/* Async-signal-safe: the console is put back from whatever ends hearth. */
int host_tty_set(int fd, const struct termios *t)
{
	return tcsetattr(fd, TCSANOW, t) < 0 ? -errno : 0;
}

int host_tty_winsize(int fd, struct winsize *ws)
{
	return ioctl(fd, TIOCGWINSZ, ws) < 0 ? -errno : 0;
}
