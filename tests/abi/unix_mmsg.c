/* sendmmsg, recvmmsg.  (musl looks into messages itself: needs: 64 bits) */
#include "sock.h"

TOPIC(unix_mmsg)
{
	char b[5][8];
	struct iovec iov[5];
	struct mmsghdr m[5] = { 0 };
	struct timespec zero = { 0, 0 }, second = { 1, 0 };
	int s[2];

	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	for (int i = 0; i < 5; i++) {
		snprintf(b[i], sizeof(b[i]), "msg%d", i);
		iov[i] = (struct iovec){ b[i], (size_t)i + 1 };
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	R(sendmmsg(s[0], m, 5, 0));
	for (int i = 0; i < 5; i++)
		V(m[i].msg_len);
	for (int i = 0; i < 5; i++) {
		memset(b[i], 0, sizeof(b[i]));
		iov[i].iov_len = 3;
	}
	R(recvmmsg(s[1], m, 3, 0, NULL));
	for (int i = 0; i < 3; i++)
		printf("%d \"%.8s\" %#x\n", m[i].msg_len, b[i], m[i].msg_hdr.msg_flags);
	R(recvmmsg(s[1], m, 5, MSG_WAITFORONE, NULL));
	for (int i = 0; i < 2; i++)
		printf("%d \"%.3s\" %#x\n", m[i].msg_len, b[i], m[i].msg_hdr.msg_flags);
	R(recvmmsg(s[1], m, 5, MSG_DONTWAIT, NULL));
	R(sendmmsg(s[0], m, 2, 0));
	R(recvmmsg(s[1], m, 5, 0, &zero));
	R(recvmmsg(s[1], m, 5, MSG_DONTWAIT, &second));
	R(sendmmsg(s[0], m, 0, 0));
	R(sendmmsg(s[0], BAD, 1, 0));
	R(recvmmsg(s[1], BAD, 1, MSG_DONTWAIT, NULL));
	R(recvmmsg(s[1], m, 1, 0, BAD));
	zero.tv_nsec = -1;
	R(recvmmsg(s[1], m, 1, 0, &zero));
	R(sendmmsg(99, m, 1, 0));
	close(s[1]);
	R(sendmmsg(s[0], m, 2, 0));
}
