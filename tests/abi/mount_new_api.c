/* fsopen, fsconfig, fsmount, move_mount, open_tree, mount_setattr, fspick. needs: privileges */
#include "abi.h"
#include <sys/mount.h>

#define fs_open(...)    syscall(430, __VA_ARGS__)
#define fs_config(...)  syscall(431, __VA_ARGS__)
#define fs_mount(...)   syscall(432, __VA_ARGS__)
#define fs_pick(...)    syscall(433, __VA_ARGS__)
#define open_tree_(...) syscall(428, __VA_ARGS__)
#define move_mount_(...) syscall(429, __VA_ARGS__)
#define setattr(...)    syscall(442, __VA_ARGS__)

struct attr { uint64_t set, clear, propagation, userns; };

TOPIC(mount_new_api)
{
	struct attr ro = { .set = 1 }, rw = { .clear = 1 }, wrong = { .set = 1ull << 40 };
	int fs, m, t, fd;

	if (geteuid() != 0) {
		puts("not root");
		return;
	}
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mkdir("d", 0755);
	mkdir("e", 0755);
	R(fs_open("nosuchfs", 0));
	R(fs_open("tmpfs", 8));
	R(fs_open(BAD, 0));
	fs = fs_open("tmpfs", 1);
	V(fs >= 0);
	R(fs_config(fs, 1, "size", "1m", 0));
	R(fs_config(fs, 1, "source", "mine", 0));
	R(fs_config(fs, 1, NULL, "x", 0));
	R(fs_config(fs, 99, NULL, NULL, 0));
	R(fs_config(999, 6, NULL, NULL, 0));
	R(fs_config(0, 6, NULL, NULL, 0));
	R(fs_mount(fs, 0, 0));
	R(fs_config(fs, 6, NULL, NULL, 0));
	R(fs_mount(fs, 0, 1u << 30));
	m = fs_mount(fs, 1, 2);
	V(m >= 0);
	fd = openat(m, "early", O_CREAT | O_RDWR, 0600);
	V(fd >= 0);
	close(fd);
	R(move_mount_(m, "", AT_FDCWD, "d", 4));
	R(access("d/early", F_OK));
	R(move_mount_(AT_FDCWD, "e", AT_FDCWD, "d", 0));
	R(setattr(AT_FDCWD, "d", 0, &ro, sizeof(ro)));
	R(open("d/x", O_CREAT | O_RDWR, 0600));
	R(setattr(AT_FDCWD, "d", 0, &rw, sizeof(rw)));
	R(close(open("d/x", O_CREAT | O_RDWR, 0600)));
	R(setattr(AT_FDCWD, "d", 0, &wrong, sizeof(wrong)));
	R(setattr(AT_FDCWD, "d", 0, &ro, 8));
	R(setattr(AT_FDCWD, "e", 0, &ro, sizeof(ro)));
	R(setattr(AT_FDCWD, "d", 0x4, &ro, sizeof(ro)));
	t = open_tree_(AT_FDCWD, "d", 1 | O_CLOEXEC);
	V(t >= 0);
	R(move_mount_(t, "", AT_FDCWD, "e", 4));
	R(access("e/early", F_OK));
	R(open_tree_(AT_FDCWD, "d", 0x8000));
	R(open_tree_(AT_FDCWD, "absent", 1));
	R(umount2("e", MNT_DETACH));
	close(open_tree_(AT_FDCWD, "d", 1));
	close(t);
	close(m);
	close(fs);
	fs = fs_pick(AT_FDCWD, "d", 0);
	V(fs >= 0);
	R(fs_config(fs, 0, "ro", NULL, 0));
	R(fs_config(fs, 7, NULL, NULL, 0));
	R(open("d/y", O_CREAT | O_RDWR, 0600));
	close(fs);
	R(fs_pick(AT_FDCWD, "e", 0));
}
