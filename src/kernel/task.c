/* Life of the structures: who holds a reference on what.
 *
 *   struct task     1 while its thread runs (dropped on the next thread's stack,
 *                   when nobody stands on this one any more), 1 by process.leader
 *   struct process  1 by each task structure, 1 while in the pid table, pidfds
 *
 * A leader that exits before its threads stays on process.tasks and in the pid
 * table until the process is reaped; any other task leaves both when it exits. */
#include "internal.h"

#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"
#include "kernel/ipc.h"
#include "net/net.h"

static unsigned live_tasks, live_processes;    /* structures */
static unsigned nr_processes;                  /* in the pid table, zombies included */
static uint64_t nr_tasks;                      /* not yet exited */

struct task *task_current(void)
{
	struct thread *t = thread_current();

	/* The boot stack of a hart belongs to no task; it has no entry function. */
	return t->entry ? container_of(t, struct task, thread) : NULL;
}

unsigned task_live_count(void)    { return live_tasks; }
unsigned process_live_count(void) { return live_processes; }
unsigned process_count(void)      { return nr_processes; }
uint64_t task_count(void)         { return nr_tasks; }

/* ---- processes --------------------------------------------------------------------- */

struct process *process_create(void)
{
	struct process *p = xnew(struct process);

	live_processes++;
	list_init(&p->children);
	list_init(&p->sibling);
	list_init(&p->tasks);
	list_init(&p->pgrp_link);
	list_init(&p->posix_timers);
	list_init(&p->tracees);
	list_init(&p->tracee_ends);
	list_init(&p->sem_undos);
	signal_init_pending(&p->pending);
	wait_queue_init(&p->child_wait);
	wait_queue_init(&p->exit_wait);
	wait_queue_init(&p->thread_wait);
	p->dumpable = true;
	p->coredump_filter = COREDUMP_FILTER_DEFAULT;
	p->start_ns = sched_clock_ns();
	time_init_process(p);
	return p;
}

void process_get(struct process *p)
{
	p->refs++;
}

void process_put(struct process *p)
{
	ASSERT(p->refs > 0);
	if (--p->refs)
		return;
	signal_flush_pending(&p->pending);
	if (p->sighand)
		sighand_put(p->sighand);
	if (p->exe.dentry)
		exec_exe_put(p->exe);
	ns_put(p->pid_ns);
	live_processes--;
	free(p);
}

void process_unlink(struct process *p)
{
	struct pid *pid = pid_find(p->pid);

	ASSERT(!p->reaped);
	p->reaped = true;
	list_del(&p->sibling);
	pid->process = NULL;
	pid->task = NULL;
	pid_leave_pgrp(p);
	pid_leave_session(p);
	if ((pid = pid_find(p->pid)))
		pid_free_if_unused(pid);
	list_del(&p->leader->group_link);
	ptrace_forget(p->leader);
	task_put(p->leader);
	p->leader = NULL;
	nr_processes--;
	process_put(p);
}

struct task *process_next_task(struct process *p, struct task *from)
{
	struct list *l = from ? from->group_link.next : p->tasks.next;

	for (; l != &p->tasks; l = l->next) {
		struct task *t = list_entry(l, struct task, group_link);

		if (!t->exiting)
			return t;
	}
	return NULL;
}

/* ---- tasks ----------------------------------------------------------------------------- */

struct task *task_create(struct process *p)
{
	struct task *t = xnew(struct task);

	live_tasks++;
	t->refs = 1;
	t->proc = p;
	process_get(p);
	list_init(&t->group_link);
	list_init(&t->pi_owned);
	signal_init_pending(&t->pending);
	t->altstack.flags = SS_DISABLE;
	t->syscall_nr = -1;
	t->mce_kill = 2;              /* PR_MCE_KILL_DEFAULT */
	t->timer_slack_ns = 50000;    /* Linux' default, init_task.c */
	t->start_ns = sched_clock_ns();
	return t;
}

/* Make it visible under its number; from here on it counts. */
void task_link(struct task *t, int tid)
{
	struct process *p = t->proc;
	struct pid *pid = pid_find(tid);

	t->tid = tid;
	t->own_tid = pid_number_in(pid, p->pid_ns);
	pid->task = t;
	list_add_tail(&p->tasks, &t->group_link);
	p->nr_tasks++;
	nr_tasks++;
	if (!p->leader) {
		p->leader = t;
		task_get(t);
		p->pid = tid;
		p->own_pid = t->own_tid;
		pid->process = p;
		process_get(p);
		nr_processes++;
	}
}

