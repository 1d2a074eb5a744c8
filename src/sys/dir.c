/* Names: opening, creating, removing, linking, renaming; directories; the working directory. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/stat.h"
#include "base/alloc.h"

/* ---- open ---------------------------------------------------------------------------- */

static int64_t open_at(int dirfd, gva_t path, uint32_t flags, uint32_t mode, uint64_t resolve)
{
	struct path_arg p;
	struct file *dir, *f;
	int err = path_arg_get(&p, path, false);

	if (!err)
		err = fd_room();
	if (err) {
		path_arg_put(&p);
		return err;
	}
	/* Within its own root an absolute path begins at dirfd as well. */
	err = dirfd_get(dirfd, resolve & ABI_RESOLVE_IN_ROOT ? "" : p.text, &dir);
	if (!err) {
		err = vfs_open(task_walker(dir), p.text, flags, mode, resolve, &f);
		dirfd_put(dir);
	}
	path_arg_put(&p);
	return err ? err : fd_install(f, flags & ABI_O_CLOEXEC);
}

/* open(2) ignores flags it does not know; a 64-bit Linux always means large files
 * (fs/open.c, force_o_largefile), and riscv32 passes the flag itself. */
int64_t sys_openat(int dirfd, gva_t path, uint32_t flags, uint32_t mode)
{
	flags &= ABI_O_VALID;
	if (!(flags & ABI_O_PATH))
		flags |= ABI_O_LARGEFILE;
	return open_at(dirfd, path, flags, mode & 07777, 0);
}

enum { OPEN_HOW_SIZE_VER0 = 24 };

int64_t sys_openat2(int dirfd, gva_t path, gva_t uhow, uint64_t size)
{
	struct abi_open_how how;
	int err;

	if (size < OPEN_HOW_SIZE_VER0)
		return -EINVAL;
	err = get_user_grown(&how, sizeof(how), uhow, size);
	if (err)
		return err;
	bool creates = (how.flags & ABI_O_CREAT) || (how.flags & ABI_O_TMPFILE) == ABI_O_TMPFILE;
	if ((how.flags & ~(uint64_t)ABI_O_VALID) || (how.resolve & ~(uint64_t)ABI_RESOLVE_VALID) ||
	    (creates ? how.mode & ~(uint64_t)07777 : how.mode) ||
	    ((how.resolve & ABI_RESOLVE_BENEATH) && (how.resolve & ABI_RESOLVE_IN_ROOT)))
		return -EINVAL;
	if ((how.flags & ABI_O_PATH) && (how.flags & ~(uint64_t)(ABI_O_PATH | ABI_O_DIRECTORY | ABI_O_NOFOLLOW | ABI_O_CLOEXEC)))
		return -EINVAL;
	if (!(how.flags & ABI_O_PATH))
		how.flags |= ABI_O_LARGEFILE;
	return open_at(dirfd, path, (uint32_t)how.flags, (uint32_t)how.mode, how.resolve);
}

/* ---- names that come and go -------------------------------------------------------------- */

/* One (dirfd, path) pair, ready to walk. */
struct place_arg { struct path_arg path; struct file *dir; };

static int place_get(struct place_arg *p, int dirfd, gva_t path, bool empty_ok)
{
	int err = path_arg_get(&p->path, path, empty_ok);

	if (err)
		return err;
	err = dirfd_get(dirfd, p->path.text, &p->dir);
	if (err)
		path_arg_put(&p->path);
	return err;
}

static void place_put(struct place_arg *p)
{
	dirfd_put(p->dir);
	path_arg_put(&p->path);
}

int64_t sys_mkdirat(int dirfd, gva_t path, uint32_t mode)
{
	struct place_arg p;
	int err = place_get(&p, dirfd, path, false);

	if (err)
		return err;
	err = vfs_mkdir(task_walker(p.dir), p.path.text, mode & 01777);
	place_put(&p);
	return err;
}

