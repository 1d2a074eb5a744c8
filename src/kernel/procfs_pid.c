/* /proc/PID and /proc/PID/task/TID: one row a file. */
#include "procfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/process.h"
#include "base/alloc.h"

/* ---- memory of the process as bytes ------------------------------------------------- */

static struct mm *visible_mm(uint64_t arg, int *err)
{
	struct task *t = proc_task(arg);

	*err = 0;
	if (!t)
		return NULL;                  /* a zombie: empty */
	*err = proc_may_look(arg);
	return *err ? NULL : t->mm;
}

static void append_memory(struct strbuf *out, struct mm *mm, gva_t from, gva_t to)
{
	char chunk[512];

	while (from < to) {
		size_t n = MIN(to - from, (gva_t)sizeof(chunk));

		if (mm_copy_force(mm, from, chunk, n, false) < 0)
			return;
		strbuf_append(out, chunk, n);
		from += n;
	}
}

/* setproctitle overwrites argv and goes on into the environment: then the
 * text is one string, up to the first NUL (fs/proc/base.c, get_mm_proctitle). */
static int show_cmdline(uint64_t arg, struct strbuf *out)
{
	struct task *t = proc_task(arg);
	const struct mm_layout *l;
	const char *nul;

	if (!t || !t->mm)
		return proc_process(arg) ? 0 : -ESRCH;
	l = mm_layout(t->mm);
	append_memory(out, t->mm, l->arg_start, l->arg_end);
	if (!out->len || out->data[out->len - 1] == '\0')
		return 0;
	append_memory(out, t->mm, l->arg_end, MIN(l->env_end, l->arg_end + PAGE_SIZE));
	nul = memchr(out->data, '\0', out->len);
	if (nul)
		out->len = (size_t)(nul - out->data) + 1;
	return 0;
}

static int show_environ(uint64_t arg, struct strbuf *out)
{
	int err;
	struct mm *mm = visible_mm(arg, &err);

	if (mm)
		append_memory(out, mm, mm_layout(mm)->env_start, mm_layout(mm)->env_end);
	return err;
}

static int show_auxv(uint64_t arg, struct strbuf *out)
{
	int err;
	struct mm *mm = visible_mm(arg, &err);

	if (!mm)
		return err;
	for (unsigned i = 0; i < mm_layout(mm)->auxv_words; i++)
		strbuf_append(out, &mm_layout(mm)->auxv[i], mm_xlen(mm) / 8);
	return 0;
}

/* /proc/PID/mem: reads and writes at the file position are the process' memory, through any
 * protection; permission is looked at each time, the process may have changed. */
static ssize_t access_mem(struct file *f, struct uio *u, uint64_t *pos, bool write)
{
	int err;
	struct mm *mm = visible_mm((uint64_t)(uintptr_t)f->private, &err);
	ssize_t done = 0;
	uint8_t page[PAGE_SIZE];

	if (!mm)
		return err;
	while (u->left) {
		size_t n = MIN(u->left, PAGE_SIZE - (*pos & PAGE_MASK)), moved;

		if (write && uio_copy_out(u, page, n) != n)
			return done ? done : -EFAULT;
		if (mm_copy_force(mm, *pos, page, n, write) < 0)
			return done ? done : -EIO;
		moved = write ? n : uio_copy_in(u, page, n);
		*pos += moved;
		done += (ssize_t)moved;
		if (moved != n)
			return done ? done : -EFAULT;
	}
	return done;
}

static ssize_t read_mem(struct file *f, struct uio *u, uint64_t *pos)  { return access_mem(f, u, pos, false); }
static ssize_t write_mem(struct file *f, struct uio *u, uint64_t *pos) { return access_mem(f, u, pos, true); }

static int64_t seek_mem(struct file *f, int64_t off, int whence)
{
	if (whence == ABI_SEEK_CUR)
		off += (int64_t)f->pos;
	else if (whence != ABI_SEEK_SET)
		return -EINVAL;
	f->pos = (uint64_t)off;
	return off;
}

static const struct file_ops mem_fops = { .read = read_mem, .write = write_mem, .seek = seek_mem };

/* ---- names ------------------------------------------------------------------------------ */

static int show_comm(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);
	const struct task *t = proc_task(arg);

	if (!t && p)
		t = p->leader;
	return t ? proc_show_line(out, "%s", t->comm) : -ESRCH;
}

static int store_comm(uint64_t arg, const char *text, size_t len)
{
	struct task *t = proc_task(arg);
	char name[COMM_LEN] = { 0 };

	if (!t)
		return -ESRCH;
	if (t->proc != task_current()->proc)
		return -EINVAL;
	memcpy(name, text, MIN(len, (size_t)COMM_LEN - 1));
	name[strcspn(name, "\n")] = '\0';
	task_set_comm(t, name);
	return (int)len;
}

