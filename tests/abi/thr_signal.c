/* Signals and threads: directed ones, process-wide ones, masks are per thread. */
#include "abi.h"

static volatile sig_atomic_t in_thread;
static __thread int is_thread;
static int ready[2];

static void handler(int signo)
{
	in_thread = is_thread;
	printf("%s in the %s thread\n", signal_name(signo), is_thread ? "second" : "main");
}

static void *body(void *arg)
{
	sigset_t none;

	is_thread = 1;
	sigemptyset(&none);
	write(ready[1], "x", 1);
	R(sigsuspend(&none));
	write(ready[1], "x", 1);
	R(sigsuspend(&none));
	return arg;
}

TOPIC(thr_signal)
{
	sigset_t set;
	pthread_t thread;
	char token;

	pipe(ready);
	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&thread, NULL, body, NULL);
	read(ready[0], &token, 1);
	pthread_kill(thread, SIGUSR1);
	read(ready[0], &token, 1);
	kill(getpid(), SIGUSR2);
	E(pthread_join(thread, NULL));
	sigemptyset(&set);
	raise(SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	E(pthread_kill(pthread_self(), 0));
}
