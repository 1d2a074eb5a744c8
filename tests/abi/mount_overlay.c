/* overlay mounts as root: layers merged, copied up, hidden by whiteouts; what is left in upperdir. */
#include "overlay.h"

TOPIC(mount_overlay)
{
	struct stat a, b, c;
	struct statfs fs;
	int fd, fd2;
	char buf[256];

	if (!make_layers())
		return;
	put_file("l1/only1", "from l1");
	put_file("l2/only2", "from l2");
	put_file("l1/both", "both in l1");
	put_file("l2/both", "both in l2");
	mkdir("l1/d", 0755); mkdir("l2/d", 0700);
	put_file("l1/d/x", "x1"); put_file("l2/d/y", "y2");
	symlink("only1", "l1/link"); mkfifo("l2/fifo", 0640);
	mknod("l1/gone", S_IFCHR, 0); put_file("l2/gone", "hidden");
	put_file("u/up", "upper");
	chmod("l2/only2", 0604); chown("l2/only2", 12, 34);
	R(mount("ov", "m", "overlay", 0, "lowerdir=l1:l2,upperdir=u,workdir=w"));
	statfs("m", &fs); X(fs.f_type);
	list("m"); list("m/d");
	show_file("m/both"); show_file("m/link"); show_file("m/up");
	R(open("m/gone", O_RDONLY));
	stat("m/only2", &a); stat("m", &b); stat("m/d", &c);
	V(a.st_dev == b.st_dev); V(c.st_nlink); X(a.st_mode); V(a.st_uid);

	puts("copy up");
	fd = open("m/only2", O_RDONLY);
	fd2 = open("m/only2", O_WRONLY | O_APPEND);
	R(write(fd2, " and more", 9));
	memset(buf, 0, sizeof(buf)); R(read(fd, buf, sizeof(buf) - 1)); puts(buf);
	stat("m/only2", &b); V(a.st_ino == b.st_ino); X(b.st_mode); V(b.st_uid); V(b.st_gid); V(b.st_size);
	close(fd); close(fd2);
	show_file("l2/only2"); show_file("u/only2"); list("u");
	R(chmod("m/d/y", 0600)); list("u"); list("u/d"); stat("u/d", &a); X(a.st_mode);
	R(setxattr("m/d/x", "trusted.me", "v", 1, 0)); R(getxattr("m/d/x", "trusted.me", buf, 9)); R(getxattr("l1/d/x", "trusted.me", buf, 9));
	R(setxattr("m/d", "trusted.overlay.opaque", "y", 1, 0)); R(listxattr("m/d", buf, sizeof(buf)));
	R(truncate("m/d/x", 1)); show_file("m/d/x"); show_file("l1/d/x"); list("w/work");

	puts("whiteouts");
	R(unlink("m/both")); list("u"); R(open("m/both", O_RDONLY)); list("m");
	put_file("m/both", "again"); show_file("m/both"); list("u");
	R(unlink("m/up")); list("u");
	R(rmdir("m/d")); R(unlink("m/d/x")); R(unlink("m/d/y")); list("u/d"); list("m/d"); R(rmdir("m/d")); list("u");
	R(mkdir("m/d", 0750)); opaque("u/d"); list("m/d"); list("u");
	R(mknod("m/w", S_IFCHR | 0600, 0)); R(mknod("m/dev", S_IFCHR | 0600, makedev(1, 3)));
	R(unlink("m/fifo")); R(symlink("elsewhere", "m/fifo")); list("m");
	chdir("/");
}
