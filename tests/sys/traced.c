/* What strace.test watches: calls whose text is known. Raw calls, so that no C library's
 * choice of call gets between. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	char buf[64], *argv[] = { "no\"such", "-l", NULL }, *envp[] = { "A=1", "B=2", NULL };
	struct iovec iov[2] = { { "one", 3 }, { "two\n", 4 } };
	struct timespec nap = { 0, 1000 };
	int fds[2];

	syscall(SYS_openat, AT_FDCWD, "absent", O_RDONLY | O_CLOEXEC);
	syscall(SYS_openat, AT_FDCWD, "made", O_WRONLY | O_CREAT | O_TRUNC, 0640);
	syscall(SYS_write, 3, "a string of more than thirty-two bytes\n", 39);
	syscall(SYS_writev, 3, iov, 2);
	syscall(SYS_close, 3);
	syscall(SYS_openat, AT_FDCWD, "made", O_RDONLY);
	syscall(SYS_read, 3, buf, 10);
#ifdef SYS_lseek
	syscall(SYS_lseek, 3, -4, SEEK_END);
#endif
	syscall(SYS_close, 99);
	syscall(SYS_faccessat, AT_FDCWD, "made", R_OK | W_OK);
	syscall(SYS_pipe2, fds, O_CLOEXEC);
#ifdef SYS_mmap
	syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
#endif
	ftruncate(99, 0x123456789ll);
	syscall(SYS_kill, 0, 0);
#ifdef SYS_nanosleep
	syscall(SYS_nanosleep, &nap, NULL);
#endif
	syscall(SYS_read, 3, (void *)8, 10);
	syscall(SYS_execve, "/absent/no\"such", argv, envp);
	syscall(SYS_unlinkat, AT_FDCWD, "made", 0);
	syscall(SYS_io_uring_setup, 1, NULL);
	syscall(1234, 1, 2);
	if (fork() == 0) {
		raise(SIGKILL);
	}
	wait(fds);
	return 3;
}
