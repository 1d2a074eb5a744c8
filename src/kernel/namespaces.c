/* Name spaces: unshare, clone's flags, setns, and the files of /proc/PID/ns (Linux kernel/nsproxy.c,
 * fs/nsfs.c).
 *
 *   mnt    struct fs          vfs/mount_ns.c
 *   user   struct cred        vfs/user_ns.c
 *   uts    struct task        uts.c
 *   net    struct task        net/ns.c
 *   ipc    struct task        ipc.c
 *   pid    struct process     pid_ns.c; a task has the one of its children to come
 *   time   struct task        time_ns.c; and that of its children
 *
 * cgroup is accepted and changes nothing, for there are no cgroups. */
#include "procfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/process.h"
#include "base/alloc.h"
#include "kernel/ipc.h"
#include "net/net.h"

#define NS_ALL ((uint64_t)CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWTIME)

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

/* What semaphores owed to the process is paid before it leaves them (ksys_unshare: exit_sem). Takes over `ns`. */
static void change_ipc(struct task *t, struct ipc_ns *ns)
{
	if (t == task_current())
		ipc_process_exit(t->proc);
	ipc_ns_put(t->ipc);
	t->ipc = ns;
}

/* Children will be numbered from 1; who asks stays where it is, and may ask once (copy_pid_ns). Of a
 * child that is being made the process has no name space yet: its parent's counts. */
static int new_pid_ns(struct task *t, struct user_ns *owner)
{
	struct pid_ns *ns;
	int err = t->pid_ns_next != task_current()->proc->pid_ns ? -EINVAL : pid_ns_create(t->pid_ns_next, owner, &ns);

	if (err)
		return err;
	pid_ns_put(t->pid_ns_next);
	t->pid_ns_next = ns;
	return 0;
}

/* For children, too, and it begins as theirs was to be (copy_time_ns). */
static void new_time_ns(struct task *t)
{
	struct time_ns *ns = time_ns_create(t->time_ns_next, t->cred->user_ns);

	time_ns_put(t->time_ns_next);
	t->time_ns_next = ns;
}

int ns_unshare(struct task *t, uint64_t flags)
{
	struct cred *cred = NULL, *as;
	int err = 0;

	flags &= NS_ALL;
	if (flags & CLONE_NEWUSER)
		err = new_user_ns(t, &cred);
	if (err)
		return err;
	as = cred ? cred : t->cred;
	if ((flags & ~(uint64_t)CLONE_NEWUSER) && !user_ns_capable(as, as->user_ns, ABI_CAP_SYS_ADMIN))
		err = -EPERM;
	else if (flags & CLONE_NEWPID)
		err = new_pid_ns(t, as->user_ns);
	if (err) {
		cred_put(cred);
		return err;
	}
	if (cred) {
		cred_put(t->cred);
		t->cred = cred;
	}
	if (flags & CLONE_NEWNS)
		mnt_ns_unshare(t->fs, t->cred->user_ns);
	if (flags & CLONE_NEWNET) {
		net_ns_put(t->net);
		t->net = net_ns_create(t->cred->user_ns);
	}
	if (flags & CLONE_NEWIPC)
		change_ipc(t, ipc_ns_create(t->cred->user_ns));
	if (flags & CLONE_NEWTIME)
		new_time_ns(t);
	return flags & CLONE_NEWUTS ? uts_unshare(t) : 0;
}

int kernel_unshare_ns(uint64_t flags)
{
	return ns_unshare(task_current(), flags);
}

/* ---- the files ------------------------------------------------------------------------------- */

static const struct { const char *name; uint64_t flag; uint32_t number; } spaces[] = {
	{ "cgroup", CLONE_NEWCGROUP, 0xeffffffb }, { "ipc", CLONE_NEWIPC, 0 }, { "mnt", CLONE_NEWNS, 0 },
	{ "net", CLONE_NEWNET, 0 }, { "pid", CLONE_NEWPID, 0 }, { "pid_for_children", CLONE_NEWPID, 0 },
	{ "time", CLONE_NEWTIME, 0 }, { "time_for_children", CLONE_NEWTIME, 0 },
	{ "user", CLONE_NEWUSER, 0 }, { "uts", CLONE_NEWUTS, 0 },
};

/* One name space, held. */
struct ns_ref {
	unsigned kind;                /* index into spaces */
	void *object;                 /* mnt_ns, user_ns (NULL: the first), uts_ns, net_ns (likewise) */
};

enum { PID_FOR_CHILDREN = 5, TIME_FOR_CHILDREN = 7 };          /* in spaces */

static struct pid_ns *pid_ns_for(unsigned kind, const struct task *t)
{
	return kind == PID_FOR_CHILDREN ? t->pid_ns_next : t->proc->pid_ns;
}

