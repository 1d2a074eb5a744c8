/* Descriptors: duplicating, closing, fcntl, ioctl, and files that are made without a name. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/socket.h"
#include "abi/stat.h"
#include "abi/tty.h"
#include "net/net.h"

int64_t sys_close(int fd)
{
	return files_close(current()->files, fd);
}

enum { CLOSE_RANGE_UNSHARE = 2, CLOSE_RANGE_CLOEXEC = 4 };

int64_t sys_close_range(uint32_t first, uint32_t last, uint32_t flags)
{
	struct task *t = current();
	struct files *copy;
	int err;

	if ((flags & ~(uint32_t)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) || first > last)
		return -EINVAL;
	if ((flags & CLOSE_RANGE_UNSHARE) && files_count_refs(t->files) > 1) {
		err = files_copy(t->files, &copy);
		if (err)
			return err;
		files_put(t->files);
		t->files = copy;
	}
	return files_close_range(t->files, first, last, flags & CLOSE_RANGE_CLOEXEC);
}

int64_t sys_dup(int oldfd)
{
	struct file *f = fd_get(oldfd);

	return f ? fd_install(f, false) : -EBADF;
}

int64_t sys_dup3(int oldfd, int newfd, uint32_t flags)
{
	struct file *f;
	int err;

	if (flags & ~(uint32_t)ABI_O_CLOEXEC || oldfd == newfd)
		return -EINVAL;
	if (newfd < 0 || (uint64_t)newfd >= task_rlimit(current(), ABI_RLIMIT_NOFILE))
		return -EBADF;
	f = fd_get(oldfd);
	if (!f)
		return -EBADF;
	err = files_replace(current()->files, newfd, f, flags & ABI_O_CLOEXEC);
	if (err < 0)
		file_put(f);
	return err < 0 ? err : newfd;
}

/* ---- fcntl ----------------------------------------------------------------------------- */

static int64_t dup_from(struct file *f, uint64_t min, bool cloexec)
{
	uint64_t limit = task_rlimit(current(), ABI_RLIMIT_NOFILE);
	int fd;

	if (min >= limit || min > INT32_MAX)
		return -EINVAL;
	fd = files_install(current()->files, file_get(f), (int)min, cloexec, limit);
	if (fd < 0)
		file_put(f);
	return fd;
}

static int64_t set_status_flags(struct file *f, int fd, uint64_t arg)
{
	const struct cred *who = current()->cred;

	/* As at open(2) (setfl). */
	if ((arg & ~f->flags & ABI_O_NOATIME) && who->fsuid != f->inode->uid && !inode_capable(who, f->inode, ABI_CAP_FOWNER))
		return -EPERM;
	if ((f->flags ^ arg) & ABI_O_ASYNC) {
		if (file_set_async(f, fd, arg & ABI_O_ASYNC))
			arg &= ~(uint64_t)ABI_O_ASYNC;        /* most files have no such thing, and the flag stays off */
	}
	f->flags = (f->flags & ~(uint32_t)ABI_O_SETFL) | ((uint32_t)arg & ABI_O_SETFL);
	return 0;
}

/* struct flock of RV64; RV32's F_*LK64 take struct flock64, which is laid out alike; RV32's
 * plain F_*LK have 32-bit fields. */
struct abi_flock64 { int16_t type, whence; uint32_t pad; int64_t start, len; int32_t pid; uint32_t pad2; };
struct abi_flock32 { int16_t type, whence; int32_t start, len, pid; };

/* A record as the guest writes it: whence, and a length that may be negative or 0 (to the end). */
struct guest_flock { int type, whence, pid; int64_t start, len; };

static int get_flock(gva_t addr, bool narrow, struct guest_flock *l)
{
	if (narrow) {
		struct abi_flock32 w;

		if (get_user(&w, addr, sizeof(w)))
			return -EFAULT;
		*l = (struct guest_flock){ w.type, w.whence, w.pid, w.start, w.len };
		return 0;
	}
	struct abi_flock64 w;
	if (get_user(&w, addr, sizeof(w)))
		return -EFAULT;
	*l = (struct guest_flock){ w.type, w.whence, w.pid, w.start, w.len };
	return 0;
}

