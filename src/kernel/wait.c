/* wait4 and waitid: what became of the children. Semantics of kernel/exit.c, do_wait(). */
#include "internal.h"

#include "abi/process.h"
#include "base/alloc.h"

struct wait_scan {
	enum wait_id which;
	int id;
	uint32_t options;
	struct wait_result *out;
};

/* ---- resource usage ------------------------------------------------------------------ */

static void io_add(struct io_count *to, const struct io_count *from)
{
	to->rchar += from->rchar;
	to->wchar += from->wchar;
	to->syscr += from->syscr;
	to->syscw += from->syscw;
}

void rusage_add(struct rusage_k *to, const struct rusage_k *from)
{
	to->utime_ns += from->utime_ns;
	to->stime_ns += from->stime_ns;
	to->min_flt += from->min_flt;
	to->maj_flt += from->maj_flt;
	to->nvcsw += from->nvcsw;
	to->nivcsw += from->nivcsw;
	to->inblock += from->inblock;
	to->oublock += from->oublock;
	io_add(&to->io, &from->io);
	to->maxrss_kb = MAX(to->maxrss_kb, from->maxrss_kb);
}

void rusage_add_task(struct rusage_k *to, struct task *t)
{
	struct rusage_k ru = {
		.min_flt = t->min_flt, .maj_flt = t->maj_flt,
		.nvcsw = t->thread.nr_switches_voluntary,
		.nivcsw = t->thread.nr_switches_involuntary,
		.io = t->io,
	};
	struct mm_stats stats;

	task_times(t, &ru.utime_ns, &ru.stime_ns);
	if (t->mm) {
		mm_stats(t->mm, &stats);
		ru.maxrss_kb = stats.hiwater_rss * (PAGE_SIZE / 1024);
	}
	rusage_add(to, &ru);
}

void process_rusage(struct process *p, struct rusage_k *out)
{
	struct task *t;

	*out = p->dead_threads;
	for_each_task(t, p)
		rusage_add_task(out, t);
}

void process_times(const struct process *p, struct rusage_k *out)
{
	process_rusage((struct process *)p, out);
}

/* ---- which child -------------------------------------------------------------------------- */

static bool wanted(const struct wait_scan *w, int id, int pgid)
{
	return w->which == WAIT_ANY || (w->which == WAIT_PID ? id : pgid) == w->id;
}

static bool eligible(const struct wait_scan *w, const struct process *c, bool traced)
{
	if (!wanted(w, c->pid, c->pgid))
		return false;
	/* With __WNOTHREAD only the children of the calling thread count. */
	if ((w->options & __WNOTHREAD) && c->parent_tid != task_current()->tid && !traced)
		return false;
	/* A "clone" child is one that does not announce its end with SIGCHLD. */
	if (!traced && !(w->options & __WALL) &&
	    !(w->options & __WCLONE) != (c->exit_signal == SIGCHLD))
		return false;
	return true;
}

static int report(const struct wait_scan *w, struct process *c, int status, int code, int value)
{
	w->out->pid = c->pid;
	w->out->shown = pid_show(c->pid);      /* while it still has the number */
	w->out->status = status;
	w->out->code = code;
	w->out->value = value;
	w->out->uid = c->leader->cred->uid;
	process_rusage(c, &w->out->rusage);
	rusage_add(&w->out->rusage, &c->dead_children);
	return c->pid;
}

static int take_zombie(const struct wait_scan *w, struct process *c)
{
	struct task *leader = c->leader;
	int s = c->exit_code, pid;

	if (s & 0x7f)
		pid = report(w, c, s, s & ABI_STATUS_CORE ? CLD_DUMPED : CLD_KILLED, s & 0x7f);
	else
		pid = report(w, c, s, CLD_EXITED, s >> 8 & 0xff);
	if (w->options & WNOWAIT)
		return pid;
	if (leader->ptrace.tracer && leader->ptrace.tracer != c->parent) {
		/* The tracer has seen it; now it is the parent's. */
		ptrace_forget(leader);
		exit_notify_parent(c);
		return pid;
	}
	rusage_add(&c->parent->dead_children, &w->out->rusage);
	process_unlink(c);
	return pid;
}

static int take_stopped(const struct wait_scan *w, struct process *c)
{
	if (!(w->options & WNOWAIT))
		c->stop_reported = true;
	return report(w, c, abi_status_stopped(c->stop_signal), CLD_STOPPED, c->stop_signal);
}