/* ---- limits ------------------------------------------------------------------------------ */

static const struct { const char *name, *unit; } limit_names[ABI_RLIM_NLIMITS] = {
	[ABI_RLIMIT_CPU] = { "Max cpu time", "seconds" }, [ABI_RLIMIT_FSIZE] = { "Max file size", "bytes" },
	[ABI_RLIMIT_DATA] = { "Max data size", "bytes" }, [ABI_RLIMIT_STACK] = { "Max stack size", "bytes" },
	[ABI_RLIMIT_CORE] = { "Max core file size", "bytes" }, [ABI_RLIMIT_RSS] = { "Max resident set", "bytes" },
	[ABI_RLIMIT_NPROC] = { "Max processes", "processes" }, [ABI_RLIMIT_NOFILE] = { "Max open files", "files" },
	[ABI_RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" }, [ABI_RLIMIT_AS] = { "Max address space", "bytes" },
	[ABI_RLIMIT_LOCKS] = { "Max file locks", "locks" }, [ABI_RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
	[ABI_RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" }, [ABI_RLIMIT_NICE] = { "Max nice priority", NULL },
	[ABI_RLIMIT_RTPRIO] = { "Max realtime priority", NULL }, [ABI_RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
};

static void print_limit(struct strbuf *out, uint64_t value)
{
	if (value == ABI_RLIM_INFINITY)
		strbuf_printf(out, "%-20s ", "unlimited");
	else
		strbuf_printf(out, "%-20" PRIu64 " ", value);
}

static int show_limits(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);

	if (!p)
		return -ESRCH;
	strbuf_printf(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned i = 0; i < ABI_RLIM_NLIMITS; i++) {
		strbuf_printf(out, "%-25s ", limit_names[i].name);
		print_limit(out, p->rlim[i].cur);
		print_limit(out, p->rlim[i].max);
		if (limit_names[i].unit)
			strbuf_printf(out, "%-10s", limit_names[i].unit);
		strbuf_putc(out, '\n');
	}
	return 0;
}

/* ---- places -------------------------------------------------------------------------------- */

enum place { PLACE_EXE, PLACE_CWD, PLACE_ROOT };

/* The path, borrowed. -ENOENT: it has none any more. */
static int find_place(uint64_t arg, enum place which, struct path *out)
{
	struct task *t = proc_task(arg);
	int err;

	if (!t)
		return proc_process(arg) ? -ENOENT : -ESRCH;
	err = proc_may_look(arg);
	if (err)
		return err;
	if (which != PLACE_EXE && !t->fs)
		return -ENOENT;
	*out = which == PLACE_EXE ? t->proc->exe : which == PLACE_CWD ? t->fs->cwd : t->fs->root;
	return out->dentry ? 0 : -ENOENT;
}

static int read_place(uint64_t arg, enum place which, char *buf, size_t cap)
{
	char *text;
	struct path p;
	int err = find_place(arg, which, &p);

	if (err)
		return err;
	text = xalloc(ABI_PATH_MAX + 16);
	err = vfs_path_string(p, task_current()->fs->root, text, ABI_PATH_MAX + 16);
	if (err >= 0) {
		err = (int)MIN(strlen(text), cap);
		memcpy(buf, text, (size_t)err);
	}
	free(text);
	return err;
}

static int follow_place(uint64_t arg, enum place which, struct path *out)
{
	struct path p;
	int err = find_place(arg, which, &p);

	if (!err)
		*out = path_get(p);
	return err;
}

static int read_exe(uint64_t a, char *b, size_t n)    { return read_place(a, PLACE_EXE, b, n); }
static int read_cwd(uint64_t a, char *b, size_t n)    { return read_place(a, PLACE_CWD, b, n); }
static int read_root(uint64_t a, char *b, size_t n)   { return read_place(a, PLACE_ROOT, b, n); }
static int follow_exe(uint64_t a, struct path *out)   { return follow_place(a, PLACE_EXE, out); }
static int follow_cwd(uint64_t a, struct path *out)   { return follow_place(a, PLACE_CWD, out); }
static int follow_root(uint64_t a, struct path *out)  { return follow_place(a, PLACE_ROOT, out); }

static int show_mounts_as(uint64_t arg, struct strbuf *out, bool info)
{
	struct task *t = proc_task(arg);

	if (!t || !t->fs)
		return -EINVAL;
	vfs_show_mounts(out, t->fs, info);
	return 0;
}

static int show_mounts(uint64_t arg, struct strbuf *out)    { return show_mounts_as(arg, out, false); }
static int show_mountinfo(uint64_t arg, struct strbuf *out) { return show_mounts_as(arg, out, true); }

/* ---- small values ---------------------------------------------------------------------------- */

static int show_oom_score_adj(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);

	return p ? proc_show_line(out, "%d", p->oom_score_adj) : -ESRCH;
}

static int store_oom_score_adj(uint64_t arg, const char *text, size_t len)
{
	struct process *p = proc_process(arg);
	char number[16] = { 0 }, *end;
	long v;

	if (!p)
		return -ESRCH;
	memcpy(number, text, MIN(len, sizeof(number) - 1));
	v = strtol(number, &end, 10);
	if (end == number || (*end && *end != '\n') || v < -1000 || v > 1000)
		return -EINVAL;
	if (v < p->oom_score_adj && !task_capable(task_current(), ABI_CAP_SYS_RESOURCE))
		return -EACCES;
	p->oom_score_adj = (int)v;
	return (int)len;
}

/* Share of all memory in tenths of a percent, shifted by the owner's wish (proc_oom_score). */
static int show_oom_score(uint64_t arg, struct strbuf *out)
{
	struct process *p = proc_process(arg);
	int64_t points;

	if (!p)
		return -ESRCH;
	points = oom_points(p);
	points = points == INT64_MIN ? 0 : (1000 + points * 1000 / (int64_t)oom_total_pages()) * 2 / 3;
	return proc_show_line(out, "%d", (int)MAX(points, (int64_t)0));
}

static int show_personality(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);
	int err = proc_may_look(arg);

	return !p ? -ESRCH : err ? err : proc_show_line(out, "%08x", p->personality);
}

static int show_io(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);
	const struct task *t = proc_task(arg);
	struct rusage_k r = { 0 };
	int err = proc_may_look(arg);

	if (!p || err)
		return p ? err : -ESRCH;
	if (!(arg & PROC_THREAD)) {
		process_times(p, &r);
		rusage_add(&r, &p->dead_children);   /* those that were waited for */
	} else if (t) {
		r.io = t->io;
	}
	strbuf_printf(out, "rchar: %" PRIu64 "\nwchar: %" PRIu64 "\nsyscr: %" PRIu64 "\nsyscw: %" PRIu64 "\n",
		      r.io.rchar, r.io.wchar, r.io.syscr, r.io.syscw);
	strbuf_printf(out, "read_bytes: %" PRIu64 "\nwrite_bytes: %" PRIu64
			   "\ncancelled_write_bytes: 0\n", r.inblock * 512, r.oublock * 512);
	return 0;
}

