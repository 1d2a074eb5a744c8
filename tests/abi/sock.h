/* What the topics about sockets share. */
#ifndef TESTS_ABI_SOCK_H
#define TESTS_ABI_SOCK_H

#include "abi.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

/* "@name" is abstract, anything else a path; "" is an address that is its family alone. */
__attribute__((unused)) static socklen_t un_make(struct sockaddr_un *a, const char *name)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strcpy(a->sun_path, name);
	if (name[0] == '@')
		a->sun_path[0] = 0;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + (name[0] && name[0] != '@'));
}

__attribute__((unused)) static int un_bind(int fd, const char *name)
{
	struct sockaddr_un a;
	socklen_t len = un_make(&a, name);

	return bind(fd, (struct sockaddr *)&a, len);
}

__attribute__((unused)) static int un_connect(int fd, const char *name)
{
	struct sockaddr_un a;
	socklen_t len = un_make(&a, name);

	return connect(fd, (struct sockaddr *)&a, len);
}

/* A name no other run of the tests has, the same number of characters each time. */
__attribute__((unused)) static const char *un_abstract(const char *what)
{
	static char name[4][64];
	static int n;

	n = (n + 1) % 4;
	snprintf(name[n], sizeof(name[n]), "@hearth-%07d-%s", getpid(), what);
	return name[n];
}

__attribute__((unused)) static void show_un(const char *what, const struct sockaddr_un *a, socklen_t len)
{
	socklen_t n = len - (socklen_t)offsetof(struct sockaddr_un, sun_path);

	if (len == 0)
		printf("%s: no address\n", what);
	else if (len <= offsetof(struct sockaddr_un, sun_path))
		printf("%s: unnamed, length %d, family %d\n", what, (int)len, a->sun_family);
	else if (!a->sun_path[0])
		printf("%s: abstract, %d bytes\n", what, (int)n);
	else
		printf("%s: \"%.*s\", length %d\n", what, (int)n, a->sun_path, (int)len);
}

__attribute__((unused)) static void show_events(const char *what, int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0 };

	poll(&p, 1, 0);
	printf("%s:%s%s%s%s%s%s%s\n", what, p.revents & POLLIN ? " IN" : "", p.revents & POLLOUT ? " OUT" : "",
	       p.revents & POLLHUP ? " HUP" : "", p.revents & POLLRDHUP ? " RDHUP" : "", p.revents & POLLERR ? " ERR" : "",
	       p.revents & POLLPRI ? " PRI" : "", p.revents & POLLNVAL ? " NVAL" : "");
}

__attribute__((unused)) static void show_recv(int fd, size_t size, int flags)
{
	static char buffer[100000];
	long n;

	errno = 0;
	n = recv(fd, buffer, size, flags);
	if (n < 0)
		printf("recv %zu: %s\n", size, error_name(errno));
	else
		printf("recv %zu: %ld \"%.*s\"\n", size, n, (int)(n < (long)size ? n < 60 ? n : 60 : (long)size), buffer);
}

/* A TCP listener on a free port of 127.0.0.1 (or ::1). */
__attribute__((unused)) static int tcp_listener(int family, struct sockaddr_storage *addr, socklen_t *len, int backlog)
{
	int fd = socket(family, SOCK_STREAM, 0);

	memset(addr, 0, sizeof(*addr));
	addr->ss_family = (sa_family_t)family;
	*len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	if (family == AF_INET)
		((struct sockaddr_in *)addr)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)addr)->sin6_addr = in6addr_loopback;
	if (bind(fd, (struct sockaddr *)addr, *len) || (backlog >= 0 && listen(fd, backlog)))
		printf("listener: %s\n", error_name(errno));
	getsockname(fd, (struct sockaddr *)addr, len);
	return fd;
}

