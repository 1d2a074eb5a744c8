/* The ioctls of terminals (tty_ioctl(4), Linux drivers/tty/tty_io.c, tty_ioctl.c, tty_jobctrl.c).
 *
 * The master's side of a pseudo terminal asks for the slave's modes, size and session through
 * the same rows; what is about a caller's own terminal is then not looked at. */
#include "tty.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

struct request {
	struct tty *t;
	bool from_master;
	unsigned cmd;
	gva_t arg;
	struct mm *mm;
};

static bool is_admin(void)
{
	return tty_hooks.is_admin && tty_hooks.is_admin();
}

static int64_t give_int(const struct request *r, int32_t value)
{
	return mm_copy_to(r->mm, r->arg, &value, sizeof(value));
}

/* ---- modes ---------------------------------------------------------------------------- */

/* The speed a CBAUD code stands for; BOTHER says look at the number itself. */
static uint32_t speed_of(uint32_t code, uint32_t other)
{
	static const uint32_t speeds[] = {
		0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400,
		57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
		2500000, 3000000, 3500000, 4000000,
	};

	code &= ABI_CBAUD;
	if (code == ABI_BOTHER)
		return other;
	if (code & ABI_BOTHER)
		code = (code & ~(uint32_t)ABI_BOTHER) + 15;
	return code < ARRAY_SIZE(speeds) ? speeds[code] : 0;
}

static void set_speeds(struct tty *t, uint32_t ispeed, uint32_t ospeed)
{
	uint32_t input = t->termios.cflag >> ABI_IBSHIFT & ABI_CBAUD;

	t->ospeed = speed_of(t->termios.cflag, ospeed);
	t->ispeed = input ? speed_of(input, ispeed) : t->ospeed;
}

/* Bits the administrator has locked keep their value (unset_locked_termios). */
static uint32_t keep(uint32_t n, uint32_t old, uint32_t locked)
{
	return (n & ~locked) | (old & locked);
}

static void keep_locked(const struct tty *t, struct abi_termios *n)
{
	n->iflag = keep(n->iflag, t->termios.iflag, t->locked.iflag);
	n->oflag = keep(n->oflag, t->termios.oflag, t->locked.oflag);
	n->cflag = keep(n->cflag, t->termios.cflag, t->locked.cflag);
	n->lflag = keep(n->lflag, t->termios.lflag, t->locked.lflag);
	n->line = t->locked.line ? t->termios.line : n->line;
	for (int k = 0; k < ABI_NCCS; k++)
		if (t->locked.cc[k])
			n->cc[k] = t->termios.cc[k];
}

/* The VSTOP and VSTART that a terminal's other end can do itself. */
static bool standard_flow(const struct abi_termios *m)
{
	return (m->iflag & ABI_IXON) && m->cc[ABI_VSTOP] == 19 && m->cc[ABI_VSTART] == 17;
}

static void tell_changes(struct tty *t, const struct abi_termios *old)
{
	bool flow = standard_flow(&t->termios);

	if (!t->driver->event)
		return;
	if (flow != standard_flow(old))
		t->driver->event(t, flow ? TTY_EVENT_DOSTOP : TTY_EVENT_NOSTOP);
	if ((old->lflag | t->termios.lflag) & ABI_EXTPROC)
		t->driver->event(t, TTY_EVENT_IOCTL);
}

static void set_termios(struct tty *t, struct abi_termios n, uint32_t ispeed, uint32_t ospeed)
{
	struct abi_termios old = t->termios;

	if (t->driver->check_termios)
		t->driver->check_termios(&n);
	keep_locked(t, &n);
	t->termios = n;
	set_speeds(t, ispeed, ospeed);
	tell_changes(t, &old);
	if ((old.lflag ^ n.lflag) & (ABI_ICANON | ABI_EXTPROC))
		tty_canon_changed(t);
	if ((old.iflag & ABI_IXON) && !(n.iflag & ABI_IXON)) {
		tty_set_stopped(t, false);
		tty_send_echo(t);
	}
	wake_up_nr(&t->readable, INT32_MAX, 0);   /* VMIN may have changed */
}

static int64_t get_modes(const struct request *r)
{
	return mm_copy_to(r->mm, r->arg, &r->t->termios, sizeof(r->t->termios));
}

static int64_t get_modes2(const struct request *r)
{
	struct abi_termios2 out = { .ispeed = r->t->ispeed, .ospeed = r->t->ospeed };

	memcpy(&out, &r->t->termios, offsetof(struct abi_termios2, ispeed));
	return mm_copy_to(r->mm, r->arg, &out, sizeof(out));
}

