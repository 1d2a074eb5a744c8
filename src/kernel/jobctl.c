/* What terminals ask of processes (vfs' tty_hooks): who is in the foreground, whom to signal. */
#include "internal.h"

#include "abi/process.h"

static void hook_signal_pgrp(int pgrp, int sig)
{
	struct abi_siginfo info = signal_info_kernel(sig);

	if (pgrp > 0)
		signal_send_pgrp(pgrp, &info);
}

/* Host events arrive on the boot stack, where no task is current. */
static int hook_current_session(void)
{
	struct task *t = task_current();

	return t ? t->proc->sid : 0;
}

static int hook_current_pid(void)
{
	struct task *t = task_current();

	return t ? t->proc->pid : 0;
}

static int hook_current_pgrp(void)
{
	struct task *t = task_current();

	return t ? t->proc->pgid : 0;
}

/* A background process touches its terminal (drivers/tty/tty_jobctrl.c, __tty_check_change):
 * reading fails with EIO if the signal could not stop it, writing just goes on. */
static int hook_job_control(int sig)
{
	struct task *t = task_current();
	struct abi_siginfo info = signal_info_kernel(sig);
	bool unheard;

	if (!t)
		return 0;
	unheard = (t->blocked & abi_sigmask(sig)) ||
		  t->proc->sighand->action[sig - 1].handler == ABI_SIG_IGN;
	if (unheard)
		return sig == SIGTTIN ? -EIO : 0;
	if (pgrp_is_orphaned(t->proc->pgid))
		return -EIO;
	signal_send_pgrp(t->proc->pgid, &info);
	signal_recalc(t);
	return -ERESTARTSYS;
}

static struct tty *hook_controlling_tty(void)
{
	struct task *t = task_current();

	return t ? t->proc->tty : NULL;
}

/* NULL: the whole session loses it. */
static void hook_set_controlling_tty(struct tty *tty)
{
	struct task *t = task_current();
	struct process *p;

	if (!t)
		return;
	t->proc->tty = tty;
	t->proc->lost_tty_pgrp = 0;
	if (!t->proc->session_leader)
		return;
	for (p = process_next(1); p; p = process_next(p->pid + 1))
		if (p->sid == t->proc->sid)
			p->tty = tty;
}

static bool hook_session_leader(void)
{
	struct task *t = task_current();

	return t && t->proc->session_leader;
}

static int hook_pgrp_session(int pgrp)
{
	struct pid *pid = pid_find(pgrp);

	if (!pid || list_empty(&pid->pgrp_members))
		return 0;
	return list_first(&pid->pgrp_members, struct process, pgrp_link)->sid;
}

static void hook_terminal_stolen(struct tty *tty)
{
	for (struct process *p = process_next(1); p; p = process_next(p->pid + 1))
		if (p->tty == tty)
			p->tty = NULL;
}

static bool hook_is_admin(void)
{
	return !task_current() || task_capable(task_current(), ABI_CAP_SYS_ADMIN);
}

/* __tty_hangup: the leader is told, all lose it. What was in the foreground hears of it when the
 * leader exits. */
static void hook_terminal_lost(struct tty *tty)
{
	struct abi_siginfo hup = signal_info_kernel(SIGHUP), cont = signal_info_kernel(SIGCONT);

	for (struct process *p = process_next(1); p; p = process_next(p->pid + 1)) {
		if (p->tty != tty)
			continue;
		p->tty = NULL;
		if (!p->session_leader || p->zombie)
			continue;
		p->lost_tty_pgrp = tty_foreground_pgrp(tty);
		signal_send_process(p, &hup);
		signal_send_process(p, &cont);
	}
}

void jobctl_install_hooks(void)
{
	tty_hooks = (struct tty_hooks){
		.signal_pgrp = hook_signal_pgrp,
		.current_session = hook_current_session,
		.current_pid = hook_current_pid, .show_pid = pid_show, .mean_pid = pid_mean,
		.current_pgrp = hook_current_pgrp,
		.job_control = hook_job_control,
		.controlling_tty = hook_controlling_tty,
		.set_controlling_tty = hook_set_controlling_tty,
		.session_leader = hook_session_leader,
		.pgrp_session = hook_pgrp_session,
		.terminal_lost = hook_terminal_lost,
		.terminal_stolen = hook_terminal_stolen,
		.is_admin = hook_is_admin,
	};
}