static struct time_ns *time_ns_for(unsigned kind, const struct task *t)
{
	return kind == TIME_FOR_CHILDREN ? t->time_ns_next : t->time_ns;
}

static void *hold(unsigned kind, const struct task *t)
{
	switch (spaces[kind].flag) {
	case CLONE_NEWNS:   return mnt_ns_get(t->fs->ns);
	case CLONE_NEWUSER: return user_ns_get(t->cred->user_ns);
	case CLONE_NEWUTS:  return uts_get(t->uts);
	case CLONE_NEWNET:  return net_ns_get(t->net);
	case CLONE_NEWIPC:  return ipc_ns_get(t->ipc);
	case CLONE_NEWPID:  return pid_ns_get(pid_ns_for(kind, t));
	case CLONE_NEWTIME: return time_ns_get(time_ns_for(kind, t));
	default:            return NULL;
	}
}

static void let_go(const struct ns_ref *r)
{
	switch (spaces[r->kind].flag) {
	case CLONE_NEWNS:   mnt_ns_put(r->object); break;
	case CLONE_NEWUSER: user_ns_put(r->object); break;
	case CLONE_NEWUTS:  uts_put(r->object); break;
	case CLONE_NEWNET:  net_ns_put(r->object); break;
	case CLONE_NEWIPC:  ipc_ns_put(r->object); break;
	case CLONE_NEWPID:  pid_ns_put(r->object); break;
	case CLONE_NEWTIME: time_ns_put(r->object); break;
	}
}

static uint32_t number_of(unsigned kind, const struct task *t)
{
	switch (spaces[kind].flag) {
	case CLONE_NEWNS:   return mnt_ns_number(t->fs ? t->fs->ns : NULL);
	case CLONE_NEWUSER: return user_ns_number(t->cred->user_ns);
	case CLONE_NEWUTS:  return uts_of(t)->ino;
	case CLONE_NEWNET:  return net_ns_number(t->net);
	case CLONE_NEWIPC:  return ipc_ns_number(t->ipc);
	case CLONE_NEWPID:  return pid_ns_number(pid_ns_for(kind, t));
	case CLONE_NEWTIME: return time_ns_number(time_ns_for(kind, t));
	default:            return spaces[kind].number;
	}
}

static void object_release(struct inode *i)
{
	let_go(i->private);
	free(i->private);
}

static int64_t ns_ioctl(struct file *f, unsigned cmd, gva_t arg, struct mm *mm)
{
	enum { NS_GET_NSTYPE = 0xb703, NS_GET_OWNER_UID = 0xb704 };
	const struct ns_ref *r = f->inode->private;
	uint32_t uid;

	if (cmd == NS_GET_NSTYPE)
		return (int64_t)spaces[r->kind].flag;
	if (cmd != NS_GET_OWNER_UID)
		return -ENOTTY;
	if (spaces[r->kind].flag != CLONE_NEWUSER)
		return -EINVAL;
	uid = user_ns_show(task_current()->cred->user_ns, ID_USER, user_ns_owner(r->object));
	return mm_copy_to(mm, arg, &uid, sizeof(uid));
}

static const struct file_ops ns_fops = { .ioctl = ns_ioctl };

static int ns_open(struct inode *i, struct file *f)
{
	f->ops = &ns_fops;
	f->anon_name = path_name(f->path);
	return 0;
}

static const struct inode_ops ns_iops = { .open = ns_open, .release = object_release };

static struct task *task_of_link(uint64_t arg)
{
	return proc_task(arg & ~(UINT64_MAX << PROC_FD_SHIFT));
}

static int label(uint64_t arg, char *text, size_t cap)
{
	struct task *t = task_of_link(arg);
	const char *name = spaces[proc_fd(arg)].name;

	if (!t)
		return -ESRCH;
	/* "pid_for_children" is a pid name space. */
	return snprintf(text, cap, "%.*s:[%u]", (int)strcspn(name, "_"), name, number_of(proc_fd(arg), t));
}

static int read_space(uint64_t arg, char *buf, size_t cap)
{
	char text[40];
	int err = proc_may_look(arg & ~(UINT64_MAX << PROC_FD_SHIFT));
	int len = err ? err : label(arg, text, sizeof(text));

	if (len < 0)
		return len;
	len = MIN(len, (int)cap);
	memcpy(buf, text, (size_t)len);
	return len;
}

