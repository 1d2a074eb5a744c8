/* Tasks and processes: what Linux keeps in task_struct, signal_struct and sighand_struct.
 *
 *   struct task      one thread of execution: registers, kernel stack, blocked signals
 *   struct process   a thread group: pid, parent, children, exit status, limits, timers
 *   struct sighand   the signal handlers, shared by CLONE_SIGHAND
 *   struct pgrp / session are plain ids on struct process; see kernel/pid.c
 *
 * All guarded by the kernel lock. */
#ifndef KERNEL_TASK_H
#define KERNEL_TASK_H

#include "abi/signal.h"
#include "abi/types.h"
#include "base/list.h"
#include "cpu/cpu.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "vfs/vfs.h"

enum { COMM_LEN = 16 };

/* One queued signal (Linux struct sigqueue). */
struct sigqueue { struct list link; struct abi_siginfo info; };
struct sigpending {
	struct list queue;            /* of sigqueue, oldest first */
	uint64_t set;                 /* bit signo-1; a set bit without an entry means SI_USER without details */
};

struct sigaction_k {              /* the kernel's form of struct sigaction, both widths */
	gva_t handler;                /* ABI_SIG_DFL, ABI_SIG_IGN or the guest address */
	uint64_t flags;               /* SA_* */
	uint64_t mask;
};
struct sighand { unsigned refs; struct sigaction_k action[64]; struct wait_queue signalfd_wait; };

struct rlimit_k { uint64_t cur, max; };
enum { RLIM_COUNT = 16 };

/* A number in use as a task, a process, a process group or a session; see pid.c. */
struct pid {
	int nr;
	struct task *task;            /* NULL once it is reaped (or was never one) */
	struct process *process;      /* the thread group whose leader has this number */
	struct list pgrp_members;     /* process.pgrp_link */
	unsigned nr_session_members;
	unsigned holds;               /* by messages, sockets and files that tell of it or will */
	struct pid_ns *ns;            /* where it lives: pid_ns.c. NULL: nowhere but in the machine */
	int *shown;                   /* its number in that name space and those around it, by level - 1 */
};

struct process {
	unsigned refs;                /* one a task, one while in the pid table, pidfds */
	int pid;                      /* = tid of the first task = tgid */
	int own_pid;                  /* that number in its own name space */
	struct pid_ns *pid_ns;        /* NULL: the machine's; a reference */
	struct process *parent;       /* NULL only for pid 1 */
	struct list children, sibling;
	bool adopted;                 /* the first parent is gone: init or a subreaper has it */
	struct list tasks;            /* task.group_link; the leader may already be a zombie */
	unsigned nr_tasks;            /* alive */
	struct task *leader;
	int pgid, sid;
	struct list pgrp_link;        /* pid.pgrp_members of pgid */
	struct tty *tty;              /* controlling terminal of the session, or NULL */
	int lost_tty_pgrp;            /* a session leader's: in the foreground when the terminal hung up */
	bool session_leader, did_exec;
	bool subreaper;               /* PR_SET_CHILD_SUBREAPER */
	struct sighand *sighand;
	struct sigpending pending;    /* process-directed */
	struct wait_queue child_wait; /* parent sleeps here in wait4 */
	struct wait_queue exit_wait;  /* pidfd pollers */
	int exit_signal;              /* to the parent; SIGCHLD for fork */
	bool group_exit;              /* exit_group or a fatal signal is under way */
	int exit_code;                /* wait status: code << 8, or signal | 0x80 if core */
	bool zombie;                  /* all tasks ended, waiting to be reaped */
	bool reaped;                  /* no longer in the pid table */
	bool unkillable;              /* init: signals without a handler do not reach it */
	struct task *exec_task;       /* survives while group_exit ends the others: it is in exec */
	struct wait_queue thread_wait;/* a task of the process ended (exec waits for that) */
	int stop_signal;              /* != 0: stopped (or stopping) by job control */
	unsigned stop_left;           /* tasks that have not stopped yet */
	struct list sem_undos;        /* what its exit has to pay: ipc_sem.c */
	bool stop_reported, continued;/* for wait4's WUNTRACED / WCONTINUED */
	struct rlimit_k rlim[RLIM_COUNT];
	uint64_t start_ns;            /* sched_clock_ns() */
	struct rusage_k { uint64_t utime_ns, stime_ns, min_flt, maj_flt, nvcsw, nivcsw, inblock, oublock, maxrss_kb;
			  struct io_count { uint64_t rchar, wchar, syscr, syscw; } io; }
		dead_threads, dead_children;    /* sums of what has ended */
	struct itimer_k { uint64_t interval_ns, value_ns; struct timer timer; struct process *proc; int which; } itimer[3];
	struct list posix_timers;
	int next_timer_id;
	bool cpu_timers;              /* some timer or limit counts CPU time: look at each tick */
	bool cpu_limit_warned;
	struct path exe;              /* /proc/PID/exe */
	uint32_t personality;
	bool dumpable;
	bool thp_disable;             /* PR_SET_THP_DISABLE */
	uint32_t membarrier;          /* registrations: MEMBARRIER_CMD_REGISTER_* */
	int oom_score_adj;
	unsigned coredump_filter;     /* what goes into a core file; see coredump.c */
	int parent_tid;               /* the parent's thread that made it: who traces after PTRACE_TRACEME */
	struct list tracees;          /* of its threads: task.ptrace.link */
	struct list tracee_ends;      /* of tracee_end: traced threads that ended and were not waited for */
};

