/* ptrace: who traces whom, and the stops. The requests are in ptrace_request.c.
 * Semantics of Linux' kernel/ptrace.c, kernel/signal.c and kernel/exit.c.
 *
 * A tracee belongs to one *thread* of a process, but any thread of it may wait
 * for it. Each of its stops looks the same from inside: ptrace_stop() leaves a
 * status word in `code`, tells the tracer, and sleeps until somebody clears
 * `stopped` or the task is killed:
 *
 *   signal         code = the signal; goes on with whatever the tracer puts there
 *   system call    code = SIGTRAP, or SIGTRAP | 0x80 with TRACESYSGOOD
 *   event          code = SIGTRAP | event << 8; `message` says more
 *   group stop     the stop signal; for a seized tracee EVENT_STOP << 8 beside it
 *
 * trap_pending asks a seized tracee to stop at the next occasion (INTERRUPT, a
 * SIGCONT while it listens, attaching to one that job control has stopped).
 *
 * A leader that ends is a zombie for its tracer first, for its parent when that
 * one has waited; any other traced thread leaves a record (struct tracee_end),
 * since hearth's tasks do not outlive their last step. */
#include "internal.h"

#include <string.h>

#include "abi/process.h"
#include "abi/ptrace.h"
#include "base/alloc.h"

/* ---- who may look ---------------------------------------------------------------------- */

/* __ptrace_may_access: same ids, or CAP_SYS_PTRACE; and the target lets itself be looked at. */
int task_may_access(const struct task *by, const struct task *target, bool real_ids)
{
	const struct cred *a = by->cred, *b = target->cred;
	uint32_t uid = real_ids ? a->uid : a->fsuid, gid = real_ids ? a->gid : a->fsgid;

	if (by->proc == target->proc || user_ns_capable(a, b->user_ns, ABI_CAP_SYS_PTRACE))
		return 0;
	if (uid != b->euid || uid != b->suid || uid != b->uid || gid != b->egid || gid != b->sgid || gid != b->gid)
		return -EPERM;
	/* Capabilities compare in one name space only (cap_ptrace_access_check). */
	if (a->user_ns != b->user_ns || (b->cap_permitted & ~a->cap_permitted))
		return -EPERM;
	return target->proc->dumpable ? 0 : -EPERM;
}

bool ptrace_traces(const struct process *tracer, const struct task *t)
{
	return t->ptrace.tracer == tracer;
}

/* ---- bonds ------------------------------------------------------------------------------ */

static void link_tracee(struct task *t, struct process *tracer, int tid, bool seized, uint32_t options)
{
	struct ptrace_state *pt = &t->ptrace;

	*pt = (struct ptrace_state){ .tracer = tracer, .tracer_tid = tid, .seized = seized, .options = options };
	list_add_tail(&tracer->tracees, &pt->link);
}

/* Of a stop under way only what it goes on with is left. */
static void unlink_tracee(struct task *t)
{
	struct ptrace_state *pt = &t->ptrace;

	list_del(&pt->link);
	*pt = (struct ptrace_state){ .code = pt->code, .info = pt->info };
	signal_update_work(t);
}

/* The bond is cut, and the tracee goes on with its own life: a stop of the group
 * that it was spared is made up for (__ptrace_unlink). */
static void release_tracee(struct task *t)
{
	unlink_tracee(t);
	if (t->exiting)
		return;
	signal_recalc(t);
	thread_wake(&t->thread);
}

/* A zombie that its tracer lets go is its parent's now. */
static void release_zombie(struct task *t)
{
	struct process *p = t->proc, *tracer = t->ptrace.tracer;

	unlink_tracee(t);
	if (p->zombie && p->parent != tracer)
		exit_notify_parent(p);
}

static void free_ends(struct process *p, int tid)
{
	struct tracee_end *e, *next;

	list_for_each_safe(e, next, &p->tracee_ends, link)
		if (!tid || e->tracer_tid == tid) {
			list_del(&e->link);
			free(e);
		}
}

void ptrace_tracer_exits(struct task *tracer)
{
	struct process *p = tracer->proc;
	struct abi_siginfo kill = signal_info_kernel(SIGKILL);
	struct task *t, *next;

	list_for_each_safe(t, next, &p->tracees, ptrace.link) {
		if (t->ptrace.tracer_tid != tracer->tid)
			continue;
		if (t->exiting) {
			release_zombie(t);
			continue;
		}
		if (t->ptrace.options & ABI_PTRACE_O_EXITKILL)
			signal_send_process(t->proc, &kill);
		release_tracee(t);
	}
	free_ends(p, p->nr_tasks > 1 ? tracer->tid : 0);
}

