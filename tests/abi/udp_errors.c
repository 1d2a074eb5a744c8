/* UDP: what sendto and its kin refuse; sizes. */
#include "sock.h"

TOPIC(udp_errors)
{
	static char big[70000];
	struct sockaddr_storage a;
	struct sockaddr_in in;
	socklen_t len;
	int x = udp_bound(AF_INET, &a, &len), c = socket(AF_INET, SOCK_DGRAM, 0), six = socket(AF_INET6, SOCK_DGRAM, 0);

	memcpy(&in, &a, sizeof(in));
	R(sendto(c, big, 65507, 0, (struct sockaddr *)&a, len));
	R(sendto(c, big, 65508, 0, (struct sockaddr *)&a, len));
	R(sendto(c, big, 70000, 0, (struct sockaddr *)&a, len));
	R(recv(x, big, sizeof(big), 0));
	R(sendto(c, "x", 1, 0, (struct sockaddr *)&a, 8));
	R(sendto(c, "x", 1, 0, (struct sockaddr *)&a, 200));
	R(sendto(c, "x", 1, 0, BAD, len));
	R(sendto(c, BAD, 10, 0, (struct sockaddr *)&a, len));
	R(sendto(six, "x", 1, 0, (struct sockaddr *)&a, len));
	in.sin_port = 0;
	R(sendto(c, "x", 1, 0, (struct sockaddr *)&in, len));
	in.sin_family = AF_INET6;
	R(sendto(c, "x", 1, 0, (struct sockaddr *)&in, len));
	R(connect(c, (struct sockaddr *)&in, len));
	R(connect(c, (struct sockaddr *)&a, 8));
	R(connect(c, (struct sockaddr *)&a, 1));
	in.sin_family = AF_INET;
	in.sin_addr.s_addr = INADDR_BROADCAST;
	in.sin_port = htons(9);
	R(sendto(c, "x", 1, 0, (struct sockaddr *)&in, len));
	R(sendto(c, "x", 1, MSG_OOB, (struct sockaddr *)&a, len));
	R(recv(x, big, 1, MSG_OOB));
	R(recvfrom(x, big, 1, MSG_ERRQUEUE, NULL, NULL));
	R(bind(x, (struct sockaddr *)&a, len));
	R(bind(c, (struct sockaddr *)&a, len));
	R(set_int(c, SOL_SOCKET, SO_REUSEADDR, 1));
	R(bind(c, (struct sockaddr *)&a, len));
	R(set_int(x, SOL_SOCKET, SO_REUSEADDR, 1));
	R(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP));
	R(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
	R(socket(AF_INET, SOCK_SEQPACKET, 0));
	R(socket(AF_INET, 0, 0));
	R(socket(AF_INET, SOCK_STREAM, 99));
	R(socket(AF_INET, SOCK_STREAM, 999));
	R(socket(AF_INET, SOCK_STREAM, -1));
	R(socket(AF_INET, SOCK_RAW, 0));
	R(socketpair(AF_INET, SOCK_STREAM, 0, (int *)big));
	R(setsockopt(x, SOL_TCP, TCP_NODELAY, &(int){ 1 }, 4));
	R(getsockopt(x, SOL_TCP, TCP_NODELAY, big, &len));
}
