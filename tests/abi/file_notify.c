/* fcntl F_NOTIFY: signals for what happens in a directory. */
#include "abi.h"

static int dir;

/* The signals that are there, in their order. */
static void told(const char *what)
{
	struct timespec none = { 0 };
	siginfo_t info;
	sigset_t all;
	int signo;

	sigfillset(&all);
	printf("%s:", what);
	while ((signo = sigtimedwait(&all, &info, &none)) > 0) {
		if (signo == SIGCHLD)
			continue;
		printf(" %s code %d", signo == SIGIO ? "SIGIO" : "other", info.si_code);
		if (signo != SIGIO)
			printf(" band %#lx fd %s", (long)info.si_band, info.si_fd == dir ? "right" : "wrong");
	}
	puts("");
}

static void once(const char *what, int mask, void (*make)(void))
{
	printf("%#x ", mask);
	if (fcntl(dir, F_NOTIFY, mask))
		printf("%s ", error_name(errno));
	make();
	told(what);
	fcntl(dir, F_NOTIFY, 0);
}

static void make(void)     { close(open("d/file", O_CREAT | O_RDWR, 0600)); }
static void change(void)   { int fd = open("d/file", O_RDWR); write(fd, "x", 1); close(fd); }
static void look(void)     { char c; int fd = open("d/file", O_RDWR); read(fd, &c, 1); close(fd); }
static void mode(void)     { chmod("d/file", 0640); }
static void mode_self(void){ chmod("d", 0750); }
static void rename_in(void){ rename("d/file", "d/other"); rename("d/other", "d/file"); }
static void away(void)     { rename("d/file", "away"); }
static void back(void)     { rename("away", "d/file"); }
static void gone(void)     { unlink("d/file"); }
static void subdir(void)   { mkdir("d/sub", 0700); rmdir("d/sub"); }
static void list(void)     { closedir(opendir("d")); }

static void (*const acts[])(void) = { make, change, look, mode, mode_self, rename_in, away, back, subdir, list, gone };
static const char *const names[] = { "make", "change", "look", "mode", "mode of itself", "rename", "away", "back", "directory", "list", "gone" };

TOPIC(file_notify)
{
	static const int masks[] = { DN_ACCESS, DN_MODIFY, DN_CREATE, DN_DELETE, DN_RENAME, DN_ATTRIB };
	sigset_t all;
	int fd, copy;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	mkdir("d", 0700);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	fcntl(dir, F_SETSIG, SIGRTMIN + 1);
	for (unsigned m = 0; m < 6; m++)
		for (unsigned a = 0; a < sizeof(acts) / sizeof(acts[0]); a++)
			once(names[a], masks[m] | DN_MULTISHOT, acts[a]);
	puts("once, and by SIGIO");
	fcntl(dir, F_SETSIG, 0);
	R(fcntl(dir, F_SETOWN, 0)); R(fcntl(dir, F_NOTIFY, DN_CREATE)); V(fcntl(dir, F_GETOWN) == getpid());
	make(); told("first"); subdir(); told("second");
	R(fcntl(dir, F_NOTIFY, DN_CREATE)); R(fcntl(dir, F_NOTIFY, DN_DELETE | DN_MULTISHOT)); R(fcntl(dir, F_NOTIFY, DN_MODIFY));
	gone(); told("gone"); make(); told("made"); change(); told("changed"); gone(); told("gone");
	puts("closed");
	copy = dup(dir);
	CHILD(close(dir); close(copy));
	make(); told("still there"); close(copy); gone(); told("not any more");
	R(fcntl(dir, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
	close(dir);
	make(); told("closed");
	puts("errors");
	fd = open("d/file", O_RDONLY);
	R(fcntl(fd, F_NOTIFY, DN_CREATE)); R(fcntl(fd, F_NOTIFY, 0)); R(fcntl(fd, F_NOTIFY, DN_MULTISHOT));
	close(fd);
	fd = open("d", O_PATH);
	R(fcntl(fd, F_NOTIFY, DN_CREATE)); R(fcntl(99, F_NOTIFY, DN_CREATE));
	fd = open("d", O_RDONLY);
	R(fcntl(fd, F_NOTIFY, 0x40)); subdir(); told("an unknown event");
}
