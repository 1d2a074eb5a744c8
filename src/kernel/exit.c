/* The end of tasks and processes.
 *
 *   exit(2)        exit_task()                 one task
 *   exit_group(2)  exit_group_begin() + exit_task(): the others are killed, and
 *   fatal signal   each of them meets the same end when it next looks
 *
 * What a task holds goes while it can still sleep: robust futexes, memory, files.
 * Then it leaves the process; the last one turns the process into a zombie,
 * gives its children away and tells the parent. The kernel stack and the
 * structures go on the next thread's stack (thread_exit).
 *
 * The end of init is the end of the machine: everybody is killed, init waits for
 * them, and the hart stops (Linux: kernel/pid_namespace.c, zap_pid_ns_processes). */
#include "internal.h"

#include "abi/process.h"
#include "abi/time.h"
#include "base/log.h"
#include "base/trace.h"
#include "kernel/ipc.h"

bool machine_ending;

/* ---- telling the parent -------------------------------------------------------------- */

struct abi_siginfo exit_siginfo(struct process *p, int code, int value)
{
	struct rusage_k ru;

	process_rusage(p, &ru);
	return (struct abi_siginfo){
		.signo = SIGCHLD, .code = code, .pid = p->pid, .uid = p->leader->cred->uid,
		.status = value,
		.utime = (int64_t)(ru.utime_ns / (NSEC_PER_SEC / ABI_USER_HZ)),
		.stime = (int64_t)(ru.stime_ns / (NSEC_PER_SEC / ABI_USER_HZ)),
	};
}

static int exit_cld_code(int status)
{
	if ((status & 0x7f) == 0)
		return CLD_EXITED;
	return status & ABI_STATUS_CORE ? CLD_DUMPED : CLD_KILLED;
}

/* The zombie is announced, or reaped at once when nobody will ask (SIGCHLD ignored). */
void exit_notify_parent(struct process *p)
{
	/* A tracer that is not the parent comes first; the parent when it has waited. */
	struct process *tracer = p->leader->ptrace.tracer, *parent = tracer ? tracer : p->parent;
	int sig = tracer && tracer != p->parent ? SIGCHLD : p->exit_signal;
	/* An init that is ending itself asks nobody any more. */
	bool autoreap = machine_ending || (parent && parent->pid_ns && parent->nr_tasks == 0);

	if (parent) {
		const struct sigaction_k *sa = &parent->sighand->action[SIGCHLD - 1];
		struct abi_siginfo info = exit_siginfo(p, exit_cld_code(p->exit_code),
			p->exit_code & 0x7f ? p->exit_code & 0x7f : p->exit_code >> 8 & 0xff);

		if (sig == SIGCHLD && (sa->handler == ABI_SIG_IGN || sa->flags & SA_NOCLDWAIT)) {
			autoreap = true;
			if (sa->handler == ABI_SIG_IGN)
				sig = 0;
		}
		info.signo = sig;
		if (sig)
			signal_send_process(parent, &info);
		wake_up_all(&parent->child_wait);
	}
	wake_up_all(&p->exit_wait);
	pid_ns_told_of_end(p);
	if (autoreap && p != machine.init)
		process_unlink(p);
	if (machine_ending)
		wake_up_all(&machine.init->thread_wait);
}

void notify_parent_stop(struct process *p, int code)
{
	struct process *parent = p->parent;
	const struct sigaction_k *sa;
	struct abi_siginfo info;

	if (!parent)
		return;
	sa = &parent->sighand->action[SIGCHLD - 1];
	info = exit_siginfo(p, code, code == CLD_CONTINUED ? SIGCONT : p->stop_signal);
	if (sa->handler != ABI_SIG_IGN && !(sa->flags & SA_NOCLDSTOP))
		signal_send_process(parent, &info);
	wake_up_all(&parent->child_wait);
}

/* ---- children without a parent ----------------------------------------------------------- */

/* The nearest living ancestor in its name space that asked for it (PR_SET_CHILD_SUBREAPER), else the
 * init of that; when that has ended, the next one outside. */
