/* pivot_root into a tmpfs, and what is left of the old root. needs: mounted root needs: privileges */
#include "abi.h"
#include <sys/mount.h>

TOPIC(mount_pivot)
{
	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mkdir("new", 0755);
	R(mount("t", "new", "tmpfs", 0, NULL));
	mkdir("new/old", 0755);
	put_file("new/hello", "hello");
	R(syscall(SYS_pivot_root, "new/old", "new/old"));
	R(syscall(SYS_pivot_root, "new", "/"));
	CHILD(
		R(syscall(SYS_pivot_root, "new", "new/old"));
		R(chdir("/"));
		show_file("/hello");
		R(access("/old/proc", F_OK));
		R(umount2("/old", MNT_DETACH));
		R(access("/old/proc", F_OK));
		R(rmdir("/old"));
	);
}
