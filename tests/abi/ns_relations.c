/* What the files of name spaces tell: of which kind one is, whose it is, which one is around it, and how
 * numbers of processes are translated (ioctl_ns(2)). needs: mounted root */
#include "abi.h"

enum {
	GET_USERNS = 0xb701, GET_PARENT = 0xb702, GET_NSTYPE = 0xb703, GET_OWNER_UID = 0xb704,
};
#define PID_FROM  0x8004b706
#define TGID_FROM 0x8004b707
#define PID_IN    0x8004b708
#define TGID_IN   0x8004b709

static const char *const kinds[] = { "cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts" };
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int open_kind(const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static ino_t number(int fd)
{
	struct stat st = { 0 };

	fstat(fd, &st);
	return st.st_ino;
}

/* The result, and whether it is the name space that `same` is. */
static void related(const char *what, int fd, unsigned long cmd, int same)
{
	int got = ioctl(fd, cmd);

	printf("%s: %s", what, got < 0 ? error_name(errno) : "opened");
	if (got >= 0)
		printf(", %s, descriptor flags %d, type %#x", number(got) == number(same) ? "that one" : "another one",
		       fcntl(got, F_GETFD), ioctl(got, GET_NSTYPE));
	puts("");
	close(got);
}

static void look(const char *kind, int user)
{
	int fd = open_kind(kind), uid;

	printf("%s: %s\n", kind, fd < 0 ? error_name(errno) : "is there");
	if (fd < 0)
		return;
	X(ioctl(fd, GET_NSTYPE));
	R(ioctl(fd, GET_OWNER_UID, &uid));
	related("user name space", fd, GET_USERNS, user);
	related("parent", fd, GET_PARENT, fd);
	close(fd);
}

static void look_at_all(int user)
{
	for (unsigned i = 0; i < KINDS; i++)
		look(kinds[i], user);
}

static void numbers_differ(void)
{
	ino_t all[KINDS];

	for (unsigned i = 0; i < KINDS; i++) {
		int fd = open_kind(kinds[i]);

		all[i] = number(fd);
		close(fd);
		for (unsigned k = 0; k < i; k++)
			if (all[i] == all[k])
				printf("%s and %s are one\n", kinds[k], kinds[i]);
	}
}

static void *thread(void *arg)
{
	*(int *)arg = gettid();
	pause();
	return NULL;
}

/* In a PID name space, whose file outside is `fd`. */
static void translate(int fd, int other)
{
	pthread_t t;
	volatile int tid = 0;

	V(getpid());
	pthread_create(&t, NULL, thread, (void *)&tid);
	while (!tid)
		sched_yield();
	R(ioctl(fd, PID_FROM, 1)); R(ioctl(fd, TGID_FROM, tid)); R(ioctl(fd, PID_IN, tid)); R(ioctl(fd, TGID_IN, tid));
	R(ioctl(fd, PID_FROM, 4000)); R(ioctl(fd, PID_IN, 0)); R(ioctl(other, PID_IN, 1));
}

static void inside(int user)
{
	int outer = open_kind("user"), mine, uid = -1;
	int pid, out;

	R(unshare(CLONE_NEWUSER));
	mine = open_kind("user");
	related("user name space of it", mine, GET_USERNS, outer);
	related("of the outer one", outer, GET_USERNS, outer);
	R(ioctl(mine, GET_OWNER_UID, &uid)); V(uid);
	R(ioctl(outer, GET_OWNER_UID, &uid)); V(uid);
	R(unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWTIME));
	numbers_differ();
	look_at_all(mine);
	out = open_kind("pid");
	R(ioctl(open_kind("uts"), 0xb7ff));
	R(ioctl(mine, GET_OWNER_UID, NULL));
	pid = fork();
	if (!pid) {
		int in = open_kind("pid");

		translate(in, open_kind("uts"));
		related("parent of this pid name space", in, GET_PARENT, out);
		related("parent of the outer", out, GET_PARENT, out);
		V(ioctl(out, PID_IN, 1) > 1);
		R(ioctl(out, PID_FROM, 1));
		fflush(stdout);
		_exit(0);
	}
	reap(pid);
	pid = open_kind("pid_for_children");
	related("parent, seen from outside", pid, GET_PARENT, out);
	R(ioctl(pid, PID_IN, getpid()));
}

TOPIC(ns_relations)
{
	int user = open_kind("user");

	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	CHILD(inside(user));
	/* Somebody else, and there. */
	CHILD(
		R(setresuid(1000, 1000, 1000)); prctl(PR_SET_DUMPABLE, 1);
		inside(user));
}