static int put_flock(gva_t addr, bool narrow, const struct guest_flock *l)
{
	if (narrow) {
		struct abi_flock32 w = { .type = (int16_t)l->type, .whence = (int16_t)l->whence,
					 .start = (int32_t)l->start, .len = (int32_t)l->len, .pid = l->pid };
		return put_user(addr, &w, sizeof(w));
	}
	struct abi_flock64 w = { .type = (int16_t)l->type, .whence = (int16_t)l->whence,
				 .start = l->start, .len = l->len, .pid = l->pid };
	return put_user(addr, &w, sizeof(w));
}

/* (whence, start, len) -> [start, end], as Linux flock64_to_posix_lock: a negative length
 * counts backwards, zero means to the end of the file. */
static int flock_range(struct file *f, const struct guest_flock *l, struct lock_request *r)
{
	struct kstat k = { 0 };
	int64_t start, end = INT64_MAX;
	int err = l->whence == ABI_SEEK_END ? file_stat(f, &k) : 0;

	if (err)
		return err;
	if (l->whence < ABI_SEEK_SET || l->whence > ABI_SEEK_END)
		return -EINVAL;
	start = l->whence == ABI_SEEK_CUR ? (int64_t)f->pos : (int64_t)k.size;
	if (__builtin_add_overflow(start, l->start, &start))
		return -EOVERFLOW;
	if (l->len > 0 && __builtin_add_overflow(start, l->len - 1, &end))
		return -EOVERFLOW;
	if (l->len < 0) {
		end = start - 1;
		start += l->len;
	}
	if (start < 0)
		return -EINVAL;
	r->start = (uint64_t)start;
	r->end = end == INT64_MAX ? UINT64_MAX : (uint64_t)end;
	return 0;
}

/* F_GETLK: who is in the way, or F_UNLCK. */
static int64_t test_lock(struct file *f, gva_t addr, bool narrow, struct guest_flock *l, const struct lock_request *r)
{
	struct lock_request b;

	if (!file_lock_test(f, r, &b)) {
		l->type = ABI_F_UNLCK;
		return put_flock(addr, narrow, l);
	}
	*l = (struct guest_flock){ .type = b.type, .whence = ABI_SEEK_SET, .pid = pid_show(b.pid),
				   .start = (int64_t)b.start,
				   .len = b.end == UINT64_MAX ? 0 : (int64_t)(b.end - b.start + 1) };
	return put_flock(addr, narrow, l);
}

static int64_t record_lock(struct file *f, int cmd, gva_t addr)
{
	bool ofd = cmd >= ABI_F_OFD_GETLK && cmd <= ABI_F_OFD_SETLKW;
	bool narrow = current_is_32() && cmd <= ABI_F_SETLKW;
	bool test = cmd == ABI_F_GETLK || cmd == ABI_F_GETLK64 || cmd == ABI_F_OFD_GETLK;
	uint32_t mode = f->flags & ABI_O_ACCMODE;
	struct lock_request r = {
		.kind = ofd ? LOCK_OFD : LOCK_POSIX, .table = current()->files,
		.pid = ofd ? -1 : current()->proc->pid,
		.wait = cmd == ABI_F_SETLKW || cmd == ABI_F_SETLKW64 || cmd == ABI_F_OFD_SETLKW,
	};
	struct guest_flock l;
	int err = get_flock(addr, narrow, &l);

	if (err)
		return err;
	if ((ofd && l.pid) || l.type < ABI_F_RDLCK || l.type > ABI_F_UNLCK || (test && l.type == ABI_F_UNLCK))
		return -EINVAL;
	err = flock_range(f, &l, &r);
	if (err)
		return err;
	r.type = l.type;
	if (test)
		return test_lock(f, addr, narrow, &l, &r);
	if ((l.type == ABI_F_RDLCK && mode == ABI_O_WRONLY) || (l.type == ABI_F_WRLCK && mode == ABI_O_RDONLY))
		return -EBADF;
	return file_lock(f, &r);
}

