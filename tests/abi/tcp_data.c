/* TCP: much data, WAITALL, a full pipe, readers and writers that wait. */
#include "sock.h"

/* What the reader saw. It prints nothing: its end comes before or after what the writer does last. */
static long total, last;
static unsigned sum;

static void *reader(void *arg)
{
	static char b[70000];
	long n;

	while ((n = read(*(int *)arg, b, sizeof(b))) > 0) {
		for (long i = 0; i < n; i++)
			sum = sum * 31 + (unsigned char)b[i];
		total += n;
	}
	last = n;
	return NULL;
}

TOPIC(tcp_data)
{
	static char big[3000000];
	pthread_t t;
	struct pollfd p;
	int s[2];
	long n = 0, got;

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 1000);
	tcp_pair(AF_INET, s);
	pthread_create(&t, NULL, reader, &s[1]);
	R(write(s[0], big, sizeof(big)));
	R(shutdown(s[0], SHUT_WR));
	pthread_join(t, NULL);
	printf("read %ld bytes, sum %#x, then %ld\n", total, sum, last);
	close(s[0]);
	close(s[1]);
	tcp_pair(AF_INET6, s);
	fcntl(s[0], F_SETFL, O_NONBLOCK);
	while ((got = write(s[0], big, 100000)) > 0)
		n += got;
	S(error_name(errno));
	V(n > 50000);
	p = (struct pollfd){ s[0], POLLOUT, 0 };
	R(poll(&p, 1, 0));
	R(set_int(s[1], SOL_SOCKET, SO_RCVLOWAT, 1));
	while (n > 0) {
		got = recv(s[1], big, sizeof(big), 0);
		if (got <= 0)
			break;
		n -= got;
	}
	V(n);
	R(poll(&p, 1, 5000));
	X(p.revents);
	R(send(s[0], "abcdef", 6, MSG_MORE));
	R(send(s[0], "ghi", 3, 0));
	show_recv(s[1], 9, MSG_WAITALL);
	R(send(s[0], "abcdef", 6, 0));
	sleep_ms(10);
	show_recv(s[1], 4, MSG_TRUNC);
	show_recv(s[1], 4, MSG_PEEK | MSG_DONTWAIT);
	R(recv(s[1], NULL, 0, 0));
	R(recv(s[1], BAD, 2, 0));
	show_recv(s[1], 4, 0);
	R(send(s[0], BAD, 5, 0));
	R(send(s[0], NULL, 0, 0));
	show_recv(s[1], 4, MSG_DONTWAIT);
}
