/* ASLR by default; personality(ADDR_NO_RANDOMIZE) turns it off across exec (D8). */
#include "abi.h"

static uintptr_t where(void)
{
	int ends[2];
	uintptr_t place = 0;
	pid_t pid;

	pipe(ends);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		exec_topic("exec_aslr", "child");
		_exit(1);
	}
	read(ends[0], &place, sizeof(place));
	waitpid(pid, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	return place;
}

TOPIC(exec_aslr)
{
	if (argc > 1) {
		uintptr_t place = (uintptr_t)environ;

		write(1, &place, sizeof(place));
		_exit(0);
	}
	uintptr_t a = where(), b = where(), c = where();

	V(a != b || b != c);
	X(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
	R(personality(ADDR_NO_RANDOMIZE) >= 0);
	X(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
	a = where();
	b = where();
	V(a && a == b);
}
