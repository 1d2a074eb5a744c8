/* Handlers, alarms, faults, jumps out of handlers, default actions. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t count;
static sigjmp_buf env;
static volatile uintptr_t fault;

static void handler(int signo)
{
	(void)signo;
	count++;
}

static void fault_handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	fault = (uintptr_t)info->si_addr;
	siglongjmp(env, signo);
}

int main(void)
{
	struct sigaction action;
	struct itimerval timer = { { 0, 5000 }, { 0, 5000 } };
	int status, signo;
	pid_t pid;

	setvbuf(stdout, NULL, _IONBF, 0);
	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR1);
	printf("%d\n", count);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (count < 6)
		pause();
	timer.it_value.tv_usec = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
	puts("ticked");
	action.sa_sigaction = fault_handler;
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGSEGV, &action, NULL);
	for (int i = 0; i < 3; i++) {
		signo = sigsetjmp(env, 1);
		if (signo == 0)
			*(volatile int *)(16 + i * 4096) = 1;
		printf("%s at %#lx\n", signo == SIGSEGV ? "SIGSEGV" : "?", (unsigned long)fault);
	}
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			signal(SIGSEGV, SIG_DFL);
			if (i == 0)
				*(volatile int *)8 = 1;
			kill(getpid(), SIGKILL);
		}
		waitpid(pid, &status, 0);
		printf("ended by %d\n", WTERMSIG(status));
	}
	return 0;
}
