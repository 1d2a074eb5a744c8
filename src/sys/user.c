/* What handlers share: values to and from guest memory, paths, descriptors, times, masks. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/time.h"
#include "base/alloc.h"

/* ---- values -------------------------------------------------------------------------- */

int put_user_u32(gva_t dst, uint32_t v)
{
	return put_user(dst, &v, sizeof(v));
}

int put_user_word(gva_t dst, uint64_t v)
{
	return put_user(dst, &v, current_is_32() ? 4 : 8);      /* both sides are little endian */
}

int get_user_word(gva_t src, uint64_t *v)
{
	*v = 0;
	return get_user(v, src, current_is_32() ? 4 : 8);
}

int get_user_grown(void *dst, size_t known, gva_t src, uint64_t size)
{
	if (size > PAGE_SIZE)
		return -E2BIG;
	memset(dst, 0, known);
	for (uint64_t at = known; at < size; at++) {
		uint8_t byte;

		if (get_user(&byte, src + at, 1))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return get_user(dst, src, MIN(size, (uint64_t)known));
}

/* ---- paths ----------------------------------------------------------------------------- */

/* Most paths are short: a small buffer on the stack, and only long ones go to the heap. */
int path_arg_get(struct path_arg *p, gva_t addr, bool empty_ok)
{
	int64_t len;

	p->text = p->buf;
	len = mm_copy_string(current_mm(), p->buf, addr, sizeof(p->buf));
	if (len == -ENAMETOOLONG) {
		p->text = xalloc(ABI_PATH_MAX);
		len = mm_copy_string(current_mm(), p->text, addr, ABI_PATH_MAX);
	}
	if (len == 0 && !empty_ok)
		len = -ENOENT;
	if (len < 0)
		path_arg_put(p);
	return len < 0 ? (int)len : 0;
}

void path_arg_put(struct path_arg *p)
{
	if (p->text != p->buf)
		free(p->text);
	p->text = p->buf;
}

/* ---- descriptors -------------------------------------------------------------------------- */

struct file *fd_get(int fd)
{
	struct file *f = files_lookup(current()->files, fd);

	return f ? file_get(f) : NULL;
}

struct file *fd_get_io(int fd)
{
	struct file *f = files_lookup(current()->files, fd);

	return f && !(f->flags & ABI_O_PATH) ? file_get(f) : NULL;
}

int fd_install(struct file *f, bool cloexec)
{
	int fd = files_install(current()->files, f, 0, cloexec,
			       task_rlimit(current(), ABI_RLIMIT_NOFILE));

	if (fd < 0)
		file_put(f);
	return fd;
}

int fd_room(void)
{
	return files_have_room(current()->files, task_rlimit(current(), ABI_RLIMIT_NOFILE)) ? 0 : -EMFILE;
}

int dirfd_get(int dirfd, const char *path, struct file **dir)
{
	*dir = NULL;
	if (dirfd == ABI_AT_FDCWD || path[0] == '/')
		return 0;
	*dir = fd_get(dirfd);
	return *dir ? 0 : -EBADF;
}

void dirfd_put(struct file *dir)
{
	if (dir)
		file_put(dir);
}

int user_path_at(int dirfd, gva_t path, unsigned at_flags, struct path *out)
{
	unsigned walk = (at_flags & ABI_AT_SYMLINK_NOFOLLOW ? WALK_NOFOLLOW : 0) |
			(at_flags & ABI_AT_EMPTY_PATH ? WALK_EMPTY_OK : 0);
	struct path_arg p;
	struct file *dir;
	int err = path_arg_get(&p, path, at_flags & ABI_AT_EMPTY_PATH);

	if (err)
		return err;
	err = dirfd_get(dirfd, p.text, &dir);
	if (!err && dir && !p.text[0]) {
		*out = file_place(dir);       /* any descriptor, not only a directory */
		dirfd_put(dir);
	} else if (!err) {
		err = vfs_lookup(task_walker(dir), p.text, walk, out);
		dirfd_put(dir);
	}
	path_arg_put(&p);
	return err;
}

/* ---- times ------------------------------------------------------------------------------------ */

/* RV32's libcs zero the upper half of tv_nsec; Linux ignores it for 32-bit callers
 * (kernel/time/time.c, get_timespec64). */
int get_timespec(gva_t addr, uint64_t *ns)
{
	struct abi_timespec64 ts;

	if (get_user(&ts, addr, sizeof(ts)))
		return -EFAULT;
	if (current_is_32())
		ts.nsec = (int64_t)((uint64_t)ts.nsec & UINT32_MAX);
	if (ts.sec < 0 || ts.nsec < 0 || ts.nsec >= NSEC_PER_SEC)
		return -EINVAL;
	*ns = ts.sec >= INT64_MAX / NSEC_PER_SEC ? (uint64_t)INT64_MAX
						 : (uint64_t)(ts.sec * NSEC_PER_SEC + ts.nsec);
	return 0;
}

int put_timespec(gva_t addr, uint64_t ns)
{
	struct abi_timespec64 ts = { (int64_t)(ns / NSEC_PER_SEC), (int64_t)(ns % NSEC_PER_SEC) };

	return put_user(addr, &ts, sizeof(ts));
}

int get_deadline(gva_t addr, uint64_t *deadline_ns)
{
	uint64_t ns;
	int err;

	*deadline_ns = WAIT_FOREVER;
	if (!addr)
		return 0;
	err = get_timespec(addr, &ns);
	if (!err && ns < (uint64_t)INT64_MAX)
		*deadline_ns = ns ? sched_clock_ns() + ns : 0;
	return err;
}

/* ---- signal masks ---------------------------------------------------------------------------------- */

int get_sigset(gva_t addr, uint64_t *set)
{
	return get_user(set, addr, sizeof(*set));
}

int put_sigset(gva_t addr, uint64_t set)
{
	return put_user(addr, &set, sizeof(set));
}

int sigmask_swap(gva_t mask, uint64_t sigsetsize)
{
	struct task *t = current();
	uint64_t set;

	if (!mask)
		return 0;
	if (sigsetsize != sizeof(set))
		return -EINVAL;
	if (get_sigset(mask, &set))
		return -EFAULT;
	t->saved_blocked = t->blocked;
	t->restore_blocked = true;
	signal_set_blocked(t, set);
	return 0;
}

/* A handler must see the temporary mask's effect: then the saved one comes back with the
 * handler's return (restore_blocked stays set). Otherwise it is put back here
 * (Linux restore_saved_sigmask_unless). */
void sigmask_restore(int64_t ret)
{
	struct task *t = current();

	if (!t->restore_blocked || ret == -ERESTARTNOHAND || ret == -ERESTARTSYS ||
	    ret == -EINTR || ret == -ERESTART_RESTARTBLOCK)
		return;
	t->restore_blocked = false;
	signal_set_blocked(t, t->saved_blocked);
}

/* ---- usage -------------------------------------------------------------------------------------------- */

int put_rusage(gva_t addr, const struct rusage_k *r)
{
	uint64_t u = r->utime_ns / 1000, s = r->stime_ns / 1000;

	if (current_is_32()) {
		struct abi_rusage32 w = {
			.utime = { (int32_t)(u / 1000000), (int32_t)(u % 1000000) },
			.stime = { (int32_t)(s / 1000000), (int32_t)(s % 1000000) },
			.maxrss = (int32_t)r->maxrss_kb, .minflt = (int32_t)r->min_flt,
			.majflt = (int32_t)r->maj_flt, .inblock = (int32_t)r->inblock,
			.oublock = (int32_t)r->oublock, .nvcsw = (int32_t)r->nvcsw,
			.nivcsw = (int32_t)r->nivcsw,
		};
		return put_user(addr, &w, sizeof(w));
	}
	struct abi_rusage64 w = {
		.utime = { (int64_t)(u / 1000000), (int64_t)(u % 1000000) },
		.stime = { (int64_t)(s / 1000000), (int64_t)(s % 1000000) },
		.maxrss = (int64_t)r->maxrss_kb, .minflt = (int64_t)r->min_flt,
		.majflt = (int64_t)r->maj_flt, .inblock = (int64_t)r->inblock,
		.oublock = (int64_t)r->oublock, .nvcsw = (int64_t)r->nvcsw,
		.nivcsw = (int64_t)r->nivcsw,
	};
	return put_user(addr, &w, sizeof(w));
}

/* ---- siginfo ---------------------------------------------------------------------------------------- */

int put_siginfo(gva_t addr, const struct abi_siginfo *info)
{
	if (current_is_32()) {
		struct abi_siginfo32 w;

		abi_siginfo_to32(info, &w);
		return put_user(addr, &w, sizeof(w));
	}
	struct abi_siginfo64 w;
	abi_siginfo_to64(info, &w);
	return put_user(addr, &w, sizeof(w));
}
