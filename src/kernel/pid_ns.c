/* PID name spaces: processes that are numbered from 1 again (Linux kernel/pid_namespace.c).
 *
 * Inside hearth every number is the machine's, as every uid is. A struct pid that lives in a name
 * space also has a number in it and in each of those around it:
 *
 *     machine            nr = 77
 *       level 1          shown[0] = 12
 *         level 2        shown[1] = 1        <- ns: the process lives here, and sees nothing outside
 *
 * Numbers are translated where they meet the guest: pid_show() and pid_mean() for the caller,
 * pid_shown_to() for somebody else. Of a number that cannot be seen, 0 is shown.
 *
 * The first process of a name space is its init: it gets the orphans, signals without a handler
 * do not reach it from inside, and with its end everybody in there is killed. Then
 * nothing can be born in there any more (ENOMEM). */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "base/log.h"

enum { PROC_MOUNTS_MAX = 127 };       /* name spaces with a /proc: seven bits of its files' argument */

struct pid_ns {
	struct ns ns;
	struct pid_ns *parent;        /* NULL: the machine; a reference */
	int level;                    /* 1: right below the machine */
	struct process *init;         /* NULL: not born yet, or reaped */
	bool over;                    /* init has ended */
	int last, capacity;
	struct pid **slots;           /* by number here */
	unsigned proc_index;          /* of proc_spaces; 0: no /proc */
};

/* Those that a mounted /proc speaks of. Each has a reference while it is here. */
static struct { struct pid_ns *ns; unsigned mounts; } proc_spaces[PROC_MOUNTS_MAX + 1];

/* ---- life ---------------------------------------------------------------------------------- */

static void destroy(struct ns *any)
{
	struct pid_ns *ns = (struct pid_ns *)any;

	ns_put(ns->parent);
	free(ns->slots);
}

const struct ns_kind pid_ns_kind = { .name = "pid", .flag = CLONE_NEWPID, .first = 0xeffffffcu, .destroy = destroy };

int pid_ns_create(struct pid_ns *parent, struct user_ns *owner, struct pid_ns **out)
{
	struct pid_ns *ns;

	if (parent && parent->level >= PID_NS_LEVELS)
		return -ENOSPC;
	ns = xnew(struct pid_ns);
	ns_init(&ns->ns, &pid_ns_kind, owner);
	ns->parent = ns_get(parent);
	ns->level = parent ? parent->level + 1 : 1;
	*out = ns;
	return 0;
}

struct pid_ns *pid_ns_parent(const struct pid_ns *ns)
{
	return ns->parent;
}

bool pid_ns_was_born(const struct pid_ns *ns)
{
	return !ns || ns->init || ns->over;
}

bool pid_ns_is_within(const struct pid_ns *ns, const struct pid_ns *around)
{
	while (ns && ns != around)
		ns = ns->parent;
	return ns == around;
}

int pid_ns_chain(struct pid_ns *ns, const struct pid_ns *around, struct pid_ns *out[PID_NS_LEVELS])
{
	int n = 0;

	for (; ns && ns != around; ns = ns->parent)
		out[n++] = ns;
	return n;
}