static int take_continued(const struct wait_scan *w, struct process *c)
{
	if (!(w->options & WNOWAIT))
		c->continued = false;
	return report(w, c, ABI_STATUS_CONTINUED, CLD_CONTINUED, SIGCONT);
}

/* ---- what is traced ------------------------------------------------------------------------- */

static bool in_trap(const struct task *t)
{
	return t->ptrace.stopped && !t->ptrace.listening && t->ptrace.code;
}

static int take_trap(const struct wait_scan *w, struct task *t)
{
	int code = t->ptrace.code;

	report(w, t->proc, abi_status_stopped(code), CLD_TRAPPED, code);
	w->out->pid = t->tid;
	w->out->shown = pid_show(t->tid);
	w->out->uid = t->cred->uid;
	if (!(w->options & WNOWAIT))
		t->ptrace.code = 0;
	return t->tid;
}

static int take_end(const struct wait_scan *w, struct tracee_end *e)
{
	int s = e->status, tid = e->tid;

	*w->out = (struct wait_result){
		.pid = e->tid, .shown = e->shown, .status = s, .uid = e->uid, .rusage = e->rusage,
		.code = s & 0x7f ? s & ABI_STATUS_CORE ? CLD_DUMPED : CLD_KILLED : CLD_EXITED,
		.value = s & 0x7f ? s & 0x7f : s >> 8 & 0xff,
	};
	if (!(w->options & WNOWAIT)) {
		list_del(&e->link);
		free(e);
	}
	return tid;
}

/* The number of a tracee that has something to report, 0: not yet, -ECHILD: there is none. */
static int scan_tracees(const struct wait_scan *w)
{
	struct process *self = task_current()->proc;
	struct tracee_end *e;
	struct task *t;
	int ret = -ECHILD;

	list_for_each(e, &self->tracee_ends, link)
		if ((w->options & WEXITED) && wanted(w, e->tid, self->pgid))
			return take_end(w, e);
	list_for_each(t, &self->tracees, ptrace.link) {
		if (!wanted(w, t->tid, t->proc->pgid))
			continue;
		if ((w->options & __WNOTHREAD) && t->ptrace.tracer_tid != task_current()->tid)
			continue;
		if (t->proc->zombie && t == t->proc->leader) {
			if (w->options & WEXITED)
				return take_zombie(w, t->proc);
			continue;
		}
		ret = 0;
		if (in_trap(t))
			return take_trap(w, t);
	}
	return ret;
}

/* ---- children -------------------------------------------------------------------------------- */

/* Something of one child: its pid, 0 not yet, -ECHILD never. */
static int look_at_child(const struct wait_scan *w, struct process *c)
{
	struct process *tracer = c->leader->ptrace.tracer;

	if (c->zombie) {
		/* Its tracer comes first. What has ended will not stop any more: not worth waiting for. */
		if (tracer && tracer != c->parent)
			return 0;
		return w->options & WEXITED ? take_zombie(w, c) : -ECHILD;
	}
	/* A parent that traces sees the stops as a tracer. */
	if (tracer == c->parent)
		return in_trap(c->leader) ? take_trap(w, c->leader) : 0;
	if ((w->options & WSTOPPED) && process_stopped(c) && !c->stop_reported)
		return take_stopped(w, c);
	if ((w->options & WCONTINUED) && c->continued)
		return take_continued(w, c);
	return 0;
}

/* The pid of a child that has something to report, 0: not yet, -ECHILD: never. */
static int scan_children(const struct wait_scan *w)
{
	struct process *self = task_current()->proc, *c, *next;
	int ret = -ECHILD, found;

	list_for_each_safe(c, next, &self->children, sibling) {
		if (!eligible(w, c, ptrace_traces(self, c->leader)))
			continue;
		found = look_at_child(w, c);
		if (found > 0)
			return found;
		if (found == 0)
			ret = 0;
	}
	if (!list_empty(&self->tracees) || !list_empty(&self->tracee_ends)) {
		found = scan_tracees(w);
		return found > 0 ? found : MAX(ret, found);
	}
	return ret;
}

int64_t kernel_wait(enum wait_id which, int id, uint32_t options, struct wait_result *out)
{
	struct wait_scan w = { which, id, options, out };
	int found = scan_children(&w), err;

	if (found || (options & WNOHANG))
		return found;
	err = wait_event(&task_current()->proc->child_wait, (found = scan_children(&w)) != 0,
			 WAIT_INTERRUPTIBLE, WAIT_FOREVER);
	return err ? err : found;
}
