/* sendfile, splice, tee: offsets, kinds of files, errors. */
#include "abi.h"

TOPIC(file_sendfile_errors)
{
	int in, out, p[2], q[2], d, ap;
	off_t off = 2, neg = -1;
	char buf[64] = "";

	put_file("in", "0123456789");
	in = open("in", O_RDWR);
	out = open("out", O_RDWR | O_CREAT, 0644);
	ap = open("out", O_WRONLY | O_APPEND);
	d = open(".", O_RDONLY);
	pipe(p);
	pipe(q);
	R(sendfile(out, in, &off, 3));
	V(off);
	R(lseek(in, 0, SEEK_CUR));
	R(sendfile(out, in, NULL, 100));
	R(sendfile(out, in, NULL, 100));
	R(sendfile(p[1], in, &off, 100));
	R(sendfile(out, p[0], NULL, 3));
	R(sendfile(out, in, &neg, 3));
	R(sendfile(out, in, BAD, 3));
	R(sendfile(out, d, NULL, 3));
	R(sendfile(999, in, NULL, 3));
	R(sendfile(out, 999, NULL, 3));
	R(sendfile(ap, in, NULL, 3));
	R(sendfile(open("out", O_RDONLY), in, NULL, 3));
	R(sendfile(out, open("in", O_WRONLY), NULL, 3));
	show_file("out");
	R(splice(p[0], NULL, q[1], NULL, 3, 0));
	R(tee(q[0], p[1], 2, 0));
	R(read(q[0], buf, 64));
	R(splice(in, &off, p[1], NULL, 2, 0));
	off = 0;
	R(splice(in, &off, p[1], NULL, 2, 0));
	R(splice(p[0], NULL, out, &off, 100, 0));
	V(off);
	R(splice(in, NULL, out, NULL, 2, 0));
	R(splice(p[0], &off, out, NULL, 2, 0));
	R(splice(p[0], NULL, q[1], &off, 2, 0));
	R(splice(p[0], NULL, q[1], NULL, 2, 0x100));
	R(splice(p[0], NULL, q[1], NULL, 2, SPLICE_F_NONBLOCK));
	R(splice(p[0], NULL, p[1], NULL, 2, SPLICE_F_NONBLOCK));
	R(splice(p[1], NULL, q[1], NULL, 2, 0));
	R(splice(999, NULL, q[1], NULL, 2, 0));
	R(splice(p[0], NULL, ap, NULL, 2, SPLICE_F_NONBLOCK));
	R(tee(p[0], p[1], 2, SPLICE_F_NONBLOCK));
	R(tee(in, p[1], 2, 0));
	R(tee(p[0], q[1], 2, 0x100));
	R(tee(p[0], q[1], 2, SPLICE_F_NONBLOCK));
	R(tee(p[0], q[1], 0, 0));
}
