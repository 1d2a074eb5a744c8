/* writev to a nearly full non-blocking pipe takes what fits. */
#include "abi.h"

TOPIC(pipe_writev_partial)
{
	static char big[65536];
	struct iovec out[2] = { { big, 3000 }, { big, 3000 } };
	int ends[2];

	R(pipe2(ends, O_NONBLOCK));
	R(write(ends[1], big, 65536 - 4096));
	R(writev(ends[1], out, 2));
	R(read(ends[0], big, 65536) > 0);
	R(writev(ends[1], out, 2));
	R(read(ends[0], big, 65536));
}
