/* Bad pointers handed to the kernel: EFAULT, never a signal. Input side. needs: 64 bits */
#include "abi.h"

TOPIC(efault_read)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), ends[2];
	char *none = anon(1, PROT_NONE);
	void *high = (void *)0xffffffff80000000UL;

	pipe(ends);
	R(write(fd, BAD, 10));
	R(write(fd, none, 10));
	R(write(fd, high, 10));
	R(write(ends[1], BAD, 1));
	R(write(ends[1], none, 0));
	R(open(BAD, O_RDONLY));
	R(open(none, O_RDONLY));
	R(open(high, O_RDONLY));
	R(stat(BAD, &(struct stat){ 0 }));
	R(chdir(BAD));
	R(mkdir(BAD, 0700));
	R(rmdir(BAD));
	R(unlink(BAD));
	R(rename(BAD, "x"));
	R(rename("f", BAD));
	R(link(BAD, "x"));
	R(symlink(BAD, "x"));
	R(symlink("x", BAD));
	R(readlink(BAD, (char[4]){ 0 }, 4));
	R(access(BAD, F_OK));
	R(chmod(BAD, 0600));
	R(truncate(BAD, 0));
	R(execve(BAD, NULL, NULL));
	R(syscall(SYS_nanosleep, BAD, NULL));
	R(syscall(SYS_rt_sigaction, SIGUSR1, BAD, NULL, 8));
	R(syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8));
	R(syscall(SYS_rt_sigsuspend, BAD, 8));
	R(syscall(SYS_setitimer, ITIMER_REAL, BAD, NULL));
	R(syscall(SYS_prlimit64, 0, RLIMIT_CORE, BAD, NULL));
	R(syscall(SYS_utimensat, AT_FDCWD, "f", BAD, 0));
	R(syscall(SYS_ppoll, BAD, 1, NULL, NULL, 0));
	R(syscall(SYS_futex, BAD, 0, 0, NULL, NULL, 0));
	R(syscall(SYS_writev, fd, BAD, 1));
	R(syscall(SYS_epoll_ctl, epoll_create1(0), EPOLL_CTL_ADD, ends[0], BAD));
	R(syscall(SYS_clone3, BAD, 88));
	R(syscall(SYS_sigaltstack, BAD, NULL));
	R(syscall(SYS_fcntl, fd, F_SETLK, BAD));
}
