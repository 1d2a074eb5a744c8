/* SCM_RIGHTS: descriptors that travel. */
#include "sock.h"

TOPIC(unix_rights)
{
	int s[2], p[2], q, fds[300];
	char c;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	pipe(p);
	R(send_fds(s[0], &p[0], 1, "data", 4));
	close(p[0]);
	V((q = recv_fds(s[1], 10, 200, 0)) >= 0);
	V(fcntl(q, F_GETFD));
	write(p[1], "z", 1);
	R(read(q, &c, 1));
	V(c);
	/* MSG_CMSG_CLOEXEC. */
	R(send_fds(s[0], p + 1, 1, "d", 1));
	q = recv_fds(s[1], 10, 200, MSG_CMSG_CLOEXEC);
	V(fcntl(q, F_GETFD));
	/* The border in a stream is after what carries files. */
	R(write(s[0], "ab", 2));
	R(send_fds(s[0], p + 1, 1, "cd", 2));
	R(write(s[0], "ef", 2));
	close(recv_fds(s[1], 10, 200, 0));
	close(recv_fds(s[1], 10, 200, 0));
	/* Peeking gives a copy, and another one. */
	R(send_fds(s[0], p + 1, 1, "gh", 2));
	V(recv_fds(s[1], 1, 200, MSG_PEEK) >= 0);
	V(recv_fds(s[1], 10, 200, 0) >= 0);
	/* Not enough room: some, or none. */
	for (int i = 0; i < 5; i++)
		fds[i] = p[1];
	R(send_fds(s[0], fds, 5, "i", 1));
	V(recv_fds(s[1], 10, CMSG_LEN(2 * sizeof(int)), 0) >= 0);
	R(send_fds(s[0], fds, 5, "j", 1));
	V(recv_fds(s[1], 10, CMSG_LEN(0), 0));
	R(send_fds(s[0], fds, 5, "k", 1));
	V(recv_fds(s[1], 10, 0, 0));
	R(send_fds(s[0], fds, 5, "l", 1));
	show_recv(s[1], 10, 0);
	/* As many as there may be, and one more. */
	for (int i = 0; i < 254; i++)
		fds[i] = p[1];
	R(send_fds(s[0], fds, 253, "m", 1));
	V(recv_fds(s[1], 10, 4000, 0) >= 0);
	R(send_fds(s[0], fds, 254, "n", 1));
	fds[1] = 999;
	R(send_fds(s[0], fds, 2, "o", 1));
	R(send_fds(s[0], fds, 1, "", 0));
	V(recv_fds(s[1], 10, 200, MSG_DONTWAIT) >= 0);
}
