/* /proc/locks: every kind of lock on one file, and who waits, as Linux lists them. */
#include "abi.h"

static struct stat file_st;

/* The lines that speak of our file, without numbers that differ. */
static void show(const char *when)
{
	char line[200], want[40];
	FILE *f = fopen("/proc/locks", "r");

	printf("%s\n", when);
	snprintf(want, sizeof(want), ":%lu ", (unsigned long)file_st.st_ino);
	while (f && fgets(line, sizeof(line), f)) {
		char *at = strstr(line, want), kind[8], advisory[12], mode[8], range[40];
		bool waits = strstr(line, "->") != NULL;
		int pid;

		if (!at)
			continue;
		sscanf(strchr(line, ':') + (waits ? 5 : 1), "%7s %11s %7s %d", kind, advisory, mode, &pid);
		snprintf(range, sizeof(range), "%s", at + strlen(want));
		printf("  %s%s %s %s %s %s", waits ? "-> " : "", kind, advisory, mode, pid == getpid() ? "me" : pid == -1 ? "nobody" : "other", range);
	}
	if (f)
		fclose(f);
}

TOPIC(file_proc_locks)
{
	struct flock l = { .l_type = F_WRLCK, .l_start = 10, .l_len = 5 };
	int fd = open("f", O_CREAT | O_RDWR, 0600), fd2 = open("f", O_RDWR);
	pid_t pid;

	fstat(fd, &file_st);
	show("none");
	R(fcntl(fd, F_SETLK, &l));
	show("a record");
	l = (struct flock){ .l_type = F_UNLCK };
	R(fcntl(fd, F_SETLK, &l));
	l = (struct flock){ .l_type = F_RDLCK, .l_start = 100 };
	R(fcntl(fd, F_SETLK, &l));
	show("to the end");
	l = (struct flock){ .l_type = F_UNLCK };
	R(fcntl(fd, F_SETLK, &l));
	R(flock(fd, LOCK_SH));
	show("flock");
	R(flock(fd, LOCK_UN));
	l = (struct flock){ .l_type = F_WRLCK };
	R(fcntl(fd2, F_OFD_SETLK, &l));
	show("of an open file");
	R(close(fd2));
	show("closed");
	l = (struct flock){ .l_type = F_WRLCK, .l_len = 1 };
	R(fcntl(fd, F_SETLK, &l));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		fcntl(fd, F_SETLKW, &l);
		_exit(0);
	}
	for (int i = 0; i < 500; i++) {          /* until it waits */
		char line[200], text[40];
		bool waits = false;
		FILE *f = fopen("/proc/locks", "r");

		snprintf(text, sizeof(text), ":%lu ", (unsigned long)file_st.st_ino);
		while (f && fgets(line, sizeof(line), f))
			waits |= strstr(line, "->") && strstr(line, text);
		if (f)
			fclose(f);
		if (waits)
			break;
		usleep(10000);
	}
	show("somebody waits");
	l.l_type = F_UNLCK;
	R(fcntl(fd, F_SETLK, &l));
	waitpid(pid, NULL, 0);
	show("gone");
}
