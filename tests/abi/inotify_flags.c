/* inotify_add_watch: IN_MASK_ADD, MASK_CREATE, ONLYDIR, DONT_FOLLOW, ONESHOT, EXCL_UNLINK. */
#include "abi.h"
#include <sys/inotify.h>
#include "inotify.h"

TOPIC(inotify_flags)
{
	int fd = inotify_init1(IN_NONBLOCK), wd, f;

	mkdir("d", 0755);
	put_file("d/f", "x");
	symlink("d", "l");
	wd = inotify_add_watch(fd, "d", IN_CREATE);
	V(wd);
	R(inotify_add_watch(fd, "d", IN_DELETE | IN_MASK_ADD));
	put_file("d/g", "x");
	unlink("d/g");
	show_events("both", fd);
	R(inotify_add_watch(fd, "d", IN_DELETE));
	put_file("d/g", "x");
	unlink("d/g");
	show_events("replaced", fd);
	R(inotify_add_watch(fd, "d", IN_DELETE | IN_MASK_CREATE));
	R(inotify_add_watch(fd, "d/f", IN_OPEN | IN_ONLYDIR));
	R(inotify_add_watch(fd, "l", IN_OPEN));
	R(inotify_add_watch(fd, "l", IN_ATTRIB | IN_DONT_FOLLOW));
	R(inotify_add_watch(fd, "d/f", IN_OPEN | IN_ONESHOT));
	close(open("d/f", O_RDONLY));
	close(open("d/f", O_RDONLY));
	show_events("oneshot", fd);
	R(inotify_add_watch(fd, "d", IN_ALL_EVENTS | IN_EXCL_UNLINK));
	f = open("d/f", O_RDWR);
	unlink("d/f");
	show_events("unlinked", fd);
	write(f, "y", 1);
	close(f);
	show_events("after unlink", fd);
	rename("d", "e");
	show_events("moved", fd);
	rmdir("e");
	show_events("gone", fd);
}
