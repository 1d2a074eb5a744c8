/* Kernel AIO: set-up, submission, results, errors. needs: 64 bits (RV32 has io_pgetevents only) */
#include "abi.h"
#include <linux/aio_abi.h>

#define setup(n, c)             syscall(SYS_io_setup, n, c)
#define destroy(c)              syscall(SYS_io_destroy, c)
#define submit(c, n, p)         syscall(SYS_io_submit, c, n, p)
#define getevents(c, a, b, e, t) syscall(SYS_io_getevents, c, a, b, e, t)

TOPIC(aio_basic)
{
	aio_context_t ctx = 0;
	int fd = open("f", O_RDWR | O_CREAT, 0644), efd = eventfd(0, EFD_NONBLOCK);
	char buf[16] = "";
	struct iocb w = { .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd, .aio_buf = (uintptr_t)"hello", .aio_nbytes = 5,
			  .aio_data = 11, .aio_flags = IOCB_FLAG_RESFD, .aio_resfd = efd };
	struct iocb r = { .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd, .aio_buf = (uintptr_t)buf, .aio_nbytes = 16,
			  .aio_offset = 1, .aio_data = 22 };
	struct iocb s = { .aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = fd, .aio_data = 33 };
	struct iocb bad = { .aio_lio_opcode = 99, .aio_fildes = fd }, nofd = { .aio_fildes = 999 };
	struct iocb *one[] = { &w }, *two[] = { &r, &s }, *wrong[] = { &bad }, *none[] = { &nofd };
	struct io_event ev[4];
	struct timespec now = { 0, 0 };
	uint64_t count = 0;

	R(setup(0, &ctx));
	R(setup(4, BAD));
	R(setup(4, &ctx));
	V(ctx != 0);
	R(setup(4, &ctx));
	R(submit(ctx, 1, one));
	R(getevents(ctx, 1, 4, ev, NULL));
	printf("data %lld res %lld obj %d\n", (long long)ev[0].data, (long long)ev[0].res, ev[0].obj == (uintptr_t)&w);
	R(read(efd, &count, 8));
	V(count);
	R(submit(ctx, 2, two));
	R(getevents(ctx, 2, 4, ev, NULL));
	S(buf);
	R(getevents(ctx, 1, 4, ev, &now));
	R(getevents(ctx, 5, 4, ev, &now));
	R(getevents(ctx, -1L, 4, ev, &now));
	R(submit(ctx, 1, wrong));
	R(submit(ctx, 1, none));
	R(submit(ctx, -1L, one));
	R(submit(ctx, 0, one));
	R(submit(ctx, 1, BAD));
	R(submit(ctx + 4096, 1, one));
	R(getevents(ctx + 4096, 0, 1, ev, &now));
	R(destroy(ctx));
	R(destroy(ctx));
	show_file("f");
}
