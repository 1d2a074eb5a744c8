/* The line discipline (Linux drivers/tty/n_tty.c, termios(3)).
 *
 *   keyboard -> tty_receive -> pending -> signals, echo, line editing -> input -> tty_take -> read(2)
 *   write(2) -> tty_process_output -> driver                  echo -> tty_send_echo -> driver
 *
 * Input is one ring. In canonical mode what stands between `canon_head` and `head` is the line
 * being edited; a complete line's last byte carries a mark. VEOF leaves a marked NUL, which is
 * no data. Without ICANON everything up to `head` is readable.
 *
 *     tail            canon_head        head
 *      | line\n line\n | still edited    |
 *
 * Echo goes through a ring of its own, as small instructions: where a control character or a
 * tab is shown depends on the column at the time when it is sent. One piece of input is echoed
 * after it was all looked at, so a signal key in it takes the echo before it away, as on Linux.
 *
 * What does not fit into the ring waits in `pending`. Only a line that never ends goes on: its
 * last byte is written over, so that a newline still gets in. */
#include "tty.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	ECHO_OP = 0xff,               /* begins an instruction; itself when doubled */
	ECHO_BACK = 0x80,             /* one column back */
	ECHO_CANON_COLUMN = 0x81,     /* here the edited line begins */
	ECHO_ERASE_TAB = 0x82,        /* and how far to go back */
	ECHO_AFTER_TAB = 0x80,        /* the distance counts from a tab, not from the line's start */
	ECHO_BLOCK = 256,             /* so much is sent before the piece's end */
	ECHO_KEEP = TTY_RING - (ECHO_BLOCK + 32),
	SEND_MAX = 128,
};

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

/* Bytes above 127 are Latin-1's to the discipline (lib/ctype.c). */
static bool is_control(unsigned char c)
{
	return c < ' ' || c == 0x7f;
}

static bool is_upper(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 192 && c <= 222 && c != 215);
}

static bool is_lower(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 223 && c != 247);
}

static bool is_word(unsigned char c)
{
	return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_';
}

/* A continuation byte of UTF-8 belongs to the character before it. */
static bool is_continuation(const struct tty *t, unsigned char c)
{
	return iflag(t, ABI_IUTF8) && (c & 0xc0) == 0x80;
}

bool tty_is_canonical(const struct tty *t)
{
	return t->pass_through || (lflag(t, ABI_ICANON) && !lflag(t, ABI_EXTPROC));
}

/* ---- output ------------------------------------------------------------------------- */

static size_t put_tab(struct tty *t, char *out, size_t cap)
{
	size_t n = 8 - t->column % 8;
	bool spaces = (t->termios.oflag & ABI_TABDLY) == ABI_XTABS;

	if (cap < (spaces ? n : 1))
		return 0;
	t->column += (unsigned)n;
	memset(out, spaces ? ' ' : '\t', spaces ? n : 1);
	return spaces ? n : 1;
}

static void start_of_line(struct tty *t)
{
	t->column = t->canon_column = 0;
}

/* One byte with OPOST: bytes made, 0 to 8, or -1 if they do not fit (do_output_char). */
static int process_byte(struct tty *t, unsigned char c, char *out, size_t cap)
{
	uint32_t o = t->termios.oflag;

	if (cap < 1 || (c == '\n' && (o & ABI_ONLCR) && cap < 2))
		return -1;
	switch (c) {
	case '\n':
		if (o & (ABI_ONLRET | ABI_ONLCR))
			t->column = 0;
		t->canon_column = t->column;
		if (o & ABI_ONLCR) {
			memcpy(out, "\r\n", 2);
			return 2;
		}
		break;
	case '\r':
		if ((o & ABI_ONOCR) && t->column == 0)
			return 0;
		if (o & ABI_OCRNL)
			c = '\n';
		if (c == '\r' || (o & ABI_ONLRET))
			start_of_line(t);
		break;
	case '\t': {
		size_t n = put_tab(t, out, cap);

		return n ? (int)n : -1;
	}
	case '\b':
		t->column -= t->column > 0;
		break;
	default:
		if (!is_control(c)) {
			if ((o & ABI_OLCUC) && is_lower(c))
				c = (unsigned char)(c - ('a' - 'A'));
			t->column += !is_continuation(t, c);
		}
	}
	out[0] = (char)c;
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
	for (k = 0; k < len; k++) {
		int made = process_byte(t, (unsigned char)data[k], out + n, cap - n);

		if (made < 0)
			break;
		n += (size_t)made;
	}
	*used = k;
	return n;
}

