/* kernel: processes, exec, signals, time, the trap loop. What sys calls and cli starts. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "kernel/task.h"

/* ---- machine ------------------------------------------------------------------------ */
struct jit_config;
struct machine_config {
	uint64_t memory_bytes, swap_bytes;
	const char *hostname;             /* NULL: "hearth" */
	bool aslr;
	bool init_immune;                 /* a booted system: pid 1 gets no signal it does not handle */
	uint32_t uid, gid;                /* of the first process */
	const struct jit_config *jit;     /* NULL: the interpreter alone */
	unsigned harts;                   /* 0: one */
	enum sched_policy sched;
};
extern struct machine {
	struct machine_config config;
	uint64_t boot_ns;                 /* sched_clock_ns() at start, about: where the guest's CLOCK_MONOTONIC is 0 */
	uint64_t boot_raw_ns;             /* the host's CLOCK_MONOTONIC_RAW then */
	struct process *init;             /* pid 1 */
	int pid_max;                      /* 32768 */
	uint64_t mmap_min_addr;
	struct cpu *cpu[HART_MAX];        /* of each hart that has run guest code */
	uint64_t oom_kills;               /* processes killed because RAM was full */
	uint64_t faults, major_faults;    /* of guest code, that were resolved; and those for which something was read */
	/* How pid 1 ended, for the one-line reason: its wait status and, when a fault killed it,
	 * what it was. comm is the program's. */
	struct crash_info {
		int status;
		struct { uint32_t sig; int code; gva_t addr, pc; } fault;   /* sig 0: none */
		char comm[COMM_LEN];
		char symbol_file[256];    /* the mapped file at pc, and pc's place in it; "" unknown */
		uint64_t symbol_offset;
	} crash;
} machine;

/* The calling hart's cpu; instructions that all harts together have retired. */
struct cpu *machine_cpu(void);
uint64_t machine_instret(void);
uint64_t machine_harts_mask(void);        /* bit n: there is a hart n */
uint64_t machine_threads_max(void);       /* root, too, cannot have more tasks */
/* Code of the current address space was written: every hart looks at it anew (the flush_icache call). */
void machine_flush_icache(void);

/* Bring up RAM, scheduler, vfs (no mounts yet). 0 or -errno with a message printed. */
int  kernel_init(const struct machine_config *cfg);
/* Create pid 1 running `path` (as the guest sees it) with argv/envp, fds 0-2 on the console.
 * 0, or the errno of exec. The machine does not run yet. */
int  kernel_start_init(const char *path, const char *cwd, char *const argv[], char *const envp[]);
/* Run until pid 1 has ended and been collected; its wait status (as wait4's). */
int  kernel_run(void);
int  kernel_end_machine(void);          /* from a system call: process 1 is made to end */
/* That of the caller's PID name space; its parent sees the signal. The caller is dead, too. */
_Noreturn void pid_ns_reboot(int signo);
/* Everything the machine owned is freed; returns how much leaked (frames, tasks, inodes, files):
 * 0 in a correct kernel; each leak is reported by log_error. */
unsigned kernel_shutdown(void);

/* The system call table is installed from above (sys). Returns a0's new value or -E*. */
extern int64_t (*kernel_syscall)(struct task *t, uint64_t nr, const uint64_t args[6]);

/* ---- processes ------------------------------------------------------------------------- */
struct clone_request {                    /* clone3's arguments, as numbers */
	uint64_t flags;
	int exit_signal;
	gva_t stack;                      /* new sp, or 0: the parent's (clone3's base+size added up) */
	gva_t tls, child_tid, parent_tid, pidfd;
	int set_tid;
};
int64_t kernel_clone(const struct clone_request *req);           /* tid or -errno */
_Noreturn void kernel_exit_thread(int code);                     /* exit(2): this task only */
_Noreturn void kernel_exit_group(int wait_status);               /* all tasks of the process */
struct wait_result {
	int pid, shown;                   /* the machine's number, and as the caller sees it */
	int status;                       /* as wait4 reports it */
	int code, value;                  /* CLD_* and si_status, as waitid reports it */
	uint32_t uid;
	struct rusage_k rusage;
};
enum wait_id { WAIT_ANY, WAIT_PID, WAIT_PGRP };
/* options: WNOHANG WUNTRACED/WSTOPPED WCONTINUED WEXITED (wait4 implies it: add it) WNOWAIT __WALL
 * __WCLONE; which flags a call may carry is checked above. pid, 0, or -errno. */
