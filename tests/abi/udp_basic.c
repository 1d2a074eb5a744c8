/* UDP over loopback: borders, addresses, what is cut; connected and not. */
#include "sock.h"

static void show_from(int fd, size_t size, int flags)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	char b[64];
	long n;

	errno = 0;
	n = recvfrom(fd, b, size, flags, (struct sockaddr *)&a, &len);
	printf("recvfrom: %ld %s \"%.*s\"\n", n, error_name(errno), n < 0 ? 0 : (int)(n < (long)size ? n : (long)size), b);
	if (n >= 0)
		show_in("  from", &a, len);
}

static void talk(int family)
{
	struct sockaddr_storage a, b;
	socklen_t len;
	int x = udp_bound(family, &a, &len), y = udp_bound(family, &b, &len), z = socket(family, SOCK_DGRAM, 0);

	show_events("fresh", z);
	show_names("fresh", z);
	R(send(z, "x", 1, 0));
	R(sendto(z, "one", 3, 0, (struct sockaddr *)&a, len));
	show_names("has sent", z);
	R(sendto(z, "", 0, 0, (struct sockaddr *)&a, len));
	R(sendto(z, "three", 5, 0, (struct sockaddr *)&a, len));
	show_events("filled", x);
	show_from(x, 10, MSG_PEEK);
	show_from(x, 10, 0);
	show_from(x, 10, 0);
	show_from(x, 2, MSG_TRUNC);
	show_from(x, 10, MSG_DONTWAIT);
	R(connect(z, (struct sockaddr *)&a, len));
	show_names("connected", z);
	R(send(z, "four", 4, 0));
	show_from(x, 10, 0);
	/* It hears its peer only. */
	len = sizeof(b);
	getsockname(z, (struct sockaddr *)&b, &len);
	R(sendto(y, "stranger", 8, 0, (struct sockaddr *)&b, len));
	R(sendto(x, "friend", 6, 0, (struct sockaddr *)&b, len));
	show_from(z, 10, 0);
	show_from(z, 10, MSG_DONTWAIT);
	len = sizeof(a);
	getsockname(y, (struct sockaddr *)&a, &len);
	R(sendto(z, "elsewhere", 9, 0, (struct sockaddr *)&a, len));
	show_from(y, 10, 0);
	R(connect(z, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr)));
	show_names("disconnected", z);
	R(send(z, "x", 1, 0));
	R(shutdown(z, SHUT_RD));
	show_events("shut", z);
	R(listen(z, 1));
	R(accept(z, NULL, NULL));
	close(x);
	close(y);
	close(z);
}

TOPIC(udp_basic)
{
	talk(AF_INET);
	talk(AF_INET6);
}
