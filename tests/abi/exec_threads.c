/* exec from a process with threads: the others are gone, the pid is the leader's. */
#include "abi.h"

static pid_t leader;

static void *spin(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *go(void *arg)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", leader);
	exec_topic("exec_threads", text);
	return arg;
}

TOPIC(exec_threads)
{
	pthread_t thread;

	if (argc > 1) {
		DIR *dir = opendir("/proc/self/task");
		int count = 0;

		V(getpid() == atoi(argv[1]));
		V(syscall(SYS_gettid) == getpid());
		while (dir && readdir(dir))
			count++;
		V(count - 2);
		return;
	}
	leader = getpid();
	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, spin, NULL);
	pthread_create(&thread, NULL, go, NULL);
	pthread_join(thread, NULL);
}
