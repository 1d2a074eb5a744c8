/* Capabilities: capget, capset, bounding and ambient sets, securebits, keep-caps, and their refusals. needs: privileges */
#include "abi.h"

struct header { unsigned version; int pid; };
struct data { unsigned effective, permitted, inheritable; };
#ifndef PR_GET_SECUREBITS
#define PR_GET_SECUREBITS 27
#define PR_SET_SECUREBITS 28
#endif
#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT 47
#endif

static void show(const char *when)
{
	struct header h = { 0x20080522, 0 };
	struct data d[2] = { { 0 } };

	syscall(SYS_capget, &h, d);
	/* Containers often lack CAP_SYS_RESOURCE (24). */
	for (int i = 0; i < 2; i++) {
		d[i].effective &= i ? ~0u : ~(1u << 24);
		d[i].permitted &= i ? ~0u : ~(1u << 24);
	}
	printf("%s: eff %08x%08x prm %08x%08x inh %08x%08x\n", when, d[1].effective, d[0].effective,
	       d[1].permitted, d[0].permitted, d[1].inheritable, d[0].inheritable);
}

static void calls(void)
{
	struct header h = { 0x20080522, 0 };
	struct data d[2] = { { 0 } };

	h.version = 0;
	R(syscall(SYS_capget, &h, d));
	X(h.version);
	h.version = 0;
	R(syscall(SYS_capget, &h, NULL));
	R(syscall(SYS_capget, BAD, d));
	R(syscall(SYS_capget, &h, BAD));
	h.pid = -1;
	R(syscall(SYS_capget, &h, d));
	h.pid = 0x3ffffff;
	R(syscall(SYS_capget, &h, d));
	h.pid = 1;
	R(syscall(SYS_capset, &(struct header){ 0x20080522, getppid() }, d));
	R(prctl(PR_CAPBSET_READ, 0, 0, 0, 0));
	R(prctl(PR_CAPBSET_READ, 63, 0, 0, 0));
	R(prctl(PR_CAPBSET_DROP, 63, 0, 0, 0));
	R(prctl(PR_CAP_AMBIENT, 9, 0, 0, 0));
	R(prctl(PR_CAP_AMBIENT, 1, 99, 0, 0));
	R(prctl(PR_CAP_AMBIENT, 1, 5, 0, 0));
	R(prctl(PR_CAP_AMBIENT, 4, 0, 0, 0));
}

static void drop(void)
{
	struct header h = { 0x20080522, 0 };
	struct data d[2] = { { 0x21, 0x21, 0x20 }, { 0, 0, 0 } };

	R(syscall(SYS_capset, &h, d));
	show("set");
	d[0].effective = 0x25;
	R(syscall(SYS_capset, &h, d));
	d[0] = (struct data){ 0x21, 0x25, 0x20 };
	R(syscall(SYS_capset, &h, d));
	d[0] = (struct data){ 0x1, 0x21, 0x24 };
	R(syscall(SYS_capset, &h, d));
	R(prctl(PR_CAP_AMBIENT, 2, 0, 0, 0));
	R(prctl(PR_CAP_AMBIENT, 2, 5, 0, 0));
	R(prctl(PR_CAP_AMBIENT, 1, 5, 0, 0));
	R(prctl(PR_CAPBSET_DROP, 3, 0, 0, 0));
	R(prctl(PR_SET_SECUREBITS, 1, 0, 0, 0));
	d[0] = (struct data){ 0x1, 0x1, 0 };
	R(syscall(SYS_capset, &h, d));
	R(prctl(PR_CAP_AMBIENT, 1, 5, 0, 0));
}

static void secure(void)
{
	R(prctl(PR_GET_SECUREBITS));
	R(prctl(PR_SET_SECUREBITS, 0x10000, 0, 0, 0));
	R(prctl(PR_SET_SECUREBITS, 0x40, 0, 0, 0));
	R(prctl(PR_GET_SECUREBITS));
	R(prctl(PR_SET_SECUREBITS, 0x30, 0, 0, 0));
	R(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0));
	R(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0));
	R(prctl(PR_SET_SECUREBITS, 0x20, 0, 0, 0));
	R(prctl(PR_SET_SECUREBITS, 0x10, 0, 0, 0));
}

static void become_user(int keep, int fixup)
{
	if (fixup)
		R(prctl(PR_SET_SECUREBITS, 4, 0, 0, 0));
	if (keep)
		R(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	R(setresuid(-1, 1000, -1));
	show("effective user");
	R(setresuid(-1, 0, -1));
	show("and back");
	R(setresuid(1000, 1000, 1000));
	show("user");
	R(setuid(0));
	R(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
}

static void files(void)
{
	R(syscall(SYS_setfsuid, 1000));
	show("fsuid");
	R(syscall(SYS_setfsuid, 0));
	show("back");
	R(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
}

static void dumpable(void)
{
	R(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	R(setuid(getuid()));
	R(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	R(setresgid(-1, 5, -1));
	R(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	R(prctl(PR_SET_DUMPABLE, 2, 0, 0, 0));
	R(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

TOPIC(id_caps)
{
	if (getuid() != 0) {
		printf("not root\n");
		return;
	}
	CHILD(calls());
	CHILD(drop());
	CHILD(secure());
	CHILD(become_user(0, 0));
	CHILD(become_user(1, 0));
	CHILD(become_user(0, 1));
	CHILD(files());
	CHILD(dumpable());
}
