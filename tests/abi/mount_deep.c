/* A tree of directories much deeper than a path is long, and it goes with its file system. needs: privileges */
#include "overlay.h"

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

/* The file at the bottom of a lower layer is written: all directories above it are copied up. */
TOPIC(mount_deep_overlay)
{
	int top, n;

	if (!make_layers())
		return;
	top = open(".", O_RDONLY);
	R(chdir("l1")); R(make(1500)); put_file("file", "x"); R(fchdir(top));
	R(mount("o", "m", "overlay", 0, "lowerdir=l1,upperdir=u,workdir=w"));
	R(chdir("m"));
	for (n = 0; chdir("d") == 0; n++)
		;
	V(n);
	put_file("file", "y"); R(mkdir("d", 0700)); R(fchdir(top)); R(umount2("m", 0));
	R(chdir("u"));
	for (n = 0; chdir("d") == 0; n++)
		;
	V(n);
	R(chdir("..")); show_file("file"); R(chdir("/")); R(umount2("o", MNT_DETACH));
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
