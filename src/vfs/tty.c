/* Terminals as files: open, read, write, poll, and job control.
 *
 * Who may touch a terminal: the processes of its foreground group. Others of
 * its session get SIGTTIN for reading and, where asked for, SIGTTOU for
 * writing or changing it; the kernel decides that through tty_hooks, as
 * processes are none of this room's business. */
#include "tty.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

struct tty_hooks tty_hooks;

/* Linux' tty_std_termios. */
static const struct abi_termios sane = {
	.iflag = ABI_ICRNL | ABI_IXON,
	.oflag = ABI_OPOST | ABI_ONLCR,
	.cflag = ABI_B38400 | ABI_CS8 | ABI_CREAD | ABI_HUPCL,
	.lflag = ABI_ISIG | ABI_ICANON | ABI_ECHO | ABI_ECHOE | ABI_ECHOK | ABI_ECHOCTL | ABI_ECHOKE | ABI_IEXTEN,
	.cc = {
		[ABI_VINTR] = 3, [ABI_VQUIT] = 28, [ABI_VERASE] = 127, [ABI_VKILL] = 21, [ABI_VEOF] = 4,
		[ABI_VMIN] = 1, [ABI_VSTART] = 17, [ABI_VSTOP] = 19, [ABI_VSUSP] = 26, [ABI_VREPRINT] = 18,
		[ABI_VDISCARD] = 15, [ABI_VWERASE] = 23, [ABI_VLNEXT] = 22,
	},
};

static void set_sane(struct tty *t)
{
	t->termios = sane;
	if (t->driver->is_pty)
		t->termios.cflag &= ~(uint32_t)ABI_HUPCL;
	else
		t->termios.iflag |= ABI_IUTF8;        /* as systems set their consoles up */
	t->ispeed = t->ospeed = 38400;
}

void tty_init(struct tty *t, const struct tty_driver *driver, uint64_t rdev)
{
	memset(t, 0, sizeof(*t));
	t->driver = driver;
	t->rdev = rdev;
	set_sane(t);
	wait_queue_init(&t->readable);
	wait_queue_init(&t->writable);
}

void tty_fini(struct tty *t)
{
	free(t->pending);
	t->pending = NULL;
	t->pending_len = 0;
}

/* A hang-up cuts off the files that are open; the terminal can be opened again. */
struct tty_file {
	struct tty *t;
	unsigned hangups;
};

static struct tty *tty_of(const struct file *f)
{
	return ((struct tty_file *)f->private)->t;
}

static bool is_hung_up(const struct file *f)
{
	const struct tty_file *tf = f->private;

	return tf->t->gone || tf->hangups != tf->t->hangups;
}

/* ---- job control --------------------------------------------------------------------- */

bool tty_is_mine(const struct tty *t)
{
	return tty_hooks.controlling_tty && tty_hooks.controlling_tty() == t;
}

/* 0, or the error after `sig` went to the caller's background group. */
int tty_check_change(struct tty *t, int sig)
{
	if (!tty_is_mine(t) || !t->pgrp || tty_hooks.current_pgrp() == t->pgrp)
		return 0;
	return tty_hooks.job_control(sig);
}

void tty_signal(struct tty *t, int sig)
{
	if (t->pgrp && tty_hooks.signal_pgrp)
		tty_hooks.signal_pgrp(t->pgrp, sig);
}

int tty_foreground_pgrp(struct tty *t)
{
	return t->pgrp ? t->pgrp : -1;
}

uint64_t tty_device(struct tty *t)
{
	return t->rdev;
}

/* The session leader exited or gave its terminal up (disassociate_ctty): its foreground group
 * is told, the terminal is free. SIGCONT only comes where the leader lives on. */
void tty_hangup_session(struct tty *t, bool exits)
{
	tty_signal(t, SIGHUP);
	if (!exits || !t->driver->is_pty)
		tty_signal(t, SIGCONT);
	t->session = t->pgrp = 0;
}

void tty_lose_session(struct tty *t)
{
	t->hangups++;
	tty_flush_input(t);
	if (t->driver->is_pty)                /* TTY_DRIVER_RESET_TERMIOS */
		set_sane(t);
	t->held = t->stopped = false;
	if (tty_hooks.terminal_lost)
		tty_hooks.terminal_lost(t);
	t->session = t->pgrp = 0;
	wake_up_nr(&t->readable, INT32_MAX, 0);
	wake_up_nr(&t->writable, INT32_MAX, 0);
}

