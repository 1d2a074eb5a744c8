/* SCM_RIGHTS: sockets, directories, O_PATH, and descriptors whose sender has gone. */
#include "sock.h"

TOPIC(unix_rights_kinds)
{
	int s[2], t[2], q;
	struct stat st;

	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	socketpair(AF_UNIX, SOCK_STREAM, 0, t);
	CHILD({
		int fds[3] = { open(".", O_RDONLY | O_DIRECTORY), open("/dev/null", O_PATH), t[0] };

		R(send_fds(s[0], fds, 1, "dir", 3));
		R(send_fds(s[0], fds + 1, 1, "path", 4));
		R(send_fds(s[0], fds + 2, 1, "sock", 4));
	});
	q = recv_fds(s[1], 10, 100, 0);
	V(fstat(q, &st));
	S(type_name(st.st_mode));
	q = recv_fds(s[1], 10, 100, 0);
	X(fcntl(q, F_GETFL) & O_PATH);
	close(t[0]);
	q = recv_fds(s[1], 10, 100, 0);
	R(write(t[1], "alive", 5));
	show_recv(q, 10, 0);
	close(q);
	show_recv(t[1], 10, 0);
	/* A message that is never received closes what it carries. */
	pipe(t);
	R(send_fds(s[0], t + 1, 1, "lost", 4));
	close(t[1]);
	close(s[0]);
	close(s[1]);
	R(read(t[0], &q, 1));
}
