/* Exit statuses: the low eight bits; every signal that kills. */
#include "abi.h"

TOPIC(proc_exit_status)
{
	static const int codes[] = { 0, 1, 255, 256, -1, 0x1234, INT_MIN };
	static const int signals[] = { SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGPOLL, SIGPROF, SIGVTALRM, SIGSTKFLT, SIGPWR, 34, 64 };

	for (int i = 0; i < COUNT(codes); i++)
		CHILD(exit(codes[i]));
	for (int i = 0; i < COUNT(signals); i++)
		CHILD(kill(getpid(), signals[i]); sleep_ms(1000); puts("alive"));
	CHILD(abort());
	CHILD(syscall(SYS_exit, 7));
	CHILD(syscall(SYS_exit_group, 8));
	CHILD(raise(SIGCHLD); raise(SIGURG); raise(SIGWINCH); raise(SIGCONT); puts("ignored by default"));
}
