/* Process groups and sessions: setpgid, setsid, orphaned groups. Rules of kernel/sys.c and exit.c. */
#include "internal.h"

/* A group is orphaned when no member has a parent outside the group but inside the
 * session: nobody is left who could continue it (POSIX 3.264; Linux will_become_orphaned_pgrp). */
static bool orphaned_without(int pgid, const struct process *ignored)
{
	struct pid *pid = pid_find(pgid);
	struct process *p;

	if (!pid)
		return true;
	list_for_each(p, &pid->pgrp_members, pgrp_link) {
		/* Linux' "parent is init": here init may be a shell that has jobs of its own. */
		if (p == ignored || p->zombie || !p->parent || p->adopted)
			continue;
		if (p->parent->pgid != pgid && p->parent->sid == p->sid)
			return false;
	}
	return true;
}

bool pgrp_is_orphaned(int pgid)
{
	return orphaned_without(pgid, NULL);
}

static bool has_stopped_member(int pgid)
{
	struct pid *pid = pid_find(pgid);
	struct process *p;

	list_for_each(p, &pid->pgrp_members, pgrp_link)
		if (process_stopped(p))
			return true;
	return false;
}

void pgrp_check_orphaned(struct process *p, struct process *parent)
{
	const struct process *ignored = parent ? NULL : p;
	int pgid = p->pgid;

	if (!parent)
		parent = p->parent;
	if (parent->pgid == pgid || parent->sid != p->sid)
		return;
	if (orphaned_without(pgid, ignored) && has_stopped_member(pgid)) {
		struct abi_siginfo hup = signal_info_kernel(SIGHUP), cont = signal_info_kernel(SIGCONT);

		signal_send_pgrp(pgid, &hup);
		signal_send_pgrp(pgid, &cont);
	}
}

static bool pgrp_in_session(int pgid, int sid)
{
	struct pid *pid = pid_find(pgid);

	return pid && !list_empty(&pid->pgrp_members) &&
	       list_first(&pid->pgrp_members, struct process, pgrp_link)->sid == sid;
}

int64_t kernel_setpgid(int nr, int pgid)
{
	struct process *self = task_current()->proc, *p;

	nr = nr ? pid_mean(nr) : self->pid;
	pgid = pgid ? pid_mean(pgid) : nr;
	if (pgid < 0)
		return -EINVAL;
	p = process_find(nr);
	if (!p)
		return task_find(nr) ? -EINVAL : -ESRCH;
	if (p->parent == self && p != self) {
		if (p->sid != self->sid)
			return -EPERM;
		if (p->did_exec)
			return -EACCES;
	} else if (p != self) {
		return -ESRCH;
	}
	if (p->session_leader)
		return -EPERM;
	if (pgid != p->pid && !pgrp_in_session(pgid, self->sid))
		return -EPERM;
	pid_join_pgrp(p, pgid);
	return 0;
}

int64_t kernel_setsid(void)
{
	struct process *p = task_current()->proc;
	struct pid *pid = pid_find(p->pid);

	if (p->session_leader || !list_empty(&pid->pgrp_members))
		return -EPERM;
	p->session_leader = true;
	p->tty = NULL;
	pid_join_session(p, p->pid);
	pid_join_pgrp(p, p->pid);
	return p->own_pid;
}

int64_t kernel_getpgid(int nr)
{
	struct task *t = nr ? task_find(pid_mean(nr)) : task_current();

	return t ? pid_show(t->proc->pgid) : -ESRCH;
}

int64_t kernel_getsid(int nr)
{
	struct task *t = nr ? task_find(pid_mean(nr)) : task_current();

	return t ? pid_show(t->proc->sid) : -ESRCH;
}
