/* Memory: behaviour that programs rely on, question by question. needs: 64 bits */
#include "abi.h"

TOPIC(more_map_lengths)
{
	char *p;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	R(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(mmap(NULL, -1L, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(mmap(NULL, -PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	R(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1) == MAP_FAILED);
	R(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE - 1) == MAP_FAILED);
	R(mmap((void *)1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
	R(mmap((void *)-PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
	R(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, -PAGE) == MAP_FAILED);
	R((p = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED);
	p[PAGE - 1] = 7;
	R(munmap(p, 1));
	R(munmap(p, 0));
	R(munmap(p + 1, 1));
	R(munmap((void *)-PAGE, PAGE));
	R(munmap(p, PAGE));
}
TOPIC(more_noreplace)
{
	char *p = anon(3, PROT_READ);

	R(mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
	R(mmap(p - PAGE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
	R(munmap(p + PAGE, PAGE));
	R(mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == p + PAGE);
	R(mmap(p + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
	/* A hint is taken where there is room. */
	munmap(p, PAGE);
	R(mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == p);
	R(mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == p);
}
TOPIC(more_past_end)
{
	volatile char *p;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	write(fd, "abc", 3);
	p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	V(p[0]); V(p[3]); V(p[PAGE - 1]);
	FAULT(p, p[PAGE] = 1);
	FAULT(p, V(p[2 * PAGE + 5]));
	ftruncate(fd, 2 * PAGE);
	V(p[PAGE + 1]);
	p[PAGE + 1] = 9;
	ftruncate(fd, 1);
	V(p[0]); V(p[1]);
	FAULT(p, V(p[PAGE + 1]));
	ftruncate(fd, 2 * PAGE);
	V(p[1]); V(p[PAGE + 1]);
	R(write(fd, (char *)p + 2 * PAGE, 4));
	R(read(fd, (char *)p + 2 * PAGE, 4));
}
TOPIC(more_private_file)
{
	volatile char *p, *q;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	write(fd, "abcdef", 6);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	V(p[0]);
	q[0] = 'Q';
	V(p[0]);
	p[1] = 'P';
	q[2] = 'R';
	V(p[2]); V(q[1]);
	pwrite(fd, "WWWW", 4, 2);
	V(p[3]); V(q[3]);
	R(madvise((void *)p, PAGE, MADV_DONTNEED));
	V(p[1]); V(p[3]);
	p[0] = 'z';
	CHILD(p[0] = 'y'; q[0] = 'Y'; V(p[0]));
	V(p[0]); V(q[0]);
	show_file("f");
}
TOPIC(more_grow_and_shrink)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;

	p[0] = 'a', p[3 * PAGE] = 'd';
	R(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p);
	FAULT(p, V(p[2 * PAGE]));
	q = mremap(p, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
	V(q[0]); V(q[3 * PAGE]); V(q[63 * PAGE]);
	p = anon(2, PROT_READ | PROT_WRITE);
	R(mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
	V(p[0]);
	FAULT(q, V(q[0]));
	V(q[PAGE]);
	/* An old size of zero copies a shared mapping, and only that. */
	R(mremap(p, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	q = mremap(p, 0, PAGE, MREMAP_MAYMOVE);
	p[5] = 55;
	V(q[5]);
	R(mremap(anon(2, PROT_READ), 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
}
TOPIC(more_dontunmap)
{
	char *p = anon(2, PROT_READ | PROT_WRITE), *q;

	p[0] = 'a', p[PAGE] = 'b';
	q = (char *)syscall(SYS_mremap, p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | 4, 0L);
	V(q != p); V(q[0]); V(q[PAGE]); V(p[0]); V(p[PAGE]);
	p[0] = 'c';
	V(q[0]);
	R(syscall(SYS_mremap, p, PAGE, 2 * PAGE, MREMAP_MAYMOVE | 4, 0L));
	R(syscall(SYS_mremap, p, PAGE, PAGE, 4, 0L));
}
TOPIC(more_protections)
{
	static volatile char *p;

	p = anon(1, PROT_NONE);
	FAULT(p, V(*p));
	mprotect((void *)p, PAGE, PROT_READ);
	V(*p);
	FAULT(p, *p = 1);
	mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE);
	*p = 5;
	mprotect((void *)p, PAGE, PROT_NONE);
	FAULT(p, V(*p));
	FAULT(p, *p = 1);
	R(write(1, (void *)p, 1));
	mprotect((void *)p, PAGE, PROT_READ);
	V(*p);
	R(mprotect((void *)(p + PAGE), PAGE, PROT_READ));
	R(mprotect((void *)(p - PAGE), 2 * PAGE, PROT_NONE));
	V(*p);
	R(mprotect((void *)p, 2 * PAGE, PROT_NONE));
	FAULT(p, V(*p));
}
TOPIC(more_wipe_on_fork)
{
	char *p = anon(3, PROT_READ | PROT_WRITE), *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	p[0] = p[PAGE] = p[2 * PAGE] = 'x';
	R(madvise(p, PAGE, MADV_WIPEONFORK));
	R(madvise(p + PAGE, PAGE, MADV_DONTFORK));
	R(madvise(s, PAGE, MADV_WIPEONFORK));
	CHILD(V(p[0]); V(p[2 * PAGE]); FAULT(p, V(p[PAGE])));
	V(p[0]);
	R(madvise(p, PAGE, MADV_KEEPONFORK));
	R(madvise(p + PAGE, PAGE, MADV_DOFORK));
	CHILD(V(p[0]); V(p[PAGE]); CHILD(V(p[0])));
	R(madvise(p, PAGE, MADV_WIPEONFORK));
	/* The child's own child is wiped as well. */
	CHILD(p[0] = 'c'; CHILD(V(p[0])));
}
TOPIC(more_brk)
{
	char *b = sbrk(0), *e;

	R(brk(b + 10 * PAGE));
	b[10 * PAGE - 1] = 1;
	R(brk(b + PAGE));
	R(brk(b + 10 * PAGE));
	V(b[10 * PAGE - 1]);
	e = sbrk(0);
	V(e == b + 10 * PAGE);
	R(syscall(SYS_brk, NULL) == (long)e);
	R(syscall(SYS_brk, 1L) == (long)e);
	R(syscall(SYS_brk, -1L) == (long)e);
	R(mmap(e, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == e);
	R(brk(e + PAGE));
	R(munmap(e, PAGE));
	R(brk(e + PAGE));
	R(munmap(b, PAGE));
	R(brk(b));
}
TOPIC(more_populate)
{
	unsigned char vec[4];
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	char *q = anon(4, PROT_READ | PROT_WRITE);

	mincore(p, 4 * PAGE, vec);
	printf("populated: %d %d %d %d\n", vec[0], vec[1], vec[2], vec[3]);
	q[PAGE] = 1;
	mincore(q, 4 * PAGE, vec);
	printf("touched one: %d %d %d %d\n", vec[0], vec[1], vec[2], vec[3]);
	R(madvise(q, 2 * PAGE, MADV_POPULATE_WRITE));
	mincore(q, 4 * PAGE, vec);
	printf("two asked for: %d %d %d %d\n", vec[0], vec[1], vec[2], vec[3]);
	R(madvise(q, 2 * PAGE, MADV_DONTNEED));
	mincore(q, 4 * PAGE, vec);
	printf("two dropped: %d %d %d %d\n", vec[0], vec[1], vec[2], vec[3]);
	R(mlock(q + 3 * PAGE, 1));
	mincore(q, 4 * PAGE, vec);
	printf("one locked: %d %d %d %d\n", vec[0], vec[1], vec[2], vec[3]);
	R(madvise(anon(1, PROT_READ), PAGE, MADV_POPULATE_WRITE));
	R(madvise(anon(1, PROT_NONE), PAGE, MADV_POPULATE_READ));
}
TOPIC(more_vm_of_others)
{
	char *p = anon(2, PROT_READ | PROT_WRITE), buf[8] = "";
	struct iovec l = { buf, 8 }, r = { p, 8 };
	int to[2], from[2];
	pid_t pid;

	strcpy(p, "parent");
	pipe(to), pipe(from);
	pid = fork();
	if (pid == 0) {
		strcpy(p, "child");
		write(from[1], "x", 1);
		read(to[0], buf, 1);
		printf("child has %s\n", p);
		fflush(stdout);
		_exit(0);
	}
	read(from[0], buf, 1);
	R(process_vm_readv(pid, &l, 1, &r, 1, 0));
	S(buf);
	strcpy(buf, "written");
	R(process_vm_writev(pid, &l, 1, &r, 1, 0));
	r.iov_base = p + 2 * PAGE - 4;
	R(process_vm_readv(pid, &l, 1, &r, 1, 0));
	r.iov_base = p + 2 * PAGE;
	R(process_vm_readv(pid, &l, 1, &r, 1, 0));
	l.iov_len = 4;
	r.iov_base = p;
	R(process_vm_readv(pid, &l, 1, &r, 1, 0));
	R(process_vm_readv(pid, &l, 0, &r, 1, 0));
	S(p);
	write(to[1], "x", 1);
	wait(NULL);
	R(process_vm_readv(pid, &l, 1, &r, 1, 0));
}
