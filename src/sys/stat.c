/* Attributes of files: stat, statx, statfs, access, modes, owners, times, extended attributes. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/stat.h"
#include "abi/time.h"
#include "base/alloc.h"

/* ---- stat ------------------------------------------------------------------------------ */

static int put_stat(gva_t buf, const struct kstat *k)
{
	struct abi_stat64 st = {
		.dev = k->dev, .ino = k->ino, .mode = k->mode, .nlink = k->nlink,
		.uid = shown_uid(k->uid), .gid = shown_gid(k->gid), .rdev = k->rdev, .size = (int64_t)k->size,
		.blksize = (int32_t)k->blksize, .blocks = (int64_t)k->blocks,
		.atime = k->atime.sec, .atime_nsec = (uint64_t)k->atime.nsec,
		.mtime = k->mtime.sec, .mtime_nsec = (uint64_t)k->mtime.nsec,
		.ctime = k->ctime.sec, .ctime_nsec = (uint64_t)k->ctime.nsec,
	};

	return put_user(buf, &st, sizeof(st));
}

/* The attributes of what (dirfd, path) names; "" with AT_EMPTY_PATH is the descriptor itself. */
static int stat_at(int dirfd, gva_t path, unsigned at_flags, struct kstat *k)
{
	struct path p;
	char first;
	int err;

	/* Since Linux 6.11 a NULL path counts as "" with AT_EMPTY_PATH. */
	if ((at_flags & ABI_AT_EMPTY_PATH) && dirfd >= 0 &&
	    (!path || (!get_user(&first, path, 1) && !first))) {
		struct file *f = fd_get(dirfd);

		if (!f)
			return -EBADF;
		err = file_stat(f, k);
		file_put(f);
		return err;
	}
	err = user_path_at(dirfd, path, at_flags, &p);
	if (err)
		return err;
	err = vfs_stat(p, k);
	path_put(p);
	return err;
}

int64_t sys_newfstatat(int dirfd, gva_t path, gva_t statbuf, uint32_t flags)
{
	struct kstat k;
	int err;

	if (flags & ~(uint32_t)(ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_NO_AUTOMOUNT | ABI_AT_EMPTY_PATH |
				ABI_AT_STATX_SYNC_TYPE))
		return -EINVAL;
	err = stat_at(dirfd, path, flags, &k);
	return err ? err : put_stat(statbuf, &k);
}

int64_t sys_fstat(int fd, gva_t statbuf)
{
	struct file *f = fd_get(fd);
	struct kstat k;
	int err;

	if (!f)
		return -EBADF;
	err = file_stat(f, &k);
	file_put(f);
	return err ? err : put_stat(statbuf, &k);
}

static struct abi_statx_timestamp statx_time(struct abi_timespec64 t)
{
	return (struct abi_statx_timestamp){ .sec = t.sec, .nsec = (uint32_t)t.nsec };
}

int64_t sys_statx(int dirfd, gva_t path, uint32_t flags, uint32_t mask, gva_t statxbuf)
{
	struct kstat k;
	int err;

	if (mask & ABI_STATX_RESERVED)
		return -EINVAL;
	if (flags & ~(uint32_t)(ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_NO_AUTOMOUNT | ABI_AT_EMPTY_PATH |
				ABI_AT_STATX_SYNC_TYPE) ||
	    (flags & ABI_AT_STATX_SYNC_TYPE) == ABI_AT_STATX_SYNC_TYPE)
		return -EINVAL;
	err = stat_at(dirfd, path, flags, &k);
	if (err)
		return err;
	struct abi_statx x = {
		.mask = ABI_STATX_BASIC_STATS | ABI_STATX_MNT_ID |
			(k.btime.sec || k.btime.nsec ? ABI_STATX_BTIME : 0),
		.blksize = k.blksize,
		.attributes = k.is_mount_root ? ABI_STATX_ATTR_MOUNT_ROOT : 0,
		.attributes_mask = ABI_STATX_ATTR_MOUNT_ROOT,
		.nlink = k.nlink, .uid = shown_uid(k.uid), .gid = shown_gid(k.gid), .mode = (uint16_t)k.mode,
		.ino = k.ino, .size = k.size, .blocks = k.blocks, .mnt_id = k.mnt_id,
		.atime = statx_time(k.atime), .btime = statx_time(k.btime),
		.ctime = statx_time(k.ctime), .mtime = statx_time(k.mtime),
		.rdev_major = abi_dev_major(k.rdev), .rdev_minor = abi_dev_minor(k.rdev),
		.dev_major = abi_dev_major(k.dev), .dev_minor = abi_dev_minor(k.dev),
	};
	return put_user(statxbuf, &x, sizeof(x));
}

