/* Numbers in texts, and the end of a PID name space by reboot(2). needs: privileges; needs: mounted root */
#include "abi.h"

#include <sys/mount.h>

/* linux/reboot.h; the C libraries' own call has no second number. */
enum {
	LINUX_REBOOT_MAGIC1 = (int)0xfee1dead, LINUX_REBOOT_MAGIC2 = 672274793,
	LINUX_REBOOT_CMD_RESTART = 0x01234567, LINUX_REBOOT_CMD_RESTART2 = (int)0xa1b2c3d4,
	LINUX_REBOOT_CMD_HALT = (int)0xcdef0123, LINUX_REBOOT_CMD_POWER_OFF = 0x4321fedc,
	LINUX_REBOOT_CMD_CAD_ON = (int)0x89abcdef, LINUX_REBOOT_CMD_CAD_OFF = 0,
};

static void lock(const char *name, short type, int cmd)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };
	int fd = open(name, O_RDWR | O_CREAT, 0644);

	R(fcntl(fd, cmd, &l));
}

static int compare(const void *a, const void *b) { return strcmp(a, b); }

/* "POSIX ADVISORY WRITE 2": the fields that do not depend on the machine, sorted: Linux has a list for each
 * processor. And how many locks are seen. */
static void show_locks(const char *path)
{
	char line[200], kind[20], how[20], type[20], seen[20][100];
	int n = 0, pid;
	FILE *f = fopen(path, "r");

	while (f && n < COUNT(seen) && fgets(line, sizeof(line), f)) {
		strcpy(seen[n++], "?");
		if (sscanf(line, "%*s %19s %19s %19s %d", kind, how, type, &pid) == 4)
			snprintf(seen[n - 1], sizeof(seen[0]), "%s %s %s %d", kind, how, type, pid);
		else if (sscanf(line, "%*s -> %19s %19s %19s %d", kind, how, type, &pid) == 4)
			snprintf(seen[n - 1], sizeof(seen[0]), "-> %s %s %s %d", kind, how, type, pid);
	}
	qsort(seen, n, sizeof(seen[0]), compare);
	for (int i = 0; i < n; i++)
		printf("%s\n", seen[i]);
	V(n);
	if (f)
		fclose(f);
}

static int own_spaces(int more)
{
	R(unshare(CLONE_NEWPID | CLONE_NEWNS | more));
	return (int)R(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

TOPIC(ns_pid_locks)
{
	lock("outer", F_WRLCK, F_SETLK);
	own_spaces(0);
	mkdir("p", 0755);
	CHILD(
		R(mount("proc", "p", "proc", 0, NULL));
		show_locks("p/locks");
		lock("inner", F_WRLCK, F_SETLK);
		show_locks("p/locks");
		CHILD(lock("more", F_RDLCK, F_SETLK); show_locks("p/locks"));
		show_locks("p/locks");
		unlink("inner");
		lock("ofd", F_RDLCK, F_OFD_SETLK);
		show_locks("p/locks");
		R(umount2("p", MNT_DETACH));
	);
}


/* mq_open and mq_notify without librt, whose calls the names carry. */
static int open_queue(const char *name) { return (int)syscall(SYS_mq_open, name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, NULL); }

TOPIC(ns_pid_mqueue)
{
	own_spaces(CLONE_NEWIPC);
	mkdir("m", 0755);
	CHILD(
		struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL };
		int q;

		ev.sigev_signo = SIGUSR1;
		R(mount("mqueue", "m", "mqueue", 0, NULL));
		R((q = open_queue("q")) >= 0);
		show_file("m/q");
		R(syscall(SYS_mq_notify, q, &ev));
		show_file("m/q");
		CHILD(show_file("m/q"); R(unshare(CLONE_NEWPID)); CHILD(show_file("m/q")));
		R(syscall(SYS_mq_notify, q, NULL));
		ev.sigev_notify = SIGEV_NONE;
		R(syscall(SYS_mq_notify, q, &ev));
		show_file("m/q");
		R(umount("m"));
	);
}

/* Only ever called where a user name space of our own says what reboot may do. */
static int restart(int cmd)
{
	return (int)syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, cmd, "");
}

static void end_by(int cmd, int from_init)
{
	int fds[2], status;
	char c;
	pid_t p;

	pipe(fds);
	p = fork();
	if (!p) {
		pid_t child;

		if (getpid() != 1)
			_exit(99);
		child = fork();
		if (!child || from_init) {
			restart(cmd);
			printf("still here\n");
			fflush(stdout);
			_exit(98);
		}
		if (!fork()) {
			setsid();
			pause();
		}
		for (;;)
			pause();
	}
	close(fds[1]);
	R(waitpid(p, &status, 0) == p);
	show_status(status);
	R(read(fds[0], &c, 1));       /* nobody in there holds the other end any more */
	close(fds[0]);
}

TOPIC(ns_pid_reboot)
{
	static const struct { const char *name; int cmd; } ends[] = {
		{ "restart", LINUX_REBOOT_CMD_RESTART }, { "restart2", LINUX_REBOOT_CMD_RESTART2 },
		{ "halt", LINUX_REBOOT_CMD_HALT }, { "power off", LINUX_REBOOT_CMD_POWER_OFF },
	};

	if (unshare(CLONE_NEWUSER) < 0) {
		printf("no user name space: nothing is tried\n");
		return;
	}
	R(restart(LINUX_REBOOT_CMD_CAD_ON));         /* of the machine, where we are nobody */
	for (int i = 0; i < 2 * COUNT(ends); i++) {
		printf("%s, by %s\n", ends[i / 2].name, i % 2 ? "init" : "another");
		CHILD(if (unshare(CLONE_NEWPID) == 0) end_by(ends[i / 2].cmd, i % 2));
	}
	CHILD(
		R(unshare(CLONE_NEWPID));
		CHILD(
			R(getpid());
			R(restart(LINUX_REBOOT_CMD_CAD_ON));
			R(restart(LINUX_REBOOT_CMD_CAD_OFF));
			R(restart(77));
			R(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, 1, LINUX_REBOOT_CMD_RESTART, ""));
		));
}
