/* VMIN and VTIME in their four combinations, blocking and not; times only to tell at once from waiting. */
#include "tty.h"

static int slave;

static void modes(int min, int time)
{
	struct termios t;

	tcgetattr(slave, &t);
	t.c_iflag = 0;
	t.c_lflag = 0;
	t.c_cc[VMIN] = min;
	t.c_cc[VTIME] = time;
	tcsetattr(slave, TCSANOW, &t);
	printf("MIN %d TIME %d\n", min, time);
}

static void take(size_t max)
{
	char buf[300];
	long long began = now_ms();
	ssize_t n = read(slave, buf, max);
	bool waited = now_ms() - began >= 150;

	if (n < 0)
		printf("  read %zu: %s", max, error_name(errno));
	else
		tty_show("  read ", buf, n);
	printf("  %s\n", waited ? "after a while" : "at once");
}

static void later(int master, const char *text, int ms)
{
	if (fork() == 0) {
		sleep_ms(ms);
		write(master, text, strlen(text));
		_exit(0);
	}
}

static void poll_now(void)
{
	struct pollfd f = { .fd = slave, .events = POLLIN };

	printf("  poll %#x\n", (poll(&f, 1, 0), f.revents));
}

TOPIC(tty_min_time)
{
	struct pair p = tty_pair();
	static const int combos[][2] = { { 0, 0 }, { 1, 0 }, { 3, 0 }, { 0, 3 }, { 3, 3 }, { 80, 0 } };
	char many[200];

	slave = p.slave;
	memset(many, 'm', sizeof(many));
	for (int n = 0; n < COUNT(combos); n++) {
		fcntl(slave, F_SETFL, O_NONBLOCK);
		modes(combos[n][0], combos[n][1]);
		poll_now();
		take(10);
		write(p.master, "ab", 2);
		take(0);
		sleep_ms(20);
		poll_now();
		take(10);
		take(10);
		write(p.master, "abcdef", 6);
		sleep_ms(20);
		poll_now();
		take(4);
		take(10);
		write(p.master, many, sizeof(many));
		sleep_ms(20);
		take(70);
		take(200);
		take(200);
	}
	fcntl(slave, F_SETFL, 0);
	modes(0, 0);
	take(10);
	modes(0, 2);
	take(10);
	modes(0, 50);
	later(p.master, "late", 300);
	take(10);
	modes(1, 0);
	later(p.master, "late", 300);
	take(2);
	take(10);
	modes(3, 0);
	later(p.master, "x", 10);
	later(p.master, "yz!", 300);
	take(10);
	modes(3, 2);                          /* two come, the third never */
	write(p.master, "xy", 2);
	take(10);
	modes(5, 0);                          /* more than is asked for */
	write(p.master, "abc", 3);
	take(3);
	while (wait(NULL) > 0)
		;
	tty_close(p);
}
