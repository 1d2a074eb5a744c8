/* Terminals as files: read, write, poll, ioctl, and job control (tty_ioctl(4)).
 *
 * Who may touch a terminal: the processes of its foreground group. Others of
 * its session get SIGTTIN for reading and, where asked for, SIGTTOU for
 * writing or changing it; the kernel decides that through tty_hooks, as
 * processes are none of this room's business. */
#include "tty.h"

#include <signal.h>
#include <string.h>

#include "base/log.h"

struct tty_hooks tty_hooks;

/* As a fresh Linux console: B38400 | CS8 | CREAD | HUPCL, stty sane. */
static const struct abi_termios sane = {
	.iflag = ABI_ICRNL | ABI_IXON | ABI_IUTF8,
	.oflag = ABI_OPOST | ABI_ONLCR,
	.cflag = ABI_B38400 | ABI_CS8 | ABI_CREAD | ABI_HUPCL,
	.lflag = ABI_ISIG | ABI_ICANON | ABI_ECHO | ABI_ECHOE | ABI_ECHOK | ABI_ECHOCTL | ABI_ECHOKE | ABI_IEXTEN,
	.cc = {
		[ABI_VINTR] = 3, [ABI_VQUIT] = 28, [ABI_VERASE] = 127, [ABI_VKILL] = 21, [ABI_VEOF] = 4,
		[ABI_VMIN] = 1, [ABI_VSTART] = 17, [ABI_VSTOP] = 19, [ABI_VSUSP] = 26, [ABI_VREPRINT] = 18,
		[ABI_VDISCARD] = 15, [ABI_VWERASE] = 23, [ABI_VLNEXT] = 22,
	},
};

void tty_init(struct tty *t, const struct tty_driver *driver, uint64_t rdev)
{
	memset(t, 0, sizeof(*t));
	t->driver = driver;
	t->rdev = rdev;
	t->termios = sane;
	wait_queue_init(&t->readable);
	wait_queue_init(&t->writable);
}

static struct tty *tty_of(const struct file *f)
{
	return f->private;
}

/* ---- job control --------------------------------------------------------------------- */

static bool is_mine(const struct tty *t)
{
	return tty_hooks.controlling_tty && tty_hooks.controlling_tty() == t;
}

