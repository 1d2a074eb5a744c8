/* PID name spaces: numbers from 1, who sees whom, init's duties and its end. needs: privileges; needs: mounted root */
#include "abi.h"

#include <sys/mount.h>
#include <sys/socket.h>

static void show_status_lines(const char *file)
{
	char line[200];
	FILE *f = fopen(file, "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Tgid", 4) || !strncmp(line, "Pid", 3) || !strncmp(line, "PPid", 4))
			printf("%s", line);
	if (f)
		fclose(f);
	else
		printf("%s: %s\n", file, error_name(errno));
}

static int born;

static void note(int signo, siginfo_t *info, void *context)
{
	born = info->si_pid;
}

static void inner_family(void)
{
	int status;
	pid_t p;
	siginfo_t info = { 0 };
	sigset_t set;

	sigaction(SIGCHLD, &(struct sigaction){ .sa_sigaction = note, .sa_flags = SA_SIGINFO }, NULL);
	/* The child prints nothing: it and its parent run at once, in whatever order. */
	p = fork();
	if (!p) {
		usleep(50000);
		_exit(getppid() == 1 ? getpid() : 0);
	}
	V(p);
	R(kill(p, 0));
	R(getpgid(p));
	R(getsid(p));
	R(waitid(P_PID, (id_t)p, &info, WEXITED | WNOWAIT));
	V(info.si_pid);
	R(waitpid(p, &status, 0));
	show_status(status);
	V(born);
	/* An orphan becomes ours. */
	p = fork();
	if (!p) {
		if (!fork()) {
			/* Its parent ends, but not by a given time. */
			for (int tries = 0; getppid() != 1 && tries < 10000; tries++)
				usleep(1000);
			_exit(getppid() == 1 ? 7 : 8);
		}
		_exit(0);
	}
	R(waitpid(p, &status, 0));
	R(wait(&status));
	show_status(status);
	R(syscall(SYS_clone, SIGCHLD | CLONE_PARENT, 0, 0, 0, 0));
	/* Signals without a handler do not reach an init from inside. */
	R(kill(1, SIGTERM));
	R(kill(1, SIGKILL));
	R(raise(SIGUSR1));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	R(kill(0, SIGUSR2));
	R(sigwaitinfo(&set, &info));
	V(info.si_pid);
	R(kill(-1, SIGUSR1));
}

/* Two pages down: what `where` says of who lives in a name space. */
static void show_proc(const char *where)
{
	char path[100], link[100] = "";
	DIR *d;
	struct dirent *e;
	int n = 0;

	snprintf(path, sizeof(path), "%s/self", where);
	readlink(path, link, 99);
	S(link);
	d = opendir(where);
	while (d && (e = readdir(d)))
		n += e->d_name[0] >= '0' && e->d_name[0] <= '9';
	V(n);
	closedir(d);
	snprintf(path, sizeof(path), "%s/1/status", where);
	show_status_lines(path);
	snprintf(path, sizeof(path), "%s/2/status", where);
	show_status_lines(path);
}

TOPIC(ns_pid)
{
	int status;
	pid_t p;

	R(unshare(CLONE_NEWPID));
	R(unshare(CLONE_NEWPID));
	p = fork();
	if (!p) {
		R(getpid());
		R(getppid());
		R(gettid());
		R(syscall(SYS_set_tid_address, 0));
		R(getpgrp());
		R(getsid(0));
		R(kill(2, 0));
		R(setsid());
		R(getpgrp());
		R(getsid(0));
		inner_family();
		fflush(stdout);
		_exit(9);
	}
	R(waitpid(p, &status, 0) == p);
	show_status(status);
	/* Its init has ended: nobody can be born there any more. */
	R(fork());
}