static int64_t get_termio(const struct request *r)
{
	const struct abi_termios *m = &r->t->termios;
	struct abi_termio out = {
		.iflag = (uint16_t)m->iflag, .oflag = (uint16_t)m->oflag, .cflag = (uint16_t)m->cflag,
		.lflag = (uint16_t)m->lflag, .line = m->line,
	};

	memcpy(out.cc, m->cc, sizeof(out.cc));
	return mm_copy_to(r->mm, r->arg, &out, ABI_TERMIO_SIZE);
}

/* Output is never on its way here, so the waiting forms have nothing to wait for. */
static int64_t apply_modes(const struct request *r, struct abi_termios2 *n, bool flush)
{
	struct abi_termios m;

	if (flush)
		tty_flush_input(r->t);
	memcpy(&m, n, sizeof(m));
	set_termios(r->t, m, n->ispeed, n->ospeed);
	return 0;
}

static int64_t set_modes(const struct request *r)
{
	struct abi_termios2 n = { .ispeed = r->t->ispeed, .ospeed = r->t->ospeed };
	bool two = r->cmd == ABI_TCSETS2 || r->cmd == ABI_TCSETSW2 || r->cmd == ABI_TCSETSF2;

	if (mm_copy_from(r->mm, &n, r->arg, two ? sizeof(n) : sizeof(struct abi_termios)))
		return -EFAULT;
	return apply_modes(r, &n, r->cmd == ABI_TCSETSF || r->cmd == ABI_TCSETSF2);
}

static int64_t set_termio(const struct request *r)
{
	struct abi_termios2 n = { .ispeed = r->t->ispeed, .ospeed = r->t->ospeed };
	struct abi_termio in;

	if (mm_copy_from(r->mm, &in, r->arg, ABI_TERMIO_SIZE))
		return -EFAULT;
	memcpy(&n, &r->t->termios, sizeof(r->t->termios));
	/* The upper halves stay. */
	n.iflag = (n.iflag & 0xffff0000) | in.iflag;
	n.oflag = (n.oflag & 0xffff0000) | in.oflag;
	n.cflag = (n.cflag & 0xffff0000) | in.cflag;
	n.lflag = (n.lflag & 0xffff0000) | in.lflag;
	n.line = in.line;
	memcpy(n.cc, in.cc, sizeof(in.cc));
	return apply_modes(r, &n, r->cmd == ABI_TCSETAF);
}

static int64_t get_locked(const struct request *r)
{
	return mm_copy_to(r->mm, r->arg, &r->t->locked, sizeof(r->t->locked));
}

static int64_t set_locked(const struct request *r)
{
	if (!is_admin())
		return -EPERM;
	return mm_copy_from(r->mm, &r->t->locked, r->arg, sizeof(r->t->locked));
}

static int64_t soft_carrier(const struct request *r)
{
	int32_t on;
	struct abi_termios n = r->t->termios;

	if (r->cmd == ABI_TIOCGSOFTCAR)
		return give_int(r, !!(n.cflag & ABI_CLOCAL));
	if (mm_copy_from(r->mm, &on, r->arg, sizeof(on)))
		return -EFAULT;
	n.cflag = on ? n.cflag | ABI_CLOCAL : n.cflag & ~(uint32_t)ABI_CLOCAL;
	set_termios(r->t, n, r->t->ispeed, r->t->ospeed);
	return 0;
}

static int64_t get_size(const struct request *r)
{
	struct tty *t = r->t;

	if (t->driver->get_winsize)
		t->driver->get_winsize(t, &t->winsize);
	return mm_copy_to(r->mm, r->arg, &t->winsize, sizeof(t->winsize));
}

static int64_t set_size(const struct request *r)
{
	struct abi_winsize ws;

	if (mm_copy_from(r->mm, &ws, r->arg, sizeof(ws)))
		return -EFAULT;
	if (memcmp(&ws, &r->t->winsize, sizeof(ws)) != 0) {
		r->t->winsize = ws;
		tty_signal(r->t, SIGWINCH);
	}
	return 0;
}

/* ---- sessions and groups ---------------------------------------------------------------- */

