/* RLIMIT_SIGPENDING bounds queued real-time signals: EAGAIN; standard ones still get through. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	(void)signo;
	count++;
}

TOPIC(sig_queue_limit)
{
	struct rlimit limit = { 5, 5 };
	sigset_t all, none;
	int sent = 0;

	if (getuid() == 0 && setresuid(54322, 54322, 54322))
		puts("cannot change user");
	R(setrlimit(RLIMIT_SIGPENDING, &limit));
	sigfillset(&all);
	sigemptyset(&none);
	signal(40, handler);
	signal(SIGUSR1, handler);
	sigprocmask(SIG_SETMASK, &all, NULL);
	while (sent < 50 && sigqueue(getpid(), 40, (union sigval){ 0 }) == 0)
		sent++;
	V(sent);
	R(sigqueue(getpid(), 40, (union sigval){ 0 }));
	R(kill(getpid(), SIGUSR1));
	sigprocmask(SIG_SETMASK, &none, NULL);
	V(count);
}
