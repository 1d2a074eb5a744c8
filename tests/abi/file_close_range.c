/* close_range. */
#include "abi.h"

TOPIC(file_close_range)
{
	for (int fd = 20; fd < 30; fd++)
		dup2(0, fd);
	R(syscall(SYS_close_range, 22, 24, 0));
	R(fcntl(21, F_GETFD));
	R(fcntl(22, F_GETFD));
	R(fcntl(24, F_GETFD));
	R(fcntl(25, F_GETFD));
	R(syscall(SYS_close_range, 26, 27, CLOSE_RANGE_CLOEXEC));
	R(fcntl(26, F_GETFD));
	R(fcntl(28, F_GETFD));
	R(syscall(SYS_close_range, 30, 20, 0));
	R(syscall(SYS_close_range, 20, 30, 0x100));
	R(syscall(SYS_close_range, 21, ~0U, 0));
	R(fcntl(29, F_GETFD));
	R(fcntl(20, F_GETFD));
}
