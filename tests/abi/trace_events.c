/* PTRACE_O_TRACEFORK, VFORK, CLONE, EXEC, EXIT, VFORKDONE: which events come, with which message.
 * needs: 64 bits (musl makes threads and vforks in another way) */
#include "abi.h"
#include <sys/ptrace.h>

static void *nothing(void *arg)
{
	return arg;
}

static void tracee(void)
{
	pthread_t thread;
	pid_t pid;

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	pid = fork();
	if (pid == 0)
		_exit(1);
	waitpid(pid, NULL, 0);
	pid = vfork();
	if (pid == 0)
		_exit(2);
	waitpid(pid, NULL, 0);
	pthread_create(&thread, NULL, nothing, NULL);
	pthread_join(thread, NULL);
	exec_topic("trace_events", "child");
	_exit(9);
}

static const char *event_name(int event)
{
	static const char *const names[] = { "none", "fork", "vfork", "clone", "exec", "vfork done", "exit" };

	return event < COUNT(names) ? names[event] : event == 128 ? "stop" : "?";
}

/* One child at a time, so that the order is fixed: children are let run to their end at once. */
static void run_to_end(pid_t pid, const char *who)
{
	unsigned long message;
	int status;

	while (waitpid(pid, &status, __WALL) == pid) {
		if (!WIFSTOPPED(status)) {
			printf("%s: ", who);
			show_status(status);
			return;
		}
		message = 0;
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
		printf("%s: stop %s event %s", who, signal_name(WSTOPSIG(status)), event_name(status >> 16));
		if (status >> 16 == PTRACE_EVENT_EXIT)
			printf(" code %lx", message);
		printf("\n");
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
}

TOPIC(trace_events)
{
	long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
		       PTRACE_O_TRACEEXIT | PTRACE_O_TRACEVFORKDONE;
	unsigned long message;
	int status;
	pid_t pid;

	if (argc > 1)
		_exit(7);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		tracee();
	waitpid(pid, &status, 0);
	show_status(status);
	R(ptrace(PTRACE_SETOPTIONS, pid, 0, options));
	for (;;) {
		ptrace(PTRACE_CONT, pid, 0, 0);
		if (waitpid(pid, &status, 0) != pid)
			break;
		if (!WIFSTOPPED(status))
			break;
		message = 0;
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
		printf("stop %s event %s", signal_name(WSTOPSIG(status)), event_name(status >> 16));
		if (status >> 16 == PTRACE_EVENT_EXIT)
			printf(" code %lx", message);
		if (status >> 16 == PTRACE_EVENT_EXEC)
			printf(" old tid is the same: %d", (pid_t)message == pid);
		printf("\n");
		if (status >> 16 >= PTRACE_EVENT_FORK && status >> 16 <= PTRACE_EVENT_CLONE)
			run_to_end((pid_t)message, event_name(status >> 16));
	}
	show_status(status);
}