static int64_t set_controlling(const struct request *r)
{
	struct tty *t = r->t;
	int sid = tty_hooks.current_session ? tty_hooks.current_session() : 0;
	bool leader = sid && tty_hooks.session_leader && tty_hooks.session_leader();

	if (leader && t->session == sid)
		return 0;
	if (!leader || tty_hooks.controlling_tty())
		return -EPERM;
	if (t->session) {                     /* another session's: the administrator may steal it */
		if (r->arg != 1 || !is_admin())
			return -EPERM;
		if (tty_hooks.terminal_stolen)
			tty_hooks.terminal_stolen(t);
	}
	t->session = sid;
	t->pgrp = tty_hooks.current_pgrp();
	tty_hooks.set_controlling_tty(t);
	return 0;
}

static int64_t give_up(const struct request *r)
{
	if (!tty_is_mine(r->t))
		return -ENOTTY;
	if (!tty_hooks.session_leader || tty_hooks.session_leader())
		tty_hangup_session(r->t, false);
	tty_hooks.set_controlling_tty(NULL);
	return 0;
}

static int64_t get_pgrp(const struct request *r)
{
	if (!r->from_master && !tty_is_mine(r->t))
		return -ENOTTY;
	return give_int(r, tty_hooks.show_pid ? tty_hooks.show_pid(r->t->pgrp) : r->t->pgrp);
}

static int64_t set_pgrp(const struct request *r)
{
	struct tty *t = r->t;
	int err = tty_check_change(t, SIGTTOU);
	int32_t pgrp;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (mm_copy_from(r->mm, &pgrp, r->arg, sizeof(pgrp)))
		return -EFAULT;
	if (pgrp < 0)
		return -EINVAL;
	if (tty_hooks.mean_pid)
		pgrp = tty_hooks.mean_pid(pgrp);
	if (!tty_is_mine(t) || t->session != tty_hooks.current_session())
		return -ENOTTY;
	if (tty_hooks.pgrp_session) {
		int sid = tty_hooks.pgrp_session(pgrp);

		if (sid != t->session)
			return sid <= 0 ? -ESRCH : -EPERM;
	}
	t->pgrp = pgrp;
	return 0;
}

static int64_t get_session(const struct request *r)
{
	if ((!r->from_master && !tty_is_mine(r->t)) || !r->t->session)
		return -ENOTTY;
	return give_int(r, tty_hooks.show_pid ? tty_hooks.show_pid(r->t->session) : r->t->session);
}

/* ---- the line ----------------------------------------------------------------------------- */

/* TCXONC: TCOOFF and TCOON hold and free our output; TCIOFF and TCION ask the other end. */
static int64_t flow(const struct request *r)
{
	struct tty *t = r->t;
	bool was = tty_is_stopped(t);
	char key;

	if (r->arg > 3)
		return -EINVAL;
	if (r->arg < 2) {
		if (t->held == (r->arg == 0))
			return 0;
		t->held = r->arg == 0;
		if (!t->held)
			t->stopped = false;
		if (was != t->held && t->driver->event)
			t->driver->event(t, t->held ? TTY_EVENT_STOP : TTY_EVENT_START);
		if (!t->held)
			tty_writable(t);
		return 0;
	}
	key = (char)t->termios.cc[r->arg == 2 ? ABI_VSTOP : ABI_VSTART];
	if (key)
		t->driver->write(t, &key, 1);
	return 0;
}

static int64_t flush(const struct request *r)
{
	struct tty *t = r->t;

	if (r->arg > ABI_TCIOFLUSH)
		return -EINVAL;
	if (r->arg != ABI_TCOFLUSH)
		tty_flush_input(t);
	if (r->arg != ABI_TCIFLUSH && t->driver->drop_output)
		t->driver->drop_output(t);
	return 0;
}

static int64_t count_input(const struct request *r)
{
	return give_int(r, (int32_t)tty_input_count(r->t));
}

/* TIOCSTI, with dev.tty.legacy_tiocsti off as Debian has it: the administrator's alone. */
static int64_t fake_input(const struct request *r)
{
	char c;

	if (!is_admin())
		return -EIO;
	if (mm_copy_from(r->mm, &c, r->arg, 1))
		return -EFAULT;
	tty_receive(r->t, &c, 1);
	return 0;
}

static int64_t discipline(const struct request *r)
{
	int32_t n;

	if (r->cmd == ABI_TIOCGETD)
		return give_int(r, 0);        /* N_TTY */
	if (mm_copy_from(r->mm, &n, r->arg, sizeof(n)))
		return -EFAULT;
	return n ? -EINVAL : 0;               /* there is no other */
}

