/* clone with a stack: shared memory, files, own exit signal, flag errnos. */
#include "abi.h"

static int value;
static int fd;

static int body(void *arg)
{
	value++;
	close(fd);
	return *(int *)arg;
}

TOPIC(proc_clone)
{
	char *stack = malloc(65536);
	int code = 55, status;
	pid_t pid;

	fd = dup(0);
	pid = clone(body, stack + 65536, SIGCHLD, &code);
	reap(pid);
	V(value);
	R(fcntl(fd, F_GETFD));
	pid = clone(body, stack + 65536, CLONE_VM | CLONE_FILES | SIGCHLD, &code);
	reap(pid);
	V(value);
	R(fcntl(fd, F_GETFD));
	pid = clone(body, stack + 65536, CLONE_VM | CLONE_VFORK, &code);
	V(value);
	R(waitpid(pid, &status, 0));
	V(waitpid(pid, &status, __WALL) == pid);
	show_status(status);
	pid = clone(body, stack + 65536, CLONE_VM | CLONE_VFORK | SIGURG, &code);
	V(waitpid(-1, &status, __WCLONE) == pid);
	R(clone(body, stack + 65536, CLONE_SIGHAND | SIGCHLD, &code));
	R(clone(body, stack + 65536, CLONE_THREAD | CLONE_VM | SIGCHLD, &code));
	R(clone(body, stack + 65536, CLONE_FS | CLONE_NEWNS | SIGCHLD, &code));
}
