/* TCP: time-outs, and signals during connect, accept, recv and send. */
#include "sock.h"

static void handler(int signo)
{
}

static void alarm_every(int ms, int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct itimerval it = { .it_value = { 0, ms * 1000 }, .it_interval = { 0, ms * 1000 } };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
}

TOPIC(tcp_timeout)
{
	static char big[8000000];
	struct timeval tv = { 0, 40000 }, none = { 0, 0 };
	struct sockaddr_storage a;
	socklen_t len;
	int s[2], l = tcp_listener(AF_INET, &a, &len, 1);

	tcp_pair(AF_INET, s);
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	R(setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	R(setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show_recv(s[0], 1, 0);
	R(write(s[0], big, sizeof(big)) > 0);
	R(accept(l, NULL, NULL));
	alarm_every(20, SA_RESTART);
	tv = (struct timeval){ 5, 0 };
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show_recv(s[0], 1, 0);
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none)));
	R(setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none)));
	if (fork() == 0) {
		int c = socket(AF_INET, SOCK_STREAM, 0);

		sleep_ms(100);
		write(s[1], "r", 1);
		connect(c, (struct sockaddr *)&a, len);
		_exit(0);
	}
	show_recv(s[0], 1, 0);
	R(accept(l, NULL, NULL) >= 0);
	alarm_every(20, 0);
	show_recv(s[0], 1, 0);
	R(accept(l, NULL, NULL));
	alarm_every(0, 0);
	reap(-1);
}
