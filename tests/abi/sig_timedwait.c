/* sigtimedwait, sigwaitinfo, sigwait: take signals without handlers. */
#include "abi.h"

TOPIC(sig_timedwait)
{
	struct timespec limit = { 0, 20000000 }, zero = { 0, 0 }, wrong = { 0, 2000000000 };
	siginfo_t info;
	sigset_t set;
	int signo;
	pid_t self = getpid();

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, 40);
	sigprocmask(SIG_BLOCK, &set, NULL);
	R(sigtimedwait(&set, &info, &limit));
	R(sigtimedwait(&set, &info, &zero));
	R(sigtimedwait(&set, &info, &wrong));
	raise(SIGUSR2);
	raise(SIGUSR1);
	sigqueue(getpid(), 40, (union sigval){ .sival_int = 9 });
	R(sigtimedwait(&set, &info, &zero));
	V(info.si_code == SI_TKILL || info.si_code == SI_USER);
	R(sigtimedwait(&set, NULL, NULL));
	R(sigwaitinfo(&set, &info));
	V(info.si_value.sival_int);
	V(info.si_code == SI_QUEUE);
	if (fork() == 0) {
		sleep_ms(20);
		kill(self, SIGUSR1);
		_exit(0);
	}
	E(sigwait(&set, &signo));
	S(signal_name(signo));
	reap(-1);
}
