/* TCP: shutdown in each direction and state. */
#include "sock.h"

static void each(int how)
{
	int s[2];

	tcp_pair(AF_INET, s);
	write(s[0], "to1", 3);
	write(s[1], "to0", 3);
	sleep_ms(10);
	R(shutdown(s[0], how));
	sleep_ms(10);
	show_events("shut", s[0]);
	show_events("other", s[1]);
	R(send(s[0], "x", 1, MSG_NOSIGNAL));
	show_recv(s[0], 10, MSG_DONTWAIT);
	show_recv(s[0], 10, MSG_DONTWAIT);
	show_recv(s[1], 10, MSG_DONTWAIT);
	show_recv(s[1], 10, MSG_DONTWAIT);
	R(shutdown(s[0], how));
	close(s[0]);
	sleep_ms(10);
	show_events("closed", s[1]);
	close(s[1]);
}

TOPIC(tcp_shutdown)
{
	struct sockaddr_storage a;
	socklen_t len;
	int fresh = socket(AF_INET, SOCK_STREAM, 0), l = tcp_listener(AF_INET, &a, &len, 4), c;

	each(SHUT_RD);
	each(SHUT_WR);
	each(SHUT_RDWR);
	R(shutdown(fresh, SHUT_RDWR));
	R(shutdown(fresh, 3));
	R(shutdown(l, SHUT_WR));
	c = socket(AF_INET, SOCK_STREAM, 0);
	R(connect(c, (struct sockaddr *)&a, len));
	R(shutdown(l, SHUT_RD));
	sleep_ms(10);
	show_events("never accepted", c);
	show_recv(c, 1, 0);
	R(accept(l, NULL, NULL));
	show_events("was a listener", l);
	R(connect(fresh, (struct sockaddr *)&a, len));
	R(listen(l, 1));
	R(connect(fresh, (struct sockaddr *)&a, len));
	close(l);
	sleep_ms(10);
	show_recv(fresh, 1, 0);
}
