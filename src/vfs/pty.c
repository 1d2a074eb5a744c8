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
	PTY_BATCH = 4095,             /* the master's own ring on Linux: what a flush cannot take back, ... */
	PTY_OUT = 65536 + PTY_BATCH,  /* ... and with the queue before it: output the master has not read */
	TTY_GID = 5,                  /* Debian's group tty: grantpt and wall expect it */
};

struct pty {
	struct tty tty;               /* the slave's; first: a tty is cast back */
	unsigned index;
	bool master_open, locked;
	bool packet, master_held;     /* TIOCPKT; TCOOFF on the master */
	uint8_t status;               /* enum tty_event bits the master has not read */
	unsigned slaves;              /* open files of the slave's side */
	bool was_opened;              /* until then a master waits for a slave to come */
	char out[PTY_OUT];
	unsigned head, used;
	unsigned arrived;             /* of used: what was there before the input that is looked at */
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

static size_t line_room(struct tty *t)
{
	return PTY_OUT - pty_of(t)->used;
}

/* Packet mode: what happened to the terminal, for the master's next read. */
static void note_event(struct tty *t, enum tty_event event)
{
	static const uint8_t opposite[] = {
		[TTY_EVENT_STOP] = TTY_EVENT_START, [TTY_EVENT_START] = TTY_EVENT_STOP,
		[TTY_EVENT_DOSTOP] = TTY_EVENT_NOSTOP, [TTY_EVENT_NOSTOP] = TTY_EVENT_DOSTOP,
		[TTY_EVENT_IOCTL] = 0,
	};
	struct pty *p = pty_of(t);

	if (!p->packet)
		return;
	p->status = (uint8_t)((p->status & ~opposite[event]) | event);
	wake_all(&p->readable, ABI_EPOLLIN | ABI_EPOLLPRI | ABI_EPOLLRDNORM);
}

/* What the master's side has already taken in stays; echo of the same piece of input has not got there. */
static void drop_output(struct tty *t)
{
	struct pty *p = pty_of(t);

	p->used = MIN(p->used, t->receiving ? p->arrived : (unsigned)PTY_BATCH);
	note_event(t, TTY_EVENT_FLUSH_WRITE);
	tty_writable(t);
}

/* Eight bits, no parity, whatever was asked for (pty_set_termios). */
static void check_termios(struct abi_termios *n)
{
	n->cflag = (n->cflag & ~(uint32_t)(ABI_CSIZE | ABI_PARENB)) | ABI_CS8 | ABI_CREAD;
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
	tty_fini(&p->tty);
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
	.write = line_write, .want_write = want_write, .room = line_room, .taken = input_taken,
	.drop_output = drop_output, .event = note_event, .check_termios = check_termios,
	.open = slave_opened, .close = slave_closed, .is_pty = true,
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

static bool has_status(const struct pty *p)
{
	return p->packet && p->status;
}

static ssize_t take_output(struct pty *p, struct uio *u)
{
	unsigned left = MIN(p->used, (unsigned)PTY_BATCH);
	ssize_t done = 0;

	while (left && u->left) {
		unsigned run = MIN(left, PTY_OUT - p->head);
		size_t n = uio_copy_in(u, p->out + p->head, MIN(run, u->left));

		if (!n)
			return done ? done : -EFAULT;
		p->head = (p->head + (unsigned)n) % PTY_OUT;
		p->used -= (unsigned)n;
		left -= (unsigned)n;
		done += (ssize_t)n;
	}
	return done;
}

/* In packet mode a read is one status byte, or a 0 and output. */
static ssize_t take_packet(struct pty *p, struct uio *u)
{
	char first = (char)p->status;
	ssize_t n;

	if (uio_copy_in(u, &first, 1) != 1)
		return -EFAULT;
	p->status = 0;
	if (first)
		return 1;
	n = take_output(p, u);
	return n < 0 ? n : n + 1;
}

static ssize_t master_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct pty *p = master_of(f);
	ssize_t n;

	if (!u->left)
		return 0;
	if (!p->used && !has_status(p)) {
		int err = slave_gone(p) ? -EIO : f->flags & ABI_O_NONBLOCK ? -EAGAIN :
			  wait_event(&p->readable, p->used || has_status(p) || slave_gone(p), WAIT_INTERRUPTIBLE,
				     WAIT_FOREVER);

		if (err)
			return err;
	}
	if (!p->used && !has_status(p))
		return -EIO;
	n = p->packet ? take_packet(p, u) : take_output(p, u);
	tty_writable(&p->tty);
	return n;
}

static size_t input_room(const struct pty *p)
{
	return p->master_held ? 0 : tty_receive_room(&p->tty);
}

static ssize_t master_write(struct file *f, struct uio *u, uint64_t *pos)
{
	struct pty *p = master_of(f);
	ssize_t done = 0;
	char buf[1024];

	while (u->left) {
		size_t n = MIN(MIN(input_room(p), sizeof(buf)), u->left);
		int err = 0;

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
		p->arrived = MIN(p->used, (unsigned)PTY_BATCH);
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
	if (has_status(p))
		ready |= ABI_EPOLLPRI | ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (slave_gone(p))
		ready |= ABI_EPOLLHUP;
	if (input_room(p))
		ready |= ABI_EPOLLOUT | ABI_EPOLLWRNORM;
	return ready;
}

static int64_t ioctl_set(struct pty *p, unsigned cmd, gva_t arg, struct mm *mm)
{
	int32_t on;

	if (mm_copy_from(mm, &on, arg, sizeof(on)))
		return -EFAULT;
	if (cmd == ABI_TIOCSPTLCK) {
		p->locked = on;
	} else {
		if (on && !p->packet)
			p->status = 0;
		p->packet = on;
	}
	return 0;
}

/* Seen from here, the slave's output is the input, and its waiting input the output. */
static int64_t ioctl_flush(struct pty *p, gva_t arg)
{
	if (arg > ABI_TCIOFLUSH)
		return -EINVAL;
	if (arg != ABI_TCOFLUSH) {
		unsigned n = MIN(p->used, (unsigned)PTY_BATCH);

		p->head = (p->head + n) % PTY_OUT;
		p->used -= n;
		tty_writable(&p->tty);
	}
	if (arg != ABI_TCIFLUSH) {
		p->tty.pending_len = 0;
		input_taken(&p->tty);
	}
	return 0;
}

/* TCIOFF and TCION send a fresh terminal's ^S and ^Q, the master's own modes being such. */
static int64_t ioctl_flow(struct pty *p, gva_t arg)
{
	if (arg > 3)
		return -EINVAL;
	if (arg < 2) {
		p->master_held = arg == 0;
		if (!p->master_held)
			wake_all(&p->writable, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
	} else {
		tty_receive(&p->tty, arg == 2 ? "\x13" : "\x11", 1);
	}
	return 0;
}

static int64_t ioctl_send_signal(struct pty *p, gva_t arg)
{
	if (arg != SIGINT && arg != SIGQUIT && arg != SIGTSTP)
		return -EINVAL;
	tty_signal(&p->tty, (int)arg);
	return 0;
}

static int64_t master_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct pty *p = master_of(f);
	int32_t value = cmd == ABI_TIOCGPTN ? (int32_t)p->index :
			cmd == ABI_TIOCGPTLCK ? p->locked :
			cmd == ABI_TIOCGPKT ? p->packet : (int32_t)MIN(p->used, (unsigned)PTY_BATCH);

	switch (cmd) {
	case ABI_TIOCGPTN:
	case ABI_TIOCGPTLCK:
	case ABI_TIOCGPKT:
	case ABI_FIONREAD:
		return mm_copy_to(mm, arg, &value, sizeof(value));
	case ABI_TIOCSPTLCK:
	case ABI_TIOCPKT:
		return ioctl_set(p, cmd, arg, mm);
	case ABI_TIOCSIG:
		return ioctl_send_signal(p, arg);
	case ABI_TCFLSH:
		return ioctl_flush(p, arg);
	case ABI_TCXONC:
		return ioctl_flow(p, arg);
	}
	return tty_ioctl_from_master(&p->tty, cmd, arg, mm);   /* modes and size are the slave's */
}

static void master_release(struct file *f);

static const struct file_ops master_fops = {
	.read = master_read, .write = master_write, .poll = master_poll, .ioctl = master_ioctl,
	.release = master_release,
};

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

/* TIOCGPTPEER: the slave, even where /dev/pts is out of reach. -ENOTTY: f is no master. */
int pty_open_peer(struct file *f, uint32_t flags, const struct cred *who, struct file **out)
{
	struct cred *machine;
	struct path root, node;
	struct fs *fs;
	char name[32];
	int err;

	if (f->ops != &master_fops)
		return -ENOTTY;
	root = vfs_root();
	fs = fs_create(root);
	machine = cred_create(0, 0);
	snprintf(name, sizeof(name), "/dev/pts/%u", master_of(f)->index);
	err = vfs_lookup((struct walker){ .fs = fs, .cred = machine }, name, 0, &node);
	if (!err) {
		err = vfs_open_found(node, flags, who, false, out);
		path_put(node);
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

void pty_register_devices(void)
{
	chrdev_register(abi_makedev(5, 2), &master_fops, open_master);
	chrdev_register(abi_makedev(PTS_MAJOR, 0), &tty_fops, open_slave);
}
