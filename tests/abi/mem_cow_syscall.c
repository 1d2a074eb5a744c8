/* A system call writing into a copy-on-write page copies it first, too. */
#include "abi.h"

TOPIC(mem_cow_syscall)
{
	char *page = anon(2, PROT_READ | PROT_WRITE);
	int fd;

	strcpy(page, "shared by fork");
	strcpy(page + PAGE - 4, "across two pages");
	put_file("f", "from the file");
	CHILD({
		fd = open("f", O_RDONLY);
		R(pread(fd, page, 4, 0));
		R(pread(fd, page + PAGE - 2, 8, 0));
		S(page);
		S(page + PAGE - 4);
	});
	S(page);
	S(page + PAGE - 4);
	CHILD({ R(pipe((int *)page)); R(clock_gettime(CLOCK_MONOTONIC, (struct timespec *)(page + PAGE - 8))); });
	S(page);
	S(page + PAGE - 4);
}
