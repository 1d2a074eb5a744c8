/* shutdown on streams, and close with data unread. */
#include "sock.h"

static void pair(int s[2])
{
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
}

static void each(int how)
{
	int s[2];

	pair(s);
	write(s[0], "to1", 3);
	write(s[1], "to0", 3);
	R(shutdown(s[0], how));
	show_events("shut", s[0]);
	show_events("other", s[1]);
	R(send(s[0], "x", 1, MSG_NOSIGNAL));
	R(send(s[1], "x", 1, MSG_NOSIGNAL));
	show_recv(s[0], 10, MSG_DONTWAIT);
	show_recv(s[0], 10, MSG_DONTWAIT);
	show_recv(s[1], 10, MSG_DONTWAIT);
	show_recv(s[1], 10, MSG_DONTWAIT);
	close(s[0]);
	show_events("closed", s[1]);
	close(s[1]);
}

TOPIC(unix_shutdown)
{
	int s[2], fresh = socket(AF_UNIX, SOCK_STREAM, 0);

	each(SHUT_RD);
	each(SHUT_WR);
	each(SHUT_RDWR);
	R(shutdown(fresh, SHUT_WR));
	R(shutdown(fresh, 3));
	show_events("fresh", fresh);
	show_recv(fresh, 1, 0);
	pair(s);
	write(s[0], "unread", 6);
	write(s[1], "kept", 4);
	close(s[1]);
	show_events("reset", s[0]);
	show_recv(s[0], 2, 0);
	show_recv(s[0], 10, 0);
	show_recv(s[0], 10, 0);
	show_recv(s[0], 10, 0);
	CHILD(write(s[0], "x", 1));
	CHILD(signal(SIGPIPE, SIG_IGN); R(write(s[0], "x", 1)));
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	R(shutdown(s[0], SHUT_WR));
	CHILD(R(write(s[0], "x", 1)));
	close(s[1]);
	CHILD(R(write(s[0], "x", 1)));
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s);
	close(s[1]);
	CHILD(R(write(s[0], "x", 1)));
}
