/* Argument limits: one string of 128 KiB, all of a quarter of the stack limit. */
#include "abi.h"

static void run(char *const argv[], char *const envp[])
{
	CHILD(freopen("/dev/null", "w", stderr); execve("/proc/self/exe", argv, envp); puts(error_name(errno)));
}

TOPIC(exec_e2big)
{
	struct rlimit limit;
	char *big = malloc(131073), *none[] = { NULL };
	char *args[64] = { "abi", "exec_e2big", "x", big, NULL };

	if (argc > 1) {
		printf("%d arguments, the last has %zu bytes\n", argc, strlen(argv[0] ? argv[0] : ""));
		return;
	}
	memset(big, 'a', 131072);
	big[131071] = 0;
	run(args, none);
	big[131071] = 'a';
	big[131072] = 0;
	run(args, none);
	big[131071] = 0;
	getrlimit(RLIMIT_STACK, &limit);
	limit.rlim_cur = 1 << 20;
	setrlimit(RLIMIT_STACK, &limit);
	args[3] = big;
	args[4] = NULL;
	run(args, none);
	args[4] = big;
	args[5] = NULL;
	run(args, none);
	big[100] = 0;
	for (int i = 3; i < 63; i++)
		args[i] = big;
	run(args, none);
}