size_t tty_output_room(struct tty *t)
{
	if (tty_is_stopped(t))
		return 0;
	return t->driver->room ? t->driver->room(t) : SIZE_MAX;
}

/* ---- echo --------------------------------------------------------------------------- */

static unsigned char echo_at(const struct tty *t, unsigned n)
{
	return t->echo[n % TTY_RING];
}

static void echo_put(struct tty *t, unsigned char c)
{
	t->echo[t->echo_head++ % TTY_RING] = c;
}

static void echo_op(struct tty *t, unsigned char op)
{
	echo_put(t, ECHO_OP);
	echo_put(t, op);
}

/* As it is, but through output processing. */
static void echo_raw(struct tty *t, unsigned char c)
{
	if (c == ECHO_OP)
		echo_put(t, ECHO_OP);
	echo_put(t, c);
}

/* With ECHOCTL control characters show as ^X, except the tab. */
static void echo_char(struct tty *t, unsigned char c)
{
	if (lflag(t, ABI_ECHOCTL) && is_control(c) && c != '\t')
		echo_op(t, c);
	else
		echo_raw(t, c);
}

static unsigned echo_length(const struct tty *t, unsigned at)
{
	if (echo_at(t, at) != ECHO_OP)
		return 1;
	return echo_at(t, at + 1) == ECHO_ERASE_TAB ? 3 : 2;
}

static int send_erase_tab(struct tty *t, unsigned distance, char *out, size_t cap)
{
	unsigned n;

	/* From the line's start: the line's own column counts, too. */
	if (!(distance & ECHO_AFTER_TAB))
		distance += t->canon_column;
	n = 8 - distance % 8;
	if (n > cap)
		return -1;
	memset(out, '\b', n);
	t->column -= MIN(n, t->column);
	return (int)n;
}

/* The instruction at `at`: bytes made, or -1 if they do not fit. */
static int send_one(struct tty *t, unsigned at, char *out, size_t cap)
{
	unsigned char c = echo_at(t, at), op = echo_at(t, at + 1);

	if (c != ECHO_OP) {
		if (t->termios.oflag & ABI_OPOST)
			return process_byte(t, c, out, cap);
		if (!cap)
			return -1;
		out[0] = (char)c;
		return 1;
	}
	switch (op) {
	case ECHO_ERASE_TAB:
		return send_erase_tab(t, echo_at(t, at + 2), out, cap);
	case ECHO_CANON_COLUMN:
		t->canon_column = t->column;
		return 0;
	case ECHO_BACK:
		t->column -= t->column > 0;
		return 0;
	case ECHO_OP:
		if (!cap)
			return -1;
		out[0] = (char)ECHO_OP;
		t->column++;
		return 1;
	}
	if (cap < 2)
		return -1;
	out[0] = '^';
	out[1] = (char)(op ^ 0x40);
	t->column += 2;
	return 2;
}

/* Everything committed, as far as the line takes it. */
static void send_committed(struct tty *t)
{
	size_t room = tty_output_room(t), n = 0;
	char out[SEND_MAX];

	while (t->echo_tail != t->echo_commit) {
		int made;

		if (n + 8 > sizeof(out)) {
			t->driver->write(t, out, n);
			room -= MIN(room, n);
			n = 0;
		}
		made = room <= n ? -1 : send_one(t, t->echo_tail, out + n, MIN(room - n, sizeof(out) - n));
		if (made < 0)
			break;
		n += (size_t)made;
		t->echo_tail += echo_length(t, t->echo_tail);
	}
	if (n)
		t->driver->write(t, out, n);
	/* Nobody reads, or the line is stopped: the oldest is lost. */
	while (t->echo_commit - t->echo_tail >= ECHO_KEEP)
		t->echo_tail += echo_length(t, t->echo_tail);
}

/* What belongs together is complete; a lot of it goes out at once. */
static void echo_commit(struct tty *t)
{
	unsigned old = t->echo_commit - t->echo_tail, now = t->echo_head - t->echo_tail;

	t->echo_mark = t->echo_head;
	if (now < ECHO_BLOCK || now % ECHO_BLOCK > old % ECHO_BLOCK)
		return;
	t->echo_commit = t->echo_head;
	send_committed(t);
}

void tty_send_echo(struct tty *t)
{
	if (t->echo_mark == t->echo_tail)
		return;
	t->echo_commit = t->echo_mark;
	send_committed(t);
}

