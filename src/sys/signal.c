/* Signals: actions, masks, sending, waiting. Delivery is the kernel's (kernel/signal.c). */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/signal.h"

/* ---- actions ---------------------------------------------------------------------------- */

static int get_action(gva_t addr, struct sigaction_k *out)
{
	if (current_is_32()) {
		struct abi_sigaction32 w;

		if (get_user(&w, addr, sizeof(w)))
			return -EFAULT;
		*out = (struct sigaction_k){ w.handler, w.flags, w.mask[0] | (uint64_t)w.mask[1] << 32 };
		return 0;
	}
	struct abi_sigaction64 w;
	if (get_user(&w, addr, sizeof(w)))
		return -EFAULT;
	*out = (struct sigaction_k){ w.handler, w.flags, w.mask };
	return 0;
}

static int put_action(gva_t addr, const struct sigaction_k *a)
{
	if (current_is_32()) {
		struct abi_sigaction32 w = { (uint32_t)a->handler, (uint32_t)a->flags,
					     { (uint32_t)a->mask, (uint32_t)(a->mask >> 32) } };
		return put_user(addr, &w, sizeof(w));
	}
	struct abi_sigaction64 w = { a->handler, a->flags, a->mask };
	return put_user(addr, &w, sizeof(w));
}

int64_t sys_rt_sigaction(int signum, gva_t act, gva_t oldact, uint64_t sigsetsize)
{
	struct task *t = current();
	struct sigaction_k new, *slot, old;
	const uint64_t fixed = abi_sigmask(SIGKILL) | abi_sigmask(SIGSTOP);

	if (sigsetsize != sizeof(uint64_t))
		return -EINVAL;
	if (act && get_action(act, &new))
		return -EFAULT;
	if (signum < 1 || signum > ABI_NSIG || (act && (abi_sigmask(signum) & fixed)))
		return -EINVAL;
	slot = &t->proc->sighand->action[signum - 1];
	old = *slot;
	if (act) {
		/* Unknown flags read back clear, so that programs can ask (signal(7), SA_UNSUPPORTED). */
		new.flags &= ABI_SA_FLAGS;
		new.mask &= ~fixed;
		*slot = new;
		signal_action_changed(t->proc, signum);
	}
	return oldact && put_action(oldact, &old) ? -EFAULT : 0;
}

int64_t sys_rt_sigprocmask(int how, gva_t set, gva_t oldset, uint64_t sigsetsize)
{
	struct task *t = current();
	uint64_t old = t->blocked, new;

	if (sigsetsize != sizeof(uint64_t))
		return -EINVAL;
	if (set) {
		if (get_sigset(set, &new))
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK:   new |= old; break;
		case SIG_UNBLOCK: new = old & ~new; break;
		case SIG_SETMASK: break;
		default:          return -EINVAL;
		}
		signal_set_blocked(t, new);
	}
	return oldset && put_sigset(oldset, old) ? -EFAULT : 0;
}

int64_t sys_rt_sigpending(gva_t set, uint64_t sigsetsize)
{
	struct task *t = current();
	uint64_t pending = (t->pending.set | t->proc->pending.set) & t->blocked;

	if (sigsetsize > sizeof(pending))
		return -EINVAL;
	return put_user(set, &pending, sigsetsize);
}

static int put_stack(gva_t addr, const struct task *t)
{
	uint32_t flags = !t->altstack.size ? SS_DISABLE : signal_on_altstack(t, t->regs.x[2]) ? SS_ONSTACK : 0;

	flags |= t->altstack.flags & ABI_SS_AUTODISARM;
	if (current_is_32()) {
		struct abi_stack32 w = { (uint32_t)t->altstack.sp, (int32_t)flags, (uint32_t)t->altstack.size };
		return put_user(addr, &w, sizeof(w));
	}
	struct abi_stack64 w = { .sp = t->altstack.sp, .flags = (int32_t)flags, .size = t->altstack.size };
	return put_user(addr, &w, sizeof(w));
}

