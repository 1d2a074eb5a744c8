/* /proc: the root, who is found in it, and who may look. */
#include "procfs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/process.h"

#define PROC_SUPER_MAGIC 0x9fa0

/* ---- whom a file speaks of ---------------------------------------------------------- */

struct process *proc_process(uint64_t arg)
{
	struct task *t;

	if (!(arg & PROC_THREAD))
		return process_find(proc_id(arg));
	t = task_find(proc_id(arg));
	return t ? t->proc : NULL;
}

struct task *proc_task(uint64_t arg)
{
	struct process *p;
	struct task *t;

	if (arg & PROC_THREAD) {
		t = task_find(proc_id(arg));
		return t && !t->exiting ? t : NULL;
	}
	p = process_find(proc_id(arg));
	if (!p || p->zombie)
		return NULL;
	if (p->leader && !p->leader->exiting)
		return p->leader;
	return process_next_task(p, NULL);
}

int proc_may_look(uint64_t arg)
{
	const struct task *t = proc_task(arg);

	if (!t)
		return -ESRCH;
	return task_may_access(task_current(), t, false) ? -EACCES : 0;
}

/* proc_mem_open() */
int proc_may_open_memory(uint64_t arg)
{
	int err = proc_may_look(arg);

	return err == -ESRCH && proc_process(arg) ? 0 : err;
}

void proc_owner(uint64_t arg, uint32_t *uid, uint32_t *gid)
{
	const struct task *t = proc_task(arg);
	bool readable = t && t->proc->dumpable;

	*uid = readable ? t->cred->euid : 0;
	*gid = readable ? t->cred->egid : 0;
}

int proc_show_line(struct strbuf *out, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strbuf_printf(out, "%s\n", text);
	return 0;
}

/* ---- links to the caller --------------------------------------------------------------- */

static int link_self(uint64_t arg, char *buf, size_t cap)
{
	int pid = proc_show_pid(arg, task_current()->proc->pid);

	return pid ? snprintf(buf, cap, "%d", pid) : -ENOENT;
}

static int link_thread_self(uint64_t arg, char *buf, size_t cap)
{
	const struct task *t = task_current();
	int pid = proc_show_pid(arg, t->proc->pid);

	return pid ? snprintf(buf, cap, "%d/task/%d", pid, proc_show_pid(arg, t->tid)) : -ENOENT;
}

static int link_net(uint64_t arg, char *buf, size_t cap)
{
	return snprintf(buf, cap, "self/net");
}

static int link_mounts(uint64_t arg, char *buf, size_t cap)
{
	return snprintf(buf, cap, "self/mounts");
}

/* ---- the root: static files and one directory a process ------------------------------------ */

static const struct pseudo_node process_node = {
	.mode = S_IFDIR | 0555, .children = procfs_process_children, .owner = proc_owner,
};

/* A decimal number without leading zeros, as Linux' name_to_int; -1: not one. */
static int name_to_pid(const char *name)
{
	long n = 0;

	if (!*name || (*name == '0' && name[1]))
		return -1;
	for (; *name; name++) {
		if (*name < '0' || *name > '9' || n > PID_MAX_LIMIT)
			return -1;
		n = n * 10 + (*name - '0');
	}
	return (int)n;
}

/* pidfd_send_signal also takes an open /proc/PID (tgid_pidfd_to_pid). Borrowed; NULL: it is none. */
struct process *procfs_directory_process(struct file *f)
{
	if (!f->path.dentry || !S_ISDIR(f->inode->mode) || !f->inode->super ||
	    f->inode->super->magic != PROC_SUPER_MAGIC || name_to_pid(path_name(f->path)) <= 0)
		return NULL;
	/* The number is of the name space that this /proc shows, which need not be the caller's. */
	return pseudo_arg(f->inode) & PROC_THREAD ? NULL : process_find(proc_id(pseudo_arg(f->inode)));
}

/* Not listed but found: the number of any thread. */
static int lookup_process(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child)
{
	int pid = pid_meant_in(proc_space(arg), name_to_pid(name));
	struct task *t;

	if (pid <= 0)
		return -ENOENT;
	t = task_find(pid);
	if (!process_find(pid) && !t)
		return -ENOENT;
	*node = &process_node;
	*child = (uint64_t)pid | proc_space_bits(arg) | (process_find(pid) ? 0 : PROC_THREAD);
	return 0;
}

