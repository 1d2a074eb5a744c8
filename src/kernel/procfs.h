/* What the files of /proc share.
 *
 * A node's `arg` says whom it speaks of:
 *
 *   63        40 39   33 32 31            0
 *   +-----------+-------+--+---------------+
 *   |    fd     | space |T |   pid / tid   |
 *   +-----------+-------+--+---------------+
 *
 * T: one thread (/proc/PID/task/TID), else the whole process. The process or
 * thread is looked up at each use: it may have gone. Its number is the machine's; `space` says
 * which PID name space this /proc is of, in whose numbers it is shown (pid_ns.c). */
#ifndef KERNEL_PROCFS_H
#define KERNEL_PROCFS_H

#include <sys/stat.h>

#include "base/strbuf.h"
#include "internal.h"
#include "kernel/kernel.h"

#define PROC_THREAD ((uint64_t)1 << 32)
enum { PROC_FD_SHIFT = 40, PROC_SPACE_SHIFT = 33, PROC_SPACE_MASK = 127 };
static inline uint64_t proc_space_bits(uint64_t arg) { return arg & (uint64_t)PROC_SPACE_MASK << PROC_SPACE_SHIFT; }
static inline struct pid_ns *proc_space(uint64_t arg)
{
	return pid_ns_of_proc((unsigned)(arg >> PROC_SPACE_SHIFT) & PROC_SPACE_MASK);
}
/* NSpid and its kin: the number in each PID name space from this /proc's down. */
void procfs_print_numbers(struct strbuf *out, uint64_t arg, const char *what, const struct process *p, int nr);
/* A number as this /proc shows it. */
static inline int proc_show_pid(uint64_t arg, int nr) { return pid_shown_in(proc_space(arg), nr); }
static inline int proc_id(uint64_t arg) { return (int)(uint32_t)arg; }
static inline unsigned proc_fd(uint64_t arg) { return (unsigned)(arg >> PROC_FD_SHIFT); }

struct process *proc_process(uint64_t arg);      /* NULL: gone; zombies are there */
/* The thread that answers: the one named, or one of the process that is alive. NULL for zombies. */
struct task *proc_task(uint64_t arg);
/* ptrace-like permission (Linux ptrace_may_access, PTRACE_MODE_READ): 0, -EACCES, -ESRCH. */
int proc_may_look(uint64_t arg);
int proc_may_open_memory(uint64_t arg);           /* a zombie has none: 0 */
/* What readlink says of a link to an open file: its length in buf, cut at cap, or -errno. */
int proc_file_link_text(struct file *f, char *buf, size_t cap);
/* Text appended with a trailing newline, as most one-value files are. */
int proc_show_line(struct strbuf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void proc_owner(uint64_t arg, uint32_t *uid, uint32_t *gid);

extern const struct pseudo_node procfs_process_children[], procfs_thread_children[];   /* procfs_pid.c */
extern const struct pseudo_node procfs_net_children[];                                 /* procfs_net.c */
extern const struct pseudo_node procfs_sys_children[];                                 /* procfs_sys.c */
extern const struct pseudo_dir procfs_fd_dir, procfs_fdinfo_dir, procfs_task_dir;      /* procfs_dirs.c */

/* procfs_stat.c */
int procfs_show_stat(uint64_t arg, struct strbuf *out);
int procfs_show_status(uint64_t arg, struct strbuf *out);
int procfs_show_statm(uint64_t arg, struct strbuf *out);
char procfs_state(uint64_t arg, const char **name);
/* time_ns.c */
int procfs_show_timens_offsets(uint64_t arg, struct strbuf *out);
int procfs_store_timens_offsets(uint64_t arg, const char *text, size_t len);
/* procfs_maps.c */
int procfs_show_maps(uint64_t arg, struct strbuf *out);
int procfs_show_smaps(uint64_t arg, struct strbuf *out);
int procfs_show_smaps_rollup(uint64_t arg, struct strbuf *out);
/* procfs_more.c */
extern const struct pseudo_dir procfs_map_files_dir, procfs_ns_dir;
extern const struct file_ops procfs_pagemap_fops;
int procfs_show_children(uint64_t arg, struct strbuf *out);
int procfs_show_mountstats(uint64_t arg, struct strbuf *out);
int procfs_show_interrupts(uint64_t arg, struct strbuf *out);
int procfs_show_cgroups(uint64_t arg, struct strbuf *out);
int procfs_show_tty_drivers(uint64_t arg, struct strbuf *out);
/* procfs_machine.c: the files that speak of the whole machine */
int procfs_show_cpuinfo(uint64_t arg, struct strbuf *out);
int procfs_show_meminfo(uint64_t arg, struct strbuf *out);
int procfs_show_machine_stat(uint64_t arg, struct strbuf *out);
int procfs_show_uptime(uint64_t arg, struct strbuf *out);
int procfs_show_loadavg(uint64_t arg, struct strbuf *out);
int procfs_show_locks(uint64_t arg, struct strbuf *out);
int procfs_show_version(uint64_t arg, struct strbuf *out);
int procfs_show_filesystems(uint64_t arg, struct strbuf *out);
int procfs_show_sysv_shm(uint64_t arg, struct strbuf *out);
int procfs_show_sysv_sem(uint64_t arg, struct strbuf *out);
int procfs_show_sysv_msg(uint64_t arg, struct strbuf *out);
int procfs_show_vmstat(uint64_t arg, struct strbuf *out);

#endif