static int set_stack(struct task *t, gva_t sp, uint32_t flags, uint64_t size)
{
	uint32_t mode = flags & ~ABI_SS_AUTODISARM;

	if (t->altstack.size && signal_on_altstack(t, t->regs.x[2]))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode == SS_DISABLE)
		sp = size = 0;
	else if (size < ABI_MINSIGSTKSZ)
		return -ENOMEM;
	t->altstack.sp = sp;
	t->altstack.size = size;
	t->altstack.flags = flags;
	return 0;
}

int64_t sys_sigaltstack(gva_t ss, gva_t old_ss)
{
	struct task *t = current();
	struct abi_stack64 new;
	struct abi_stack32 narrow;
	int err;

	if (ss && current_is_32()) {
		if (get_user(&narrow, ss, sizeof(narrow)))
			return -EFAULT;
		new = (struct abi_stack64){ .sp = narrow.sp, .flags = narrow.flags, .size = narrow.size };
	} else if (ss && get_user(&new, ss, sizeof(new))) {
		return -EFAULT;
	}
	/* The old one is told before the new one is set; both or an error. */
	if (old_ss && put_stack(old_ss, t))
		return -EFAULT;
	err = ss ? set_stack(t, new.sp, (uint32_t)new.flags, new.size) : 0;
	return err;
}

int64_t sys_rt_sigreturn(void)      { return signal_return(current()); }
int64_t sys_restart_syscall(void)   { return kernel_restart_syscall(); }

/* ---- sending -------------------------------------------------------------------------------- */

static struct abi_siginfo own_info(int sig, int code)
{
	return (struct abi_siginfo){ .signo = sig, .code = code, .pid = current()->proc->pid,
				     .uid = current()->cred->uid };
}

/* Signal 0 only asks. */
static int send_to(struct process *p, int sig, const struct abi_siginfo *info)
{
	if (!task_may_signal(current(), p, sig))
		return -EPERM;
	return sig ? signal_send_process(p, info) : 0;
}

/* Everybody in the group or, with pgid -1, everybody but init and the caller. 0 if any
 * was reached (Linux kill_something_info). */
static int64_t send_many(int pgid, int sig, const struct abi_siginfo *info)
{
	struct process *p;
	int64_t ret = -ESRCH;

	for (p = process_next(1); p; p = process_next(p->pid + 1)) {
		int err;

		if (pgid == -1 ? pid_show(p->pid) <= 1 || p == current()->proc : p->pgid != pgid)
			continue;
		err = send_to(p, sig, info);
		if (!err)
			ret = 0;
		else if (ret)
			ret = err;
	}
	/* kill(-1) is EPERM only if somebody was there and nobody could be reached. */
	return ret;
}

int64_t sys_kill(int pid, int sig)
{
	struct abi_siginfo info = own_info(sig, SI_USER);
	struct process *p;

	if (sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid <= 0)
		return send_many(pid == 0 ? current()->proc->pgid : pid == -1 ? -1 : pid_mean(-pid), sig, &info);
	p = process_find(pid_mean(pid));
	return p ? send_to(p, sig, &info) : -ESRCH;
}

/* To one thread; tgid 0: whichever process it is in. */
static int64_t send_thread(int tgid, int tid, int sig, const struct abi_siginfo *info)
{
	struct task *t = task_find(pid_mean(tid));

	if (!t || (tgid && t->proc->pid != pid_mean(tgid)))
		return -ESRCH;
	if (!task_may_signal(current(), t->proc, sig))
		return -EPERM;
	return sig ? signal_send_task(t, info) : 0;
}

