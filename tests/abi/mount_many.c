/* Mounts on mounts, one on top of the other and one below the other, and how many there may be. needs: privileges */
#include "abi.h"
#include <sys/mount.h>

enum { MANY = 1000 };

static int down(int n)
{
	int i = 0;

	while (i < n && mkdir("d", 0700) == 0 && mount("t", "d", "tmpfs", 0, NULL) == 0 && chdir("d") == 0)
		i++;
	return i;
}

static int up(const char *where, int n)
{
	int i = 0;

	while (i < n && mount("t", where, "tmpfs", 0, NULL) == 0)
		i++;
	return i;
}

/* Each time the tree is bound into itself there are twice as many. */
static void doubled(void)
{
	char name[16];
	int i, err = 0;

	R(chdir("doubled"));
	for (i = 0; i < 20 && !err; i++) {
		snprintf(name, sizeof(name), "%d", i);
		mkdir(name, 0700);
		err = mount(".", name, NULL, MS_BIND | MS_REC, NULL) ? errno : 0;
	}
	printf("%d times, then %s\n", i - 1, error_name(err));
	R(mount("t", name, "tmpfs", 0, NULL)); R(umount2(name, 0)); R(access("3/2/1/0", F_OK)); R(access("3/3", F_OK)); R(access("3/3/0", F_OK));
	R(chdir("/"));
}

TOPIC(mount_many)
{
	int here;

	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	here = open(".", O_RDONLY);
	mkdir("top", 0700); mkdir("twice", 0700); mkdir("stack", 0700); mkdir("doubled", 0700);
	R(mount("t", "top", "tmpfs", 0, NULL));
	R(chdir("top"));
	R(down(MANY));
	CHILD(R(unshare(CLONE_NEWNS)); R(access("..", F_OK)); R(umount2("/proc/self/cwd", MNT_DETACH)));
	R(fchdir(here));
	R(mount("top", "twice", NULL, MS_BIND | MS_REC, NULL)); R(access("twice/d/d/d/d", F_OK)); R(umount2("twice", 0));
	R(umount2("twice", MNT_DETACH)); R(access("twice/d", F_OK)); R(umount2("top", MNT_DETACH)); R(access("top/d", F_OK));
	R(up("stack", MANY)); R(umount2("stack", 0)); R(umount2("stack", MNT_DETACH));
	R(mount("t", "doubled", "tmpfs", 0, NULL));
	doubled();
	R(fchdir(here)); R(umount2("doubled", MNT_DETACH));
}
