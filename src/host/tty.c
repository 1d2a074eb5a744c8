/* The host's terminal: attributes and size, for the console. */
#include "host/host.h"

#include <signal.h>
#include <stdlib.h>
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

static void (*crash_fn)(void);

static void crashed(int signo)
{
	crash_fn();
	signal(signo, SIG_DFL);
	raise(signo);
}

void host_at_crash(void (*fn)(void))
{
	static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE };

	crash_fn = fn;
	atexit(fn);                  /* fatal() */
	for (size_t n = 0; n < ARRAY_SIZE(fatal); n++) {
		struct sigaction old;

		if (sigaction(fatal[n], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			signal(fatal[n], crashed);
	}
}
