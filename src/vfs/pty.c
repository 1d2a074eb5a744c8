/* Pseudo terminals (pty(7), Linux drivers/tty/pty.c): /dev/ptmx and /dev/pts.
 *
 *   who drives it (script, tmux, expect)          the programs on the terminal
 *        write(master) -> tty_receive -> line discipline -> read(slave)
 *        read(master)  <- out[] <- tty_process_output <- write(slave)
 *
 * Opening /dev/ptmx makes a pair; the file is the master, and /dev/pts/N comes
 * into being as the slave, an ordinary tty whose line is the ring out[]. Both
 * sides push back: a full ring stops the slave's writers, a full input the
 * master's.
 *
 * A pair lives while the master is open or a slave is. When the master goes,
 * the sessions on the terminal lose it, so that no process points to it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "tty.h"

enum {
	PTY_MAX = 256,                /* pairs; Linux' default is 4096 a mount */
	PTY_OUT = 8192,               /* output the master has not read */
	TTY_GID = 5,                  /* Debian's group tty: grantpt and wall expect it */
};

struct pty {
	struct tty tty;               /* the slave's; first: a tty is cast back */
	unsigned index;
	bool master_open, locked;
	unsigned slaves;              /* open files of the slave's side */
	bool was_opened;              /* until then a master waits for a slave to come */
	char out[PTY_OUT];
	unsigned head, used;
	struct wait_queue readable;   /* the master: output, or the last slave has gone */
	struct wait_queue writable;   /* the master: the slave's input has room */
};

/* By number; guarded by the kernel lock. */
static struct pty *pairs[PTY_MAX];

static struct pty *pty_of(struct tty *t)
{
	return (struct pty *)t;
}

static bool slave_gone(const struct pty *p)
{
	return p->was_opened && !p->slaves;
}

static void wake_all(struct wait_queue *q, uint32_t events)
{
	wake_up_nr(q, INT32_MAX, events);
}

/* ---- the slave's line ---------------------------------------------------------------- */

static size_t line_write(struct tty *t, const char *data, size_t len)
{
	struct pty *p = pty_of(t);
	size_t n;

	for (n = 0; n < len && p->used < PTY_OUT; n++)
		p->out[(p->head + p->used++) % PTY_OUT] = data[n];
	if (n)
		wake_all(&p->readable, ABI_EPOLLIN | ABI_EPOLLRDNORM);
	return n;
}

static void want_write(struct tty *t)
{
	/* Nothing to arm: the master's read calls tty_writable(). */
}

static bool line_has_room(struct tty *t)
{
	return pty_of(t)->used < PTY_OUT;
}

static void drop_output(struct tty *t)
{
	struct pty *p = pty_of(t);

	p->head = p->used = 0;
	tty_writable(t);
}

static void input_taken(struct tty *t)
{
	wake_all(&pty_of(t)->writable, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
}

static void slave_opened(struct tty *t)
{
	struct pty *p = pty_of(t);

	p->slaves++;
	p->was_opened = true;
}

static void free_unused(struct pty *p)
{
	if (p->master_open || p->slaves)
		return;
	ASSERT(pairs[p->index] == p);
	pairs[p->index] = NULL;
	free(p);
}

static void slave_closed(struct tty *t)
{
	struct pty *p = pty_of(t);

	p->slaves--;
	if (!p->slaves)
		wake_all(&p->readable, ABI_EPOLLHUP | ABI_EPOLLIN);
	free_unused(p);
}

static const struct tty_driver driver = {
	.write = line_write, .want_write = want_write, .room = line_has_room, .taken = input_taken,
	.drop_output = drop_output,
	.open = slave_opened, .close = slave_closed,
};

static int open_slave(struct inode *i, struct file *f)
{
	unsigned index = abi_dev_minor(i->rdev);
	struct pty *p = index < PTY_MAX ? pairs[index] : NULL;

	if (!p || !p->master_open || p->locked)
		return -EIO;
	return tty_open(&p->tty, f);
}

/* ---- the master -------------------------------------------------------------------------- */

static struct pty *master_of(const struct file *f)
{
	return f->private;
}

static ssize_t take_output(struct pty *p, struct uio *u)
{
	ssize_t done = 0;

	while (p->used && u->left) {
		unsigned run = MIN(p->used, PTY_OUT - p->head);
		size_t n = uio_copy_in(u, p->out + p->head, MIN(run, u->left));

		if (!n)
			return done ? done : -EFAULT;
		p->head = (p->head + (unsigned)n) % PTY_OUT;
		p->used -= (unsigned)n;
		done += (ssize_t)n;
	}
	return done;
}

static ssize_t master_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct pty *p = master_of(f);
	ssize_t n;

	if (!u->left)
		return 0;
	if (!p->used && !slave_gone(p)) {
		int err = f->flags & ABI_O_NONBLOCK ? -EAGAIN :
			  wait_event(&p->readable, p->used || slave_gone(p), WAIT_INTERRUPTIBLE, WAIT_FOREVER);

		if (err)
			return err;
	}
	if (!p->used)
		return -EIO;
	n = take_output(p, u);
	tty_writable(&p->tty);
	return n;
}

/* While no line is complete, more must come in or nobody could ever go on (n_tty_receive_room). */
static size_t input_room(const struct pty *p)
{
	const struct tty *t = &p->tty;

	if ((t->termios.lflag & ABI_ICANON) && !t->lines)
		return TTY_LINE;
	return t->used + t->line_len < TTY_RING ? TTY_RING - t->used - t->line_len : 0;
}

