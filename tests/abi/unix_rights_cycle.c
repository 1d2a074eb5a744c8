/* SCM_RIGHTS: sockets that hold each other in their queues are found when nobody else does. needs: privileges */
#include "sock.h"

static void hide(int s[2], int pipe_end)
{
	R(send_fds(s[0], &s[1], 1, "self", 4));
	R(send_fds(s[0], &pipe_end, 1, "pipe", 4));
	close(s[0]);
	close(s[1]);
}

TOPIC(unix_rights_cycle)
{
	int s[2], t[2], p[2];
	char c;

	/* A socket in its own queue. */
	pipe(p);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	hide(s, p[1]);
	close(p[1]);
	close(socket(AF_UNIX, SOCK_STREAM, 0));
	R(read(p[0], &c, 1));
	/* Two pairs in each other's. */
	pipe(p);
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	socketpair(AF_UNIX, SOCK_STREAM, 0, t);
	R(send_fds(s[0], &t[1], 1, "t", 1));
	R(send_fds(t[0], &s[1], 1, "s", 1));
	R(send_fds(t[0], &p[1], 1, "p", 1));
	close(p[1]);
	close(s[1]);
	close(t[1]);
	close(s[0]);
	close(t[0]);
	close(socket(AF_UNIX, SOCK_STREAM, 0));
	R(read(p[0], &c, 1));
	/* A chain that can still be reached is left alone. */
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	socketpair(AF_UNIX, SOCK_STREAM, 0, t);
	R(write(t[0], "kept", 4));
	R(send_fds(s[0], &t[1], 1, "t", 1));
	close(t[1]);
	close(t[0]);
	close(socket(AF_UNIX, SOCK_STREAM, 0));
	show_recv(recv_fds(s[1], 10, 100, 0), 10, 0);
	/* A long chain, each in the next one's queue, goes without trouble. */
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	for (int i = 0; i < 3000; i++) {
		int n[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, n) || send_fds(n[0], &s[1], 1, "x", 1) != 1)
			printf("chain breaks at %d: %s\n", i, error_name(errno));
		close(s[0]);
		close(s[1]);
		memcpy(s, n, sizeof(s));
	}
	R(close(s[0]));
	R(close(s[1]));
}
