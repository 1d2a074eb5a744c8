/* The line discipline (Linux drivers/tty/n_tty.c, termios(3)).
 *
 *   keyboard -> tty_receive -> signals, echo, line editing -> ring -> tty_take -> read(2)
 *   write(2) -> tty_process_output -> driver
 *
 * In canonical mode bytes gather in `line`, where they can still be erased, and
 * go into the ring with a mark at their end when the line is complete: a
 * newline, VEOL, or VEOF, which leaves only the mark. A read takes one line at most. In
 * the other mode bytes go into the ring at once. */
#include "tty.h"

#include <ctype.h>
#include <signal.h>
#include <string.h>

enum { ECHO_MAX = 64 };

static bool lflag(const struct tty *t, uint32_t bit)
{
	return t->termios.lflag & bit;
}

static bool iflag(const struct tty *t, uint32_t bit)
{
	return t->termios.iflag & bit;
}

/* Is c this special character? 0 (_POSIX_VDISABLE) is nobody's. */
static bool is_cc(const struct tty *t, unsigned char c, unsigned which)
{
	return t->termios.cc[which] && c == t->termios.cc[which];
}

/* ---- output ------------------------------------------------------------------------- */

static size_t put_tab(struct tty *t, char *out)
{
	size_t n = 8 - t->column % 8;

	if ((t->termios.oflag & ABI_TABDLY) != ABI_XTABS) {
		t->column += (unsigned)n;
		out[0] = '\t';
		return 1;
	}
	memset(out, ' ', n);
	t->column += (unsigned)n;
	return n;
}

