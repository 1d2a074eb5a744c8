/* Controlling terminals: who gets one, who may ask, what the end of a session's leader does. */
#include "tty.h"

static struct pair p;
static char name[64];
static volatile sig_atomic_t got[65];

static void note(int signo)
{
	got[signo]++;
}

static void watch(void)
{
	struct sigaction a = { .sa_handler = note };

	sigaction(SIGHUP, &a, NULL);
	sigaction(SIGCONT, &a, NULL);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGWINCH, &a, NULL);
	sigaction(SIGTTOU, &a, NULL);
	sigaction(SIGTTIN, &a, NULL);
}

static void show_signals(const char *when)
{
	sleep_ms(100);
	printf("%s: HUP %d CONT %d INT %d WINCH %d TTOU %d TTIN %d\n", when, got[SIGHUP], got[SIGCONT], got[SIGINT],
	       got[SIGWINCH], got[SIGTTOU], got[SIGTTIN]);
	memset((void *)got, 0, sizeof(got));
}

static void getting_one(void)
{
	int fd, n;
	struct winsize ws = { 5, 6 };

	watch();
	R(ioctl(p.slave, TIOCSCTTY, 0));      /* no leader */
	R(setsid() == getpid());
	R(open("/dev/tty", O_RDWR));
	R(ioctl(p.slave, TIOCGPGRP, &n));
	R(ioctl(p.slave, TIOCGSID, &n));
	R(ioctl(p.master, TIOCGPGRP, &n));
	V(n);
	R(ioctl(p.master, TIOCGSID, &n));
	R(tcsetpgrp(p.slave, getpid()));
	fd = open(name, O_RDWR | O_NOCTTY);
	R(open("/dev/tty", O_RDWR));
	close(fd);
	fd = open(name, O_WRONLY);
	R(open("/dev/tty", O_RDWR));
	close(fd);
	fd = open(name, O_RDWR);
	V(open("/dev/tty", O_RDWR) >= 0);
	R(ioctl(p.slave, TIOCSCTTY, 0));
	V(tcgetpgrp(fd) == getpid());
	V(tcgetsid(fd) == getpid());
	R(ioctl(p.master, TIOCGPGRP, &n));
	V(n == getpid());
	R(ioctl(p.master, TIOCGSID, &n));
	V(n == getpid());
	R(tcsetpgrp(fd, 0));
	n = -5;
	R(ioctl(fd, TIOCSPGRP, &n));
	R(ioctl(fd, TIOCSPGRP, BAD));
	R(tcsetpgrp(fd, 999999));
	R(tcsetpgrp(fd, getppid()));
	R(tcsetpgrp(p.master, getpid()));
	write(p.master, "\x03", 1);
	show_signals("^C");
	R(ioctl(p.master, TIOCSWINSZ, &ws));
	show_signals("a new size");
	R(ioctl(p.master, TIOCSWINSZ, &ws));
	show_signals("the same size");
	R(ioctl(p.master, TIOCSIG, SIGINT));
	show_signals("TIOCSIG");
	R(ioctl(fd, TIOCNOTTY));
	show_signals("given up");
	R(open("/dev/tty", O_RDWR));
	R(ioctl(fd, TIOCNOTTY));
	V(ioctl(p.master, TIOCGPGRP, &n) == 0 && n == 0);
	R(ioctl(p.master, TIOCSCTTY, 0));
	V(open("/dev/tty", O_RDWR) >= 0);
}

/* A leader with a child in the foreground and one in the background ends. */
static void leader_ends(bool by_hangup)
{
	int ready[2], fd;
	char c;

	pipe(ready);
	if (fork() == 0) {
		setsid();
		fd = open(name, O_RDWR);
		for (int n = 0; n < 2; n++)
			if (fork() == 0) {
				watch();
				setpgid(0, 0);
				signal(SIGTTOU, SIG_IGN);
				if (n == 0)
					tcsetpgrp(fd, getpid());
				write(ready[1], "r", 1);
				sleep_ms(by_hangup ? 600 : 400);
				sleep_ms(n * 200);
				show_signals(n ? "in the background" : "in the foreground");
				R(open("/dev/tty", O_RDWR));
				fflush(stdout);
				_exit(0);
			}
		read(ready[0], &c, 1);
		read(ready[0], &c, 1);
		if (by_hangup) {
			watch();
			close(ready[0]);
			sleep_ms(300);
			show_signals("the leader");
			fflush(stdout);
		}
		_exit(0);
	}
	if (by_hangup) {
		close(p.slave);
		sleep_ms(150);
		close(p.master);
	}
	wait(NULL);
	close(ready[1]);
	while (read(ready[0], &c, 1) > 0)
		;
	sleep_ms(300);
}

TOPIC(tty_session)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	p = tty_pair();
	ptsname_r(p.master, name, sizeof(name));
	CHILD(getting_one());
	leader_ends(false);
	tty_close(p);
	p = tty_pair();
	ptsname_r(p.master, name, sizeof(name));
	printf("the master closes\n");
	leader_ends(true);
}