/* ---- statfs ------------------------------------------------------------------------------ */

static int put_statfs(gva_t buf, const struct kstatfs *k)
{
	if (current_is_32()) {
		struct abi_statfs32 s = {
			.type = (uint32_t)k->type, .bsize = (uint32_t)k->bsize, .blocks = k->blocks,
			.bfree = k->bfree, .bavail = k->bavail, .files = k->files, .ffree = k->ffree,
			.namelen = (uint32_t)k->namelen, .frsize = (uint32_t)k->frsize,
			.flags = (uint32_t)k->flags,
		};
		return put_user(buf, &s, sizeof(s));
	}
	struct abi_statfs64 s = {
		.type = k->type, .bsize = k->bsize, .blocks = k->blocks, .bfree = k->bfree,
		.bavail = k->bavail, .files = k->files, .ffree = k->ffree, .namelen = k->namelen,
		.frsize = k->frsize, .flags = k->flags,
	};
	return put_user(buf, &s, sizeof(s));
}

static int64_t statfs_place(struct path p, gva_t buf)
{
	struct kstatfs k = { 0 };
	int err = vfs_statfs(p, &k);

	path_put(p);
	return err ? err : put_statfs(buf, &k);
}

int64_t sys_statfs(gva_t path, gva_t buf)
{
	struct path p;
	int err = user_path_at(ABI_AT_FDCWD, path, 0, &p);

	return err ? err : statfs_place(p, buf);
}

int64_t sys_fstatfs(int fd, gva_t buf)
{
	struct file *f = fd_get(fd);
	struct path p;

	if (!f)
		return -EBADF;
	p = file_place(f);
	file_put(f);
	return statfs_place(p, buf);
}

int64_t sys_statfs64(gva_t path, uint64_t size, gva_t buf)
{
	return size == sizeof(struct abi_statfs32) ? sys_statfs(path, buf) : -EINVAL;
}

int64_t sys_fstatfs64(int fd, uint64_t size, gva_t buf)
{
	return size == sizeof(struct abi_statfs32) ? sys_fstatfs(fd, buf) : -EINVAL;
}

/* ---- access --------------------------------------------------------------------------------- */

int64_t sys_faccessat2(int dirfd, gva_t path, uint32_t mode, uint32_t flags)
{
	struct path_arg p;
	struct file *dir;
	int err;

	if (mode & ~7u)
		return -EINVAL;
	if (flags & ~(uint32_t)(ABI_AT_EACCESS | ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_EMPTY_PATH))
		return -EINVAL;
	err = path_arg_get(&p, path, flags & ABI_AT_EMPTY_PATH);
	if (err)
		return err;
	err = dirfd_get(dirfd, p.text, &dir);
	if (!err) {
		err = vfs_access(task_walker(dir), p.text, (int)mode,
				 flags & ~(uint32_t)ABI_AT_EACCESS, flags & ABI_AT_EACCESS);
		dirfd_put(dir);
	}
	path_arg_put(&p);
	return err;
}

int64_t sys_faccessat(int dirfd, gva_t path, uint32_t mode)
{
	return sys_faccessat2(dirfd, path, mode, 0);
}

