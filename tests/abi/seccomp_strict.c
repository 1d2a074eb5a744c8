/* Strict mode: read, write, exit; anything else is death. */
#include "abi.h"
#include "seccomp.h"

TOPIC(seccomp_strict)
{
	int ends[2];

	R(pipe(ends));
	R(prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	fflush(stdout);
	CHILD(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0); syscall(SYS_exit, 5));
	CHILD(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0); syscall(SYS_getpid));
	CHILD(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
	      if (write(ends[1], "abc", 3) == 3) syscall(SYS_exit, 6); syscall(SYS_exit, 7));
	CHILD(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0); syscall(SYS_exit_group, 5));
	CHILD(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, 0); syscall(SYS_close, 0));
}
