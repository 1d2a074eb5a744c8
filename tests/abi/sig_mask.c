/* sigprocmask, sigpending: blocking, pending, delivery at unblocking, KILL and STOP not blockable. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	count++;
	printf("handler: %s\n", signal_name(signo));
}

TOPIC(sig_mask)
{
	sigset_t set, old, pending;

	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);
	sigfillset(&set);
	R(sigprocmask(SIG_SETMASK, &set, &old));
	V(sigismember(&old, SIGUSR1));
	R(sigprocmask(SIG_SETMASK, NULL, &old));
	V(sigismember(&old, SIGUSR1));
	V(sigismember(&old, SIGKILL));
	V(sigismember(&old, SIGSTOP));
	R(kill(getpid(), SIGUSR1));
	R(kill(getpid(), SIGUSR1));
	R(kill(getpid(), SIGUSR2));
	R(sigpending(&pending));
	V(sigismember(&pending, SIGUSR1));
	V(sigismember(&pending, SIGUSR2));
	V(sigismember(&pending, SIGTERM));
	V(count);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	R(sigprocmask(SIG_UNBLOCK, &set, NULL));
	V(count);
	sigemptyset(&set);
	R(sigprocmask(SIG_SETMASK, &set, NULL));
	V(count);
	R(sigpending(&pending));
	V(sigismember(&pending, SIGUSR1));
	R(sigprocmask(99, &set, NULL));
	R(sigprocmask(99, NULL, NULL));
	R(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4));
	CHILD({
		sigfillset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
		kill(getpid(), SIGKILL);
	});
	sigfillset(&set);
	R(sigprocmask(SIG_SETMASK, &set, NULL));
	R(kill(getpid(), SIGUSR1));
	signal(SIGUSR1, SIG_IGN);
	R(sigpending(&pending));
	V(sigismember(&pending, SIGUSR1));
}
