/* Bad pointers handed to the kernel: EFAULT, never a signal. Output side, and what stays undone. needs: 64 bits */
#include "abi.h"

static const char constant[4096] __attribute__((aligned(4096))) = "read-only";

TOPIC(efault_write)
{
	char *none = anon(1, PROT_NONE), *half = anon(1, PROT_READ | PROT_WRITE) + PAGE - 8;
	int fd = open("f", O_RDWR | O_CREAT, 0600), ends[2];

	pipe(ends);
	write(fd, "0123456789abcdef", 16);
	lseek(fd, 0, SEEK_SET);
	R(read(fd, BAD, 10));
	R(read(fd, none, 10));
	R(read(fd, (void *)constant, 10));
	R(lseek(fd, 0, SEEK_CUR));
	write(ends[1], "0123456789abcdef", 16);
	R(read(ends[0], BAD, 10));
	R(read(ends[0], none, 10));
	R(fstat(fd, BAD));
	R(stat("f", (void *)constant));
	R(stat("f", (void *)half));
	R(syscall(SYS_getcwd, BAD, 4096));
	R(pipe(BAD));
	R(pipe((int *)none));
	R(syscall(SYS_clock_gettime, CLOCK_MONOTONIC_RAW, none) == -1);
	R(syscall(SYS_uname, BAD));
	R(syscall(SYS_getrusage, RUSAGE_SELF, BAD));
	R(syscall(SYS_times, BAD));
	R(syscall(SYS_sysinfo, BAD));
	R(syscall(SYS_rt_sigaction, SIGUSR1, NULL, BAD, 8));
	R(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, BAD, 8));
	R(syscall(SYS_rt_sigpending, BAD, 8));
	R(syscall(SYS_getitimer, ITIMER_REAL, BAD));
	R(syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, BAD));
	R(syscall(SYS_getresuid, BAD, BAD, BAD));
	R(syscall(SYS_getgroups, 64, BAD) == -1 || getgroups(0, NULL) == 0);
	R(readlink("/proc/self/exe", BAD, 100));
	R(syscall(SYS_getdents64, open("/", O_RDONLY), BAD, 1000));
	R(syscall(SYS_sched_getaffinity, 0, 128, BAD));
	R(syscall(SYS_getrandom, BAD, 10, 0));
	R(syscall(SYS_statfs, ".", BAD));
	R(syscall(SYS_ioctl, ends[0], FIONREAD, BAD));
	R(syscall(SYS_readv, fd, BAD, 1));
	R(syscall(SYS_capget, BAD, BAD));
	R(syscall(SYS_sigaltstack, NULL, BAD));
	R(syscall(SYS_statx, AT_FDCWD, "f", 0, STATX_ALL, BAD));
	R(syscall(SYS_waitid, P_ALL, 0, BAD, WEXITED, NULL));
	CHILD({
		if (fork() == 0)
			_exit(0);
		R(syscall(SYS_wait4, -1, BAD, 0, NULL));
	});
}
