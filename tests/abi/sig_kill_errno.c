/* kill, tgkill, tkill: errnos. */
#include "abi.h"

TOPIC(sig_kill_errno)
{
	R(kill(getpid(), 0));
	R(kill(getpid(), 65));
	R(kill(getpid(), -1));
	R(kill(999999, 0));
	R(kill(-999999, 0));
	R(kill(0, 0));
	R(kill(INT_MIN, 0));
	R(syscall(SYS_tgkill, getpid(), getpid(), 0));
	R(syscall(SYS_tgkill, getpid(), 999999, 0));
	R(syscall(SYS_tgkill, 0, getpid(), 0));
	R(syscall(SYS_tgkill, getpid(), -1, 0));
	R(syscall(SYS_tkill, 0, 0));
	R(syscall(SYS_tkill, getpid(), 99));
	R(sigqueue(999999, 0, (union sigval){ 0 }));
	CHILD(setresuid(54321, 54321, 54321); R(kill(getppid(), getuid() == 54321 && getppid() ? 0 : 0) == 0 || errno == EPERM));
}
