/* Name spaces: unshare, clone's flags, setns, and the files of /proc/PID/ns (Linux kernel/nsproxy.c,
 * fs/nsfs.c).
 *
 *   user   struct cred        vfs/user_ns.c
 *   mnt    struct fs          vfs/mount_ns.c
 *   uts    struct task        uts.c
 *   ipc    struct task        ipc.c
 *   pid    struct process     pid_ns.c; a task has the one of its children to come
 *   net    struct task        net/ns.c
 *   time   struct task        time_ns.c; and that of its children
 *
 * What they have in common is in vfs/ns.c. cgroup is accepted and changes nothing, for there are no
 * cgroups. */
#include "procfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "base/alloc.h"
#include "kernel/ipc.h"
#include "net/net.h"

#define NS_ALL ((uint64_t)CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWTIME)

static const struct ns_kind cgroup_ns_kind = { .name = "cgroup", .flag = CLONE_NEWCGROUP, .first = 0xeffffffbu };

/* ---- new ones ---------------------------------------------------------------------------- */

/* All capabilities, in there. */
static void become_root_of(struct cred *c, struct user_ns *ns)
{
	user_ns_put(c->user_ns);
	c->user_ns = ns;
	c->securebits = 0;
	c->cap_inheritable = c->cap_ambient = 0;
	c->cap_permitted = c->cap_effective = c->cap_bounding = ABI_CAP_ALL;
}

static int new_user_ns(const struct task *t, struct cred **out)
{
	struct user_ns *ns;
	int err = fs_is_chrooted(t->fs) ? -EPERM : user_ns_create(t->cred, &ns);

	if (err)
		return err;
	*out = cred_copy(t->cred);
	become_root_of(*out, ns);
	return 0;
}

/* *place, a pointer to a name space, takes over `ns`. */
static void replace(void *place, void *ns)
{
	void **at = place;

	ns_put(*at);
	*at = ns;
}

/* What it owes to semaphores is paid before a process leaves them (ksys_unshare: exit_sem). Threads owe
 * together: the last one pays. */
static void set_ipc(struct task *t, void *ns)
{
	if (t == task_current() && t->proc->nr_tasks == 1)
		ipc_process_exit(t->proc);
	replace(&t->ipc, ns);
}

static void set_cred(struct task *t, struct cred *c)
{
	cred_put(t->cred);
	t->cred = c;
}

/* Children will be numbered from 1; who asks stays where it is, and may ask once (copy_pid_ns). Of a
 * child that is being made the process has no name space yet: its parent's counts. */
static int new_pid_ns(struct task *t, struct user_ns *owner)
{
	struct pid_ns *ns;
	int err = t->pid_ns_next != task_current()->proc->pid_ns ? -EINVAL : pid_ns_create(t->pid_ns_next, owner, &ns);

	if (!err)
		replace(&t->pid_ns_next, ns);
	return err;
}

int ns_unshare(struct task *t, uint64_t flags)
{
	struct cred *cred = NULL;
	struct user_ns *owner;
	int err = 0;

	flags &= NS_ALL;
	if (flags & CLONE_NEWUSER)
		err = new_user_ns(t, &cred);
	if (err)
		return err;
	owner = (cred ? cred : t->cred)->user_ns;
	if ((flags & ~(uint64_t)CLONE_NEWUSER) && !user_ns_capable(cred ? cred : t->cred, owner, ABI_CAP_SYS_ADMIN))
		err = -EPERM;
	else if (flags & CLONE_NEWNS)
		err = mnt_ns_has_room(t->fs);
	if (!err && (flags & CLONE_NEWPID))
		err = new_pid_ns(t, owner);
	if (err) {
		cred_put(cred);
		return err;
	}
	if (cred)
		set_cred(t, cred);
	if (flags & CLONE_NEWNS)
		mnt_ns_unshare(t->fs, owner);
	if (flags & CLONE_NEWUTS)
		replace(&t->uts, uts_create(uts_of(t), owner));
	if (flags & CLONE_NEWIPC)
		set_ipc(t, ipc_ns_create(owner));
	if (flags & CLONE_NEWNET)
		replace(&t->net, net_ns_create(owner));
	/* For children, too, and it begins as theirs was to be (copy_time_ns). */
	if (flags & CLONE_NEWTIME)
		replace(&t->time_ns_next, time_ns_create(t->time_ns_next, owner));
	return 0;
}

int kernel_unshare_ns(uint64_t flags)
{
	return ns_unshare(task_current(), flags);
}

/* ---- entering ------------------------------------------------------------------------------ */

