/* Mount name spaces: a copy of one's own; what changes in it stays in it; setns back. needs: mounted root */
#include "abi.h"
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

static ino_t number(const char *name)
{
	char path[60], text[60] = "", want[60];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (readlink(path, text, sizeof(text) - 1) < 0 || stat(path, &st))
		return 0;
	snprintf(want, sizeof(want), "%s:[%lu]", name, (unsigned long)st.st_ino);
	printf("%s is %s\n", name, strcmp(text, want) ? text : "as its link says");
	return st.st_ino;
}

static void child(int pipe_fd, int old)
{
	char c;

	R(unshare(CLONE_NEWNS));
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	R(mount("t", "m", "tmpfs", 0, NULL));
	put_file("m/inside", "inside");
	R(umount2("n", 0));
	show_file("m/inside");
	R(open("n/outer", O_RDONLY));
	write(pipe_fd, "x", 1);
	read(pipe_fd, &c, 1);
	R(setns(old, CLONE_NEWNS));
	chdir("/");
}

TOPIC(ns_mount)
{
	int sv[2], old, fd;
	char c, where[300];
	ino_t mine, user;
	pid_t pid;

	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	R(unshare(CLONE_NEWNS));
	R(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	mkdir("m", 0755); mkdir("n", 0755); getcwd(where, sizeof(where));
	mount("t", "n", "tmpfs", 0, NULL); put_file("n/outer", "outer");
	mine = number("mnt"); user = number("user"); number("uts"); number("pid"); number("net");
	old = open("/proc/self/ns/mnt", O_RDONLY);
	R(ioctl(old, 0xb703) == CLONE_NEWNS); R(ioctl(old, 0xb704, &c)); R(write(old, "x", 1)); R(read(old, &c, 1));
	V(user != mine);
	socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
	fflush(stdout);
	pid = fork();
	if (!pid) { child(sv[1], old); fflush(stdout); _exit(0); }
	read(sv[0], &c, 1);
	R(open("m/inside", O_RDONLY)); show_file("n/outer");
	{
		char path[60];

		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
		fd = open(path, O_RDONLY);
	}
	fflush(stdout); write(sv[0], "y", 1); waitpid(pid, NULL, 0);
	R(setns(fd, CLONE_NEWUTS)); R(setns(fd, CLONE_NEWNS)); chdir(where); show_file("m/inside"); R(open("n/outer", O_RDONLY));
	R(setns(old, 0)); chdir(where); R(open("m/inside", O_RDONLY)); show_file("n/outer"); V(number("mnt") == mine);
	R(fork() == 0 ? (_exit(unshare(CLONE_NEWNS | CLONE_FS) ? errno : 0), 0) : 0); wait(NULL);
	R(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, 0, 0, 0, 0));
	R(syscall(SYS_clone, CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0));
	pid = syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
	if (!pid) { R(umount2("n", 0)); V(number("mnt") == mine); fflush(stdout); _exit(0); }
	waitpid(pid, NULL, 0); show_file("n/outer");
	close(fd);
}
