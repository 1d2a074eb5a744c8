/* SO_RCVTIMEO, SO_SNDTIMEO, signals during socket calls. */
#include "sock.h"

static void handler(int signo)
{
}

static void alarm_in(int ms, int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct itimerval it = { .it_value = { 0, ms * 1000 }, .it_interval = { 0, ms * 1000 } };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
}

TOPIC(unix_timeout)
{
	static char big[1000000];
	struct timeval tv = { 0, 40000 };
	socklen_t len = sizeof(tv);
	const char *name = un_abstract("t");
	int s[2], l = socket(AF_UNIX, SOCK_STREAM, 0);
	long long start = now_ms();

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	R(getsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	V(len);
	V(tv.tv_sec == 0 && tv.tv_usec == 0);
	tv = (struct timeval){ 0, 40000 };
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	R(setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	R(getsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	V(tv.tv_usec);
	show_recv(s[0], 1, 0);
	V(now_ms() - start >= 40);
	R(write(s[0], big, sizeof(big)) > 0);
	R(write(s[0], big, sizeof(big)));
	tv = (struct timeval){ 0, 1000000 };
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, 4));
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, BAD, sizeof(tv)));
	un_bind(l, name);
	listen(l, 1);
	tv = (struct timeval){ 0, 30000 };
	R(setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	R(accept(l, NULL, NULL));
	/* With a time-out nothing is restarted, without one it is. */
	alarm_in(20, SA_RESTART);
	tv = (struct timeval){ 5, 0 };
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show_recv(s[0], 1, 0);
	if (fork() == 0) {
		sleep_ms(100);
		write(s[1], "r", 1);
		_exit(0);
	}
	tv = (struct timeval){ 0, 0 };
	R(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show_recv(s[0], 1, 0);
	alarm_in(20, 0);
	show_recv(s[0], 1, 0);
	alarm_in(0, 0);
	reap(-1);
}
