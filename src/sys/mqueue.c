/* POSIX message queues: arguments (Linux ipc/mqueue.c). C libraries pass the name without its slash. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/time.h"
#include "kernel/ipc.h"

enum { MQ_PRIORITY_MAX = 32768 };

/* struct mq_attr: eight longs; the last four are spare. */
static int get_attr(gva_t src, struct mq_attr *a)
{
	uint64_t w[4];

	for (unsigned i = 0; i < 4; i++) {
		if (get_user_word(src + i * (current_is_32() ? 4 : 8), &w[i]))
			return -EFAULT;
		if (current_is_32())
			w[i] = (uint64_t)(int64_t)(int32_t)w[i];
	}
	*a = (struct mq_attr){ (int64_t)w[0], (int64_t)w[1], (int64_t)w[2], (int64_t)w[3] };
	return 0;
}

static int put_attr(gva_t dst, const struct mq_attr *a)
{
	const int64_t w[8] = { a->flags, a->max_messages, a->max_size, a->count };

	for (unsigned i = 0; i < 8; i++)
		if (put_user_word(dst + i * (current_is_32() ? 4 : 8), (uint64_t)w[i]))
			return -EFAULT;
	return 0;
}

static void send_notification(const struct mq_watcher *w)
{
	struct process *p = process_find(w->pid);
	struct abi_siginfo info = { .signo = w->signo, .code = SI_MESGQ, .pid = current()->proc->pid,
				    .uid = current()->cred->uid, .value = w->value };

	if (p)
		signal_send_process(p, &info);
}

static int current_pid(void) { return current()->proc->pid; }

void mqueue_install_hooks(void)
{
	mqueue_hooks = (struct mqueue_hooks){
		.notify = send_notification, .current_pid = current_pid, .show_pid = pid_show, .space = ipc_mqueues,
	};
}

int64_t sys_mq_open(gva_t name, int oflag, uint32_t mode, gva_t attr)
{
	struct mq_attr a;
	struct path_arg p;
	struct file *f;
	int err = attr && get_attr(attr, &a) ? -EFAULT : path_arg_get(&p, name, false);

	if (err)
		return err;
	err = fd_room();
	if (err) {
		path_arg_put(&p);
		return err;
	}
	err = mqueue_open(p.text, (uint32_t)oflag, mode & ~current()->fs->umask, attr ? &a : NULL, current()->cred, &f);
	path_arg_put(&p);
	return err ? err : fd_install(f, true);
}

int64_t sys_mq_unlink(gva_t name)
{
	struct path_arg p;
	int err = path_arg_get(&p, name, false);

	if (err)
		return err;
	err = mqueue_unlink(p.text, current()->cred);
	path_arg_put(&p);
	return err;
}

static int get_abs_deadline(gva_t timeout, uint64_t *deadline)
{
	uint64_t ns;
	int err = timeout ? get_timespec(timeout, &ns) : 0;

	*deadline = timeout && !err ? time_to_deadline(ABI_CLOCK_REALTIME, ns) : WAIT_FOREVER;
	return err;
}

int64_t sys_mq_timedsend(int mqdes, gva_t msg, uint64_t len, uint32_t prio, gva_t timeout)
{
	struct uio_seg seg = { msg, len };
	uint64_t deadline;
	struct file *f;
	struct uio u;
	int64_t ret = get_abs_deadline(timeout, &deadline);

	if (ret)
		return ret;
	if (prio >= MQ_PRIORITY_MAX)
		return -EINVAL;
	f = fd_get(mqdes);
	if (!f)
		return -EBADF;
	uio_init_user(&u, current_mm(), &seg, 1);
	ret = mqueue_send(f, &u, prio, deadline);
	file_put(f);
	return ret;
}

int64_t sys_mq_timedreceive(int mqdes, gva_t msg, uint64_t len, gva_t uprio, gva_t timeout)
{
	struct uio_seg seg = { msg, len };
	uint64_t deadline;
	uint32_t prio;
	struct file *f;
	struct uio u;
	int64_t ret = get_abs_deadline(timeout, &deadline);

	if (ret)
		return ret;
	f = fd_get(mqdes);
	if (!f)
		return -EBADF;
	uio_init_user(&u, current_mm(), &seg, 1);
	ret = mqueue_receive(f, &u, &prio, deadline);
	file_put(f);
	if (ret >= 0 && uprio && put_user_u32(uprio, prio))
		ret = -EFAULT;
	return ret;
}

static int get_watcher(gva_t usev, struct mq_watcher *w)
{
	bool narrow = current_is_32();
	uint64_t value;
	int32_t words[2];

	if (get_user_word(usev, &value) || get_user(words, usev + (narrow ? 4 : 8), sizeof(words)))
		return -EFAULT;
	*w = (struct mq_watcher){ .pid = current()->proc->pid, .notify = words[1], .value = value };
	switch (words[1]) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_SIGNAL:
		w->signo = words[0];
		return words[0] > 0 && words[0] <= ABI_NSIG ? 0 : -EINVAL;
	default:
		return -EINVAL;       /* SIGEV_THREAD goes through a netlink socket */
	}
}

int64_t sys_mq_notify(int mqdes, gva_t usev)
{
	struct mq_watcher w;
	struct file *f;
	int64_t ret = usev ? get_watcher(usev, &w) : 0;

	if (ret)
		return ret;
	f = fd_get(mqdes);
	if (!f)
		return -EBADF;
	ret = mqueue_notify(f, usev ? &w : NULL, current()->proc->pid);
	file_put(f);
	return ret;
}

int64_t sys_mq_getsetattr(int mqdes, gva_t newattr, gva_t oldattr)
{
	struct mq_attr new_, old;
	struct file *f;
	int64_t ret;

	if (newattr && get_attr(newattr, &new_))
		return -EFAULT;
	if (newattr && (new_.flags & ~(int64_t)ABI_O_NONBLOCK))
		return -EINVAL;
	f = fd_get(mqdes);
	if (!f)
		return -EBADF;
	ret = mqueue_get_attr(f, &old);
	if (!ret && newattr)
		ret = mqueue_set_nonblock(f, new_.flags & ABI_O_NONBLOCK);
	file_put(f);
	return ret ? ret : oldattr ? put_attr(oldattr, &old) : 0;
}
