/* wait4 and waitid: what became of the children. Semantics of kernel/exit.c, do_wait(). */
#include "internal.h"

#include "abi/process.h"

struct wait_scan {
	enum wait_id which;
	int id;
	uint32_t options;
	struct wait_result *out;
};

/* ---- resource usage ------------------------------------------------------------------ */

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
	to->maxrss_kb = MAX(to->maxrss_kb, from->maxrss_kb);
}

void rusage_add_task(struct rusage_k *to, struct task *t)
{
	struct rusage_k ru = {
		.min_flt = t->min_flt, .maj_flt = t->maj_flt,
		.nvcsw = t->thread.nr_switches_voluntary,
		.nivcsw = t->thread.nr_switches_involuntary,
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

static bool eligible(const struct wait_scan *w, const struct process *c)
{
	if (w->which == WAIT_PID && c->pid != w->id)
		return false;
	if (w->which == WAIT_PGRP && c->pgid != w->id)
		return false;
	/* A "clone" child is one that does not announce its end with SIGCHLD. */
	if (!(w->options & __WALL) &&
	    !(w->options & __WCLONE) != (c->exit_signal == SIGCHLD))
		return false;
	return true;
}

static int report(const struct wait_scan *w, struct process *c, int status, int code, int value)
{
	*w->out = (struct wait_result){
		.pid = c->pid, .status = status, .code = code, .value = value,
		.uid = c->leader->cred->uid,
	};
	process_rusage(c, &w->out->rusage);
	rusage_add(&w->out->rusage, &c->dead_children);
	return c->pid;
}

static int take_zombie(const struct wait_scan *w, struct process *c)
{
	int s = c->exit_code, pid;

	if (s & 0x7f)
		pid = report(w, c, s, s & ABI_STATUS_CORE ? CLD_DUMPED : CLD_KILLED, s & 0x7f);
	else
		pid = report(w, c, s, CLD_EXITED, s >> 8 & 0xff);
	if (!(w->options & WNOWAIT)) {
		rusage_add(&c->parent->dead_children, &w->out->rusage);
		process_unlink(c);
	}
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

/* The pid of a child that has something to report, 0: not yet, -ECHILD: never. */
static int scan_children(const struct wait_scan *w)
{
	struct process *self = task_current()->proc, *c, *next;
	int ret = -ECHILD;

	list_for_each_safe(c, next, &self->children, sibling) {
		if (!eligible(w, c))
			continue;
		if (c->zombie && (w->options & WEXITED))
			return take_zombie(w, c);
		/* It will never stop or continue any more: not worth waiting for. */
		if (c->zombie)
			continue;
		ret = 0;
		if ((w->options & WSTOPPED) && process_stopped(c) && !c->stop_reported)
			return take_stopped(w, c);
		if ((w->options & WCONTINUED) && c->continued)
			return take_continued(w, c);
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
