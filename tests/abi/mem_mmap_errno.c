/* mmap: what it refuses, and with which errno. */
#include "abi.h"

static long map(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	void *result = mmap(at, len, prot, flags, fd, offset);

	return result == MAP_FAILED ? -1 : 0;
}

TOPIC(mem_mmap_errno)
{
	int r, w, rw, ends[2];

	put_file("f", "text");
	r = open("f", O_RDONLY);
	w = open("f", O_WRONLY);
	rw = open("f", O_RDWR);
	R(map(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	R(map(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_PRIVATE, rw, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, r, 1));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, r, PAGE));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, w, 0));
	R(map(NULL, PAGE, PROT_WRITE, MAP_SHARED, r, 0));
	R(map(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, r, 0));
	R(map(NULL, PAGE, PROT_WRITE, MAP_SHARED, w, 0));
	R(map(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, rw, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, open(".", O_RDONLY), 0));
	R(pipe(ends));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0));
	R(map(NULL, (size_t)-1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	R(map(NULL, SIZE_MAX / 2 + 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	R(map((void *)(PAGE * 100 + 1), PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	R(map((void *)-PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x1000000, rw, 0));
	R(map(NULL, PAGE, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
	R(map(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_STACK, 77, 12 * PAGE));
	R(map(NULL, PAGE, PROT_READ, MAP_SHARED, open("/dev/zero", O_RDWR), 0));
}
