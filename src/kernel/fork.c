/* clone(2): a new task, with a process of its own or in the caller's.
 *
 * Prepare builds everything that can fail (kernel stack, number, copies of what
 * is not shared) and drops it again on failure; commit links the child into
 * pid table, thread group and family, and starts it. Nobody sees half a task.
 *
 * The child's registers are the parent's with a0 = 0: it returns from the same
 * ecall. The trap loop has moved pc past it already. */
#include "internal.h"

#include <string.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "abi/ptrace.h"
#include "base/alloc.h"
#include "kernel/ipc.h"
#include "net/net.h"
#include "base/trace.h"

enum { REG_SP = 2, REG_TP = 4, REG_A0 = 10 };

#define CLONE_NEW_SPACES ((uint64_t)CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
			  CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

/* copy_process()'s rules, kernel/fork.c. */
static int check_flags(const struct clone_request *req)
{
	uint64_t f = req->flags;

	if (f & CLONE_INTO_CGROUP)
		return -EINVAL;           /* there are no cgroups */
	if ((f & CLONE_FS) && (f & (CLONE_NEWNS | CLONE_NEWUSER)))
		return -EINVAL;
	if ((f & CLONE_THREAD) && (f & (CLONE_NEWUSER | CLONE_NEWPID)))
		return -EINVAL;
	/* A thread lives where its process does. */
	if ((f & CLONE_THREAD) && task_current()->pid_ns_next != task_current()->proc->pid_ns)
		return -EINVAL;
	if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && !(f & CLONE_VM))
		return -EINVAL;
	if ((f & CLONE_CLEAR_SIGHAND) && (f & CLONE_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_PIDFD) && (f & (CLONE_DETACHED | CLONE_THREAD)))
		return -EINVAL;
	if ((f & CLONE_PARENT) && task_current()->proc == pid_ns_init(task_current()->proc->pid_ns))
		return -EINVAL;
	if (req->exit_signal < 0 || req->exit_signal > ABI_NSIG)
		return -EINVAL;
	return 0;
}

static bool over_process_limit(const struct task *parent)
{
	uint64_t limit = task_rlimit(parent, ABI_RLIMIT_NPROC), mine = 0;
	struct process *p;

	if (task_count() >= machine_threads_max())
		return true;
	if (task_count() < limit || parent->cred->uid == 0 ||
	    task_capable(parent, ABI_CAP_SYS_RESOURCE) || task_capable(parent, ABI_CAP_SYS_ADMIN))
		return false;
	for (p = process_next(1); p; p = process_next(p->pid + 1))
		if (p->leader->cred->uid == parent->cred->uid)
			mine += p->nr_tasks;
	return mine >= limit;
}

/* ---- what is copied or shared ------------------------------------------------------ */

static int copy_mm(struct task *child, const struct task *parent, uint64_t flags)
{
	if (!(flags & CLONE_VM))
		return mm_fork(parent->mm, &child->mm);
	mm_get(parent->mm);
	child->mm = parent->mm;
	return 0;
}

static int copy_files(struct task *child, const struct task *parent, uint64_t flags)
{
	child->cred = cred_get(parent->cred);
	child->fs = flags & CLONE_FS ? fs_get(parent->fs) : fs_copy(parent->fs);
	if (!(flags & CLONE_FILES))
		return files_copy(parent->files, &child->files);
	child->files = files_get(parent->files);
	return 0;
}

/* sched_fork(): all of it, unless the parent has asked for children without its privileges. */
static void inherit_scheduling(struct task *child, const struct task *parent)
{
	struct sched_attr_k a = parent->thread.sched;

	if (parent->sched_reset_on_fork) {
		if (a.policy == ABI_SCHED_FIFO || a.policy == ABI_SCHED_RR) {
			a.policy = ABI_SCHED_NORMAL;
			a.nice = a.rt_priority = 0;
		}
		a.nice = MAX(a.nice, 0);
	}
	thread_set_sched(&child->thread, &a);
	thread_set_affinity(&child->thread, parent->thread.affinity);
}

