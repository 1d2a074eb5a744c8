/* Bad addresses in every argument of the calls that move data.  (musl looks into messages itself: needs: 64 bits) */
#include "sock.h"

TOPIC(unix_efault)
{
	struct iovec iov = { BAD, 5 }, good = { "abcde", 5 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	char control[64], b[8];
	socklen_t len = 10;
	int s[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	R(socketpair(AF_UNIX, SOCK_STREAM, 0, BAD));
	R(send(s[0], BAD, 3, 0));
	R(sendmsg(s[0], BAD, 0));
	R(sendmsg(s[0], &m, 0));
	m.msg_iov = BAD;
	R(sendmsg(s[0], &m, 0));
	m.msg_iov = &good;
	m.msg_control = BAD;
	m.msg_controllen = 32;
	R(sendmsg(s[0], &m, 0));
	m.msg_control = control;
	memset(control, 0, sizeof(control));
	m.msg_controllen = 32;
	R(sendmsg(s[0], &m, 0));
	((struct cmsghdr *)control)->cmsg_len = 1000;
	R(sendmsg(s[0], &m, 0));
	((struct cmsghdr *)control)->cmsg_len = CMSG_LEN(4);
	((struct cmsghdr *)control)->cmsg_level = SOL_SOCKET;
	((struct cmsghdr *)control)->cmsg_type = 99;
	R(sendmsg(s[0], &m, 0));
	((struct cmsghdr *)control)->cmsg_level = 55;
	R(sendmsg(s[0], &m, 0));
	m.msg_controllen = 3;
	R(sendmsg(s[0], &m, 0));
	m.msg_controllen = 0;
	R(sendmsg(s[0], &m, 0));
	show_recv(s[1], 100, MSG_DONTWAIT);
	write(s[0], "12345", 5);
	R(recv(s[1], BAD, 3, 0));
	R(recvmsg(s[1], BAD, 0));
	m.msg_iov = &iov;
	R(recvmsg(s[1], &m, 0));
	show_recv(s[1], 10, MSG_DONTWAIT);
	write(s[0], "12345", 5);
	R(recvfrom(s[1], b, 3, 0, (struct sockaddr *)b, BAD));
	R(recvfrom(s[1], b, 3, 0, BAD, &len));
	R(sendto(s[0], b, 1, 0, BAD, 10));
	R(sendto(s[0], b, 1, 0, (struct sockaddr *)b, 200));
	R(sendto(s[0], b, 1, 0, (struct sockaddr *)b, 5));
	R(accept(s[0], BAD, BAD));
}
