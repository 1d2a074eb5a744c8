/* User name spaces: who one is inside, the maps and when they may be written, what capabilities reach. needs: mounted root */
#include "abi.h"
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/prctl.h>

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	ssize_t n = write(fd, text, strlen(text));

	printf("%s < %s = %s\n", file, text, n < 0 ? error_name(errno) : "written");
	close(fd);
}

static void show(const char *file)
{
	char buf[200] = "";
	int fd = open(file, O_RDONLY);

	read(fd, buf, sizeof(buf) - 1);
	printf("%s: %s", file, buf);
	close(fd);
}

static void caps(void)
{
	char line[200];
	FILE *f = fopen("/proc/self/status", "r");

	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "Uid", 3) || !strncmp(line, "Gid", 3) || !strncmp(line, "CapEff", 6) || !strncmp(line, "CapPrm", 6))
			fputs(line, stdout);
	fclose(f);
}

/* As somebody who is nobody. */
static void inside(void)
{
	struct stat st;
	int fd;

	umask(022);
	R(setresgid(1000, 1000, 1000)); R(setresuid(1000, 1000, 1000));
	prctl(PR_SET_DUMPABLE, 1);
	R(unshare(CLONE_NEWNS)); R(sethostname("x", 1)); R(chroot("."));
	R(unshare(CLONE_NEWUSER));
	V(getuid()); V(getegid()); caps();
	show("/proc/self/uid_map"); show("/proc/self/setgroups");
	stat("/", &st); V(st.st_uid); stat("mine", &st); V(st.st_uid); V(st.st_gid);
	put("/proc/self/gid_map", "0 1000 1");
	put("/proc/self/uid_map", "0 0 1"); put("/proc/self/uid_map", "0 1000 2"); put("/proc/self/uid_map", "0 1000"); put("/proc/self/uid_map", "");
	put("/proc/self/uid_map", "0 1000 1\n0 1001 1\n"); put("/proc/self/uid_map", "0 1000 1 x"); put("/proc/self/uid_map", "0 4294967295 1");
	put("/proc/self/uid_map", "0 1000 1\n"); put("/proc/self/uid_map", "0 1000 1\n");
	put("/proc/self/setgroups", "maybe"); put("/proc/self/setgroups", "deny"); put("/proc/self/setgroups", "allow");
	put("/proc/self/gid_map", "5 1000 1"); put("/proc/self/setgroups", "deny");
	show("/proc/self/uid_map"); show("/proc/self/gid_map"); show("/proc/self/setgroups");
	V(getuid()); V(getegid()); caps();
	stat("/", &st); V(st.st_uid); stat("mine", &st); V(st.st_uid); V(st.st_gid);
	puts("what it is good for");
	R(setuid(1)); R(setuid(0)); R(setresuid(-1, 7, -1)); R(setgroups(0, NULL)); R(setgid(0)); R(setgid(5));
	R(chown("mine", 0, 5)); R(chown("mine", 1, -1)); R(chown("theirs", 0, -1)); R(chmod("theirs", 0666)); R(open("theirs", O_WRONLY)); R(open("secret", O_RDONLY));
	R(mknod("dev", S_IFCHR | 0600, makedev(1, 3))); R(mknod("fifo", S_IFIFO | 0600, 0));
	R(sethostname("x", 1)); R(mount("t", "d", "tmpfs", 0, NULL)); R(kill(1, 0)); R(setpriority(PRIO_PROCESS, 0, -5));
	R(unshare(CLONE_NEWNS | CLONE_NEWUTS)); R(sethostname("inside", 6));
	R(mount("t", "d", "tmpfs", 0, NULL)); R(mount("none", "/", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	fd = open("d/file", O_CREAT | O_WRONLY, 0600); fstat(fd, &st); V(st.st_uid); V(st.st_gid); R(fchown(fd, 0, 5)); R(fchown(fd, 1, 1)); close(fd);
	R(mount("t", "d", "devtmpfs", 0, NULL)); R(mount("d", "d2", NULL, MS_BIND, NULL)); R(umount2("d2", 0)); R(chroot("d"));
	R(unshare(CLONE_NEWUSER));
	R(setns(open("/proc/self/ns/user", O_RDONLY), CLONE_NEWUSER));
}

TOPIC(ns_user)
{
	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	mkdir("d", 0777); mkdir("d2", 0777); chmod(".", 0777); chmod("d", 0777);
	put_file("mine", "mine"); chown("mine", 1000, 1000); put_file("theirs", "theirs"); put_file("secret", "secret"); chmod("secret", 0600);
	setgroups(0, NULL);
	fflush(stdout);
	CHILD(inside());
	puts("root's own");
	CHILD(R(unshare(CLONE_NEWUSER)); V(getuid()); put("/proc/self/uid_map", "0 0 65536"); put("/proc/self/gid_map", "0 0 10\n20 20 5\n"); show("/proc/self/gid_map"); caps(); R(setgid(15)); R(setgid(22)); V(getgid()); R(setuid(1)); caps(); R(setuid(0)));
	R(unshare(CLONE_NEWUSER | 1)); R(setns(0, CLONE_NEWUSER)); R(setns(-1, 0)); R(setns(open("/proc/self/ns/uts", O_RDONLY), CLONE_NEWUSER)); R(setns(open("/proc/self/ns/uts", O_RDONLY), 0)); R(setns(open("/proc/self/ns/user", O_RDONLY), 0));
}
