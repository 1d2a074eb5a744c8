/* What the files of kernel share among themselves. */
#ifndef KERNEL_INTERNAL_H
#define KERNEL_INTERNAL_H

#include "kernel/kernel.h"

/* ---- pid.c --------------------------------------------------------------------- */
enum { PID_MAX_DEFAULT = 32768, PID_MAX_LIMIT = 4 * 1024 * 1024, PID_WRAP = 300 };
void pid_init(void);
/* A free number with no roles yet; `want` != 0: this one (clone3's set_tid). -EAGAIN, -EEXIST. */
/* A number of the machine's, and one in each name space from `ns` outwards; want: the number in `ns`. */
int  pid_alloc(struct pid_ns *ns, int want);
struct pid *pid_find(int nr);                 /* NULL: not in use */
void pid_free_if_unused(struct pid *pid);
bool pid_hold(int nr);                        /* it stays the number of nobody else; false: not in use */
void pid_drop(int nr);
void pid_join_pgrp(struct process *p, int pgid);    /* leaves the old one, if any */
void pid_leave_pgrp(struct process *p);
void pid_join_session(struct process *p, int sid);
void pid_leave_session(struct process *p);
unsigned pid_count_in_use(void);

/* ---- task.c -------------------------------------------------------------------- */
struct process *process_create(void);
struct task *task_create(struct process *p);  /* one reference, thread not initialised */
void task_link(struct task *t, int tid);
void process_unlink(struct process *p);       /* out of pid table and parent's children */
unsigned process_count(void);
unsigned task_live_count(void);               /* structures, for leak checks */
unsigned process_live_count(void);
void sighand_put(struct sighand *s);
struct sighand *sighand_copy(const struct sighand *s);
void task_vfork_done(struct task *t);
void task_release_mm(struct task *t);
void default_rlimits(struct rlimit_k *rlim);
/* The next task of the process that has not begun to exit; from NULL: the first. */
struct task *process_next_task(struct process *p, struct task *from);
#define for_each_task(t, p) \
	for (t = process_next_task((p), NULL); t; t = process_next_task((p), t))

/* ---- exit.c, wait.c, pgrp.c ------------------------------------------------------ */
void task_unlink(struct task *t);
/* The process is to end with this status: its other tasks are killed. */
void exit_group_begin(struct process *p, int wait_status);
_Noreturn void exit_task(void);
extern bool machine_ending;                   /* init has exited: every zombie is reaped at once */
void rusage_add(struct rusage_k *to, const struct rusage_k *from);
void rusage_add_task(struct rusage_k *to, struct task *t);
void process_rusage(struct process *p, struct rusage_k *out);
struct abi_siginfo exit_siginfo(struct process *p, int code, int value);
void notify_parent_stop(struct process *p, int code);
/* `p` leaves its group by exiting (parent NULL), or `parent` by whom the group was
 * controlled is gone: a group that is orphaned by it and has stopped members is
 * sent SIGHUP and SIGCONT. */
void pgrp_check_orphaned(struct process *p, struct process *parent);

void exit_notify_parent(struct process *p);

/* ---- ptrace.c, ptrace_request.c ----------------------------------------------------- */
struct tracee_end {                    /* a traced thread that is no more */
	struct list link;              /* process.tracee_ends */
	int tid, shown, tracer_tid, status;    /* shown: to the tracer */
	uint32_t uid;
	struct rusage_k rusage;
};
bool ptrace_traces(const struct process *tracer, const struct task *t);
void ptrace_tracer_exits(struct task *tracer);
void ptrace_tid_changed(struct process *p, int old, int tid);
/* Stop until the tracer says go on; what it says: a signal, 0. why: CLD_*. */
int  ptrace_stop(struct task *t, int code, int why, uint64_t message, struct abi_siginfo *info);
int  ptrace_notify(struct task *t, int code, int why, uint64_t message);
bool ptrace_event_enabled(const struct task *t, int event);
void ptrace_event(struct task *t, int event, uint64_t message);
void ptrace_trap_stop(struct task *t);
int  ptrace_signal(struct task *t, struct abi_siginfo *info);
void ptrace_continued(struct task *t);
void ptrace_wake(struct task *t);
int  ptrace_clone_event(const struct task *t, uint64_t flags, int exit_signal);
void ptrace_child_born(struct task *parent, struct task *child);
void ptrace_exit_event(struct task *t, int code);
void ptrace_thread_ended(struct task *t, int status);
void ptrace_forget(struct task *t);
int  ptrace_traceme(void);
int  ptrace_attach(struct task *t, bool seize, uint32_t options);
int  ptrace_detach(struct task *t, int signo);
/* The register sets, as NT_PRSTATUS and NT_PRFPREG; bytes written (at most 264). */
size_t ptrace_general_regs(struct task *t, void *out);
size_t ptrace_float_regs(struct task *t, void *out);

