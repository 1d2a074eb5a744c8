/* Pseudo terminals for the tty_* topics: a pair, and what came out of both sides.
 *
 * Linux hands input to the line discipline from a worker; a read of the slave that finds
 * nothing waits for that worker first. So draining the slave, then the master, shows the
 * same on every run. */
#ifndef TESTS_ABI_TTY_H
#define TESTS_ABI_TTY_H

#include "abi.h"
#include <termios.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif
#ifndef EXTPROC
#define EXTPROC 0200000
#endif

struct pair { int master, slave; };

static inline struct pair tty_pair(void)
{
	struct pair p;
	char name[64];

	p.master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
	grantpt(p.master);
	unlockpt(p.master);
	ptsname_r(p.master, name, sizeof(name));
	p.slave = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	return p;
}

static inline void tty_close(struct pair p)
{
	close(p.slave);
	close(p.master);
}

/* Bytes as text: printable as they are, others as \xx. */
static inline void tty_show(const char *what, const char *data, ssize_t n)
{
	printf("%s", what);
	for (ssize_t k = 0; k < n; k++)
		if (data[k] >= ' ' && data[k] < 0x7f && data[k] != '\\')
			putchar(data[k]);
		else
			printf("\\%02x", (unsigned char)data[k]);
	printf("|\n");
}

/* Is what one read brings the kernel's choice: a line, a packet? Elsewhere it is what the worker
 * has handed over by then, which differs from run to run: such reads are shown as one. */
static inline int tty_reads_are_units(int fd)
{
	struct termios t;
	unsigned number;
	int packets = 0;

	if (!ioctl(fd, TIOCGPTN, &number))       /* a master */
		return !ioctl(fd, TIOCGPKT, &packets) && packets;
	return !tcgetattr(fd, &t) && (t.c_lflag & ICANON);
}

static inline void tty_drain_one(const char *what, int fd, int max)
{
	int units = tty_reads_are_units(fd), reads = 0;
	char buf[16384];
	ssize_t n, have = 0;

	for (;;) {
		n = read(fd, buf + have, max < (int)sizeof(buf) - have ? max : (int)sizeof(buf) - have);
		if (n > 0)
			have += n;
		if (have && (units || n <= 0 || have == sizeof(buf) || reads >= 2000)) {
			tty_show(what, buf, have);
			have = 0;
		}
		if (n < 0) {
			if (errno != EAGAIN)
				printf("%s%s\n", what, error_name(errno));
			return;
		}
		if (n == 0)
			tty_show(what, buf, 0);
		if (++reads > 2000 || (n == 0 && reads > 20))
			return;
		if (n == 0) {
			struct termios t;

			/* MIN 0: nothing is 0 for ever. */
			if (!tcgetattr(fd, &t) && !(t.c_lflag & ICANON) && !t.c_cc[VMIN])
				return;
		}
	}
}

static inline void tty_drain(struct pair p)
{
	tty_drain_one("  in  ", p.slave, 4096);
	tty_drain_one("  out ", p.master, 4096);
}

/* Until Linux' worker has handed over all that was typed, and not only a first line, which a key after
 * it may flush. poll() waits for the worker where there is nothing to read; where there is, the worker
 * is done or at work, and who sets the modes waits for it. */
static inline void tty_settle(struct pair p)
{
	struct pollfd f = { .fd = p.slave, .events = POLLIN };
	struct termios t;

	poll(&f, 1, 0);
	if (!tcgetattr(p.slave, &t))
		tcsetattr(p.slave, TCSANOW, &t);
}

static inline void tty_type(struct pair p, const char *keys, size_t len)
{
	ssize_t n = write(p.master, keys, len);

	tty_settle(p);
	if (n != (ssize_t)len)
		printf("  typed %zd of %zu\n", n, len);
	tty_drain(p);
}

#define TYPE(p, text) (tty_show("type ", text, sizeof(text) - 1), tty_type(p, text, sizeof(text) - 1))
#define PUT(p, text)  (tty_show("put ", text, sizeof(text) - 1), \
		       printf("  wrote %zd\n", write((p).slave, text, sizeof(text) - 1)), tty_drain(p))

static inline void tty_modes(struct pair p, tcflag_t i, tcflag_t o, tcflag_t l)
{
	struct termios t;

	tcgetattr(p.slave, &t);
	t.c_iflag = i;
	t.c_oflag = o;
	t.c_lflag = l;
	tcsetattr(p.slave, TCSANOW, &t);
}

/* The same numbers on both machines. */
static inline unsigned tty_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16 & 0x7fff;
}

/* Text in which the keys that mean something are frequent. */
static inline size_t tty_random_keys(unsigned *state, char *out, size_t max)
{
	static const char special[] = "\n\n\r\r\t\t\b\x7f\x7f\x15\x17\x12\x16\x04\x04\x03\x1c\x1a\x11\x13\x0f\x01\x1b,;\xff\xc3\xa4\xe2\x82\xac";
	size_t n = tty_random(state) % max;

	for (size_t k = 0; k < n; k++) {
		unsigned r = tty_random(state);

		out[k] = r % 3 ? "abcXYZ _09."[r / 3 % 11] : special[r / 3 % (sizeof(special) - 1)];
	}
	return n;
}

/* A key that sends a signal also drops the echo that is on its way to the master, which on Linux is as
 * much as a second worker has left there: what was typed before the key is taken first. */
static inline void tty_type_random(struct pair p, const char *keys, size_t len, tcflag_t local)
{
	bool in_pieces = (local & ISIG) && !(local & NOFLSH) && (local & (ECHO | ECHONL));
	size_t from = 0, to;

	do {
		to = from + (from < len);
		while (to < len && !(in_pieces && memchr("\x03\x1c\x1a", keys[to], 3)))
			to++;
		tty_type(p, keys + from, to - from);
		from = to;
	} while (from < len);
}

/* 60 rounds of any of these flags (lists that end in 0): random keys, and what is read and echoed. */
static inline void tty_random_rounds(unsigned state, const tcflag_t *input, const tcflag_t *output, const tcflag_t *local)
{
	for (int round = 0; round < 60; round++) {
		tcflag_t i = 0, o = 0, l = 0;
		struct pair p = tty_pair();
		struct termios t;

		for (int k = 0; input[k]; k++)
			i |= tty_random(&state) & 1 ? input[k] : 0;
		for (int k = 0; output[k]; k++)
			o |= tty_random(&state) & 1 ? output[k] : 0;
		for (int k = 0; local[k]; k++)
			l |= tty_random(&state) & 1 ? local[k] : 0;
		printf("round %d: %#o %#o %#o\n", round, i, o, l);
		tty_modes(p, i, o, l);
		tcgetattr(p.slave, &t);
		t.c_cc[VEOL] = ',';
		t.c_cc[VEOL2] = ';';
		tcsetattr(p.slave, TCSANOW, &t);
		for (int n = 0; n < 6; n++) {
			char keys[48];
			size_t len = tty_random_keys(&state, keys, sizeof(keys));

			tty_show("keys ", keys, len);
			tty_type_random(p, keys, len, l);
			len = tty_random_keys(&state, keys, sizeof(keys));
			tty_show("text ", keys, len);
			printf("  wrote %zd\n", write(p.slave, keys, len));
			tty_drain(p);
			/* A stopped line keeps its echo: let it go. */
			R(tcflow(p.slave, TCOON));
			tty_type(p, "\x11", 1);
		}
		tty_close(p);
	}
}

#endif