static void echo_flush(struct tty *t)
{
	if ((!lflag(t, ABI_ECHO) && !lflag(t, ABI_ECHONL)) || t->echo_commit == t->echo_head)
		return;
	t->echo_commit = t->echo_head;
	send_committed(t);
}

/* ECHOPRT shows erased characters between \ and /. */
static void finish_erasing(struct tty *t)
{
	if (t->erasing)
		echo_raw(t, '/');
	t->erasing = false;
}

static void echo_new(struct tty *t, unsigned char c)
{
	if (t->canon_head == t->head)
		echo_op(t, ECHO_CANON_COLUMN);
	echo_char(t, c);
}

/* ---- the input ring ------------------------------------------------------------------- */

static uint8_t input_at(const struct tty *t, unsigned n)
{
	return t->input[n % TTY_RING];
}

static bool marked(const struct tty *t, unsigned n)
{
	return t->marks[n % TTY_RING / 64] >> n % 64 & 1;
}

static void set_mark(struct tty *t, unsigned n, bool mark)
{
	uint64_t bit = (uint64_t)1 << n % 64;

	if (mark)
		t->marks[n % TTY_RING / 64] |= bit;
	else
		t->marks[n % TTY_RING / 64] &= ~bit;
}

static bool is_eof_mark(const struct tty *t, unsigned n)
{
	return marked(t, n) && !input_at(t, n);
}

static void queue(struct tty *t, unsigned char c)
{
	t->input[t->head++ % TTY_RING] = c;
}

/* PARMRK: a byte that would look like the start of a report is doubled. */
static void queue_escaped(struct tty *t, unsigned char c)
{
	if (c == 0xff && iflag(t, ABI_PARMRK))
		queue(t, c);
	queue(t, c);
}

static void readable_now(struct tty *t)
{
	wake_up_nr(&t->readable, INT32_MAX, ABI_EPOLLIN | ABI_EPOLLRDNORM);
}

static void end_line(struct tty *t, unsigned char c)
{
	set_mark(t, t->head, true);
	queue(t, c);
	t->canon_head = t->head;
}

static void reset_input(struct tty *t)
{
	t->head = t->tail = t->canon_head = 0;
	t->erasing = t->push = false;
	memset(t->marks, 0, sizeof(t->marks));
}

void tty_flush_input(struct tty *t)
{
	reset_input(t);
	if (t->driver->event)
		t->driver->event(t, TTY_EVENT_FLUSH_READ);
	tty_input_taken(t);
}

/* ICANON or EXTPROC was switched. Into canonical mode: what is there becomes a line of its own.
 * Out of it: the edited line becomes readable. */
void tty_canon_changed(struct tty *t)
{
	memset(t->marks, 0, sizeof(t->marks));
	t->push = lflag(t, ABI_ICANON) && t->head != t->tail;
	if (t->push)
		set_mark(t, t->head - 1, true);
	t->canon_head = t->push ? t->head : t->tail;
	t->erasing = t->literal = false;
	readable_now(t);
}

unsigned tty_input_count(const struct tty *t)
{
	unsigned n;

	if (!tty_is_canonical(t))
		return t->head - t->tail;
	n = t->canon_head - t->tail;
	for (unsigned k = t->tail; k != t->canon_head; k++)
		n -= is_eof_mark(t, k);
	return n;
}

/* For a read, or for poll(2), which waits for VMIN unless VTIME runs. */
bool tty_input_ready(const struct tty *t, bool poll)
{
	unsigned min = t->termios.cc[ABI_VMIN];

	if (tty_is_canonical(t))
		return t->canon_head != t->tail;
	return t->head - t->tail >= (poll && !t->termios.cc[ABI_VTIME] && min ? min : 1);
}

/* ---- reading ---------------------------------------------------------------------------- */

/* Bytes from `tail` on, at most two pieces of the ring. */
static ssize_t copy_input(struct tty *t, struct uio *u, unsigned n)
{
	unsigned done = 0;

	while (done < n) {
		unsigned at = (t->tail + done) % TTY_RING, run = MIN(n - done, TTY_RING - at);

		if (uio_copy_in(u, t->input + at, run) != run)
			return -EFAULT;
		done += run;
	}
	return (ssize_t)n;
}

