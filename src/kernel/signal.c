/* Signals: sending, queues, default actions, delivery. Semantics of kernel/signal.c.
 *
 *   send      ignored? dropped. Standard signal already pending? dropped. Else queued
 *             on the process or the task, and a task that does not block it is woken.
 *   pending   thread.signal_pending says whether the task has something to do before
 *             it goes back to the guest; every change of masks or queues recomputes it.
 *   deliver   on the way back to the guest: default actions are carried out here,
 *             a handler gets a frame (signal_frame.c), an interrupted call restarts.
 *
 * SIGKILL is no queue entry: it sets process.group_exit and kill_pending on each
 * task. Stopping is a matter of the whole process: stop_signal is set, each task
 * stops when it next looks, and the last of them tells the parent. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/trace.h"

enum { REG_A0 = 10, REG_A7 = 17, ECALL_SIZE = 4, NR_RESTART_SYSCALL = 128 };

const char *const signal_names[65] = {
	[1] = "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE",
	"SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT",
	"SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU",
	"SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
	"SIGRT_0", "SIGRT_1", "SIGRTMIN", "SIGRT_3", "SIGRT_4", "SIGRT_5", "SIGRT_6", "SIGRT_7",
	"SIGRT_8", "SIGRT_9", "SIGRT_10", "SIGRT_11", "SIGRT_12", "SIGRT_13", "SIGRT_14",
	"SIGRT_15", "SIGRT_16", "SIGRT_17", "SIGRT_18", "SIGRT_19", "SIGRT_20", "SIGRT_21",
	"SIGRT_22", "SIGRT_23", "SIGRT_24", "SIGRT_25", "SIGRT_26", "SIGRT_27", "SIGRT_28",
	"SIGRT_29", "SIGRT_30", "SIGRT_31", "SIGRT_32",
};

#define M(sig) ((uint64_t)1 << ((sig) - 1))
static const uint64_t stop_signals = M(SIGSTOP) | M(SIGTSTP) | M(SIGTTIN) | M(SIGTTOU);
static const uint64_t core_signals = M(SIGQUIT) | M(SIGILL) | M(SIGTRAP) | M(SIGABRT) | M(SIGFPE) |
	M(SIGSEGV) | M(SIGBUS) | M(SIGSYS) | M(SIGXCPU) | M(SIGXFSZ);
static const uint64_t ignored_signals = M(SIGCONT) | M(SIGCHLD) | M(SIGWINCH) | M(SIGURG);
/* Caused by an instruction of the task itself: taken before all others (SYNCHRONOUS_MASK). */
static const uint64_t synchronous_signals = M(SIGSEGV) | M(SIGBUS) | M(SIGILL) | M(SIGTRAP) |
	M(SIGFPE) | M(SIGSYS);
static const uint64_t unblockable = M(SIGKILL) | M(SIGSTOP);

static unsigned nr_queued;      /* entries in all queues */

bool signal_is_ignored_by_default(int signo) { return ignored_signals & M(signo); }
bool signal_is_stop(int signo)               { return stop_signals & M(signo); }
bool signal_dumps_core(int signo)            { return core_signals & M(signo); }
unsigned signal_queued_count(void)           { return nr_queued; }

struct abi_siginfo signal_info_kernel(int signo)
{
	return (struct abi_siginfo){ .signo = signo, .code = SI_KERNEL };
}

/* ---- queues --------------------------------------------------------------------------- */

void signal_init_pending(struct sigpending *p)
{
	list_init(&p->queue);
	p->set = 0;
}

static void free_entry(struct sigqueue *q)
{
	list_del(&q->link);
	nr_queued--;
	free(q);
}

static void remove_signals(struct sigpending *p, uint64_t mask)
{
	struct sigqueue *q, *next;

	if (!(p->set & mask))
		return;
	p->set &= ~mask;
	list_for_each_safe(q, next, &p->queue, link)
		if (M(q->info.signo) & mask)
			free_entry(q);
}

void signal_flush_pending(struct sigpending *p)
{
	remove_signals(p, ~(uint64_t)0);
}

static uint64_t queue_length(const struct sigpending *p)
{
	const struct sigqueue *q;
	uint64_t n = 0;

	list_for_each(q, &p->queue, link)
		n++;
	return n;
}

/* RLIMIT_SIGPENDING counts what is queued for all processes of the user. The
 * machine-wide count answers for almost everybody; only beyond it is counted. */
