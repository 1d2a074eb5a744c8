/* SO_PEERCRED of connected streams: the one who listened, the one who connected. */
#include "sock.h"

TOPIC(unix_peercred)
{
	const char *name = un_abstract("c");
	int l = socket(AF_UNIX, SOCK_STREAM, 0), s;
	pid_t parent = getpid(), pid;
	struct ucred u;
	socklen_t len = sizeof(u);

	un_bind(l, name);
	listen(l, 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int c = socket(AF_UNIX, SOCK_STREAM, 0);

		R(un_connect(c, name));
		R(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &u, &len));
		V(u.pid == parent);
		fflush(stdout);
		write(c, "x", 1);
		_exit(0);
	}
	s = accept(l, NULL, NULL);
	show_recv(s, 1, 0);
	R(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &len));
	V(u.pid == pid);
	reap(pid);
	R(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &len));
	V(u.pid == pid);
	R(getsockopt(l, SOL_SOCKET, SO_PEERCRED, &u, &len));
	V(u.pid == parent);
}
