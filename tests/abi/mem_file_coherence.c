/* A shared mapping, read, write, truncation and a second process see the same bytes. */
#include "abi.h"

TOPIC(mem_file_coherence)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644), other;
	char *a, *b, c[8] = "";

	ftruncate(fd, 3 * PAGE);
	a = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	memcpy(a + PAGE - 2, "span", 4);
	R(pread(fd, c, 4, PAGE - 2));
	S(c);
	show_bytes("private", b + PAGE - 2, 4);
	R(pwrite(fd, "SPAN", 4, PAGE - 2));
	show_bytes("shared", a + PAGE - 2, 4);
	other = open("f", O_RDONLY);
	R(pread(other, c, 4, PAGE - 2));
	S(c);
	CHILD(memcpy(a + 2 * PAGE, "child", 5); int mine = open("f", O_RDWR); pwrite(mine, "disk", 4, 0));
	show_bytes("from the child", a + 2 * PAGE, 5);
	show_bytes("and by write", a, 4);
	R(ftruncate(fd, PAGE + 10));
	R(ftruncate(fd, 3 * PAGE));
	show_bytes("zero after truncation", a + PAGE + 10, 2);
	show_bytes("zero in the third", a + 2 * PAGE, 5);
	memcpy(a, "msync", 5);
	R(msync(a, PAGE, MS_SYNC));
	R(msync(a, PAGE, MS_ASYNC | MS_INVALIDATE));
	R(munmap(a, 3 * PAGE));
	R(pread(fd, c, 5, 0));
	S(c);
	R(unlink("f"));
	R(pread(fd, c, 5, 0));
	R(copy_file_range(fd, (off_t[]){ 0 }, fd, (off_t[]){ PAGE }, 5, 0));
}