static int64_t set_owner_signal(struct file *f, uint64_t arg)
{
	if (arg > ABI_NSIG)
		return -EINVAL;
	f->owner.signo = (int)arg;
	return 0;
}

/* A lease may always be refused as if somebody else had the file open (fcntl(2), F_SETLEASE). */
static int64_t refuse_lease(struct file *f, uint64_t type)
{
	const struct cred *who = current()->cred;

	if (type > ABI_F_UNLCK)
		return -EINVAL;
	if (who->fsuid != f->inode->uid && !task_capable(current(), ABI_CAP_LEASE))
		return -EACCES;
	return (f->inode->mode & S_IFMT) == S_IFREG ? -EAGAIN : -EINVAL;
}

/* A group is negative. */
static int64_t set_owner(struct file *f, int who)
{
	if (who == INT32_MIN)
		return -EINVAL;
	return file_owner_set(f, who < 0 ? ABI_F_OWNER_PGRP : ABI_F_OWNER_PID, who < 0 ? -who : who);
}

static int64_t get_owner(const struct file *f)
{
	int shown = file_owner_show(f);

	return f->owner.type == ABI_F_OWNER_PGRP ? -shown : shown;
}

struct f_owner_ex { int32_t type, pid; };

static int64_t set_owner_ex(struct file *f, gva_t addr)
{
	struct f_owner_ex ex;

	if (get_user(&ex, addr, sizeof(ex)))
		return -EFAULT;
	if (ex.type < ABI_F_OWNER_TID || ex.type > ABI_F_OWNER_PGRP)
		return -EINVAL;
	return file_owner_set(f, ex.type, ex.pid);
}

static int64_t get_owner_ex(struct file *f, gva_t addr)
{
	struct f_owner_ex ex = { f->owner.type, file_owner_show(f) };

	return put_user(addr, &ex, sizeof(ex));
}

/* fs/fcntl.c fcntl_{get,set}_rw_hint. No store here treats data by how long it will live. */
enum { RWH_WRITE_LIFE_EXTREME = 5 };

static int64_t get_rw_hint(const struct file *f, gva_t addr)
{
	uint64_t hint = f->inode->rw_hint;

	return put_user(addr, &hint, sizeof(hint));
}

static int64_t set_rw_hint(struct file *f, gva_t addr)
{
	uint64_t hint;

	if (current()->cred->fsuid != f->inode->uid && !inode_capable(current()->cred, f->inode, ABI_CAP_FOWNER))
		return -EPERM;
	if (get_user(&hint, addr, sizeof(hint)))
		return -EFAULT;
	if (hint > RWH_WRITE_LIFE_EXTREME)
		return -EINVAL;
	f->inode->rw_hint = (uint8_t)hint;
	return 0;
}

/* Who asks is told, if nobody was named before (fcntl_dirnotify). */
static int64_t notify_directory(struct file *f, int fd, uint32_t what)
{
	int err = dnotify_set(f, current()->files, fd, what);

	if (!err && !f->owner.pid && (what & ~(uint32_t)ABI_DN_MULTISHOT))
		err = file_owner_set(f, ABI_F_OWNER_PID, current()->proc->own_pid);
	return err;
}