/* The exec of a thread gives it the leader's number: what it traces follows. */
void ptrace_tid_changed(struct process *p, int old, int tid)
{
	struct task *t;

	list_for_each(t, &p->tracees, ptrace.link)
		if (t->ptrace.tracer_tid == old)
			t->ptrace.tracer_tid = tid;
}

/* ---- stopping ------------------------------------------------------------------------------ */

static void tell_tracer(struct task *t, int why)
{
	struct process *tracer = t->ptrace.tracer;
	const struct sigaction_k *sa = &tracer->sighand->action[SIGCHLD - 1];
	struct abi_siginfo info = exit_siginfo(t->proc, why, t->ptrace.code & 0x7f);

	info.pid = t->tid;
	info.uid = t->cred->uid;
	if (sa->handler != ABI_SIG_IGN && !(sa->flags & SA_NOCLDSTOP))
		signal_send_process(tracer, &info);
	wake_up_all(&tracer->child_wait);
}

int ptrace_stop(struct task *t, int code, int why, uint64_t message, struct abi_siginfo *info)
{
	struct ptrace_state *pt = &t->ptrace;

	if (!pt->tracer || t->thread.kill_pending)
		return code;
	pt->code = code;
	pt->message = message;
	pt->info = info;
	pt->stopped = true;
	pt->listening = pt->trap_pending = false;
	if (why == CLD_STOPPED)
		signal_task_leaves(t);        /* takes part in the stop of the group */
	tell_tracer(t, why);
	while (pt->stopped && !t->thread.kill_pending)
		thread_stop();
	code = pt->code;
	pt->stopped = pt->listening = false;
	pt->info = NULL;
	pt->code = 0;
	signal_recalc(t);
	return code;
}

/* The tracee stops with a status of its own making: no signal of somebody's. */
int ptrace_notify(struct task *t, int code, int why, uint64_t message)
{
	struct abi_siginfo info = { .signo = code & 0x7f, .code = code, .pid = t->proc->pid, .uid = t->cred->uid };

	if ((code & 0x7f) == SIGTRAP)
		info.signo = SIGTRAP;
	return ptrace_stop(t, code, why, message, &info);
}

bool ptrace_event_enabled(const struct task *t, int event)
{
	return t->ptrace.tracer && (t->ptrace.options & (1u << event));
}

void ptrace_event(struct task *t, int event, uint64_t message)
{
	if (ptrace_event_enabled(t, event)) {
		ptrace_notify(t, SIGTRAP | event << 8, CLD_TRAPPED, message);
	} else if (event == ABI_PTRACE_EVENT_EXEC && t->ptrace.tracer && !t->ptrace.seized) {
		/* What tracers lived on before there were events: a plain SIGTRAP. */
		struct abi_siginfo info = { .signo = SIGTRAP, .code = SI_USER, .pid = t->proc->pid, .uid = t->cred->uid };

		signal_send_task(t, &info);
	}
}

/* Group stop, or what was asked for by trap_pending (do_jobctl_trap). */
void ptrace_trap_stop(struct task *t)
{
	int signo = t->proc->stop_signal;

	t->ptrace.trap_pending = false;
	if (t->ptrace.seized) {
		if (!signo)
			signo = SIGTRAP;
		ptrace_notify(t, signo | ABI_PTRACE_EVENT_STOP << 8, CLD_STOPPED, 0);
	} else if (signo) {
		ptrace_stop(t, signo, CLD_STOPPED, 0, NULL);
	} else {
		signal_task_leaves(t);
	}
	signal_recalc(t);
}

/* A signal is about to act: the tracer may change it or take it away. The number, 0: nothing is left. */
int ptrace_signal(struct task *t, struct abi_siginfo *info)
{
	struct process *tracer = t->ptrace.tracer;
	int pid = tracer->pid, signo;
	uint32_t uid = tracer->leader->cred->uid;

	signo = ptrace_stop(t, info->signo, CLD_TRAPPED, 0, info);
	if (!signo || t->thread.kill_pending)
		return 0;
	if (signo != info->signo)
		*info = (struct abi_siginfo){ .signo = signo, .code = SI_USER, .pid = pid, .uid = uid };
	/* What is blocked now waits again. */
	if (t->blocked & abi_sigmask(signo)) {
		signal_send_task(t, info);
		return 0;
	}
	return signo;
}

/* SIGCONT: a seized tracee reports that the stop of its group is over. */
void ptrace_continued(struct task *t)
{
	struct ptrace_state *pt = &t->ptrace;

	if (!pt->tracer || !pt->seized)
		return;
	pt->trap_pending = true;
	if (pt->listening)
		ptrace_wake(t);
}

