/* A server that sends back what it gets, until somebody sends "quit": echo tcp|udp PORT. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct pollfd fds[100] = { { 0 } };
static nfds_t count = 1;

/* 1: that was the last client. */
static int serve(nfds_t i)
{
	static char data[65536];
	ssize_t n = recv(fds[i].fd, data, sizeof(data), 0);

	for (ssize_t at = 0, put; at < n; at += put)
		if ((put = send(fds[i].fd, data + at, (size_t)(n - at), 0)) <= 0)
			break;
	if (n > 0)
		return n == 4 && !memcmp(data, "quit", 4);
	close(fds[i].fd);
	fds[i] = fds[--count];
	return 0;
}

static int serve_tcp(int fd)
{
	listen(fd, 64);
	fds[0] = (struct pollfd){ fd, POLLIN, 0 };
	for (;;) {
		poll(fds, count, -1);
		for (nfds_t i = 1; i < count; i++)
			if (fds[i].revents && serve(i))
				return 0;
		if (fds[0].revents)
			fds[count++] = (struct pollfd){ accept(fd, NULL, NULL), POLLIN, 0 };
	}
}

static int serve_udp(int fd)
{
	struct sockaddr_in who;
	socklen_t len = sizeof(who);
	char data[2000];
	ssize_t n;

	while ((n = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&who, &len)) >= 0) {
		if (n == 4 && !memcmp(data, "quit", 4))
			return 0;
		sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&who, len);
	}
	return 1;
}

int main(int argc, char **argv)
{
	int udp = argc > 1 && !strcmp(argv[1], "udp"), on = 1;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argc > 2 ? argv[2] : "0")) };
	int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a))) {
		perror("bind");
		return 2;
	}
	return udp ? serve_udp(fd) : serve_tcp(fd);
}
