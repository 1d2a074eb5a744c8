/* AF_UNIX: bind, listen, connect, accept with a path; names of both ends. */
#include "sock.h"

TOPIC(unix_stream)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	int l, c, s;
	struct stat st;

	R(l = socket(AF_UNIX, SOCK_STREAM, 0));
	R(un_bind(l, "server"));
	V(lstat("server", &st));
	S(type_name(st.st_mode));
	X(st.st_mode & 0777);
	R(un_bind(l, "again"));
	R(open("server", O_RDWR));
	R(listen(l, 3));
	V(get_int(l, SOL_SOCKET, SO_ACCEPTCONN));
	show_events("listening", l);
	R(c = socket(AF_UNIX, SOCK_STREAM, 0));
	show_events("fresh", c);
	R(un_connect(c, "server"));
	show_events("to accept", l);
	show_events("connected", c);
	R(write(c, "early", 5));
	R(s = accept(l, (struct sockaddr *)&a, &len));
	show_un("accepted from", &a, len);
	len = sizeof(a);
	R(getsockname(s, (struct sockaddr *)&a, &len));
	show_un("server end", &a, len);
	len = sizeof(a);
	R(getpeername(c, (struct sockaddr *)&a, &len));
	show_un("client's peer", &a, len);
	len = sizeof(a);
	R(getpeername(s, (struct sockaddr *)&a, &len));
	show_un("server's peer", &a, len);
	len = 4;
	R(getpeername(c, (struct sockaddr *)&a, &len));
	V(len);
	show_recv(s, 10, 0);
	R(write(s, "back", 4));
	show_recv(c, 10, 0);
	R(un_connect(c, "server"));
	R(listen(c, 1));
	R(close(s));
	show_recv(c, 10, 0);
	show_events("peer gone", c);
	R(send(c, "x", 1, MSG_NOSIGNAL));
	R(close(l));
	R(close(c));
	R(unlink("server"));
}
