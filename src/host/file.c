/* Files of the host: each function is the system call of its name, with the
 * result a negative errno instead of the thread-local variable, EINTR retried
 * where nothing has been done yet, and every descriptor close-on-exec.
 *
 * Nothing here decides anything: which names may be opened below which
 * directory is the business of vfs/hostfs.c. */
#include "host/host.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CHECKED(call) ({ __typeof__(call) _r = (call); _r < 0 ? -errno : _r; })
#define RETRIED(call) ({                                              \
	__typeof__(call) _r;                                          \
	do                                                            \
		_r = (call);                                          \
	while (_r < 0 && errno == EINTR);                             \
	_r < 0 ? -errno : _r; })

int host_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	return RETRIED(openat(dirfd, path, flags | O_CLOEXEC, mode));
}

int host_close(int fd)
{
	/* Linux has closed the descriptor even when it says EINTR: never again. */
	return CHECKED(close(fd));
}

ssize_t host_pread(int fd, void *buf, size_t n, int64_t off)
{
	return RETRIED(pread(fd, buf, n, off));
}

ssize_t host_pwrite(int fd, const void *buf, size_t n, int64_t off)
{
	return RETRIED(pwrite(fd, buf, n, off));
}

ssize_t host_read(int fd, void *buf, size_t n)
{
	return RETRIED(read(fd, buf, n));
}

ssize_t host_write(int fd, const void *buf, size_t n)
{
	return RETRIED(write(fd, buf, n));
}

int host_fstat(int fd, struct stat *st)
{
	return CHECKED(fstat(fd, st));
}

/* The times are not asked for: Linux gives a file whose times somebody has seen a finer stamp at its
 * next change, which is a journal entry more (fs/stat.c fill_mg_cmtime). */
int host_fidentity(int fd, struct stat *st)
{
	struct statx x = { 0 };
	int err = CHECKED(statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_UID | STATX_GID | STATX_INO, &x));

	*st = (struct stat){
		.st_dev = makedev(x.stx_dev_major, x.stx_dev_minor), .st_ino = x.stx_ino, .st_mode = x.stx_mode,
		.st_nlink = x.stx_nlink, .st_uid = x.stx_uid, .st_gid = x.stx_gid,
	};
	return err;
}

int host_fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	return CHECKED(fstatat(dirfd, path, st, flags));
}

int host_fstatfs(int fd, struct statfs *st)
{
	return RETRIED(fstatfs(fd, st));
}

int host_ftruncate(int fd, int64_t len)
{
	return RETRIED(ftruncate(fd, len));
}

int host_fsync(int fd, bool data_only)
{
	return RETRIED(data_only ? fdatasync(fd) : fsync(fd));
}

int host_fallocate(int fd, int mode, int64_t off, int64_t len)
{
	return RETRIED(fallocate(fd, mode, off, len));
}

int64_t host_lseek(int fd, int64_t off, int whence)
{
	return CHECKED(lseek(fd, off, whence));
}

ssize_t host_readlinkat(int dirfd, const char *path, char *buf, size_t n)
{
	return CHECKED(readlinkat(dirfd, path, buf, n));
}

int host_symlinkat(const char *target, int dirfd, const char *path)
{
	return CHECKED(symlinkat(target, dirfd, path));
}

int host_linkat(int olddir, const char *old, int newdir, const char *new_, int flags)
{
	return CHECKED(linkat(olddir, old, newdir, new_, flags));
}

int host_unlinkat(int dirfd, const char *path, int flags)
{
	return CHECKED(unlinkat(dirfd, path, flags));
}

int host_mkdirat(int dirfd, const char *path, mode_t mode)
{
	return CHECKED(mkdirat(dirfd, path, mode));
}

int host_renameat2(int olddir, const char *old, int newdir, const char *new_, unsigned flags)
{
	return CHECKED(renameat2(olddir, old, newdir, new_, flags));
}

int host_fchmod(int fd, mode_t mode)
{
	char self[32];

	if (fchmod(fd, mode) == 0)
		return 0;
	if (errno != EBADF)
		return -errno;
	/* An O_PATH descriptor: its magic link is the object itself, no name is walked. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return CHECKED(chmod(self, mode));
}

int host_utimensat(int dirfd, const char *path, const struct timespec ts[2], int flags)
{
	return CHECKED(utimensat(dirfd, path, ts, flags));
}

ssize_t host_getdents64(int fd, void *buf, size_t n)
{
	return CHECKED(getdents64(fd, buf, n));
}

int host_dup(int fd)
{
	return CHECKED(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

ssize_t host_fgetxattr(int fd, const char *name, void *buf, size_t n)
{
	return CHECKED(fgetxattr(fd, name, buf, n));
}

int host_fsetxattr(int fd, const char *name, const void *buf, size_t n, int flags)
{
	return CHECKED(fsetxattr(fd, name, buf, n, flags));
}

ssize_t host_flistxattr(int fd, char *buf, size_t n)
{
	return CHECKED(flistxattr(fd, buf, n));
}

int host_fremovexattr(int fd, const char *name)
{
	return CHECKED(fremovexattr(fd, name));
}

uint32_t host_fd_ready(int fd, uint32_t events)
{
	struct pollfd p = { .fd = fd, .events = (short)events };

	/* POLLx and EPOLLx are the same numbers. */
	return poll(&p, 1, 0) > 0 ? (uint32_t)(unsigned short)p.revents : 0;
}

int host_fd_flags(int fd)
{
	return CHECKED(fcntl(fd, F_GETFL));
}

int host_bytes_readable(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) < 0 ? -errno : n;
}
