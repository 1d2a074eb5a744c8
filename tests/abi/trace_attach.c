/* PTRACE_ATTACH, DETACH, SEIZE, INTERRUPT, LISTEN, group stops and EXITKILL. */
#include "abi.h"
#include <sys/ptrace.h>

static int wait_stop(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, __WALL) != pid)
		printf("no stop: %s\n", error_name(errno));
	else if (WIFSTOPPED(status))
		printf("stop %s event %d\n", signal_name(WSTOPSIG(status)), status >> 16);
	else
		show_status(status);
	return status;
}

static pid_t sleeper(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (pid == 0) {
		if (write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
	}
	if (read(ready[0], &byte, 1) != 1)
		printf("no child\n");
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void attach(void)
{
	siginfo_t info;
	pid_t pid = sleeper();

	R(ptrace(PTRACE_DETACH, pid, 0, 0));
	R(ptrace(PTRACE_ATTACH, pid, 0, 0));
	wait_stop(pid);
	R(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
	V(info.si_signo);
	R(ptrace(PTRACE_CONT, pid, 0, 0));
	R(ptrace(PTRACE_CONT, pid, 0, 0));
	kill(pid, SIGUSR1);
	wait_stop(pid);
	R(ptrace(PTRACE_CONT, pid, 0, SIGSTOP));
	wait_stop(pid);                       /* the group stop */
	R(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
	R(ptrace(PTRACE_DETACH, pid, 0, SIGTERM));
	kill(pid, SIGCONT);
	kill(pid, SIGTERM);                   /* the signal of the detach may come too late to count */
	reap(pid);
}

static void seize(void)
{
	siginfo_t info;
	pid_t pid = sleeper();

	R(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL));
	R(ptrace(PTRACE_CONT, pid, 0, 0));
	R(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	wait_stop(pid);
	R(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
	V(info.si_code);
	R(ptrace(PTRACE_CONT, pid, 0, 0));
	kill(pid, SIGSTOP);
	wait_stop(pid);
	R(ptrace(PTRACE_LISTEN, pid, 0, 0));
	R(ptrace(PTRACE_CONT, pid, 0, SIGSTOP));
	wait_stop(pid);
	R(ptrace(PTRACE_LISTEN, pid, 0, 0));
	R(waitpid(pid, NULL, __WALL | WNOHANG));
	kill(pid, SIGCONT);
	wait_stop(pid);
	R(ptrace(PTRACE_CONT, pid, 0, 0));
	wait_stop(pid);                       /* SIGCONT itself */
	R(ptrace(PTRACE_CONT, pid, 0, 0));
	R(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	wait_stop(pid);
	R(kill(pid, SIGKILL));
	wait_stop(pid);
}

/* A tracer that is not the parent is told first; then the parent. */
static void strangers(void)
{
	pid_t pid = sleeper(), tracer;
	int status;

	tracer = fork();
	if (tracer == 0) {
		R(ptrace(PTRACE_ATTACH, pid, 0, 0));
		wait_stop(pid);
		R(ptrace(PTRACE_CONT, pid, 0, 0));
		kill(pid, SIGKILL);
		wait_stop(pid);
		R(waitpid(pid, NULL, __WALL));
		fflush(stdout);
		_exit(0);
	}
	R(waitpid(tracer, &status, 0) == tracer);
	show_status(status);
	reap(pid);
}

/* A tracer's end lets its tracees go on, or kills them. */
static void tracer_ends(int exitkill)
{
	pid_t pid = sleeper(), tracer = fork();
	int status;

	if (tracer == 0) {
		ptrace(PTRACE_SEIZE, pid, 0, exitkill ? PTRACE_O_EXITKILL : 0);
		ptrace(PTRACE_INTERRUPT, pid, 0, 0);
		waitpid(pid, &status, __WALL);
		_exit(0);
	}
	reap(tracer);
	if (!exitkill)
		kill(pid, SIGUSR2);
	reap(pid);
}

/* What job control has stopped shows its tracer a stop. */
static void stopped_already(void)
{
	pid_t pid = sleeper();
	int status;

	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status(status);
	R(ptrace(PTRACE_SEIZE, pid, 0, 0));
	wait_stop(pid);
	R(ptrace(PTRACE_DETACH, pid, 0, 0));
	kill(pid, SIGKILL);
	reap(pid);
}

TOPIC(trace_attach)
{
	attach();
	seize();
	strangers();
	tracer_ends(0);
	tracer_ends(1);
	stopped_already();
}