static struct process *find_reaper(const struct process *p)
{
	struct process *init = pid_ns_init(p->pid_ns), *a;

	for (a = p->parent; a && a != init && a->pid_ns == p->pid_ns; a = a->parent)
		if (a->subreaper && a->nr_tasks)
			return a;
	return init && init != p ? init : machine.init;
}

static void parent_died(struct process *child)
{
	struct task *t;

	for_each_task(t, child)
		if (t->pdeath_signal) {
			struct abi_siginfo info = signal_info_kernel(t->pdeath_signal);

			signal_send_process(child, &info);
		}
}

static void give_children_away(struct process *p)
{
	struct process *reaper = find_reaper(p), *c, *next;

	if (p == machine.init)
		return;               /* waits for them itself */
	list_for_each_safe(c, next, &p->children, sibling) {
		list_del(&c->sibling);
		c->parent = reaper;
		c->adopted = true;
		c->exit_signal = SIGCHLD;
		list_add_tail(&reaper->children, &c->sibling);
		parent_died(c);
		pgrp_check_orphaned(c, p);
		c->parent_tid = reaper->pid;
		if (c->zombie && (!c->leader->ptrace.tracer || c->leader->ptrace.tracer == reaper))
			exit_notify_parent(c);
	}
}

/* ---- the machine's end ---------------------------------------------------------------------- */

/* reboot(2): init ends, and with it everything. As after a power-off, that is a success. */
int kernel_end_machine(void)
{
	exit_group_begin(machine.init, 0);
	return 0;
}

static void kill_everybody_else(struct process *init)
{
	struct process *p, *next;

	machine_ending = true;
	for (p = process_next(1); p; p = process_next(p->pid + 1))
		if (p != init && !p->zombie)
			exit_group_begin(p, SIGKILL);
	list_for_each_safe(p, next, &init->children, sibling)
		if (p->zombie)
			process_unlink(p);
	wait_event(&init->thread_wait, process_count() == 1, WAIT_UNINTERRUPTIBLE, WAIT_FOREVER);
}

/* ---- the process ------------------------------------------------------------------------------ */

static void leave_session(struct process *p)
{
	struct process *q;
	struct tty *tty = p->tty;

	p->tty = NULL;
	if (!p->session_leader)
		return;
	if (tty) {
		tty_hangup_session(tty, true);
	} else if (p->lost_tty_pgrp > 0) {
		struct abi_siginfo hup = signal_info_kernel(SIGHUP), cont = signal_info_kernel(SIGCONT);

		signal_send_pgrp(p->lost_tty_pgrp, &hup);
		signal_send_pgrp(p->lost_tty_pgrp, &cont);
	}
	for (q = process_next(1); q; q = process_next(q->pid + 1))
		if (q->sid == p->sid)
			q->tty = NULL;
}

static void process_exit(struct process *p)
{
	if (p == machine.init)
		kill_everybody_else(p);
	else
		pid_ns_end(p);
	time_process_exit(p);
	ipc_process_exit(p);
	leave_session(p);
	give_children_away(p);
	if (p->parent)
		pgrp_check_orphaned(p, NULL);
	TRACE(kernel, process_exited, p);
	p->zombie = true;
	if (p == machine.init) {
		machine.crash.status = p->exit_code;
		sched_shutdown();
	}
	exit_notify_parent(p);
}

void exit_group_begin(struct process *p, int wait_status)
{
	struct task *t;

	if (p->group_exit && !p->exec_task)
		return;
	p->group_exit = true;
	p->exec_task = NULL;
	p->exit_code = wait_status;
	p->stop_signal = 0;
	for_each_task(t, p)
		signal_kill_task(t);
}

/* ---- the task ------------------------------------------------------------------------------------ */

static void clear_tid(struct task *t)
{
	int32_t zero = 0;
	gva_t addr = t->clear_child_tid;

	/* Nobody else would see it in memory of our own. */
	if (!addr || !t->mm)
		return;
	if (mm_copy_to(t->mm, addr, &zero, sizeof(zero)) == 0)
		futex_wake_at(t->mm, addr, 1);
}

