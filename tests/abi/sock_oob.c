/* Out-of-band data on TCP and AF_UNIX: marks, what reads stop at, SO_OOBINLINE, SIGURG, readiness. needs: Linux 6.13 */
#include "sock.h"

static volatile int urgent;
static bool is_tcp;

static void on_urgent(int signo)
{
	urgent++;
}

static void show_state(const char *what, int s)
{
	int mark = -1, in = -1;

	ioctl(s, SIOCATMARK, &mark);
	/* AF_UNIX counts what is out of band in one release and not in another. */
	if (is_tcp)
		ioctl(s, FIONREAD, &in);
	printf("%s: at mark %d, readable %d, signals %d; ", what, mark, in, urgent);
	show_events("events", s);
}

static void show_read(int s, size_t n, int flags)
{
	char buf[64] = "";
	struct iovec v = { buf, n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	long got = recvmsg(s, &m, flags | MSG_DONTWAIT);

	if (got < 0)
		printf("  read %d flags %#x: %s\n", (int)n, flags, error_name(errno));
	else
		printf("  read %d flags %#x: %d \"%.*s\" flags %#x\n", (int)n, flags, (int)got, (int)got, buf, m.msg_flags);
}

static void pair(int domain, int s[2])
{
	if (domain == AF_UNIX)
		socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	else
		tcp_pair(domain, s);
	urgent = 0;
	is_tcp = domain != AF_UNIX;
	fcntl(s[1], F_SETOWN, getpid());
}

static void put(int s, const char *text, int flags)
{
	printf("send \"%s\" %#x = %d\n", text, flags, (int)send(s, text, strlen(text), flags));
	sleep_ms(5);
}

static void done(int s[2])
{
	close(s[0]);
	close(s[1]);
}

static void each(int domain)
{
	int s[2];

	pair(domain, s);
	show_read(s[1], 1, MSG_OOB);
	printf("an urgent byte behind others\n");
	put(s[0], "abc", MSG_OOB);
	show_state("sent", s[1]);
	show_read(s[1], 1, MSG_OOB | MSG_PEEK);
	show_read(s[1], 10, MSG_PEEK);
	show_read(s[1], 10, 0);
	show_state("before the mark was read", s[1]);
	show_read(s[1], 1, MSG_OOB);
	show_state("the urgent byte was read", s[1]);
	show_read(s[1], 1, MSG_OOB);
	put(s[0], "def", 0);
	show_state("more", s[1]);
	show_read(s[1], 10, 0);
	show_state("read", s[1]);
	done(s);

	pair(domain, s);
	printf("passed over\n");
	put(s[0], "ab!", MSG_OOB);
	put(s[0], "cd", 0);
	show_read(s[1], 1, 0);
	show_read(s[1], 10, 0);
	show_state("at the mark", s[1]);
	show_read(s[1], 10, 0);
	show_state("behind", s[1]);
	show_read(s[1], 1, MSG_OOB);
	done(s);

	pair(domain, s);
	printf("taken early\n");
	put(s[0], "ab!", MSG_OOB);
	put(s[0], "cd", 0);
	show_read(s[1], 1, MSG_OOB);
	show_state("taken", s[1]);
	show_read(s[1], 10, 0);
	show_state("up to the mark", s[1]);
	show_read(s[1], 10, 0);
	show_state("all", s[1]);
	done(s);
}

static void each_more(int domain)
{
	int s[2], one = 1;

	pair(domain, s);
	printf("two of them\n");
	put(s[0], "a1", MSG_OOB);
	put(s[0], "b2", MSG_OOB);
	show_state("two", s[1]);
	show_read(s[1], 1, MSG_OOB);
	show_read(s[1], 10, 0);
	show_read(s[1], 10, 0);
	show_state("read", s[1]);
	done(s);

	pair(domain, s);
	printf("in line\n");
	setsockopt(s[1], SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one));
	put(s[0], "ab!", MSG_OOB);
	put(s[0], "cd", 0);
	show_state("sent", s[1]);
	show_read(s[1], 1, MSG_OOB);
	show_read(s[1], 10, 0);
	show_state("at the mark", s[1]);
	show_read(s[1], 10, 0);
	show_state("behind", s[1]);
	done(s);

	pair(domain, s);
	printf("alone\n");
	put(s[0], "!", MSG_OOB);
	show_state("sent", s[1]);
	show_read(s[1], 1, MSG_OOB | MSG_TRUNC);
	show_state("taken", s[1]);
	R(send(s[0], "", 0, MSG_OOB));
	close(s[0]);
	sleep_ms(5);
	show_read(s[1], 1, MSG_OOB);
	show_read(s[1], 10, 0);
	close(s[1]);
}

TOPIC(sock_oob_tcp)
{
	signal(SIGURG, on_urgent);
	each(AF_INET);
	each_more(AF_INET);
}

TOPIC(sock_oob_unix)
{
	int s[2];

	signal(SIGURG, on_urgent);
	each(AF_UNIX);
	each_more(AF_UNIX);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	R(send(s[0], "x", 1, MSG_OOB));
	R(recv(s[1], s, 1, MSG_OOB | MSG_DONTWAIT));
	R(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	R(send(s[0], "x", 1, MSG_OOB));
}