/* ---- modes, owners, times ------------------------------------------------------------------------ */

/* chown(-1, -1) changes nothing but takes the set-id bits away, as any chown (chown_common). */
static struct attr_change kill_bits(struct path p, const struct attr_change *c)
{
	const struct inode *i = path_inode(p);
	bool may = current()->cred->fsuid == i->uid || inode_capable(current()->cred, i, ABI_CAP_FOWNER);

	if (c->valid || !may)
		return *c;
	return (struct attr_change){ .valid = ATTR_GID, .gid = i->gid };
}

static int64_t change_place(struct path p, const struct attr_change *change)
{
	struct attr_change c = kill_bits(p, change);
	int err = vfs_setattr(p, current()->cred, &c);

	path_put(p);
	return err;
}

static int64_t change_at(int dirfd, gva_t path, unsigned at_flags, const struct attr_change *c)
{
	struct path p;
	int err = user_path_at(dirfd, path, at_flags, &p);

	return err ? err : change_place(p, c);
}

static int64_t change_fd(int fd, const struct attr_change *c)
{
	struct file *f = fd_get_io(fd);
	struct path p;

	if (!f)
		return -EBADF;
	p = file_place(f);
	file_put(f);
	return change_place(p, c);
}

int64_t sys_fchmodat2(int dirfd, gva_t path, uint32_t mode, uint32_t flags)
{
	struct attr_change c = { .valid = ATTR_MODE, .mode = mode & 07777 };

	if (flags & ~(uint32_t)(ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_EMPTY_PATH))
		return -EINVAL;
	return change_at(dirfd, path, flags, &c);
}

int64_t sys_fchmodat(int dirfd, gva_t path, uint32_t mode)
{
	return sys_fchmodat2(dirfd, path, mode, 0);
}

int64_t sys_fchmod(int fd, uint32_t mode)
{
	struct attr_change c = { .valid = ATTR_MODE, .mode = mode & 07777 };

	return change_fd(fd, &c);
}

/* An id of -1 leaves that one as it is; one without a name here is -EINVAL. */
static int owner_change(struct attr_change *c, uint32_t uid, uint32_t gid)
{
	*c = (struct attr_change){
		.valid = (uid != UINT32_MAX ? ATTR_UID : 0) | (gid != UINT32_MAX ? ATTR_GID : 0),
		.uid = meant_uid(uid), .gid = meant_gid(gid),
	};
	return ((c->valid & ATTR_UID) && c->uid == UINT32_MAX) || ((c->valid & ATTR_GID) && c->gid == UINT32_MAX) ? -EINVAL : 0;
}

int64_t sys_fchownat(int dirfd, gva_t path, uint32_t owner, uint32_t group, uint32_t flags)
{
	struct attr_change c;
	int err = owner_change(&c, owner, group);

	if (flags & ~(uint32_t)(ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_EMPTY_PATH))
		return -EINVAL;
	return err ? err : change_at(dirfd, path, flags, &c);
}

int64_t sys_fchown(int fd, uint32_t owner, uint32_t group)
{
	struct attr_change c;
	int err = owner_change(&c, owner, group);

	return err ? err : change_fd(fd, &c);
}

static struct abi_timespec64 time_now(void)
{
	uint64_t ns = 0;

	time_read_clock(ABI_CLOCK_REALTIME, &ns);
	return (struct abi_timespec64){ (int64_t)(ns / NSEC_PER_SEC), (int64_t)(ns % NSEC_PER_SEC) };
}

/* One of utimensat's two times: NOW, OMIT or a value. */
static int take_time(struct attr_change *c, unsigned bit, struct abi_timespec64 *to,
		     const struct abi_timespec64 *from)
{
	if (from->nsec == ABI_UTIME_OMIT)
		return 0;
	c->valid |= bit;
	if (from->nsec == ABI_UTIME_NOW) {
		*to = time_now();
		return 0;
	}
	if (from->nsec < 0 || from->nsec >= NSEC_PER_SEC)
		return -EINVAL;
	*to = *from;
	return 0;
}

