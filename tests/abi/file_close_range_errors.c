/* close_range: unshare, close-on-exec, bounds. dup3 and its errors. */
#include "abi.h"

#define range(a, b, f) syscall(SYS_close_range, a, b, f)

TOPIC(file_close_range_errors)
{
	int a = dup(1), b = dup(1), c = dup(1);

	V(b == a + 1 && c == b + 1);
	R(range(b, a, 0));
	R(range(a, b, 0x80));
	R(range(a, a, 4));
	R(fcntl(a, F_GETFD));
	R(range(b, b, 0));
	R(fcntl(b, F_GETFD));
	R(range(1000, 2000, 0));
	R(range(a, ~0u, 4));
	R(fcntl(c, F_GETFD));
	R(range(a, ~0u, 2));
	R(fcntl(c, F_GETFD));
	R(dup3(1, 1, 0));
	R(dup3(1, 50, 1));
	R(dup3(999, 50, 0));
	R(dup3(1, -1, 0));
	R(dup3(1, 1 << 30, 0));
	R(dup3(1, 50, O_CLOEXEC));
	R(fcntl(50, F_GETFD));
	R(dup2(1, 1));
	R(dup2(999, 999));
	R(close(50));
	R(close(50));
	R(close(-1));
	R(dup(-1));
}
