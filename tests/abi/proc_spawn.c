/* posix_spawn: file actions, attributes, errors as results. */
#include "abi.h"

TOPIC(proc_spawn)
{
	char *const self[] = { "abi", "proc_spawn", "child", NULL }, *const env[] = { "ONE=1", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t set;
	pid_t pid;
	int error;

	if (argc > 1) {
		sigset_t now;
		char buffer[16] = "";

		sigprocmask(SIG_BLOCK, NULL, &now);
		V(sigismember(&now, SIGUSR1));
		V(getpgrp() == getpid());
		S(getenv("ONE"));
		R(fcntl(60, F_GETFD));
		R(read(61, buffer, 15));
		S(buffer);
		_exit(17);
	}
	put_file("f", "from f");
	dup2(0, 60);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, 60);
	posix_spawn_file_actions_addopen(&actions, 61, "f", O_RDONLY, 0);
	posix_spawnattr_init(&attr);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	posix_spawnattr_setsigmask(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	error = posix_spawn(&pid, "/proc/self/exe", &actions, &attr, self, env);
	reap(pid);
	E(error);
	E(posix_spawn(&pid, "./absent", NULL, NULL, self, env));
	E(posix_spawn(&pid, "./f", NULL, NULL, self, env));
	E(posix_spawnp(&pid, "no-such-program", NULL, NULL, self, env));
	posix_spawn_file_actions_addopen(&actions, 62, "absent", O_RDONLY, 0);
	E(posix_spawn(&pid, "/proc/self/exe", &actions, NULL, self, env));
	R(waitpid(-1, NULL, 0));
}
