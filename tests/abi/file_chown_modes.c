/* As root: owners, set-id bits, devices, what a change of owner or contents takes away. */
#include "abi.h"
#include <sys/sysmacros.h>

static void show(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		printf("%s: %s\n", path, error_name(errno));
	else
		printf("%s: %s %o %d:%d rdev %llx\n", path, type_name(st.st_mode), st.st_mode & 07777, st.st_uid, st.st_gid,
		       (unsigned long long)st.st_rdev);
}

TOPIC(file_chown_modes)
{
	int fd;

	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	put_file("f", "");
	R(chmod("f", 06755));
	show("f");
	R(chown("f", 1000, 2000));
	show("f");
	R(chmod("f", 06755));
	show("f");
	R(chown("f", -1, -1));
	show("f");
	R(chmod("f", 02644));
	R(chown("f", 1, 1));
	show("f");
	R(mkdir("d", 0755));
	R(chmod("d", 02777));
	R(chown("d", 5, 6));
	show("d");
	put_file("d/in", "");
	show("d/in");
	R(mkdir("d/sub", 0700));
	show("d/sub");
	R(mknod("null", S_IFCHR | 0666, makedev(1, 3)));
	chmod("null", 0666);
	show("null");
	fd = open("null", O_RDWR);
	R(write(fd, "x", 1));
	R(mknod("blk", S_IFBLK | 0600, makedev(7, 99)));
	show("blk");
	R(mkfifo("p", 0640));
	R(chown("p", 12, 13));
	show("p");
	R(symlink("f", "l"));
	R(lchown("l", 8, 9));
	show("l");
	R(chmod("f", 0));
	show("f");
	R(open("f", O_RDONLY) >= 0);
	R(rename("null", "d/null"));
	show("d/null");
	R(link("d/null", "again"));
	show("again");
	CHILD(setgid(2000); setuid(1000); R(open("f", O_RDONLY)); R(chmod("f", 0600)); R(unlink("f"));
	      R(mknod("dev", S_IFCHR | 0600, makedev(1, 3))); R(chown("d/in", 1000, -1)));
}
