/* FIFOs: opening without a partner, reading and writing, the last writer gone. */
#include "abi.h"

TOPIC(file_fifo)
{
	char buffer[16] = "";
	int r, w;

	signal(SIGPIPE, SIG_IGN);
	R(mkfifo("p", 0600));
	R(mkfifo("p", 0600));
	R(open("p", O_WRONLY | O_NONBLOCK));
	R(r = open("p", O_RDONLY | O_NONBLOCK), r >= 0);
	R(read(r, buffer, 4));
	R(w = open("p", O_WRONLY | O_NONBLOCK), w >= 0);
	R(read(r, buffer, 4));
	R(write(w, "abc", 3));
	R(read(r, buffer, 16));
	S(buffer);
	R(lseek(r, 0, SEEK_CUR));
	R(close(r));
	R(write(w, "x", 1));
	R(close(w));
}