static bool over_queue_limit(const struct process *p)
{
	uint64_t limit = p->rlim[ABI_RLIMIT_SIGPENDING].cur, mine = 0;

	if (nr_queued < limit)
		return false;
	for (struct process *q = process_next(1); q; q = process_next(q->pid + 1)) {
		struct task *t;

		if (q->leader->cred->uid != p->leader->cred->uid)
			continue;
		mine += queue_length(&q->pending);
		for_each_task(t, q)
			mine += queue_length(&t->pending);
	}
	return mine >= limit;
}

static int enqueue(struct process *p, struct sigpending *to, const struct abi_siginfo *info)
{
	bool real_time = info->signo >= ABI_SIGRTMIN;
	struct sigqueue *q;

	if (!real_time && (to->set & M(info->signo)))
		return 0;             /* a standard signal is pending once */
	/* What the kernel says about a standard signal is always kept (__send_signal_locked). */
	if (over_queue_limit(p) && (real_time || info->code < 0)) {
		/* Only one that says it was queued may be refused; others lose their details. */
		if (real_time && info->code != SI_USER)
			return -EAGAIN;
		to->set |= M(info->signo);
		return 0;
	}
	q = xnew(struct sigqueue);
	nr_queued++;
	q->info = *info;
	list_add_tail(&to->queue, &q->link);
	to->set |= M(info->signo);
	return 0;
}

/* Take the lowest signal of `set` out of `p`. */
static bool take(struct sigpending *p, uint64_t set, struct abi_siginfo *info)
{
	uint64_t ready = p->set & set;
	struct sigqueue *q, *first = NULL;
	unsigned more = 0;
	int signo;

	if (!ready)
		return false;
	if (ready & synchronous_signals)
		ready &= synchronous_signals;
	signo = __builtin_ctzll(ready) + 1;
	list_for_each(q, &p->queue, link)
		if (q->info.signo == signo) {
			if (!first)
				first = q;
			else
				more++;
		}
	if (first) {
		*info = first->info;
		free_entry(first);
	} else {
		*info = (struct abi_siginfo){ .signo = signo, .code = SI_USER };
	}
	if (!more)
		p->set &= ~M(signo);
	return true;
}

/* ---- masks and the flag ---------------------------------------------------------------- */

void signal_recalc(struct task *t)
{
	struct process *p = t->proc;

	if (!t->ptrace.in_exit)
		t->thread.kill_pending = p->group_exit && p->exec_task != t;
	t->thread.signal_pending = t->thread.kill_pending || t->stop_pending || t->ptrace.trap_pending ||
		(p->stop_signal && !t->ptrace.tracer) ||
		((t->pending.set | p->pending.set) & ~t->blocked);
}

bool signal_pending(const struct task *t)
{
	return t->thread.signal_pending;
}

void signal_set_blocked(struct task *t, uint64_t mask)
{
	uint64_t newly_blocked = mask & ~unblockable & ~t->blocked;

	t->blocked = mask & ~unblockable;
	signal_recalc(t);
	/* What this task would have taken may now be another's (retarget_shared_pending). */
	if (t->proc->pending.set & newly_blocked) {
		struct task *other;

		for_each_task(other, t->proc)
			if (other != t && (t->proc->pending.set & ~other->blocked)) {
				signal_recalc(other);
				thread_wake_signal(&other->thread, false);
			}
	}
}

bool signal_dequeue(struct task *t, uint64_t set, struct abi_siginfo *info)
{
	bool found = take(&t->pending, set, info) || take(&t->proc->pending, set, info);

	if (found && info->code == SI_TIMER)
		posix_timer_signal_taken(t->proc, info);
	/* Also when nothing was found: another task may have been quicker, or SIGCONT
	 * has taken back what the flag was set for. */
	signal_recalc(t);
	return found;
}

/* ---- sending ------------------------------------------------------------------------------- */

void signal_kill_task(struct task *t)
{
	if (t->stop_pending) {
		t->stop_pending = false;
		t->proc->stop_left--;         /* will not take part in the stop any more */
	}
	t->thread.kill_pending = t->thread.signal_pending = true;
	thread_wake_signal(&t->thread, true);
}

static void continue_process(struct process *p)
{
	struct task *t;
	bool was_stopped = process_stopped(p);

	for_each_task(t, p)
		remove_signals(&t->pending, stop_signals);
	remove_signals(&p->pending, stop_signals);
	if (!p->stop_signal)
		return;
	p->stop_signal = 0;
	p->stop_left = 0;
	p->stop_reported = false;
	for_each_task(t, p) {
		t->stop_pending = false;
		ptrace_continued(t);
		signal_recalc(t);
		if (t->thread.state == THREAD_STOPPED)
			thread_wake(&t->thread);
	}
	if (was_stopped) {
		p->continued = true;
		notify_parent_stop(p, CLD_CONTINUED);
	}
}

