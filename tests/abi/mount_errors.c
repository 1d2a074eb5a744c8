/* mount, umount2, pivot_root: error paths. needs: privileges */
#include "abi.h"
#include <sys/mount.h>

TOPIC(mount_errors)
{
	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mkdir("d", 0755);
	put_file("f", "");
	R(mount("t", "absent", "tmpfs", 0, NULL));
	R(mount("t", "f", "tmpfs", 0, NULL));
	R(mount("t", "d", "nosuchfs", 0, NULL));
	R(mount("t", "d", NULL, 0, NULL));
	R(mount("t", "d", "tmpfs", 0, "size=wrong"));
	R(mount("t", "d", "tmpfs", 0, "nosuchoption"));
	R(mount("t", BAD, "tmpfs", 0, NULL));
	R(mount("t", "d", BAD, 0, NULL));
	R(mount(BAD, "d", "tmpfs", 0, NULL));
	R(mount("absent", "d", NULL, MS_BIND, NULL));
	R(mount(NULL, "d", NULL, MS_BIND, NULL));
	R(mount("f", "d", NULL, MS_BIND, NULL));
	R(mount("d", "f", NULL, MS_BIND, NULL));
	R(mount(NULL, "d", NULL, MS_REMOUNT, NULL));
	R(mount(NULL, "d", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	R(mount(NULL, "d", NULL, MS_PRIVATE, NULL));
	R(mount(NULL, "d", NULL, MS_PRIVATE | MS_SHARED, NULL));
	R(mount("d", "d", NULL, MS_MOVE, NULL));
	R(umount2("d", 0));
	R(umount2("absent", 0));
	R(umount2("", 0));
	R(umount2(BAD, 0));
	R(umount2("d", 0x100));
	R(mount("t", "d", "tmpfs", 0, NULL));
	R(umount2("d", MNT_EXPIRE | MNT_FORCE));
	R(umount2("d", MNT_EXPIRE));
	R(umount2("d", MNT_EXPIRE));
	symlink("d", "l");
	R(mount("t", "l", "tmpfs", 0, NULL));
	R(umount2("l", UMOUNT_NOFOLLOW));
	R(umount2("l", 0));
	R(syscall(SYS_pivot_root, "/", "/"));
	R(syscall(SYS_pivot_root, "absent", "d"));
	R(syscall(SYS_pivot_root, "f", "d"));
	R(syscall(SYS_pivot_root, BAD, "d"));
	CHILD(setgid(12345); setuid(12345); R(mount("t", "d", "tmpfs", 0, NULL)); R(umount2("d", 0)));
}