int64_t sys_utimensat(int dirfd, gva_t path, gva_t times, uint32_t flags)
{
	struct abi_timespec64 ts[2] = { { .nsec = ABI_UTIME_NOW }, { .nsec = ABI_UTIME_NOW } };
	struct attr_change c = { 0 };

	if (times && get_user(ts, times, sizeof(ts)))
		return -EFAULT;
	if (current_is_32())
		for (int i = 0; i < 2; i++)
			ts[i].nsec = (int64_t)((uint64_t)ts[i].nsec & UINT32_MAX);
	if (ts[0].nsec == ABI_UTIME_OMIT && ts[1].nsec == ABI_UTIME_OMIT)
		return 0;
	if (take_time(&c, ATTR_ATIME, &c.atime, &ts[0]) || take_time(&c, ATTR_MTIME, &c.mtime, &ts[1]))
		return -EINVAL;
	if (ts[0].nsec != ABI_UTIME_NOW || ts[1].nsec != ABI_UTIME_NOW)
		c.valid |= ATTR_TIMES_SET;
	if (flags & ~(uint32_t)(ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_EMPTY_PATH))
		return -EINVAL;
	if (!path && dirfd != ABI_AT_FDCWD)
		return flags ? -EINVAL : change_fd(dirfd, &c);
	return change_at(dirfd, path, flags, &c);
}

/* ---- extended attributes ------------------------------------------------------------------------- */

/* What the three variants of each call differ in: how they name the file. */
static int xattr_place(gva_t path, bool follow, struct path *out)
{
	return user_path_at(ABI_AT_FDCWD, path, follow ? 0 : ABI_AT_SYMLINK_NOFOLLOW, out);
}

static int xattr_place_fd(int fd, struct path *out)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return -EBADF;
	*out = file_place(f);
	file_put(f);
	return 0;
}

static int xattr_name(gva_t addr, char name[ABI_XATTR_NAME_MAX + 1])
{
	int64_t len = mm_copy_string(current_mm(), name, addr, ABI_XATTR_NAME_MAX + 1);

	return len == 0 || len == -ENAMETOOLONG ? -ERANGE : len < 0 ? (int)len : 0;
}

static int64_t xattr_set(struct path p, gva_t uname, gva_t value, uint64_t size, uint32_t flags)
{
	char name[ABI_XATTR_NAME_MAX + 1];
	void *buf = NULL;
	int err = flags & ~3u ? -EINVAL : xattr_name(uname, name);

	if (!err && size > ABI_XATTR_SIZE_MAX)
		err = -E2BIG;
	if (!err) {
		buf = xalloc(size + 1);
		err = get_user(buf, value, size);
	}
	if (!err)
		err = vfs_setxattr(p, current()->cred, name, buf, size, (int)flags);
	free(buf);
	path_put(p);
	return err;
}

static int64_t xattr_copy_out(ssize_t len, void *buf, gva_t dst, uint64_t size)
{
	if (len > 0 && size && put_user(dst, buf, (size_t)len))
		len = -EFAULT;
	free(buf);
	return len;
}

static int64_t xattr_get(struct path p, gva_t uname, gva_t value, uint64_t size)
{
	char name[ABI_XATTR_NAME_MAX + 1];
	void *buf = xalloc(MIN(size, (uint64_t)ABI_XATTR_SIZE_MAX) + 1);
	ssize_t len = xattr_name(uname, name);

	if (!len)
		len = vfs_getxattr(p, current()->cred, name, buf, MIN(size, (uint64_t)ABI_XATTR_SIZE_MAX));
	path_put(p);
	return xattr_copy_out(len, buf, value, size);
}

