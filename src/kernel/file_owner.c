/* Who is told of a file by signals: fcntl(2) F_SETOWN, O_ASYNC, out-of-band data (Linux fs/fcntl.c f_setown,
 * send_sigio, send_sigurg).
 *
 * The owner is a thread, a process or a group. Its number is held while it is named here, so that
 * nobody gets it who is not meant; one that has ended is told nothing. */
#include "internal.h"

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "abi/signal.h"

int file_owner_set(struct file *f, int type, int shown)
{
	const struct cred *who = task_current()->cred;
	int nr = pid_mean(shown);

	if (shown < 0 || (shown && !pid_find(nr)))
		return -ESRCH;
	file_set_owner(f, type, nr);
	f->owner.uid = who->uid;
	f->owner.euid = who->euid;
	return 0;
}

/* f_getown(): 0 when it is not there any more, or never was of that kind. */
int file_owner_show(const struct file *f)
{
	const struct pid *pid = f->owner.pid ? pid_find(f->owner.pid) : NULL;
	bool there = false;

	if (pid && f->owner.type == ABI_F_OWNER_TID)
		there = pid->task;
	else if (pid && f->owner.type == ABI_F_OWNER_PID)
		there = pid->process;
	else if (pid)
		there = !list_empty(&pid->pgrp_members);
	return there ? pid_show(f->owner.pid) : 0;
}

/* sigio_perm(): what whoever named the owner might have sent by kill(2). */
static bool may_signal(const struct file *f, const struct task *to)
{
	const struct file_owner *o = &f->owner;
	const struct cred *c = to->cred;

	return !o->euid || o->euid == c->suid || o->euid == c->uid || o->uid == c->suid || o->uid == c->uid;
}

/* When no more of F_SETSIG's can be queued, SIGIO says that something happened (send_sigio_to_task). */
static const struct abi_siginfo plain = { .signo = SIGIO, .code = SI_KERNEL };

static void tell_process(const struct file *f, struct process *p, const struct abi_siginfo *info)
{
	if (!p->zombie && p->leader && may_signal(f, p->leader) && signal_send_process(p, info) == -EAGAIN)
		signal_send_process(p, &plain);
}

static void tell(const struct file *f, const struct abi_siginfo *info)
{
	struct pid *pid = f->owner.pid ? pid_find(f->owner.pid) : NULL;
	struct process *p, *next;

	if (!pid)
		return;
	if (f->owner.type == ABI_F_OWNER_TID) {
		if (pid->task && may_signal(f, pid->task) && signal_send_task(pid->task, info) == -EAGAIN)
			signal_send_task(pid->task, &plain);
	} else if (f->owner.type == ABI_F_OWNER_PID) {
		if (pid->process)
			tell_process(f, pid->process, info);
	} else {
		list_for_each_safe(p, next, &pid->pgrp_members, pgrp_link)
			tell_process(f, p, info);
	}
}

/* Those whose own codes would be meant by what says what happened. */
static bool has_codes(int signo)
{
	return signo == SIGILL || signo == SIGFPE || signo == SIGSEGV || signo == SIGBUS || signo == SIGTRAP ||
	       signo == SIGCHLD || signo == SIGSYS;
}

/* The signal of F_SETSIG says what happened and where; SIGIO by default says nothing. */
static void send_sigio(const struct file *f, int fd, int reason)
{
	static const int64_t bands[] = {
		[POLL_IN] = ABI_EPOLLIN | ABI_EPOLLRDNORM, [POLL_OUT] = ABI_EPOLLOUT | ABI_EPOLLWRNORM | ABI_EPOLLWRBAND,
		[POLL_PRI] = ABI_EPOLLPRI | ABI_EPOLLRDBAND, [POLL_HUP] = ABI_EPOLLHUP | ABI_EPOLLERR,
		[POLL_MSG] = ABI_EPOLLIN | ABI_EPOLLRDNORM | ABI_EPOLLMSG,
	};
	struct abi_siginfo info = plain;

	if (f->owner.signo)
		info = (struct abi_siginfo){
			.signo = f->owner.signo, .code = has_codes(f->owner.signo) ? SI_SIGIO : reason, .band = bands[reason], .fd = fd,
		};
	tell(f, &info);
}

void file_owner_urgent(const struct file *f)
{
	tell(f, &(struct abi_siginfo){ .signo = SIGURG, .code = SI_KERNEL });
}

void file_owner_install_hooks(void)
{
	file_owner_hooks = (struct file_owner_hooks){ .send = send_sigio, .hold = pid_hold, .drop = pid_drop };
}
