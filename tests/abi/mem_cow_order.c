/* The parent writes first, the child still sees the old page; and after the child is gone. */
#include "abi.h"

TOPIC(mem_cow_order)
{
	char *page = anon(1, PROT_READ | PROT_WRITE);
	int go[2], done[2];
	char token;
	pid_t pid;

	R(pipe(go));
	R(pipe(done));
	strcpy(page, "before");
	pid = fork();
	if (pid == 0) {
		read(go[0], &token, 1);
		printf("child sees %s\n", page);
		strcpy(page, "child's");
		write(done[1], "x", 1);
		read(go[0], &token, 1);
		printf("child sees %s\n", page);
		_exit(0);
	}
	strcpy(page, "parent's");
	write(go[1], "x", 1);
	read(done[0], &token, 1);
	printf("parent sees %s\n", page);
	write(go[1], "x", 1);
	reap(pid);
	strcpy(page, "alone");
	S(page);
}