static void copy_state(struct task *child, const struct task *parent, const struct clone_request *req)
{
	memcpy(child->comm, parent->comm, sizeof(child->comm));
	child->regs = parent->regs;
	child->regs.x[REG_A0] = 0;
	if (req->stack)
		child->regs.x[REG_SP] = req->stack;
	if (req->flags & CLONE_SETTLS)
		child->regs.x[REG_TP] = req->tls;
	child->blocked = parent->blocked;
	seccomp_inherit(child, parent);
	child->uts = ns_get(parent->uts);
	child->net = ns_get(parent->net);
	child->ipc = ns_get(parent->ipc);
	child->pid_ns_next = ns_get(parent->pid_ns_next);
	child->time_ns = ns_get(parent->time_ns);
	child->time_ns_next = ns_get(parent->time_ns_next);
	inherit_scheduling(child, parent);
	child->timer_slack_ns = parent->timer_slack_ns;
	child->mce_kill = parent->mce_kill;
	child->ioprio = parent->ioprio;
	/* sigaltstack(2): kept by fork and vfork, dropped by what shares memory and goes on alone. */
	if (!(req->flags & CLONE_VM) || (req->flags & CLONE_VFORK))
		child->altstack = parent->altstack;
	if (!(req->flags & CLONE_VM)) {
		child->rseq = parent->rseq;
		child->rseq_len = parent->rseq_len;
		child->rseq_sig = parent->rseq_sig;
	}
	if (req->flags & CLONE_CHILD_SETTID)
		child->set_child_tid = req->child_tid;
	if (req->flags & CLONE_CHILD_CLEARTID)
		child->clear_child_tid = req->child_tid;
}

/* CLONE_CLEAR_SIGHAND: handlers go, what was ignored stays ignored. */
static void clear_handlers(struct sighand *s)
{
	for (int i = 0; i < ABI_NSIG; i++)
		if (s->action[i].handler != ABI_SIG_IGN)
			s->action[i] = (struct sigaction_k){ 0 };
}

static struct process *new_process(const struct task *parent, const struct clone_request *req)
{
	const struct process *from = parent->proc;
	struct process *p = process_create();

	memcpy(p->rlim, from->rlim, sizeof(p->rlim));
	p->personality = from->personality;
	p->dumpable = from->dumpable;
	p->oom_score_adj = from->oom_score_adj;
	p->coredump_filter = from->coredump_filter;
	p->thp_disable = from->thp_disable;
	p->membarrier = from->membarrier;
	p->tty = from->tty;
	p->exit_signal = req->exit_signal;
	if (from->exe.dentry)
		p->exe = exec_exe_get(from->exe);
	if (req->flags & CLONE_SIGHAND) {
		p->sighand = from->sighand;
		p->sighand->refs++;
	} else {
		p->sighand = sighand_copy(from->sighand);
		if (req->flags & CLONE_CLEAR_SIGHAND)
			clear_handlers(p->sighand);
	}
	return p;
}

/* ---- the child's first steps ---------------------------------------------------------- */

_Noreturn static void child_main(void *arg)
{
	struct task *t = arg;
	int32_t tid = t->own_tid;

	/* Linux ignores a bad address here (schedule_tail). */
	if (t->set_child_tid)
		mm_copy_to(t->mm, t->set_child_tid, &tid, sizeof(tid));
	trap_loop(t);
}

/* ---- prepare and commit --------------------------------------------------------------------- */

static void drop_child(struct task *child)
{
	if (child->mm)
		mm_put(child->mm);
	if (child->files)
		files_put(child->files);
	if (child->fs)
		fs_put(child->fs);
	child->mm = NULL;
	child->files = NULL;
	child->fs = NULL;
	if (child->thread.stack)
		thread_destroy(&child->thread);
	task_put(child);         /* and with it the new process */
}