static int show_schedstat(uint64_t arg, struct strbuf *out)
{
	const struct task *t = proc_task(arg);

	return t ? proc_show_line(out, "%" PRIu64 " 0 %" PRIu64, t->thread.runtime_ns,
				  t->thread.nr_switches_voluntary + t->thread.nr_switches_involuntary) : -ESRCH;
}

static int show_timerslack(uint64_t arg, struct strbuf *out)
{
	const struct task *t = proc_task(arg);

	return t ? proc_show_line(out, "%" PRIu64, t->timer_slack_ns) : -ESRCH;
}

static int show_cgroup(uint64_t arg, struct strbuf *out)    { return proc_show_line(out, "0::/"); }
static int show_cpuset(uint64_t arg, struct strbuf *out)    { return proc_show_line(out, "/"); }
/* ---- the user name space: its maps, written once -------------------------------------------- */

static int show_map(uint64_t arg, enum id_kind kind, struct strbuf *out)
{
	const struct task *t = proc_task(arg);

	if (t)
		user_ns_show_map(t->cred->user_ns, kind, task_current()->cred, out);
	return t ? 0 : -ESRCH;
}

static int store_map(uint64_t arg, enum id_kind kind, const char *text, size_t len)
{
	struct task *t = proc_task(arg);
	int err = !t ? -ESRCH : len >= PAGE_SIZE ? -EINVAL : user_ns_write_map(t->cred->user_ns, kind, text, task_current()->cred);

	return err ? err : (int)len;
}

static int show_uid_map(uint64_t arg, struct strbuf *out) { return show_map(arg, ID_USER, out); }
static int show_gid_map(uint64_t arg, struct strbuf *out) { return show_map(arg, ID_GROUP, out); }
static int store_uid_map(uint64_t arg, const char *text, size_t len) { return store_map(arg, ID_USER, text, len); }
static int store_gid_map(uint64_t arg, const char *text, size_t len) { return store_map(arg, ID_GROUP, text, len); }

