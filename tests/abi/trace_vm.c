/* process_vm_readv, process_vm_writev and kcmp: results and errors. */
#include "abi.h"

#ifndef SYS_kcmp
#define SYS_kcmp 272
#endif

static char text[64] = "in the beginning";

TOPIC(trace_vm)
{
	char buffer[64] = "", *hole = anon(2, PROT_READ | PROT_WRITE);
	struct iovec local[2] = { { buffer, 10 }, { buffer + 10, 50 } };
	struct iovec remote[2] = { { text, 6 }, { text + 6, 10 } };
	int ready[2], go[2];
	pid_t pid;

	munmap(hole + PAGE, PAGE);
	R(pipe(ready));
	R(pipe(go));
	pid = fork();
	if (pid == 0) {
		strcpy(text, "another beginning");
		if (write(ready[1], "x", 1) != 1 || read(go[0], buffer, 1) != 1)
			_exit(9);
		S(text);
		fflush(stdout);
		_exit(0);
	}
	R(read(ready[0], buffer, 1));
	R(process_vm_readv(pid, local, 2, remote, 2, 0));
	S(buffer);
	R(process_vm_readv(pid, local, 0, remote, 2, 0));
	R(process_vm_readv(pid, local, 2, remote, 0, 0));
	R(process_vm_readv(pid, local, 2, remote, 2, 1));
	R(process_vm_readv(pid, local, 2000, remote, 2, 0));
	R(process_vm_readv(0x3ffffff, local, 2, remote, 2, 0));
	R(process_vm_readv(pid, BAD, 2, remote, 2, 0));
	R(process_vm_readv(pid, local, 2, BAD, 2, 0));
	remote[0] = (struct iovec){ hole + PAGE - 4, 8 };
	local[0].iov_len = 8;
	R(process_vm_readv(pid, local, 1, remote, 1, 0));
	remote[0] = (struct iovec){ BAD, 8 };
	R(process_vm_readv(pid, local, 1, remote, 1, 0));
	remote[0] = (struct iovec){ text, 8 };
	strcpy(buffer, "changed!");
	R(process_vm_writev(pid, local, 1, remote, 1, 0));
	R(process_vm_writev(getpid(), local, 1, remote, 1, 0));
	S(text);

	R(syscall(SYS_kcmp, getpid(), getpid(), 1, 0, 0));
	V(syscall(SYS_kcmp, getpid(), pid, 1, 0, 0) > 0);
	R(syscall(SYS_kcmp, getpid(), pid, 0, 1, 1));
	R(syscall(SYS_kcmp, getpid(), getpid(), 0, 1, ready[0]) > 0);
	R(syscall(SYS_kcmp, getpid(), pid, 0, 99, 1));
	R(syscall(SYS_kcmp, getpid(), pid, 99, 0, 0));
	R(syscall(SYS_kcmp, getpid(), 0x3ffffff, 1, 0, 0));
	if (write(go[1], "x", 1) == 1)
		reap(pid);
}
