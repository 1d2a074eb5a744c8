/* inotify: error paths, a short buffer, FIONREAD, poll, descriptors of another kind. */
#include "abi.h"
#include <sys/inotify.h>
#include "inotify.h"

TOPIC(inotify_errors)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), n = -1;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char small[20];

	R(inotify_init1(1));
	R(fcntl(fd, F_GETFD));
	X(fcntl(fd, F_GETFL));
	R(inotify_add_watch(fd, ".", 0));
	R(inotify_add_watch(fd, ".", 0x00800000));
	R(inotify_add_watch(fd, ".", IN_ISDIR));
	R(inotify_add_watch(fd, ".", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE));
	R(inotify_add_watch(fd, "absent", IN_OPEN));
	R(inotify_add_watch(fd, "", IN_OPEN));
	R(inotify_add_watch(fd, BAD, IN_OPEN));
	R(inotify_add_watch(999, ".", IN_OPEN));
	R(inotify_add_watch(0, ".", IN_OPEN));
	R(inotify_rm_watch(fd, 77));
	R(inotify_rm_watch(999, 1));
	R(inotify_rm_watch(0, 1));
	R(read(fd, small, sizeof(small)));
	R(poll(&p, 1, 0));
	R(inotify_add_watch(fd, ".", IN_CREATE));
	put_file("name", "");
	R(poll(&p, 1, 0));
	R(ioctl(fd, FIONREAD, &n));
	V(n);
	R(read(fd, small, sizeof(small)));
	R(read(fd, BAD, 100));
	R(read(fd, small, 16));
	R(lseek(fd, 0, SEEK_SET));
	R(write(fd, "x", 1));
	R(pread(fd, small, 16, 0));
}
