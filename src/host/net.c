/* The host's sockets: thin wrappers. All are nonblocking and closed on exec; who must wait does
 * so in the machine's epoll set. */
#include "host/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int host_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : fd;
}

int host_bind(int fd, const void *addr, unsigned len)
{
	return bind(fd, addr, len) < 0 ? -errno : 0;
}

int host_connect(int fd, const void *addr, unsigned len)
{
	return connect(fd, addr, len) < 0 ? -errno : 0;
}

int host_listen(int fd, int backlog)
{
	return listen(fd, backlog) < 0 ? -errno : 0;
}

int host_accept(int fd)
{
	int got = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	return got < 0 ? -errno : got;
}

int host_getname(int fd, bool peer, void *addr, unsigned *len)
{
	int err = peer ? getpeername(fd, addr, len) : getsockname(fd, addr, len);

	return err < 0 ? -errno : 0;
}

int host_shutdown(int fd, int how)
{
	return shutdown(fd, how) < 0 ? -errno : 0;
}

int host_setsockopt(int fd, int level, int name, const void *value, unsigned len)
{
	return setsockopt(fd, level, name, value, len) < 0 ? -errno : 0;
}

int host_getsockopt(int fd, int level, int name, void *value, unsigned *len)
{
	return getsockopt(fd, level, name, value, len) < 0 ? -errno : 0;
}

ssize_t host_sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t n = sendmsg(fd, m, flags | MSG_NOSIGNAL | MSG_DONTWAIT);

	return n < 0 ? -errno : n;
}

ssize_t host_recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t n = recvmsg(fd, m, flags | MSG_DONTWAIT);

	return n < 0 ? -errno : n;
}

int host_socket_ioctl(int fd, unsigned long request, void *arg)
{
	int n = ioctl(fd, request, arg);

	return n < 0 ? -errno : n;
}

int host_listen_at(const char *address, uint16_t port, bool udp)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd, err, on = 1;

	if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
		return -EINVAL;
	fd = host_socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd < 0)
		return fd;
	if (!udp)
		host_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	err = host_bind(fd, &a, sizeof(a));
	if (!err && !udp)
		err = host_listen(fd, SOMAXCONN);
	if (!err)
		return fd;
	close(fd);
	return err;
}
