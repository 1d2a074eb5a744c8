/* TCP: several processes on one listener, a descriptor shared by fork, exec-less servers. */
#include "sock.h"

TOPIC(tcp_linger)
{
	struct linger two = { 1, 2 };
	struct sockaddr_storage a;
	socklen_t len;
	int l = tcp_listener(AF_INET, &a, &len, 16), s[2], total = 0;

	for (int i = 0; i < 3; i++)
		if (fork() == 0) {
			for (int n = 0; n < 5; n++) {
				int fd = accept(l, NULL, NULL);
				char b[100];
				long got = recv(fd, b, sizeof(b), 0);

				write(fd, b, (size_t)got);
				close(fd);
			}
			_exit(0);
		}
	for (int i = 0; i < 15; i++) {
		int c = socket(AF_INET, SOCK_STREAM, 0);
		char b[100];

		if (connect(c, (struct sockaddr *)&a, len))
			printf("connect: %s\n", error_name(errno));
		write(c, "hello", 5);
		total += (int)recv(c, b, sizeof(b), MSG_WAITALL);
		close(c);
	}
	V(total);
	for (int i = 0; i < 3; i++)
		reap(-1);
	tcp_pair(AF_INET, s);
	R(setsockopt(s[0], SOL_SOCKET, SO_LINGER, &two, sizeof(two)));
	write(s[0], "lingering", 9);
	CHILD(close(s[0]));
	/* The child's close was not the last one. */
	R(write(s[0], ".", 1));
	R(close(s[0]));
	show_recv(s[1], 20, MSG_WAITALL);
	show_recv(s[1], 20, 0);
}
