/* exec keeps pid, parent, group, limits, umask, cwd, timers; resets the name. */
#include "abi.h"

TOPIC(exec_pid)
{
	struct rlimit limit = { 77, 777 };

	if (argc > 1) {
		V(getpid() == atoi(argv[1]));
		getrlimit(RLIMIT_CORE, &limit);
		V(limit.rlim_cur);
		X(umask(0));
		show_file("inside");
		V(alarm(0) > 50);
		V(getpriority(PRIO_PROCESS, 0));
		return;
	}
	char text[16];

	R(mkdir("d", 0755));
	R(chdir("d"));
	put_file("inside", "the directory stays");
	getrlimit(RLIMIT_CORE, &limit);
	limit.rlim_cur = 0;
	R(setrlimit(RLIMIT_CORE, &limit));
	umask(0321);
	alarm(100);
	R(nice(3));
	prctl(PR_SET_NAME, "changed");
	snprintf(text, sizeof(text), "%d", getpid());
	exec_topic("exec_pid", text);
}
