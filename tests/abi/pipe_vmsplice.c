/* vmsplice: into a pipe, out of one, and its errors. */
#include "abi.h"

TOPIC(pipe_vmsplice)
{
	int p[2];
	char a[] = "first", b[] = "second", back[32] = "";
	struct iovec in[2] = { { a, 5 }, { b, 6 } }, out = { back, sizeof(back) }, bad = { BAD, 4 };

	R(pipe(p));
	R(vmsplice(p[1], in, 2, 0));
	R(vmsplice(p[0], &out, 1, 0));
	show_bytes("back", back, 11);
	R(vmsplice(p[0], &out, 1, SPLICE_F_NONBLOCK));
	R(vmsplice(p[1], in, 0, 0));
	R(vmsplice(p[1], in, 2, 0x100));
	R(vmsplice(999, in, 2, 0));
	R(vmsplice(0, in, 2, 0));
	R(vmsplice(p[1], BAD, 1, 0));
	R(vmsplice(p[1], &bad, 1, SPLICE_F_NONBLOCK));
	R(vmsplice(p[1], in, 2000, 0));
}
