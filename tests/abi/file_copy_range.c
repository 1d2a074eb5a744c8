/* copy_file_range: offsets, overlap, errors. */
#include "abi.h"

TOPIC(file_copy_range)
{
	int a, b, d, p[2], ro;
	off_t in = 2, out = 10, big = 1ll << 60;

	put_file("a", "0123456789");
	a = open("a", O_RDWR);
	b = open("b", O_RDWR | O_CREAT, 0644);
	ro = open("a", O_RDONLY);
	d = open(".", O_RDONLY);
	pipe(p);
	R(copy_file_range(a, NULL, b, NULL, 4, 0));
	R(lseek(a, 0, SEEK_CUR));
	R(copy_file_range(a, &in, b, &out, 100, 0));
	V(in); V(out);
	R(copy_file_range(a, &in, b, &out, 100, 0));
	show_bytes("b", "", 0);
	show_file("b");
	in = 0; out = 5;
	R(copy_file_range(a, &in, a, &out, 5, 0));
	show_file("a");
	in = 0; out = 3;
	R(copy_file_range(a, &in, a, &out, 5, 0));
	R(copy_file_range(a, NULL, b, NULL, 1, 1));
	R(copy_file_range(a, NULL, ro, NULL, 1, 0));
	R(copy_file_range(d, NULL, b, NULL, 1, 0));
	R(copy_file_range(a, NULL, p[1], NULL, 1, 0));
	R(copy_file_range(999, NULL, b, NULL, 1, 0));
	R(copy_file_range(a, BAD, b, NULL, 1, 0));
	in = -5;
	R(copy_file_range(a, &in, b, NULL, 1, 0));
	fcntl(b, F_SETFL, O_APPEND);
	R(copy_file_range(a, NULL, b, NULL, 1, 0));
	in = 0;
	R(copy_file_range(a, &big, b, NULL, 1, 0));
}
