/* mount, umount2, pivot_root, and the calls of the new mount interface: arguments and privileges.
 * Order of checks: Linux' fs/namespace.c and fs/fsopen.c. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/stat.h"
#include "base/alloc.h"

enum {
	MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_SYNCHRONOUS = 16, MS_REMOUNT = 32,
	MS_MANDLOCK = 64, MS_DIRSYNC = 128, MS_NOSYMFOLLOW = 256, MS_NOATIME = 1024, MS_NODIRATIME = 2048,
	MS_BIND = 4096, MS_MOVE = 8192, MS_REC = 16384, MS_SILENT = 32768,
	MS_UNBINDABLE = 1 << 17, MS_PRIVATE = 1 << 18, MS_SLAVE = 1 << 19, MS_SHARED = 1 << 20,
	MS_RELATIME = 1 << 21, MS_STRICTATIME = 1 << 24, MS_LAZYTIME = 1 << 25,
};
#define MS_PROPAGATION (MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)
#define MS_MAGIC_MASK 0xffff0000u
#define MS_MAGIC      0xc0ed0000u

static bool may_mount(void)
{
	return user_ns_capable(current()->cred, ns_owner(current()->fs->ns), ABI_CAP_SYS_ADMIN);
}

static const struct { uint64_t ms, attr; unsigned mnt; } flag_names[] = {
	{ MS_RDONLY, 0x1, MNT_RDONLY }, { MS_NOSUID, 0x2, MNT_NOSUID }, { MS_NODEV, 0x4, MNT_NODEV },
	{ MS_NOEXEC, 0x8, MNT_NOEXEC }, { MS_NOATIME, 0x10, MNT_NOATIME }, { MS_STRICTATIME, 0x20, MNT_STRICTATIME },
	{ MS_NODIRATIME, 0x80, MNT_NODIRATIME }, { MS_NOSYMFOLLOW, 0x200000, MNT_NOSYMFOLLOW },
};

static unsigned from_ms(uint64_t ms)
{
	unsigned mnt = 0;

	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (ms & flag_names[i].ms)
			mnt |= flag_names[i].mnt;
	return mnt;
}

static unsigned from_attr(uint64_t attr)
{
	unsigned mnt = 0;

	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (attr & flag_names[i].attr)
			mnt |= flag_names[i].mnt;
	return mnt;
}

/* ---- mount(2) --------------------------------------------------------------------------- */

/* A string argument of at most a page; *out NULL for a NULL address. */
static int get_text(gva_t addr, char **out)
{
	int64_t len;

	*out = NULL;
	if (!addr)
		return 0;
	*out = xalloc(PAGE_SIZE + 1);
	len = mm_copy_string(current_mm(), *out, addr, PAGE_SIZE);
	if (len >= 0)
		return 0;
	free(*out);
	*out = NULL;
	return len == -ENAMETOOLONG ? -EINVAL : (int)len;
}

static int lookup_source(const char *source, struct path *out)
{
	if (!source || !*source)
		return source ? -ENOENT : -EINVAL;
	return vfs_lookup(task_walker(NULL), source, 0, out);
}

static int bind_or_move(struct path where, const char *source, bool move, bool recursive)
{
	struct path from;
	int err = lookup_source(source, &from);

	if (err)
		return err;
	err = move ? vfs_mount_move(from, where) : vfs_mount_bind(from, where, recursive);
	path_put(from);
	return err;
}

static int change_propagation(struct path where, uint64_t flags)
{
	uint64_t kind = flags & MS_PROPAGATION;

	if ((flags & ~(uint64_t)(MS_PROPAGATION | MS_REC | MS_SILENT)) || (kind & (kind - 1)))
		return -EINVAL;
	if (kind != MS_PRIVATE)
		sys_note("mount: nothing propagates, every mount is private");
	return vfs_mount_flags(where, 0, 0, false);      /* only whether it is a mount at all */
}