/* Stop and continue signals cancel each other when sent, even if ignored or blocked. */
static void prepare_stop_continue(struct process *p, int signo)
{
	struct task *t;

	if (signo == SIGCONT) {
		continue_process(p);
	} else if (signal_is_stop(signo)) {
		remove_signals(&p->pending, M(SIGCONT));
		for_each_task(t, p)
			remove_signals(&t->pending, M(SIGCONT));
	}
}

static bool handler_ignores(const struct process *p, int signo)
{
	gva_t handler = p->sighand->action[signo - 1].handler;

	return handler == ABI_SIG_IGN || (handler == ABI_SIG_DFL && signal_is_ignored_by_default(signo));
}

static bool dropped(const struct process *p, const struct task *t, int signo, bool forced)
{
	/* Blocked ones are kept: the handler may be another one when they are taken. */
	if ((t->blocked | t->real_blocked) & M(signo))
		return false;
	/* A tracer wants to know even of those. */
	if (t->ptrace.tracer && signo != SIGKILL)
		return false;
	if (p->unkillable && !forced && p->sighand->action[signo - 1].handler == ABI_SIG_DFL)
		return true;
	return handler_ignores(p, signo);
}

/* Ends the process for certain and without a core dump: begin at once, so that even
 * uninterruptible-but-killable sleeps end (complete_signal). */
static bool fatal_at_once(const struct process *p, const struct task *t, int signo, bool forced)
{
	if (signo == SIGKILL)
		return !p->unkillable || forced;
	/* A stopped process takes it when it continues. */
	return p->sighand->action[signo - 1].handler == ABI_SIG_DFL && !p->unkillable &&
	       !p->stop_signal && !t->ptrace.tracer &&
	       !(t->blocked & M(signo)) && !(t->real_blocked & M(signo)) &&
	       !signal_is_ignored_by_default(signo) && !signal_is_stop(signo) &&
	       !signal_dumps_core(signo);
}

static void wake_for(struct task *t)
{
	t->thread.signal_pending = true;
	thread_wake_signal(&t->thread, false);
}

/* A task that can take it now: the leader first, as Linux does. */
static struct task *choose_task(struct process *p, int signo)
{
	struct task *t;

	for_each_task(t, p)
		if (!(t->blocked & M(signo)))
			return t;
	return NULL;
}

/* The one stop of a task that is being killed anyway ends as well. */
static void kill_in_exit_stop(struct process *p)
{
	struct task *t;

	for_each_task(t, p)
		if (t->ptrace.in_exit)
			signal_kill_task(t);
}

/* Who sends, as the receiver sees it: process 0 from outside of its name space, and the user as it is called
 * in there. What a guest made itself (SI_QUEUE) says any number, but its user was the machine's, too. */
static void show_sender(const struct process *to, const struct user_ns *as, struct abi_siginfo *info)
{
	if (info->code == SI_QUEUE) {
		if (!pid_shown_in(to->pid_ns, task_current()->proc->pid))
			info->pid = 0;
	} else if (info->code == SI_USER || info->code == SI_TKILL || info->code == SI_MESGQ ||
		   (info->signo == SIGCHLD && info->code > 0)) {
		info->pid = pid_shown_in(to->pid_ns, info->pid);
	} else {
		return;
	}
	info->uid = user_ns_show(as, ID_USER, info->uid);
}

/* SIGKILL and SIGSTOP reach an init from outside of its name space, and from the kernel (send_signal_locked). */
static bool is_forced(const struct process *p, const struct abi_siginfo *info)
{
	if (!p->pid_ns || (info->signo != SIGKILL && info->signo != SIGSTOP))
		return false;
	return info->code == SI_KERNEL || (info->code <= 0 && thread_current() && !pid_shown_in(p->pid_ns, task_current()->proc->pid));
}