int64_t kernel_wait(enum wait_id which, int id, uint32_t options, struct wait_result *out);
int64_t kernel_setpgid(int pid, int pgid);
int64_t kernel_setsid(void);
int64_t kernel_getpgid(int pid);
int64_t kernel_getsid(int pid);
bool pgrp_is_orphaned(int pgid);

int64_t kernel_restart_syscall(void);            /* restart_syscall(2) */
/* Descriptors for processes and signals. -EMFILE and friends as Linux. */
int64_t kernel_pidfd_open(int pid, uint32_t flags);
int64_t kernel_pidfd_for(struct process *p, uint32_t flags);
struct process *pidfd_process(struct file *f);   /* borrowed; NULL: not a pidfd */
struct process *procfs_directory_process(struct file *f);     /* an open /proc/PID; NULL: it is none */
int64_t kernel_signalfd(int fd, uint64_t mask, uint32_t flags);      /* fd -1: a new one */

/* ---- exec (exec.c, binfmt_*.c) ------------------------------------------------------------ */
/* Strings in guest memory (uargv/uenvp: address of the pointer array in the caller's mm) or,
 * for the first program, on the host (kargv/kenvp). */
struct exec_request {
	struct file *dir; const char *path; unsigned at_flags;
	int dirfd;                        /* the descriptor that `dir` is, for "/dev/fd/N" */
	gva_t uargv, uenvp;
	char *const *kargv; char *const *kenvp;
};
/* Replace the current task's image. Returns only on error; on success 0 with the task's registers
 * set to the new program's start (the trap loop runs it). */
int kernel_execve(const struct exec_request *req);
/* References to process.exe: the file cannot be opened for writing meanwhile. */
struct path exec_exe_get(struct path p);
void exec_exe_put(struct path p);

/* ---- vDSO (vdso_map.c) ---- */
/* The host's realtime clock may have been set: called now and then (exec, a slow tick). */
void vdso_update_clocks(void);
/* REALTIME, MONOTONIC, BOOTTIME or TAI minus sched_clock_ns(): what guest code adds, and so the kernel too. */
uint64_t vdso_clock_offset_ns(int clockid);
void vdso_shutdown(void);
/* Answers of riscv_hwprobe(2), hwprobe.c. false: a key that is not known. */
bool hwprobe_value(int64_t key, const struct mm *mm, uint64_t *out);

/* ---- signals --------------------------------------------------------------------------------- */
/* Send with siginfo; process-directed or to one task. 0, -EAGAIN (queue limit), -ESRCH. */
/* fcntl F_SETOWN (file_owner.c): the number as the caller knows it. -ESRCH; 0 for nobody. */
int  file_owner_set(struct file *f, int type, int shown);
int  file_owner_show(const struct file *f);
int  signal_send_process(struct process *p, const struct abi_siginfo *info);
int  signal_send_task(struct task *t, const struct abi_siginfo *info);
int  signal_send_pgrp(int pgid, const struct abi_siginfo *info);    /* -ESRCH if nobody; permission of current applied when check */
/* A fault by the current task: forced through even if blocked or ignored. */
void signal_force(int signo, int code, gva_t addr);
bool signal_pending(const struct task *t);
void signal_recalc(struct task *t);                  /* recompute thread.signal_pending after a mask change */
void signal_set_blocked(struct task *t, uint64_t mask);   /* SIGKILL and SIGSTOP cannot be blocked */
/* Take one pending signal out of `set` (sigtimedwait, signalfd): true and *info. */
bool signal_dequeue(struct task *t, uint64_t set, struct abi_siginfo *info);
/* Before returning to the guest: act on pending signals, build frames, restart calls. */
void signal_deliver(struct task *t);
int64_t signal_return(struct task *t);               /* rt_sigreturn: restores the frame; a0 */
void signal_exec_reset(struct task *t);
/* The bodies of rt_sigsuspend and rt_sigtimedwait. deadline 0: only look; the signal's number,
 * -EAGAIN at the deadline, -EINTR. */