static int64_t fcntl_file(struct file *f, int fd, int cmd, uint64_t arg)
{
	struct files *files = current()->files;

	switch (cmd) {
	case ABI_F_DUPFD:         return dup_from(f, arg, false);
	case ABI_F_DUPFD_CLOEXEC: return dup_from(f, arg, true);
	case ABI_F_DUPFD_QUERY:   return files_lookup(files, (int)arg) ? files_lookup(files, (int)arg) == f : -EBADF;
	case ABI_F_CREATED_QUERY: return f->created;
	case ABI_F_GETFD:         return files_cloexec(files, fd);
	case ABI_F_SETFD:         return files_set_cloexec(files, fd, arg & ABI_FD_CLOEXEC);
	case ABI_F_GETFL:         return f->flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_CREAT | ABI_O_EXCL | ABI_O_NOCTTY | ABI_O_TRUNC);
	default:                  break;
	}
	if (f->flags & ABI_O_PATH)
		return -EBADF;
	switch (cmd) {
	case ABI_F_SETFL:         return set_status_flags(f, fd, arg);
	case ABI_F_SETOWN:        return set_owner(f, (int)arg);
	case ABI_F_GETOWN:        return get_owner(f);
	case ABI_F_SETSIG:        return set_owner_signal(f, arg);
	case ABI_F_GETSIG:        return f->owner.signo;
	case ABI_F_GETLK: case ABI_F_SETLK: case ABI_F_SETLKW:
	case ABI_F_OFD_GETLK: case ABI_F_OFD_SETLK: case ABI_F_OFD_SETLKW:
		return record_lock(f, cmd, arg);
	case ABI_F_GETLK64: case ABI_F_SETLK64: case ABI_F_SETLKW64:
		return current_is_32() ? record_lock(f, cmd, arg) : -EINVAL;
	case ABI_F_SETPIPE_SZ:    return pipe_set_size(f, (uint32_t)arg, current()->cred);
	case ABI_F_GETPIPE_SZ:    return pipe_size(f);
	case ABI_F_ADD_SEALS:     return memfd_add_seals(f, (uint32_t)arg);
	case ABI_F_GET_SEALS:     return memfd_get_seals(f);
	case ABI_F_SETLEASE:      return refuse_lease(f, arg);
	case ABI_F_GETLEASE:      return ABI_F_UNLCK;
	case ABI_F_NOTIFY:        return notify_directory(f, fd, (uint32_t)arg);
	case ABI_F_SETOWN_EX:     return set_owner_ex(f, arg);
	case ABI_F_GETOWN_EX:     return get_owner_ex(f, arg);
	case ABI_F_GET_RW_HINT:   return get_rw_hint(f, arg);
	case ABI_F_SET_RW_HINT:   return set_rw_hint(f, arg);
	default:                  return -EINVAL;
	}
}

int64_t sys_fcntl(int fd, int cmd, uint64_t arg)
{
	struct file *f = fd_get(fd);
	int64_t ret;

	if (!f)
		return -EBADF;
	ret = fcntl_file(f, fd, cmd, arg);
	file_put(f);
	return ret;
}

/* Mandatory locks are gone; who asks for one is told that all is well (fs/locks.c). */
enum { LOCK_MAND = 32 };

int64_t sys_flock(int fd, uint32_t operation)
{
	static const int types[] = { [ABI_LOCK_SH] = ABI_F_RDLCK, [ABI_LOCK_EX] = ABI_F_WRLCK,
				     [ABI_LOCK_UN] = ABI_F_UNLCK };
	uint32_t op = operation & ~(uint32_t)ABI_LOCK_NB;
	struct lock_request r = { .kind = LOCK_FLOCK, .end = UINT64_MAX, .pid = current()->proc->pid,
				  .wait = !(operation & ABI_LOCK_NB) };
	struct file *f;
	int64_t ret;

	if (operation & LOCK_MAND)
		return 0;
	if (op != ABI_LOCK_SH && op != ABI_LOCK_EX && op != ABI_LOCK_UN)
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	r.type = types[op];
	ret = file_lock(f, &r);
	file_put(f);
	return ret;
}

/* ---- ioctl -------------------------------------------------------------------------------- */

/* The other end of a pseudo terminal, as a new descriptor. */
static int64_t ioctl_peer(struct file *f, uint32_t flags, gva_t arg)
{
	struct file *peer;
	int err = pty_open_peer(f, flags, current()->cred, &peer);

	if (err == -ENOTTY)
		return file_ioctl(f, ABI_TIOCGPTPEER, arg, current_mm());
	return err ? err : fd_install(peer, flags & ABI_O_CLOEXEC);
}