int64_t sys_mknodat(int dirfd, gva_t path, uint32_t mode, uint32_t dev)
{
	struct place_arg p;
	uint32_t type = mode & S_IFMT;
	int err;

	if (type == S_IFDIR)
		return -EPERM;
	if (type && type != S_IFREG && type != S_IFCHR && type != S_IFBLK && type != S_IFIFO && type != S_IFSOCK)
		return -EINVAL;
	err = place_get(&p, dirfd, path, false);
	if (err)
		return err;
	err = vfs_mknod(task_walker(p.dir), p.path.text, type ? mode : mode | S_IFREG, dev);
	place_put(&p);
	return err;
}

int64_t sys_unlinkat(int dirfd, gva_t path, uint32_t flags)
{
	struct place_arg p;
	int err;

	if (flags & ~(uint32_t)ABI_AT_REMOVEDIR)
		return -EINVAL;
	err = place_get(&p, dirfd, path, false);
	if (err)
		return err;
	err = vfs_unlink(task_walker(p.dir), p.path.text, flags & ABI_AT_REMOVEDIR);
	place_put(&p);
	return err;
}

int64_t sys_symlinkat(gva_t target, int newdirfd, gva_t linkpath)
{
	struct path_arg to;
	struct place_arg p;
	int err = path_arg_get(&to, target, false);

	if (err)
		return err;
	err = place_get(&p, newdirfd, linkpath, false);
	if (!err) {
		err = vfs_symlink(task_walker(p.dir), to.text, p.path.text);
		place_put(&p);
	}
	path_arg_put(&to);
	return err;
}

/* The two places of link and rename. */
static int pair_get(struct place_arg pair[2], int fd0, gva_t path0, bool empty_ok, int fd1, gva_t path1)
{
	int err = place_get(&pair[0], fd0, path0, empty_ok);

	if (err)
		return err;
	err = place_get(&pair[1], fd1, path1, false);
	if (err)
		place_put(&pair[0]);
	return err;
}

static void pair_put(struct place_arg pair[2])
{
	place_put(&pair[1]);
	place_put(&pair[0]);
}

int64_t sys_linkat(int olddirfd, gva_t oldpath, int newdirfd, gva_t newpath, uint32_t flags)
{
	struct place_arg pair[2];
	int err;

	if (flags & ~(uint32_t)(ABI_AT_SYMLINK_FOLLOW | ABI_AT_EMPTY_PATH))
		return -EINVAL;
	err = pair_get(pair, olddirfd, oldpath, flags & ABI_AT_EMPTY_PATH, newdirfd, newpath);
	if (err)
		return err;
	err = vfs_link(task_walker(pair[0].dir), pair[0].path.text,
		       task_walker(pair[1].dir), pair[1].path.text, flags);
	pair_put(pair);
	return err;
}

int64_t sys_renameat2(int olddirfd, gva_t oldpath, int newdirfd, gva_t newpath, uint32_t flags)
{
	struct place_arg pair[2];
	int err;

	if (flags & ~(uint32_t)(ABI_RENAME_NOREPLACE | ABI_RENAME_EXCHANGE | ABI_RENAME_WHITEOUT) ||
	    ((flags & ABI_RENAME_EXCHANGE) && flags != ABI_RENAME_EXCHANGE))
		return -EINVAL;
	err = pair_get(pair, olddirfd, oldpath, false, newdirfd, newpath);
	if (err)
		return err;
	err = vfs_rename(task_walker(pair[0].dir), pair[0].path.text,
			 task_walker(pair[1].dir), pair[1].path.text, flags);
	pair_put(pair);
	return err;
}

/* ---- reading links and directories -------------------------------------------------------------- */

int64_t sys_readlinkat(int dirfd, gva_t path, gva_t buf, int bufsiz)
{
	struct place_arg p;
	char *text;
	int64_t len;

	if (bufsiz <= 0)
		return -EINVAL;
	len = place_get(&p, dirfd, path, true);
	if (len)
		return len;
	text = xalloc(ABI_PATH_MAX);
	len = vfs_readlink(task_walker(p.dir), p.path.text, text, ABI_PATH_MAX);
	place_put(&p);
	if (len > bufsiz)
		len = bufsiz;
	if (len > 0 && put_user(buf, text, (size_t)len))
		len = -EFAULT;
	free(text);
	return len;
}

