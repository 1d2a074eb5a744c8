/* Kernel AIO (io_setup family): a request runs to its end while it is submitted. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "base/alloc.h"
#include "kernel/ipc.h"

enum { IOCB_PREAD, IOCB_PWRITE, IOCB_FSYNC, IOCB_FDSYNC, IOCB_POLL = 5, IOCB_NOOP, IOCB_PREADV, IOCB_PWRITEV };
enum { IOCB_FLAG_RESFD = 1, IOCB_FLAG_IOPRIO = 2 };

/* struct iocb (uapi/linux/aio_abi.h): the same for both widths. */
struct abi_iocb {
	uint64_t data;
	uint32_t key, rw_flags;
	uint16_t opcode;
	int16_t reqprio;
	uint32_t fd;
	uint64_t buf, nbytes;
	int64_t offset;
	uint64_t reserved;
	uint32_t flags, resfd;
};
_Static_assert(sizeof(struct abi_iocb) == 64, "layout");

int64_t sys_io_setup(uint32_t nr_events, gva_t ctxp)
{
	uint64_t old;
	gva_t ctx;
	int64_t err;

	if (get_user_word(ctxp, &old))
		return -EFAULT;
	if (old)
		return -EINVAL;
	err = aio_setup(nr_events, &ctx);
	if (!err && put_user_word(ctxp, ctx)) {
		aio_destroy(ctx);
		err = -EFAULT;
	}
	return err;
}

int64_t sys_io_destroy(uint64_t ctx) { return aio_destroy(ctx); }

/* ---- one request -------------------------------------------------------------------------- */

static int64_t transfer(const struct abi_iocb *cb)
{
	bool write = cb->opcode == IOCB_PWRITE || cb->opcode == IOCB_PWRITEV;
	bool vector = cb->opcode == IOCB_PREADV || cb->opcode == IOCB_PWRITEV;

	if (vector)
		return write ? sys_pwritev((int)cb->fd, cb->buf, cb->nbytes, cb->offset)
			     : sys_preadv((int)cb->fd, cb->buf, cb->nbytes, cb->offset);
	return write ? sys_pwrite64((int)cb->fd, cb->buf, cb->nbytes, cb->offset)
		     : sys_pread64((int)cb->fd, cb->buf, cb->nbytes, cb->offset);
}

static int64_t run(const struct abi_iocb *cb)
{
	int64_t ret;

	switch (cb->opcode) {
	case IOCB_FSYNC:  return sys_fsync((int)cb->fd);
	case IOCB_FDSYNC: return sys_fdatasync((int)cb->fd);
	default:
		ret = transfer(cb);
		/* A stream has no position: what pread refuses is a plain read here. */
		if (ret == -ESPIPE && cb->opcode <= IOCB_PWRITE)
			ret = cb->opcode == IOCB_PWRITE ? sys_write((int)cb->fd, cb->buf, cb->nbytes)
							: sys_read((int)cb->fd, cb->buf, cb->nbytes);
		return ret;
	}
}

static void tell_eventfd(int fd)
{
	struct file *f = fd_get_io(fd);
	uint64_t one = 1;
	struct uio u;

	if (!f)
		return;
	uio_init_kernel(&u, &one, sizeof(one));
	file_write(f, &u, NULL);
	file_put(f);
}

static int check(const struct abi_iocb *cb)
{
	struct file *f;

	if (cb->reserved || cb->nbytes > INT64_MAX)
		return -EINVAL;
	if (cb->opcode > IOCB_PWRITEV || cb->opcode == 4 || cb->opcode == IOCB_POLL || cb->opcode == IOCB_NOOP)
		return -EINVAL;
	f = fd_get_io((int)cb->fd);
	if (!f)
		return -EBADF;
	file_put(f);
	if (!(cb->flags & IOCB_FLAG_RESFD))
		return 0;
	f = fd_get_io((int)cb->resfd);
	if (!f)
		return -EBADF;
	file_put(f);
	return 0;
}

static int64_t submit_one(gva_t ctx, gva_t addr)
{
	struct abi_iocb cb;
	struct aio_result r = { .obj = addr };
	int64_t err;

	if (get_user(&cb, addr, sizeof(cb)))
		return -EFAULT;
	err = check(&cb);
	if (err)
		return err;
	if (!aio_reserve(ctx))
		return -EAGAIN;
	r.data = cb.data;
	r.res = run(&cb);
	/* What is known before the transfer starts is told at once (aio_read, aio_write). */
	if (r.res == -EBADF || r.res == -EINVAL)
		return r.res;
	if (r.res == -ERESTARTSYS)
		r.res = -EINTR;
	aio_complete(ctx, &r);
	if (cb.flags & IOCB_FLAG_RESFD)
		tell_eventfd((int)cb.resfd);
	return 0;
}

int64_t sys_io_submit(uint64_t ctx, int64_t nr, gva_t iocbpp)
{
	unsigned word = current_is_32() ? 4 : 8;
	int64_t done, err;

	if (nr < 0)
		return -EINVAL;
	err = aio_check(ctx);
	if (err)
		return err;
	for (done = 0; done < nr; done++) {
		uint64_t addr;

		err = get_user_word(iocbpp + (uint64_t)done * word, &addr) ? -EFAULT : submit_one(ctx, addr);
		if (err)
			break;
	}
	return done ? done : err;
}

/* Everything is finished when io_submit returns: there is nothing left to cancel. */
int64_t sys_io_cancel(uint64_t ctx, gva_t iocb, gva_t result)
{
	uint32_t key;

	if (get_user(&key, iocb + 8, sizeof(key)))
		return -EFAULT;
	return -EINVAL;
}

static int64_t collect(uint64_t ctx, int64_t min_nr, int64_t nr, gva_t events, uint64_t deadline)
{
	struct aio_result *results;
	int64_t n;

	if (min_nr > nr || min_nr < 0)
		return -EINVAL;
	nr = MIN(nr, (int64_t)65536);
	results = xalloc((size_t)nr * sizeof(*results) + 1);
	n = aio_collect(ctx, (unsigned)MIN(min_nr, nr), (unsigned)nr, deadline, results);
	if (n > 0 && put_user(events, results, (size_t)n * sizeof(*results)))
		n = -EFAULT;
	free(results);
	return n;
}

int64_t sys_io_getevents(uint64_t ctx, int64_t min_nr, int64_t nr, gva_t events, gva_t timeout)
{
	uint64_t deadline;
	int64_t err = get_deadline(timeout, &deadline);

	return err ? err : collect(ctx, min_nr, nr, events, deadline);
}

/* The last argument points to the mask's address and size. */
int64_t sys_io_pgetevents(uint64_t ctx, int64_t min_nr, int64_t nr, gva_t events, gva_t timeout, gva_t usig)
{
	unsigned word = current_is_32() ? 4 : 8;
	uint64_t deadline, mask = 0, size = 0;
	int64_t ret = get_deadline(timeout, &deadline);

	if (!ret && usig && (get_user_word(usig, &mask) || get_user_word(usig + word, &size)))
		ret = -EFAULT;
	if (!ret)
		ret = sigmask_swap(mask, size);
	if (ret)
		return ret;
	ret = collect(ctx, min_nr, nr, events, deadline);
	sigmask_restore(ret);
	return ret;
}