/* devpts has one instance, which /dev shows, in whatever name space it is mounted. */
static int mount_devpts(struct path where, unsigned flags)
{
	struct path root = vfs_root(), pts;
	struct fs *fs = fs_create(root);
	struct walker w = { .fs = fs, .cred = current()->cred };
	int err = vfs_lookup(w, "/dev/pts", 0, &pts);

	fs_put(fs);
	path_put(root);
	if (err)
		return -ENODEV;
	err = vfs_mount_place(pts, where, flags, "devpts");
	path_put(pts);
	return err;
}

static int mount_at(struct path where, const char *source, const char *type, uint64_t flags, const char *data)
{
	unsigned mnt = from_ms(flags);

	if (!may_mount())
		return -EPERM;
	if ((flags & (MS_REMOUNT | MS_BIND)) == (MS_REMOUNT | MS_BIND))
		return vfs_mount_flags(where, mnt, MNT_ALL, false);
	if (flags & MS_REMOUNT)
		return vfs_remount(where, mnt, MNT_ALL, flags & MS_RDONLY, data);
	if (flags & MS_BIND)
		return bind_or_move(where, source, false, flags & MS_REC);
	if (flags & MS_PROPAGATION)
		return change_propagation(where, flags);
	if (flags & MS_MOVE)
		return bind_or_move(where, source, true, false);
	if (!type)
		return -EINVAL;
	if (strcmp(type, "devpts") == 0)
		return mount_devpts(where, mnt);
	return vfs_mount_new(where, type, source ? source : "none", mnt & ~(unsigned)MNT_RDONLY, flags & MS_RDONLY, data);
}

int64_t sys_mount(gva_t source, gva_t target, gva_t fstype, uint64_t flags, gva_t data)
{
	char *type, *from = NULL, *options = NULL;
	struct path where;
	int err = get_text(fstype, &type);

	if (!err)
		err = get_text(source, &from);
	/* The data is a page, cut where memory ends; only a bad beginning is an error. */
	if (!err)
		err = get_text(data, &options);
	if (!err)
		err = user_path_at(ABI_AT_FDCWD, target, 0, &where);
	if (!err) {
		if ((flags & MS_MAGIC_MASK) == MS_MAGIC)
			flags &= ~(uint64_t)MS_MAGIC_MASK;
		err = mount_at(where, from, type, flags, options ? options : "");
		path_put(where);
	}
	free(type);
	free(from);
	free(options);
	return err;
}

enum { UMOUNT_FORCE = 1, UMOUNT_DETACH = 2, UMOUNT_EXPIRE = 4, UMOUNT_NOFOLLOW = 8 };

