/* PTRACE_SYSCALL and PTRACE_GET_SYSCALL_INFO: both stops of each call, and their order. */
#include "abi.h"
#include <sys/ptrace.h>

struct info {
	unsigned char op, pad[3];
	unsigned arch;
	unsigned long long ip, sp;
	union {
		struct { unsigned long long nr, args[6]; } entry;
		struct { long long rval; unsigned char is_error; } exit;
	};
};

static const char *call_name(long nr)
{
	return nr == SYS_getppid ? "getppid" : nr == SYS_close ? "close" : nr == SYS_kill ? "kill" :
	       nr == SYS_exit_group ? "exit_group" : nr == SYS_rt_sigprocmask ? "rt_sigprocmask" : "other";
}

static void show_stop(pid_t pid, int status)
{
	struct info i;
	long len;

	if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) {
		show_status(status);
		return;
	}
	memset(&i, 0, sizeof(i));
	len = syscall(SYS_ptrace, 0x420e, pid, sizeof(i), &i);
	if (i.op == 1 && i.entry.nr == SYS_exit_group)
		printf("entry %ld: exit_group(%llu)\n", len, i.entry.args[0]);
	else if (i.op == 1)
		printf("entry %ld: %s(%llx)\n", len, call_name(i.entry.nr), i.entry.nr == SYS_close ? i.entry.args[0] : 0);
	else if (i.op == 2)
		printf("exit %ld: %lld error %d\n", len, i.exit.is_error ? i.exit.rval : i.exit.rval > 0, i.exit.is_error);
	else
		printf("op %d\n", i.op);
}

TOPIC(trace_syscall)
{
	struct info i;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		syscall(SYS_kill, getpid(), SIGSTOP);
		syscall(SYS_getppid);
		syscall(SYS_close, 99);
		syscall(SYS_kill, getpid(), SIGUSR1);
		_exit(3);
	}
	waitpid(pid, &status, 0);
	show_status(status);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	R(syscall(SYS_ptrace, 0x420e, pid, sizeof(i), &i));
	V(i.op);
	for (int n = 0; n < 40; n++) {
		int signo = 0;

		if (ptrace(PTRACE_SYSCALL, pid, 0, signo))
			break;
		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			break;
		show_stop(pid, status);
	}
	show_status(status);
}
