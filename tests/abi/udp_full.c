/* UDP: a full queue loses what comes; reading makes room again. */
#include "sock.h"

TOPIC(udp_full)
{
	struct sockaddr_storage a;
	socklen_t len;
	int x = udp_bound(AF_INET, &a, &len), c = socket(AF_INET, SOCK_DGRAM, 0), got = 0;
	char b[1000] = "";

	R(set_int(x, SOL_SOCKET, SO_RCVBUF, 8000));
	V(get_int(x, SOL_SOCKET, SO_RCVBUF));
	for (int i = 0; i < 100; i++)
		if (sendto(c, b, sizeof(b), 0, (struct sockaddr *)&a, len) != sizeof(b))
			printf("send: %s\n", error_name(errno));
	show_events("sender", c);
	while (recv(x, b, sizeof(b), MSG_DONTWAIT) > 0)
		got++;
	V(got > 0 && got < 50);
	R(sendto(c, "again", 5, 0, (struct sockaddr *)&a, len));
	show_recv(x, 10, 0);
}
