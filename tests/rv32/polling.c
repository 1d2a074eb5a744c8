/* poll, select and non-blocking pipes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int ends[2];
	struct pollfd fd;
	struct timeval tv = { 1, 0 };
	fd_set set;
	char buffer[64];

	pipe(ends);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	printf("%d ", (int)read(ends[0], buffer, 1));
	printf("errno %d\n", errno);
	fd = (struct pollfd){ ends[0], POLLIN, 0 };
	printf("%d\n", poll(&fd, 1, 20));
	if (fork() == 0) {
		usleep(20000);
		write(ends[1], "late", 4);
		_exit(0);
	}
	printf("%d ", poll(&fd, 1, 5000));
	printf("%d\n", fd.revents);
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	printf("%d\n", select(ends[0] + 1, &set, NULL, NULL, &tv));
	printf("%d\n", (int)read(ends[0], buffer, 64));
	wait(NULL);
	close(ends[1]);
	printf("%d ", poll(&fd, 1, -1));
	printf("%d\n", fd.revents);
	return 0;
}