struct process *pid_ns_init(const struct pid_ns *ns)
{
	return ns ? ns->init : machine.init;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static int grow(struct pid_ns *ns, int nr)
{
	int capacity = ns->capacity ? ns->capacity : 16;

	while (capacity <= nr)
		capacity *= 2;
	if (capacity > ns->capacity) {
		ns->slots = xrealloc(ns->slots, (size_t)capacity * sizeof(*ns->slots));
		memset(ns->slots + ns->capacity, 0, (size_t)(capacity - ns->capacity) * sizeof(*ns->slots));
		ns->capacity = capacity;
	}
	return nr;
}

static bool is_free(const struct pid_ns *ns, int nr)
{
	return nr >= ns->capacity || !ns->slots[nr];
}

static int take_number(struct pid_ns *ns, int want)
{
	int nr = ns->last;

	if (want)
		return want >= machine.pid_max || (want != 1 && !ns->init) ? -EINVAL : is_free(ns, want) ? grow(ns, want) : -EEXIST;
	for (int tried = 0; tried < machine.pid_max; tried++) {
		if (++nr >= machine.pid_max)
			nr = PID_WRAP < machine.pid_max ? PID_WRAP : 1;
		if (is_free(ns, nr))
			return ns->last = grow(ns, nr);
	}
	return -EAGAIN;
}

/* The number gets one in each name space from `ns` outwards. */
int pid_ns_enter(struct pid *pid, struct pid_ns *ns, int want)
{
	if (!ns)
		return 0;
	if (ns->over)
		return -ENOMEM;
	pid->shown = xalloc((size_t)ns->level * sizeof(*pid->shown));
	pid->ns = ns_get(ns);
	for (struct pid_ns *n = ns; n; n = n->parent) {
		int nr = take_number(n, n == ns ? want : 0);

		if (nr < 0)
			return nr;        /* pid_ns_leave() gives back what was taken */
		n->slots[nr] = pid;
		pid->shown[n->level - 1] = nr;
	}
	return 0;
}

void pid_ns_leave(struct pid *pid)
{
	for (struct pid_ns *n = pid->ns; n; n = n->parent)
		if (pid->shown[n->level - 1])
			n->slots[pid->shown[n->level - 1]] = NULL;
	free(pid->shown);
	pid->shown = NULL;
	ns_put(pid->ns);
	pid->ns = NULL;
}

int pid_number_in(const struct pid *pid, const struct pid_ns *viewer)
{
	if (!viewer)
		return pid->nr;
	return pid->ns && pid->ns->level >= viewer->level && pid_ns_is_within(pid->ns, viewer) ? pid->shown[viewer->level - 1] : 0;
}

int pid_shown_in(const struct pid_ns *viewer, int nr)
{
	const struct pid *pid;

	if (!viewer || nr <= 0)
		return nr;
	pid = pid_find(nr);
	return pid ? pid_number_in(pid, viewer) : 0;
}

int pid_shown_to(const struct process *viewer, int nr)
{
	return viewer ? pid_shown_in(viewer->pid_ns, nr) : nr;
}

int pid_show(int nr)
{
	return pid_shown_in(task_current()->proc->pid_ns, nr);
}

int pid_meant_in(const struct pid_ns *viewer, int shown)
{
	if (!viewer || shown <= 0)
		return shown;
	return shown < viewer->capacity && viewer->slots[shown] ? viewer->slots[shown]->nr : PID_NOBODY;
}

int pid_mean(int shown)
{
	return pid_meant_in(task_current()->proc->pid_ns, shown);
}

/* ---- init ---------------------------------------------------------------------------------------- */

void pid_ns_born(struct process *p)
{
	struct pid_ns *ns = p->pid_ns;

	if (!ns || ns->init || ns->over)
		return;
	ns->init = p;
	p->unkillable = true;
}

/* Everybody else in there who still lives. */
static bool is_crowd(const struct process *p, const struct process *init)
{
	return p != init && !p->zombie && pid_ns_is_within(p->pid_ns, init->pid_ns);
}

static bool all_are_dead(struct process *init)
{
	struct process *p, *next;

	list_for_each_safe(p, next, &init->children, sibling)
		if (p->zombie)
			process_unlink(p);
	for (p = process_next(1); p; p = process_next(p->pid + 1))
		if (is_crowd(p, init))
			return false;
	return true;
}

/* zap_pid_ns_processes(): the last act of an init that ends. */
void pid_ns_end(struct process *init)
{
	struct pid_ns *ns = init->pid_ns;

	if (!ns || ns->init != init)
		return;
	ns->over = true;
	for (struct process *p = process_next(1); p; p = process_next(p->pid + 1))
		if (is_crowd(p, init))
			exit_group_begin(p, SIGKILL);
	wait_event(&init->child_wait, all_are_dead(init), WAIT_UNINTERRUPTIBLE, WAIT_FOREVER);
	ns->init = NULL;
}

/* reboot_pid_ns(): who waits for init is told what it was asked for by the signal it died of. */
void pid_ns_reboot(int signo)
{
	exit_group_begin(task_current()->proc->pid_ns->init, signo);
	kernel_exit_thread(0);
}

/* One in there has ended: an init that waits for that is told. */
void pid_ns_told_of_end(const struct process *p)
{
	for (const struct pid_ns *ns = p->pid_ns; ns; ns = ns->parent)
		if (ns->over && ns->init)
			wake_up_all(&ns->init->child_wait);
}

/* ---- /proc ----------------------------------------------------------------------------------------- */

int pid_ns_proc_mounted(struct pid_ns *ns, unsigned *index)
{
	*index = 0;
	if (!ns)
		return 0;
	for (unsigned i = 1; i <= PROC_MOUNTS_MAX && !ns->proc_index; i++)
		if (!proc_spaces[i].ns) {
			proc_spaces[i].ns = ns_get(ns);
			ns->proc_index = i;
		}
	if (!ns->proc_index)
		return -ENOSPC;
	*index = ns->proc_index;
	proc_spaces[*index].mounts++;
	return 0;
}

void pid_ns_proc_gone(unsigned index)
{
	struct pid_ns *ns = proc_spaces[index].ns;

	if (!index || --proc_spaces[index].mounts)
		return;
	ns->proc_index = 0;
	proc_spaces[index].ns = NULL;
	ns_put(ns);
}

struct pid_ns *pid_ns_of_proc(unsigned index)
{
	return proc_spaces[index].ns;
}
