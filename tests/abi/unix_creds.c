/* SO_PASSCRED, SCM_CREDENTIALS, SO_PEERCRED. */
#include "sock.h"

static void show_cred(int fd, int flags)
{
	char control[256], data[64];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	long n = recvmsg(fd, &m, flags);

	printf("%ld bytes, flags %#x\n", n, m.msg_flags);
	for (struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct ucred u;

		memcpy(&u, CMSG_DATA(c), sizeof(u));
		printf("  level %d type %d length %d: pid %s uid %s gid %s\n", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len - (int)CMSG_LEN(0),
		       !u.pid ? "0" : u.pid == getpid() ? "mine" : "another",
		       u.uid == getuid() ? "mine" : u.uid == 65534 ? "nobody's" : "another", u.gid == getgid() ? "mine" : u.gid == 65534 ? "nobody's" : "another");
	}
}

static int send_cred(int fd, struct ucred u, size_t len)
{
	char control[CMSG_SPACE(sizeof(struct ucred))] = "";
	struct iovec iov = { "claim", 5 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), &u, sizeof(u));
	return (int)sendmsg(fd, &m, 0);
}

TOPIC(unix_creds)
{
	struct ucred u = { getpid(), getuid(), getgid() };
	socklen_t len = sizeof(u);
	int s[2], c;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	R(write(s[0], "before", 6));
	R(set_int(s[1], SOL_SOCKET, SO_PASSCRED, 1));
	V(get_int(s[1], SOL_SOCKET, SO_PASSCRED));
	R(write(s[0], "after", 5));
	/* Pieces from different writers are not glued. */
	show_cred(s[1], 0);
	show_cred(s[1], 0);
	CHILD(write(s[0], "child", 5));
	R(write(s[0], "mine", 4));
	show_cred(s[1], MSG_PEEK);
	show_cred(s[1], 0);
	show_cred(s[1], 0);
	R(send_cred(s[0], u, sizeof(u)));
	show_cred(s[1], 0);
	R(send_cred(s[0], u, sizeof(u) - 4));
	R(set_int(s[1], SOL_SOCKET, SO_PASSCRED, 0));
	R(send_cred(s[0], u, sizeof(u)));
	show_cred(s[1], 0);
	memset(&u, 0, sizeof(u));
	R(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &u, &len));
	V(len);
	V(u.pid == getpid() && u.uid == geteuid() && u.gid == getegid());
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	R(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &u, &len));
	V(u.pid);
	V((int)u.uid);
	len = 6;
	R(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &u, &len));
	V(len);
}
