/* TCP: close with unread data, a zero linger, data to a closed peer. */
#include "sock.h"

static void quiet(void)
{
	sleep_ms(20);
}

TOPIC(tcp_reset)
{
	struct linger zero = { 1, 0 };
	int s[2];

	tcp_pair(AF_INET, s);
	write(s[0], "unread", 6);
	write(s[1], "kept", 4);
	quiet();
	close(s[1]);
	quiet();
	show_events("reset", s[0]);
	show_recv(s[0], 2, 0);
	show_recv(s[0], 10, 0);
	show_recv(s[0], 10, 0);
	show_recv(s[0], 10, 0);
	R(send(s[0], "x", 1, MSG_NOSIGNAL));
	V(get_int(s[0], SOL_SOCKET, SO_ERROR));
	show_names("reset", s[0]);
	close(s[0]);
	tcp_pair(AF_INET, s);
	R(setsockopt(s[1], SOL_SOCKET, SO_LINGER, &zero, sizeof(zero)));
	close(s[1]);
	quiet();
	V(get_int(s[0], SOL_SOCKET, SO_ERROR));
	V(get_int(s[0], SOL_SOCKET, SO_ERROR));
	show_recv(s[0], 10, 0);
	close(s[0]);
	tcp_pair(AF_INET6, s);
	close(s[1]);
	quiet();
	show_events("closed", s[0]);
	R(send(s[0], "first", 5, MSG_NOSIGNAL));
	quiet();
	show_events("answered", s[0]);
	CHILD(send(s[0], "second", 6, 0));
	R(send(s[0], "third", 5, MSG_NOSIGNAL));
	show_recv(s[0], 10, 0);
	close(s[0]);
	tcp_pair(AF_INET, s);
	shutdown(s[1], SHUT_RDWR);
	quiet();
	show_events("shut", s[1]);
	R(send(s[0], "first", 5, MSG_NOSIGNAL));
	quiet();
	show_events("its peer", s[0]);
	show_events("shut", s[1]);
	show_recv(s[1], 5, 0);
	R(shutdown(s[0], SHUT_WR));
	R(shutdown(s[1], SHUT_WR));
}
