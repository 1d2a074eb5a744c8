/* ".." and names at the root of a mount that shows a part of a tree: up leads to where it is mounted. */
#include "abi.h"
#include <sys/mount.h>

TOPIC(mount_dotdot)
{
	char where[PATH_MAX], *at;
	struct stat a, b;

	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mkdir("t", 0755);
	R(mount("t", "t", "tmpfs", 0, NULL));
	chdir("t");
	mkdir("s", 0755);
	mkdir("s/deep", 0755);
	mkdir("s/deep/er", 0755);
	mkdir("b", 0755);
	put_file("up", "up");
	put_file("s/up", "wrong");
	R(mount("s/deep", "b", NULL, MS_BIND, NULL));
	show_file("b/../up");
	show_file("b/er/../../up");
	R(chdir("b/er"));
	show_file("../../up");
	at = getcwd(where, sizeof(where));
	S(at ? strstr(at, "/t/") : "none");
	stat("..", &a);
	chdir("../..");
	stat("b", &b);
	V(a.st_ino == b.st_ino);
	R(rename("b/er", "s/deep/moved"));
	R(open("b/..", O_RDONLY | O_DIRECTORY) >= 0);
	R(umount2("b", 0));
	chdir("/");
}