/* A line, or its beginning. */
static ssize_t take_line(struct tty *t, struct uio *u)
{
	unsigned n = 0, end = (unsigned)MIN(u->left, (size_t)(t->canon_head - t->tail));
	bool found = false;
	ssize_t err;

	while (n < end && !found)
		found = marked(t, t->tail + n++);
	err = copy_input(t, u, n - (found && !input_at(t, t->tail + n - 1)));
	if (err < 0)
		return err;
	t->tail += n;
	if (found) {
		set_mark(t, t->tail - 1, false);
		t->push = false;
	} else if (t->tail != t->canon_head && is_eof_mark(t, t->tail)) {
		/* The buffer is full, and the end of file goes with its line. */
		set_mark(t, t->tail++, false);
	}
	tty_input_taken(t);
	return err;
}

ssize_t tty_take(struct tty *t, struct uio *u, size_t max)
{
	unsigned n;
	ssize_t err;

	if (tty_is_canonical(t))
		return take_line(t, u);
	n = (unsigned)MIN(MIN(u->left, max), (size_t)(t->head - t->tail));
	err = copy_input(t, u, n);
	if (err < 0)
		return err;
	t->tail += n;
	/* With EXTPROC and ICANON a single VEOF is an end of file. */
	if (n == 1 && lflag(t, ABI_EXTPROC) && lflag(t, ABI_ICANON) && t->head == t->tail &&
	    is_cc(t, input_at(t, t->tail - 1), ABI_VEOF))
		err = 0;
	tty_input_taken(t);
	return err;
}

/* ---- line editing --------------------------------------------------------------------- */

/* Columns between the tab at `head` and what stands before it. */
static void erase_tab(struct tty *t)
{
	unsigned cells = 0, n = t->head;
	bool after_tab = false;

	while (n != t->canon_head && !after_tab) {
		unsigned char c = input_at(t, --n);

		if (c == '\t')
			after_tab = true;
		else if (is_control(c))
			cells += lflag(t, ABI_ECHOCTL) ? 2 : 0;
		else
			cells += !is_continuation(t, c);
	}
	echo_op(t, ECHO_ERASE_TAB);
	echo_put(t, (unsigned char)(cells % 8 | (after_tab ? ECHO_AFTER_TAB : 0)));
}

static void blank_cell(struct tty *t)
{
	echo_raw(t, '\b');
	echo_raw(t, ' ');
	echo_raw(t, '\b');
}

/* Show that the character of `len` bytes at `head` is gone. */
static void show_erased(struct tty *t, unsigned len, bool by_verase)
{
	unsigned char c = input_at(t, t->head);

	if (!lflag(t, ABI_ECHO))
		return;
	if (lflag(t, ABI_ECHOPRT)) {
		if (!t->erasing)
			echo_raw(t, '\\');
		t->erasing = true;
		echo_char(t, c);
		for (unsigned n = 1; n < len; n++) {
			echo_raw(t, input_at(t, t->head + n));
			echo_op(t, ECHO_BACK);
		}
	} else if (by_verase && !lflag(t, ABI_ECHOE)) {
		echo_char(t, t->termios.cc[ABI_VERASE]);
	} else if (c == '\t') {
		erase_tab(t);
	} else {
		if (is_control(c) && lflag(t, ABI_ECHOCTL))
			blank_cell(t);
		if (!is_control(c) || lflag(t, ABI_ECHOCTL))
			blank_cell(t);
	}
}

/* The start of the last character; false if there is none that is whole. */
static bool last_character(const struct tty *t, unsigned *at)
{
	unsigned n = t->head;

	do {
		n--;
	} while (is_continuation(t, input_at(t, n)) && n != t->canon_head);
	*at = n;
	return !is_continuation(t, input_at(t, n));
}

/* One character (VERASE), a word (VWERASE) or all (VKILL). */
static void erase(struct tty *t, unsigned which)
{
	bool in_word = false;
	unsigned at;

	while (t->head != t->canon_head && last_character(t, &at)) {
		unsigned len = t->head - at;

		if (which == ABI_VWERASE) {
			bool word = is_word(input_at(t, at));

			if (in_word && !word)
				break;
			in_word |= word;
		}
		t->head = at;
		show_erased(t, len, which == ABI_VERASE);
		if (which == ABI_VERASE)
			break;
	}
	if (t->head == t->canon_head && lflag(t, ABI_ECHO))
		finish_erasing(t);
}

static void kill_line(struct tty *t)
{
	if (!lflag(t, ABI_ECHO)) {
		t->head = t->canon_head;
	} else if (!lflag(t, ABI_ECHOK) || !lflag(t, ABI_ECHOKE) || !lflag(t, ABI_ECHOE)) {
		t->head = t->canon_head;
		finish_erasing(t);
		echo_char(t, t->termios.cc[ABI_VKILL]);
		if (lflag(t, ABI_ECHOK))
			echo_raw(t, '\n');
	} else {
		erase(t, ABI_VKILL);
	}
}