struct dir_fill { gva_t buf; uint64_t size, used; int error; };

/* One entry into the caller's buffer; false when it does not fit or cannot be written. */
static bool emit_dirent(void *arg, const char *name, uint64_t ino, unsigned dtype, uint64_t next)
{
	struct dir_fill *d = arg;
	size_t len = strlen(name);
	size_t reclen = align_up(offsetof(struct abi_dirent64, name) + len + 1, 8);
	char room[offsetof(struct abi_dirent64, name) + ABI_NAME_MAX + 1 + 8] = { 0 };
	struct abi_dirent64 head = { .ino = ino, .off = (int64_t)next,
				     .reclen = (uint16_t)reclen, .type = (uint8_t)dtype };

	if (len > ABI_NAME_MAX || d->used + reclen > d->size) {
		d->error = d->used ? 0 : -EINVAL;        /* not even one entry fits */
		return false;
	}
	memcpy(room, &head, offsetof(struct abi_dirent64, name));
	memcpy(room + offsetof(struct abi_dirent64, name), name, len);
	if (put_user(d->buf + d->used, room, reclen)) {
		d->error = d->used ? 0 : -EFAULT;
		return false;
	}
	d->used += reclen;
	return true;
}

int64_t sys_getdents64(int fd, gva_t dirp, uint64_t count)
{
	struct file *f = fd_get_io(fd);
	struct dir_fill d = { .buf = dirp, .size = (uint32_t)count };
	int err;

	if (!f)
		return -EBADF;
	err = file_readdir(f, emit_dirent, &d);
	file_put(f);
	return d.used ? (int64_t)d.used : err ? err : d.error;
}

/* ---- the working directory and the root --------------------------------------------------------------- */

int64_t sys_getcwd(gva_t buf, uint64_t size)
{
	struct fs *fs = current()->fs;
	char *text = xalloc(ABI_PATH_MAX);
	int64_t len = vfs_path_string(fs->cwd, fs->root, text, ABI_PATH_MAX);

	if (vfs_is_unlinked(fs->cwd))
		len = -ENOENT;
	if (len == -ERANGE)
		len = -ENAMETOOLONG;
	if (len >= 0) {
		len = (int64_t)strlen(text) + 1;
		len = (uint64_t)len > size ? -ERANGE : put_user(buf, text, (size_t)len) ? -EFAULT : len;
	}
	free(text);
	return len;
}

/* chdir, fchdir, chroot: a directory one may search. */
static int enter_dir(struct path p, bool root)
{
	struct inode *i = path_inode(p);
	int err = (i->mode & S_IFMT) != S_IFDIR ? -ENOTDIR : inode_permission(i, current()->cred, 1);

	if (!err && root && !task_capable_here(current(), ABI_CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		err = root ? vfs_chroot(current()->fs, p) : vfs_chdir(current()->fs, p);
	path_put(p);
	return err;
}

int64_t sys_chdir(gva_t path)
{
	struct path p;
	int err = user_path_at(ABI_AT_FDCWD, path, 0, &p);

	return err ? err : enter_dir(p, false);
}

int64_t sys_fchdir(int fd)
{
	struct file *f = fd_get(fd);
	struct path p;

	if (!f)
		return -EBADF;
	p = file_place(f);
	file_put(f);
	return enter_dir(p, false);
}

int64_t sys_chroot(gva_t path)
{
	struct path p;
	int err = user_path_at(ABI_AT_FDCWD, path, 0, &p);

	return err ? err : enter_dir(p, true);
}

int64_t sys_umask(uint32_t mask)
{
	uint32_t old = current()->fs->umask;

	current()->fs->umask = mask & 0777;
	return old;
}
