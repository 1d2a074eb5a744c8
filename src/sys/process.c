/* Processes: clone, exec, exit, wait, groups, limits, usage, scheduling parameters, prctl. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/time.h"
#include "base/alloc.h"

/* ---- clone ------------------------------------------------------------------------------ */

/* Argument order of CONFIG_CLONE_BACKWARDS, which RISC-V selects. */
int64_t sys_clone(uint64_t flags, gva_t stack, gva_t parent_tid, gva_t tls, gva_t child_tid)
{
	struct clone_request r = {
		.flags = (uint32_t)flags & ~(uint64_t)CSIGNAL, .exit_signal = (int)(flags & CSIGNAL),
		.stack = stack, .tls = tls, .child_tid = child_tid, .parent_tid = parent_tid,
	};

	/* The old call returns the pidfd where the parent's tid would go. */
	if (flags & CLONE_PIDFD) {
		if (flags & (CLONE_PARENT_SETTID | CLONE_DETACHED))
			return -EINVAL;
		r.pidfd = parent_tid;
	}
	return kernel_clone(&r);
}

static int check_clone_args(const struct abi_clone_args *a)
{
	if (a->flags & ((CSIGNAL & ~CLONE_NEWTIME) | CLONE_DETACHED) || a->exit_signal & ~(uint64_t)CSIGNAL ||
	    a->exit_signal > ABI_NSIG)
		return -EINVAL;
	if (a->set_tid_size > 32 || !a->set_tid != !a->set_tid_size)
		return -EINVAL;
	if (!a->stack != !a->stack_size)
		return -EINVAL;
	if ((a->flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)) == (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return -EINVAL;
	return a->flags & CLONE_INTO_CGROUP ? -EBADF : 0;
}

int64_t sys_clone3(gva_t cl_args, uint64_t size)
{
	struct abi_clone_args a;
	uint32_t set_tid = 0;
	int err;

	if (size < ABI_CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	err = get_user_grown(&a, sizeof(a), cl_args, size);
	if (!err)
		err = check_clone_args(&a);
	if (!err && a.set_tid)
		err = a.set_tid_size != 1 ? -EINVAL : get_user(&set_tid, a.set_tid, sizeof(set_tid));
	if (!err && a.set_tid && ((int)set_tid <= 0 || !task_capable(current(), ABI_CAP_SYS_ADMIN)))
		err = (int)set_tid <= 0 ? -EINVAL : -EPERM;
	if (err)
		return err;
	struct clone_request r = {
		.flags = a.flags, .exit_signal = (int)a.exit_signal,
		.stack = a.stack ? a.stack + a.stack_size : 0, .tls = a.tls,
		.child_tid = a.child_tid, .parent_tid = a.parent_tid, .pidfd = a.pidfd,
		.set_tid = (int)set_tid,
	};
	return kernel_clone(&r);
}

int64_t sys_unshare(uint32_t flags)
{
	const uint32_t spaces = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
				CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWTIME;
	struct task *t = current();
	struct fs *own_fs = NULL;
	int err = 0;

	if (flags & ~(spaces | CLONE_FS | CLONE_FILES | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM))
		return -EINVAL;
	if (flags & CLONE_NEWUSER)
		flags |= CLONE_THREAD | CLONE_FS;
	if (flags & CLONE_NEWNS)
		flags |= CLONE_FS;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && t->proc->nr_tasks > 1)
		return -EINVAL;
	if ((flags & CLONE_FS) && t->fs->refs > 1) {
		own_fs = t->fs;
		t->fs = fs_copy(own_fs);
	}
	if (flags & spaces)
		err = kernel_unshare_ns(flags);
	if (err) {
		if (own_fs) {
			fs_put(t->fs);
			t->fs = own_fs;
		}
		return err;
	}
	fs_put(own_fs);
	if (flags & CLONE_FILES) {
		struct files *copy;

		err = files_copy(t->files, &copy);
		if (err)
			return err;
		files_put(t->files);
		t->files = copy;
	}
	return 0;
}

int64_t sys_setns(int fd, uint32_t flags)
{
	struct file *f = fd_get_io(fd);
	int err;

	if (!f)
		return -EBADF;
	err = kernel_setns(f, flags);
	file_put(f);
	return err;
}

/* ---- exec ------------------------------------------------------------------------------------ */

int64_t sys_execveat(int dirfd, gva_t path, gva_t argv, gva_t envp, uint32_t flags)
{
	struct exec_request r = { .at_flags = flags, .dirfd = dirfd, .uargv = argv, .uenvp = envp };
	struct path_arg p;
	int err;

	if (flags & ~(uint32_t)(ABI_AT_SYMLINK_NOFOLLOW | ABI_AT_EMPTY_PATH | ABI_AT_EXECVE_CHECK))
		return -EINVAL;
	err = path_arg_get(&p, path, flags & ABI_AT_EMPTY_PATH);
	if (err)
		return err;
	r.path = p.text;
	err = dirfd_get(dirfd, p.text, &r.dir);
	if (!err)
		err = kernel_execve(&r);
	dirfd_put(r.dir);
	path_arg_put(&p);
	return err;
}

int64_t sys_execve(gva_t path, gva_t argv, gva_t envp)
{
	return sys_execveat(ABI_AT_FDCWD, path, argv, envp, 0);
}

/* ---- exit and wait ------------------------------------------------------------------------------ */

int64_t sys_exit(int status)       { kernel_exit_thread(status); }
int64_t sys_exit_group(int status) { kernel_exit_group(abi_status_exited(status)); }

int64_t sys_wait4(int pid, gva_t wstatus, uint32_t options, gva_t rusage)
{
	struct wait_result w = { 0 };
	enum wait_id which = pid == -1 ? WAIT_ANY : pid > 0 ? WAIT_PID : WAIT_PGRP;
	int64_t ret;

	if (options & ~(uint32_t)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	ret = kernel_wait(which, pid > 0 ? pid_mean(pid) : pid == 0 ? current()->proc->pgid : pid_mean(-pid),
			  options | WEXITED, &w);
	if (ret <= 0)
		return ret;
	ret = w.shown;
	if (wstatus && put_user_u32(wstatus, (uint32_t)w.status))
		return -EFAULT;
	if (rusage && put_rusage(rusage, &w.rusage))
		return -EFAULT;
	return ret;
}

static int wait_target(int idtype, int id, enum wait_id *which, int *target)
{
	struct file *f;
	struct process *p;

	*target = pid_mean(id);
	switch (idtype) {
	case ABI_P_ALL:
		*which = WAIT_ANY;
		return 0;
	case ABI_P_PID:
		*which = WAIT_PID;
		return id > 0 ? 0 : -EINVAL;
	case ABI_P_PGID:
		*which = WAIT_PGRP;
		*target = id ? pid_mean(id) : current()->proc->pgid;
		return id >= 0 ? 0 : -EINVAL;
	case ABI_P_PIDFD:
		if (id < 0)
			return -EINVAL;
		f = fd_get(id);
		p = f ? pidfd_process(f) : NULL;
		*which = WAIT_PID;
		*target = p ? p->pid : 0;
		if (f)
			file_put(f);
		return p ? 0 : -EBADF;
	default:
		return -EINVAL;
	}
}

int64_t sys_waitid(int idtype, int id, gva_t infop, uint32_t options, gva_t rusage)
{
	struct abi_siginfo info = { 0 };
	struct wait_result w = { 0 };
	enum wait_id which;
	int64_t ret;
	int target;

	if (options & ~(uint32_t)(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED |
				  __WNOTHREAD | __WCLONE | __WALL) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	ret = wait_target(idtype, id, &which, &target);
	if (ret)
		return ret;
	ret = kernel_wait(which, target, options, &w);
	if (ret == -ERESTARTSYS)
		return ret;
	if (ret > 0) {
		info = (struct abi_siginfo){ .signo = SIGCHLD, .code = w.code, .pid = w.shown,
					     .uid = shown_uid(w.uid), .status = w.value };
		if (rusage && put_rusage(rusage, &w.rusage))
			return -EFAULT;
	}
	/* Written whatever happened: with nobody there, or nobody yet, all of it is zero. */
	return infop && put_siginfo(infop, &info) ? -EFAULT : MIN(ret, (int64_t)0);
}

/* ---- ids of processes -------------------------------------------------------------------------------- */

int64_t sys_getpid(void)  { return current()->proc->own_pid; }
int64_t sys_gettid(void)  { return current()->own_tid; }
int64_t sys_getppid(void)
{
	struct process *parent = current()->proc->parent;

	return parent ? pid_show(parent->pid) : 0;
}
int64_t sys_setpgid(int pid, int pgid) { return kernel_setpgid(pid, pgid); }
int64_t sys_getpgid(int pid)           { return kernel_getpgid(pid); }
int64_t sys_getsid(int pid)            { return kernel_getsid(pid); }
int64_t sys_setsid(void)               { return kernel_setsid(); }

int64_t sys_set_tid_address(gva_t tidptr)
{
	current()->clear_child_tid = tidptr;
	return current()->own_tid;
}

/* The process a call's pid argument names; 0 is the caller's. */
static struct process *process_of(int pid)
{
	return pid ? process_find(pid_mean(pid)) : current()->proc;
}

static struct task *task_of(int tid)
{
	return tid ? task_find(pid_mean(tid)) : current();
}

int64_t sys_pidfd_open(int pid, uint32_t flags) { return kernel_pidfd_open(pid, flags); }

/* ---- limits ---------------------------------------------------------------------------------------------- */

/* mm keeps copies of the limits it checks. */
static void limits_to_mm(struct process *p)
{
	struct task *t = p->leader;
	struct mm_limits *l = t && t->mm ? mm_limits(t->mm) : NULL;

	if (!l)
		return;
	l->as = p->rlim[ABI_RLIMIT_AS].cur;
	l->data = p->rlim[ABI_RLIMIT_DATA].cur;
	l->stack = p->rlim[ABI_RLIMIT_STACK].cur;
	l->memlock = p->rlim[ABI_RLIMIT_MEMLOCK].cur;
}

enum { NR_OPEN_MAX = 1024 * 1024 };              /* fs.nr_open: no RLIMIT_NOFILE beyond it */

static int64_t set_limit(struct process *p, int resource, const struct abi_rlimit64 *new)
{
	struct rlimit_k *r = &p->rlim[resource];

	if (new->cur > new->max)
		return -EINVAL;
	if (resource == ABI_RLIMIT_NOFILE && new->max > NR_OPEN_MAX)
		return -EPERM;
	if (new->max > r->max && !task_capable(current(), ABI_CAP_SYS_RESOURCE))
		return -EPERM;
	*r = (struct rlimit_k){ new->cur, new->max };
	limits_to_mm(p);
	return 0;
}

static bool may_limit(const struct process *p)
{
	const struct cred *me = current()->cred, *other = p->leader ? p->leader->cred : NULL;

	return p == current()->proc || task_capable(current(), ABI_CAP_SYS_RESOURCE) ||
	       (other && me->uid == other->uid && me->uid == other->euid && me->uid == other->suid &&
		me->gid == other->gid && me->gid == other->egid && me->gid == other->sgid);
}

int64_t sys_prlimit64(int pid, int resource, gva_t new_limit, gva_t old_limit)
{
	struct process *p;
	struct abi_rlimit64 new, old;
	int64_t err;

	if (new_limit && get_user(&new, new_limit, sizeof(new)))
		return -EFAULT;
	if (resource < 0 || resource >= ABI_RLIM_NLIMITS)
		return -EINVAL;
	p = process_of(pid);
	if (!p)
		return -ESRCH;
	if (!may_limit(p))
		return -EPERM;
	old = (struct abi_rlimit64){ p->rlim[resource].cur, p->rlim[resource].max };
	err = new_limit ? set_limit(p, resource, &new) : 0;
	if (!err && old_limit && put_user(old_limit, &old, sizeof(old)))
		err = -EFAULT;
	return err;
}

int64_t sys_getrlimit(int resource, gva_t rlim) { return sys_prlimit64(0, resource, 0, rlim); }
int64_t sys_setrlimit(int resource, gva_t rlim)
{
	return rlim ? sys_prlimit64(0, resource, rlim, 0) : -EFAULT;
}

/* ---- usage ---------------------------------------------------------------------------------------------------- */

static void thread_usage(struct task *t, struct rusage_k *r)
{
	*r = (struct rusage_k){ .min_flt = t->min_flt, .maj_flt = t->maj_flt,
				.nvcsw = t->thread.nr_switches_voluntary,
				.nivcsw = t->thread.nr_switches_involuntary };
	task_times(t, &r->utime_ns, &r->stime_ns);
}

static void current_maxrss(struct rusage_k *r)
{
	struct mm_stats s;

	mm_stats(current_mm(), &s);
	r->maxrss_kb = MAX(r->maxrss_kb, s.hiwater_rss * (PAGE_SIZE / 1024));
}

int64_t sys_getrusage(int who, gva_t usage)
{
	struct task *t = current();
	struct rusage_k r;

	switch (who) {
	case ABI_RUSAGE_SELF:
		process_times(t->proc, &r);
		current_maxrss(&r);
		break;
	case ABI_RUSAGE_CHILDREN:
		r = t->proc->dead_children;
		break;
	case ABI_RUSAGE_THREAD:
		thread_usage(t, &r);
		current_maxrss(&r);
		break;
	default:
		return -EINVAL;
	}
	return put_rusage(usage, &r);
}

int64_t sys_times(gva_t buf)
{
	const uint64_t tick = NSEC_PER_SEC / ABI_USER_HZ;
	struct process *p = current()->proc;
	struct rusage_k r;
	uint64_t words[4], ns;

	process_times(p, &r);
	words[0] = r.utime_ns / tick;
	words[1] = r.stime_ns / tick;
	words[2] = p->dead_children.utime_ns / tick;
	words[3] = p->dead_children.stime_ns / tick;
	for (unsigned i = 0; buf && i < 4; i++)
		if (put_user_word(buf + i * (current_is_32() ? 4 : 8), words[i]))
			return -EFAULT;
	time_read_clock(ABI_CLOCK_MONOTONIC, &ns);
	return (int64_t)(ns / tick);
}

/* ---- scheduling parameters: kept and reported --------------------------------------------------------------------- */

static bool may_schedule(const struct task *other)
{
	const struct cred *me = current()->cred;

	return me->euid == other->cred->euid || me->euid == other->cred->uid ||
	       task_capable(current(), ABI_CAP_SYS_NICE);
}

/* RLIMIT_NICE 1..40 stands for 19..-20. */
static bool may_be_nicer(const struct task *t, int nice)
{
	return task_capable(current(), ABI_CAP_SYS_NICE) ||
	       (uint64_t)(20 - nice) <= t->proc->rlim[ABI_RLIMIT_NICE].cur;
}

static bool is_realtime(int policy) { return policy == ABI_SCHED_FIFO || policy == ABI_SCHED_RR; }

/* __sched_setscheduler(): may the caller ask for this? */
static int64_t set_sched(struct task *t, const struct sched_attr_k *a, bool reset_on_fork)
{
	const struct sched_attr_k *old = &t->thread.sched;
	bool privileged = task_capable(current(), ABI_CAP_SYS_NICE);

	if (a->policy < 0 || a->policy > ABI_SCHED_IDLE || a->policy == 4)
		return -EINVAL;
	if (is_realtime(a->policy) ? a->rt_priority < 1 || a->rt_priority > 99 : a->rt_priority != 0)
		return -EINVAL;
	if (!may_schedule(t))
		return -EPERM;
	if (!privileged && is_realtime(a->policy) && a->rt_priority > old->rt_priority &&
	    (uint64_t)a->rt_priority > t->proc->rlim[ABI_RLIMIT_RTPRIO].cur)
		return -EPERM;
	if (!privileged && t->sched_reset_on_fork && !reset_on_fork)
		return -EPERM;
	t->sched_reset_on_fork = reset_on_fork;
	thread_set_sched(&t->thread, a);
	futex_priority_changed(t);
	return 0;
}

static int64_t set_policy(int pid, int policy, int priority)
{
	struct task *t = task_of(pid);
	struct sched_attr_k a;
	bool reset;

	if (pid < 0)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	a = t->thread.sched;
	reset = policy < 0 ? t->sched_reset_on_fork : policy & ABI_SCHED_RESET_ON_FORK;
	if (policy >= 0)
		a.policy = policy & ~ABI_SCHED_RESET_ON_FORK;
	a.rt_priority = priority;
	return set_sched(t, &a, reset);
}

int64_t sys_sched_setscheduler(int pid, int policy, gva_t param)
{
	struct abi_sched_param p;

	if (!param || policy < 0)
		return -EINVAL;
	if (get_user(&p, param, sizeof(p)))
		return -EFAULT;
	return set_policy(pid, policy, p.priority);
}

int64_t sys_sched_setparam(int pid, gva_t param)
{
	struct abi_sched_param p;

	if (!param)
		return -EINVAL;
	if (get_user(&p, param, sizeof(p)))
		return -EFAULT;
	return set_policy(pid, -1, p.priority);
}

int64_t sys_sched_getscheduler(int pid)
{
	struct task *t = task_of(pid);

	return pid < 0 ? -EINVAL : !t ? -ESRCH :
	       t->thread.sched.policy | (t->sched_reset_on_fork ? ABI_SCHED_RESET_ON_FORK : 0);
}

int64_t sys_sched_getparam(int pid, gva_t param)
{
	struct task *t = task_of(pid);

	if (!param || pid < 0)
		return -EINVAL;
	return t ? put_user_u32(param, (uint32_t)t->thread.sched.rt_priority) : -ESRCH;
}

/* SCHED_DEADLINE: what is asked for is checked as Linux does (__checkparam_dl), and then refused: this
 * machine has no time to give away in advance, it is only a program on its host. */
static int64_t refuse_deadline(const struct task *t, const struct abi_sched_attr *a)
{
	enum { RUNTIME_MIN_NS = 1 << 10, PERIOD_MIN_NS = 100 * 1000 };
	const uint64_t period_max_ns = (uint64_t)(1 << 22) * 1000, sign = (uint64_t)1 << 63;
	uint64_t period = a->period ? a->period : a->deadline;

	if (!a->deadline || a->runtime < RUNTIME_MIN_NS || ((a->deadline | a->period) & sign) || a->priority)
		return -EINVAL;
	if (period < a->deadline || a->deadline < a->runtime || period < PERIOD_MIN_NS || period > period_max_ns)
		return -EINVAL;
	if (!may_schedule(t) || !task_capable(current(), ABI_CAP_SYS_NICE) ||
	    (t->thread.affinity & machine_harts_mask()) != machine_harts_mask())
		return -EPERM;
	return -EBUSY;
}

int64_t sys_sched_setattr(int pid, gva_t uattr, uint32_t flags)
{
	struct task *t = task_of(pid);
	struct sched_attr_k k;
	struct abi_sched_attr a;
	uint32_t size;
	int64_t err;

	if (!uattr || pid < 0 || flags)
		return -EINVAL;
	if (get_user(&size, uattr, sizeof(size)))
		return -EFAULT;
	if (!size)
		size = ABI_SCHED_ATTR_SIZE_VER0;
	if (size < ABI_SCHED_ATTR_SIZE_VER0)
		return -E2BIG;
	err = get_user_grown(&a, sizeof(a), uattr, size);
	if (err)
		return err;
	/* Clamping of the frequency (UTIL) is not there. */
	if (a.policy == ABI_SCHED_DEADLINE && !(a.flags & ~(uint64_t)ABI_SCHED_FLAGS_DEADLINE))
		return t ? refuse_deadline(t, &a) : -ESRCH;
	if ((a.flags & ~(uint64_t)ABI_SCHED_FLAGS) || (int32_t)a.policy < 0)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	k = t->thread.sched;
	if (!(a.flags & ABI_SCHED_FLAG_KEEP_POLICY))
		k.policy = (int)a.policy;
	if (!(a.flags & ABI_SCHED_FLAG_KEEP_PARAMS)) {
		k.rt_priority = (int)a.priority;
		if (!is_realtime(k.policy)) {
			k.nice = MAX(-20, MIN(19, a.nice));
			k.slice_ns = a.runtime;
			if (k.nice < t->thread.sched.nice && !may_be_nicer(t, k.nice))
				return -EPERM;
		}
	}
	return set_sched(t, &k, a.flags & ABI_SCHED_FLAG_RESET_ON_FORK);
}

int64_t sys_sched_getattr(int pid, gva_t uattr, uint32_t size, uint32_t flags)
{
	struct task *t = task_of(pid);
	struct abi_sched_attr a = { 0 };

	if (!uattr || pid < 0 || flags || size < ABI_SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		return -EINVAL;
	if (!t)
		return -ESRCH;
	a.size = MIN(size, (uint32_t)sizeof(a));
	a.policy = (uint32_t)t->thread.sched.policy;
	a.flags = t->sched_reset_on_fork ? ABI_SCHED_FLAG_RESET_ON_FORK : 0;
	a.priority = (uint32_t)t->thread.sched.rt_priority;
	if (!is_realtime(t->thread.sched.policy)) {
		a.nice = t->thread.sched.nice;
		a.runtime = thread_slice_ns(&t->thread);
	}
	return put_user(uattr, &a, a.size);
}

int64_t sys_sched_get_priority_max(int policy)
{
	return is_realtime(policy) ? 99 : policy < 0 || policy > ABI_SCHED_DEADLINE || policy == 4 ? -EINVAL : 0;
}

int64_t sys_sched_get_priority_min(int policy)
{
	return is_realtime(policy) ? 1 : policy < 0 || policy > ABI_SCHED_DEADLINE || policy == 4 ? -EINVAL : 0;
}

int64_t sys_sched_setaffinity(int pid, uint64_t len, gva_t mask)
{
	struct task *t = task_of(pid);
	uint64_t bits = 0;

	if (len && get_user(&bits, mask, MIN(len, sizeof(bits))))
		return -EFAULT;
	if (!t)
		return -ESRCH;
	if (!may_schedule(t))
		return -EPERM;
	bits &= machine_harts_mask();
	if (!bits)
		return -EINVAL;
	thread_set_affinity(&t->thread, bits);
	return 0;
}

int64_t sys_sched_getaffinity(int pid, uint64_t len, gva_t mask)
{
	uint64_t word = current_is_32() ? 4 : 8, size = sched_nr_harts() > 8 * word ? 2 * word : word, bits;
	struct task *t = task_of(pid);

	if (len < size || len & (word - 1))
		return -EINVAL;
	if (!t)
		return -ESRCH;
	bits = t->thread.affinity & machine_harts_mask();
	return put_user(mask, &bits, size) ? -EFAULT : (int64_t)size;
}

int64_t sys_sched_yield(void)
{
	sched_yield_hart();
	return 0;
}

enum { RR_INTERVAL_NS = 100000000 };             /* Linux RR_TIMESLICE: 100 ms */

int64_t sys_sched_rr_get_interval(int pid, gva_t tp)
{
	struct task *t = task_of(pid);

	if (pid < 0)
		return -EINVAL;
	return t ? put_timespec(tp, t->thread.sched.policy == ABI_SCHED_FIFO ? 0 : RR_INTERVAL_NS) : -ESRCH;
}

/* Does `t` belong to the set that (which, who) of getpriority names? */
static bool in_priority_set(const struct task *t, int which, int who)
{
	switch (which) {
	case ABI_PRIO_PROCESS: return t->tid == (who ? pid_mean(who) : current()->tid);
	case ABI_PRIO_PGRP:    return t->proc->pgid == (who ? pid_mean(who) : current()->proc->pgid);
	default:               return t->cred->uid == (who ? meant_uid((uint32_t)who) : current()->cred->uid) && pid_show(t->tid);
	}
}

static int set_nice(struct task *t, int nice)
{
	struct sched_attr_k a = t->thread.sched;

	if (!may_schedule(t))
		return -EPERM;
	if (nice < a.nice && !may_be_nicer(t, nice))
		return -EACCES;
	a.nice = nice;
	thread_set_sched(&t->thread, &a);
	return 0;
}

/* Every living task; the callback's first non-negative results are folded by the caller. */
#define for_each_task_of_machine(p, t)                                                  \
	for (p = process_next(1); p; p = process_next(p->pid + 1))                      \
		list_for_each(t, &p->tasks, group_link)

int64_t sys_setpriority(int which, int who, int prio)
{
	int nice = MAX(-20, MIN(19, prio));
	struct process *p;
	struct task *t;
	int64_t ret = -ESRCH;

	if (which < ABI_PRIO_PROCESS || which > ABI_PRIO_USER)
		return -EINVAL;
	for_each_task_of_machine(p, t)
		if (in_priority_set(t, which, who)) {
			int err = set_nice(t, nice);

			ret = err ? err : ret == -ESRCH ? 0 : ret;
		}
	return ret;
}

/* The most favourable one, as 20 - nice, so that it is never negative. */
int64_t sys_getpriority(int which, int who)
{
	struct process *p;
	struct task *t;
	int64_t best = -ESRCH;

	if (which < ABI_PRIO_PROCESS || which > ABI_PRIO_USER)
		return -EINVAL;
	for_each_task_of_machine(p, t)
		if (in_priority_set(t, which, who))
			best = MAX(best, (int64_t)(20 - t->thread.sched.nice));
	return best;
}

/* The host schedules the I/O, so a class is kept and reported only. One that was never set is
 * that of the scheduling policy (block/ioprio.c). */
enum { IOPRIO_WHO_PROCESS = 1, IOPRIO_WHO_USER = 3, IOPRIO_RT = 1, IOPRIO_BE = 2, IOPRIO_IDLE = 3, IOPRIO_NORM = 4 };

static int check_ioprio(int ioprio)
{
	switch (ioprio >> 13) {
	case 0:           return ioprio & 7 ? -EINVAL : 0;
	case IOPRIO_RT:   return task_capable(current(), ABI_CAP_SYS_NICE) || task_capable(current(), ABI_CAP_SYS_ADMIN) ? 0 : -EPERM;
	case IOPRIO_BE:
	case IOPRIO_IDLE: return 0;
	default:          return -EINVAL;
	}
}

static bool in_ioprio_set(const struct task *t, int which, int who)
{
	/* As setpriority's sets, one number further. */
	return in_priority_set(t, which - IOPRIO_WHO_PROCESS, who);
}

int64_t sys_ioprio_set(int which, int who, int ioprio)
{
	int64_t ret = check_ioprio(ioprio);
	struct process *p;
	struct task *t;

	if (ret)
		return ret;
	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	ret = -ESRCH;
	for_each_task_of_machine(p, t) {
		if (!in_ioprio_set(t, which, who))
			continue;
		if (!may_schedule(t))
			return -EPERM;
		t->ioprio = ioprio;
		ret = 0;
	}
	return ret;
}

static int ioprio_of(const struct task *t)
{
	return t->ioprio >> 13 ? t->ioprio : IOPRIO_BE << 13 | IOPRIO_NORM;
}

int64_t sys_ioprio_get(int which, int who)
{
	struct process *p;
	struct task *t;
	int64_t best = -ESRCH;

	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	for_each_task_of_machine(p, t)
		if (in_ioprio_set(t, which, who))
			best = best < 0 ? ioprio_of(t) : MIN(best, (int64_t)ioprio_of(t));
	return best;
}