int64_t signal_suspend(uint64_t mask);
int64_t signal_timedwait(uint64_t set, uint64_t deadline_ns, struct abi_siginfo *info);
/* After a change of sighand->action: pending signals that are ignored now are dropped. */
void signal_action_changed(struct process *p, int signo);
bool signal_on_altstack(const struct task *t, gva_t sp);
extern const char *const signal_names[65];           /* "SIGHUP" ... ; [0] unused */

/* ---- name spaces (uts.c) ---- */
struct uts_ns { struct ns ns; char hostname[65], domainname[65]; };
extern struct uts_ns uts_first;
struct uts_ns *uts_of(const struct task *t);     /* borrowed; never NULL */
int kernel_unshare_ns(uint64_t flags);           /* of the calling task; namespaces.c */
int kernel_setns(struct file *f, uint64_t flags);

/* ---- seccomp (seccomp.c) ---- */
struct abi_bpf_insn;
int64_t seccomp_set_strict(void);
int64_t seccomp_set_filter(const struct abi_bpf_insn *program, unsigned len, uint32_t flags);

/* ---- ptrace (ptrace.c) ---- */
int64_t kernel_ptrace(int64_t request, int pid, uint64_t addr, uint64_t data);
/* May `by` look into `target` (ptrace, /proc, process_vm_readv)? 0 or -EPERM. */
int task_may_access(const struct task *by, const struct task *target, bool real_ids);

/* ---- futex, time --------------------------------------------------------------------------------- */
int64_t futex_wait(gva_t uaddr, uint32_t val, uint32_t bitset, uint64_t deadline_ns, bool shared);
int64_t futex_wake(gva_t uaddr, int nr, uint32_t bitset, bool shared);
int64_t futex_requeue(gva_t uaddr, gva_t uaddr2, int nr_wake, int nr_requeue, const uint32_t *cmp, bool shared);
int64_t futex_wake_op(gva_t uaddr, gva_t uaddr2, int nr_wake, int nr_wake2, uint32_t encoded, bool shared);
struct futex_wait_k { gva_t uaddr; uint32_t val; bool shared; };
/* Which one was woken; -EAGAIN when one does not have the expected value. */
int64_t futex_wait_several(const struct futex_wait_k *want, unsigned nr, uint64_t deadline_ns);
/* What a task that ends or executes another program owes to who waits for its locks. */
void futex_exit(struct task *t);
/* Locks that lend their owner the priority of who waits for them (futex_pi.c). */
int64_t futex_lock_pi(gva_t uaddr, uint64_t deadline_ns, bool shared, bool try_only);
int64_t futex_unlock_pi(gva_t uaddr, bool shared);
int64_t futex_wait_requeue_pi(gva_t uaddr, uint32_t val, gva_t lock, uint64_t deadline_ns, bool shared);
int64_t futex_cmp_requeue_pi(gva_t uaddr, gva_t lock, int nr_wake, int nr_requeue, uint32_t cmp, bool shared);
/* The task's own priority has changed. */
void futex_priority_changed(struct task *t);

/* Restartable sequences (rseq.c): registration, and what is owed to them before guest code goes
 * on after the task was off its hart, or before a signal's frame is made. */
int64_t rseq_register(gva_t area, uint32_t len, int flags, uint32_t signature);
void rseq_resume(struct task *t);

