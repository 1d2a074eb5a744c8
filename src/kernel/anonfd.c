/* Descriptors for things that are no files: pidfd (a process) and signalfd (pending signals). */
#include "internal.h"

#include <inttypes.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "abi/process.h"
#include "base/alloc.h"
#include "base/strbuf.h"

int64_t anonfd_install(struct file *f, bool cloexec)
{
	struct task *t = task_current();
	int fd = files_install(t->files, f, 0, cloexec, task_rlimit(t, ABI_RLIMIT_NOFILE));

	if (fd < 0)
		file_put(f);
	return fd;
}

/* ---- pidfd: readable when the process has ended -------------------------------------- */

static uint32_t pidfd_poll(struct file *f, struct poll_table *pt)
{
	struct process *p = f->private;

	poll_wait(pt, &p->exit_wait);
	return p->zombie ? ABI_EPOLLIN | ABI_EPOLLRDNORM : 0;
}

static void pidfd_release(struct file *f)
{
	process_put(f->private);
}

static const struct file_ops pidfd_ops = { .poll = pidfd_poll, .release = pidfd_release };

int64_t kernel_pidfd_for(struct process *p, uint32_t flags)
{
	struct file *f;

	process_get(p);
	f = anon_file_create("anon_inode:[pidfd]", &pidfd_ops, p, ABI_O_RDWR | (flags & ABI_O_NONBLOCK),
			     task_current()->cred);
	return anonfd_install(f, true);      /* always close-on-exec */
}

int64_t kernel_pidfd_open(int pid, uint32_t flags)
{
	struct process *p = process_find(pid_mean(pid));

	if ((flags & ~(uint32_t)ABI_O_NONBLOCK) || pid <= 0)
		return -EINVAL;
	if (!p)
		return task_find(pid_mean(pid)) ? -EINVAL : -ESRCH;   /* a thread, not a process */
	return kernel_pidfd_for(p, flags);
}

struct process *pidfd_process(struct file *f)
{
	return f->ops == &pidfd_ops ? f->private : NULL;
}

/* ---- signalfd: takes pending signals of whoever reads ---------------------------------- */

struct signalfd { uint64_t mask; };

static bool ready(const struct signalfd *s)
{
	struct task *t = task_current();

	return (t->pending.set | t->proc->pending.set) & s->mask;
}

static ssize_t signalfd_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct signalfd *s = f->private;
	struct task *t = task_current();
	struct abi_signalfd_siginfo record;
	struct abi_siginfo info;
	ssize_t done = 0;
	int err;

	if (u->left < sizeof(record))
		return -EINVAL;
	if (!ready(s) && (f->flags & ABI_O_NONBLOCK))
		return -EAGAIN;
	err = wait_event(&t->proc->sighand->signalfd_wait, ready(s), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	if (err)
		return err;
	while (u->left >= sizeof(record) && signal_dequeue(t, s->mask, &info)) {
		abi_siginfo_to_signalfd(&info, &record);
		if (uio_copy_in(u, &record, sizeof(record)) != sizeof(record))
			return done ? done : -EFAULT;
		done += (ssize_t)sizeof(record);
	}
	return done;
}

static uint32_t signalfd_poll(struct file *f, struct poll_table *pt)
{
	poll_wait(pt, &task_current()->proc->sighand->signalfd_wait);
	return ready(f->private) ? ABI_EPOLLIN | ABI_EPOLLRDNORM : 0;
}

static void signalfd_release(struct file *f)
{
	free(f->private);
}

static void signalfd_show(struct file *f, struct strbuf *out)
{
	strbuf_printf(out, "sigmask:\t%016" PRIx64 "\n", ((const struct signalfd *)f->private)->mask);
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read, .poll = signalfd_poll, .release = signalfd_release,
	.show_fdinfo = signalfd_show,
};

int64_t kernel_signalfd(int fd, uint64_t mask, uint32_t flags)
{
	struct task *t = task_current();
	struct signalfd *s;
	struct file *f;

	if (flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_NONBLOCK))
		return -EINVAL;
	mask &= ~(abi_sigmask(SIGKILL) | abi_sigmask(SIGSTOP));
	if (fd != -1) {
		f = files_lookup(t->files, fd);
		if (!f || (f->flags & ABI_O_PATH))
			return -EBADF;
		if (f->ops != &signalfd_ops)
			return -EINVAL;
		((struct signalfd *)f->private)->mask = mask;
		wake_up_all(&t->proc->sighand->signalfd_wait);
		return fd;
	}
	s = xnew(struct signalfd);
	s->mask = mask;
	f = anon_file_create("anon_inode:[signalfd]", &signalfd_ops, s,
			     ABI_O_RDWR | (flags & ABI_O_NONBLOCK), t->cred);
	return anonfd_install(f, flags & ABI_O_CLOEXEC);
}
