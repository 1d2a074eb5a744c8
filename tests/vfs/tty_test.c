/* The line discipline by itself, on a line made of memory: what comes out of the keyboard's side,
 * what the screen's side shows, who gets which signal. Expected values are those
 * of a Linux pseudo terminal (pty_oracle asks one and compares). */
#include "vtest.h"

#include <pty.h>
#include <signal.h>
#include <termios.h>

#include "../../src/vfs/tty.h"

static struct tty t;
static struct file *f;
static char screen[4096];
static size_t shown;
static int signalled;

static size_t line_write(struct tty *tty, const char *data, size_t len)
{
	(void)tty;
	CHECK(shown + len < sizeof(screen));
	memcpy(screen + shown, data, len);
	shown += len;
	screen[shown] = 0;
	return len;
}

static void want_write(struct tty *tty)
{
	(void)tty;
}

static const struct tty_driver line = { .write = line_write, .want_write = want_write };

static void signal_group(int pgrp, int sig)
{
	CHECK_EQ(pgrp, 77);
	signalled = sig;
}

static void fresh(void)
{
	tty_init(&t, &line, abi_makedev(5, 1));
	t.pgrp = 77;
	t.termios.iflag &= ~(uint32_t)ABI_IUTF8;
	shown = 0;
	screen[0] = 0;
	signalled = 0;
	tty_hooks = (struct tty_hooks){ .signal_pgrp = signal_group };
	f = anon_file_create("tty", &tty_fops, NULL, O_RDWR | O_NONBLOCK | O_NOCTTY, vt_root);
	tty_open(&t, f);
}

static void done(void)
{
	file_put(f);
}

/* One read(2): its text, or the error. */
static const char *take(size_t max)
{
	static char buf[600];
	struct uio u;
	ssize_t n;

	uio_init_kernel(&u, buf, max);
	n = file_read(f, &u, NULL);
	if (n < 0)
		snprintf(buf, sizeof(buf), "-%s", n == -EAGAIN ? "EAGAIN" : "error");
	else
		buf[n] = 0;
	return buf;
}

static void type(const char *keys)
{
	tty_receive(&t, keys, strlen(keys));
}

static void put(const char *text)
{
	struct uio u;

	uio_init_kernel(&u, (char *)text, strlen(text));
	CHECK_EQ(file_write(f, &u, NULL), strlen(text));
}

static void canonical(void)
{
	fresh();
	type("ab");
	CHECK_STR(take(100), "-EAGAIN");
	type("c\rnext");
	CHECK_STR(take(100), "abc\n");
	CHECK_STR(take(100), "-EAGAIN");
	type("\n");
	CHECK_STR(take(3), "nex");
	CHECK_STR(take(100), "t\n");
	CHECK_STR(screen, "abc\r\nnext\r\n");
	done();
}

static void editing(void)
{
	fresh();
	type("wrong\x15");                    /* VKILL */
	type("one two  \x17");                /* VWERASE */
	type("x\x7f");
	type("\x7f\x7f\x7f\x7f\x7f\x7f\x7f");  /* more than there is */
	type("ok\tz\x7f\x7f!\n");
	CHECK_STR(take(100), "ok!\n");
	shown = 0;
	type("a\x01" "b\x7f\x7f\n");
	CHECK_STR(screen, "a^Ab\b \b\b \b\b \b\r\n");
	CHECK_STR(take(100), "a\n");
	type("\x16\x03q\n");                  /* VLNEXT: ^C as data */
	CHECK_STR(take(100), "\x03q\n");
	CHECK_EQ(signalled, 0);
	done();
}

static void end_of_file(void)
{
	fresh();
	type("\x04");
	CHECK_STR(take(100), "");
	type("part\x04");
	CHECK_STR(take(100), "part");
	CHECK_STR(take(100), "-EAGAIN");
	type("exact\x04");
	CHECK_STR(take(5), "exact");          /* the mark goes with it */
	CHECK_STR(take(100), "-EAGAIN");
	done();
}

static void signals(void)
{
	fresh();
	type("lost");                         /* in one piece with the key its echo would go, too */
	type("\x03");
	CHECK_EQ(signalled, SIGINT);
	CHECK_STR(take(100), "-EAGAIN");
	CHECK_STR(screen, "lost^C");
	type("\x1c");
	CHECK_EQ(signalled, SIGQUIT);
	type("\x1a");
	CHECK_EQ(signalled, SIGTSTP);
	t.termios.lflag &= ~(uint32_t)ABI_ISIG;
	signalled = 0;
	type("\x03\n");
	CHECK_EQ(signalled, 0);
	CHECK_STR(take(100), "\x03\n");
	done();
}

/* ^D typed in canonical mode stays in the queue as a mark; a later raw read that is
 * full when it meets the mark must end there (it once looped for ever). */
static void mark_after_full_read(void)
{
	fresh();
	type("a\x04");
	t.termios.lflag &= ~(uint32_t)(ABI_ICANON | ABI_ECHO);
	CHECK_STR(take(1), "a");
	done();
}

