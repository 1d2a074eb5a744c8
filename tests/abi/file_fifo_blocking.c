/* Opening a FIFO blocks until the other end is there; data survives the writer. */
#include "abi.h"

TOPIC(file_fifo_blocking)
{
	char buffer[16] = "";
	pid_t pid;
	int fd;

	R(mkfifo("p", 0600));
	pid = fork();
	if (pid == 0) {
		fd = open("p", O_WRONLY);
		_exit(write(fd, "from child", 10) == 10 ? 5 : 6);
	}
	fd = open("p", O_RDONLY);
	reap(pid);
	R(read(fd, buffer, sizeof(buffer)));
	S(buffer);
	R(read(fd, buffer, sizeof(buffer)));
	R(close(fd));
	fd = open("p", O_RDWR);
	R(write(fd, "self", 4));
	R(read(fd, buffer, 4));
}
