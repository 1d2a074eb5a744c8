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

static bool knows_pid(int nr) { return nr > 0 && pid_find(nr); }

/* Who receives credentials may be in a name space, where a number is only known while it lasts. One that
 * is shown to the machine alone needs no holding. */
static bool hold_pid(int nr)
{
	const struct pid *pid = pid_find(nr);

	return pid && pid->ns && pid_hold(nr);
}

void netctl_install_hooks(void)
{
	net_hooks = (struct net_hooks){ .caller = caller, .sigpipe = sigpipe, .sigurg = file_owner_urgent, .show_pid = pid_show, .mean_pid = pid_mean, .knows_pid = knows_pid,
				       .hold_pid = hold_pid, .drop_pid = pid_drop };
}
