/* UDP: a port that nobody has. */
#include "sock.h"

TOPIC(udp_refused)
{
	struct sockaddr_storage a;
	socklen_t len;
	int x = udp_bound(AF_INET, &a, &len), c = socket(AF_INET, SOCK_DGRAM, 0);

	R(connect(c, (struct sockaddr *)&a, len));
	R(send(c, "heard", 5, 0));
	close(x);
	R(send(c, "lost", 4, 0));
	show_events("refused", c);
	show_recv(c, 5, MSG_DONTWAIT);
	show_recv(c, 5, MSG_DONTWAIT);
	R(send(c, "lost", 4, 0));
	R(send(c, "lost", 4, 0));
	R(send(c, "lost", 4, 0));
	V(get_int(c, SOL_SOCKET, SO_ERROR));
	V(get_int(c, SOL_SOCKET, SO_ERROR));
	close(c);
	c = socket(AF_INET, SOCK_DGRAM, 0);
	R(sendto(c, "lost", 4, 0, (struct sockaddr *)&a, len));
	show_recv(c, 5, MSG_DONTWAIT);
	show_events("not connected", c);
}