TOPIC(ns_pid_proc)
{
	CHILD(
		R(unshare(CLONE_NEWPID | CLONE_NEWNS));
		R(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
		R(mkdir("p", 0755));
		CHILD(
			int s[2];
			char link[100] = "";
			R(mount("proc", "p", "proc", 0, NULL));
			show_proc("p");
			CHILD(show_proc("p"); R(unshare(CLONE_NEWPID)); CHILD(R(getpid()); show_proc("p")));
			R(readlink("/proc/self", link, 99) >= 0);
			R(umount("p"));
		));
}

TOPIC(ns_pid_end)
{
	int fds[2], status;
	char c;
	pid_t p;

	CHILD(
		pipe(fds);
		R(unshare(CLONE_NEWPID));
		p = fork();
		if (!p) {
			for (int i = 0; i < 5; i++)
				if (!fork()) {
					setsid();
					fork();
					for (;;)
						pause();
				}
			_exit(3);
		}
		close(fds[1]);
		R(waitpid(p, &status, 0) == p);
		show_status(status);
		/* All of them are dead by now: nobody holds the pipe. */
		R(read(fds[0], &c, 1)));
	CHILD(
		R(unshare(CLONE_NEWPID));
		p = fork();
		if (!p)
			for (;;)
				pause();
		/* From outside an init can be killed. */
		R(kill(p, SIGTERM));
		usleep(20000);
		R(waitpid(p, &status, WNOHANG));
		R(kill(p, SIGKILL));
		R(waitpid(p, &status, 0) == p);
		show_status(status));
}

static void send_cred(int s)
{
	R(write(s, "x", 1));
}

static void show_cred(int s)
{
	char c, control[100];
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct ucred u = { -1 };
	socklen_t len = sizeof(u);

	R(recvmsg(s, &m, 0));
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h))
		if (h->cmsg_type == SCM_CREDENTIALS)
			V(((struct ucred *)CMSG_DATA(h))->pid);
	getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &len);
	V(u.pid);
}

TOPIC(ns_pid_sockets)
{
	int s[2], one = 1;

	CHILD(
		R(unshare(CLONE_NEWPID));
		socketpair(AF_UNIX, SOCK_STREAM, 0, s);
		setsockopt(s[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
		setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
		send_cred(s[0]);
		CHILD(
			show_cred(s[1]);
			CHILD(send_cred(s[0]));
			show_cred(s[1])));
}

TOPIC(ns_pid_setns)
{
	int status, fd, mine, done[2], go[2];
	char path[64], c;
	pid_t p, q;

	pipe(go);
	pipe(done);
	mine = open("/proc/self/ns/pid", O_RDONLY);
	CHILD(
		R(unshare(CLONE_NEWPID));
		p = fork();
		if (!p) {
			read(go[0], &c, 1);
			_exit(0);
		}
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", p);
		R(fd = open(path, O_RDONLY));
		R(setns(fd, CLONE_NEWPID));
		q = fork();
		if (!q) {
			R(getpid());
			R(getppid());
			/* Outwards nobody comes. */
			R(setns(mine, CLONE_NEWPID));
			fflush(stdout);
			_exit(4);
		}
		R(waitpid(q, &status, 0) == q);
		show_status(status);
		R(setns(mine, 0));
		CHILD(V(getpid() > 2));
		R(syscall(SYS_clone, SIGCHLD | CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0));
		write(go[1], "x", 1);
		R(waitpid(p, &status, 0) == p));
	CHILD(if (getuid() == 0) R(seteuid(12345)); R(unshare(CLONE_NEWPID)));
}

/* A number in the file system that shows the outer name space's, and its process there. */
static int open_outer(int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return open(path, O_RDONLY | O_DIRECTORY);
}

/* pidfd_send_signal(2) takes a directory of whichever /proc, but nobody outside of the caller's name space. */
TOPIC(ns_pid_proc_signal)
{
	int outside = getpid(), p[2], pid, fd;

	pipe(p);
	fd = syscall(SYS_pidfd_open, outside, 0);
	R(unshare(CLONE_NEWPID));
	pid = fork();
	if (!pid) {
		read(p[0], &pid, sizeof(pid));
		V(getpid());
		R(syscall(SYS_pidfd_send_signal, open_outer(pid), 0, NULL, 0));
		R(syscall(SYS_pidfd_send_signal, open_outer(outside), 0, NULL, 0));
		R(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
		R(syscall(SYS_pidfd_send_signal, open("/proc", O_RDONLY), 0, NULL, 0));
		fflush(stdout);
		_exit(0);
	}
	write(p[1], &pid, sizeof(pid));
	reap(pid);
}