static int64_t xattr_list(struct path p, gva_t list, uint64_t size)
{
	void *buf = xalloc(MIN(size, (uint64_t)ABI_XATTR_SIZE_MAX) + 1);
	ssize_t len = vfs_listxattr(p, buf, MIN(size, (uint64_t)ABI_XATTR_SIZE_MAX));

	path_put(p);
	return xattr_copy_out(len, buf, list, size);
}

static int64_t xattr_remove(struct path p, gva_t uname)
{
	char name[ABI_XATTR_NAME_MAX + 1];
	int err = xattr_name(uname, name);

	if (!err)
		err = vfs_removexattr(p, current()->cred, name);
	path_put(p);
	return err;
}

#define XATTR_CALLS(place, first, PREFIX)                                                              \
	int64_t sys_##PREFIX##setxattr(first, gva_t name, gva_t value, uint64_t size, uint32_t flags)  \
	{ struct path p; int err = place; return err ? err : xattr_set(p, name, value, size, flags); } \
	int64_t sys_##PREFIX##getxattr(first, gva_t name, gva_t value, uint64_t size)                  \
	{ struct path p; int err = place; return err ? err : xattr_get(p, name, value, size); }        \
	int64_t sys_##PREFIX##listxattr(first, gva_t list, uint64_t size)                              \
	{ struct path p; int err = place; return err ? err : xattr_list(p, list, size); }              \
	int64_t sys_##PREFIX##removexattr(first, gva_t name)                                           \
	{ struct path p; int err = place; return err ? err : xattr_remove(p, name); }
XATTR_CALLS(xattr_place(path, true, &p), gva_t path, )
XATTR_CALLS(xattr_place(path, false, &p), gva_t path, l)
XATTR_CALLS(xattr_place_fd(fd, &p), int fd, f)

/* ---- the same beside a directory's descriptor (fs/xattr.c, since 6.13) ----------------------- */

struct abi_xattr_args { uint64_t value; uint32_t size, flags; };

static int xattrat_place(int dirfd, gva_t path, uint32_t at_flags, struct path *out)
{
	if (at_flags & ~(uint32_t)(ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_EMPTY_PATH))
		return -EINVAL;
	return user_path_at(dirfd, path, at_flags, out);
}

static int get_xattr_args(struct abi_xattr_args *a, gva_t uargs, uint64_t usize)
{
	if (usize < sizeof(*a))
		return -EINVAL;
	return usize > PAGE_SIZE ? -E2BIG : get_user_grown(a, sizeof(*a), uargs, usize);
}

int64_t sys_setxattrat(int dirfd, gva_t path, uint32_t at_flags, gva_t name, gva_t uargs, uint64_t usize)
{
	struct abi_xattr_args a;
	struct path p;
	int err = get_xattr_args(&a, uargs, usize);

	if (!err)
		err = xattrat_place(dirfd, path, at_flags, &p);
	return err ? err : xattr_set(p, name, a.value, a.size, a.flags);
}

int64_t sys_getxattrat(int dirfd, gva_t path, uint32_t at_flags, gva_t name, gva_t uargs, uint64_t usize)
{
	struct abi_xattr_args a;
	struct path p;
	int err = get_xattr_args(&a, uargs, usize);

	if (!err && a.flags)
		err = -EINVAL;
	if (!err)
		err = xattrat_place(dirfd, path, at_flags, &p);
	return err ? err : xattr_get(p, name, a.value, a.size);
}

int64_t sys_listxattrat(int dirfd, gva_t path, uint32_t at_flags, gva_t list, uint64_t size)
{
	struct path p;
	int err = xattrat_place(dirfd, path, at_flags, &p);

	return err ? err : xattr_list(p, list, size);
}

int64_t sys_removexattrat(int dirfd, gva_t path, uint32_t at_flags, gva_t name)
{
	struct path p;
	int err = xattrat_place(dirfd, path, at_flags, &p);

	return err ? err : xattr_remove(p, name);
}
