/* AF_UNIX datagrams: addresses, borders, what is cut, who may send to whom. */
#include "sock.h"

static void show_from(int fd, size_t size, int flags)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	char b[64];
	long n;

	errno = 0;
	n = recvfrom(fd, b, size, flags, (struct sockaddr *)&a, &len);
	printf("recvfrom: %ld %s \"%.*s\"\n", n, error_name(errno), n < 0 ? 0 : (int)(n < (long)size ? n : (long)size), b);
	if (n >= 0)
		show_un("  from", &a, len);
}

static int send_to(int fd, const char *name, const char *text)
{
	struct sockaddr_un a;
	socklen_t len = un_make(&a, name);

	return (int)sendto(fd, text, strlen(text), MSG_DONTWAIT, (struct sockaddr *)&a, len);
}

TOPIC(unix_dgram)
{
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0), c = socket(AF_UNIX, SOCK_DGRAM, 0);

	R(un_bind(a, "a"));
	show_events("fresh", a);
	R(send_to(b, "a", "from nobody"));
	show_events("filled", a);
	R(un_bind(b, "b"));
	R(send_to(b, "a", "from b"));
	R(send_to(b, "a", ""));
	show_from(a, 4, MSG_PEEK);
	show_from(a, 4, MSG_TRUNC | MSG_PEEK);
	show_from(a, 60, 0);
	show_from(a, 60, 0);
	show_from(a, 60, 0);
	show_from(a, 60, MSG_DONTWAIT);
	R(send_to(b, "c", "nobody there"));
	R(un_bind(c, "c"));
	R(un_connect(c, "b"));
	/* c listens to b only. */
	R(send_to(a, "c", "no"));
	R(send_to(b, "c", "yes"));
	R(un_connect(a, "c"));
	R(un_connect(b, "c"));
	R(send(b, "default", 7, 0));
	R(send_to(b, "a", "another"));
	show_from(c, 60, 0);
	show_from(c, 60, 0);
	show_from(a, 60, 0);
	R(close(c));
	show_events("its peer is gone", b);
	R(send(b, "x", 1, 0));
	R(send(b, "x", 1, 0));
	R(send_to(b, "c", "x"));
	R(connect(b, (struct sockaddr *)&(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)));
	R(send(b, "x", 1, 0));
	R(shutdown(a, SHUT_RD));
	R(send_to(b, "a", "deaf"));
	show_from(a, 10, MSG_DONTWAIT);
	show_from(a, 10, 0);
	R(shutdown(b, SHUT_WR));
	R(send_to(b, "a", "mute"));
	R(send_to(b, "", "nothing"));
}
