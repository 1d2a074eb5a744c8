/* The same virtual address in two processes is two places (F1). */
#include "abi.h"

TOPIC(mem_same_address)
{
	volatile int *place = mmap((void *)0x40000000, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int go[2], done[2];
	char token;
	pid_t pid;

	X((uintptr_t)place);
	pipe(go);
	pipe(done);
	*place = 1;
	pid = fork();
	if (pid == 0) {
		*place = 2;
		write(done[1], "x", 1);
		read(go[0], &token, 1);
		printf("child: %#lx holds %d\n", (unsigned long)place, *place);
		_exit(0);
	}
	read(done[0], &token, 1);
	printf("parent: %#lx holds %d\n", (unsigned long)place, *place);
	*place = 3;
	write(go[1], "x", 1);
	reap(pid);
	printf("parent: %#lx holds %d\n", (unsigned long)place, *place);
}