/* 0, or the error after `sig` went to the caller's background group. */
static int check_foreground(struct tty *t, int sig)
{
	if (!is_mine(t) || !t->pgrp || tty_hooks.current_pgrp() == t->pgrp)
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

/* The session leader exited (disassociate_ctty): its foreground group is told, the terminal is free. */
void tty_hangup_session(struct tty *t)
{
	tty_signal(t, SIGHUP);
	tty_signal(t, SIGCONT);
	t->session = t->pgrp = 0;
}

void tty_lose_session(struct tty *t)
{
	t->hung_up = true;
	if (tty_hooks.terminal_lost)
		tty_hooks.terminal_lost(t);
	t->session = t->pgrp = 0;
	wake_up_nr(&t->readable, INT32_MAX, 0);
	wake_up_nr(&t->writable, INT32_MAX, 0);
}

/* The line is gone: readers see the end of file, writers EIO. */
void tty_hangup(struct tty *t)
{
	t->hung_up = true;
	tty_signal(t, SIGHUP);
	tty_signal(t, SIGCONT);
	wake_up_nr(&t->readable, INT32_MAX, 0);
	wake_up_nr(&t->writable, INT32_MAX, 0);
}

void tty_writable(struct tty *t)
{
	wake_up_nr(&t->writable, INT32_MAX, ABI_EPOLLOUT | ABI_EPOLLWRNORM);
}

/* ---- read, write, poll ------------------------------------------------------------------- */

static uint64_t vtime_deadline(const struct tty *t)
{
	return sched_clock_ns() + t->termios.cc[ABI_VTIME] * 100000000ull;   /* tenths of a second */
}

/* MIN and TIME of the non-canonical mode (termios(3)): until when to wait for how much. */
static int wait_input(struct tty *t, size_t wanted)
{
	bool canon = t->termios.lflag & ABI_ICANON;
	unsigned min = canon || t->pass_through ? 1 : MIN((size_t)t->termios.cc[ABI_VMIN], wanted);
	bool timed = !canon && t->termios.cc[ABI_VTIME];
	uint64_t deadline = timed && !min ? vtime_deadline(t) : WAIT_FOREVER;
	unsigned seen;

	if (!canon && !min && !timed)
		return 0;
	if (canon || t->pass_through || !timed || !min)
		return wait_event(&t->readable, t->hung_up || (canon || t->pass_through ? t->lines : t->used >= MAX(min, 1u)),
				  WAIT_INTERRUPTIBLE, deadline);
	/* The clock starts with the first byte and again with each one. */
	do {
		int err;

		seen = t->used;
		err = wait_event(&t->readable, t->hung_up || t->used > seen || t->used >= min, WAIT_INTERRUPTIBLE,
				 seen ? vtime_deadline(t) : WAIT_FOREVER);
		if (err)
			return t->used && err == -ETIMEDOUT ? 0 : err;
	} while (!t->hung_up && t->used < min);
	return 0;
}

static ssize_t tty_read(struct file *f, struct uio *u, uint64_t *pos)
{
	struct tty *t = tty_of(f);
	int err = check_foreground(t, SIGTTIN);

	if (err)
		return err;
	if (!u->left)
		return 0;
	if (!tty_input_ready(t)) {
		if (t->hung_up)
			return 0;
		/* MIN 0, TIME 0 never waits: then nothing is 0 bytes, not EAGAIN. */
		if ((f->flags & ABI_O_NONBLOCK) && !t->used && (t->termios.lflag & ABI_ICANON ||
		    t->termios.cc[ABI_VMIN] || t->termios.cc[ABI_VTIME]))
			return -EAGAIN;
		if (!(f->flags & ABI_O_NONBLOCK))
			err = wait_input(t, u->left);
		if (err)
			return err == -ETIMEDOUT ? 0 : err;
	}
	if ((t->termios.lflag & ABI_ICANON) && !t->lines)
		return t->hung_up ? 0 : -EAGAIN;
	return tty_take(t, u);
}

/* Send all of it, sleeping while the line is busy or stopped. */
static bool can_send(struct tty *t)
{
	return !t->stopped && (!t->driver->room || t->driver->room(t));
}

static int send(struct file *f, struct tty *t, const char *data, size_t len)
{
	while (len) {
		size_t n = t->stopped ? 0 : t->driver->write(t, data, len);
		int err;

		data += n;
		len -= n;
		if (n)
			continue;
		if (t->hung_up)
			return -EIO;
		if (f->flags & ABI_O_NONBLOCK)
			return -EAGAIN;
		t->driver->want_write(t);
		err = wait_event(&t->writable, t->hung_up || can_send(t), WAIT_INTERRUPTIBLE, WAIT_FOREVER);
		if (err)
			return err;
	}
	return 0;
}

enum { CHUNK = 256 };
static ssize_t write_chunk(struct file *f, struct tty *t, struct uio *u)
{
	char in[CHUNK], out[CHUNK * 2];
	size_t n = uio_copy_out(u, in, MIN(u->left, sizeof(in))), at = 0;

	if (!n)
		return -EFAULT;
	while (at < n) {
		size_t used, made = tty_process_output(t, in + at, n - at, out, sizeof(out), &used);
		int err = send(f, t, out, made);

		if (err)
			return at ? (ssize_t)at : err;
		at += used;
	}
	return (ssize_t)n;
}

static ssize_t tty_write(struct file *f, struct uio *u, uint64_t *pos)
{
	struct tty *t = tty_of(f);
	int err = t->termios.lflag & ABI_TOSTOP ? check_foreground(t, SIGTTOU) : 0;
	ssize_t done = 0;

	if (err)
		return err;
	if (t->hung_up)
		return -EIO;
	if ((f->flags & ABI_O_NONBLOCK) && !can_send(t) && u->left)
		return -EAGAIN;
	while (u->left) {
		ssize_t n = write_chunk(f, t, u);

		if (n < 0)
			return done ? done : n;
		done += n;
	}
	return done;
}

static uint32_t tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty *t = tty_of(f);
	uint32_t ready = 0;

	poll_wait(pt, &t->readable);
	poll_wait(pt, &t->writable);
	if (tty_input_ready(t))
		ready |= ABI_EPOLLIN | ABI_EPOLLRDNORM;
	if (t->hung_up)
		ready |= ABI_EPOLLHUP | ABI_EPOLLIN;
	if (can_send(t))
		ready |= ABI_EPOLLOUT | ABI_EPOLLWRNORM;
	return ready;
}

