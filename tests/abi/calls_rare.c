/* Calls that few programs make. needs: 64 bits needs: privileges */
#include "probe.h"

#include <sys/xattr.h>

#define C(name, ...) R(syscall(SYS_##name, __VA_ARGS__))

TOPIC(rare_pkeys)
{
	/* RISC-V has none of them, other machines may: only what is wrong everywhere. */
	R(syscall(SYS_pkey_alloc, 1L, 0L));
	R(syscall(SYS_pkey_alloc, 0L, 0x100L));
	R(syscall(SYS_pkey_free, -1));
	R(syscall(SYS_pkey_free, 999));
	R(syscall(SYS_pkey_mprotect, anon(1, PROT_READ), PAGE, PROT_READ | PROT_WRITE, -1));
	R(syscall(SYS_pkey_mprotect, anon(1, PROT_READ), PAGE, PROT_READ, 999));
}
TOPIC(rare_remap_file_pages)
{
	char *p, *q;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	for (int i = 0; i < 4; i++)
		pwrite(fd, (char[]){ 'a' + i }, 1, i * PAGE);
	ftruncate(fd, 4 * PAGE);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	R(remap_file_pages(p, PAGE, 0, 3, 0));
	R(remap_file_pages(p + 3 * PAGE, PAGE, 0, 0, 0));
	printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	p[0] = 'z';
	printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	pread(fd, p, 1, 2 * PAGE);
	printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	R(remap_file_pages(p, PAGE, PROT_READ, 0, 0));
	R(remap_file_pages(p, 0, 0, 0, 0));
	R(remap_file_pages(p, PAGE, 0, -1, 0));
	R(remap_file_pages(p + 100, PAGE, 0, 1, 0));
	printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	R(remap_file_pages(q, PAGE, 0, 0, 0));
	R(remap_file_pages(anon(1, PROT_READ), PAGE, 0, 0, 0));
	R(remap_file_pages(BAD, PAGE, 0, 0, 0));
	R(remap_file_pages(p + 3 * PAGE, 2 * PAGE, 0, 0, 0));
	q = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	q[0] = 'm', q[PAGE] = 'n';
	R(remap_file_pages(q, PAGE, 0, 1, 0));
	printf("%c%c\n", q[0], q[PAGE]);
}
TOPIC(rare_move_pages)
{
	char *p = anon(3, PROT_READ | PROT_WRITE);
	void *pages[3] = { p, p + PAGE, p - PAGE };
	int nodes[3] = { 0, 0, 0 }, status[3] = { 77, 77, 77 };

	*p = 1;
	C(move_pages, 0, 3L, pages, NULL, status, 0);
	V(status[0]); V(status[1]); V(status[2]);
	C(move_pages, 0, 1L, pages, nodes, status, 2);
	V(status[0]);
	nodes[0] = 500;
	C(move_pages, 0, 1L, pages, nodes, status, 2);
	C(move_pages, 0, 3L, pages, NULL, status, 8);
	C(move_pages, 0, 1L, BAD, NULL, status, 0);
	C(move_pages, 0, 1L, pages, NULL, BAD, 0);
	C(move_pages, INT_MAX, 1L, pages, NULL, status, 0);
	C(move_pages, 0, 0L, NULL, NULL, NULL, 0);
	C(migrate_pages, 0, 0L, NULL, NULL);
	C(migrate_pages, INT_MAX, 0L, NULL, NULL);
	C(migrate_pages, 0, 64L, BAD, BAD);
	C(migrate_pages, 0, 2L, (&(long){ 1 }), (&(long){ 1 }));
}
TOPIC(rare_vhangup)
{
	CHILD(setsid(); R(vhangup()); R(open("/dev/tty", O_RDWR)));
	CHILD(setuid(1000); R(vhangup()));
}
static void hung(int signo)
{
	(void)signo;
	write(1, "SIGHUP\n", 7);
}
TOPIC(rare_vhangup_tty)
{
	int m = posix_openpt(O_RDWR | O_NOCTTY);
	char buf[4], name[64];

	grantpt(m);
	unlockpt(m);
	ptsname_r(m, name, 64);
	if (fork() == 0) {
		int s;

		setsid();
		s = open(name, O_RDWR);
		signal(SIGHUP, hung);
		R(vhangup());
		R(read(s, buf, 1));
		R(write(s, "x", 1));
		R(tcgetpgrp(s));
		R(open("/dev/tty", O_RDWR));
		R(ioctl(s, TCGETS, &(char[64]){ 0 }));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}
TOPIC(rare_reboot)
{
	/* Nothing that would. */
	C(reboot, 0, 0, 0, NULL);
	C(reboot, (int)0xfee1dead, 1, 0, NULL);
	C(reboot, (int)0xfee1dead, 672274793, 12345, NULL);
	CHILD(setuid(1000); C(reboot, 0, 0, 0, NULL); C(reboot, (int)0xfee1dead, 672274793, 12345, NULL));
}
TOPIC(rare_quotactl)
{
	put_file("f", "");
	C(quotactl, 0x80000100, NULL, 0, NULL);
	C(quotactl, 0x80000103, NULL, 0, NULL);
	C(quotactl, 0x80000800, NULL, 0, NULL);
	C(quotactl_fd, 999, 0x80000800, 0, NULL);
	C(quotactl_fd, 0, 0x80000803, 0, NULL);
}
TOPIC(rare_settimeofday)
{
	struct timezone tz = { 0, 0 };
	struct timeval bad = { 5, -1 };

	R(syscall(SYS_settimeofday, NULL, NULL));
	R(syscall(SYS_settimeofday, BAD, NULL));
	R(syscall(SYS_settimeofday, NULL, BAD));
	R(syscall(SYS_settimeofday, &bad, NULL));
	bad.tv_usec = 1000001;
	R(syscall(SYS_settimeofday, &bad, NULL));
	bad.tv_usec = 0, bad.tv_sec = -1;
	R(syscall(SYS_settimeofday, &bad, NULL));
	tz.tz_minuteswest = 901;
	R(syscall(SYS_settimeofday, NULL, &tz));
	tz.tz_minuteswest = -901;
	R(syscall(SYS_settimeofday, NULL, &tz));
	CHILD(setuid(1000); R(syscall(SYS_settimeofday, NULL, &tz)); R(syscall(SYS_settimeofday, &bad, NULL));
	      R(syscall(SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){ 5, 0 })));
	R(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &(struct timespec){ 5, 0 }));
	R(syscall(SYS_clock_settime, CLOCK_BOOTTIME, &(struct timespec){ 5, 0 }));
	R(syscall(SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){ 5, -1 }));
	R(syscall(SYS_clock_settime, CLOCK_PROCESS_CPUTIME_ID, &(struct timespec){ 5, 0 }));
	R(syscall(SYS_clock_settime, 77, &(struct timespec){ 5, 0 }));
}
TOPIC(rare_seccomp_sizes)
{
	unsigned short sizes[4] = { 0 };

	C(seccomp, 3, 0, sizes);
	V(sizes[0]); V(sizes[1]); V(sizes[2]); V(sizes[3]);
	C(seccomp, 3, 1, sizes);
	C(seccomp, 3, 0, NULL);
	C(seccomp, 4, 0, NULL);
	C(seccomp, 0, 1, NULL);
	C(seccomp, 0, 0, sizes);
}
