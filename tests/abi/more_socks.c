/* Sockets and events: question by question. needs: 64 bits */
#include "abi.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static int p[2];
static char buf[100];
static struct sockaddr_in loopback = { .sin_family = AF_INET };

static int tcp_server(void)
{
	socklen_t len = sizeof(loopback);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(s, (struct sockaddr *)&loopback, sizeof(loopback));
	listen(s, 5);
	getsockname(s, (struct sockaddr *)&loopback, &len);
	return s;
}
static void tcp_pair(void)
{
	int s = tcp_server();

	p[0] = socket(AF_INET, SOCK_STREAM, 0);
	connect(p[0], (struct sockaddr *)&loopback, sizeof(loopback));
	p[1] = accept(s, NULL, NULL);
	close(s);
}

TOPIC(more_sock_peek)
{
	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	write(p[0], "abcdef", 6);
	R(recv(p[1], buf, 4, MSG_PEEK)); R(recv(p[1], buf, 100, MSG_PEEK)); R(recv(p[1], buf, 2, 0));
	R(recv(p[1], buf, 100, MSG_PEEK | MSG_DONTWAIT)); S(buf);
	R(recv(p[1], buf, 4, MSG_WAITALL));
	R(recv(p[1], buf, 4, MSG_PEEK | MSG_DONTWAIT));
	socketpair(AF_UNIX, SOCK_DGRAM, 0, p);
	write(p[0], "one", 3), write(p[0], "second", 6);
	R(recv(p[1], buf, 2, MSG_PEEK)); R(recv(p[1], buf, 2, MSG_PEEK | MSG_TRUNC)); R(recv(p[1], buf, 2, MSG_TRUNC)); R(recv(p[1], buf, 2, 0));
	R(recv(p[1], buf, 2, MSG_DONTWAIT));
}
TOPIC(more_sock_shutdown)
{
	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	signal(SIGPIPE, SIG_IGN);
	write(p[0], "left", 4);
	R(shutdown(p[0], SHUT_WR)); R(write(p[0], "x", 1)); R(read(p[1], buf, 100)); R(read(p[1], buf, 100)); R(write(p[1], "back", 4));
	R(read(p[0], buf, 100)); R(shutdown(p[0], SHUT_RD)); R(read(p[0], buf, 100)); R(write(p[1], "x", 1)); R(shutdown(p[0], 3));
	R(shutdown(p[0], SHUT_RDWR)); R(shutdown(socket(AF_UNIX, SOCK_STREAM, 0), SHUT_RD)); R(shutdown(socket(AF_INET, SOCK_STREAM, 0), SHUT_RD));
	struct pollfd f = { p[1], POLLIN | POLLOUT | POLLRDHUP };
	R(poll(&f, 1, 0)); X(f.revents);
}
TOPIC(more_sock_tcp_states)
{
	int s = tcp_server(), c = socket(AF_INET, SOCK_STREAM, 0), v;
	socklen_t len = sizeof(v);

	R(listen(s, 3)); R(accept(c, NULL, NULL)); R(send(c, "x", 1, MSG_NOSIGNAL)); R(recv(c, buf, 1, 0)); R(getpeername(c, (struct sockaddr *)buf, &len));
	R(connect(c, (struct sockaddr *)&loopback, sizeof(loopback))); R(connect(c, (struct sockaddr *)&loopback, sizeof(loopback)));
	R(listen(c, 1)); R(bind(c, (struct sockaddr *)&loopback, sizeof(loopback))); R(connect(s, (struct sockaddr *)&loopback, sizeof(loopback)));
	R(send(s, "x", 1, MSG_NOSIGNAL)); R(recv(s, buf, 1, 0));
	len = sizeof(v); R(getsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, &v, &len)); V(v); R(getsockopt(c, SOL_SOCKET, SO_ACCEPTCONN, &v, &len)); V(v);
	loopback.sin_port = 0; R(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&loopback, sizeof(loopback)));
	loopback.sin_family = AF_UNSPEC; R(connect(c, (struct sockaddr *)&loopback, sizeof(loopback)));
	R(connect(c, (struct sockaddr *)&loopback, 4)); R(bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&loopback, 10));
}
TOPIC(more_sock_half_close)
{
	tcp_pair();
	signal(SIGPIPE, SIG_IGN);
	R(write(p[0], "last", 4)); R(shutdown(p[0], SHUT_WR)); R(recv(p[1], buf, 100, MSG_WAITALL)); R(read(p[1], buf, 1)); R(write(p[1], "answer", 6));
	R(recv(p[0], buf, 6, MSG_WAITALL)); R(write(p[0], "x", 1)); R(close(p[1])); R(read(p[0], buf, 1)); R(read(p[0], buf, 1));
	struct pollfd f = { p[0], POLLIN | POLLOUT | POLLRDHUP }; R(poll(&f, 1, 1000)); X(f.revents);
	int v; socklen_t len = sizeof(v); R(getsockopt(p[0], SOL_SOCKET, SO_ERROR, &v, &len)); V(v);
}
TOPIC(more_sock_udp)
{
	struct sockaddr_in a, from; socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_DGRAM, 0), c = socket(AF_INET, SOCK_DGRAM, 0);

	loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK), loopback.sin_port = 0;
	R(send(c, "x", 1, 0)); R(bind(s, (struct sockaddr *)&loopback, sizeof(loopback))); R(getsockname(s, (struct sockaddr *)&a, &len));
	R(sendto(c, "hello", 5, 0, (struct sockaddr *)&a, sizeof(a))); R(sendto(c, "", 0, 0, (struct sockaddr *)&a, sizeof(a)));
	R(recvfrom(s, buf, 3, MSG_TRUNC, (struct sockaddr *)&from, &len)); V(len); V(from.sin_family); X(ntohl(from.sin_addr.s_addr));
	R(recv(s, buf, 100, 0)); R(recv(s, buf, 100, MSG_DONTWAIT)); R(connect(c, (struct sockaddr *)&a, sizeof(a))); R(send(c, "y", 1, 0)); R(ioctl(s, FIONREAD, buf)); V(*(int *)buf);
	R(sendto(c, "z", 1, 0, (struct sockaddr *)&a, 3)); R(send(c, buf, 70000, 0)); R(listen(s, 1)); R(accept(s, NULL, NULL));
	R(sendto(c, "x", 1, MSG_OOB, NULL, 0)); a.sin_family = AF_UNSPEC; R(connect(c, (struct sockaddr *)&a, sizeof(a))); R(send(c, "x", 1, 0));
}
TOPIC(more_sock_fionread)
{
	int n;

	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	write(p[0], "abc", 3), write(p[0], "defg", 4);
	R(ioctl(p[1], FIONREAD, &n)); V(n); R(ioctl(p[0], FIONREAD, &n)); V(n);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, p);
	write(p[0], "abc", 3), write(p[0], "defg", 4);
	R(ioctl(p[1], FIONREAD, &n)); V(n); R(ioctl(p[1], 0x5411 /* TIOCOUTQ */, &n)); V(n);
	R(ioctl(p[1], FIONBIO, &(int){ 1 })); X(fcntl(p[1], F_GETFL) & O_NONBLOCK); R(ioctl(p[1], 0x1234, &n)); R(ioctl(p[1], TCGETS, buf));
	R(ioctl(p[1], FIOCLEX)); R(fcntl(p[1], F_GETFD)); R(ioctl(p[1], FIONCLEX)); R(fcntl(p[1], F_GETFD));
}
TOPIC(more_sock_names)
{
	struct sockaddr_un a = { AF_UNIX, "name" }, got = { 0 };
	socklen_t len;
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
	struct stat st;

	len = sizeof(got), getsockname(s, (struct sockaddr *)&got, &len); V(len);
	R(bind(s, (struct sockaddr *)&a, 2 + 4)); len = sizeof(got); R(getsockname(s, (struct sockaddr *)&got, &len)); V(len); S(got.sun_path);
	R(stat("name", &st)); S(type_name(st.st_mode)); R(open("name", O_RDWR)); R(connect(c, (struct sockaddr *)&a, 2 + 4)); R(listen(s, 1));
	R(connect(c, (struct sockaddr *)&a, 2 + 4)); len = sizeof(got); R(getpeername(c, (struct sockaddr *)&got, &len)); V(len);
	len = 3; R(getpeername(c, (struct sockaddr *)&got, &len)); V(len); R(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, 6));
	R(unlink("name")); R(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, 6)); R(accept(s, (struct sockaddr *)&got, &len) > 2); V(len);
	put_file("plain", ""); strcpy(a.sun_path, "plain"); R(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof(a)));
	strcpy(a.sun_path, "no/where"); R(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof(a)));
}
TOPIC(more_sock_types_mixed)
{
	struct sockaddr_un a = { AF_UNIX, "dgram" };
	int d = socket(AF_UNIX, SOCK_DGRAM, 0), s = socket(AF_UNIX, SOCK_STREAM, 0), q = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	R(bind(d, (struct sockaddr *)&a, sizeof(a))); R(connect(s, (struct sockaddr *)&a, sizeof(a))); R(connect(q, (struct sockaddr *)&a, sizeof(a)));
	R(listen(d, 1)); R(accept(d, NULL, NULL)); R(sendto(s, "x", 1, 0, (struct sockaddr *)&a, sizeof(a))); R(sendto(q, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	R(send(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0)); R(recv(s, buf, 1, MSG_DONTWAIT)); R(recv(q, buf, 1, MSG_DONTWAIT));
	R(send(s, "x", 1, MSG_NOSIGNAL)); R(sendto(d, "self", 4, 0, (struct sockaddr *)&a, sizeof(a))); R(recv(d, buf, 100, 0));
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p); R(send(p[0], "packet", 6, 0)); R(send(p[0], "", 0, 0)); R(send(p[0], "next", 4, 0)); R(recv(p[1], buf, 3, 0)); R(recv(p[1], buf, 3, 0)); R(recv(p[1], buf, 9, 0));
	close(p[0]); R(recv(p[1], buf, 9, 0)); R(send(p[1], "x", 1, MSG_NOSIGNAL));
}
TOPIC(more_sock_options_values)
{
	static const int options[] = { SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST, SO_OOBINLINE, SO_DONTROUTE, SO_REUSEPORT, SO_TIMESTAMP };
	int s = socket(AF_INET, SOCK_STREAM, 0), v;
	socklen_t len;

	for (int i = 0; i < COUNT(options); i++)
		for (int set = 5; set >= 0; set -= 5) {
			R(setsockopt(s, SOL_SOCKET, options[i], &set, 4)); len = sizeof(v), v = 99; getsockopt(s, SOL_SOCKET, options[i], &v, &len); printf("%d: %d, len %d\n", options[i], v, len);
		}
	v = 1; R(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &v, 4)); len = 1, v = 0; R(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, &v, &len)); V(v); V(len);
	R(setsockopt(s, SOL_SOCKET, SO_TYPE, &v, 4)); R(setsockopt(s, SOL_SOCKET, SO_ERROR, &v, 4)); R(setsockopt(s, SOL_SOCKET, 9999, &v, 4)); R(getsockopt(s, SOL_SOCKET, 9999, &v, &len));
	struct linger l = { 1, 5 }, got; R(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l))); len = sizeof(got); R(getsockopt(s, SOL_SOCKET, SO_LINGER, &got, &len)); V(got.l_onoff); V(got.l_linger); R(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, 4));
	struct timeval t = { 1, 1000000 }; R(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t))); t = (struct timeval){ -1, 0 }; R(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t))); R(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &t, 8));
}
TOPIC(more_poll_kinds)
{
	static const char *const what[] = { "file", "directory", "null", "eventfd", "full eventfd", "timerfd", "epoll", "signalfd", "inotify", "listener", "unconnected", "udp", "pair", "pipe read", "pipe write" };
	int fds[15], s = tcp_server();
	uint64_t v = -2;

	put_file("f", "");
	pipe(p);
	fds[0] = open("f", O_RDWR), fds[1] = open(".", O_RDONLY), fds[2] = open("/dev/null", O_RDWR), fds[3] = eventfd(0, 0), fds[4] = eventfd(0, 0);
	write(fds[4], &v, 8);
	fds[5] = timerfd_create(CLOCK_MONOTONIC, 0), fds[6] = epoll_create1(0), fds[7] = signalfd(-1, &(sigset_t){ 0 }, 0), fds[8] = syscall(SYS_inotify_init1, 0);
	fds[9] = s, fds[10] = socket(AF_INET, SOCK_STREAM, 0), fds[11] = socket(AF_INET, SOCK_DGRAM, 0), fds[13] = p[0], fds[14] = p[1];
	socketpair(AF_UNIX, SOCK_STREAM, 0, p), fds[12] = p[0];
	for (int i = 0; i < 15; i++) {
		struct pollfd f = { fds[i], POLLIN | POLLOUT | POLLPRI | POLLRDHUP | POLLRDNORM | POLLWRNORM | POLLRDBAND | POLLWRBAND };
		struct epoll_event ev = { EPOLLIN };

		poll(&f, 1, 0);
		printf("%s: poll %#x, epoll %s\n", what[i], f.revents, epoll_ctl(fds[6], EPOLL_CTL_ADD, fds[i], &ev) ? error_name(errno) : "ok");
	}
}
TOPIC(more_epoll_order)
{
	struct epoll_event ev[4], e = { EPOLLIN | EPOLLONESHOT };
	int ep = epoll_create1(0), a = eventfd(1, 0), b = eventfd(1, 0), c;

	e.data.u32 = 1, epoll_ctl(ep, EPOLL_CTL_ADD, a, &e); e.events = EPOLLIN | EPOLLET; e.data.u32 = 2, epoll_ctl(ep, EPOLL_CTL_ADD, b, &e);
	R(epoll_wait(ep, ev, 1, 0)); V(ev[0].data.u32); R(epoll_wait(ep, ev, 4, 0)); V(ev[0].data.u32); R(epoll_wait(ep, ev, 4, 0));
	e = (struct epoll_event){ EPOLLIN | EPOLLONESHOT, { .u32 = 3 } }; R(epoll_ctl(ep, EPOLL_CTL_MOD, a, &e)); R(epoll_wait(ep, ev, 4, 0)); V(ev[0].data.u32);
	R(write(b, (uint64_t[]){ 1 }, 8)); R(epoll_wait(ep, ev, 4, 0)); V(ev[0].data.u32); R(epoll_ctl(ep, EPOLL_CTL_DEL, b, NULL)); R(epoll_ctl(ep, EPOLL_CTL_DEL, b, NULL)); R(epoll_ctl(ep, EPOLL_CTL_MOD, b, &e));
	c = dup(a); R(epoll_ctl(ep, EPOLL_CTL_ADD, c, &e)); R(close(a)); R(epoll_wait(ep, ev, 4, 0)); R(epoll_ctl(ep, EPOLL_CTL_DEL, c, NULL)); R(epoll_wait(ep, ev, 4, 0)); R(poll(&(struct pollfd){ ep, POLLIN }, 1, 0));
}