/* ---- ioctl ----------------------------------------------------------------------------------- */

static int set_termios(struct tty *t, const struct abi_termios *n, bool flush)
{
	bool was = t->termios.lflag & ABI_ICANON;

	t->termios = *n;
	if (flush)
		tty_flush_input(t);
	if (was != !!(n->lflag & ABI_ICANON))
		tty_canon_changed(t);
	if (!(n->iflag & ABI_IXON) && t->stopped) {
		t->stopped = false;
		tty_writable(t);
	}
	return 0;
}

static int64_t ioctl_set_termios(struct tty *t, bool flush, gva_t arg, struct mm *mm)
{
	struct abi_termios n;
	int err = check_foreground(t, SIGTTOU);

	/* termios2 begins with the same 36 bytes; speeds mean nothing here. */
	if (!err)
		err = mm_copy_from(mm, &n, arg, sizeof(n));
	return err ? err : set_termios(t, &n, flush);
}

static int64_t ioctl_get_termios2(struct tty *t, gva_t arg, struct mm *mm)
{
	struct abi_termios2 out = { .ispeed = 38400, .ospeed = 38400 };

	memcpy(&out, &t->termios, offsetof(struct abi_termios2, ispeed));
	return mm_copy_to(mm, arg, &out, sizeof(out));
}

static int64_t ioctl_winsize(struct tty *t, bool set, gva_t arg, struct mm *mm)
{
	struct abi_winsize ws;

	if (!set) {
		if (t->driver->get_winsize)
			t->driver->get_winsize(t, &t->winsize);
		return mm_copy_to(mm, arg, &t->winsize, sizeof(t->winsize));
	}
	if (mm_copy_from(mm, &ws, arg, sizeof(ws)))
		return -EFAULT;
	if (memcmp(&ws, &t->winsize, sizeof(ws)) != 0) {
		t->winsize = ws;
		tty_signal(t, SIGWINCH);
	}
	return 0;
}

static int64_t ioctl_set_controlling(struct tty *t)
{
	int sid = tty_hooks.current_session ? tty_hooks.current_session() : 0;

	if (is_mine(t) && t->session == sid)
		return 0;
	if (!sid || (tty_hooks.session_leader && !tty_hooks.session_leader()))
		return -EPERM;
	if (tty_hooks.controlling_tty() || t->session)
		return -EPERM;                /* has another one; or it is another session's */
	t->session = sid;
	t->pgrp = tty_hooks.current_pgrp();
	tty_hooks.set_controlling_tty(t);
	return 0;
}

static int64_t ioctl_give_up(struct tty *t)
{
	if (!is_mine(t))
		return -ENOTTY;
	if (!tty_hooks.session_leader || tty_hooks.session_leader())
		tty_hangup_session(t);
	tty_hooks.set_controlling_tty(NULL);
	return 0;
}

static int64_t ioctl_pgrp(struct tty *t, bool set, gva_t arg, struct mm *mm)
{
	int32_t pgrp = t->pgrp;
	int err;

	if (!is_mine(t))
		return -ENOTTY;
	if (!set)
		return mm_copy_to(mm, arg, &pgrp, sizeof(pgrp));
	err = check_foreground(t, SIGTTOU);
	if (!err)
		err = mm_copy_from(mm, &pgrp, arg, sizeof(pgrp));
	if (err)
		return err;
	if (pgrp < 0)
		return -EINVAL;
	if (tty_hooks.pgrp_session) {
		int sid = tty_hooks.pgrp_session(pgrp);

		if (sid != t->session)
			return sid <= 0 ? -ESRCH : -EPERM;
	}
	t->pgrp = pgrp;
	return 0;
}

static int64_t ioctl_flow(struct tty *t, gva_t arg)
{
	if (arg > 3)
		return -EINVAL;
	if (arg < 2) {                        /* TCOOFF, TCOON; the input side has no flow */
		t->stopped = arg == 0;
		if (!t->stopped)
			tty_writable(t);
	}
	return 0;
}

