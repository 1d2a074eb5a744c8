/* PTRACE_TRACEME: signals, memory, registers' size, the way out. */
#include "abi.h"
#include <sys/ptrace.h>

static volatile long word = 0x1234;
static volatile int handled;

static void handler(int signo)
{
	handled = signo;
}

static void tracee(void)
{
	R(ptrace(PTRACE_TRACEME, 0, 0, 0));
	R(ptrace(PTRACE_TRACEME, 0, 0, 0));
	signal(SIGUSR2, handler);
	fflush(stdout);
	raise(SIGSTOP);
	printf("child: word %lx\n", word);
	raise(SIGUSR1);
	printf("child: handled %s\n", handled ? signal_name(handled) : "nothing");
	raise(SIGCHLD);
	fflush(stdout);
	_exit(word == 0x5678 ? 5 : 6);
}

/* The child prints meanwhile: nothing here until it has stopped again. */
static void go_on(pid_t pid, long signo)
{
	long sent = ptrace(PTRACE_CONT, pid, 0, signo);
	int status = 0;
	bool stopped = waitpid(pid, &status, 0) == pid;

	V(sent);
	V(stopped);
	show_status(status);
}

TOPIC(trace_basic)
{
	siginfo_t info;
	unsigned long message = 77;
	sigset_t mask;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		tracee();
	R(waitpid(pid, &status, 0) == pid);
	show_status(status);
	R(ptrace(PTRACE_PEEKDATA, pid, &word, 0));
	errno = 0;
	R(ptrace(PTRACE_PEEKDATA, pid, 16, 0));
	R(ptrace(PTRACE_POKEDATA, pid, &word, 0x5678));
	R(ptrace(PTRACE_POKEDATA, pid, 16, 1));
	R(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
	V(info.si_signo);
	V(info.si_code);
	V(info.si_pid == pid);
	R(ptrace(PTRACE_GETEVENTMSG, pid, 0, &message));
	V(message);
	R(syscall(SYS_ptrace, PTRACE_GETSIGMASK, pid, 8, &mask));
	R(syscall(SYS_ptrace, PTRACE_GETSIGMASK, pid, 4, &mask));
	R(ptrace(PTRACE_SETOPTIONS, pid, 0, 0x40000000));
	R(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	R(ptrace(PTRACE_LISTEN, pid, 0, 0));
	R(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	R(ptrace(0x7777, pid, 0, 0));
	R(ptrace(PTRACE_CONT, pid, 0, 65));
	R(ptrace(PTRACE_ATTACH, pid, 0, 0));
	R(ptrace(PTRACE_SEIZE, pid, 0, 0));
	R(ptrace(PTRACE_SEIZE, pid, 1, 0));
	go_on(pid, 0);
	R(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
	V(info.si_code == SI_TKILL);
	go_on(pid, SIGUSR2);
	/* An ignored signal is reported all the same. */
	R(ptrace(PTRACE_CONT, pid, 0, SIGCHLD));
	reap(pid);
	R(ptrace(PTRACE_CONT, pid, 0, 0));
	R(ptrace(PTRACE_ATTACH, getpid(), 0, 0));
	R(ptrace(PTRACE_ATTACH, 0x3ffffff, 0, 0));
}