static ssize_t master_write(struct file *f, struct uio *u, uint64_t *pos)
{
	struct pty *p = master_of(f);
	ssize_t done = 0;
	char buf[256];

	while (u->left) {
		size_t n = MIN(MIN(input_room(p), sizeof(buf)), u->left);
		int err = 0;

		if (slave_gone(p))
			return done ? done : -EIO;
		if (!n) {
			err = f->flags & ABI_O_NONBLOCK ? -EAGAIN :
			      wait_event(&p->writable, input_room(p), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
			if (err)
				return done ? done : err;
			continue;
		}
		n = uio_copy_out(u, buf, n);
		if (!n)
			return done ? done : -EFAULT;
		tty_receive(&p->tty, buf, n);
		done += (ssize_t)n;
	}
	return done;
}

static uint32_t master_poll(struct file *f, struct poll_table *pt)
{
	struct pty *p = master_of(f);
	uint32_t ready = 0;

	poll_wait(pt, &p->readable);
	poll_wait(pt, &p->writable);
	if (p->used)
		ready |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (slave_gone(p))
		ready |= ABI_EPOLLHUP;
	if (input_room(p))
		ready |= ABI_EPOLLOUT | ABI_EPOLLWRNORM;
	return ready;
}

static int64_t ioctl_set_lock(struct pty *p, gva_t arg, struct mm *mm)
{
	int32_t lock;

	if (mm_copy_from(mm, &lock, arg, sizeof(lock)))
		return -EFAULT;
	p->locked = lock;
	return 0;
}

/* Seen from here, the slave's output is the input. */
static int64_t ioctl_flush(struct pty *p, gva_t arg)
{
	if (arg > ABI_TCIOFLUSH)
		return -EINVAL;
	if (arg != ABI_TCOFLUSH)
		drop_output(&p->tty);
	if (arg != ABI_TCIFLUSH)
		tty_flush_input(&p->tty);
	return 0;
}

static int64_t ioctl_send_signal(struct pty *p, gva_t arg)
{
	if (arg < 1 || arg > 64)
		return -EINVAL;
	tty_signal(&p->tty, (int)arg);
	return 0;
}

static int64_t master_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct pty *p = master_of(f);
	int32_t value = cmd == ABI_TIOCGPTN ? (int32_t)p->index :
			cmd == ABI_TIOCGPTLCK ? p->locked :
			cmd == ABI_TIOCGPGRP ? p->tty.pgrp :
			cmd == ABI_TIOCGSID ? p->tty.session : (int32_t)p->used;

	switch (cmd) {
	case ABI_TIOCGSID:
		if (!value)
			return -ENOTTY;
		/* fall through */
	case ABI_TIOCGPTN:
	case ABI_TIOCGPTLCK:
	case ABI_TIOCGPGRP:                   /* as nobody's terminal: who is in its foreground */
	case ABI_FIONREAD:
		return mm_copy_to(mm, arg, &value, sizeof(value));
	case ABI_TIOCSPTLCK:
		return ioctl_set_lock(p, arg, mm);
	case ABI_TIOCSIG:
		return ioctl_send_signal(p, arg);
	case ABI_TCFLSH:
		return ioctl_flush(p, arg);
	case ABI_TIOCSCTTY:
		return -EIO;
	}
	return tty_ioctl(&p->tty, cmd, arg, mm);   /* modes and size are the slave's */
}

/* ---- names: /dev/pts/N ------------------------------------------------------------------------ */

/* Makes or removes the slave's node, as the machine would, whoever asked. */
static int change_node(const struct pty *p, const struct cred *owner)
{
	struct attr_change c = { .valid = ATTR_UID | ATTR_GID, .uid = owner ? owner->fsuid : 0, .gid = TTY_GID };
	struct cred *machine = cred_create(0, 0);
	struct path root = vfs_root(), node;
	struct fs *fs = fs_create(root);
	struct walker w = { .fs = fs, .cred = machine };
	char name[32];
	int err;

	fs->umask = 0;
	snprintf(name, sizeof(name), "/dev/pts/%u", p->index);
	err = vfs_unlink(w, name, false);     /* what an earlier pair may have left */
	if (owner) {
		err = vfs_mknod(w, name, S_IFCHR | 0620, p->tty.rdev);
		if (!err)
			err = vfs_lookup(w, name, 0, &node);
		if (!err) {
			err = vfs_setattr(node, machine, &c);
			path_put(node);
		}
	}
	fs_put(fs);
	path_put(root);
	cred_put(machine);
	return err;
}

static int open_master(struct inode *i, struct file *f)
{
	unsigned index = 0;
	struct pty *p;
	int err;

	while (index < PTY_MAX && pairs[index])
		index++;
	if (index == PTY_MAX)
		return -ENOSPC;
	p = xnew(struct pty);
	tty_init(&p->tty, &driver, abi_makedev(PTS_MAJOR, index));
	wait_queue_init(&p->readable);
	wait_queue_init(&p->writable);
	p->index = index;
	p->locked = true;
	pairs[index] = p;
	err = change_node(p, f->cred);
	if (err) {
		free_unused(p);
		return err;
	}
	p->master_open = true;
	f->private = p;
	return 0;
}

static void master_release(struct file *f)
{
	struct pty *p = master_of(f);

	change_node(p, NULL);
	p->master_open = false;
	tty_lose_session(&p->tty);
	free_unused(p);
}

static const struct file_ops master_fops = {
	.read = master_read, .write = master_write, .poll = master_poll, .ioctl = master_ioctl,
	.release = master_release,
};

void pty_register_devices(void)
{
	chrdev_register(abi_makedev(5, 2), &master_fops, open_master);
	chrdev_register(abi_makedev(PTS_MAJOR, 0), &tty_fops, open_slave);
}
