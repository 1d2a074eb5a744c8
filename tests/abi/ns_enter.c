/* setns through a pidfd: several name spaces at once, all of them or none. needs: mounted root */
#include "abi.h"

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	write(fd, text, strlen(text));
	close(fd);
}

/* A process in name spaces of its own; its pidfd. */
static int other(int flags, int *pid)
{
	int ready[2];
	char c;

	pipe(ready);
	*pid = fork();
	if (!*pid) {
		if (unshare(flags))
			perror("unshare");
		else if (flags & CLONE_NEWUTS)
			sethostname("other", 5);
		write(ready[1], "", 1);
		pause();
	}
	read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
	return syscall(SYS_pidfd_open, *pid, 0);
}

static ino_t number(const char *kind, int pid)
{
	struct stat st = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	stat(path, &st);
	return st.st_ino;
}

static void where(int pid)
{
	static const char *const kinds[] = { "user", "mnt", "uts", "ipc", "pid", "pid_for_children", "net", "time", "time_for_children" };

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		printf("%s%s ", number(kinds[i], getpid()) == number(kinds[i], pid) ? "" : "not ", kinds[i]);
	puts("");
}

static void *sleeper(void *arg)
{
	pause();
	return arg;
}

/* As nobody in particular: only who enters the user name space first may enter the others. */
static void as_nobody(void)
{
	const int all = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS;
	char name[64] = "";
	int pid, fd;
	pthread_t t;

	setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000);
	prctl(PR_SET_DUMPABLE, 1);
	fd = other(CLONE_NEWUSER | all, &pid);
	CHILD(R(setns(fd, all)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWUTS)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWUSER)); where(pid); R(setns(fd, all)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWUSER | all)); where(pid); gethostname(name, 63); S(name));
	CHILD(R(setns(fd, CLONE_NEWUSER | CLONE_NEWUTS)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWPID)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWUSER | CLONE_NEWCGROUP)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWUSER | 1)); where(pid));
	/* The last of them is refused: none was entered. */
	CHILD(pthread_create(&t, NULL, sleeper, NULL); R(setns(fd, CLONE_NEWUSER | CLONE_NEWUTS)); where(pid));
	kill(pid, SIGKILL);
	R(waitpid(pid, NULL, 0) == pid);
	R(setns(fd, CLONE_NEWUSER));
}

static void as_root(void)
{
	int pid, fd = other(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWTIME, &pid), pid2;
	pthread_t t;

	CHILD(R(setns(fd, CLONE_NEWUTS | CLONE_NEWIPC)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWUSER | CLONE_NEWUTS)); where(pid));
	CHILD(pthread_create(&t, NULL, sleeper, NULL); R(setns(fd, CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWTIME)); where(pid));
	CHILD(pthread_create(&t, NULL, sleeper, NULL); R(setns(fd, CLONE_NEWUTS | CLONE_NEWNS)); where(pid));
	CHILD(R(setns(fd, CLONE_NEWTIME | CLONE_NEWNS)); where(pid));
	/* Somebody whom one may not look into. */
	CHILD(setresuid(1000, 1000, 1000); R(setns(fd, CLONE_NEWUTS)); R(setns(fd, CLONE_NEWCGROUP)));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	fd = other(CLONE_NEWPID, &pid2);
	CHILD(R(setns(fd, CLONE_NEWPID)); where(pid2));
	kill(pid2, SIGKILL);
	waitpid(pid2, NULL, 0);
}

TOPIC(ns_enter)
{
	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	as_root();
	CHILD(as_nobody());
}
