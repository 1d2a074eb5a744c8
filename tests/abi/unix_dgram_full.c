/* AF_UNIX datagrams: a full queue, and who is told when there is room again. */
#include "sock.h"

TOPIC(unix_dgram_full)
{
	const char *name = un_abstract("f");
	int r = socket(AF_UNIX, SOCK_DGRAM, 0), s = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0), n = 0, p[2];
	pid_t pid;
	char big[70000] = "";

	un_bind(r, name);
	R(un_connect(s, name));
	while (send(s, "x", 1, 0) == 1)
		n++;
	V(n);
	S(error_name(errno));
	show_events("full", s);
	R(recv(r, big, 1, 0));
	show_events("one read", s);
	R(send(s, "x", 1, 0));
	pid = fork();
	if (pid == 0) {
		fcntl(s, F_SETFL, 0);
		_exit(send(s, "waited", 6, 0) == 6 ? 0 : 1);
	}
	sleep_ms(50);
	for (n = 0; recv(r, big, 10, 0) != 6; n++)
		;
	V(n);
	reap(pid);
	R(setsockopt(s, SOL_SOCKET, SO_SNDBUF, &(int){ 4096 }, sizeof(int)));
	V(get_int(s, SOL_SOCKET, SO_SNDBUF));
	R(send(s, big, 8192 - 32, 0));
	R(send(s, big, 8192 - 31, 0));
	/* A pair has no such limit, only its memory. */
	R(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p));
	for (n = 0; send(p[0], "x", 1, 0) == 1; n++)
		;
	V(n);
	R(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p));
	for (n = 0; send(p[0], "x", 1, 0) == 1; n++)
		;
	V(n);
	R(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, p));
	for (n = 0; send(p[0], big, 1000, 0) == 1000; n++)
		;
	V(n);
}