static int send_to(struct process *p, struct task *only, const struct abi_siginfo *sent)
{
	struct abi_siginfo own, *info = (struct abi_siginfo *)sent;
	bool forced = is_forced(p, sent);
	int signo = info->signo, err;
	struct task *t = only ? only : choose_task(p, signo);
	struct task *first = t ? t : process_next_task(p, NULL);

	if (!first || (p->group_exit && !p->exec_task)) {
		if (signo == SIGKILL)
			kill_in_exit_stop(p);
		return 0;             /* on its way out: as good as delivered */
	}
	if (p->pid_ns || first->cred->user_ns) {
		own = *sent;
		info = &own;
		show_sender(p, first->cred->user_ns, info);
	}
	prepare_stop_continue(p, signo);
	if (dropped(p, first, signo, forced))
		return 0;
	if (fatal_at_once(p, first, signo, forced)) {
		exit_group_begin(p, signo);
		return 0;
	}
	err = enqueue(p, only ? &only->pending : &p->pending, info);
	if (err)
		return err;
	wake_up_all(&p->sighand->signalfd_wait);
	if (t && !(t->blocked & M(signo)))
		wake_for(t);
	return 0;
}

int signal_send_process(struct process *p, const struct abi_siginfo *info)
{
	if (p->reaped)
		return -ESRCH;
	return p->zombie ? 0 : send_to(p, NULL, info);
}

int signal_send_task(struct task *t, const struct abi_siginfo *info)
{
	return t->exiting ? -ESRCH : send_to(t->proc, t, info);
}

int signal_send_pgrp(int pgid, const struct abi_siginfo *info)
{
	struct pid *pid = pid_find(pgid);
	struct process *p;
	int found = -ESRCH;

	if (!pid)
		return -ESRCH;
	list_for_each(p, &pid->pgrp_members, pgrp_link) {
		int err = signal_send_process(p, info);

		if (found != 0)
			found = err;
	}
	return found;
}

/* kill(2): the sender's real or effective id is the target's real or saved one;
 * SIGCONT goes everywhere in the session. */
bool task_may_signal(const struct task *by, const struct process *target, int sig)
{
	const struct cred *a = by->cred, *b;

	/* One that is reaped, and known through a pidfd only, is refused with ESRCH. */
	if (by->proc == target || target->reaped || user_ns_capable(a, target->leader->cred->user_ns, ABI_CAP_KILL))
		return true;
	b = target->leader->cred;
	if (a->euid == b->suid || a->euid == b->uid || a->uid == b->suid || a->uid == b->uid)
		return true;
	return sig == SIGCONT && by->proc->sid == target->sid;
}

/* ---- forced: faults of the task itself -------------------------------------------------------- */

void signal_force_info(const struct abi_siginfo *info, bool fatal)
{
	struct task *t = task_current();
	struct sigaction_k *sa = &t->proc->sighand->action[info->signo - 1];

	if ((t->blocked & M(info->signo)) || sa->handler == ABI_SIG_IGN || fatal) {
		sa->handler = ABI_SIG_DFL;
		t->blocked &= ~M(info->signo);
	}
	if (sa->handler == ABI_SIG_DFL)
		t->proc->unkillable = false;
	if (!(t->pending.set & M(info->signo)))
		enqueue(t->proc, &t->pending, info);
	signal_recalc(t);
}

void signal_force(int signo, int code, gva_t addr)
{
	struct task *t = task_current();
	struct abi_siginfo info = { .signo = signo, .code = code, .addr = addr };

	t->fault.sig = (uint32_t)signo;
	t->fault.code = code;
	t->fault.addr = addr;
	t->fault.pc = t->regs.pc;
	signal_force_info(&info, false);
}

/* ---- stopping ------------------------------------------------------------------------------------ */

static void begin_stop(struct process *p, int signo)
{
	struct task *t;

	if (!p->stop_signal)
		p->stop_left = 0;
	p->stop_signal = signo;
	p->continued = false;
	p->stop_reported = false;
	for_each_task(t, p) {
		/* A tracer may have let some go on while the others stayed. */
		if (t->stop_pending || t->thread.state == THREAD_STOPPED)
			continue;
		t->stop_pending = true;
		p->stop_left++;
		wake_for(t);
	}
}

static void task_has_stopped(struct task *t)
{
	struct process *p = t->proc;

	if (!t->stop_pending)
		return;
	t->stop_pending = false;
	if (--p->stop_left)
		return;
	/* A parent that traces hears of the stop as the tracer. */
	if (!t->ptrace.tracer || t->ptrace.tracer != p->parent)
		notify_parent_stop(p, CLD_STOPPED);
}

static void stop_here(struct task *t)
{
	if (t->ptrace.tracer) {
		ptrace_trap_stop(t);
		return;
	}
	task_has_stopped(t);
	while (t->proc->stop_signal && !t->thread.kill_pending && !t->ptrace.trap_pending)
		thread_stop();
	signal_recalc(t);
}

