/* What sockets ask of processes (net's hooks): who calls, and SIGPIPE. */
#include "internal.h"

#include "abi/process.h"
#include "abi/signal.h"
#include "net/net.h"

static void caller(struct net_caller *out)
{
	static const struct cred machine_cred;    /* nobody calls: a connection from outside */
	const struct task *t = thread_current() ? task_current() : NULL;

	if (!t) {
		*out = (struct net_caller){ .cred = &machine_cred };
		return;
	}
	*out = (struct net_caller){ .pid = t->proc->pid, .cred = t->cred, .fs = t->fs,
				    .nofile = task_rlimit(t, ABI_RLIMIT_NOFILE), .net = t->net,
				    .ruler = ns_owner(t->proc->pid_ns) };
}

static void sigpipe(void)
{
	struct task *t = task_current();
	struct abi_siginfo info = { .signo = SIGPIPE, .code = SI_USER,
				    .pid = t->proc->pid, .uid = t->cred->uid };

	signal_send_task(t, &info);
}

/* sigio_perm(): the owner must be somebody whom he who set it could have signalled. */
static bool may_tell(const struct file *f, const struct cred *c)
{
	return !f->owner_euid || f->owner_euid == c->suid || f->owner_euid == c->uid || f->owner_uid == c->suid || f->owner_uid == c->uid;
}

static void sigurg(const struct file *f)
{
	struct abi_siginfo info = { .signo = SIGURG, .code = SI_KERNEL };

	for (struct process *p = f->owner_pid ? process_next(1) : NULL; p; p = process_next(p->pid + 1))
		if ((f->owner_pid > 0 ? p->pid == f->owner_pid : p->pgid == -f->owner_pid) && !p->zombie && may_tell(f, p->leader->cred))
			signal_send_process(p, &info);
}

static bool knows_pid(int nr) { return nr > 0 && pid_find(nr); }

/* Who receives credentials may be in a name space, where a number is only known while it lasts. One that
 * is shown to the machine alone needs no holding. */
static bool hold_pid(int nr)
{
	struct pid *pid = pid_find(nr);

	if (!pid || !pid->ns)
		return false;
	pid->holds++;
	return true;
}

static void drop_pid(int nr)
{
	struct pid *pid = pid_find(nr);

	pid->holds--;
	pid_free_if_unused(pid);
}

void netctl_install_hooks(void)
{
	net_hooks = (struct net_hooks){ .caller = caller, .sigpipe = sigpipe, .sigurg = sigurg, .show_pid = pid_show, .mean_pid = pid_mean, .knows_pid = knows_pid,
				       .hold_pid = hold_pid, .drop_pid = drop_pid };
}