static int prepare_child(struct task *parent, const struct clone_request *req, struct task **out)
{
	bool thread = req->flags & CLONE_THREAD;
	struct task *child = task_create(thread ? parent->proc : new_process(parent, req));
	int err = thread_init(&child->thread, child_main, child);

	if (!err)
		err = copy_mm(child, parent, req->flags);
	if (!err)
		err = copy_files(child, parent, req->flags);
	if (err) {
		drop_child(child);
		return err;
	}
	copy_state(child, parent, req);
	if (req->flags & CLONE_NEW_SPACES)
		err = ns_unshare(child, req->flags);
	if (!err && !(req->flags & CLONE_VM))
		err = time_ns_born(child);
	if (err) {
		drop_child(child);
		return err;
	}
	if (!thread)
		child->proc->pid_ns = ns_get(child->pid_ns_next);
	*out = child;
	return 0;
}

static void join_family(struct process *p, struct task *parent, uint64_t flags)
{
	struct process *creator = parent->proc;

	p->parent = flags & CLONE_PARENT ? creator->parent : creator;
	p->parent_tid = flags & CLONE_PARENT ? creator->parent_tid : parent->tid;
	if (flags & CLONE_PARENT)
		p->exit_signal = creator->exit_signal;
	list_add_tail(&p->parent->children, &p->sibling);
	pid_join_session(p, creator->sid);
	pid_join_pgrp(p, creator->pgid);
}

/* pidfd and parent_tid are written before the child is visible, so that a bad
 * address can still be refused (Linux does so for the pidfd only). */
static int tell_numbers(struct task *parent, const struct clone_request *req, struct task *child, int tid)
{
	int32_t value = pid_show(tid);
	int64_t fd;

	if (req->flags & CLONE_PIDFD) {
		fd = kernel_pidfd_for(child->proc, 0);
		if (fd < 0)
			return (int)fd;
		value = (int32_t)fd;
		if (mm_copy_to(parent->mm, req->pidfd, &value, sizeof(value)) < 0) {
			files_close(parent->files, (int)fd);
			return -EFAULT;
		}
		value = pid_show(tid);
	}
	if (req->flags & CLONE_PARENT_SETTID)
		mm_copy_to(parent->mm, req->parent_tid, &value, sizeof(value));
	return 0;
}

static void wait_for_vfork(struct vfork_done *v)
{
	wait_event(&v->wait, v->done, WAIT_KILLABLE, WAIT_FOREVER);
	if (--v->refs == 0)
		free(v);
}

int64_t kernel_clone(const struct clone_request *req)
{
	struct task *parent = task_current(), *child;
	struct vfork_done *vfork = NULL;
	int tid, event, err = check_flags(req);

	if (err)
		return err;
	if (over_process_limit(parent))
		return -EAGAIN;
	/* A signal that comes while memory is copied is either seen by both or by
	 * the parent before: restart, so that a group-wide one is not missed (Linux). */
	if (parent->thread.signal_pending)
		return -ERESTARTNOINTR;
	err = prepare_child(parent, req, &child);
	if (err)
		return err;
	tid = pid_alloc(child->proc->pid_ns, req->set_tid);
	if (tid >= 0)
		err = tell_numbers(parent, req, child, tid);
	if (tid < 0 || err) {
		if (tid > 0)
			pid_free_if_unused(pid_find(tid));
		drop_child(child);
		return tid < 0 ? tid : err;
	}

	task_link(child, tid);
	if (!(req->flags & CLONE_THREAD)) {
		join_family(child->proc, parent, req->flags);
		pid_ns_born(child->proc);
	}
	if (req->flags & CLONE_VFORK) {
		vfork = xnew(struct vfork_done);
		vfork->refs = 2;
		wait_queue_init(&vfork->wait);
		child->vfork = vfork;
	}
	event = ptrace_clone_event(parent, req->flags, req->exit_signal);
	if (event || (req->flags & CLONE_PTRACE))
		ptrace_child_born(parent, child);
	signal_recalc(child);
	TRACE(kernel, task_created, parent, child, req->flags);
	thread_start(&child->thread);
	if (event)
		ptrace_event(parent, event, (uint64_t)pid_shown_to(parent->ptrace.tracer, tid));
	if (vfork) {
		wait_for_vfork(vfork);
		ptrace_event(parent, ABI_PTRACE_EVENT_VFORK_DONE, (uint64_t)pid_shown_to(parent->ptrace.tracer, tid));
	}
	return pid_show(tid);
}