/* One byte becomes up to 8. */
static size_t process_byte(struct tty *t, char c, char *out)
{
	uint32_t o = t->termios.oflag;

	switch (c) {
	case '\n':
		if (o & ABI_ONLCR) {
			t->column = t->line_column = 0;
			out[0] = '\r';
			out[1] = '\n';
			return 2;
		}
		if (o & ABI_ONLRET)
			t->column = 0;
		break;
	case '\r':
		if ((o & ABI_ONOCR) && t->column == 0)
			return 0;
		if (o & ABI_OCRNL) {
			c = '\n';
			if (o & ABI_ONLRET)
				t->column = t->line_column = 0;
			break;
		}
		t->column = t->line_column = 0;
		break;
	case '\t':
		return put_tab(t, out);
	case '\b':
		t->column -= t->column > 0;
		break;
	default:
		if ((o & ABI_OLCUC) && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		/* Continuation bytes of UTF-8 do not move the cursor. */
		if ((unsigned char)c >= ' ' && c != 0x7f && !(iflag(t, ABI_IUTF8) && (c & 0xc0) == 0x80))
			t->column++;
	}
	out[0] = c;
	return 1;
}

size_t tty_process_output(struct tty *t, const char *data, size_t len, char *out, size_t cap, size_t *used)
{
	size_t n = 0, k;

	if (!(t->termios.oflag & ABI_OPOST) || t->pass_through) {
		n = MIN(len, cap);
		memcpy(out, data, n);
		*used = n;
		return n;
	}
	for (k = 0; k < len && n + 8 <= cap; k++)
		n += process_byte(t, data[k], out + n);
	*used = k;
	return n;
}

/* Echo goes out at once or is lost: the keyboard's interrupt cannot wait. */
static void echo_raw(struct tty *t, const char *data, size_t len)
{
	char out[ECHO_MAX * 8];
	size_t used, n = tty_process_output(t, data, len, out, sizeof(out), &used);

	if (n)
		t->driver->write(t, out, n);
}

static void echo_byte(struct tty *t, unsigned char c)
{
	char pair[2] = { '^', (char)(c ^ 0x40) };

	if (lflag(t, ABI_ECHOCTL) && (c < ' ' || c == 0x7f) && c != '\t' && c != '\n')
		echo_raw(t, pair, 2);
	else
		echo_raw(t, (char *)&c, 1);
}

static void echo(struct tty *t, unsigned char c)
{
	if (lflag(t, ABI_ECHO) || (c == '\n' && lflag(t, ABI_ECHONL) && lflag(t, ABI_ICANON)))
		echo_byte(t, c);
}

/* A newline inside the line, put there by VLNEXT, shows as a control character. */
static void echo_edited(struct tty *t, unsigned char c)
{
	if (c == '\n' && lflag(t, ABI_ECHO) && lflag(t, ABI_ECHOCTL))
		echo_raw(t, "^J", 2);
	else
		echo(t, c);
}

/* ---- the ring --------------------------------------------------------------------------- */

static bool ring_put(struct tty *t, uint16_t entry)
{
	if (t->used == TTY_RING)
		return false;
	t->ring[(t->head + t->used++) % TTY_RING] = entry;
	t->lines += (entry & (TTY_EOL | TTY_EOF)) != 0;
	return true;
}

static uint16_t ring_get(struct tty *t)
{
	uint16_t entry = t->ring[t->head];

	t->head = (t->head + 1) % TTY_RING;
	t->used--;
	t->lines -= (entry & (TTY_EOL | TTY_EOF)) != 0;
	return entry;
}

void tty_flush_input(struct tty *t)
{
	t->head = t->used = t->lines = t->line_len = 0;
	t->literal = false;
	if (t->driver->taken)
		t->driver->taken(t);
}

static void readable_now(struct tty *t)
{
	wake_up_nr(&t->readable, INT32_MAX, ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

bool tty_input_ready(const struct tty *t)
{
	unsigned min = t->termios.cc[ABI_VTIME] ? 1 : t->termios.cc[ABI_VMIN];

	if (lflag(t, ABI_ICANON) || t->pass_through)
		return t->lines > 0;
	return t->used >= MAX(min, 1u);
}

ssize_t tty_take(struct tty *t, struct uio *u)
{
	bool canon = lflag(t, ABI_ICANON) || t->pass_through;
	char buf[256];
	ssize_t done = 0;

	while (t->used && u->left) {
		size_t n = 0, got;
		uint16_t e = 0;

		while (t->used && n < sizeof(buf) && n < u->left) {
			e = ring_get(t);
			if (!(e & TTY_EOF))
				buf[n++] = (char)e;
			if (canon && (e & (TTY_EOL | TTY_EOF)))
				break;
		}
		/* The buffer is full and the end mark comes next: it belongs to this read. */
		if (canon && !(e & (TTY_EOL | TTY_EOF)) && n == u->left && t->used && (t->ring[t->head] & TTY_EOF))
			e = ring_get(t);
		got = uio_copy_in(u, buf, n);
		done += (ssize_t)got;
		if (got < n)
			return done ? done : -EFAULT;
		if (canon && (e & (TTY_EOL | TTY_EOF)))
			break;
	}
	if (t->driver->taken)
		t->driver->taken(t);
	return done;
}

/* ---- editing -------------------------------------------------------------------------------- */

static void commit_line(struct tty *t, uint16_t end)
{
	for (unsigned n = 0; n < t->line_len; n++)
		ring_put(t, t->line[n]);
	t->line_len = 0;
	/* A full ring still gets its end of line, or nobody would ever read it. */
	if (!ring_put(t, end)) {
		t->ring[(t->head + t->used - 1) % TTY_RING] |= TTY_EOL;
		t->lines++;
	}
	t->line_column = t->column;
	readable_now(t);
}

void tty_canon_changed(struct tty *t)
{
	if (!lflag(t, ABI_ICANON)) {
		for (unsigned n = 0; n < t->line_len; n++)
			ring_put(t, t->line[n]);
		t->line_len = 0;
	} else if (t->used) {
		t->ring[(t->head + t->used - 1) % TTY_RING] |= TTY_EOL;
	}
	t->lines = 0;
	for (unsigned n = 0; n < t->used; n++)
		t->lines += (t->ring[(t->head + n) % TTY_RING] & (TTY_EOL | TTY_EOF)) != 0;
	t->line_column = t->column;
	readable_now(t);
}

static unsigned width(const struct tty *t, unsigned char c, unsigned column)
{
	if (c == '\t')
		return 8 - column % 8;
	if (c < ' ' || c == 0x7f)
		return lflag(t, ABI_ECHOCTL) ? 2 : 0;
	return iflag(t, ABI_IUTF8) && (c & 0xc0) == 0x80 ? 0 : 1;
}

/* Cells of the last character: a tab's depend on what stands before it. */
static unsigned last_width(const struct tty *t)
{
	unsigned column = t->line_column, w = 0;

	for (unsigned n = 0; n < t->line_len; n++) {
		w = width(t, t->line[n], column);
		column += w;
	}
	return w;
}

/* Take the last character off; `key` is what to show instead if erasing is not (ECHOE). */
static void erase_one(struct tty *t, unsigned char key)
{
	unsigned cells = 0;
	unsigned char c;
	bool more;

	do {
		c = t->line[t->line_len - 1];

		cells += last_width(t);
		t->line_len--;
		more = iflag(t, ABI_IUTF8) && (c & 0xc0) == 0x80 && t->line_len;
	} while (more);
	if (!lflag(t, ABI_ECHO))
		return;
	if (key && !lflag(t, ABI_ECHOE)) {
		echo_byte(t, key);
		return;
	}
	/* A tab has left blanks: going back is enough. */
	while (cells--)
		echo_raw(t, "\b \b", c == '\t' ? 1 : 3);
}

/* A word is letters, digits and underscores, with what follows it. */
static void erase_word(struct tty *t)
{
	bool seen = false;

	while (t->line_len) {
		unsigned char c = t->line[t->line_len - 1];
		bool word = c == '_' || (c < 0x80 && isalnum(c));

		if (seen && !word)
			break;
		seen |= word;
		erase_one(t, 0);
	}
}

static void kill_line(struct tty *t)
{
	if (t->line_len && lflag(t, ABI_ECHO) && (!lflag(t, ABI_ECHOK) || !lflag(t, ABI_ECHOKE) || !lflag(t, ABI_ECHOE))) {
		t->line_len = 0;
		echo(t, t->termios.cc[ABI_VKILL]);
		if (lflag(t, ABI_ECHOK))
			echo_raw(t, "\n", 1);
		return;
	}
	while (t->line_len)
		erase_one(t, 0);
}

static void reprint(struct tty *t)
{
	echo(t, t->termios.cc[ABI_VREPRINT]);
	echo_raw(t, "\n", 1);
	for (unsigned n = 0; n < t->line_len; n++)
		echo_edited(t, t->line[n]);
}

/* Editing keys; true if c was one. */
static bool edit(struct tty *t, unsigned char c)
{
	if (is_cc(t, c, ABI_VERASE)) {
		if (t->line_len)
			erase_one(t, c);
	} else if (is_cc(t, c, ABI_VKILL)) {
		kill_line(t);
	} else if (lflag(t, ABI_IEXTEN) && is_cc(t, c, ABI_VWERASE)) {
		erase_word(t);
	} else if (lflag(t, ABI_IEXTEN) && is_cc(t, c, ABI_VREPRINT) && lflag(t, ABI_ECHO)) {
		reprint(t);
	} else if (lflag(t, ABI_IEXTEN) && is_cc(t, c, ABI_VLNEXT)) {
		t->literal = true;
		if (lflag(t, ABI_ECHO) && lflag(t, ABI_ECHOCTL))
			echo_raw(t, "^\b", 2);
	} else {
		return false;
	}
	return true;
}

static void add_to_line(struct tty *t, unsigned char c)
{
	if (t->line_len >= TTY_LINE - 1)
		return;                       /* Linux rings the bell (IMAXBEL); the byte is lost */
	if (!t->line_len)
		t->line_column = t->column;
	t->line[t->line_len++] = c;
	echo_edited(t, c);
}

static void receive_canonical(struct tty *t, unsigned char c)
{
	if (edit(t, c))
		return;
	if (c == '\n') {
		echo(t, c);
		commit_line(t, '\n' | TTY_EOL);
	} else if (is_cc(t, c, ABI_VEOF)) {
		commit_line(t, TTY_EOF);
	} else if (is_cc(t, c, ABI_VEOL) || (lflag(t, ABI_IEXTEN) && is_cc(t, c, ABI_VEOL2))) {
		echo(t, c);
		commit_line(t, (uint16_t)(c | TTY_EOL));
	} else {
		add_to_line(t, c);
	}
}

/* ---- receiving --------------------------------------------------------------------------------- */

static bool signal_key(struct tty *t, unsigned char c)
{
	static const struct { unsigned cc; int sig; } keys[] = {
		{ ABI_VINTR, SIGINT }, { ABI_VQUIT, SIGQUIT }, { ABI_VSUSP, SIGTSTP },
	};

	for (size_t n = 0; n < ARRAY_SIZE(keys); n++) {
		if (!is_cc(t, c, keys[n].cc))
			continue;
		if (!lflag(t, ABI_NOFLSH))
			tty_flush_input(t);
		t->stopped = false;
		echo(t, c);
		tty_signal(t, keys[n].sig);
		tty_writable(t);
		return true;
	}
	return false;
}

/* VSTART and VSTOP; true if c was one. */
static bool flow_key(struct tty *t, unsigned char c)
{
	if (is_cc(t, c, ABI_VSTOP) && !(t->stopped && is_cc(t, c, ABI_VSTART))) {
		t->stopped = true;
		return true;
	}
	if (!is_cc(t, c, ABI_VSTART))
		return false;
	t->stopped = false;
	tty_writable(t);
	return true;
}

static void receive_byte(struct tty *t, unsigned char c)
{
	if (iflag(t, ABI_ISTRIP))
		c &= 0x7f;
	if (t->literal) {
		t->literal = false;
		add_to_line(t, c);
		return;
	}
	if (iflag(t, ABI_IXON) && flow_key(t, c))
		return;
	if (t->stopped && iflag(t, ABI_IXANY)) {
		t->stopped = false;
		tty_writable(t);
	}
	if (lflag(t, ABI_ISIG) && signal_key(t, c))
		return;
	if (c == '\r' && iflag(t, ABI_IGNCR))
		return;
	if (c == '\r' && iflag(t, ABI_ICRNL))
		c = '\n';
	else if (c == '\n' && iflag(t, ABI_INLCR))
		c = '\r';
	if (lflag(t, ABI_ICANON)) {
		receive_canonical(t, c);
		return;
	}
	echo(t, c);
	ring_put(t, c);
}

void tty_receive(struct tty *t, const char *data, size_t len)
{
	for (size_t n = 0; n < len; n++) {
		if (t->pass_through)
			ring_put(t, (uint16_t)((unsigned char)data[n] | (data[n] == '\n' || n + 1 == len ? TTY_EOL : 0)));
		else
			receive_byte(t, (unsigned char)data[n]);
	}
	if (tty_input_ready(t))
		readable_now(t);
}

void tty_receive_eof(struct tty *t)
{
	ring_put(t, TTY_EOF);
	readable_now(t);
}
