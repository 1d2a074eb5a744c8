/* A server and its clients, in processes; sendfile and splice with sockets. */
#include "sock.h"

static void serve(int l, int clients)
{
	for (int n = 0; n < clients; n++) {
		int s = accept(l, NULL, NULL);
		char b[512];
		long got;

		while ((got = read(s, b, sizeof(b))) > 0)
			if (write(s, b, (size_t)got) != got)
				_exit(2);
		close(s);
	}
	_exit(0);
}

static int client(const char *name, int rounds)
{
	int c = socket(AF_UNIX, SOCK_STREAM, 0);
	char b[1000], back[1000];

	if (un_connect(c, name))
		return 1;
	for (int i = 0; i < rounds; i++) {
		memset(b, 'a' + i % 26, sizeof(b));
		if (write(c, b, sizeof(b)) != sizeof(b) || recv(c, back, sizeof(back), MSG_WAITALL) != sizeof(back) ||
		    memcmp(b, back, sizeof(b)) != 0)
			return 2;
	}
	return 0;
}

TOPIC(unix_server)
{
	int l = socket(AF_UNIX, SOCK_STREAM, 0), s[2], p[2], fd;
	off_t off = 1;

	un_bind(l, "sock");
	listen(l, 8);
	for (int i = 0; i < 2; i++)
		if (fork() == 0)
			serve(l, 3);
	for (int i = 0; i < 6; i++)
		if (fork() == 0)
			_exit(client("sock", 50));
	for (int i = 0; i < 8; i++)
		reap(-1);
	put_file("text", "0123456789");
	fd = open("text", O_RDONLY);
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	R(sendfile(s[0], fd, &off, 5));
	V(off);
	show_recv(s[1], 20, 0);
	pipe(p);
	R(splice(fd, NULL, p[1], NULL, 4, 0));
	R(splice(p[0], NULL, s[0], NULL, 4, 0));
	show_recv(s[1], 20, 0);
	write(s[0], "spliced", 7);
	R(splice(s[1], NULL, p[1], NULL, 100, 0));
	R(read(p[0], p, 8));
	close(s[1]);
	CHILD(sendfile(s[0], fd, NULL, 5));
	signal(SIGPIPE, SIG_IGN);
	R(sendfile(s[0], fd, NULL, 5));
}