static int show_setgroups(uint64_t arg, struct strbuf *out)
{
	const struct task *t = proc_task(arg);

	return !t ? -ESRCH : proc_show_line(out, user_ns_denies_setgroups(t->cred->user_ns) ? "deny" : "allow");
}

static int store_setgroups(uint64_t arg, const char *text, size_t len)
{
	struct task *t = proc_task(arg);
	int err = !t ? -ESRCH : len >= 8 ? -EINVAL : user_ns_write_setgroups(t->cred->user_ns, text, task_current()->cred);

	return err ? err : (int)len;
}

static int show_coredump_filter(uint64_t arg, struct strbuf *out)
{
	const struct process *p = proc_process(arg);

	return !p ? -ESRCH : p->zombie ? 0 : proc_show_line(out, "%08x", p->coredump_filter);
}

static int store_coredump_filter(uint64_t arg, const char *text, size_t len)
{
	struct process *p = proc_process(arg);
	char number[32] = { 0 }, *end;
	unsigned long v;

	if (!p)
		return -ESRCH;
	memcpy(number, text, MIN(len, sizeof(number) - 1));
	v = strtoul(number, &end, 0);
	if (end == number || (*end && *end != '\n'))
		return -EINVAL;
	p->coredump_filter = v & COREDUMP_FILTER_MASK;
	return (int)len;
}

/* Values that Linux prints without a newline. */
static int show_loginuid(uint64_t arg, struct strbuf *out)
{
	strbuf_printf(out, "%u", ~0u);
	return 0;
}

/* Where in the kernel a task sleeps: Linux' names of the functions. Ours are others, but it is
 * these that people and programs know. */
static const struct { int nr; const char *function; } sleeping_in[] = {
	{ 22, "do_epoll_wait" }, { 72, "do_select" }, { 73, "do_sys_poll" }, { 95, "do_wait" }, { 98, "futex_wait_queue" },
	{ 101, "hrtimer_nanosleep" }, { 115, "hrtimer_nanosleep" }, { 133, "sigsuspend" }, { 137, "do_sigtimedwait" },
	{ 193, "do_semtimedop" }, { 188, "do_msgrcv" }, { 189, "do_msgsnd" }, { 202, "inet_csk_accept" },
	{ 207, "__skb_wait_for_more_packets" }, { 212, "__skb_wait_for_more_packets" }, { 242, "inet_csk_accept" },
	{ 260, "do_wait" }, { 441, "do_epoll_wait" }, { 449, "futex_wait_multiple" },
};

static const char *file_wait(const struct task *t, bool write)
{
	const struct file *f = t->files ? files_lookup(t->files, (int)t->syscall_a0) : NULL;

	if (f && (f->inode->mode & S_IFMT) == S_IFIFO)
		return write ? "pipe_write" : "pipe_read";
	return f ? "wait_woken" : NULL;
}

static const char *wait_channel(const struct task *t)
{
	if (t->thread.state == THREAD_STOPPED)
		return "do_signal_stop";
	if (t->thread.state != THREAD_SLEEPING && t->thread.state != THREAD_UNINTERRUPTIBLE)
		return NULL;
	for (unsigned i = 0; i < ARRAY_SIZE(sleeping_in); i++)
		if (sleeping_in[i].nr == t->syscall_nr)
			return sleeping_in[i].function;
	return t->syscall_nr == 63 || t->syscall_nr == 64 ? file_wait(t, t->syscall_nr == 64) : NULL;
}

static int show_wchan(uint64_t arg, struct strbuf *out)
{
	const struct task *t = proc_task(arg);
	const char *name = t && !proc_may_look(arg) ? wait_channel(t) : NULL;

	strbuf_printf(out, "%s", name ? name : "0");
	return 0;
}

static int show_syscall(uint64_t arg, struct strbuf *out)
{
	const struct task *t = proc_task(arg);
	int err = proc_may_look(arg);

	if (!t || err)
		return t ? err : -ESRCH;
	if (t == task_current() || t->syscall_nr < 0)
		return proc_show_line(out, "running");
	strbuf_printf(out, "%" PRId64 " 0x%" PRIx64, t->syscall_nr, t->syscall_a0);
	for (int i = 11; i <= 15; i++)
		strbuf_printf(out, " 0x%" PRIx64, t->regs.x[i]);
	return proc_show_line(out, " 0x%" PRIx64 " 0x%" PRIx64, t->regs.x[2], t->regs.pc);
}

/* ---- attr: for security modules, of which there is none (security_getprocattr) --------------------- */