/* ---- coredump.c ---------------------------------------------------------------------- */
/* Write one, if limits and settings want it; true: it is there. The other threads are gone then. */
bool coredump(struct task *t, const struct abi_siginfo *info);
extern char core_pattern[128];
extern bool core_uses_pid;
enum { COREDUMP_FILTER_DEFAULT = 0x33, COREDUMP_FILTER_MASK = 0x1ff };
/* The process dies with this status: the calling task stays alone. */
void process_end_other_threads(int status);

/* ---- oom.c --------------------------------------------------------------------------- */
void oom_kill(void);                          /* somebody; may sleep until he is gone */
int64_t oom_points(struct process *p);        /* in pages; INT64_MIN: never chosen */
uint64_t oom_total_pages(void);

/* ---- anonfd.c ------------------------------------------------------------------------- */
int64_t anonfd_install(struct file *f, bool cloexec);     /* the current task's; takes the file over */

/* ---- namespaces.c --------------------------------------------------------------------- */
int ns_unshare(struct task *t, uint64_t flags);   /* those of CLONE_NEW*; its fs is its own if NEWNS */

/* ---- pid_ns.c -------------------------------------------------------------------------- */
enum { PID_NOBODY = PID_MAX_LIMIT, PID_NS_LEVELS = 32 };    /* Linux MAX_PID_NS_LEVEL */
/* The name spaces from `ns` outwards up to `around`, that not among them: how many. */
int  pid_ns_chain(struct pid_ns *ns, const struct pid_ns *around, struct pid_ns *out[PID_NS_LEVELS]);
int pid_ns_create(struct pid_ns *parent, struct user_ns *owner, struct pid_ns **out);    /* -ENOSPC */
extern const struct ns_kind pid_ns_kind;
struct pid_ns *pid_ns_parent(const struct pid_ns *ns);      /* NULL: the machine */
bool pid_ns_was_born(const struct pid_ns *ns);     /* its first process was: before, there is nothing to enter */
int  pid_ns_enter(struct pid *pid, struct pid_ns *ns, int want);
void pid_ns_leave(struct pid *pid);
int  pid_number_in(const struct pid *pid, const struct pid_ns *viewer);
int  pid_shown_in(const struct pid_ns *viewer, int nr);
int  pid_meant_in(const struct pid_ns *viewer, int shown);
void pid_ns_born(struct process *p);               /* the first one in there is its init */
void pid_ns_end(struct process *init);             /* may sleep until all others are dead */
void pid_ns_told_of_end(const struct process *p);
int  pid_ns_proc_mounted(struct pid_ns *ns, unsigned *index);
void pid_ns_proc_gone(unsigned index);
struct pid_ns *pid_ns_of_proc(unsigned index);

/* ---- time_ns.c ------------------------------------------------------------------------- */
struct time_ns *time_ns_create(const struct time_ns *from, struct user_ns *owner);
extern const struct ns_kind time_ns_kind;
struct vdso_data *time_ns_data(struct time_ns *ns);
int  time_ns_born(struct task *t);                     /* a child with memory of its own */
void time_ns_exec(struct task *t);
void time_ns_enter(struct task *t, struct time_ns *ns);

