/* CLONE_FS shares working directory and umask; CLONE_PARENT makes a sibling. */
#include "abi.h"

static int body(void *arg)
{
	(void)arg;
	chdir("d");
	umask(0123);
	return 0;
}

static int parent_of(void *arg)
{
	return getppid() == *(pid_t *)arg ? 1 : 2;
}

TOPIC(proc_clone_fs)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t self = getppid();

	put_file("outside", "");
	R(mkdir("d", 0755));
	umask(022);
	reap(clone(body, stack + sizeof(stack), SIGCHLD, NULL));
	R(access("outside", F_OK));
	X(umask(022));
	reap(clone(body, stack + sizeof(stack), CLONE_FS | SIGCHLD, NULL));
	R(access("outside", F_OK));
	R(access("../outside", F_OK));
	X(umask(022));
	CHILD({
		pid_t mine = getppid();
		R(clone(parent_of, stack + sizeof(stack), CLONE_PARENT | SIGCHLD, &mine) > 0);
		R(wait(NULL));
	});
	reap(-1);
	V(self == getppid());
}
