/* The directories of a process whose entries come and go: fd, fdinfo, task. */
#include "procfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/alloc.h"

/* ---- descriptors ---------------------------------------------------------------------- */

static struct files *files_of(uint64_t arg, int *err)
{
	struct task *t = proc_task(arg);

	*err = t ? proc_may_look(arg) : -ENOENT;
	return *err ? NULL : t->files;
}

/* The open file that an entry of fd/ stands for; borrowed. */
static struct file *file_of(uint64_t arg, int *err)
{
	struct files *table = files_of(arg, err);
	struct file *f = table ? files_lookup(table, (int)proc_fd(arg)) : NULL;

	if (!f && !*err)
		*err = -ENOENT;
	return f;
}

static int name_to_fd(const char *name)
{
	long n = 0;

	if (!*name || (*name == '0' && name[1]))
		return -1;
	for (; *name; name++) {
		if (*name < '0' || *name > '9' || n > 1 << 20)
			return -1;
		n = n * 10 + (*name - '0');
	}
	return (int)n;
}

/* The file behind descriptor `name`, and the arg that stands for it. */
static struct file *lookup_fd(uint64_t arg, const char *name, uint64_t *child, int *err)
{
	int fd = name_to_fd(name);

	*err = -ENOENT;
	if (fd < 0)
		return NULL;
	*child = (arg & ~(UINT64_MAX << PROC_FD_SHIFT)) | (uint64_t)fd << PROC_FD_SHIFT;
	return file_of(*child, err);
}

static bool next_fd(uint64_t arg, uint64_t cursor, char *buf, size_t cap, uint64_t *next)
{
	int err, fd;
	struct files *table = files_of(arg, &err);

	fd = table ? files_next(table, (int)cursor) : -1;
	if (fd < 0)
		return false;
	snprintf(buf, cap, "%d", fd);
	*next = (uint64_t)fd + 1;
	return true;
}

int proc_file_link_text(struct file *f, char *buf, size_t cap)
{
	char *text = xalloc(ABI_PATH_MAX + 16);
	int ret = file_describe(f, task_current()->fs, text, ABI_PATH_MAX + 16);

	if (ret >= 0) {
		ret = (int)MIN(strlen(text), cap);
		memcpy(buf, text, (size_t)ret);
	}
	free(text);
	return ret;
}

static int read_fd_link(uint64_t arg, char *buf, size_t cap)
{
	int err;
	struct file *f = file_of(arg, &err);

	return f ? proc_file_link_text(f, buf, cap) : err;
}

static int follow_fd_link(uint64_t arg, struct path *out)
{
	int err;
	struct file *f = file_of(arg, &err);

	if (!f)
		return err;
	*out = file_place(f);
	return 0;
}

/* pidfd_show_fdinfo() */
static void show_pidfd(uint64_t arg, const struct process *p, struct strbuf *out)
{
	strbuf_printf(out, "Pid:\t%d\n", proc_show_pid(arg, p->pid));
	procfs_print_numbers(out, arg, "NSpid", p, p->pid);
}

static int show_fdinfo(uint64_t arg, struct strbuf *out)
{
	int err;
	struct file *f = file_of(arg, &err);
	const struct process *p;
	struct kstat st = { 0 };
	uint32_t flags;

	if (!f)
		return err;
	file_stat(f, &st);
	flags = f->flags & ~(uint32_t)ABI_O_CLOEXEC;
	if (files_cloexec(files_of(arg, &err), (int)proc_fd(arg)) > 0)
		flags |= ABI_O_CLOEXEC;
	if (f->path.dentry && !(flags & ABI_O_PATH))
		flags |= ABI_O_LARGEFILE;     /* as open(2) sets it (force_o_largefile) */
	strbuf_printf(out, "pos:\t%" PRIu64 "\nflags:\t0%o\nmnt_id:\t%" PRIu64 "\nino:\t%" PRIu64 "\n",
		      f->pos, flags, st.mnt_id, st.ino);
	p = pidfd_process(f);
	if (p && p->reaped)
		strbuf_printf(out, "Pid:\t-1\nNSpid:\t-1\n");
	else if (p)
		show_pidfd(arg, p, out);
	else if (f->ops->show_fdinfo)
		f->ops->show_fdinfo(f, out);
	return 0;
}

/* The link's mode says how the file is open. */
#define FD_NODE(bits) { .mode = S_IFLNK | (bits), .readlink = read_fd_link, .follow = follow_fd_link, .owner = proc_owner }
static const struct pseudo_node fd_nodes[] = {
	[ABI_O_RDONLY] = FD_NODE(0500), [ABI_O_WRONLY] = FD_NODE(0300), [ABI_O_RDWR] = FD_NODE(0700),
	[ABI_O_ACCMODE] = FD_NODE(0),
};
static const struct pseudo_node fdinfo_node = { .mode = S_IFREG | 0444, .show = show_fdinfo, .owner = proc_owner };

static int lookup_fd_link(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child)
{
	int err;
	struct file *f = lookup_fd(arg, name, child, &err);

	if (!f)
		return err;
	*node = &fd_nodes[f->flags & ABI_O_PATH ? ABI_O_ACCMODE : f->flags & ABI_O_ACCMODE];
	return 0;
}

static int lookup_fdinfo(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child)
{
	int err;

	if (!lookup_fd(arg, name, child, &err))
		return err;
	*node = &fdinfo_node;
	return 0;
}

static bool entry_fd(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	*dtype = S_IFLNK >> 12;
	return next_fd(arg, cursor, buf, cap, next);
}

static bool entry_fdinfo(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	*dtype = S_IFREG >> 12;
	return next_fd(arg, cursor, buf, cap, next);
}

const struct pseudo_dir procfs_fd_dir = { .lookup = lookup_fd_link, .entry = entry_fd };
const struct pseudo_dir procfs_fdinfo_dir = { .lookup = lookup_fdinfo, .entry = entry_fdinfo };

/* ---- threads --------------------------------------------------------------------------------- */

static const struct pseudo_node thread_node = {
	.mode = S_IFDIR | 0555, .children = procfs_thread_children, .owner = proc_owner,
};

static int lookup_thread(uint64_t arg, const char *name, const struct pseudo_node **node, uint64_t *child)
{
	struct process *p = proc_process(arg);
	struct task *t = task_find(pid_meant_in(proc_space(arg), name_to_fd(name)));

	if (!p || !t || t->proc != p)
		return -ENOENT;
	*node = &thread_node;
	*child = (uint64_t)t->tid | proc_space_bits(arg) | PROC_THREAD;
	return 0;
}

/* Cursor: how many were listed. */
static bool next_thread(uint64_t arg, uint64_t cursor, char *buf, size_t cap, unsigned *dtype, uint64_t *next)
{
	struct process *p = proc_process(arg);
	uint64_t i = 0;
	struct task *t;

	if (!p)
		return false;
	list_for_each(t, &p->tasks, group_link) {
		if (i++ < cursor)
			continue;
		snprintf(buf, cap, "%d", proc_show_pid(arg, t->tid));
		*dtype = S_IFDIR >> 12;
		*next = cursor + 1;
		return true;
	}
	return false;
}

const struct pseudo_dir procfs_task_dir = { .lookup = lookup_thread, .entry = next_thread };