int64_t sys_tkill(int tid, int sig)
{
	struct abi_siginfo info = own_info(sig, SI_TKILL);

	if (tid <= 0 || sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	return send_thread(0, tid, sig, &info);
}

int64_t sys_tgkill(int tgid, int tid, int sig)
{
	struct abi_siginfo info = own_info(sig, SI_TKILL);

	if (tgid <= 0 || tid <= 0 || sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	return send_thread(tgid, tid, sig, &info);
}

static int get_siginfo(gva_t addr, struct abi_siginfo *info)
{
	if (current_is_32()) {
		struct abi_siginfo32 w;

		if (get_user(&w, addr, sizeof(w)))
			return -EFAULT;
		abi_siginfo_from32(&w, info);
		return 0;
	}
	struct abi_siginfo64 w;
	if (get_user(&w, addr, sizeof(w)))
		return -EFAULT;
	abi_siginfo_from64(&w, info);
	return 0;
}

/* Only the kernel may say that a signal came from the kernel, a kill or a tkill
 * (do_rt_sigqueueinfo); to oneself anything goes. */
static int take_siginfo(gva_t addr, int sig, int target, bool must_match, struct abi_siginfo *info)
{
	int err = get_siginfo(addr, info);

	if (err)
		return err;
	if (must_match && info->signo != sig)
		return -EINVAL;
	info->signo = sig;
	if (info->code == SI_QUEUE)
		info->uid = meant_uid(info->uid);
	if ((info->code >= 0 || info->code == SI_TKILL) && target != current()->proc->pid)
		return -EPERM;
	return sig < 0 || sig > ABI_NSIG ? -EINVAL : 0;
}

int64_t sys_rt_sigqueueinfo(int tgid, int sig, gva_t uinfo)
{
	struct abi_siginfo info;
	struct process *p;
	int err = take_siginfo(uinfo, sig, pid_mean(tgid), false, &info);

	if (err)
		return err;
	p = process_find(pid_mean(tgid));
	return p ? send_to(p, sig, &info) : -ESRCH;
}

int64_t sys_rt_tgsigqueueinfo(int tgid, int tid, int sig, gva_t uinfo)
{
	struct abi_siginfo info;
	int err = tgid <= 0 || tid <= 0 ? -EINVAL : take_siginfo(uinfo, sig, pid_mean(tgid), false, &info);

	return err ? err : send_thread(tgid, tid, sig, &info);
}

int64_t sys_pidfd_send_signal(int pidfd, int sig, gva_t uinfo, uint32_t flags)
{
	struct abi_siginfo info = own_info(sig, SI_USER);
	struct file *f;
	struct process *p;
	int64_t ret = 0;

	if (flags || sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	f = fd_get(pidfd);
	p = f ? pidfd_process(f) : NULL;
	if (f && !p)
		p = procfs_directory_process(f);
	if (!p)
		ret = -EBADF;
	else if (!pid_ns_is_within(p->pid_ns, current()->proc->pid_ns))
		ret = -EINVAL;
	else if (p->reaped)
		ret = -ESRCH;
	else if (uinfo)
		ret = take_siginfo(uinfo, sig, p->pid, true, &info);
	if (!ret)
		ret = send_to(p, sig, &info);
	if (f)
		file_put(f);
	return ret;
}

/* ---- waiting ------------------------------------------------------------------------------------ */

int64_t sys_rt_sigsuspend(gva_t mask, uint64_t sigsetsize)
{
	uint64_t set;

	if (sigsetsize != sizeof(set))
		return -EINVAL;
	return get_sigset(mask, &set) ? -EFAULT : signal_suspend(set);
}

int64_t sys_rt_sigtimedwait(gva_t uset, gva_t uinfo, gva_t timeout, uint64_t sigsetsize)
{
	struct abi_siginfo info;
	uint64_t set, deadline;
	int64_t ret;

	if (sigsetsize != sizeof(set))
		return -EINVAL;
	if (get_sigset(uset, &set))
		return -EFAULT;
	ret = get_deadline(timeout, &deadline);
	if (!ret)
		ret = signal_timedwait(set, deadline, &info);
	if (ret > 0 && uinfo && put_siginfo(uinfo, &info))
		return -EFAULT;
	return ret;
}

int64_t sys_signalfd4(int fd, gva_t umask, uint64_t sizemask, uint32_t flags)
{
	uint64_t set;

	if (sizemask != sizeof(set) || flags & ~(uint32_t)(ABI_O_CLOEXEC | ABI_O_NONBLOCK))
		return -EINVAL;
	if (get_sigset(umask, &set))
		return -EFAULT;
	return kernel_signalfd(fd, set & ~(abi_sigmask(SIGKILL) | abi_sigmask(SIGSTOP)), flags);
}