/* The line is gone: readers see the end of file, writers EIO. */
void tty_hangup(struct tty *t)
{
	t->gone = true;
	tty_signal(t, SIGHUP);
	tty_signal(t, SIGCONT);
	wake_up_nr(&t->readable, INT32_MAX, 0);
	wake_up_nr(&t->writable, INT32_MAX, 0);
}

void tty_writable(struct tty *t)
{
	wake_up_nr(&t->writable, INT32_MAX, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
}

/* By VSTOP and VSTART; a line that TCOOFF holds stays as it is. */
void tty_set_stopped(struct tty *t, bool stopped)
{
	if (t->stopped == stopped || t->held)
		return;
	t->stopped = stopped;
	if (t->driver->event)
		t->driver->event(t, stopped ? TTY_EVENT_STOP : TTY_EVENT_START);
	if (!stopped)
		tty_writable(t);
}

/* ---- read, write, poll ------------------------------------------------------------------- */

/* MIN and TIME of the other mode (termios(3)). The time between bytes begins with the first. */
struct patience {
	size_t min;
	uint64_t between_ns, deadline;
};

static uint64_t tenths(unsigned n)
{
	return n * 100000000ull;
}

static struct patience patience_of(const struct tty *t)
{
	unsigned min = t->termios.cc[ABI_VMIN], time = t->termios.cc[ABI_VTIME];
	struct patience p = { .min = 1, .deadline = WAIT_FOREVER };

	if (t->pass_through || (t->termios.lflag & ABI_ICANON))
		return (struct patience){ .deadline = WAIT_FOREVER };
	if (min) {
		p.min = min;
		p.between_ns = tenths(time);
	} else {
		p.deadline = time ? sched_clock_ns() + tenths(time) : 0;
	}
	return p;
}

/* 1: there is input. 0: there is none and it is not worth waiting. Or an error. */
static int wait_input(struct file *f, struct tty *t, const struct patience *p)
{
	int err;

	if (tty_input_ready(t, false))
		return 1;
	if (is_hung_up(f) || !p->deadline)
		return 0;
	if (f->flags & ABI_O_NONBLOCK)
		return -EAGAIN;
	err = wait_event(&t->readable, is_hung_up(f) || tty_input_ready(t, false), WAIT_INTERRUPTIBLE, p->deadline);
	if (!err && is_hung_up(f) && t->driver->is_pty)
		return -EIO;                  /* the master went while we waited */
	if (err)
		return err == -ETIMEDOUT ? 0 : err;
	return tty_input_ready(t, false);
}

static ssize_t tty_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct tty *t = tty_of(f);
	struct patience p;
	size_t limit = MIN(u->left, (size_t)TTY_CHUNK);
	ssize_t done = 0, n;
	int err;

	if (is_hung_up(f))
		return 0;
	err = tty_check_change(t, SIGTTIN);
	if (err || !u->left)
		return err;
	p = patience_of(t);
	do {
		err = wait_input(f, t, &p);
		if (err <= 0)
			return done ? done : err;
		n = tty_take(t, u, limit - (size_t)done);
		if (n < 0)
			return done ? done : n;
		done += n;
		if (p.between_ns)
			p.deadline = sched_clock_ns() + p.between_ns;
	} while ((size_t)done < MIN(p.min, limit));
	/* There is enough: what else came is taken without waiting. */
	if (!tty_is_canonical(t) && (size_t)done >= p.min && u->left && t->head != t->tail) {
		n = tty_take(t, u, SIZE_MAX);
		done += MAX(n, 0);
	}
	return done;
}

