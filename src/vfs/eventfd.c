/* eventfd(2): a counter to wait on. */
#include "internal.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"

struct eventfd {
	uint64_t count;               /* at most UINT64_MAX - 1 */
	bool semaphore;
	unsigned id;                  /* for /proc */
	struct wait_queue changed;
};

static ssize_t eventfd_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct eventfd *e = f->private;
	uint64_t value;
	int err;

	if (u->left < sizeof(value))
		return -EINVAL;
	if (!e->count && (f->flags & ABI_O_NONBLOCK))
		return -EAGAIN;
	err = wait_event(&e->changed, e->count, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (err)
		return err;
	value = e->semaphore ? 1 : e->count;
	e->count -= value;
	wake_up_nr(&e->changed, INT32_MAX, ABI_EPOLLOUT);
	return uio_copy_in(u, &value, sizeof(value)) == sizeof(value) ? (ssize_t)sizeof(value) : -EFAULT;
}

static ssize_t eventfd_write(struct file *f, struct uio *u, uint64_t *pos)
{
	struct eventfd *e = f->private;
	uint64_t value;
	int err;

	if (u->left < sizeof(value))
		return -EINVAL;
	if (uio_copy_out(u, &value, sizeof(value)) != sizeof(value))
		return -EFAULT;
	if (value == UINT64_MAX)
		return -EINVAL;
	if (UINT64_MAX - e->count <= value && (f->flags & ABI_O_NONBLOCK))
		return -EAGAIN;
	err = wait_event(&e->changed, UINT64_MAX - e->count > value, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (err)
		return err;
	e->count += value;
	if (value)
		wake_up_nr(&e->changed, INT32_MAX, ABI_EPOLLIN);
	return sizeof(value);
}

static uint32_t eventfd_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->private;

	poll_wait(pt, &e->changed);
	return (e->count ? ABI_EPOLLIN : 0) | (e->count < UINT64_MAX - 1 ? ABI_EPOLLOUT : 0);
}

static void eventfd_release(struct file *f)
{
	free(f->private);
}

static void show_fdinfo(struct file *f, struct strbuf *out)
{
	const struct eventfd *e = f->private;

	strbuf_printf(out, "eventfd-count: %16llx\neventfd-id: %u\neventfd-semaphore: %d\n", (unsigned long long)e->count, e->id, e->semaphore);
}

static const struct file_ops eventfd_fops = {
	.read = eventfd_read, .write = eventfd_write, .poll = eventfd_poll, .release = eventfd_release, .show_fdinfo = show_fdinfo,
};

int eventfd_create(uint32_t init, uint32_t flags, const struct cred *who, struct file **out)
{
	static unsigned next_id;
	struct eventfd *e;

	if (flags & ~(uint32_t)(ABI_EFD_SEMAPHORE | ABI_EFD_CLOEXEC | ABI_EFD_NONBLOCK))
		return -EINVAL;
	e = xnew(struct eventfd);
	e->count = init;
	e->id = next_id++;
	e->semaphore = flags & ABI_EFD_SEMAPHORE;
	wait_queue_init(&e->changed);
	*out = anon_file_create("anon_inode:[eventfd]", &eventfd_fops, e, ABI_O_RDWR | (flags & ABI_O_NONBLOCK), who);
	return 0;
}