/* A traced task's side of ptrace; see ptrace.c. */
struct ptrace_state {
	struct process *tracer;       /* NULL: not traced */
	int tracer_tid;               /* its thread that makes the requests */
	struct list link;             /* tracer->tracees */
	bool seized;
	bool stopped;                 /* in a stop that the tracer ends */
	bool listening;               /* stopped, but not for wait (PTRACE_LISTEN) */
	bool trap_pending;            /* is to stop at the next occasion */
	bool watch_calls;             /* stops at system calls */
	bool in_exit;                 /* in PTRACE_EVENT_EXIT */
	uint32_t options;             /* PTRACE_O_* */
	int code;                     /* stopped: wait status >> 8, 0 once waited for; then: what to go on with */
	uint64_t message;             /* PTRACE_GETEVENTMSG */
	struct abi_siginfo *info;     /* of this stop; NULL: none */
};

struct task {
	struct thread thread;
	struct cpu_regs regs;         /* guest registers while in the kernel */
	int tid;
	int own_tid;                  /* that number in its own name space */
	struct process *proc;
	struct list group_link;       /* process.tasks */
	struct mm *mm;                /* NULL once exiting */
	struct files *files;
	struct fs *fs;
	struct cred *cred;
	struct uts_ns *uts;           /* NULL: the machine's names */
	struct net_ns *net;           /* NULL: the machine's */
	struct ipc_ns *ipc;           /* likewise */
	struct pid_ns *pid_ns_next;   /* where its children will live */
	struct time_ns *time_ns, *time_ns_next;   /* NULL: the machine's; of its children, and of itself after exec */
	char comm[COMM_LEN];
	/* signals */
	uint64_t blocked;
	uint64_t saved_blocked;       /* to restore after sigsuspend/ppoll/pselect; see restore_blocked */
	bool restore_blocked;
	uint64_t real_blocked;        /* during sigtimedwait: the mask without what is waited for */
	bool stop_pending;            /* has to take part in the process' stop */
	struct sigpending pending;
	struct { gva_t sp; uint64_t size; uint32_t flags; } altstack;
	int pdeath_signal;
	/* the call being served */
	int64_t syscall_nr;           /* -1 outside; used by restart */
	uint64_t syscall_a0;          /* a0 as it was at ecall: the result overwrites it */
	struct restart_block {        /* how restart_syscall(2) goes on */
		int64_t (*fn)(struct restart_block *);
		gva_t uaddr; uint64_t deadline_ns; uint64_t arg[4];
	} restart;
	struct ptrace_state ptrace;
	struct seccomp_filter *seccomp;
	uint8_t seccomp_mode;         /* SECCOMP_MODE_* */
	bool syscall_work;            /* somebody watches the calls: see syscall_enter_work */
	/* thread library */
	gva_t clear_child_tid, set_child_tid;
	gva_t robust_list; uint64_t robust_len;
	struct list pi_owned;         /* locks it holds that others wait for (futex_pi.c) */
	struct futex_waiter *pi_blocked;  /* the lock it waits for */
	bool pi_over;                 /* it has given its locks away for good */
	gva_t rseq; uint32_t rseq_len, rseq_sig;
	struct vfork_done { unsigned refs; bool done; struct wait_queue wait; } *vfork;   /* we are a vfork child: tell the parent */
	bool exiting;
	int exit_code;                /* of exit(2), as a wait status */
	unsigned refs;
	uint64_t utime_ns, stime_ns;  /* as last reported: neither ever goes back */
	uint64_t guest_ns, nr_runs;   /* sampled time in guest code; how often it was entered */
	uint64_t start_ns;
	bool sched_reset_on_fork;     /* SCHED_RESET_ON_FORK; the rest is thread.sched */
	uint64_t timer_slack_ns;
	int mce_kill;                 /* PR_MCE_KILL_* */
	int ioprio;                   /* ioprio_set; 0: as the policy says */
	uint64_t min_flt, maj_flt;
	struct io_count io;           /* what its read and write calls moved, /proc/PID/io */
	struct { uint32_t sig; int code; gva_t addr; gva_t pc; } fault;  /* last synchronous fault, for the crash line */
};

