/* mount and umount2 as root: tmpfs, bind, remount, move, lazy unmounting, errors. needs: privileges */
#include "abi.h"
#include <sys/mount.h>

/* A name space of one's own on the host; in hearth the machine is one's own. */
static bool own_mounts(void)
{
	if (geteuid() != 0) {
		puts("not root");
		return false;
	}
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return true;
}

TOPIC(mount_basic)
{
	struct stat a, b;
	struct statfs fs;
	int fd;

	if (!own_mounts())
		return;
	mkdir("m", 0755);
	mkdir("n", 0755);
	put_file("m/below", "below");
	put_file("plain", "plain");
	R(mount("t", "m", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=0750"));
	show_file("m/below");
	stat(".", &a);
	stat("m", &b);
	V(a.st_dev != b.st_dev);
	X(b.st_mode);
	statfs("m", &fs);
	X(fs.f_type);
	V(fs.f_blocks * fs.f_bsize);
	V(fs.f_flags & (ST_NOSUID | ST_NODEV | ST_RDONLY));
	put_file("m/inside", "inside");
	fd = open("m/big", O_WRONLY | O_CREAT, 0600);
	for (long n = 0; n < 20; n++)
		if (pwrite(fd, "x", 1, n * 4096) != 1) {
			printf("page %d: %s\n", n > 10, error_name(errno));
			break;
		}
	R(umount2("m", 0));
	close(fd);
	R(rename("m", "m2"));
	R(rmdir("m"));
	R(link("plain", "m/link"));
	R(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	R(open("m/new", O_CREAT | O_WRONLY, 0600));
	R(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND, NULL));
	R(mount("m", "n", NULL, MS_BIND, NULL));
	show_file("n/inside");
	R(mount("plain", "n/inside", NULL, MS_BIND, NULL));
	show_file("n/inside");
	R(umount2("n", 0));
	R(umount2("n/inside", 0));
	R(umount2("n", 0));
	R(mount("m", "n", NULL, MS_MOVE, NULL));
	show_file("m/below");
	show_file("n/inside");
	R(mount("n", "n", NULL, MS_MOVE, NULL));
	R(mount("m", "n", NULL, MS_MOVE, NULL));
	chdir("n");
	R(umount2("../n", 0));
	R(umount2("../n", MNT_DETACH));
	show_file("inside");
	chdir("..");
}