static void reprint(struct tty *t, unsigned char c)
{
	finish_erasing(t);
	echo_char(t, c);
	echo_raw(t, '\n');
	for (unsigned n = t->canon_head; n != t->head; n++)
		echo_char(t, input_at(t, n));
}

static void next_is_data(struct tty *t)
{
	t->literal = true;
	if (!lflag(t, ABI_ECHO))
		return;
	finish_erasing(t);
	if (lflag(t, ABI_ECHOCTL)) {
		echo_raw(t, '^');
		echo_raw(t, '\b');
	}
}

/* Editing keys; true if c was one. */
static bool edit(struct tty *t, unsigned char c)
{
	bool extended = lflag(t, ABI_IEXTEN);
	bool verase = is_cc(t, c, ABI_VERASE), vkill = is_cc(t, c, ABI_VKILL);

	if (verase || vkill || (extended && is_cc(t, c, ABI_VWERASE))) {
		if (t->head == t->canon_head)
			return true;
		if (vkill && !verase)
			kill_line(t);
		else
			erase(t, verase ? ABI_VERASE : ABI_VWERASE);
	} else if (extended && is_cc(t, c, ABI_VLNEXT)) {
		next_is_data(t);
	} else if (extended && is_cc(t, c, ABI_VREPRINT) && lflag(t, ABI_ECHO)) {
		reprint(t, c);
	} else {
		return false;
	}
	echo_commit(t);
	return true;
}

/* What ends a line; true if c does. */
static bool line_end(struct tty *t, unsigned char c)
{
	if (c == '\n') {
		if (lflag(t, ABI_ECHO) || lflag(t, ABI_ECHONL))
			echo_raw(t, '\n');
	} else if (is_cc(t, c, ABI_VEOF)) {
		end_line(t, 0);
		return true;
	} else if (is_cc(t, c, ABI_VEOL) || (lflag(t, ABI_IEXTEN) && is_cc(t, c, ABI_VEOL2))) {
		if (lflag(t, ABI_ECHO))
			echo_new(t, c);
		if (c == 0xff && iflag(t, ABI_PARMRK))
			queue(t, c);
	} else {
		return false;
	}
	echo_commit(t);
	end_line(t, c);
	return true;
}

/* ---- receiving --------------------------------------------------------------------------------- */

static void start_again(struct tty *t)
{
	tty_set_stopped(t, false);
	tty_send_echo(t);
}

static void drop_echo(struct tty *t)
{
	t->echo_head = t->echo_tail = t->echo_commit = t->echo_mark = 0;
}

static bool signal_key(struct tty *t, unsigned char c)
{
	static const struct { unsigned cc; int sig; } keys[] = {
		{ ABI_VINTR, SIGINT }, { ABI_VQUIT, SIGQUIT }, { ABI_VSUSP, SIGTSTP },
	};

	for (size_t n = 0; n < ARRAY_SIZE(keys); n++) {
		if (!is_cc(t, c, keys[n].cc))
			continue;
		tty_signal(t, keys[n].sig);
		if (!lflag(t, ABI_NOFLSH)) {
			drop_echo(t);
			if (t->driver->drop_output)
				t->driver->drop_output(t);
			reset_input(t);
			if (t->driver->event)
				t->driver->event(t, TTY_EVENT_FLUSH_READ);
		}
		if (iflag(t, ABI_IXON))
			tty_set_stopped(t, false);
		if (lflag(t, ABI_ECHO)) {
			echo_char(t, c);
			echo_commit(t);
		} else {
			tty_send_echo(t);
		}
		return true;
	}
	return false;
}

/* VSTART and VSTOP; true if c was one. */
static bool flow_key(struct tty *t, unsigned char c)
{
	if (is_cc(t, c, ABI_VSTART))
		start_again(t);
	else if (is_cc(t, c, ABI_VSTOP))
		tty_set_stopped(t, true);
	else
		return false;
	return true;
}

static void any_key_starts(struct tty *t)
{
	if (t->stopped && !t->held && iflag(t, ABI_IXON) && iflag(t, ABI_IXANY))
		start_again(t);
}

