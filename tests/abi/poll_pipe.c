/* poll on pipes: readable, writable, hung up, error, invalid, negative descriptors. */
#include "abi.h"

static void show_poll(struct pollfd *fds, int count, int timeout)
{
	int ready = poll(fds, count, timeout);

	printf("poll = %d:", ready);
	for (int i = 0; i < count; i++)
		printf(" %s%s%s%s%s%s", fds[i].revents & POLLIN ? "IN" : "", fds[i].revents & POLLOUT ? "OUT" : "",
		       fds[i].revents & POLLHUP ? "HUP" : "", fds[i].revents & POLLERR ? "ERR" : "",
		       fds[i].revents & POLLNVAL ? "NVAL" : "", fds[i].revents ? "" : "-");
	printf("\n");
}

TOPIC(poll_pipe)
{
	int ends[2];
	struct pollfd fds[4];

	R(pipe(ends));
	fds[0] = (struct pollfd){ ends[0], POLLIN | POLLOUT, 0 };
	fds[1] = (struct pollfd){ ends[1], POLLIN | POLLOUT, 0 };
	fds[2] = (struct pollfd){ -1, POLLIN, 99 };
	fds[3] = (struct pollfd){ 999, POLLIN, 0 };
	show_poll(fds, 4, 0);
	R(write(ends[1], "x", 1));
	show_poll(fds, 3, -1);
	fds[0].events = 0;
	show_poll(fds, 3, 0);
	close(ends[1]);
	show_poll(fds, 3, 0);
	fds[0].events = POLLIN;
	show_poll(fds, 1, 0);
	R(read(ends[0], fds, 1));
	fds[0] = (struct pollfd){ ends[0], POLLIN | POLLOUT, 0 };
	show_poll(fds, 1, 1000);
	R(pipe(ends));
	close(ends[0]);
	fds[0] = (struct pollfd){ ends[1], POLLOUT, 0 };
	show_poll(fds, 1, 1000);
	put_file("f", "");
	fds[0] = (struct pollfd){ open("f", O_RDONLY), POLLIN | POLLOUT, 0 };
	fds[1] = (struct pollfd){ open("/dev/null", O_RDWR), POLLIN | POLLOUT, 0 };
	fds[2] = (struct pollfd){ open(".", O_RDONLY), POLLIN | POLLOUT, 0 };
	show_poll(fds, 3, 0);
	R(poll(NULL, 0, 10));
	R(poll(NULL, 0, 0));
	R(poll(BAD, 1, 0));
}