static int64_t ioctl_flush(struct tty *t, gva_t arg)
{
	int err = check_foreground(t, SIGTTOU);

	if (err)
		return err;
	if (arg > ABI_TCIOFLUSH)
		return -EINVAL;
	if (arg != ABI_TCOFLUSH)
		tty_flush_input(t);
	if (arg != ABI_TCIFLUSH && t->driver->drop_output)
		t->driver->drop_output(t);
	return 0;
}

/* FIONREAD: what a read would give now; a line that is still edited does not count. */
static int64_t ioctl_count(struct tty *t, gva_t arg, struct mm *mm)
{
	int32_t n = 0;

	for (unsigned k = 0; k < t->used; k++) {
		n += !(t->ring[(t->head + k) % TTY_RING] & TTY_EOF);
	}
	return mm_copy_to(mm, arg, &n, sizeof(n));
}

static int64_t copy_int(struct mm *mm, gva_t arg, int32_t value)
{
	return mm_copy_to(mm, arg, &value, sizeof(value));
}

int64_t tty_ioctl(struct tty *t, unsigned cmd, gva_t arg, struct mm *mm)
{
	switch (cmd) {
	case ABI_TCGETS:    return mm_copy_to(mm, arg, &t->termios, sizeof(t->termios));
	case ABI_TCGETS2:   return ioctl_get_termios2(t, arg, mm);
	case ABI_TCSETS:
	case ABI_TCSETSW:
	case ABI_TCSETS2:
	case ABI_TCSETSW2:  return ioctl_set_termios(t, false, arg, mm);
	case ABI_TCSETSF:
	case ABI_TCSETSF2:  return ioctl_set_termios(t, true, arg, mm);
	case ABI_TIOCGWINSZ: return ioctl_winsize(t, false, arg, mm);
	case ABI_TIOCSWINSZ: return ioctl_winsize(t, true, arg, mm);
	case ABI_TIOCSCTTY: return ioctl_set_controlling(t);
	case ABI_TIOCNOTTY: return ioctl_give_up(t);
	case ABI_TIOCGPGRP: return ioctl_pgrp(t, false, arg, mm);
	case ABI_TIOCSPGRP: return ioctl_pgrp(t, true, arg, mm);
	case ABI_TIOCGSID:  return is_mine(t) ? copy_int(mm, arg, t->session) : -ENOTTY;
	case ABI_FIONREAD:  return ioctl_count(t, arg, mm);
	case ABI_TIOCOUTQ:  return copy_int(mm, arg, 0);
	case ABI_TIOCGETD:  return copy_int(mm, arg, 0);      /* N_TTY */
	case ABI_TCFLSH:    return ioctl_flush(t, arg);
	case ABI_TCXONC:    return ioctl_flow(t, arg);
	case ABI_TCSBRK:
	case ABI_TCSBRKP:                                     /* output is never queued here */
	case ABI_TIOCEXCL:
	case ABI_TIOCNXCL:  return 0;
	}
	return -ENOTTY;
}

static int64_t ioctl_file(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct tty *t = tty_of(f);

	if (t->hung_up)                       /* hung_up_tty_ioctl */
		return cmd == ABI_TIOCSPGRP ? -ENOTTY : -EIO;
	return tty_ioctl(t, cmd, arg, mm);
}

static void tty_release(struct file *f)
{
	struct tty *t = tty_of(f);

	if (t->driver->close)
		t->driver->close(t);
}

const struct file_ops tty_fops = {
	.read = tty_read, .write = tty_write, .poll = tty_poll, .ioctl = ioctl_file, .release = tty_release,
};

/* ---- /dev/tty, /dev/console --------------------------------------------------------------------- */

/* A session leader without a terminal that opens one gets it (unless O_NOCTTY). */
static void maybe_take(struct tty *t, const struct file *f)
{
	if (!(f->flags & ABI_O_NOCTTY) && tty_hooks.session_leader && tty_hooks.session_leader() &&
	    !tty_hooks.controlling_tty() && !t->session && file_readable(f))
		ioctl_set_controlling(t);
}

int tty_open(struct tty *t, struct file *f)
{
	f->private = t;
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
