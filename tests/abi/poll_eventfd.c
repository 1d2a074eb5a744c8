/* eventfd: counting, semaphores, overflow, poll. */
#include "abi.h"

TOPIC(poll_eventfd)
{
	uint64_t value = 0;
	int fd = eventfd(3, EFD_NONBLOCK), sem = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);

	R(read(fd, &value, 8));
	V(value);
	R(read(fd, &value, 8));
	value = 5;
	R(write(fd, &value, 8));
	R(write(fd, &value, 8));
	R(read(fd, &value, 4));
	R(read(fd, &value, 8));
	V(value);
	R(read(sem, &value, 8));
	V(value);
	R(read(sem, &value, 8));
	R(read(sem, &value, 8));
	value = UINT64_MAX;
	R(write(fd, &value, 8));
	value = UINT64_MAX - 1;
	R(write(fd, &value, 8));
	R(poll(&(struct pollfd){ fd, POLLOUT, 0 }, 1, 0));
	R(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 0));
	value = 1;
	R(write(fd, &value, 8));
	R(write(fd, &value, 7));
	R(lseek(fd, 0, SEEK_SET));
	R(eventfd(0, 0x1234));
}
