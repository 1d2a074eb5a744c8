/* Looking into other processes: ptrace, process_vm_readv and writev, kcmp, and what pidfds allow. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/ptrace.h"
#include "base/alloc.h"

int64_t sys_ptrace(int64_t request, int pid, uint64_t addr, uint64_t data)
{
	return kernel_ptrace(request, pid, addr, data);
}

/* ---- process_vm_readv, process_vm_writev ------------------------------------------------ */

struct vec { gva_t base; uint64_t len; };
enum { VEC_MAX = 1024 };

static int get_vec(gva_t addr, uint64_t n, struct vec **out)
{
	unsigned size = current_is_32() ? 4 : 8;
	struct vec *v;

	*out = NULL;
	if (n > VEC_MAX)
		return -EINVAL;
	v = xalloc((n + 1) * sizeof(*v));
	for (uint64_t i = 0; i < n; i++) {
		if (get_user_word(addr + i * 2 * size, &v[i].base) || get_user_word(addr + (i * 2 + 1) * size, &v[i].len)) {
			free(v);
			return -EFAULT;
		}
		if ((int64_t)v[i].len < 0) {
			free(v);
			return -EINVAL;
		}
	}
	*out = v;
	return 0;
}

/* Bytes that both sides agree on, a page or less at a time; stops at the first fault. */
static int64_t move(struct mm *other, struct vec *local, uint64_t nl, struct vec *remote, uint64_t nr, bool write)
{
	uint8_t page[PAGE_SIZE];
	uint64_t l = 0, r = 0;
	int64_t done = 0;

	for (;;) {
		uint64_t n;

		while (l < nl && !local[l].len)
			l++;
		while (r < nr && !remote[r].len)
			r++;
		if (l == nl || r == nr)
			return done;
		n = MIN(MIN(local[l].len, remote[r].len), PAGE_SIZE - (remote[r].base & PAGE_MASK));
		if (write ? get_user(page, local[l].base, n) || mm_copy_to(other, remote[r].base, page, n)
			  : mm_copy_from(other, page, remote[r].base, n) || put_user(local[l].base, page, n))
			return done ? done : -EFAULT;
		local[l].base += n;
		local[l].len -= n;
		remote[r].base += n;
		remote[r].len -= n;
		done += (int64_t)n;
	}
}

static int64_t process_vm(int pid, gva_t lvec, uint64_t liovcnt, gva_t rvec, uint64_t riovcnt, uint64_t flags, bool write)
{
	struct vec *local = NULL, *remote = NULL;
	struct task *t;
	int64_t ret;

	if (flags)
		return -EINVAL;
	ret = get_vec(lvec, liovcnt, &local);
	if (!ret)
		ret = get_vec(rvec, riovcnt, &remote);
	if (!ret && riovcnt) {
		t = task_find(pid_mean(pid));
		ret = !t || !t->mm ? -ESRCH : task_may_access(current(), t, true);
		if (!ret) {
			struct mm *mm = t->mm;

			mm_get(mm);
			ret = move(mm, local, liovcnt, remote, riovcnt, write);
			mm_put(mm);
		}
	}
	free(local);
	free(remote);
	return ret;
}

int64_t sys_process_vm_readv(int pid, gva_t lvec, uint64_t liovcnt, gva_t rvec, uint64_t riovcnt, uint64_t flags)
{
	return process_vm(pid, lvec, liovcnt, rvec, riovcnt, flags, false);
}

int64_t sys_process_vm_writev(int pid, gva_t lvec, uint64_t liovcnt, gva_t rvec, uint64_t riovcnt, uint64_t flags)
{
	return process_vm(pid, lvec, liovcnt, rvec, riovcnt, flags, true);
}

/* ---- kcmp --------------------------------------------------------------------------------------- */

enum { KCMP_FILE, KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM, KCMP_EPOLL_TFD };

/* 0 equal, 1 less, 2 greater. The order is that of the addresses, as on Linux, but through a
 * multiplication, so that a guest learns nothing about the host. */
