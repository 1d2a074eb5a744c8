/* A full pipe: EAGAIN, partial writes, atomicity up to PIPE_BUF, its size. */
#include "abi.h"

TOPIC(pipe_full)
{
	static char big[200000];
	int ends[2];

	R(pipe2(ends, O_NONBLOCK));
	R(fcntl(ends[0], F_GETPIPE_SZ));
	R(write(ends[1], big, 65536));
	R(write(ends[1], big, 1));
	R(read(ends[0], big, 4096));
	R(write(ends[1], big, 8192));
	R(write(ends[1], big, 1));
	R(read(ends[0], big, 4096));
	R(write(ends[1], big, 4096));
	R(read(ends[0], big, 200000));
	R(write(ends[1], big, 200000));
	R(read(ends[0], big, 200000));
	R(read(ends[0], big, 1));
	R(fcntl(ends[1], F_SETPIPE_SZ, 4096));
	R(write(ends[1], big, 5000));
	R(fcntl(ends[1], F_SETPIPE_SZ, 10000));
	int left = 0;
	R(ioctl(ends[0], FIONREAD, &left));
	V(left);
}