/* Wait until the line takes output. */
static int wait_room(struct file *f, struct tty *t)
{
	if (f->flags & ABI_O_NONBLOCK)
		return -EAGAIN;
	t->driver->want_write(t);
	return wait_event(&t->writable, is_hung_up(f) || tty_output_room(t), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
}

enum { CHUNK = 256 };

/* Sends `len` bytes, sleeping while the line is busy or stopped; how many went before an error. */
static size_t send(struct file *f, struct tty *t, const char *data, size_t len, int *err)
{
	char out[CHUNK * 2];
	size_t at = 0;

	while (at < len) {
		size_t room = is_hung_up(f) ? 0 : MIN(tty_output_room(t), sizeof(out)), used = 0, made, sent;

		if (is_hung_up(f)) {
			*err = -EIO;
			return at;
		}
		made = room ? tty_process_output(t, data + at, len - at, out, room, &used) : 0;
		at += used;
		for (sent = 0; sent < made && !*err && !is_hung_up(f); ) {
			size_t n = t->driver->write(t, out + sent, made - sent);

			sent += n;
			if (!n)
				*err = wait_room(f, t);
		}
		if (!used && !*err)
			*err = wait_room(f, t);
		if (*err)
			return at;
	}
	return at;
}

static ssize_t tty_write(struct file *f, struct uio *u, uint64_t *pos)
{
	struct tty *t = tty_of(f);
	ssize_t done = 0;
	int err = 0;

	if (is_hung_up(f))
		return -EIO;
	if (t->termios.lflag & ABI_TOSTOP)
		err = tty_check_change(t, SIGTTOU);
	tty_send_echo(t);
	while (u->left && !err) {
		char in[CHUNK];
		size_t n = uio_copy_out(u, in, MIN(u->left, sizeof(in)));

		if (!n)
			err = -EFAULT;
		else
			done += (ssize_t)send(f, t, in, n, &err);
	}
	return done ? done : err;
}

static uint32_t tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty *t = tty_of(f);
	uint32_t ready = 0;

	poll_wait(pt, &t->readable);
	poll_wait(pt, &t->writable);
	if (is_hung_up(f))                       /* hung_up_tty_poll */
		return ABI_EPOLLIN | ABI_EPOLLOUT | ABI_EPOLLERR | ABI_EPOLLHUP | ABI_EPOLLRDNORM | ABI_EPOLLWRNORM;
	if (tty_input_ready(t, true))
		ready |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (tty_output_room(t))
		ready |= ABI_EPOLLOUT | ABI_EPOLLWRNORM;
	return ready;
}

static int64_t ioctl_file(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct tty *t = tty_of(f);

	if (is_hung_up(f))                       /* hung_up_tty_ioctl */
		return cmd == ABI_TIOCSPGRP ? -ENOTTY : -EIO;
	return tty_ioctl(t, cmd, arg, mm);
}

static void tty_release(struct file *f)
{
	struct tty *t = tty_of(f);

	free(f->private);
	if (t->driver->close)
		t->driver->close(t);
}

/* Who is in the foreground, or else the caller (__tty_fasync). */
static int default_owner(struct file *f)
{
	const struct tty *t = tty_of(f);

	return t->pgrp ? -t->pgrp : tty_hooks.current_pid ? tty_hooks.current_pid() : 0;
}

const struct file_ops tty_fops = {
	.default_owner = default_owner,
	.read = tty_read, .write = tty_write, .poll = tty_poll, .ioctl = ioctl_file, .release = tty_release,
};

/* ---- /dev/tty, /dev/console --------------------------------------------------------------------- */

/* A session leader without a terminal that opens one gets it (unless O_NOCTTY). */
static void maybe_take(struct tty *t, const struct file *f)
{
	if (!(f->flags & ABI_O_NOCTTY) && tty_hooks.session_leader && tty_hooks.session_leader() &&
	    !tty_hooks.controlling_tty() && !t->session && file_readable(f))
		tty_ioctl(t, ABI_TIOCSCTTY, 0, NULL);
}

int tty_open(struct tty *t, struct file *f)
{
	struct tty_file *tf;

	if (t->exclusive && !(tty_hooks.is_admin && tty_hooks.is_admin()))
		return -EBUSY;
	tf = xnew(struct tty_file);
	*tf = (struct tty_file){ .t = t, .hangups = t->hangups };
	f->private = tf;
	if (t->driver->open)
		t->driver->open(t);
	maybe_take(t, f);
	return 0;
}

static int open_controlling(struct inode *i, struct file *f)
{
	struct tty *t = tty_hooks.controlling_tty ? tty_hooks.controlling_tty() : NULL;

	return t ? tty_open(t, f) : -ENXIO;
}

static int open_console(struct inode *i, struct file *f)
{
	struct tty *t = console_tty();

	return t ? tty_open(t, f) : -EIO;
}

void console_register_devices(void)
{
	chrdev_register(abi_makedev(5, 0), &tty_fops, open_controlling);
	chrdev_register(abi_makedev(5, 1), &tty_fops, open_console);
}
