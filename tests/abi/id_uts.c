/* UTS name spaces: unshare and clone with CLONE_NEWUTS, and who sees which name. needs: privileges */
#include "abi.h"

static void show(const char *who)
{
	struct utsname u;
	char name[128] = "";

	uname(&u);
	gethostname(name, sizeof(name) - 1);
	printf("%s: %s %s\n", who, u.nodename, strcmp(name, u.nodename) ? "differ" : "agree");
}

static void space(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/ns/uts", out, size - 1);

	out[n > 0 ? n : 0] = 0;
}

static void separate(void)
{
	char before[64], after[64];

	space(before, sizeof(before));
	R(unshare(CLONE_NEWUTS));
	space(after, sizeof(after));
	V(strcmp(before, after) != 0);
	R(sethostname("first", 5));
	show("child");
	CHILD(R(sethostname("second", 6)); show("grandchild"));
	show("child shares with it");
	CHILD(R(unshare(CLONE_NEWUTS)); R(sethostname("third", 5)); show("apart"));
	show("child");
	R(sethostname("x", -1));
	R(sethostname("x", 65));
	R(sethostname(BAD, 5));
	R(setresuid(1000, 1000, 1000));
	R(unshare(CLONE_NEWUTS));
	R(sethostname("y", 1));
	R(unshare(0x1));
}

TOPIC(id_uts)
{
	struct utsname before, after;

	if (getuid() != 0) {
		printf("not root\n");
		return;
	}
	uname(&before);
	CHILD(separate());
	uname(&after);
	V(strcmp(before.nodename, after.nodename));
	R(unshare(CLONE_THREAD));
	R(unshare(0));
}