static int64_t compare(const void *a, const void *b)
{
	const uint64_t mix = 0x9e3779b97f4a7c15;
	uint64_t x = (uint64_t)(uintptr_t)a * mix, y = (uint64_t)(uintptr_t)b * mix;

	return (x < y) | (x > y) << 1;
}

int64_t sys_kcmp(int pid1, int pid2, int type, uint64_t idx1, uint64_t idx2)
{
	struct task *a = task_find(pid_mean(pid1)), *b = task_find(pid_mean(pid2));
	struct file *f, *g;

	if (!a || !b)
		return -ESRCH;
	if (task_may_access(current(), a, true) || task_may_access(current(), b, true))
		return -EPERM;
	switch (type) {
	case KCMP_FILE:
		f = a->files ? files_lookup(a->files, (int)idx1) : NULL;
		g = b->files ? files_lookup(b->files, (int)idx2) : NULL;
		return f && g ? compare(f, g) : -EBADF;
	case KCMP_VM:      return compare(a->mm, b->mm);
	case KCMP_FILES:   return compare(a->files, b->files);
	case KCMP_FS:      return compare(a->fs, b->fs);
	case KCMP_SIGHAND: return compare(a->proc->sighand, b->proc->sighand);
	case KCMP_IO:
	case KCMP_SYSVSEM: return 0;             /* no such contexts: all have the same none */
	case KCMP_EPOLL_TFD: return -EOPNOTSUPP;
	default:           return -EINVAL;
	}
}

/* ---- through a pidfd --------------------------------------------------------------------------------- */

static struct process *process_of_pidfd(int pidfd, struct file **f)
{
	struct process *p;

	*f = fd_get(pidfd);
	p = *f ? pidfd_process(*f) : NULL;
	if (!p && *f)
		file_put(*f);
	return p;
}

int64_t sys_pidfd_getfd(int pidfd, int targetfd, uint32_t flags)
{
	struct file *f, *theirs;
	struct process *p;
	struct task *t;
	int64_t ret;

	if (flags)
		return -EINVAL;
	p = process_of_pidfd(pidfd, &f);
	if (!p)
		return -EBADF;
	t = p->zombie || p->reaped ? NULL : p->leader;
	ret = !t || !t->files ? -ESRCH : task_may_access(current(), t, true);
	if (!ret) {
		theirs = files_lookup(t->files, targetfd);
		ret = theirs ? fd_install(file_get(theirs), true) : -EBADF;
	}
	file_put(f);
	return ret;
}

enum { ADVISE_COLD = 20, ADVISE_PAGEOUT = 21, ADVISE_WILLNEED = 3, ADVISE_COLLAPSE = 25 };

/* Hints about memory that is in use; none of them changes what a process sees. */
int64_t sys_process_madvise(int pidfd, gva_t vec, uint64_t vlen, int advice, uint32_t flags)
{
	struct vec *v = NULL;
	struct process *p;
	struct file *f;
	int64_t ret;

	if (flags)
		return -EINVAL;
	ret = get_vec(vec, vlen, &v);
	if (ret)
		return ret;
	p = process_of_pidfd(pidfd, &f);
	if (!p) {
		free(v);
		return -EBADF;
	}
	if (p->zombie || p->reaped || !p->leader->mm)
		ret = -ESRCH;
	else if (advice != ADVISE_COLD && advice != ADVISE_PAGEOUT && advice != ADVISE_WILLNEED && advice != ADVISE_COLLAPSE)
		ret = -EINVAL;
	else if (task_may_access(current(), p->leader, false))
		ret = -EPERM;
	for (uint64_t i = 0; ret >= 0 && i < vlen; i++)
		ret += (int64_t)v[i].len;
	file_put(f);
	free(v);
	return ret;
}

/* A process that is being killed gives its memory back by itself, at once. */
int64_t sys_process_mrelease(int pidfd, uint32_t flags)
{
	struct process *p;
	struct file *f;
	int64_t ret;

	if (flags)
		return -EINVAL;
	p = process_of_pidfd(pidfd, &f);
	if (!p)
		return -EBADF;
	ret = p->zombie || p->reaped ? -ESRCH : p->group_exit ? 0 : -EINVAL;
	file_put(f);
	return ret;
}
