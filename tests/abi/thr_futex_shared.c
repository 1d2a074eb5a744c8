/* A futex in shared memory wakes another process; a private one is per process. needs: 64 bits */
#include "abi.h"

#include <linux/futex.h>

TOPIC(thr_futex_shared)
{
	int *words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec limit = { 5, 0 }, soon = { 0, 100000000 };
	pid_t pid = fork();

	if (pid == 0) {
		while (words[0] == 0)
			syscall(SYS_futex, &words[0], FUTEX_WAIT, 0, &limit, NULL, 0);
		words[1] = 1;
		syscall(SYS_futex, &words[1], FUTEX_WAKE, 1, NULL, NULL, 0);
		errno = 0;
		syscall(SYS_futex, &words[2], FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0);
		_exit(errno == ETIMEDOUT ? 0 : 1);
	}
	sleep_ms(20);
	words[0] = 1;
	R(syscall(SYS_futex, &words[0], FUTEX_WAKE, 1, NULL, NULL, 0));
	while (words[1] == 0)
		syscall(SYS_futex, &words[1], FUTEX_WAIT, 0, &limit, NULL, 0);
	V(words[1]);
	sleep_ms(20);
	R(syscall(SYS_futex, &words[2], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	reap(pid);
}