int64_t sys_umount2(gva_t target, uint32_t flags)
{
	struct path p;
	int err;

	if (flags & ~(uint32_t)(UMOUNT_FORCE | UMOUNT_DETACH | UMOUNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_at(ABI_AT_FDCWD, target, flags & UMOUNT_NOFOLLOW ? ABI_AT_SYMLINK_NOFOLLOW : 0, &p);
	if (err)
		return err;
	if (!may_mount())
		err = -EPERM;
	else if ((flags & UMOUNT_EXPIRE) && (flags & (UMOUNT_FORCE | UMOUNT_DETACH)))
		err = -EINVAL;
	if (!err)
		err = vfs_umount(p, flags & UMOUNT_DETACH, flags & UMOUNT_EXPIRE);
	path_put(p);
	return err;
}

int64_t sys_pivot_root(gva_t new_root, gva_t put_old)
{
	struct path to, old;
	int err;

	if (!may_mount())
		return -EPERM;
	err = user_path_at(ABI_AT_FDCWD, new_root, 0, &to);
	if (err)
		return err;
	err = user_path_at(ABI_AT_FDCWD, put_old, 0, &old);
	if (!err) {
		if ((path_inode(to)->mode & S_IFMT) != S_IFDIR || (path_inode(old)->mode & S_IFMT) != S_IFDIR)
			err = -ENOTDIR;
		else
			err = vfs_pivot_root(current()->fs, to, old);
		path_put(old);
	}
	path_put(to);
	return err;
}

/* ---- the new interface -------------------------------------------------------------------- */

enum { FSOPEN_CLOEXEC = 1, FSMOUNT_CLOEXEC = 1 };

int64_t sys_fsopen(gva_t fsname, uint32_t flags)
{
	char *name;
	struct file *f;
	int err;

	if (!may_mount())
		return -EPERM;
	if (flags & ~(uint32_t)FSOPEN_CLOEXEC)
		return -EINVAL;
	err = fsname ? get_text(fsname, &name) : -EFAULT;
	if (err)
		return err;
	err = vfs_fsopen(name, current()->cred, &f);
	free(name);
	return err ? err : fd_install(f, flags & FSOPEN_CLOEXEC);
}

/* Which arguments each command must and must not have (fs/fsopen.c). */
static int check_fsconfig(uint32_t cmd, gva_t key, gva_t value, int aux)
{
	switch (cmd) {
	case FSCONFIG_SET_FLAG:
		return !key || value || aux ? -EINVAL : 0;
	case FSCONFIG_SET_STRING:
		return !key || !value || aux ? -EINVAL : 0;
	case FSCONFIG_SET_BINARY:
		return !key || !value || aux <= 0 || aux > 1024 * 1024 ? -EINVAL : 0;
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		return !key || !value || (aux != ABI_AT_FDCWD && aux < 0) ? -EINVAL : 0;
	case FSCONFIG_SET_FD:
		return !key || value || aux < 0 ? -EINVAL : 0;
	case FSCONFIG_CMD_CREATE:
	case FSCONFIG_CMD_RECONFIGURE:
	case FSCONFIG_CMD_CREATE_EXCL:
		return key || value || aux ? -EINVAL : 0;
	default:
		return -EOPNOTSUPP;
	}
}

int64_t sys_fsconfig(int fd, uint32_t cmd, gva_t ukey, gva_t uvalue, int aux)
{
	char *key = NULL, *value = NULL;
	struct file *f;
	int err = fd < 0 ? -EINVAL : check_fsconfig(cmd, ukey, uvalue, aux);

	if (err)
		return err;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	err = get_text(ukey, &key);
	if (!err && cmd == FSCONFIG_SET_STRING)
		err = get_text(uvalue, &value);
	if (!err)
		err = vfs_fsconfig(f, (enum fsconfig_command)cmd, key, value);
	free(key);
	free(value);
	file_put(f);
	return err;
}

enum { ATTR_KNOWN = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x80 | 0x200000, ATTR_ATIME_MASK = 0x70, ATTR_IDMAP = 0x100000 };

int64_t sys_fsmount(int fd, uint32_t flags, uint32_t attr)
{
	struct file *f, *out;
	int err;

	if (!may_mount())
		return -EPERM;
	if ((flags & ~(uint32_t)FSMOUNT_CLOEXEC) || (attr & ~(uint32_t)ATTR_KNOWN))
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	err = vfs_fsmount(f, from_attr(attr), current()->cred, &out);
	file_put(f);
	return err ? err : fd_install(out, flags & FSMOUNT_CLOEXEC);
}

int64_t sys_fspick(int dirfd, gva_t path, uint32_t flags)
{
	unsigned at = (flags & 2 ? ABI_AT_SYMLINK_NOFOLLOW : 0) | (flags & 8 ? ABI_AT_EMPTY_PATH : 0);
	struct path p;
	struct file *f;
	int err;

	if (!may_mount())
		return -EPERM;
	if (flags & ~15u)
		return -EINVAL;
	err = user_path_at(dirfd, path, at, &p);
	if (err)
		return err;
	err = vfs_fspick(p, current()->cred, &f);
	path_put(p);
	return err ? err : fd_install(f, flags & 1);
}

enum { OPEN_TREE_CLONE = 1 };

int64_t sys_open_tree(int dirfd, gva_t path, uint32_t flags)
{
	struct path p;
	struct file *f;
	int err;

	if (flags & ~(uint32_t)(ABI_AT_EMPTY_PATH | ABI_AT_NO_AUTOMOUNT | ABI_AT_RECURSIVE | ABI_AT_SYMLINK_NOFOLLOW |
				OPEN_TREE_CLONE | ABI_O_CLOEXEC))
		return -EINVAL;
	if ((flags & (ABI_AT_RECURSIVE | OPEN_TREE_CLONE)) == ABI_AT_RECURSIVE)
		return -EINVAL;
	if ((flags & OPEN_TREE_CLONE) && !may_mount())
		return -EPERM;
	err = user_path_at(dirfd, path, flags & (ABI_AT_EMPTY_PATH | ABI_AT_SYMLINK_NOFOLLOW), &p);
	if (err)
		return err;
	err = flags & OPEN_TREE_CLONE ? vfs_open_tree(p, flags & ABI_AT_RECURSIVE, current()->cred, &f)
				      : vfs_open_path(p, ABI_O_PATH, current()->cred, &f);
	path_put(p);
	return err ? err : fd_install(f, flags & ABI_O_CLOEXEC);
}

enum { MOVE_F_SYMLINKS = 1, MOVE_F_EMPTY = 4, MOVE_T_SYMLINKS = 0x10, MOVE_T_EMPTY = 0x40, MOVE_KNOWN = 0x377 };

int64_t sys_move_mount(int from_dfd, gva_t from, int to_dfd, gva_t to, uint32_t flags)
{
	struct path source, target;
	int err;

	if (!may_mount())
		return -EPERM;
	if (flags & ~(uint32_t)MOVE_KNOWN)
		return -EINVAL;
	if (flags & 0x300)
		return -EINVAL;               /* MOVE_MOUNT_SET_GROUP and _BENEATH want propagation */
	err = user_path_at(from_dfd, from, (flags & MOVE_F_SYMLINKS ? 0 : ABI_AT_SYMLINK_NOFOLLOW) |
			   (flags & MOVE_F_EMPTY ? ABI_AT_EMPTY_PATH : 0), &source);
	if (err)
		return err;
	err = user_path_at(to_dfd, to, (flags & MOVE_T_SYMLINKS ? 0 : ABI_AT_SYMLINK_NOFOLLOW) |
			   (flags & MOVE_T_EMPTY ? ABI_AT_EMPTY_PATH : 0), &target);
	if (!err) {
		err = vfs_mount_move(source, target);
		path_put(target);
	}
	path_put(source);
	return err;
}

struct abi_mount_attr { uint64_t attr_set, attr_clr, propagation, userns_fd; };

static int check_attr(const struct abi_mount_attr *a)
{
	if ((a->attr_set | a->attr_clr) & ~(uint64_t)(ATTR_KNOWN | ATTR_ATIME_MASK | ATTR_IDMAP))
		return -EINVAL;
	/* The access-time setting is a number, not bits: all of it is replaced. */
	if ((a->attr_clr & ATTR_ATIME_MASK) ? (a->attr_clr & ATTR_ATIME_MASK) != ATTR_ATIME_MASK
					    : (a->attr_set & ATTR_ATIME_MASK) != 0)
		return -EINVAL;
	if (a->attr_set & ATTR_IDMAP)
		return -EINVAL;
	return a->propagation & ~(uint64_t)MS_PROPAGATION || a->propagation & (a->propagation - 1) ? -EINVAL : 0;
}

int64_t sys_mount_setattr(int dirfd, gva_t path, uint32_t flags, gva_t uattr, uint64_t usize)
{
	struct abi_mount_attr a;
	struct path p;
	int err;

	if (flags & ~(uint32_t)(ABI_AT_EMPTY_PATH | ABI_AT_RECURSIVE | ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_NO_AUTOMOUNT))
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;
	if (usize < sizeof(a))
		return -EINVAL;
	if (!may_mount())
		return -EPERM;
	err = get_user_grown(&a, sizeof(a), uattr, usize);
	if (err)
		return err;
	if (!a.attr_set && !a.attr_clr && !a.propagation)
		return 0;
	err = check_attr(&a);
	if (!err)
		err = user_path_at(dirfd, path, flags & (ABI_AT_EMPTY_PATH | ABI_AT_SYMLINK_NOFOLLOW), &p);
	if (err)
		return err;
	err = vfs_mount_flags(p, from_attr(a.attr_set), from_attr(a.attr_set | a.attr_clr), flags & ABI_AT_RECURSIVE);
	path_put(p);
	return err;
}
