/* socketpair: streams, datagrams and packets; shutdown, close, polling, errors. */
#include "abi.h"

#include <sys/socket.h>
#include <sys/un.h>

static void show_events(const char *what, int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };

	poll(&p, 1, 0);
	printf("%s:%s%s%s%s%s\n", what, p.revents & POLLIN ? " IN" : "", p.revents & POLLOUT ? " OUT" : "",
	       p.revents & POLLHUP ? " HUP" : "", p.revents & POLLRDHUP ? " RDHUP" : "", p.revents & POLLERR ? " ERR" : "");
}

static void show_received(int fd, size_t size, int flags)
{
	char buffer[128];
	long n = R(recv(fd, buffer, size, flags));

	if (n > 0)
		printf("  \"%.*s\"\n", (int)(n < (long)size ? n : (long)size), buffer);
}

static void test_stream(void)
{
	int s[2];

	R(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	show_events("new", s[0]);
	show_received(s[0], 10, MSG_DONTWAIT);
	R(write(s[1], "hello ", 6));
	R(send(s[1], "world", 5, 0));
	show_events("filled", s[0]);
	show_received(s[0], 8, MSG_PEEK);
	show_received(s[0], 3, 0);
	show_received(s[0], 100, 0);
	R(lseek(s[0], 0, SEEK_SET));
	R(shutdown(s[1], SHUT_WR));
	show_events("shut", s[0]);
	show_events("shutter", s[1]);
	show_received(s[0], 10, 0);
	R(send(s[1], "x", 1, MSG_NOSIGNAL));
	R(send(s[0], "back", 4, 0));
	show_received(s[1], 10, 0);
	close(s[1]);
	show_events("closed", s[0]);
	CHILD(send(s[0], "x", 1, 0));
	R(send(s[0], "x", 1, MSG_NOSIGNAL));
	R(read(s[0], s, 4));
}

static void test_dgram(void)
{
	int s[2];

	R(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	R(send(s[0], "first", 5, 0));
	R(send(s[0], "", 0, 0));
	R(send(s[0], "third", 5, 0));
	show_received(s[1], 3, MSG_TRUNC);
	show_received(s[1], 10, 0);
	show_received(s[1], 10, 0);
	show_received(s[1], 10, MSG_DONTWAIT);
	close(s[0]);
	show_events("closed", s[1]);
	R(send(s[1], "x", 1, MSG_NOSIGNAL) == -1);
}

static void test_packet(void)
{
	int s[2];
	char a[4] = "", b[8] = "";
	struct iovec in[2] = { { a, 3 }, { b, 7 } }, out[2] = { { "ab", 2 }, { "cdef", 4 } };
	struct msghdr m = { .msg_iov = out, .msg_iovlen = 2 };

	R(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, s));
	V(fcntl(s[0], F_GETFD));
	V(fcntl(s[0], F_GETFL) & O_NONBLOCK ? 1 : 0);
	R(sendmsg(s[0], &m, 0));
	R(sendmsg(s[0], &m, 0));
	m.msg_iov = in;
	R(recvmsg(s[1], &m, 0));
	V(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
	V(m.msg_namelen);
	S(a);
	S(b);
	m.msg_iovlen = 1;
	R(recvmsg(s[1], &m, 0));
	V(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
	R(recvmsg(s[1], &m, 0));
	close(s[0]);
	R(recvmsg(s[1], &m, 0));
}

static void test_errors(void)
{
	int s[2], value = 0, fd = open("/dev/null", O_RDWR);
	socklen_t len = sizeof(value);
	struct sockaddr_un name;
	struct ucred peer;

	R(socketpair(AF_UNIX, 99, 0, s));
	R(socketpair(AF_UNIX, SOCK_STREAM, 77, s));
	R(socketpair(999, SOCK_STREAM, 0, s));
	R(socketpair(AF_UNIX, SOCK_STREAM, 0, BAD));
	R(send(fd, "x", 1, 0));
	R(recv(99, s, 1, 0));
	R(shutdown(fd, SHUT_RD));
	R(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len));
	R(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	R(shutdown(s[0], 9));
	R(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &value, &len));
	V(value);
	R(getsockopt(s[0], SOL_SOCKET, SO_DOMAIN, &value, &len));
	V(value);
	R(getsockopt(s[0], SOL_SOCKET, SO_ERROR, &value, &len));
	V(value);
	R(getsockopt(s[0], SOL_SOCKET, 9999, &value, &len));
	len = sizeof(peer);
	R(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &peer, &len));
	V(peer.pid == getpid() && peer.uid == geteuid());
	len = sizeof(name);
	R(getsockname(s[0], (struct sockaddr *)&name, &len));
	V(len);
	V(name.sun_family);
	R(send(s[0], BAD, 5, 0));
	R(write(s[0], "12345", 5));
	R(recv(s[1], BAD, 5, 0));
	R(listen(s[0], 1));
	V(({ struct stat st; fstat(s[0], &st); S_ISSOCK(st.st_mode); }));
}

static void test_blocking(void)
{
	static char data[1000000];
	long total = 0, n;
	int s[2];

	R(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	if (fork() == 0) {
		close(s[1]);
		memset(data, 'x', sizeof(data));
		_exit(write(s[0], data, sizeof(data)) != sizeof(data));
	}
	close(s[0]);
	while ((n = read(s[1], data, 10000)) > 0)
		total += n;
	V(total);
	V(n);
	reap(-1);
}

TOPIC(sock_pair)
{
	test_stream();
	test_dgram();
	test_packet();
	test_errors();
	test_blocking();
}