void ptrace_wake(struct task *t)
{
	t->ptrace.stopped = t->ptrace.listening = false;
	t->ptrace.code = 0;
	thread_wake(&t->thread);
}

/* ---- births and deaths ------------------------------------------------------------------------ */

/* Which event clone reports to the tracer; 0: none. */
int ptrace_clone_event(const struct task *t, uint64_t flags, int exit_signal)
{
	int event = flags & CLONE_VFORK ? ABI_PTRACE_EVENT_VFORK :
		    exit_signal != SIGCHLD ? ABI_PTRACE_EVENT_CLONE : ABI_PTRACE_EVENT_FORK;

	if ((flags & CLONE_UNTRACED) || !ptrace_event_enabled(t, event))
		return 0;
	return event;
}

void ptrace_child_born(struct task *parent, struct task *child)
{
	struct ptrace_state *pt = &parent->ptrace;

	if (!pt->tracer)
		return;
	link_tracee(child, pt->tracer, pt->tracer_tid, pt->seized, pt->options);
	if (pt->seized)
		child->ptrace.trap_pending = true;
	else
		child->pending.set |= abi_sigmask(SIGSTOP);
}

/* Even a task that is being killed stops here: the others of its process have put it
 * on this way, and only a SIGKILL from outside cuts the stop short. */
void ptrace_exit_event(struct task *t, int code)
{
	bool killed = t->thread.kill_pending;

	if (!ptrace_event_enabled(t, ABI_PTRACE_EVENT_EXIT))
		return;
	t->ptrace.in_exit = true;
	t->thread.kill_pending = false;
	ptrace_notify(t, SIGTRAP | ABI_PTRACE_EVENT_EXIT << 8, CLD_TRAPPED, (uint64_t)code);
	t->ptrace.in_exit = false;
	t->thread.kill_pending = killed;
}

/* A thread other than the leader has ended: its tracer will want to know how. */
void ptrace_thread_ended(struct task *t, int status)
{
	struct process *tracer = t->ptrace.tracer;
	struct abi_siginfo info;
	struct tracee_end *e;

	if (!tracer)
		return;
	if (t == t->proc->leader)
		return;                       /* its process tells */
	e = xnew(struct tracee_end);
	e->tid = t->tid;
	e->shown = pid_shown_to(tracer, t->tid);
	e->tracer_tid = t->ptrace.tracer_tid;
	e->status = status;
	e->uid = t->cred->uid;
	rusage_add_task(&e->rusage, t);
	unlink_tracee(t);
	list_add_tail(&tracer->tracee_ends, &e->link);
	info = exit_siginfo(t->proc, CLD_EXITED, 0);
	info.pid = e->tid;
	info.code = status & 0x7f ? CLD_KILLED : CLD_EXITED;
	info.status = status & 0x7f ? status & 0x7f : status >> 8 & 0xff;
	signal_send_process(tracer, &info);
	wake_up_all(&tracer->child_wait);
}

/* The task is going without a trace (exec's old leader, a process that was reaped). */
void ptrace_forget(struct task *t)
{
	if (t->ptrace.tracer)
		unlink_tracee(t);
}

/* ---- bonds made by requests ---------------------------------------------------------------------- */

int ptrace_traceme(void)
{
	struct task *t = task_current();
	struct process *parent = t->proc->parent;

	if (t->ptrace.tracer || !parent)
		return -EPERM;
	link_tracee(t, parent, t->proc->parent_tid, false, 0);
	return 0;
}

int ptrace_attach(struct task *t, bool seize, uint32_t options)
{
	struct task *self = task_current();
	struct abi_siginfo stop = signal_info_kernel(SIGSTOP);
	int err;

	if (t->proc == self->proc)
		return -EPERM;
	err = task_may_access(self, t, true);
	if (err)
		return err;
	if (t->exiting || t->ptrace.tracer)
		return -EPERM;
	link_tracee(t, self->proc, self->tid, seize, options);
	/* One that job control has stopped gets over into a stop that its tracer sees. */
	if (process_stopped(t->proc)) {
		t->ptrace.trap_pending = true;
		thread_wake(&t->thread);
	}
	if (!seize)
		signal_send_task(t, &stop);
	signal_recalc(t);
	return 0;
}

int ptrace_detach(struct task *t, int signo)
{
	if (signo < 0 || signo > ABI_NSIG)
		return -EIO;
	if (t->exiting) {
		release_zombie(t);
		return 0;
	}
	t->ptrace.code = signo;
	release_tracee(t);
	return 0;
}
