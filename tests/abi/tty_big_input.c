/* More input than the line discipline holds: an endless line, lines behind a full ring, raw bytes. */
#include "tty.h"

static void fill(struct pair p, size_t total, size_t chunk, int newline_every)
{
	static char text[70000];
	size_t sent = 0;

	for (size_t n = 0; n < total; n++)
		text[n] = newline_every && n % newline_every == newline_every - 1 ? '\n' : "abcdefghijklmnop"[n % 16];
	while (sent < total) {
		ssize_t n = write(p.master, text + sent, total - sent < chunk ? total - sent : chunk);

		if (n <= 0)
			break;
		sent += n;
	}
	printf("sent %zu of %zu\n", sent, total);
}

/* Not how many reads it took: a worker refills the ring meanwhile. */
static void count(int fd, size_t max)
{
	static char buf[70000];
	ssize_t n, total = 0;
	unsigned sum = 0;

	while ((n = read(fd, buf, max)) > 0) {
		for (ssize_t k = 0; k < n; k++)
			sum = sum * 31 + (unsigned char)buf[k];
		total += n;
	}
	printf("  read %zd bytes, sum %u, then %s\n", total, sum, error_name(n ? errno : 0));
}

TOPIC(tty_big_input)
{
	struct pair p = tty_pair();
	int n;

	tty_modes(p, 0, 0, ICANON);
	fill(p, 5000, 1000, 0);               /* a line of 4095 bytes at most */
	count(p.slave, 8192);
	R(write(p.master, "\n", 1));
	count(p.slave, 8192);
	fill(p, 12000, 3000, 100);            /* waits, and comes in as it is read */
	count(p.slave, 8192);
	fill(p, 12000, 3000, 100);
	count(p.slave, 30);
	tty_modes(p, 0, 0, 0);
	fill(p, 12000, 3000, 0);
	count(p.slave, 1000);
	fill(p, 4094, 4094, 0);
	R(ioctl(p.slave, FIONREAD, &n));
	count(p.slave, 1000);
	tty_modes(p, PARMRK, 0, 0);
	for (int k = 0; k < 3000; k++)
		write(p.master, "\xff", 1);
	count(p.slave, 1000);
	tty_modes(p, 0, 0, ICANON | ECHO);
	fill(p, 5000, 500, 0);                /* the bytes that are written over echo, too */
	R(write(p.master, "\n", 1));
	count(p.slave, 8192);
	count(p.master, 8192);
	tty_close(p);
}