void signal_task_leaves(struct task *t)
{
	task_has_stopped(t);
}

/* ---- dying ----------------------------------------------------------------------------------------- */

/* For the line that tells hearth's user why the program ended. */
static void record_crash(struct task *t, int signo)
{
	struct crash_info *c = &machine.crash;
	struct vma_info vma;

	memcpy(c->comm, t->comm, sizeof(c->comm));
	if (t->fault.sig != (uint32_t)signo)
		return;
	c->fault.sig = t->fault.sig;
	c->fault.code = t->fault.code;
	c->fault.addr = t->fault.addr;
	c->fault.pc = t->fault.pc;
	if (!mm_find_vma(t->mm, c->fault.pc, false, &vma) || vma.start > c->fault.pc || !vma.file)
		return;
	if (file_describe(vma.file, t->fs, c->symbol_file, sizeof(c->symbol_file)) < 0)
		c->symbol_file[0] = 0;
	c->symbol_offset = c->fault.pc - vma.start + vma.offset;
}

_Noreturn static void die(struct task *t, const struct abi_siginfo *info)
{
	int status = info->signo;

	if (t->proc == machine.init)
		record_crash(t, info->signo);
	if (signal_dumps_core(info->signo) && coredump(t, info))
		status |= ABI_STATUS_CORE;
	kernel_exit_group(status);
}

/* ---- delivery ----------------------------------------------------------------------------------------- */

/* Carries out default actions until a signal with a handler turns up (its number) or
 * nothing is left (0). */
static int next_handled(struct task *t, struct abi_siginfo *info, struct sigaction_k *out)
{
	struct process *p = t->proc;

	for (;;) {
		struct sigaction_k *sa;
		int signo;

		if (t->thread.kill_pending)
			exit_task();
		if (t->ptrace.trap_pending) {
			ptrace_trap_stop(t);
			continue;
		}
		if ((p->stop_signal && !t->ptrace.tracer) || t->stop_pending) {
			stop_here(t);
			continue;
		}
		if (!signal_dequeue(t, ~t->blocked, info))
			return 0;
		signo = info->signo;
		if (t->ptrace.tracer && signo != SIGKILL) {
			signo = ptrace_signal(t, info);
			if (!signo)
				continue;
		}
		sa = &p->sighand->action[signo - 1];
		if (sa->handler == ABI_SIG_IGN)
			continue;
		if (sa->handler != ABI_SIG_DFL) {
			*out = *sa;
			if (sa->flags & SA_RESETHAND)
				sa->handler = ABI_SIG_DFL;
			return signo;
		}
		if (signal_is_ignored_by_default(signo) || (p->unkillable && signo != SIGSTOP && signo != SIGKILL))
			continue;
		if (!signal_is_stop(signo))
			die(t, info);
		/* Nobody could continue an orphaned group that ^Z stopped. */
		if (signo == SIGSTOP || !pgrp_is_orphaned(p->pgid))
			begin_stop(p, signo);
	}
}

/* The interrupted call goes on, or says EINTR (arch/riscv/kernel/signal.c,
 * arch_do_signal_or_restart): it is set up to go on before signals are looked at, so that a tracer
 * sees registers it may change; a handler then turns that round, unless the tracer did change pc. */
struct interrupted { int64_t ret; gva_t ecall; };

static bool prepare_restart(struct task *t, struct interrupted *in)
{
	uint64_t *a0 = &t->regs.x[REG_A0];
	int64_t nr = t->syscall_nr;

	t->syscall_nr = -1;
	in->ret = task_xlen(t) == XLEN_32 ? (int32_t)*a0 : (int64_t)*a0;
	if (nr < 0 || (in->ret != -ERESTARTSYS && in->ret != -ERESTARTNOINTR && in->ret != -ERESTARTNOHAND &&
		       in->ret != -ERESTART_RESTARTBLOCK))
		return false;
	*a0 = t->syscall_a0;
	t->regs.pc -= ECALL_SIZE;
	in->ecall = t->regs.pc;
	return true;
}

static void finish_restart(struct task *t, const struct interrupted *in, const struct sigaction_k *handler)
{
	if (t->regs.pc != in->ecall)
		return;
	if (!handler) {
		if (in->ret == -ERESTART_RESTARTBLOCK)
			t->regs.x[REG_A7] = NR_RESTART_SYSCALL;
	} else if (in->ret != -ERESTARTNOINTR && (in->ret != -ERESTARTSYS || !(handler->flags & SA_RESTART))) {
		t->regs.x[REG_A0] = task_xlen(t) == XLEN_32 ? (uint32_t)-EINTR : (uint64_t)-EINTR;
		t->regs.pc += ECALL_SIZE;
	}
}