/* fcntl's F_SETOWN and F_GETOWN, as sockets have had them from the beginning (sock_ioctl). */
static int64_t ioctl_owner(struct file *f, uint32_t request, gva_t arg)
{
	int32_t who;

	if (request == ABI_FIOGETOWN || request == ABI_SIOCGPGRP) {
		who = (int32_t)get_owner(f);
		return put_user(arg, &who, sizeof(who));
	}
	return get_user(&who, arg, sizeof(who)) ? -EFAULT : set_owner(f, who);
}

static bool is_about_owner(const struct file *f, uint32_t request)
{
	return request >= ABI_FIOSETOWN && request <= ABI_SIOCGPGRP && net_is_socket(f);
}

int64_t sys_ioctl(int fd, uint32_t request, gva_t arg)
{
	struct file *f = fd_get_io(fd);
	uint32_t before;
	int64_t ret;

	if (!f)
		return -EBADF;
	before = f->flags;
	if (request == ABI_FIOCLEX || request == ABI_FIONCLEX)
		ret = files_set_cloexec(current()->files, fd, request == ABI_FIOCLEX);
	else if (request == ABI_TIOCGPTPEER)
		ret = ioctl_peer(f, (uint32_t)arg, arg);
	else if (is_about_owner(f, request))
		ret = ioctl_owner(f, request, arg);
	else
		ret = file_ioctl(f, request, arg, current_mm());
	if (request == ABI_FIOASYNC && !ret && f->flags != before) {
		ret = file_set_async(f, fd, f->flags & ABI_O_ASYNC);
		if (ret)
			f->flags &= ~(uint32_t)ABI_O_ASYNC;
	}
	file_put(f);
	return ret;
}

/* ---- files without a name ---------------------------------------------------------------------- */

/* Both ends into the table and their numbers to the guest, or nothing at all. */
int64_t fd_install_pair(struct file *ends[2], bool cloexec, gva_t out)
{
	int fds[2];

	fds[0] = fd_install(ends[0], cloexec);
	if (fds[0] < 0) {
		file_put(ends[1]);
		return fds[0];
	}
	fds[1] = fd_install(ends[1], cloexec);
	if (fds[1] >= 0 && !put_user(out, fds, sizeof(fds)))
		return 0;
	files_close(current()->files, fds[0]);
	if (fds[1] < 0)
		return fds[1];
	files_close(current()->files, fds[1]);
	return -EFAULT;
}

int64_t sys_pipe2(gva_t pipefd, uint32_t flags)
{
	struct file *ends[2];
	int err;

	if (flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_NONBLOCK | ABI_O_DIRECT))
		return -EINVAL;
	err = pipe_create(flags, current()->cred, ends);
	return err ? err : fd_install_pair(ends, flags & ABI_O_CLOEXEC, pipefd);
}

int64_t sys_eventfd2(uint32_t initval, uint32_t flags)
{
	struct file *f;
	int err;

	if (flags & ~(uint32_t)(ABI_EFD_SEMAPHORE | ABI_EFD_CLOEXEC | ABI_EFD_NONBLOCK))
		return -EINVAL;
	err = eventfd_create(initval, flags, current()->cred, &f);
	return err ? err : fd_install(f, flags & ABI_EFD_CLOEXEC);
}

enum { MEMFD_NAME_MAX = ABI_NAME_MAX - 6 };      /* less "memfd:" */

int64_t sys_memfd_create(gva_t uname, uint32_t flags)
{
	char name[MEMFD_NAME_MAX + 1];
	struct file *f;
	int64_t err;

	if (flags & ~(uint32_t)(ABI_MFD_CLOEXEC | ABI_MFD_ALLOW_SEALING | ABI_MFD_NOEXEC_SEAL | ABI_MFD_EXEC) ||
	    (flags & (ABI_MFD_NOEXEC_SEAL | ABI_MFD_EXEC)) == (ABI_MFD_NOEXEC_SEAL | ABI_MFD_EXEC))
		return -EINVAL;
	err = mm_copy_string(current_mm(), name, uname, sizeof(name));
	if (err < 0)
		return err == -ENAMETOOLONG ? -EINVAL : err;
	err = memfd_create_file(name, flags, current()->cred, &f);
	return err ? err : fd_install(f, flags & ABI_MFD_CLOEXEC);
}