static void raw_mode(void)
{
	fresh();
	type("pending");
	t.termios.lflag &= ~(uint32_t)(ABI_ICANON | ABI_ECHO);
	tty_canon_changed(&t);
	CHECK_STR(take(3), "pen");
	CHECK_STR(take(100), "ding");
	t.termios.cc[ABI_VMIN] = 3;
	type("ab");
	CHECK_EQ(file_poll(f, NULL) & ABI_EPOLLIN, 0);
	type("c");
	CHECK(file_poll(f, NULL) & ABI_EPOLLIN);
	CHECK_STR(take(100), "abc");
	t.termios.cc[ABI_VMIN] = 0;
	CHECK_STR(take(100), "");
	done();
}

static void output(void)
{
	fresh();
	put("a\nb\tc");
	CHECK_STR(screen, "a\r\nb\tc");
	shown = 0;
	t.termios.oflag |= ABI_XTABS;
	put("\r12\tx");
	CHECK_STR(screen, "\r12      x");
	shown = 0;
	t.termios.oflag &= ~(uint32_t)ABI_OPOST;
	put("a\n\t");
	CHECK_STR(screen, "a\n\t");
	done();
}

static void flow(void)
{
	struct uio u;

	fresh();
	type("\x13");
	uio_init_kernel(&u, (char *)"x", 1);
	CHECK_EQ(file_write(f, &u, NULL), -EAGAIN);
	CHECK_EQ(file_poll(f, NULL) & ABI_EPOLLOUT, 0);
	type("\x11");
	put("y");
	CHECK_STR(screen, "y");
	done();
}

/* ---- random keys, compared with the host's own line discipline ----------------------- */

static uint64_t state;
static unsigned rnd(unsigned n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(state >> 33) % n;
}

/* A read that finds nothing waits for Linux' worker before it says so: nothing is missed. */
static size_t drain(int fd, char *buf, size_t cap)
{
	size_t n = 0;
	ssize_t got;

	while (n < cap && (got = read(fd, buf + n, cap - n)) > 0)
		n += (size_t)got;
	return n;
}

/* Control characters made visible. */
static const char *visible(const char *s)
{
	static char buf[2][8192];
	static unsigned n;
	size_t at = 0;

	n ^= 1;
	for (; *s; s++)
		at += (size_t)snprintf(buf[n] + at, sizeof(buf[n]) - at, *s < ' ' || *s == 0x7f ? "<%02x>" : "%c", *s);
	buf[n][at] = 0;
	return buf[n];
}

static void one_oracle_run(unsigned seed)
{
	static const char keys[] = "abc \t\r\n\x7f\x7f\x15\x17\x16\x04\x12\x01\x1b" "xyz";
	int master, slave;
	struct termios h;
	char sent[64], echoed[4096], want[600];
	size_t len = 1 + rnd(40), n;

	CHECK_EQ(openpty(&master, &slave, NULL, NULL, NULL), 0);
	fresh();
	tcgetattr(slave, &h);
	h.c_iflag = t.termios.iflag;
	h.c_oflag = t.termios.oflag;
	if (rnd(4) == 0)
		t.termios.lflag &= ~(uint32_t)(1u << rnd(14)) | ABI_ICANON;
	h.c_lflag = t.termios.lflag;
	memcpy(h.c_cc, t.termios.cc, sizeof(t.termios.cc));
	tcsetattr(slave, TCSANOW, &h);
	for (size_t k = 0; k < len; k++)
		sent[k] = keys[rnd(sizeof(keys) - 1)];
	sent[len++] = '\n';
	sent[len] = 0;
	UNIT_CONTEXT("seed %u lflag %o sent %s", seed, h.c_lflag, visible(sent));
	CHECK_EQ(write(master, sent, len), (ssize_t)len);
	tty_receive(&t, sent, len);
	fcntl(slave, F_SETFL, O_NONBLOCK);
	fcntl(master, F_SETFL, O_NONBLOCK);
	for (int line_nr = 0; line_nr < 60; line_nr++) {
		ssize_t got = read(slave, want, sizeof(want) - 1);
		const char *mine = take(sizeof(want) - 1);

		if (got < 0) {
			CHECK_STR(mine, "-EAGAIN");
			break;
		}
		want[got] = 0;
		CHECK_STR(mine, want);
	}
	n = drain(master, echoed, sizeof(echoed) - 1);
	echoed[n] = 0;
	CHECK_STR(visible(screen), visible(echoed));
	done();
	close(master);
	close(slave);
}

static void pty_oracle(void)
{
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, NULL)) {
		printf("pty_oracle: skipped, the host has no pseudo terminals here\n");
		return;
	}
	close(master);
	close(slave);
	for (unsigned seed = 1; seed <= 400; seed++) {
		unsigned long before = unit_failures;

		state = seed * 0x9e3779b97f4a7c15ull;
		one_oracle_run(seed);
		if (unit_failures != before)
			return;
	}
}

static void body(void)
{
	struct super *s;

	CHECK_EQ(tmpfs_create(0755, &s), 0);
	vt_start(s);
	RUN(canonical);
	RUN(editing);
	RUN(end_of_file);
	RUN(signals);
	RUN(mark_after_full_read);
	RUN(raw_mode);
	RUN(output);
	RUN(flow);
	RUN(pty_oracle);
	vt_stop();
}

int main(void)
{
	return vt_main(body);
}
