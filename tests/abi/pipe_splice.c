/* splice, tee and vmsplice between pipes and files. */
#include "abi.h"

TOPIC(pipe_splice)
{
	char buffer[32] = "";
	int a[2], b[2], fd;
	loff_t at = 2;

	put_file("f", "0123456789");
	fd = open("f", O_RDWR);
	R(pipe(a));
	R(pipe(b));
	R(splice(fd, &at, a[1], NULL, 5, 0));
	V(at);
	R(tee(a[0], b[1], 3, 0));
	R(read(a[0], buffer, 32));
	show_bytes("a", buffer, 5);
	R(read(b[0], buffer, 32));
	show_bytes("b", buffer, 3);
	R(write(a[1], "spliced", 7));
	R(splice(a[0], NULL, fd, NULL, 100, 0));
	show_file("f");
	R(splice(fd, NULL, fd, NULL, 1, 0));
	R(splice(a[0], &at, fd, NULL, 1, 0));
}
