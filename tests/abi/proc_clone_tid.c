/* CLONE_PARENT_SETTID, CHILD_SETTID and CHILD_CLEARTID. needs: 64 bits */
#include "abi.h"

static pid_t in_parent, in_child = -1;

static int body(void *arg)
{
	(void)arg;
	return (in_child == getpid()) + 2 * (in_parent == getpid());
}

TOPIC(proc_clone_tid)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid;

	pid = clone(body, stack + sizeof(stack), CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL,
		    &in_parent, NULL, &in_child);
	V(in_parent == pid);
	V(in_child);
	reap(pid);
	pid = clone(body, stack + sizeof(stack), CLONE_VM | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, NULL,
		    NULL, NULL, &in_child);
	reap(pid);
	V(in_child);
}
