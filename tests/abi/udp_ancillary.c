/* UDP: IP_PKTINFO, IP_RECVTTL and their IPv6 kin; sendmmsg, recvmmsg; time-outs. (musl looks into
 * messages itself: needs: 64 bits) */
#include "sock.h"

static void show_control(int fd)
{
	char control[256], data[64];
	struct sockaddr_storage a;
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control),
			    .msg_name = &a, .msg_namelen = sizeof(a) };
	long n = recvmsg(fd, &m, 0);

	printf("%ld bytes, flags %#x\n", n, m.msg_flags);
	show_in("  from", &a, m.msg_namelen);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		printf("  level %d type %d", c->cmsg_level, c->cmsg_type);
		show_bytes("", CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	}
}

TOPIC(udp_ancillary)
{
	struct sockaddr_storage a, b;
	socklen_t len, len6;
	struct timeval tv = { 0, 30000 };
	struct mmsghdr mm[3] = { 0 };
	struct iovec iov[3];
	char out[3][4] = { "a", "bb", "ccc" };
	int x = udp_bound(AF_INET, &a, &len), y = udp_bound(AF_INET6, &b, &len6), c = socket(AF_INET, SOCK_DGRAM, 0),
	    d = socket(AF_INET6, SOCK_DGRAM, 0);

	R(set_int(x, IPPROTO_IP, IP_PKTINFO, 1));
	R(set_int(x, IPPROTO_IP, IP_RECVTTL, 1));
	R(set_int(x, IPPROTO_IP, IP_RECVTOS, 1));
	R(sendto(c, "four", 4, 0, (struct sockaddr *)&a, len));
	show_control(x);
	R(set_int(y, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
	R(set_int(y, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
	R(set_int(y, IPPROTO_IPV6, IPV6_RECVTCLASS, 1));
	R(sendto(d, "six", 3, 0, (struct sockaddr *)&b, len6));
	show_control(y);
	for (int i = 0; i < 3; i++) {
		iov[i] = (struct iovec){ out[i], (size_t)i + 1 };
		mm[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1, .msg_name = &a, .msg_namelen = len };
	}
	R(sendmmsg(c, mm, 3, 0));
	R(recvmmsg(x, mm, 3, MSG_WAITFORONE, NULL));
	for (int i = 0; i < 3; i++)
		V(mm[i].msg_len);
	R(setsockopt(x, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show_recv(x, 5, 0);
}
