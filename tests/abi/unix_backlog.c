/* AF_UNIX: how many may wait for accept, and who waits for them. */
#include "sock.h"

TOPIC(unix_backlog)
{
	const char *name = un_abstract("b");
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c[8];
	pid_t pid;

	un_bind(l, name);
	R(listen(l, 2));
	for (int i = 0; i < 6; i++) {
		c[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		R(un_connect(c[i], name));
	}
	R(accept4(l, NULL, NULL, SOCK_NONBLOCK) >= 0);
	R(un_connect(c[4], name));
	R(un_connect(c[5], name));
	R(listen(l, 5));
	R(un_connect(c[5], name));
	R(listen(l, 1));
	pid = fork();
	if (pid == 0) {
		int s = socket(AF_UNIX, SOCK_STREAM, 0);

		_exit(un_connect(s, name) == 0 ? 7 : errno);
	}
	sleep_ms(50);
	/* Until there is room the child sleeps; nobody was let in meanwhile. */
	V(waitpid(pid, NULL, WNOHANG));
	for (int i = 0; i < 3; i++)
		R(accept(l, NULL, NULL) >= 0);
	reap(pid);
	R(accept(l, NULL, NULL) >= 0);
	R(accept(l, NULL, NULL) >= 0);
	for (int i = 0; i < 5; i++)
		show_events("client", c[i]);
	show_recv(c[0], 5, MSG_DONTWAIT);
	close(l);
}