static void restore_saved_mask(struct task *t)
{
	if (!t->restore_blocked)
		return;
	t->restore_blocked = false;
	signal_set_blocked(t, t->saved_blocked);
}

void signal_deliver(struct task *t)
{
	struct abi_siginfo info;
	struct sigaction_k sa;
	uint64_t oldset, mask;
	struct interrupted in = { 0 };
	bool interrupted = prepare_restart(t, &in);
	int signo = next_handled(t, &info, &sa);

	if (interrupted)
		finish_restart(t, &in, signo ? &sa : NULL);
	if (!signo) {
		restore_saved_mask(t);
		return;
	}
	oldset = t->restore_blocked ? t->saved_blocked : t->blocked;
	t->restart.fn = NULL;
	TRACE(kernel, signal_delivered, t, signo, &info, sa.handler);
	if (t->rseq)
		rseq_resume(t);        /* a section that is interrupted has failed */
	if (signal_setup_frame(t, signo, &info, &sa, oldset) < 0) {
		/* No stack for the handler: SIGSEGV, and for that one there is no second try. */
		if (signo == SIGSEGV)
			t->proc->sighand->action[SIGSEGV - 1].handler = ABI_SIG_DFL;
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return;
	}
	t->restore_blocked = false;
	mask = t->blocked | sa.mask;
	if (!(sa.flags & SA_NODEFER))
		mask |= M(signo);
	signal_set_blocked(t, mask);
}

/* ---- waiting for signals -------------------------------------------------------------------------------- */

int64_t signal_suspend(uint64_t mask)
{
	struct task *t = task_current();
	struct wait_queue nobody = WAIT_QUEUE_INIT(nobody);

	t->saved_blocked = t->blocked;
	signal_set_blocked(t, mask);
	wait_event(&nobody, false, WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	t->restore_blocked = true;
	return -ERESTARTNOHAND;
}

/* The signals waited for count as unblocked meanwhile, so that senders wake us;
 * real_blocked remembers that none of them may kill. */
int64_t signal_timedwait(uint64_t set, uint64_t deadline_ns, struct abi_siginfo *info)
{
	struct task *t = task_current();
	struct wait_queue nobody = WAIT_QUEUE_INIT(nobody);
	int err;

	set &= ~unblockable;
	if (signal_dequeue(t, set, info))
		return info->signo;
	if (deadline_ns == 0)
		return -EAGAIN;
	t->real_blocked = t->blocked;
	signal_set_blocked(t, t->blocked & ~set);
	err = wait_event(&nobody, false, WAIT_INTERRUPTIBLE, deadline_ns);
	signal_set_blocked(t, t->real_blocked);
	t->real_blocked = 0;
	if (signal_dequeue(t, set, info))
		return info->signo;
	return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

void signal_action_changed(struct process *p, int signo)
{
	struct task *t;

	/* POSIX 3.3.1.3: what is pending and now ignored is discarded. */
	if (!handler_ignores(p, signo))
		return;
	remove_signals(&p->pending, M(signo));
	for_each_task(t, p)
		remove_signals(&t->pending, M(signo));
}

void signal_exec_reset(struct task *t)
{
	struct sighand *s;

	task_unshare_sighand(t);
	s = t->proc->sighand;
	for (int i = 0; i < ABI_NSIG; i++) {
		if (s->action[i].handler != ABI_SIG_IGN)
			s->action[i].handler = ABI_SIG_DFL;
		s->action[i].flags = 0;
		s->action[i].mask = 0;
	}
	t->altstack.sp = 0;
	t->altstack.size = 0;
	t->altstack.flags = SS_DISABLE;
	t->restart.fn = NULL;
	t->syscall_nr = -1;
	t->proc->exit_signal = SIGCHLD;
	posix_timers_exit(t->proc);
}

int64_t kernel_restart_syscall(void)
{
	struct restart_block *r = &task_current()->restart;

	return r->fn ? r->fn(r) : -EINTR;
}

struct abi_siginfo *signal_find_queued_timer(struct process *p, struct task *t, int timerid)
{
	struct sigpending *pending = t ? &t->pending : &p->pending;
	struct sigqueue *q;

	list_for_each(q, &pending->queue, link)
		if (q->info.code == SI_TIMER && q->info.timerid == timerid)
			return &q->info;
	return NULL;
}
