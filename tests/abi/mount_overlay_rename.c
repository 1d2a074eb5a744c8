/* overlay mounts as root: names that move, are linked, exchanged and removed; mounted again. */
#include "overlay.h"

TOPIC(mount_overlay_rename)
{
	struct stat a, b;
	int fd;

	if (!make_layers())
		return;
	put_file("l1/f", "f"); put_file("l1/g", "g"); mkdir("l1/d", 0755); put_file("l1/d/x", "x"); mkdir("l1/e", 0755);
	put_file("l2/h", "h"); link("l2/h", "l2/h2");
	R(mount("ov", "m", "overlay", 0, "lowerdir=l1:l2,upperdir=u,workdir=w"));
	R(rename("m/f", "m/f2")); list("m"); list("u"); show_file("m/f2");
	R(rename("m/f2", "m/g")); list("m"); list("u"); show_file("m/g");
	R(rename("m/d", "m/d2")); R(rename("m/g", "m/f")); list("u"); show_file("m/f");
	R(mkdir("m/new", 0755)); put_file("m/new/in", "in"); R(rename("m/new", "m/new2")); list("m"); list("m/new2");
	R(rename("m/new2", "m/d")); R(rename("m/new2", "m/e")); opaque("u/e"); list("m"); list("m/e"); list("u");
	R(unlink("m/e/in")); R(rmdir("m/e")); list("u"); list("m"); R(mkdir("m/new", 0700)); R(rename("m/new", "m/e")); opaque("u/e"); list("u");
	R(renameat2(AT_FDCWD, "m/f", AT_FDCWD, "m/h", RENAME_NOREPLACE));
	R(renameat2(AT_FDCWD, "m/f", AT_FDCWD, "m/h", RENAME_EXCHANGE)); show_file("m/f"); show_file("m/h"); list("u");
	R(renameat2(AT_FDCWD, "m/f", AT_FDCWD, "m/zz", RENAME_WHITEOUT));
	R(renameat2(AT_FDCWD, "m/d", AT_FDCWD, "m/h", RENAME_EXCHANGE));
	R(link("m/h2", "m/d/h3")); stat("m/h2", &a); stat("m/d/h3", &b); V(a.st_ino == b.st_ino); V(a.st_nlink); V(b.st_nlink);
	put_file("m/d/h3", "new"); show_file("m/h2"); show_file("l2/h2"); list("m/d"); list("u/d");
	R(rename("m/h2", "u/h2")); R(link("m/h2", "l1/h2"));
	fd = open("m/d", O_RDONLY | O_DIRECTORY); R(unlinkat(fd, "h3", 0)); R(unlinkat(fd, "x", 0)); R(rmdir("m/d")); R(openat(fd, "y", O_CREAT | O_WRONLY, 0600)); list("u"); close(fd);
	fd = open("m/h2", O_RDWR); R(unlink("m/h2")); fstat(fd, &a); V(a.st_nlink); R(write(fd, "z", 1)); R(fchmod(fd, 0604)); fstat(fd, &a); X(a.st_mode); close(fd);
	R(umount2("m", 0)); list("u"); R(mount("ov", "m", "overlay", 0, "lowerdir=l1:l2,upperdir=u,workdir=w")); list("m"); list("m/e");
	R(umount2("l1", 0)); list("w/work");
	fd = open("m", O_TMPFILE | O_RDWR, 0640); R(write(fd, "named late", 10)); fstat(fd, &a); V(a.st_nlink); X(a.st_mode);
	char self[40]; snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	R(linkat(AT_FDCWD, self, AT_FDCWD, "m/d", AT_SYMLINK_FOLLOW)); show_file("m/d"); list("u"); fstat(fd, &a); V(a.st_nlink); close(fd);
	chdir("/");
}
