/* AF_UNIX: what bind, connect, listen and accept refuse. */
#include "sock.h"

TOPIC(unix_errors)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "x" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_DGRAM, 0), l, fd = open("/dev/null", O_RDWR);

	R(socket(AF_UNIX, 0, 0));
	R(socket(AF_UNIX, 7, 0));
	R(socket(AF_UNIX, SOCK_STREAM, 5));
	R(socket(AF_UNIX, SOCK_STREAM | 0x100000, 0));
	R(socket(-1, SOCK_STREAM, 0));
	R(socket(45, SOCK_STREAM, 0));
	R(bind(s, (struct sockaddr *)&a, 1));
	R(bind(s, (struct sockaddr *)&a, sizeof(a) + 1));
	R(bind(s, (struct sockaddr *)&a, 200));
	R(bind(s, (struct sockaddr *)&a, (socklen_t)-1));
	R(bind(s, BAD, sizeof(a)));
	a.sun_family = AF_INET;
	R(bind(s, (struct sockaddr *)&a, sizeof(a)));
	R(connect(s, (struct sockaddr *)&a, sizeof(a)));
	R(connect(d, (struct sockaddr *)&a, sizeof(a)));
	R(un_bind(s, "no/such/dir"));
	put_file("file", "text");
	R(un_bind(s, "file"));
	R(un_connect(s, "file"));
	R(un_connect(s, "nothing"));
	R(un_connect(s, un_abstract("nobody")));
	R(un_connect(d, "file"));
	R(un_connect(d, "nothing"));
	R(connect(s, BAD, 10));
	R(connect(s, (struct sockaddr *)&a, 1));
	R(listen(s, 1));
	R(listen(d, 1));
	R(accept(s, NULL, NULL));
	R(accept(d, NULL, NULL));
	R(un_bind(s, "server"));
	R(un_connect(s, "server"));
	l = socket(AF_UNIX, SOCK_STREAM, 0);
	R(un_bind(l, "server"));
	R(un_connect(l, "server"));
	R(un_connect(d, "server"));
	R(listen(s, 0));
	R(un_connect(d, "server"));
	R(un_connect(s, "server"));
	R(accept4(s, NULL, NULL, 1));
	R(bind(fd, (struct sockaddr *)&a, sizeof(a)));
	R(listen(fd, 1));
	R(accept(fd, NULL, NULL));
	R(connect(fd, (struct sockaddr *)&a, sizeof(a)));
	R(getsockname(fd, (struct sockaddr *)&a, BAD));
	R(getpeername(99, (struct sockaddr *)&a, BAD));
	R(getsockname(s, (struct sockaddr *)&a, BAD));
	R(getpeername(s, (struct sockaddr *)&a, BAD));
	R(recv(s, &a, 1, MSG_DONTWAIT));
	R(send(s, &a, 1, MSG_NOSIGNAL));
	R(recv(l, &a, 1, MSG_DONTWAIT));
	R(send(l, &a, 1, MSG_NOSIGNAL));
	R(send(d, &a, 1, 0));
	R(unlink("server"));
	R(un_connect(l, "server"));
}