/* Without ICANON only a return that became a newline shows as one, others as ^J. */
static void receive_data(struct tty *t, unsigned char c, bool mapped)
{
	if (lflag(t, ABI_ECHO)) {
		finish_erasing(t);
		if (c == '\n' && mapped)
			echo_raw(t, c);
		else
			echo_new(t, c);
		echo_commit(t);
	}
	queue_escaped(t, c);
}

static unsigned char fold(const struct tty *t, unsigned char c)
{
	if (iflag(t, ABI_ISTRIP))
		c &= 0x7f;
	if (iflag(t, ABI_IUCLC) && lflag(t, ABI_IEXTEN) && is_upper(c))
		c = (unsigned char)(c + ('a' - 'A'));
	return c;
}

static void receive_byte(struct tty *t, unsigned char c)
{
	bool mapped = false;

	c = fold(t, c);
	if (t->literal) {
		t->literal = false;
		any_key_starts(t);
		receive_data(t, c, false);
		return;
	}
	if (lflag(t, ABI_EXTPROC)) {
		queue(t, c);
		return;
	}
	if (iflag(t, ABI_IXON) && flow_key(t, c))
		return;
	if (lflag(t, ABI_ISIG) && signal_key(t, c))
		return;
	any_key_starts(t);
	if (c == '\r' && iflag(t, ABI_IGNCR))
		return;
	if (c == '\r' && iflag(t, ABI_ICRNL)) {
		c = '\n';
		mapped = true;
	} else if (c == '\n' && iflag(t, ABI_INLCR)) {
		c = '\r';
	}
	if (lflag(t, ABI_ICANON) && (edit(t, c) || line_end(t, c)))
		return;
	receive_data(t, c, mapped);
}

/* The host's discipline did the work: what it gave at a time is a line, or an end. */
static void receive_passed(struct tty *t, const char *data, size_t len)
{
	for (size_t n = 0; n < len; n++) {
		if (data[n] == '\n' || n + 1 == len)
			end_line(t, (unsigned char)data[n]);
		else
			queue(t, (unsigned char)data[n]);
	}
}

/* How many bytes may come in now (n_tty_receive_buf_common). PARMRK may make three of one.
 * *overflow: the ring is full of a line without an end. */
static size_t input_room(struct tty *t, bool *overflow)
{
	int room = (int)(TTY_RING - (t->head - t->tail));

	if (iflag(t, ABI_PARMRK))
		room = (room + 2) / 3;
	*overflow = --room <= 0 && lflag(t, ABI_ICANON) && t->canon_head == t->tail && !t->pass_through;
	if (!*overflow)
		return room > 0 ? (size_t)room : 0;
	if (room < 0)
		t->head--;
	return 1;
}

static size_t receive_some(struct tty *t, const char *data, size_t len)
{
	size_t done = 0, n;
	bool overflow;

	while (done < len && (n = input_room(t, &overflow)) != 0) {
		n = MIN(n, len - done);
		if (t->pass_through) {
			receive_passed(t, data + done, n);
		} else {
			for (size_t k = 0; k < n; k++)
				receive_byte(t, (unsigned char)data[done + k]);
			echo_flush(t);
		}
		done += n;
	}
	if (tty_input_ready(t, false))
		readable_now(t);
	return done;
}

/* Input that waited has room now. */
void tty_input_taken(struct tty *t)
{
	size_t n;

	if (t->receiving)
		return;                       /* a signal key in the middle of a piece */
	if (t->pending_len) {
		t->receiving = true;
		n = receive_some(t, t->pending, t->pending_len);
		t->receiving = false;
		t->pending_len -= n;
		memmove(t->pending, t->pending + n, t->pending_len);
		if (!t->pending_len) {
			free(t->pending);
			t->pending = NULL;
		}
	}
	if (t->driver->taken)
		t->driver->taken(t);
}

size_t tty_receive_room(const struct tty *t)
{
	return TTY_PENDING - t->pending_len;
}

size_t tty_receive(struct tty *t, const char *data, size_t len)
{
	size_t done = 0, rest;

	len = MIN(len, tty_receive_room(t));
	if (!t->pending_len) {
		t->receiving = true;
		done = receive_some(t, data, len);
		t->receiving = false;
	}
	rest = len - done;
	if (rest) {
		if (!t->pending)
			t->pending = xalloc(TTY_PENDING);
		memcpy(t->pending + t->pending_len, data + done, rest);
		t->pending_len += rest;
	}
	return len;
}

void tty_receive_eof(struct tty *t)
{
	if (t->head - t->tail < TTY_RING)
		end_line(t, 0);
	readable_now(t);
}
