/* vfork: the child borrows the parent's memory, the parent waits for exec or exit. needs: 64 bits */
#include "abi.h"

static volatile int shared;

TOPIC(proc_vfork)
{
	pid_t pid;

	if (argc > 1) {
		_exit(21);
	}
	pid = vfork();
	if (pid == 0) {
		shared = 5;
		_exit(12);
	}
	V(shared);
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		shared = 6;
		execl("/proc/self/exe", "abi", "proc_vfork", "x", NULL);
		_exit(99);
	}
	V(shared);
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		execl("./absent", "absent", NULL);
		shared = errno;
		_exit(127);
	}
	S(error_name(shared));
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		kill(getpid(), SIGKILL);
		_exit(0);
	}
	reap(pid);
}