/* s[0] connected, s[1] accepted. */
__attribute__((unused)) static void tcp_pair(int family, int s[2])
{
	struct sockaddr_storage addr;
	socklen_t len;
	int l = tcp_listener(family, &addr, &len, 5);

	s[0] = socket(family, SOCK_STREAM, 0);
	if (connect(s[0], (struct sockaddr *)&addr, len))
		printf("connect: %s\n", error_name(errno));
	s[1] = accept(l, NULL, NULL);
	close(l);
}

/* A bound UDP socket. */
__attribute__((unused)) static int udp_bound(int family, struct sockaddr_storage *addr, socklen_t *len)
{
	int fd = socket(family, SOCK_DGRAM, 0);

	memset(addr, 0, sizeof(*addr));
	addr->ss_family = (sa_family_t)family;
	*len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	if (family == AF_INET)
		((struct sockaddr_in *)addr)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)addr)->sin6_addr = in6addr_loopback;
	if (bind(fd, (struct sockaddr *)addr, *len))
		printf("bind: %s\n", error_name(errno));
	getsockname(fd, (struct sockaddr *)addr, len);
	return fd;
}

__attribute__((unused)) static int get_int(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) ? -errno : value;
}

__attribute__((unused)) static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

/* The address without its port, and whether there is a port. */
__attribute__((unused)) static void show_in(const char *what, const void *addr, socklen_t len)
{
	const struct sockaddr_in *in = addr;
	const struct sockaddr_in6 *in6 = addr;
	char text[64] = "?";

	if (len == 0)
		printf("%s: no address\n", what);
	else if (in->sin_family == AF_INET)
		printf("%s: %s, %s port, length %d\n", what, inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)),
		       in->sin_port ? "a" : "no", (int)len);
	else if (in->sin_family == AF_INET6)
		printf("%s: %s, %s port, length %d, scope %d\n", what, inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)),
		       in6->sin6_port ? "a" : "no", (int)len, (int)in6->sin6_scope_id);
	else
		printf("%s: family %d, length %d\n", what, in->sin_family, (int)len);
}

__attribute__((unused)) static void show_names(const char *what, int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	char text[64];

	snprintf(text, sizeof(text), "%s's own", what);
	errno = 0;
	if (getsockname(fd, (struct sockaddr *)&a, &len))
		printf("%s: %s\n", text, error_name(errno));
	else
		show_in(text, &a, len);
	snprintf(text, sizeof(text), "%s's peer", what);
	len = sizeof(a);
	if (getpeername(fd, (struct sockaddr *)&a, &len))
		printf("%s: %s\n", text, error_name(errno));
	else
		show_in(text, &a, len);
}

/* Descriptors in a message. */
__attribute__((unused)) static int send_fds(int s, const int *fds, int n, const void *data, size_t len)
{
	static char control[CMSG_SPACE(300 * sizeof(int))];
	struct iovec iov = { (void *)data, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = CMSG_SPACE((size_t)n * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	memset(control, 0, sizeof(control));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, (size_t)n * sizeof(int));
	return (int)sendmsg(s, &m, MSG_NOSIGNAL);
}

/* Receives with room for `room` bytes of control; prints what came; the first descriptor, or -1. */
__attribute__((unused)) static int recv_fds(int s, size_t size, size_t room, int flags)
{
	static char control[4096], data[4096];
	struct iovec iov = { data, size };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room };
	int fd = -1, n;

	errno = 0;
	n = (int)recvmsg(s, &m, flags);
	printf("recvmsg: %d %s, flags %#x, %s\n", n, error_name(errno), m.msg_flags, m.msg_controllen ? "control" : "none");
	if (n < 0)
		return -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		int count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));

		printf("  level %d type %d length %d\n", c->cmsg_level, c->cmsg_type, (int)(c->cmsg_len - CMSG_LEN(0)));
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			for (int i = 0; i < count; i++) {
				int got;

				memcpy(&got, CMSG_DATA(c) + (size_t)i * sizeof(int), sizeof(got));
				if (fd < 0)
					fd = got;
				else
					close(got);
			}
	}
	return fd;
}

#endif
