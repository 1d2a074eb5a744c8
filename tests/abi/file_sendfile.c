/* sendfile and copy_file_range. */
#include "abi.h"

TOPIC(file_sendfile)
{
	char buffer[16] = "";
	off_t at = 3;
	int in, out, ends[2];

	put_file("in", "0123456789");
	in = open("in", O_RDONLY);
	out = open("out", O_RDWR | O_CREAT, 0600);
	R(sendfile(out, in, &at, 4));
	V(at);
	R(lseek(in, 0, SEEK_CUR));
	R(sendfile(out, in, NULL, 100));
	R(lseek(in, 0, SEEK_CUR));
	R(sendfile(out, in, NULL, 100));
	show_file("out");
	R(pipe(ends));
	at = 8;
	R(sendfile(ends[1], in, &at, 100));
	R(read(ends[0], buffer, 16));
	R(sendfile(in, in, NULL, 1));
	R(sendfile(out, ends[0], NULL, 1) == -1);
	R(sendfile(out, 999, NULL, 1));
	at = -1;
	R(sendfile(out, in, &at, 1));
}
