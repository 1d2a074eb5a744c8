/* AF_UNIX packets: connected, with borders. */
#include "sock.h"

TOPIC(unix_seqpacket)
{
	const char *name = un_abstract("p");
	int l = socket(AF_UNIX, SOCK_SEQPACKET, 0), c = socket(AF_UNIX, SOCK_SEQPACKET, 0), s;
	struct iovec iov = { (char[8]){ 0 }, 8 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	show_events("fresh", c);
	R(send(c, "x", 1, 0));
	R(recv(c, &s, 1, 0));
	un_bind(l, name);
	R(un_connect(c, name));
	R(listen(l, 1));
	R(un_connect(c, name));
	R(s = accept(l, NULL, NULL));
	R(send(c, "one", 3, 0));
	R(send(c, "", 0, 0));
	R(send(c, "three", 5, MSG_EOR));
	R(write(c, "four", 4));
	show_recv(s, 10, 0);
	show_recv(s, 10, 0);
	show_recv(s, 2, MSG_TRUNC);
	R(recvmsg(s, &m, 0));
	X(m.msg_flags);
	show_recv(s, 10, MSG_DONTWAIT);
	R(shutdown(c, SHUT_WR));
	show_recv(s, 10, 0);
	show_events("no more", s);
	R(send(c, "x", 1, 0));
	R(send(s, "still", 5, 0));
	close(s);
	show_events("closed", c);
	show_recv(c, 10, 0);
	show_recv(c, 10, 0);
	R(send(c, "x", 1, 0));
}
