/* EFAULT on every pointer: sockets, IPC, events, processes. needs: 64 bits */
#include "abi.h"

#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/un.h>

#define C(name, ...) R(syscall(SYS_##name, __VA_ARGS__))

TOPIC(efault_make_pairs)
{
	struct rlimit l = { 64, 64 };

	setrlimit(RLIMIT_NOFILE, &l);
	/* Nothing stays open. */
	for (int i = 0; i < 100; i++)
		if (syscall(SYS_pipe2, BAD, 0) != -1 || errno != EFAULT ||
		    syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, BAD) != -1 || errno != EFAULT)
			printf("%d: %s\n", i, error_name(errno));
	R(dup(0));
}
TOPIC(efault_sockname)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	int p[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
	C(getsockname, p[0], BAD, &len);
	C(getsockname, p[0], &a, BAD);
	C(getsockname, p[0], BAD, BAD);
	C(getpeername, p[0], BAD, &len);
	C(getpeername, p[0], &a, BAD);
	len = 0;
	C(getsockname, p[0], BAD, &len);
	V(len);
	len = -1;
	C(getsockname, p[0], &a, &len);
	C(bind, p[0], BAD, 4);
	C(bind, p[0], BAD, 0);
	C(bind, p[0], BAD, 1000);
	C(connect, p[0], BAD, 4);
	C(connect, p[0], BAD, -1);
}
TOPIC(efault_accept)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	bind(s, (struct sockaddr *)&a, sizeof(a));
	listen(s, 8);
	getsockname(s, (struct sockaddr *)&a, &len);
	for (int i = 0; i < 4; i++)
		R(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof(a)));
	C(accept4, s, BAD, &len, 0);
	C(accept4, s, &a, BAD, 0);
	len = -1;
	C(accept4, s, &a, &len, 0);
	/* Each of them took a connection away. */
	C(accept4, s, NULL, BAD, SOCK_NONBLOCK) ;
	fcntl(s, F_SETFL, O_NONBLOCK);
	C(accept4, s, NULL, NULL, 0);
}
TOPIC(efault_sockopt)
{
	socklen_t len = 4;
	int s = socket(AF_INET, SOCK_STREAM, 0), v = 1;

	C(getsockopt, s, SOL_SOCKET, SO_TYPE, BAD, &len);
	C(getsockopt, s, SOL_SOCKET, SO_TYPE, &v, BAD);
	len = 0;
	C(getsockopt, s, SOL_SOCKET, SO_TYPE, BAD, &len);
	len = -1;
	C(getsockopt, s, SOL_SOCKET, SO_TYPE, &v, &len);
	C(setsockopt, s, SOL_SOCKET, SO_REUSEADDR, BAD, 4);
	C(setsockopt, s, SOL_SOCKET, SO_REUSEADDR, &v, 3);
	C(setsockopt, s, SOL_SOCKET, SO_REUSEADDR, &v, -1);
	C(setsockopt, s, SOL_SOCKET, SO_LINGER, BAD, 8);
	C(setsockopt, s, SOL_SOCKET, SO_RCVTIMEO, BAD, 16);
	C(setsockopt, s, IPPROTO_TCP, 1, BAD, 4);
	C(setsockopt, s, IPPROTO_IP, 1, BAD, 4);
	len = 4;
	C(getsockopt, s, IPPROTO_TCP, 1, BAD, &len);
	C(getsockopt, s, IPPROTO_TCP, 1, &v, BAD);
}
TOPIC(efault_send)
{
	struct iovec v = { BAD, 4 }, ok = { "text", 4 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	int p[2];

	socketpair(AF_UNIX, SOCK_DGRAM, 0, p);
	C(sendto, p[0], BAD, 4, 0, NULL, 0);
	C(sendto, p[0], "text", 4, 0, BAD, 4);
	C(sendto, p[0], "text", 4, 0, BAD, 0);
	C(sendto, p[0], "text", 4, 0, BAD, -1);
	C(sendto, p[0], "text", 4, 0, BAD, 1000);
	C(sendmsg, p[0], BAD, 0);
	C(sendmsg, p[0], &m, 0);
	m.msg_iov = BAD;
	C(sendmsg, p[0], &m, 0);
	m.msg_iov = &ok, m.msg_name = BAD, m.msg_namelen = 4;
	C(sendmsg, p[0], &m, 0);
	m.msg_name = NULL, m.msg_control = BAD, m.msg_controllen = 24;
	C(sendmsg, p[0], &m, 0);
	m.msg_controllen = 1 << 20;
	C(sendmsg, p[0], &m, 0);
	m.msg_control = NULL, m.msg_controllen = 0, m.msg_iovlen = 1025;
	C(sendmsg, p[0], &m, 0);
	m.msg_iovlen = -1;
	C(sendmsg, p[0], &m, 0);
	C(sendmmsg, p[0], BAD, 1, 0);
	C(sendmmsg, p[0], BAD, 0, 0);
}
TOPIC(efault_receive)
{
	char buf[8];
	struct iovec v = { BAD, 4 }, ok = { buf, 4 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	socklen_t len = 8;
	int p[2];

	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p);
	for (int i = 0; i < 8; i++)
		send(p[1], (char[]){ 'a' + i, 'x', 'y', 'z' }, 4, 0);
	C(recvfrom, p[0], BAD, 4, 0, NULL, NULL);
	C(recvfrom, p[0], buf, 4, 0, buf, BAD);
	C(recvfrom, p[0], buf, 4, 0, BAD, &len);
	C(recvmsg, p[0], BAD, 0);
	C(recvmsg, p[0], &m, 0);
	m.msg_iov = BAD;
	C(recvmsg, p[0], &m, 0);
	m.msg_iov = &ok, m.msg_name = BAD, m.msg_namelen = 8;
	C(recvmsg, p[0], &m, 0);
	m.msg_namelen = -1;
	C(recvmsg, p[0], &m, 0);
	/* Which datagrams were lost by that? */
	while (recv(p[0], buf, 4, 0) == 4)
		printf("left: %c\n", buf[0]);
}
TOPIC(efault_mmsg)
{
	char buf[8];
	struct iovec v = { buf, 4 };
	struct mmsghdr m[2] = { { { .msg_iov = &v, .msg_iovlen = 1 } }, { { .msg_iov = BAD, .msg_iovlen = 1 } } };
	int p[2];

	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p);
	C(sendmmsg, p[1], m, 2, 0);
	C(sendmmsg, p[1], m + 1, 1, 0);
	C(sendmmsg, p[1], m, 1, 0);
	C(recvmmsg, p[0], m, 2, 0, NULL);
	C(recvmmsg, p[0], m, 2, 0, BAD);
	C(recvmmsg, p[0], BAD, 1, 0, NULL);
	C(recvmmsg, p[0], m, 1, 0, NULL);
	C(recvmmsg, p[0], m, 1, 0, (&(struct timespec){ 0, -1 }));
	C(recvmmsg, p[0], m, 1, 0, (&(struct timespec){ -1, 0 }));
}
TOPIC(efault_prctl)
{
	char name[16];

	C(prctl, PR_SET_NAME, BAD);
	C(prctl, PR_GET_NAME, BAD);
	C(prctl, PR_GET_PDEATHSIG, BAD);
	C(prctl, PR_GET_CHILD_SUBREAPER, BAD);
	C(prctl, PR_SET_NAME, "longer than sixteen bytes");
	C(prctl, PR_GET_NAME, name);
	S(name);
	C(prctl, PR_SET_SECCOMP, 2, BAD);
	C(seccomp, 1, 0, BAD);
	C(seccomp, 2, 0, BAD);
	C(seccomp, 3, 0, BAD);
}
TOPIC(efault_futex)
{
	unsigned word = 0, other = 0;
	struct timespec ts = { 0, 1000 };

	C(futex, BAD, 0, 0, NULL, NULL, 0);
	C(futex, BAD, 128, 0, NULL, NULL, 0);
	C(futex, BAD, 1, 1, NULL, NULL, 0);
	C(futex, BAD, 129, 1, NULL, NULL, 0);
	C(futex, &word, 0, 0, BAD, NULL, 0);
	C(futex, &word, 0, 1, BAD, NULL, 0);
	C(futex, (char *)&word + 1, 0, 0, &ts, NULL, 0);
	C(futex, (char *)&word + 1, 1, 1, NULL, NULL, 0);
	C(futex, &word, 3, 1, 1, BAD, 0);
	C(futex, &word, 4, 1, 1, BAD, 0);
	C(futex, BAD, 4, 1, 1, &other, 0);
	C(futex, &word, 4, 1, 1, &other, 5);
	C(futex, &word, 5, 1, 1, BAD, 0);
	C(futex, BAD, 6, 0, NULL, NULL, 0);
	C(futex, BAD, 7, 0, NULL, NULL, 0);
	C(futex, BAD, 9, 0, NULL, NULL, -1);
	C(futex, &word, 9, 0, &ts, NULL, 0);
	C(futex, &word, 10, 0, NULL, NULL, 0);
	C(futex, NULL, 0, 0, NULL, NULL, 0);
	C(get_robust_list, 0, BAD, &(size_t){ 0 });
	C(get_robust_list, 0, &(size_t){ 0 }, BAD);
	C(get_robust_list, INT_MAX, BAD, BAD);
	C(set_robust_list, BAD, 24);
	C(set_robust_list, BAD, 23);
}
TOPIC(efault_mqueue)
{
	struct { long flags, maxmsg, msgsize, cur, r[4]; } attr = { 0, 4, 8 };
	char buf[8];
	int q;

	C(mq_open, BAD, O_RDWR, 0, NULL);
	C(mq_open, "abi-efault", O_RDWR | O_CREAT, 0600, BAD);
	q = syscall(SYS_mq_open, "abi-efault", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attr);
	C(mq_unlink, BAD);
	C(mq_getsetattr, q, BAD, NULL);
	C(mq_getsetattr, q, NULL, BAD);
	C(mq_timedsend, q, BAD, 4, 0, NULL);
	C(mq_timedsend, q, "text", 4, 0, BAD);
	C(mq_timedsend, q, "text", 4, 0, NULL);
	C(mq_timedreceive, q, BAD, 8, NULL, NULL);
	C(mq_timedreceive, q, buf, 8, NULL, NULL);
	C(mq_timedsend, q, "text", 4, 0, NULL);
	C(mq_timedreceive, q, buf, 8, BAD, NULL);
	C(mq_timedreceive, q, buf, 8, NULL, BAD);
	C(mq_notify, q, BAD);
	C(mq_unlink, "abi-efault");
}
TOPIC(efault_aio)
{
	unsigned long ctx = 0;
	void *cbs[1] = { BAD };

	C(io_setup, 4, BAD);
	C(io_setup, 0, &ctx);
	C(io_setup, 4, &ctx);
	C(io_submit, ctx, 1, BAD);
	C(io_submit, ctx, 1, cbs);
	C(io_submit, ctx, 0, BAD);
	C(io_submit, ctx, -1L, cbs);
	C(io_getevents, ctx, 0, 1, BAD, NULL);
	C(io_getevents, ctx, 0, 1, BAD, BAD);
	C(io_getevents, ctx, 2, 1, BAD, NULL);
	C(io_cancel, ctx, BAD, NULL);
	C(io_destroy, ctx);
	C(io_destroy, ctx);
	C(io_setup, 4, &ctx);
}
TOPIC(efault_inotify)
{
	int i = inotify_init1(IN_NONBLOCK);

	C(inotify_add_watch, i, BAD, IN_OPEN);
	C(inotify_add_watch, i, ".", IN_OPEN);
	close(open(".", O_RDONLY));
	C(read, i, BAD, 100);
	/* Not lost. */
	C(read, i, (char[100]){ 0 }, 100);
	C(read, i, (char[100]){ 0 }, 100);
}
TOPIC(efault_files_made)
{
	C(memfd_create, BAD, 0);
	C(memfd_create, BAD, 99);
	C(openat2, AT_FDCWD, BAD, (&(uint64_t[3]){ 0 }), 24);
	C(openat2, AT_FDCWD, ".", BAD, 24);
	C(openat2, AT_FDCWD, ".", BAD, 23);
	C(execve, BAD, NULL, NULL);
	C(execve, "/proc/self/exe", BAD, NULL);
	C(execve, "/proc/self/exe", ((void *[]){ BAD, NULL }), NULL);
	C(execve, "/proc/self/exe", ((void *[]){ "x", NULL }), BAD);
	C(execve, "/proc/self/exe", ((void *[]){ "x", NULL }), ((void *[]){ BAD, NULL }));
	C(execveat, AT_FDCWD, BAD, NULL, NULL, 0);
	C(execve, "absent", BAD, NULL);
}
TOPIC(efault_vm)
{
	struct iovec l = { (char[4]){ 0 }, 4 }, r = { "text", 4 }, bad = { BAD, 4 };
	pid_t me = getpid();

	C(process_vm_readv, me, &l, 1, &r, 1, 0);
	C(process_vm_readv, me, BAD, 1, &r, 1, 0);
	C(process_vm_readv, me, &l, 1, BAD, 1, 0);
	C(process_vm_readv, me, &bad, 1, &r, 1, 0);
	C(process_vm_readv, me, &l, 1, &bad, 1, 0);
	C(process_vm_writev, me, &bad, 1, &l, 1, 0);
	C(process_vm_writev, me, &r, 1, &bad, 1, 0);
	C(process_vm_readv, me, &l, 1, &r, 1, 1);
	C(process_vm_readv, me, &l, 1025, &r, 1, 0);
	C(process_vm_readv, INT_MAX, &l, 1, &r, 1, 0);
	C(process_vm_readv, -1, &l, 1, &r, 1, 0);
	C(mincore, anon(1, PROT_READ), PAGE, BAD);
}
TOPIC(efault_mount)
{
	C(mount, BAD, BAD, BAD, 0, BAD);
	C(mount, "t", BAD, "tmpfs", 0, NULL);
	C(mount, "t", ".", BAD, 0, NULL);
	C(sethostname, BAD, 4);
	C(sethostname, BAD, 65);
	C(setdomainname, BAD, 4);
	C(setxattr, ".", "user.a", BAD, 65537, 0);
}
TOPIC(efault_sysv)
{
	int q = msgget(IPC_PRIVATE, 0600), s, m;
	C(msgsnd, q, BAD, 4, 0);
	C(msgsnd, q, BAD, -1, 0);
	C(msgrcv, q, BAD, 4, 0, IPC_NOWAIT);
	C(msgctl, q, IPC_STAT, BAD);
	C(msgctl, q, IPC_SET, BAD);
	C(msgctl, q, IPC_RMID, BAD);
	s = syscall(SYS_semget, IPC_PRIVATE, 2, 0600);
	C(semtimedop, s, BAD, 1, NULL);
	C(semtimedop, s, BAD, 0, NULL);
	C(semtimedop, s, BAD, 501, NULL);
	C(semtimedop, s, (&(short[3]){ 0, 0, 0 }), 1, BAD);
	C(semctl, s, 0, 2 /* IPC_STAT */, BAD);
	C(semctl, s, 0, 13 /* GETALL */, BAD);
	C(semctl, s, 0, 17 /* SETALL */, BAD);
	C(semctl, s, 0, IPC_RMID, BAD);
	m = syscall(SYS_shmget, IPC_PRIVATE, 4096, 0600);
	C(shmctl, m, IPC_STAT, BAD);
	C(shmctl, m, IPC_SET, BAD);
	C(shmat, m, (void *)1, 0);
	C(shmdt, BAD);
	C(shmctl, m, IPC_RMID, BAD);
}