/* Guest clocks: 0 and *ns, or -EINVAL. CLOCK_* ids of Linux, per-process and per-thread CPU clocks too. */
int time_read_clock(int clockid, uint64_t *ns);
int time_clock_resolution(int clockid, uint64_t *ns);
/* Convert an absolute time of a clock (REALTIME, MONOTONIC, BOOTTIME) into a sched deadline. */
uint64_t time_to_deadline(int clockid, uint64_t abs_ns);
/* A clock's time as the current task's time name space shows it, and back (time_ns.c). */
uint64_t time_ns_show(int clockid, uint64_t ns);
uint64_t time_ns_mean(int clockid, uint64_t shown_ns);
int64_t time_nanosleep(int clockid, bool absolute, uint64_t ns, gva_t rem_uaddr);
int64_t time_set_itimer(int which, uint64_t value_ns, uint64_t interval_ns, uint64_t *old_value, uint64_t *old_interval);
int64_t time_get_itimer(int which, uint64_t *value_ns, uint64_t *interval_ns);
/* POSIX timers: ids count from 0 in each process. notify: SIGEV_*; tid for SIGEV_THREAD_ID. */
int64_t posix_timer_create(int clockid, int notify, int signo, uint64_t value, int tid, bool default_value);
int64_t posix_timer_set(int id, bool absolute, uint64_t value_ns, uint64_t interval_ns,
			uint64_t *old_value, uint64_t *old_interval);
int64_t posix_timer_get(int id, uint64_t *value_ns, uint64_t *interval_ns);
int64_t posix_timer_overrun(int id);
int64_t posix_timer_delete(int id);
int64_t timerfd_create_fd(int clockid, uint32_t flags);
int64_t timerfd_set(struct file *f, bool absolute, uint64_t value_ns, uint64_t interval_ns,
		    uint64_t *old_value, uint64_t *old_interval);
int64_t timerfd_get(struct file *f, uint64_t *value_ns, uint64_t *interval_ns);
void process_times(const struct process *p, struct rusage_k *out);   /* living threads + dead_threads */

/* ---- /proc ----------------------------------------------------------------------------------------- */
int sysfs_create(struct super **out);                /* kernel/sysfs.c */
int procfs_create(struct super **out);               /* kernel/procfs*.c */
int binfmt_misc_create(struct super **out);          /* register, status, entries */
void procfs_register_types(void);                    /* what a guest may mount: proc, binfmt_misc */
void binfmt_misc_shutdown(void);                     /* forgets all entries */

/* ---- tracepoints -------------------------------------------------------------------------------------- */
struct binprm;                                       /* kernel/binprm.h */
struct kernel_tracepoints {
	void (*syscall_enter)(struct task *t, uint64_t nr, const uint64_t args[6]);
	void (*syscall_exit)(struct task *t, uint64_t nr, const uint64_t args[6], int64_t ret);
	void (*trap)(struct task *t, enum trap trap, uint64_t tval);
	/* While set, guest code stops at each taken branch (a tick passes each time): regs.pc is
	 * where it goes. For watching a start-up, not for running. */
	void (*branch)(struct task *t);
	void (*signal_delivered)(struct task *t, int signo, const struct abi_siginfo *info, gva_t handler);
	void (*task_created)(struct task *parent, struct task *child, uint64_t clone_flags);
	void (*process_exited)(struct process *p);
	/* exec, in order */
	void (*exec_begin)(struct task *t, const char *path);
	void (*exec_opened)(const struct binprm *b);                      /* file open, 256 bytes read */
	void (*exec_format)(const struct binprm *b, const char *format, int verdict, const char *why);  /* 0 done, 1 again, -errno */
	void (*exec_rewrite)(const struct binprm *b, const char *format); /* argv after script/misc */
	void (*exec_elf_header)(const struct binprm *b, const void *ehdr, const void *phdrs, bool is_interp);
	void (*exec_segment)(const struct binprm *b, const void *phdr, gva_t at, uint64_t bias, bool is_interp);
	void (*exec_stack)(const struct binprm *b, struct mm *mm, gva_t sp);   /* written; see mm_layout */
	void (*exec_commit)(struct task *t, const struct binprm *b);      /* registers are set */
	void (*exec_failed)(struct task *t, const char *path, int error, const char *why);
};
extern struct kernel_tracepoints kernel_tracepoints;

#endif
