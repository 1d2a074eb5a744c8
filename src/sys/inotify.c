/* inotify: arguments checked in Linux' order (fs/notify/inotify/inotify_user.c). */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "abi/stat.h"

int64_t sys_inotify_init1(uint32_t flags)
{
	struct file *f;
	int err = inotify_create(flags, current()->cred, &f);

	return err ? err : fd_install(f, flags & ABI_O_CLOEXEC);
}

static int64_t add_watch(struct file *f, gva_t path, uint32_t mask)
{
	unsigned at_flags = mask & ABI_IN_DONT_FOLLOW ? ABI_AT_SYMLINK_NOFOLLOW : 0;
	struct path p;
	int64_t ret;

	if ((mask & ABI_IN_MASK_ADD) && (mask & ABI_IN_MASK_CREATE))
		return -EINVAL;
	if (!file_is_inotify(f))
		return -EINVAL;
	ret = user_path_at(ABI_AT_FDCWD, path, at_flags, &p);
	if (ret)
		return ret;
	if ((mask & ABI_IN_ONLYDIR) && (path_inode(p)->mode & S_IFMT) != S_IFDIR)
		ret = -ENOTDIR;
	if (!ret)
		ret = inode_permission(path_inode(p), current()->cred, 4);
	if (!ret)
		ret = inotify_watch(f, p, mask);
	path_put(p);
	return ret;
}

int64_t sys_inotify_add_watch(int fd, gva_t path, uint32_t mask)
{
	struct file *f;
	int64_t ret;

	if (!(mask & ABI_IN_VALID) || (mask & ~(uint32_t)ABI_IN_VALID))
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	ret = add_watch(f, path, mask);
	file_put(f);
	return ret;
}

int64_t sys_inotify_rm_watch(int fd, int wd)
{
	struct file *f = fd_get_io(fd);
	int64_t ret;

	if (!f)
		return -EBADF;
	ret = file_is_inotify(f) ? inotify_unwatch(f, wd) : -EINVAL;
	file_put(f);
	return ret;
}
