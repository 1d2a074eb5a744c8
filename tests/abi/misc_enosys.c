/* Numbers that are no system call. */
#include "abi.h"

TOPIC(misc_enosys)
{
	R(syscall(-1));
	R(syscall(1000));
	R(syscall(100000));
	R(syscall(INT_MAX));
}
