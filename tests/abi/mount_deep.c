/* A tree of directories much deeper than a path is long, and it goes with its file system. needs: privileges */
#include "abi.h"
#include <sys/mount.h>

static int make(int depth)
{
	int n = 0;

	while (n < depth && mkdir("d", 0700) == 0 && chdir("d") == 0)
		n++;
	return n;
}

static void remove_again(int depth)
{
	int n = 0;

	while (n < depth && chdir("..") == 0 && rmdir("d") == 0)
		n++;
	printf("%d removed\n", n);
}

TOPIC(mount_deep)
{
	char path[PATH_MAX];
	int here;

	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	here = open(".", O_RDONLY);
	mkdir("m", 0700);
	R(mount("t", "m", "tmpfs", 0, NULL));
	R(chdir("m"));
	R(make(3000));
	R(syscall(SYS_getcwd, path, sizeof(path)));
	put_file("file", "x");
	R(umount2("m", 0));
	R(fchdir(here));
	R(umount2("m", 0));
	R(make(1500)); unlink("file"); remove_again(1500);
}
