/* inotify: what each operation on a watched directory and file says, in order. */
#include "abi.h"
#include <sys/inotify.h>
#include "inotify.h"

TOPIC(inotify_events)
{
	int fd = inotify_init1(IN_NONBLOCK), dir, file, f;

	mkdir("d", 0755);
	mkdir("e", 0755);
	dir = inotify_add_watch(fd, "d", IN_ALL_EVENTS);
	R(dir);
	put_file("d/a", "text");
	show_events("create and write", fd);
	file = inotify_add_watch(fd, "d/a", IN_ALL_EVENTS);
	R(file);
	f = open("d/a", O_RDONLY);
	char c;
	read(f, &c, 1);
	close(f);
	show_events("open, read, close", fd);
	chmod("d/a", 0600);
	show_events("chmod", fd);
	truncate("d/a", 2);
	show_events("truncate", fd);
	utimes("d/a", NULL);
	show_events("utimes", fd);
	link("d/a", "d/b");
	show_events("link", fd);
	rename("d/b", "d/c");
	show_events("rename", fd);
	rename("d/c", "e/c");
	show_events("rename away", fd);
	rename("e/c", "d/b");
	show_events("rename back", fd);
	mkdir("d/sub", 0755);
	show_events("mkdir", fd);
	rmdir("d/sub");
	show_events("rmdir", fd);
	symlink("a", "d/l");
	show_events("symlink", fd);
	mkfifo("d/p", 0644);
	show_events("mkfifo", fd);
	unlink("d/b");
	show_events("unlink one of two names", fd);
	unlink("d/a");
	show_events("unlink the last name", fd);
	R(inotify_rm_watch(fd, file));
	closedir(opendir("d"));
	show_events("opendir", fd);
	R(inotify_rm_watch(fd, dir));
	show_events("rm_watch", fd);
}