static int follow_space(uint64_t arg, struct path *out)
{
	char text[40];
	int err = proc_may_look(arg & ~(UINT64_MAX << PROC_FD_SHIFT));
	struct ns_ref *r;

	if (!err)
		err = MIN(label(arg, text, sizeof(text)), 0);
	if (err)
		return err;
	r = xnew(struct ns_ref);
	r->kind = proc_fd(arg);
	r->object = hold(r->kind, task_of_link(arg));
	*out = vfs_object_path(text, number_of(r->kind, task_of_link(arg)), &ns_iops, &ns_fops, r);
	return 0;
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

static bool rules(int cap, const struct user_ns *ns)
{
	return user_ns_capable(task_current()->cred, ns, cap);
}

static int enter_mnt(struct task *t, struct mnt_ns *ns)
{
	if (!rules(ABI_CAP_SYS_ADMIN, mnt_ns_owner(ns)) || !task_capable_here(t, ABI_CAP_SYS_CHROOT) ||
	    !task_capable_here(t, ABI_CAP_SYS_ADMIN))
		return -EPERM;
	if (t->fs->refs != 1)
		return -EINVAL;
	mnt_ns_enter(t->fs, ns);
	return 0;
}

static int enter_user(struct task *t, struct user_ns *ns)
{
	struct cred *c;

	/* One comes in once: going where one is would give back what was dropped. */
	if (ns == t->cred->user_ns || t->proc->nr_tasks > 1 || t->fs->refs != 1)
		return -EINVAL;
	if (!rules(ABI_CAP_SYS_ADMIN, ns))
		return -EPERM;
	c = cred_copy(t->cred);
	become_root_of(c, user_ns_get(ns));
	cred_put(t->cred);
	t->cred = c;
	return 0;
}

static int enter_uts(struct task *t, struct uts_ns *ns)
{
	if (!rules(ABI_CAP_SYS_ADMIN, ns ? ns->owner : NULL) || !task_capable_here(t, ABI_CAP_SYS_ADMIN))
		return -EPERM;
	uts_get(ns);
	uts_put(t->uts);
	t->uts = ns;
	return 0;
}

static int enter_net(struct task *t, struct net_ns *ns)
{
	if (!rules(ABI_CAP_SYS_ADMIN, net_ns_owner(ns)) || !task_capable_here(t, ABI_CAP_SYS_ADMIN))
		return -EPERM;
	net_ns_get(ns);
	net_ns_put(t->net);
	t->net = ns;
	return 0;
}

static int enter_ipc(struct task *t, struct ipc_ns *ns)
{
	if (!rules(ABI_CAP_SYS_ADMIN, ipc_ns_owner(ns)) || !task_capable_here(t, ABI_CAP_SYS_ADMIN))
		return -EPERM;
	change_ipc(t, ipc_ns_get(ns));
	return 0;
}

/* Only inwards, and only for children (pidns_install). */
static int enter_pid(struct task *t, struct pid_ns *ns)
{
	if (!rules(ABI_CAP_SYS_ADMIN, pid_ns_owner(ns)) || !task_capable_here(t, ABI_CAP_SYS_ADMIN))
		return -EPERM;
	if (!pid_ns_is_within(ns, t->proc->pid_ns))
		return -EINVAL;
	pid_ns_get(ns);
	pid_ns_put(t->pid_ns_next);
	t->pid_ns_next = ns;
	return 0;
}

static int enter(struct task *t, const struct ns_ref *r)
{
	switch (spaces[r->kind].flag) {
	case CLONE_NEWNS:   return enter_mnt(t, r->object);
	case CLONE_NEWUSER: return enter_user(t, r->object);
	case CLONE_NEWUTS:  return enter_uts(t, r->object);
	case CLONE_NEWNET:  return enter_net(t, r->object);
	case CLONE_NEWIPC:  return enter_ipc(t, r->object);
	case CLONE_NEWPID:  return enter_pid(t, r->object);
	case CLONE_NEWTIME: return time_ns_enter(t, r->object);
	default:            return rules(ABI_CAP_SYS_ADMIN, NULL) ? 0 : -EPERM;    /* there already */
	}
}

/* Through a pidfd: those of its process that `flags` names, the user name space first. */
static int enter_all(struct task *t, struct process *p, uint64_t flags)
{
	struct task *from = p->zombie ? NULL : p->leader;

	if (!flags || (flags & ~NS_ALL))
		return -EINVAL;
	if (!from || from->exiting)
		return -ESRCH;
	for (unsigned i = ARRAY_SIZE(spaces); i-- > 0;) {
		struct ns_ref r = { .kind = i };
		int err;

		if (!(flags & spaces[i].flag) || i == PID_FOR_CHILDREN || i == TIME_FOR_CHILDREN)
			continue;
		r.object = hold(i, from);
		err = enter(t, &r);
		let_go(&r);
		if (err)
			return err;
	}
	return 0;
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
	return flags && flags != spaces[r->kind].flag ? -EINVAL : enter(task_current(), r);
}
