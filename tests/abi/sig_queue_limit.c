/* RLIMIT_SIGPENDING bounds queued real-time signals: EAGAIN; standard ones still get through. */
#include "abi.h"

static volatile sig_atomic_t count;

static void handler(int signo)
{
	(void)signo;
	count++;
}

/* The user's other processes have some queued (timers count). */
static int queued(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	int n = 0;

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "SigQ: %d", &n) == 1)
			break;
	fclose(f);
	return n;
}

TOPIC(sig_queue_limit)
{
	struct rlimit limit;
	sigset_t all, none;
	int sent = 0;

	if (getuid() == 0 && setresuid(54322, 54322, 54322))
		puts("cannot change user");
	limit.rlim_cur = limit.rlim_max = 5 + queued();
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