/* The other end: an exiting task is no longer found, unless it is the leader. */
void task_unlink(struct task *t)
{
	struct process *p = t->proc;
	struct pid *pid;

	p->nr_tasks--;
	nr_tasks--;
	if (t == p->leader)
		return;
	list_del(&t->group_link);
	pid = pid_find(t->tid);
	pid->task = NULL;
	pid_free_if_unused(pid);
}

void task_get(struct task *t)
{
	t->refs++;
}

void task_put(struct task *t)
{
	ASSERT(t->refs > 0);
	if (--t->refs)
		return;
	ASSERT(!t->mm && !t->files && !t->fs);
	signal_flush_pending(&t->pending);
	if (t->cred)
		cred_put(t->cred);
	seccomp_filter_put(t->seccomp);
	ns_put(t->uts);
	ns_put(t->net);
	ns_put(t->ipc);
	ns_put(t->pid_ns_next);
	ns_put(t->time_ns);
	ns_put(t->time_ns_next);
	process_put(t->proc);
	live_tasks--;
	free(t);
}

void task_vfork_done(struct task *t)
{
	struct vfork_done *v = t->vfork;

	if (!v)
		return;
	t->vfork = NULL;
	v->done = true;
	wake_up_all(&v->wait);
	if (--v->refs == 0)
		free(v);
}

void task_release_mm(struct task *t)
{
	struct mm *mm = t->mm;

	t->mm = NULL;
	if (mm)
		mm_put(mm);
	task_vfork_done(t);
}

void task_replace_mm(struct task *t, struct mm *mm)
{
	task_release_mm(t);
	t->mm = mm;
}

enum xlen task_xlen(const struct task *t)
{
	return t->mm ? mm_xlen(t->mm) : XLEN_64;
}

struct walker task_walker(struct file *dir)
{
	struct task *t = task_current();

	return (struct walker){ .fs = t->fs, .cred = t->cred, .dir = dir };
}

uint64_t task_rlimit(const struct task *t, int which)
{
	return t->proc->rlim[which].cur;
}

void task_set_comm(struct task *t, const char *name)
{
	size_t n = strnlen(name, COMM_LEN - 1);

	memset(t->comm, 0, sizeof(t->comm));
	memcpy(t->comm, name, n);
}

bool task_capable(const struct task *t, int cap)
{
	return user_ns_capable(t->cred, NULL, cap);
}

bool task_capable_here(const struct task *t, int cap)
{
	return t->cred->cap_effective >> cap & 1;
}

/* ---- handlers ---------------------------------------------------------------------------- */

void sighand_put(struct sighand *s)
{
	if (--s->refs == 0)
		free(s);
}

struct sighand *sighand_copy(const struct sighand *s)
{
	struct sighand *copy = xnew(struct sighand);

	if (s)
		memcpy(copy->action, s->action, sizeof(copy->action));
	copy->refs = 1;
	wait_queue_init(&copy->signalfd_wait);
	return copy;
}

void task_unshare_sighand(struct task *t)
{
	struct sighand *shared = t->proc->sighand;

	if (shared->refs == 1)
		return;
	t->proc->sighand = sighand_copy(shared);
	sighand_put(shared);
}

/* ---- limits -------------------------------------------------------------------------------- */

/* What Linux gives the first process (include/asm-generic/resource.h), with the usual
 * values of a running system where Linux derives them from the size of memory. */
void default_rlimits(struct rlimit_k *rlim)
{
	enum { NPROC = 31200, SIGPENDING = NPROC };

	for (int i = 0; i < RLIM_COUNT; i++)
		rlim[i] = (struct rlimit_k){ ABI_RLIM_INFINITY, ABI_RLIM_INFINITY };
	rlim[ABI_RLIMIT_STACK].cur = 8 << 20;
	rlim[ABI_RLIMIT_CORE].cur = 0;
	rlim[ABI_RLIMIT_NPROC] = (struct rlimit_k){ NPROC, NPROC };
	rlim[ABI_RLIMIT_NOFILE] = (struct rlimit_k){ 1024, 1 << 20 };
	rlim[ABI_RLIMIT_MEMLOCK] = (struct rlimit_k){ 8 << 20, 8 << 20 };
	rlim[ABI_RLIMIT_SIGPENDING] = (struct rlimit_k){ SIGPENDING, SIGPENDING };
	rlim[ABI_RLIMIT_MSGQUEUE] = (struct rlimit_k){ 819200, 819200 };
	rlim[ABI_RLIMIT_NICE] = (struct rlimit_k){ 0, 0 };
	rlim[ABI_RLIMIT_RTPRIO] = (struct rlimit_k){ 0, 0 };
}