/* ---- vdso_map.c: a data page with clocks of its own -------------------------------------- */
struct vdso_data {
	struct mapping mapping;       /* its owner's operations: read_page and size are the two below */
	struct list link;
	uint64_t (*shift)(struct vdso_data *d, int clockid);      /* what is added to a clock */
};
void vdso_data_init(struct vdso_data *d, const struct mapping_ops *ops, uint64_t (*shift)(struct vdso_data *, int));
void vdso_data_destroy(struct vdso_data *d);
int  vdso_data_read(struct mapping *m, uint64_t index, void *page);
uint64_t vdso_data_size(struct mapping *m);
/* The address space reads that page from now on; NULL: the machine's. */
int  vdso_join(struct mm *mm, struct vdso_data *d);

/* ---- uts.c ---------------------------------------------------------------------------- */
extern const struct ns_kind uts_ns_kind;
struct uts_ns *uts_create(const struct uts_ns *from, struct user_ns *owner);

/* ---- seccomp.c ------------------------------------------------------------------------ */
struct seccomp_filter;
struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f);
void seccomp_filter_put(struct seccomp_filter *f);
void seccomp_inherit(struct task *child, const struct task *parent);
/* May the call be made? false: a0 is set, or a signal is on its way. */
bool seccomp_check(struct task *t, uint64_t *nr);
bool seccomp_act(struct task *t, uint64_t *nr, uint32_t answer);
unsigned seccomp_filter_count(const struct task *t);
unsigned seccomp_live_count(void);
/* The signal acts even if blocked or ignored; fatal: even if it has a handler. */
void signal_force_info(const struct abi_siginfo *info, bool fatal);

/* ---- syscall_work.c: who watches system calls ----------------------------------------- */
void signal_update_work(struct task *t);
/* Before the call: false: it is not made, a0 is set already. May change the number. */
bool syscall_enter_work(struct task *t, uint64_t *nr);
void syscall_exit_work(struct task *t);

/* ---- signal.c, signal_frame.c ---------------------------------------------------- */
void signal_init_pending(struct sigpending *p);
void signal_flush_pending(struct sigpending *p);
bool signal_is_ignored_by_default(int signo);
bool signal_is_stop(int signo);
bool signal_dumps_core(int signo);
/* SIGKILL without a queue entry: the task ends when it next looks. */
void signal_kill_task(struct task *t);
/* An exiting task no longer takes part in signals and stops. */
void signal_task_leaves(struct task *t);
int  signal_setup_frame(struct task *t, int signo, const struct abi_siginfo *info,
			const struct sigaction_k *sa, uint64_t oldset);
unsigned signal_queued_count(void);
struct abi_siginfo signal_info_kernel(int signo);
/* A queued SI_TIMER signal of this timer, still waiting: NULL if none. */
struct abi_siginfo *signal_find_queued_timer(struct process *p, struct task *t, int timerid);

/* ---- trap.c, fork.c ---------------------------------------------------------------- */
_Noreturn void trap_loop(struct task *t);

/* ---- futex.c, time.c ----------------------------------------------------------------- */
void futex_init(void);
unsigned futex_waiter_count(void);
void futex_wake_at(struct mm *mm, gva_t uaddr, int nr);
void time_tick(struct task *t);                /* CPU-time timers and limits of its process */
void time_process_exit(struct process *p);     /* disarm everything */
void time_init_process(struct process *p);
void posix_timers_exit(struct process *p);
bool posix_timers_use_cpu_time(struct process *p);
void posix_timers_tick(struct process *p);
/* A timer's signal is about to be delivered: info->overrun is what timer_getoverrun will say. */
void posix_timer_signal_taken(struct process *p, struct abi_siginfo *info);
uint64_t process_runtime_ns(const struct process *p);
void process_update_cpu_timers(struct process *p);

/* ---- jobctl.c -------------------------------------------------------------------------- */
void jobctl_install_hooks(void);
void netctl_install_hooks(void);             /* netctl.c */
void file_owner_install_hooks(void);         /* file_owner.c */
void file_owner_urgent(const struct file *f);   /* SIGURG */

#endif