static int64_t exclusive(const struct request *r)
{
	if (r->cmd == ABI_TIOCGEXCL)
		return give_int(r, r->t->exclusive);
	r->t->exclusive = r->cmd == ABI_TIOCEXCL;
	return 0;
}

/* What this line never has: nothing is pending, and nothing hears a break. */
static int64_t nothing_pending(const struct request *r)
{
	return give_int(r, 0);
}

static int64_t done_at_once(const struct request *r)
{
	return 0;
}

/* new_encode_dev. */
static int64_t device_number(const struct request *r)
{
	uint64_t d = r->t->rdev;
	uint32_t major = abi_dev_major(d), minor = abi_dev_minor(d);

	return give_int(r, (int32_t)((minor & 0xff) | major << 8 | (minor & ~0xffu) << 12));
}

/* TIOCGPTPEER of a slave; a master's is pty_open_peer(). */
static int64_t no_master(const struct request *r)
{
	return -EIO;
}

static int64_t hang_up(const struct request *r)
{
	if (!is_admin())
		return -EPERM;
	tty_lose_session(r->t);
	return 0;
}

/* changes: a process in the background gets SIGTTOU for it. */
static const struct row {
	unsigned cmd;
	bool changes;
	int64_t (*handle)(const struct request *r);
} rows[] = {
	{ ABI_TCGETS, false, get_modes }, { ABI_TCGETS2, false, get_modes2 }, { ABI_TCGETA, false, get_termio },
	{ ABI_TCSETS, true, set_modes }, { ABI_TCSETSW, true, set_modes }, { ABI_TCSETSF, true, set_modes },
	{ ABI_TCSETS2, true, set_modes }, { ABI_TCSETSW2, true, set_modes }, { ABI_TCSETSF2, true, set_modes },
	{ ABI_TCSETA, true, set_termio }, { ABI_TCSETAW, true, set_termio }, { ABI_TCSETAF, true, set_termio },
	{ ABI_TIOCGLCKTRMIOS, false, get_locked }, { ABI_TIOCSLCKTRMIOS, false, set_locked },
	{ ABI_TIOCGSOFTCAR, false, soft_carrier }, { ABI_TIOCSSOFTCAR, false, soft_carrier },
	{ ABI_TIOCGWINSZ, false, get_size }, { ABI_TIOCSWINSZ, false, set_size },
	{ ABI_TIOCSCTTY, false, set_controlling }, { ABI_TIOCNOTTY, false, give_up },
	{ ABI_TIOCGPGRP, false, get_pgrp }, { ABI_TIOCSPGRP, false, set_pgrp }, { ABI_TIOCGSID, false, get_session },
	{ ABI_FIONREAD, false, count_input }, { ABI_TIOCOUTQ, false, nothing_pending },
	{ ABI_TIOCGETD, false, discipline }, { ABI_TIOCSETD, true, discipline },
	{ ABI_TCFLSH, true, flush }, { ABI_TCXONC, true, flow },
	{ ABI_TCSBRK, true, done_at_once }, { ABI_TCSBRKP, true, done_at_once },
	{ ABI_TIOCSBRK, true, done_at_once }, { ABI_TIOCCBRK, true, done_at_once },
	{ ABI_TIOCEXCL, false, exclusive }, { ABI_TIOCNXCL, false, exclusive }, { ABI_TIOCGEXCL, false, exclusive },
	{ ABI_TIOCSTI, false, fake_input }, { ABI_TIOCGDEV, false, device_number }, { ABI_TIOCVHANGUP, false, hang_up },
	{ ABI_TIOCGPTPEER, false, no_master },
};

static int64_t perform(const struct request *r)
{
	for (size_t n = 0; n < ARRAY_SIZE(rows); n++) {
		int err;

		if (rows[n].cmd != r->cmd)
			continue;
		err = rows[n].changes && !r->from_master ? tty_check_change(r->t, SIGTTOU) : 0;
		return err ? err : rows[n].handle(r);
	}
	return -ENOTTY;
}

int64_t tty_ioctl(struct tty *t, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct request r = { .t = t, .cmd = cmd, .arg = arg, .mm = mm };

	return perform(&r);
}

int64_t tty_ioctl_from_master(struct tty *t, unsigned cmd, gva_t arg, struct mm *mm)
{
	struct request r = { .t = t, .from_master = true, .cmd = cmd, .arg = arg, .mm = mm };

	return perform(&r);
}
