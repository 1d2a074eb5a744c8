/* tmpfs: nr_inodes= bounds inodes and further names of them; nr_blocks= is a size. needs: privileges needs: Linux 6.6 */
#include "abi.h"
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

/* Attributes take of the same. */
static void attributes(void)
{
	static char value[60000];

	R(mount("t", "m", "tmpfs", 0, "nr_inodes=64"));
	chdir("m");
	put_file("f", "x");
	R(setxattr("f", "user.a", value, sizeof(value), 0)); R(setxattr("f", "user.b", value, sizeof(value), 0));
	R(setxattr("f", "user.a", value, 20000, 0)); R(setxattr("f", "user.b", value, 20000, 0)); R(setxattr("f", "user.c", value, 30000, 0));
	R(removexattr("f", "user.a")); R(setxattr("f", "user.c", value, 30000, 0)); R(mkdir("d", 0700));
	R(unlink("f")); put_file("g", "x"); R(setxattr("g", "user.d", value, sizeof(value), 0)); R(setxattr("g", "user.d", value, sizeof(value), 0));
}

static void room(void)
{
	struct statfs fs;

	statfs(".", &fs);
	printf("%ld of %ld inodes\n", (long)fs.f_ffree, (long)fs.f_files);
}

TOPIC(mount_inodes)
{
	struct statfs fs;
	int fd, here;

	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	here = open(".", O_RDONLY);
	mkdir("m", 0700);
	R(mount("t", "m", "tmpfs", 0, "nr_inodes=6,nr_blocks=10"));
	statfs("m", &fs);
	V(fs.f_blocks);
	chdir("m");
	room();
	R(mkdir("d", 0700)); R(symlink("x", "s")); R(mknod("p", S_IFIFO | 0600, 0)); put_file("f", "x"); room();
	R(link("f", "f2")); room(); R(link("f", "f3")); R(mkdir("e", 0700)); R(open("g", O_CREAT | O_RDWR, 0600));
	R(open(".", O_TMPFILE | O_RDWR, 0600)); R(symlink("x", "t")); R(mknod("q", S_IFIFO | 0600, 0)); R(rename("f", "d/f"));
	R(renameat2(AT_FDCWD, "f2", AT_FDCWD, "s", RENAME_EXCHANGE)); room();
	fd = open("d/f", O_RDONLY);
	R(unlink("d/f")); room(); R(unlink("s")); room(); close(fd); room();
	fd = open(".", O_TMPFILE | O_RDWR, 0600); room();
	R(linkat(AT_FDCWD, ({ static char p[64]; snprintf(p, sizeof(p), "/proc/self/fd/%d", fd); p; }), AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	close(fd); room(); R(rmdir("d")); R(unlink("named")); room();
	fchdir(here);
	R(mount(NULL, "m", NULL, MS_REMOUNT, "nr_inodes=2")); R(mount(NULL, "m", NULL, MS_REMOUNT, "nr_inodes=3")); chdir("m"); room();
	fchdir(here);
	R(mount(NULL, "m", NULL, MS_REMOUNT, "nr_inodes=1k")); chdir("m"); room(); fchdir(here);
	R(mount("t", "m", "tmpfs", 0, "nr_inodes=x")); R(mount("t", "m", "tmpfs", 0, "nr_inodes=10%"));
	R(mount("t", "m", "tmpfs", 0, "nr_inodes=0")); chdir("m"); R(mkdir("d", 0700)); room(); fchdir(here);
	/* What no number of bytes would be. */
	R(mount("t", "m", "tmpfs", 0, "nr_inodes=18014398509481985")); R(mount("t", "m", "tmpfs", 0, "nr_inodes=18014398509481983"));
	R(mount("t", "m", "tmpfs", 0, "nr_blocks=4503599627370497")); chdir("m"); put_file("f", "x"); fchdir(here);
	attributes();
}