/* setns: which of them, and the user name space in which the caller will be when it is done. */
struct entry { struct task *task; uint64_t flags; struct user_ns *user; };

static bool rules(const struct user_ns *ns, int cap)
{
	return user_ns_capable(task_current()->cred, ns, cap);
}

/* One comes in once: going where one is would give back what was dropped (userns_install). */
static int may_enter_user(const struct entry *e, const void *ns)
{
	const struct task *t = e->task;

	if (ns == t->cred->user_ns || t->proc->nr_tasks > 1 || t->fs->refs != 1)
		return -EINVAL;
	return rules(ns, ABI_CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int may_enter(const struct entry *e, const void *ns)
{
	return rules(ns_owner(ns), ABI_CAP_SYS_ADMIN) && rules(e->user, ABI_CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* Who enters others at the same time gets a struct fs of its own (prepare_nsset). */
static int may_enter_mnt(const struct entry *e, const void *ns)
{
	int err = may_enter(e, ns);

	if (err || !rules(e->user, ABI_CAP_SYS_CHROOT))
		return -EPERM;
	return e->flags == CLONE_NEWNS && e->task->fs->refs != 1 ? -EINVAL : 0;
}

/* Only inwards (pidns_install). */
static int may_enter_pid(const struct entry *e, const void *ns)
{
	int err = may_enter(e, ns);

	return !err && !pid_ns_is_within(ns, e->task->proc->pid_ns) ? -EINVAL : err;
}

static int may_enter_time(const struct entry *e, const void *ns)
{
	return e->task->proc->nr_tasks > 1 ? -EUSERS : may_enter(e, ns);
}

/* What follows cannot fail, and borrows `ns`. */
static void enter_user(struct task *t, void *ns)
{
	struct cred *c = cred_copy(t->cred);

	become_root_of(c, ns_get(ns));
	set_cred(t, c);
}

static void enter_mnt(struct task *t, void *ns)
{
	if (t->fs->refs != 1) {
		struct fs *own = fs_copy(t->fs);

		fs_put(t->fs);
		t->fs = own;
	}
	mnt_ns_enter(t->fs, ns);
}

static void enter_uts(struct task *t, void *ns)  { replace(&t->uts, ns_get(ns)); }
static void enter_ipc(struct task *t, void *ns)  { set_ipc(t, ns_get(ns)); }
static void enter_pid(struct task *t, void *ns)  { replace(&t->pid_ns_next, ns_get(ns)); }
static void enter_net(struct task *t, void *ns)  { replace(&t->net, ns_get(ns)); }
static void enter_time(struct task *t, void *ns) { time_ns_enter(t, ns); }
static void stay(struct task *t, void *ns)       { }

/* ---- the table --------------------------------------------------------------------------------- */

/* A task's, borrowed; NULL: the machine's. */
static void *user_of(const struct task *t)      { return t->cred->user_ns; }
static void *mnt_of(const struct task *t)       { return t->fs->ns; }
static void *uts_ns_of(const struct task *t)    { return t->uts; }
static void *ipc_of(const struct task *t)       { return t->ipc; }
static void *pid_of(const struct task *t)       { return t->proc->pid_ns; }
static void *pid_next_of(const struct task *t)  { return t->pid_ns_next; }
static void *none_of(const struct task *t)      { return NULL; }
static void *net_of(const struct task *t)       { return t->net; }
static void *time_of(const struct task *t)      { return t->time_ns; }
static void *time_next_of(const struct task *t) { return t->time_ns_next; }

/* The files of /proc/PID/ns; in the order in which setns looks at what is to be entered (validate_nsset). */
static const struct space {
	const char *name;
	const struct ns_kind *kind;
	void *(*of)(const struct task *t);
	int (*may_enter)(const struct entry *e, const void *ns);
	void (*enter)(struct task *t, void *ns);
} spaces[] = {
	{ "user", &user_ns_kind, user_of, may_enter_user, enter_user },
	{ "mnt", &mnt_ns_kind, mnt_of, may_enter_mnt, enter_mnt },
	{ "uts", &uts_ns_kind, uts_ns_of, may_enter, enter_uts },
	{ "ipc", &ipc_ns_kind, ipc_of, may_enter, enter_ipc },
	{ "pid", &pid_ns_kind, pid_of, may_enter_pid, enter_pid },
	{ "cgroup", &cgroup_ns_kind, none_of, may_enter, stay },
	{ "net", &net_ns_kind, net_of, may_enter, enter_net },
	{ "time", &time_ns_kind, time_of, may_enter_time, enter_time },
	{ "pid_for_children", &pid_ns_kind, pid_next_of, may_enter_pid, enter_pid },
	{ "time_for_children", &time_ns_kind, time_next_of, may_enter_time, enter_time },
};
enum { USER, PID = 4, OWN_SPACES = 8 };      /* in it; behind those are its children's */

/* false: there is none to be had. A task that ends leaves its fs and all the others; and a name space
 * for children is nothing to enter before it has an init (pidns_for_children_get). */
static bool has_space(const struct space *s, const struct task *t)
{
	if (!t->fs && s != &spaces[USER] && s != &spaces[PID])
		return false;
	return s->of != pid_next_of || pid_ns_was_born(t->pid_ns_next);
}

/* ---- the files ------------------------------------------------------------------------------- */

/* A name space, held. */
struct ns_ref {
	const struct space *space;
	void *ns;
};

static struct path make_path(const struct space *s, void *ns);

/* A descriptor for it. */
static int64_t give(const struct space *s, void *ns)
{
	struct path p = make_path(s, ns);
	struct file *f;
	int err = vfs_open_path(p, ABI_O_RDONLY, task_current()->cred, &f);

	path_put(p);
	return err ? err : anonfd_install(f, true);
}

/* The user name space that `ns` belongs to, if it is the caller's or within that (ns_get_owner). */
static int64_t get_owner(const struct ns_ref *r)
{
	struct user_ns *owner = ns_owner(r->ns);

	if ((r->space->kind == &user_ns_kind && !r->ns) || !user_ns_is_within(owner, task_current()->cred->user_ns))
		return -EPERM;
	return give(&spaces[USER], owner);
}

static int64_t get_parent(const struct ns_ref *r)
{
	struct pid_ns *parent;

	if (r->space->kind == &user_ns_kind)
		return get_owner(r);
	if (r->space->kind != &pid_ns_kind)
		return -EINVAL;
	parent = r->ns ? pid_ns_parent(r->ns) : NULL;
	if (!r->ns || !pid_ns_is_within(parent, task_current()->proc->pid_ns))
		return -EPERM;
	return give(&spaces[PID], parent);
}

static int64_t get_creator(const struct ns_ref *r, gva_t arg, struct mm *mm)
{
	uint32_t uid;

	if (r->space->kind != &user_ns_kind)
		return -EINVAL;
	uid = user_ns_show(task_current()->cred->user_ns, ID_USER, user_ns_creator(r->ns));
	return mm_copy_to(mm, arg, &uid, sizeof(uid));
}

/* A number of this name space in the caller's, or the other way round; the thread's or its process'. */
static int64_t translate(const struct ns_ref *r, int nr, bool from, bool process)
{
	const struct pid_ns *here = task_current()->proc->pid_ns;
	const struct task *t;
	int shown;

	if (r->space->kind != &pid_ns_kind)
		return -EINVAL;
	t = task_find(pid_meant_in(from ? r->ns : here, nr));
	if (!t)
		return -ESRCH;
	shown = pid_shown_in(from ? here : r->ns, process ? t->proc->pid : t->tid);
	return shown ? shown : -ESRCH;
}

/* ioctl_ns(2) */
static int64_t ns_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	enum {
		GET_USERNS = 0xb701, GET_PARENT, GET_NSTYPE, GET_OWNER_UID,
		GET_PID_FROM = 0x8004b706, GET_TGID_FROM, GET_PID_IN, GET_TGID_IN,
	};
	const struct ns_ref *r = f->inode->private;

	switch (cmd) {
	case GET_USERNS:    return get_owner(r);
	case GET_PARENT:    return get_parent(r);
	case GET_NSTYPE:    return (int64_t)r->space->kind->flag;
	case GET_OWNER_UID: return get_creator(r, arg, mm);
	case GET_PID_FROM: case GET_TGID_FROM: case GET_PID_IN: case GET_TGID_IN:
		return translate(r, (int)arg, cmd <= GET_TGID_FROM, cmd == GET_TGID_FROM || cmd == GET_TGID_IN);
	default:            return -ENOTTY;
	}
}

static const struct file_ops ns_fops = { .ioctl = ns_ioctl };

static int ns_open(struct inode *i, struct file *f)
{
	f->ops = &ns_fops;
	f->anon_name = path_name(f->path);
	return 0;
}

static void object_release(struct inode *i)
{
	ns_put(((struct ns_ref *)i->private)->ns);
	free(i->private);
}

static const struct inode_ops ns_iops = { .open = ns_open, .release = object_release };

static int label(const struct space *s, const void *ns, char *text, size_t cap)
{
	return snprintf(text, cap, "%s:[%u]", s->kind->name, ns_number(s->kind, ns));
}

static struct path make_path(const struct space *s, void *ns)
{
	struct ns_ref *r = xnew(struct ns_ref);
	char text[40];

	label(s, ns, text, sizeof(text));
	r->space = s;
	r->ns = ns_get(ns);
	return vfs_object_path(text, ns_number(s->kind, ns), &ns_iops, &ns_fops, r);
}

/* What a link of /proc/PID/ns leads to; its number in the table is in the argument's place for descriptors. */
static int find_link(uint64_t arg, const struct space **s, void **ns)
{
	uint64_t whose = arg & ~(UINT64_MAX << PROC_FD_SHIFT);
	const struct process *p = proc_process(whose);
	const struct task *t = proc_task(whose);

	*s = &spaces[proc_fd(arg)];
	if (!t && p && p->zombie && !(whose & PROC_THREAD))
		t = p->leader;
	if (!t)
		return -ESRCH;
	if (task_may_access(task_current(), t, false))
		return -EACCES;
	if (!has_space(*s, t))
		return -ENOENT;
	*ns = (*s)->of(t);
	return 0;
}

static int read_space(uint64_t arg, char *buf, size_t cap)
{
	const struct space *s;
	char text[40];
	void *ns;
	int len, err = find_link(arg, &s, &ns);

	if (err)
		return err;
	len = MIN(label(s, ns, text, sizeof(text)), (int)cap);
	memcpy(buf, text, (size_t)len);
	return len;
}

static int follow_space(uint64_t arg, struct path *out)
{
	const struct space *s;
	void *ns;
	int err = find_link(arg, &s, &ns);

	if (!err)
		*out = make_path(s, ns);
	return err;
}

static const struct pseudo_node space_node = {
	.mode = S_IFLNK | 0777, .readlink = read_space, .follow = follow_space, .owner = proc_owner,
};

static int lookup_space(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child)
{
	for (unsigned i = 0; i < ARRAY_SIZE(spaces); i++)
		if (strcmp(spaces[i].name, name) == 0) {
			*node = &space_node;
			*child = (arg & ~(UINT64_MAX << PROC_FD_SHIFT)) | (uint64_t)i << PROC_FD_SHIFT;
			return 0;
		}
	return -ENOENT;
}

static bool next_space(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	if (cursor >= ARRAY_SIZE(spaces))
		return false;
	snprintf(buf, cap, "%s", spaces[cursor].name);
	*dtype = S_IFLNK >> 12;
	*next = cursor + 1;
	return true;
}

const struct pseudo_dir procfs_ns_dir = { .lookup = lookup_space, .entry = next_space };

/* ---- setns ------------------------------------------------------------------------------------- */

/* Through a pidfd: those of its process that `flags` names, or none. */
static int enter_all(struct task *t, struct process *p, uint64_t flags)
{
	struct task *from = p->zombie ? NULL : p->leader;
	struct entry e = { t, flags, t->cred->user_ns };
	void *held[OWN_SPACES] = { NULL };
	int err = 0;

	if (!flags || (flags & ~NS_ALL))
		return -EINVAL;
	if (!from || from->exiting)
		return -ESRCH;
	if (task_may_access(t, from, true))
		return -EPERM;
	if (flags & CLONE_NEWUSER)
		e.user = from->cred->user_ns;
	for (unsigned i = 0; i < OWN_SPACES && !err; i++)
		if (flags & spaces[i].kind->flag) {
			held[i] = ns_get(spaces[i].of(from));
			err = spaces[i].may_enter(&e, held[i]);
		}
	for (unsigned i = 0; i < OWN_SPACES; i++) {
		if ((flags & spaces[i].kind->flag) && !err)
			spaces[i].enter(t, held[i]);
		ns_put(held[i]);
	}
	return err;
}

static int enter_one(struct task *t, const struct ns_ref *r)
{
	struct entry e = { t, r->space->kind->flag, t->cred->user_ns };
	int err = r->space->may_enter(&e, r->ns);

	if (!err)
		r->space->enter(t, r->ns);
	return err;
}

int kernel_setns(struct file *f, uint64_t flags)
{
	const struct ns_ref *r;
	struct process *p = pidfd_process(f);

	if (p)
		return enter_all(task_current(), p, flags);
	if (f->ops != &ns_fops)
		return -EINVAL;
	r = f->inode->private;
	return flags && flags != r->space->kind->flag ? -EINVAL : enter_one(task_current(), r);
}
