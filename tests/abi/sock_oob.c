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

/* What is done to a pair of sockets: send, read and look at the state. */
struct step {
	enum { NOTHING, PUT, READ, STATE, IN_LINE, EMPTY, CLOSE } what;
	const char *text;
	int n, flags;
};
#define SEND(text, flags) { PUT, text, 0, flags }
#define TAKE(n, flags)    { READ, NULL, n, flags }
#define LOOK(name)        { STATE, name }

static const struct { const char *name; struct step steps[20]; } cases[] = {
	{ "nothing is urgent", { TAKE(1, MSG_OOB) } },
	{ "an urgent byte behind others", {
		SEND("abc", MSG_OOB), LOOK("sent"), TAKE(1, MSG_OOB | MSG_PEEK), TAKE(10, MSG_PEEK), TAKE(10, 0),
		LOOK("before the mark was read"), TAKE(1, MSG_OOB), LOOK("the urgent byte was read"), TAKE(1, MSG_OOB),
		SEND("def", 0), LOOK("more"), TAKE(10, 0), LOOK("read") } },
	{ "passed over", {
		SEND("ab!", MSG_OOB), SEND("cd", 0), TAKE(1, 0), TAKE(10, 0), LOOK("at the mark"), TAKE(10, 0), LOOK("behind"),
		TAKE(1, MSG_OOB) } },
	{ "taken early", {
		SEND("ab!", MSG_OOB), SEND("cd", 0), TAKE(1, MSG_OOB), LOOK("taken"), TAKE(10, 0), LOOK("up to the mark"),
		TAKE(10, 0), LOOK("all") } },
	{ "two of them", {
		SEND("a1", MSG_OOB), SEND("b2", MSG_OOB), LOOK("two"), TAKE(1, MSG_OOB), TAKE(10, 0), TAKE(10, 0), LOOK("read") } },
	{ "in line", {
		{ IN_LINE }, SEND("ab!", MSG_OOB), SEND("cd", 0), LOOK("sent"), TAKE(1, MSG_OOB), TAKE(10, 0), LOOK("at the mark"),
		TAKE(10, 0), LOOK("behind") } },
	{ "alone", {
		SEND("!", MSG_OOB), LOOK("sent"), TAKE(1, MSG_OOB | MSG_TRUNC), LOOK("taken"), { EMPTY }, { CLOSE },
		TAKE(1, MSG_OOB), TAKE(10, 0) } },
};

static void step(int s[2], const struct step *t)
{
	int one = 1;

	switch (t->what) {
	case PUT:     put(s[0], t->text, t->flags); break;
	case READ:    show_read(s[1], t->n, t->flags); break;
	case STATE:   show_state(t->text, s[1]); break;
	case IN_LINE: setsockopt(s[1], SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one)); break;
	case EMPTY:   R(send(s[0], "", 0, MSG_OOB)); break;
	case CLOSE:   close(s[0]); s[0] = -1; sleep_ms(5); break;
	case NOTHING: break;
	}
}

static void each(int domain)
{
	int s[2];

	signal(SIGURG, on_urgent);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		puts(cases[i].name);
		pair(domain, s);
		for (const struct step *t = cases[i].steps; t->what != NOTHING; t++)
			step(s, t);
		close(s[0]);
		close(s[1]);
	}
}

TOPIC(sock_oob_tcp)
{
	each(AF_INET);
}

TOPIC(sock_oob_unix)
{
	int s[2];

	each(AF_UNIX);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	R(send(s[0], "x", 1, MSG_OOB));
	R(recv(s[1], s, 1, MSG_OOB | MSG_DONTWAIT));
	R(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	R(send(s[0], "x", 1, MSG_OOB));
}
