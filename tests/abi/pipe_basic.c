/* Pipes: data, end of file, EPIPE with and without the signal, wrong directions. */
#include "abi.h"

TOPIC(pipe_basic)
{
	char buffer[16] = "";
	int ends[2];

	R(pipe(ends));
	R(write(ends[1], "hello", 5));
	R(write(ends[1], " world", 6));
	R(read(ends[0], buffer, 3));
	R(read(ends[0], buffer, 16));
	show_bytes("read", buffer, 8);
	R(read(ends[1], buffer, 1));
	R(write(ends[0], buffer, 1));
	R(write(ends[1], "rest", 4));
	R(close(ends[1]));
	R(read(ends[0], buffer, 16));
	R(read(ends[0], buffer, 16));
	R(pipe(ends));
	R(close(ends[0]));
	CHILD(R(write(ends[1], "x", 1)));
	signal(SIGPIPE, SIG_IGN);
	R(write(ends[1], "x", 1));
	R(write(ends[1], "x", 0));
	R(pipe2(ends, O_CLOEXEC | O_NONBLOCK));
	R(fcntl(ends[0], F_GETFD));
	R((fcntl(ends[1], F_GETFL) & O_NONBLOCK) != 0);
	R(read(ends[0], buffer, 1));
	R(pipe2(ends, 0x77777));
	R(pipe(BAD));
}
