/* Truncating a mapped file: pages past the new end are SIGBUS; growing brings zeros. */
#include "abi.h"

TOPIC(mem_file_truncate)
{
	char *shared, *private;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	R(ftruncate(fd, 3 * PAGE));
	shared = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memset(shared, 's', 3 * PAGE);
	private[PAGE + 5] = 'p';
	R(ftruncate(fd, PAGE + 10));
	V(shared[PAGE + 9]);
	V(shared[PAGE + 10]);
	FAULT(shared, shared[2 * PAGE] = 1);
	V(private[PAGE + 5]);
	FAULT(private, *(volatile char *)(private + 2 * PAGE));
	R(ftruncate(fd, PAGE));
	FAULT(shared, *(volatile char *)(shared + PAGE + 5));
	FAULT(private, *(volatile char *)(private + PAGE + 5));
	R(ftruncate(fd, 3 * PAGE));
	V(shared[PAGE + 5]);
	V(shared[2 * PAGE]);
	V(shared[PAGE - 1]);
}
