/* What the root of a user name space may do to those outside of it, who have the same user id: what any
 * other process of that user may not. needs: mounted root */
#include "abi.h"

#include <sys/ptrace.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>

enum { KCMP_FS = 3 };                   /* linux/kcmp.h, which musl has not */

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	printf("%s < %s = %s\n", file, text, write(fd, text, strlen(text)) < 0 ? error_name(errno) : "written");
	close(fd);
}

static int try_file(int pid, const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, flags);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int look_at(int pid, void *where)
{
	char buf[4];
	struct iovec local = { buf, 4 }, remote = { where, 4 };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static int look_link(int pid, const char *name)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return readlink(path, text, sizeof(text)) > 0 ? 0 : -1;
}

/* `all`: also what a security module besides capabilities, as Yama, may refuse where nothing else does. */
static void look(int pid, void *where, bool all)
{
	if (all) {
		R(look_at(pid, where)); R(ptrace(PTRACE_ATTACH, pid, 0, 0)); R(try_file(pid, "mem", O_RDWR));
	}
	R(try_file(pid, "environ", O_RDONLY)); R(try_file(pid, "maps", O_RDONLY)); R(look_link(pid, "exe")); R(look_link(pid, "ns/mnt"));
	R(look_link(pid, "cwd")); R(syscall(SYS_kcmp, getpid(), pid, KCMP_FS, 0, 0) > 0); R(kill(pid, 0));
	R(getpriority(PRIO_PROCESS, pid)); R(prlimit(pid, RLIMIT_NOFILE, NULL, &(struct rlimit){ 0 }));
}

/* A message that says it is from somebody. */
static void send_as(int pid, int uid, int gid)
{
	struct ucred who = { pid, uid, gid };
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(who))]; } c;
	struct iovec v = { "x", 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c.room) };
	int s[2];

	socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
	c.h.cmsg_level = SOL_SOCKET;
	c.h.cmsg_type = SCM_CREDENTIALS;
	c.h.cmsg_len = CMSG_LEN(sizeof(who));
	memcpy(CMSG_DATA(&c.h), &who, sizeof(who));
	R(sendmsg(s[0], &m, MSG_DONTWAIT));
	close(s[0]); close(s[1]);
}

static void receive(int fd)
{
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(struct ucred))]; } c;
	struct iovec v = { (char[8]){ 0 }, 8 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c.room) };
	const struct ucred *who = (void *)CMSG_DATA(&c.h);

	R(recvmsg(fd, &m, MSG_DONTWAIT));
	printf("from user %d, group %d\n", who->uid, who->gid);
}

/* Users' numbers, wherever one is told of them. `from_outside`: a socket into which somebody outside has written. */
static void names(int from_outside, int from_root)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	struct msqid_ds q;
	siginfo_t si = { 0 };
	sigset_t usr1;
	int s[2], id, on = 1, pid;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	getsockopt(s[1], SOL_SOCKET, SO_PEERCRED, &who, &len); V(who.uid); V(who.gid);
	write(s[0], "x", 1); receive(s[1]);
	getsockopt(from_outside, SOL_SOCKET, SO_PEERCRED, &who, &len); V(who.uid); V(who.gid);
	receive(from_outside); receive(from_root);
	sigemptyset(&usr1); sigaddset(&usr1, SIGUSR1); sigprocmask(SIG_BLOCK, &usr1, NULL);
	kill(getpid(), SIGUSR1); R(sigwaitinfo(&usr1, &si) == SIGUSR1); V(si.si_uid);
	pid = fork();
	if (!pid)
		_exit(0);
	waitid(P_PID, pid, &si, WEXITED); V(si.si_uid);
	id = msgget(IPC_PRIVATE, 0600);
	R(msgctl(id, IPC_STAT, &q)); V(q.msg_perm.uid); V(q.msg_perm.cgid);
	R(msgctl(id, IPC_SET, &q)); q.msg_perm.uid = 1000; R(msgctl(id, IPC_SET, &q)); R(msgctl(id, IPC_RMID, NULL));
	/* What nobody may read, the root of the IPC name space may. */
	id = msgget(IPC_PRIVATE, 0);
	R(msgctl(id, IPC_STAT, &q)); R(msgctl(id, IPC_RMID, NULL));
	R(unshare(CLONE_NEWIPC));
	id = msgget(IPC_PRIVATE, 0);
	R(msgctl(id, IPC_STAT, &q)); R(msgctl(id, IPC_RMID, NULL));
	/* I/O priorities of others. */
	R(syscall(SYS_ioprio_set, 1, getppid(), 0x4004)); R(syscall(SYS_ioprio_set, 1, 1, 0x4004)); R(setpriority(PRIO_PROCESS, 1, 3));
}

static void inside(int outside, void *where, int from_outside, int from_root)
{
	static char text[16] = "abc";
	int sibling;

	R(unshare(CLONE_NEWUSER));
	put("/proc/self/setgroups", "deny"); put("/proc/self/uid_map", "7 1000 1"); put("/proc/self/gid_map", "7 1000 1");
	puts("outside");
	look(outside, where, true);
	sibling = fork();
	if (!sibling) {
		pause();
		_exit(0);
	}
	puts("inside");
	look(sibling, text, false);
	puts("priorities of users, as they are called here");
	R(setpriority(PRIO_USER, 7, 3)); R(setpriority(PRIO_USER, 1000, 3)); R(getpriority(PRIO_USER, 7)); R(getpriority(PRIO_USER, 1000));
	R(syscall(SYS_ioprio_set, 3, 7, 0x4004)); R(syscall(SYS_ioprio_get, 3, 7)); R(syscall(SYS_ioprio_get, 3, 1000));
	puts("names");
	names(from_outside, from_root);
	puts("credentials");
	send_as(getpid(), 7, 7); send_as(outside, 7, 7); send_as(getpid(), 1000, 7); send_as(getpid(), 7, 0); send_as(sibling, 7, 7);
	kill(sibling, SIGKILL);
	reap(sibling);
}

TOPIC(ns_access)
{
	static char text[16] = "abc";
	int outside, status, own[2], roots[2], on = 1;

	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	send_as(getpid(), 0, 0); send_as(1, 0, 0); send_as(4000000, 0, 0); send_as(0, 0, 0); send_as(-1, 0, 0); send_as(getpid(), -1, 0);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, roots);
	setsockopt(roots[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	write(roots[0], "x", 1);
	CHILD(
		setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000);
		prctl(PR_SET_DUMPABLE, 1);
		outside = fork();
		if (!outside) {
			pause();
			_exit(0);
		}
		socketpair(AF_UNIX, SOCK_DGRAM, 0, own);
		setsockopt(own[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
		write(own[0], "x", 1);
		CHILD(inside(outside, text, own[1], roots[1]));
		kill(outside, SIGKILL);
		reap(outside);
		/* One that has ended and was not asked for. */
		outside = fork();
		if (!outside)
			_exit(0);
		waitid(P_PID, outside, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
		R(look_link(outside, "ns/mnt")); R(look_link(outside, "ns/pid")); R(look_link(outside, "ns/user")); R(look_link(outside, "ns/pid_for_children"));
		R(try_file(outside, "ns/mnt", O_RDONLY)); R(try_file(outside, "ns/user", O_RDONLY));
		waitpid(outside, &status, 0));
}