struct task *task_current(void);
void task_get(struct task *t);
void task_put(struct task *t);
struct task *task_find(int tid);              /* borrowed */
struct process *process_find(int pid);        /* borrowed; zombies included */
/* A number as the caller sees it (0: it does not), and the number that the caller means by one
 * (PID_NOBODY: nobody's). See pid_ns.c; 0 and less stay what they are. */
int pid_show(int nr);
int pid_mean(int shown);
int pid_shown_to(const struct process *viewer, int nr);
bool pid_ns_is_within(const struct pid_ns *ns, const struct pid_ns *around);
struct process *pid_ns_init(const struct pid_ns *ns);       /* NULL: it has ended */
/* Iterate processes in pid order: the first with pid >= from, NULL at the end. */
struct process *process_next(int from);
uint64_t task_count(void);
enum xlen task_xlen(const struct task *t);
struct walker task_walker(struct file *dir);  /* of the current task */
uint64_t task_rlimit(const struct task *t, int which);
/* uid checks of kill(2), ptrace-like access for /proc. */
bool task_may_signal(const struct task *by, const struct process *target, int sig);
bool task_capable(const struct task *t, int cap);        /* over the machine */
bool task_capable_here(const struct task *t, int cap);   /* in its own user name space */
void task_set_comm(struct task *t, const char *name);
/* The calling task's other threads are killed and waited for; it takes over the leader's
 * tid. For exec. 0, or -EAGAIN when the process is being killed already. */
int  process_kill_other_threads(void);
/* Give the task another address space (exec): takes over the reference, drops the old one,
 * tells a vfork parent. */
void task_replace_mm(struct task *t, struct mm *mm);
/* A private copy of the handlers, when they are shared (exec). */
void task_unshare_sighand(struct task *t);
void process_get(struct process *p);
void process_put(struct process *p);
/* utime and stime of one task so far. */
void task_times(struct task *t, uint64_t *utime_ns, uint64_t *stime_ns);
/* Is the process stopped by job control, all of it? (state T in /proc) */
static inline bool process_stopped(const struct process *p) { return p->stop_signal && !p->stop_left; }

#endif
