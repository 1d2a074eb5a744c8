/* recv's and send's flags on streams; readv, writev, empty transfers. */
#include "sock.h"

static void *feed(void *arg)
{
	int fd = *(int *)arg;

	for (int i = 0; i < 4; i++) {
		sleep_ms(10);
		write(fd, "abc", 3);
	}
	return NULL;
}

TOPIC(unix_msg)
{
	char a[4] = "", b[8] = "";
	struct iovec in[2] = { { a, 3 }, { b, 7 } }, out[3] = { { "ab", 2 }, { NULL, 0 }, { "cdef", 4 } };
	struct msghdr m = { .msg_iov = in, .msg_iovlen = 2 };
	int s[2];
	pthread_t t;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	R(writev(s[0], out, 3));
	R(readv(s[1], in, 2));
	S(a);
	S(b);
	R(write(s[0], "", 0));
	R(send(s[0], NULL, 0, 0));
	R(read(s[1], a, 0));
	R(recv(s[1], a, 0, MSG_DONTWAIT));
	R(recv(s[1], a, 1, MSG_DONTWAIT));
	pthread_create(&t, NULL, feed, &s[0]);
	show_recv(s[1], 12, MSG_WAITALL);
	pthread_join(t, NULL);
	R(write(s[0], "1234567890", 10));
	show_recv(s[1], 4, MSG_PEEK);
	show_recv(s[1], 4, MSG_PEEK | MSG_WAITALL);
	show_recv(s[1], 4, MSG_TRUNC);
	R(recvmsg(s[1], &m, 0));
	X(m.msg_flags);
	show_recv(s[1], 20, MSG_WAITALL | MSG_DONTWAIT);
	R(write(s[0], "tail", 4));
	close(s[0]);
	show_recv(s[1], 20, MSG_WAITALL);
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	R(set_int(s[1], SOL_SOCKET, SO_RCVLOWAT, 6));
	V(get_int(s[1], SOL_SOCKET, SO_RCVLOWAT));
	pthread_create(&t, NULL, feed, &s[0]);
	show_recv(s[1], 12, 0);
	pthread_join(t, NULL);
	show_recv(s[1], 12, MSG_DONTWAIT);
	m.msg_iovlen = 1025;
	R(recvmsg(s[1], &m, 0));
	m.msg_iovlen = 1;
	m.msg_namelen = -1;
	m.msg_name = &s;
	R(sendmsg(s[0], &m, 0));
	R(pread(s[0], a, 1, 0));
	R(pwrite(s[0], a, 1, 0));
	R(lseek(s[0], 0, SEEK_CUR));
}
