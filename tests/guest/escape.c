/* Tries to leave the root by every way a path offers. Prints "out" for each that
 * shows the host's file ./outside/secret ("the host's secret"), else why not.
 *
 * Inside, / is the root and /work a bound directory; the host has ../outside
 * beside each of them. The links under links/ were made by the host. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void try(const char *what, int fd)
{
	char text[64] = "";

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) >= 0 && strstr(text, "the host's secret"))
		printf("%s: out\n", what);
	else if (fd >= 0 && text[0])
		printf("%s: something else: %s\n", what, text);
	else
		printf("%s: held\n", what);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	static const char *const paths[] = {
		"/../outside/secret", "/../../../../../../outside/secret", "/work/../outside/secret", "/work/../../outside/secret",
		"/work/links/relative", "/work/links/absolute", "/work/links/dir/secret", "/work/links/chain", "/links/up/secret",
		"/links/relative", "/links/absolute", "/proc/self/root/../outside/secret", "/proc/self/cwd/../../outside/secret",
		"/proc/1/root/../outside/secret", "/proc/self/fd/../../../../outside/secret", "/dev/../../outside/secret", "/dev/fd/../../outside/secret",
		"//../outside/secret", "/work/./.././../outside/secret", "/work/sub/../../../outside/secret",
	};
	char buffer[4096], host[4096];
	int dir, fd;

	for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		try(paths[i], open(paths[i], O_RDONLY));
	snprintf(host, sizeof(host), "%s", argc > 1 ? argv[1] : "/nonexistent");
	try("the host's absolute path", open(host, O_RDONLY));
	chdir("/work");
	try("from the working directory", open("../outside/secret", O_RDONLY));
	dir = open("/work", O_RDONLY | O_DIRECTORY);
	try("openat above a directory", openat(dir, "../outside/secret", O_RDONLY));
	dir = open("/", O_RDONLY | O_DIRECTORY);
	try("openat above the root", openat(dir, "../outside/secret", O_RDONLY));
	symlink("../../outside/secret", "/work/own");
	try("an own link", open("/work/own", O_RDONLY));
	symlink(host, "/tmp/own");
	try("an own absolute link", open("/tmp/own", O_RDONLY));
	try("link to it", link("/../outside/secret", "/work/hard") ? -1 : open("/work/hard", O_RDONLY));
	try("rename it in", rename("/../outside/secret", "/work/moved") ? -1 : open("/work/moved", O_RDONLY));
	try("execute a link", syscall(SYS_execve, "/work/links/absolute", argv, NULL) ? -1 : 0);
	mkdir("/tmp/jail", 0755);
	dir = open("/", O_RDONLY | O_DIRECTORY);
	if (chroot("/tmp/jail") == 0) {
		fchdir(dir);
		for (int i = 0; i < 30; i++)
			chdir("..");
		try("the classic chroot escape", open("outside/secret", O_RDONLY));
		try("and with a dot", open("./outside/secret", O_RDONLY));
		chroot(".");
	}
	try("O_PATH and reopen", openat(open("/..", O_PATH), "outside/secret", O_RDONLY));
	fd = open("/", O_RDONLY | O_TMPFILE, 0600);
	try("openat by a handle", fd);
	snprintf(buffer, sizeof(buffer), "/proc/%d/root/../outside/secret", getppid());
	try("the parent's root", open(buffer, O_RDONLY));
	mkdir("/tmp/mnt", 0755);
	try("mount the host", mount("/..", "/tmp/mnt", NULL, MS_BIND, NULL) ? -1 : open("/tmp/mnt/outside/secret", O_RDONLY));
	printf("removing: %d %d %d\n", unlink("/../outside/secret"), unlink("/work/links/dir/secret"), rmdir("/../outside"));
	fd = open("/work/links/newfile", O_WRONLY | O_CREAT, 0600);
	printf("creating through a dangling link: %d\n", fd < 0 ? -1 : 0);
	return 0;
}