static int show_no_label(uint64_t arg, struct strbuf *out)
{
	return proc_task(arg) || proc_process(arg) ? -EINVAL : -ESRCH;
}

static int store_no_label(uint64_t arg, const char *text, size_t len)
{
	const struct task *t = proc_task(arg);

	return !t ? -ESRCH : t->proc != task_current()->proc ? -EACCES : -EINVAL;
}

/* ---- the tables ---------------------------------------------------------------------------------- */

#define RO(n, fn)         { .name = n, .mode = S_IFREG | 0444, .show = fn, .owner = proc_owner }
#define PRIVATE_RO(n, fn) { .name = n, .mode = S_IFREG | 0400, .show = fn, .owner = proc_owner }
#define RW(n, get, set)   { .name = n, .mode = S_IFREG | 0644, .show = get, .store = set, .owner = proc_owner }
#define LINK(n, rd, fl)   { .name = n, .mode = S_IFLNK | 0777, .readlink = rd, .follow = fl, .owner = proc_owner }
#define MEMORY(n, m, ...) { .name = n, .mode = S_IFREG | (m), .may_open = proc_may_open_memory, .owner = proc_owner, __VA_ARGS__ }
#define DIR(n, m, d)      { .name = n, .mode = S_IFDIR | (m), .dir = d, .owner = proc_owner }

#define LABEL(n)          { .name = n, .mode = S_IFREG | 0666, .show = show_no_label, .store = store_no_label, .owner = proc_owner }
static const struct pseudo_node attr_children[] = {
	LABEL("current"), LABEL("exec"), LABEL("fscreate"), LABEL("keycreate"), RO("prev", show_no_label), LABEL("sockcreate"), { 0 },
};

#define COMMON_FILES \
	{ .name = "attr", .mode = S_IFDIR | 0555, .children = attr_children, .owner = proc_owner }, \
	MEMORY("auxv", 0400, .show = show_auxv), \
	RO("cgroup", show_cgroup), \
	RO("cmdline", show_cmdline), \
	RW("comm", show_comm, store_comm), \
	RO("cpuset", show_cpuset), \
	LINK("cwd", read_cwd, follow_cwd), \
	MEMORY("environ", 0400, .show = show_environ), \
	LINK("exe", read_exe, follow_exe), \
	DIR("fd", 0500, &procfs_fd_dir), \
	DIR("fdinfo", 0555, &procfs_fdinfo_dir), \
	RW("gid_map", show_gid_map, store_gid_map), \
	PRIVATE_RO("io", show_io), \
	RO("limits", show_limits), \
	RO("loginuid", show_loginuid), \
	MEMORY("maps", 0444, .show = procfs_show_maps), \
	MEMORY("mem", 0600, .fops = &mem_fops), \
	RO("mountinfo", show_mountinfo), \
	DIR("ns", 0511, &procfs_ns_dir), \
	MEMORY("pagemap", 0400, .fops = &procfs_pagemap_fops), \
	RO("mounts", show_mounts), \
	RO("oom_score", show_oom_score), \
	RW("oom_score_adj", show_oom_score_adj, store_oom_score_adj), \
	PRIVATE_RO("personality", show_personality), \
	LINK("root", read_root, follow_root), \
	RO("schedstat", show_schedstat), \
	RO("sessionid", show_loginuid), \
	RW("setgroups", show_setgroups, store_setgroups), \
	MEMORY("smaps", 0444, .show = procfs_show_smaps), \
	MEMORY("smaps_rollup", 0444, .show = procfs_show_smaps_rollup), \
	RO("stat", procfs_show_stat), \
	RO("statm", procfs_show_statm), \
	RO("status", procfs_show_status), \
	PRIVATE_RO("syscall", show_syscall), \
	RW("uid_map", show_uid_map, store_uid_map), \
	RO("wchan", show_wchan)

const struct pseudo_node procfs_process_children[] = {
	COMMON_FILES,
	RW("coredump_filter", show_coredump_filter, store_coredump_filter),
	DIR("map_files", 0500, &procfs_map_files_dir),
	PRIVATE_RO("mountstats", procfs_show_mountstats),
	RO("timerslack_ns", show_timerslack),
	RW("timens_offsets", procfs_show_timens_offsets, procfs_store_timens_offsets),
	DIR("task", 0555, &procfs_task_dir),
	{ .name = "net", .mode = S_IFDIR | 0555, .children = procfs_net_children },
	{ 0 },
};
const struct pseudo_node procfs_thread_children[] = {
	COMMON_FILES,
	RO("children", procfs_show_children),
	{ 0 },
};