static void drop_task(void *arg)
{
	task_put(arg);
}

/* Signals sent to the process while this task was to take them: another one takes them. */
static void pass_signals_on(struct process *p)
{
	struct task *t;

	if (!p->pending.set)
		return;
	for_each_task(t, p) {
		signal_recalc(t);
		if (t->thread.signal_pending)
			thread_wake_signal(&t->thread, false);
	}
}

static void release_resources(struct task *t)
{
	struct files *files = t->files;
	struct fs *fs = t->fs;

	futex_exit(t);
	t->pi_over = true;
	clear_tid(t);
	rusage_add_task(&t->proc->dead_threads, t);
	task_release_mm(t);
	t->files = NULL;
	t->fs = NULL;
	if (files)
		files_put(files);
	if (fs)
		fs_put(fs);
}

_Noreturn void exit_task(void)
{
	struct task *t = task_current();
	struct process *p = t->proc;

	ASSERT(!t->exiting);
	ptrace_exit_event(t, t->proc->group_exit ? t->proc->exit_code : t->exit_code);
	t->exiting = true;
	ptrace_tracer_exits(t);
	signal_task_leaves(t);
	release_resources(t);
	ptrace_thread_ended(t, p->group_exit ? p->exit_code : t->exit_code);
	task_unlink(t);
	if (p->nr_tasks == 0) {
		process_exit(p);
	} else {
		pass_signals_on(p);
		wake_up_all(&p->thread_wait);
	}
	thread_exit(drop_task, t);
}

void kernel_exit_thread(int code)
{
	struct task *t = task_current();

	t->exit_code = abi_status_exited(code);
	/* A process that was not ended as a whole has its leader's status (wait_task_zombie). */
	if (t == t->proc->leader && !t->proc->group_exit)
		t->proc->exit_code = abi_status_exited(code);
	exit_task();
}

void kernel_exit_group(int wait_status)
{
	exit_group_begin(task_current()->proc, wait_status);
	exit_task();
}

/* ---- exec's need: be the only task of the process ------------------------------------------------- */

/* The leader's number passes to the task that calls exec, as POSIX wants the pid
 * to stay (Linux: fs/exec.c, de_thread). The old leader is a zombie by now. */
static void take_leaders_place(struct task *t)
{
	struct process *p = t->proc;
	struct task *old = p->leader;
	struct pid *mine = pid_find(t->tid), *leaders = pid_find(old->tid);

	list_del(&old->group_link);
	ptrace_forget(old);
	ptrace_tid_changed(p, t->tid, old->tid);
	mine->task = NULL;
	pid_free_if_unused(mine);
	t->tid = old->tid;
	t->own_tid = old->own_tid;
	leaders->task = t;
	p->leader = t;
	task_get(t);
	task_put(old);
}

void process_end_other_threads(int status)
{
	struct task *self = task_current(), *t;
	struct process *p = self->proc;

	p->group_exit = true;
	p->exec_task = self;
	p->exit_code = status;
	for_each_task(t, p)
		if (t != self)
			signal_kill_task(t);
	wait_event(&p->thread_wait, p->nr_tasks == 1, WAIT_UNINTERRUPTIBLE, WAIT_FOREVER);
}

int process_kill_other_threads(void)
{
	struct task *self = task_current(), *t;
	struct process *p = self->proc;

	if (p->group_exit || self->thread.kill_pending)
		return -EAGAIN;
	if (p->nr_tasks > 1) {
		p->group_exit = true;
		p->exec_task = self;
		for_each_task(t, p)
			if (t != self)
				signal_kill_task(t);
		wait_event(&p->thread_wait, p->nr_tasks == 1, WAIT_UNINTERRUPTIBLE, WAIT_FOREVER);
		if (p->exec_task != self)
			return -EAGAIN;       /* SIGKILL came meanwhile */
		p->exec_task = NULL;
		p->group_exit = false;
	}
	if (p->leader != self)
		take_leaders_place(self);
	return 0;
}
