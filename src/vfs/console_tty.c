/* The console when hearth runs in a terminal: the host's terminal as the line below a tty.
 *
 * If both stdin and stdout are the terminal, it is put into raw mode: every key arrives as a
 * byte, and the guest's own line discipline does echo, editing and signals. If
 * only one is (a pager behind a pipe uses the same terminal), the host's modes
 * stay as they are and its line discipline does the work: pass_through.
 *
 * However hearth ends, console_restore() puts the terminal back. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <signal.h>
#include <termios.h>

#include "base/alloc.h"
#include "console.h"
#include "host/host.h"
#include "tty.h"

enum { INPUT_BYTES = 512, OUTPUT_BYTES = 256 };

static struct console {
	struct tty tty;
	struct host_event in, out;
	bool out_added;
	int in_fd, out_fd;
} *console;

/* For console_restore(), which may run in a signal handler. */
static struct termios saved;
static volatile bool raw;

struct tty *console_tty(void)
{
	return console ? &console->tty : NULL;
}

/* ---- the line ------------------------------------------------------------------- */

static size_t line_write(struct tty *t, const char *data, size_t len)
{
	ssize_t n;

	if (!(host_fd_ready(console->out_fd, ABI_EPOLLOUT) & ABI_EPOLLOUT))
		return 0;
	n = host_write(console->out_fd, data, len);
	if (n < 0 && n != -EAGAIN)
		t->gone = true;
	return n > 0 ? (size_t)n : 0;
}

static void out_fired(struct host_event *ev, uint32_t events)
{
	tty_send_echo(&console->tty);
	tty_writable(&console->tty);
}

static void want_write(struct tty *t)
{
	uint32_t events = ABI_EPOLLOUT | ABI_EPOLLONESHOT;

	if (tty_is_stopped(t))
		return;                       /* VSTART will wake */
	if (console->out_added)
		host_event_modify(&console->out, events);
	else
		console->out_added = host_event_add(&console->out, events) == 0;
}

static void get_winsize(struct tty *t, struct abi_winsize *ws)
{
	struct winsize host;

	if (host_tty_winsize(console->out_fd, &host) == 0)
		*ws = (struct abi_winsize){ host.ws_row, host.ws_col, host.ws_xpixel, host.ws_ypixel };
}

/* So much fits when anything does: the host says no more than that. */
static size_t line_room(struct tty *t)
{
	return host_fd_ready(console->out_fd, ABI_EPOLLOUT | ABI_EPOLLHUP | ABI_EPOLLERR) ? OUTPUT_BYTES : 0;
}

static const struct tty_driver driver = {
	.write = line_write, .want_write = want_write, .get_winsize = get_winsize, .room = line_room,
};

static void in_fired(struct host_event *ev, uint32_t events)
{
	char buf[INPUT_BYTES];
	ssize_t n;

	if (!(events & (ABI_EPOLLIN | ABI_EPOLLHUP | ABI_EPOLLERR)))
		return;
	n = host_read(console->in_fd, buf, sizeof(buf));
	if (n > 0) {
		tty_receive(&console->tty, buf, (size_t)n);
	} else if (n == 0 && console->tty.pass_through && !(events & ABI_EPOLLHUP)) {
		tty_receive_eof(&console->tty);
	} else if (n == 0 || n != -EAGAIN) {
		host_event_del(ev);           /* the terminal went away */
		tty_hangup(&console->tty);
	}
}

/* ---- the host's modes ---------------------------------------------------------------- */

static void enter_raw(int fd)
{
	struct termios t;

	if (host_tty_get(fd, &t))
		return;
	if (!raw)
		saved = t;
	cfmakeraw(&t);
	if (host_tty_set(fd, &t) == 0)
		raw = true;
}

void console_restore(void)
{
	if (!raw)
		return;
	raw = false;
	if (host_tty_set(0, &saved))
		host_tty_set(1, &saved);
}

bool console_host_signal(int signo)
{
	if (!console)
		return false;
	if (signo == SIGWINCH)
		tty_signal(&console->tty, SIGWINCH);
	else if (signo == SIGCONT && !console->tty.pass_through)
		enter_raw(console->in_fd);
	return signo == SIGWINCH && console->tty.pgrp;
}

/* ---- opening ----------------------------------------------------------------------------- */

static void create_console(void)
{
	bool in = host_isatty(0), out = host_isatty(1);

	console = xnew(struct console);
	tty_init(&console->tty, &driver, abi_makedev(5, 1));
	console->in_fd = in ? 0 : out ? 1 : 2;
	console->out_fd = out ? 1 : host_isatty(2) ? 2 : 0;
	console->in.fd = console->in_fd;
	console->in.fire = in_fired;
	console->out.fd = host_dup(console->out_fd);  /* an event of its own, even for one descriptor */
	console->out.fire = out_fired;
	console->tty.pass_through = !in || !out;
	get_winsize(&console->tty, &console->tty.winsize);
	if (!console->tty.pass_through) {
		enter_raw(console->in_fd);
		host_at_crash(console_restore);
	}
	if (in)
		host_event_add(&console->in, ABI_EPOLLIN);
}

int console_tty_open(int host_fd, struct file **out)
{
	struct cred *who = cred_create(0, 0);
	struct path root = vfs_root(), p;
	struct fs *fs = fs_create(root);
	struct walker w = { .fs = fs, .cred = who };
	int err;

	if (!console)
		create_console();
	console_register_devices();
	err = vfs_lookup(w, "/dev/console", 0, &p);
	if (!err) {
		err = vfs_open_found(p, ABI_O_RDWR | ABI_O_NOCTTY, who, false, out);
		path_put(p);
	} else {
		*out = anon_file_create("/dev/console", &tty_fops, NULL, ABI_O_RDWR | ABI_O_NOCTTY, who);
		tty_open(&console->tty, *out);
		(*out)->inode->mode = S_IFCHR | 0620;
		(*out)->inode->rdev = console->tty.rdev;
		err = 0;
	}
	fs_put(fs);
	path_put(root);
	cred_put(who);
	return err;
}

void console_tty_shutdown(void)
{
	console_restore();
	if (!console)
		return;
	host_event_del(&console->in);
	if (console->out_added)
		host_event_del(&console->out);
	host_close(console->out.fd);
	tty_fini(&console->tty);
	free(console);
	console = NULL;
}
