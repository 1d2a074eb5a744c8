/* The second half of exec: nothing here can fail.
 *
 * What POSIX and execve(2) say survives stays: pid, parent, descriptors without
 * close-on-exec, blocked and pending signals, ignored signals, working directory,
 * umask, limits, itimers, nice. Everything that spoke about the old image goes:
 * memory, handlers, the alternate stack, POSIX timers, the addresses that the
 * thread library had registered. */
#include "binprm.h"

#include <string.h>

#include "abi/process.h"
#include "abi/signal.h"
#include "base/log.h"
#include "base/trace.h"
#include "internal.h"

/* ---- /proc/PID/exe: a file that runs cannot be written ------------------------- */

struct path exec_exe_get(struct path p)
{
	if (!p.dentry)
		return p;
	if (inode_deny_write(path_inode(p)) < 0)
		log_debug("a running program is open for writing");
	return path_get(p);
}

void exec_exe_put(struct path p)
{
	if (!p.dentry)
		return;
	inode_allow_write(path_inode(p));
	path_put(p);
}

static void set_exe(struct process *p, struct path exe)
{
	struct path old = p->exe;

	p->exe = exec_exe_get(exe);
	exec_exe_put(old);
}

/* ---- the pieces -------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void install_cred(struct binprm *b)
{
	struct task *t = b->task;
	struct process *p = t->proc;
	const struct cred *c = b->cred;
	bool same_ids = c->euid == c->uid && c->egid == c->gid;

	if (b->secure)
		t->pdeath_signal = 0;
	p->dumpable = same_ids && !b->enforce_nondump;
	cred_put(t->cred);
	t->cred = b->cred;
	b->cred = NULL;
}

static void forget_thread_library(struct task *t)
{
	t->clear_child_tid = t->set_child_tid = 0;
	t->robust_list = t->robust_len = 0;
	t->rseq = 0;
	t->rseq_len = t->rseq_sig = 0;
	t->altstack.sp = t->altstack.size = 0;
	t->altstack.flags = SS_DISABLE;
	t->restart.fn = NULL;
}

/* The psABI leaves registers open; Linux' start_thread clears them all. */
static void set_registers(struct binprm *b)
{
	struct cpu_regs *r = &b->task->regs;

	memset(r, 0, sizeof(*r));
	r->pc = b->entry;
	r->x[2] = b->sp;
}

void exec_commit(struct binprm *b)
{
	struct task *t = b->task;
	struct process *p = t->proc;

	futex_exit(t);
	posix_timers_exit(p);
	task_replace_mm(t, b->mm);
	b->mm = NULL;
	time_ns_exec(t);
	forget_thread_library(t);
	set_exe(p, b->file->path);
	p->personality = b->personality;
	p->rlim[ABI_RLIMIT_STACK].cur = b->stack_limit;
	p->did_exec = true;
	p->membarrier = 0;
	p->exit_signal = SIGCHLD;
	install_cred(b);
	signal_exec_reset(t);
	files_close_on_exec(t->files);
	task_set_comm(t, b->comm_name ? b->comm_name : base_name(b->filename));
	set_registers(b);
	TRACE(kernel, exec_commit, t, b);
}