static bool next_process(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	struct process *p = process_next((int)cursor);

	while (p && !proc_show_pid(arg, p->pid))
		p = process_next(p->pid + 1);
	if (!p)
		return false;
	snprintf(buf, cap, "%d", proc_show_pid(arg, p->pid));
	*dtype = S_IFDIR >> 12;
	*next = (uint64_t)p->pid + 1;
	return true;
}

static int show_nothing(uint64_t arg, struct strbuf *out)
{
	return 0;
}

static int show_cmdline(uint64_t arg, struct strbuf *out)
{
	return proc_show_line(out, "hearth");
}

static int show_devices(uint64_t arg, struct strbuf *out)
{
	strbuf_printf(out, "Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n"
			   "136 pts\n\nBlock devices:\n");
	return 0;
}

static int show_swaps(uint64_t arg, struct strbuf *out)
{
	proc_show_line(out, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority");
	if (swap_total_pages())
		proc_show_line(out, "%-40s%-16s%lu\t\t%lu\t\t%d", "/swap", "file", swap_total_pages() * 4,
			       (swap_total_pages() - swap_free_pages()) * 4, -2);
	return 0;
}

#define FILE_RO(n, fn) { .name = n, .mode = S_IFREG | 0444, .show = fn }
static const struct pseudo_dir root_dir = { .lookup = lookup_process, .entry = next_process };
static const struct pseudo_node sysvipc_children[] = {
	FILE_RO("msg", procfs_show_sysv_msg),
	FILE_RO("sem", procfs_show_sysv_sem),
	FILE_RO("shm", procfs_show_sysv_shm),
	{ 0 },
};

static const struct pseudo_node tty_children[] = { FILE_RO("drivers", procfs_show_tty_drivers), { 0 } };
static const struct pseudo_node root_children[] = {
	{ .name = "self", .mode = S_IFLNK | 0777, .readlink = link_self },
	{ .name = "thread-self", .mode = S_IFLNK | 0777, .readlink = link_thread_self },
	{ .name = "net", .mode = S_IFLNK | 0777, .readlink = link_net },
	{ .name = "mounts", .mode = S_IFLNK | 0777, .readlink = link_mounts },
	{ .name = "sys", .mode = S_IFDIR | 0555, .children = procfs_sys_children },
	{ .name = "sysvipc", .mode = S_IFDIR | 0555, .children = sysvipc_children },
	{ .name = "tty", .mode = S_IFDIR | 0555, .children = tty_children },
	FILE_RO("cgroups", procfs_show_cgroups),
	FILE_RO("interrupts", procfs_show_interrupts),
	FILE_RO("cmdline", show_cmdline),
	FILE_RO("cpuinfo", procfs_show_cpuinfo),
	FILE_RO("devices", show_devices),
	FILE_RO("diskstats", show_nothing),
	FILE_RO("filesystems", procfs_show_filesystems),
	FILE_RO("loadavg", procfs_show_loadavg),
	FILE_RO("locks", procfs_show_locks),
	FILE_RO("meminfo", procfs_show_meminfo),
	FILE_RO("modules", show_nothing),
	FILE_RO("partitions", show_nothing),
	FILE_RO("stat", procfs_show_machine_stat),
	FILE_RO("swaps", show_swaps),
	FILE_RO("uptime", procfs_show_uptime),
	FILE_RO("version", procfs_show_version),
	FILE_RO("vmstat", procfs_show_vmstat),
	{ 0 },
};
static const struct pseudo_node root = {
	.name = "", .mode = S_IFDIR | 0555, .children = root_children, .dir = &root_dir,
};

static void proc_destroy(struct super *s)
{
	pid_ns_proc_gone((unsigned)(uintptr_t)s->private);
}

/* Of the name space of who mounts it. */
int procfs_create(struct super **out)
{
	struct pid_ns *ns = machine.init ? task_current()->proc->pid_ns : NULL;
	unsigned index;
	int err = pid_ns_proc_mounted(ns, &index);

	if (err)
		return err;
	err = pseudo_create_for("proc", PROC_SUPER_MAGIC, &root, (uint64_t)index << PROC_SPACE_SHIFT, out);
	if (err) {
		pid_ns_proc_gone(index);
		return err;
	}
	(*out)->private = (void *)(uintptr_t)index;
	(*out)->destroy = proc_destroy;
	return 0;
}
