/* Which flag bits each call that makes a descriptor takes. */
#include "probe.h"

#include <sys/inotify.h>
#include <netinet/in.h>
#include <sys/socket.h>

TOPIC(flags_eventfd) { BITS("eventfd2", syscall(SYS_eventfd2, 0, f), close(r)); }
TOPIC(flags_epoll_create)
{
	BITS("epoll_create1", syscall(SYS_epoll_create1, f), close(r));
}
TOPIC(flags_inotify_init) { BITS("inotify_init1", syscall(SYS_inotify_init1, f), close(r)); }
TOPIC(flags_pipe2)
{
	int p[2];

	BITS("pipe2", syscall(SYS_pipe2, p, f & ~O_EXCL /* watch queues: configured or not */), (close(p[0]), close(p[1])));
	/* O_DIRECT is packets; what F_GETFL says of each flag that is taken. */
	for (int bit = 0; bit < 32; bit++) {
		if (syscall(SYS_pipe2, p, 1u << bit) == -1)
			continue;
		printf("bit %d: read end cloexec %d, others %d\n", bit, fcntl(p[0], F_GETFD),
		       (fcntl(p[0], F_GETFL) & ~O_NONBLOCK) != 0);
		close(p[0]);
		close(p[1]);
	}
}
TOPIC(flags_dup3)
{
	BITS("dup3", syscall(SYS_dup3, 0, 40, f), close(40));
	R(syscall(SYS_dup3, 0, 0, 0));
	R(syscall(SYS_dup3, 0, 0, 4));
	R(syscall(SYS_dup3, 999, 999, 0));
	R(syscall(SYS_dup3, 999, 40, O_CLOEXEC));
	R(syscall(SYS_dup3, 0, -1, 0));
	R(syscall(SYS_dup3, 0, 1 << 20, 0));
}
TOPIC(flags_signalfd)
{
	unsigned long mask[1] = { 1 };

	BITS("signalfd4", syscall(SYS_signalfd4, -1, mask, 8, f), close(r));
	NUMBERS("size of the mask", 0, 16, syscall(SYS_signalfd4, -1, mask, f, 0), close(r));
}
TOPIC(flags_timerfd_create)
{
	BITS("timerfd_create", syscall(SYS_timerfd_create, CLOCK_MONOTONIC, f), close(r));
	NUMBERS("clocks", -3, 14, syscall(SYS_timerfd_create, f, 0), close(r));
}
TOPIC(flags_memfd_create)
{
	BITS("memfd_create", syscall(SYS_memfd_create, "m", f & ~4u), close(r));
	NUMBERS("with MFD_ALLOW_SEALING", 0, 3, syscall(SYS_memfd_create, "m", f | 2), close(r));
}
TOPIC(flags_pidfd_open)
{
	BITS("pidfd_open", syscall(SYS_pidfd_open, getpid(), f & ~O_EXCL), close(r));
	R(syscall(SYS_pidfd_open, 0, 0));
	R(syscall(SYS_pidfd_open, -1, 0));
	R(syscall(SYS_pidfd_open, INT_MAX, 0));
}
TOPIC(flags_socket_type)
{
	BITS("AF_UNIX stream, type flags", syscall(SYS_socket, AF_UNIX, SOCK_STREAM | (f & ~15u), 0), close(r));
	NUMBERS("AF_UNIX types", 0, 12, syscall(SYS_socket, AF_UNIX, f, 0), close(r));
	NUMBERS("AF_UNIX stream, protocol", 0, 4, syscall(SYS_socket, AF_UNIX, SOCK_STREAM, f), close(r));
}
TOPIC(flags_socket_inet)
{
	NUMBERS("AF_INET types without raw", 0, 2, syscall(SYS_socket, AF_INET, f, 0), close(r));
	NUMBERS("AF_INET types", 6, 9, syscall(SYS_socket, AF_INET, f, 0), close(r));
	R(syscall(SYS_socket, AF_INET, SOCK_STREAM, 17));
	R(syscall(SYS_socket, AF_INET, SOCK_DGRAM, 6));
	R(syscall(SYS_socket, AF_INET, SOCK_STREAM, 6) >= 0);
	R(syscall(SYS_socket, AF_INET, SOCK_DGRAM, 17) >= 0);
	R(syscall(SYS_socket, AF_INET, SOCK_STREAM, -1));
	R(syscall(SYS_socket, -1, SOCK_STREAM, 0));
	R(syscall(SYS_socket, 100, SOCK_STREAM, 0));
}
TOPIC(flags_socketpair)
{
	int p[2];

	BITS("socketpair, type flags", syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | (f & ~15u), 0, p),
	     (close(p[0]), close(p[1])));
	NUMBERS("types", 0, 12, syscall(SYS_socketpair, AF_UNIX, f, 0, p), (close(p[0]), close(p[1])));
	R(syscall(SYS_socketpair, AF_INET, SOCK_STREAM, 0, p));
	R(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 1, p) == 0);
	R(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, BAD));
}
TOPIC(flags_accept4)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	R(bind(s, (struct sockaddr *)&a, sizeof(a)));
	R(listen(s, 5));
	BITS("accept4", syscall(SYS_accept4, s, NULL, NULL, f), close(r));
}
TOPIC(flags_close_range)
{
	BITS("close_range", syscall(SYS_close_range, 50, 60, f), );
	R(syscall(SYS_close_range, 60, 50, 0));
	R(syscall(SYS_close_range, ~0u, ~0u, 0));
	R(syscall(SYS_close_range, ~0u, 0, 0));
}
TOPIC(flags_inotify_watch)
{
	int i = inotify_init1(0);

	put_file("f", "");
	BITS("inotify_add_watch", syscall(SYS_inotify_add_watch, i, "f", f), syscall(SYS_inotify_rm_watch, i, r));
	BITS("with IN_OPEN", syscall(SYS_inotify_add_watch, i, "f", f | IN_OPEN), syscall(SYS_inotify_rm_watch, i, r));
	R(syscall(SYS_inotify_add_watch, i, "f", 0));
	R(syscall(SYS_inotify_add_watch, i, "f", IN_MASK_ADD | IN_MASK_CREATE | IN_OPEN));
	R(syscall(SYS_inotify_add_watch, 0, "f", IN_OPEN));
}
