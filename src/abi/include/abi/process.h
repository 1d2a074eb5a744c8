/* Processes as a RISC-V Linux program sees them: clone, wait, limits, usage, scheduling,
 * prctl, personality, capabilities, futex. Plain Linux names, guarded (see abi/signal.h). */
#ifndef ABI_PROCESS_H
#define ABI_PROCESS_H

#include "abi/time.h"
#include "abi/types.h"

/* ---- clone (uapi/linux/sched.h) -------------------------------------------- */
#ifndef CSIGNAL
#define CSIGNAL		0x000000ff
#define CLONE_VM	0x00000100
#define CLONE_FS	0x00000200
#define CLONE_FILES	0x00000400
#define CLONE_SIGHAND	0x00000800
#define CLONE_PIDFD	0x00001000
#define CLONE_PTRACE	0x00002000
#define CLONE_VFORK	0x00004000
#define CLONE_PARENT	0x00008000
#define CLONE_THREAD	0x00010000
#define CLONE_NEWNS	0x00020000
#define CLONE_SYSVSEM	0x00040000
#define CLONE_SETTLS	0x00080000
#define CLONE_PARENT_SETTID	0x00100000
#define CLONE_CHILD_CLEARTID	0x00200000
#define CLONE_DETACHED	0x00400000
#define CLONE_UNTRACED	0x00800000
#define CLONE_CHILD_SETTID	0x01000000
#define CLONE_NEWCGROUP	0x02000000
#define CLONE_NEWUTS	0x04000000
#define CLONE_NEWIPC	0x08000000
#define CLONE_NEWUSER	0x10000000
#define CLONE_NEWPID	0x20000000
#define CLONE_NEWNET	0x40000000
#define CLONE_IO	0x80000000
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND	0x100000000ULL
#define CLONE_INTO_CGROUP	0x200000000ULL
#endif

/* clone3's argument: 64-bit fields for both widths, grown twice. */
struct abi_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size;      /* version 1: 80 bytes */
	uint64_t cgroup;                     /* version 2: 88 bytes */
};
#define ABI_CLONE_ARGS_SIZE_VER0 64
_Static_assert(sizeof(struct abi_clone_args) == 88, "layout");

/* ---- wait (uapi/linux/wait.h) ------------------------------------------------ */
#ifndef WNOHANG
#define WNOHANG		1
#define WUNTRACED	2
#endif
#ifndef WSTOPPED
#define WSTOPPED	2
#define WEXITED		4
#define WCONTINUED	8
#define WNOWAIT		0x01000000
#endif
#ifndef __WNOTHREAD
#define __WNOTHREAD	0x20000000
#define __WALL		0x40000000
#define __WCLONE	0x80000000
#endif
/* idtype_t; an enum in the host's headers, hence the prefix. */
enum { ABI_P_ALL, ABI_P_PID, ABI_P_PGID, ABI_P_PIDFD };

/* The wait status of wait4: an exit code or the signal that ended the process. */
static inline int abi_status_exited(int code)  { return (code & 0xff) << 8; }
static inline int abi_status_stopped(int sig)  { return sig << 8 | 0x7f; }
enum { ABI_STATUS_CONTINUED = 0xffff, ABI_STATUS_CORE = 0x80 };

/* ---- limits and usage (asm-generic/resource.h) -------------------------------- */
enum {
	ABI_RLIMIT_CPU, ABI_RLIMIT_FSIZE, ABI_RLIMIT_DATA, ABI_RLIMIT_STACK, ABI_RLIMIT_CORE,
	ABI_RLIMIT_RSS, ABI_RLIMIT_NPROC, ABI_RLIMIT_NOFILE, ABI_RLIMIT_MEMLOCK, ABI_RLIMIT_AS,
	ABI_RLIMIT_LOCKS, ABI_RLIMIT_SIGPENDING, ABI_RLIMIT_MSGQUEUE, ABI_RLIMIT_NICE,
	ABI_RLIMIT_RTPRIO, ABI_RLIMIT_RTTIME, ABI_RLIM_NLIMITS
};
#define ABI_RLIM_INFINITY   UINT64_MAX
#define ABI_RLIM_INFINITY32 UINT32_MAX
struct abi_rlimit64 { uint64_t cur, max; };           /* prlimit64 of both; getrlimit of RV64 */
struct abi_rlimit32 { uint32_t cur, max; };           /* getrlimit of RV32 */
_Static_assert(sizeof(struct abi_rlimit64) == 16, "layout");

enum { ABI_RUSAGE_SELF = 0, ABI_RUSAGE_CHILDREN = -1, ABI_RUSAGE_BOTH = -2, ABI_RUSAGE_THREAD = 1 };
struct abi_rusage64 {
	struct abi_timeval64 utime, stime;
	int64_t maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock,
	        msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
/* RV32's getrusage keeps 32-bit seconds (struct __kernel_old_timeval). */
struct abi_rusage32 {
	struct abi_timeval32 utime, stime;
	int32_t maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock,
	        msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
_Static_assert(sizeof(struct abi_rusage64) == 144, "layout");
_Static_assert(sizeof(struct abi_rusage32) == 72, "layout");

struct abi_futex_waitv { uint64_t val, uaddr; uint32_t flags, reserved; };

/* ---- restartable sequences (uapi/linux/rseq.h) ----------------------------------------- */
struct abi_rseq {
	uint32_t cpu_id_start, cpu_id;
	uint64_t rseq_cs;             /* address of the section the thread is in, or 0 */
	uint32_t flags, node_id, mm_cid, padding;
};
_Static_assert(sizeof(struct abi_rseq) == 32, "layout");
struct abi_rseq_cs { uint32_t version, flags; uint64_t start_ip, post_commit_offset, abort_ip; };
enum { ABI_RSEQ_CPU_ID_UNINITIALIZED = -1, ABI_RSEQ_FLAG_UNREGISTER = 1 };

/* ---- scheduling ------------------------------------------------------------------ */
enum { ABI_SCHED_NORMAL, ABI_SCHED_FIFO, ABI_SCHED_RR, ABI_SCHED_BATCH,
       ABI_SCHED_IDLE = 5, ABI_SCHED_DEADLINE = 6 };
#define ABI_SCHED_RESET_ON_FORK 0x40000000
struct abi_sched_param { int32_t priority; };
struct abi_sched_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};
#define ABI_SCHED_ATTR_SIZE_VER0 48
enum { ABI_SCHED_FLAG_RESET_ON_FORK = 1, ABI_SCHED_FLAG_KEEP_POLICY = 8, ABI_SCHED_FLAG_KEEP_PARAMS = 16,
       ABI_SCHED_FLAGS = 1 | 8 | 16, ABI_SCHED_FLAGS_DEADLINE = 1 | 2 | 4 };
_Static_assert(sizeof(struct abi_sched_attr) == 56, "layout");
enum { ABI_PRIO_PROCESS, ABI_PRIO_PGRP, ABI_PRIO_USER };

/* ---- prctl (uapi/linux/prctl.h), personality --------------------------------------- */
enum {
	ABI_PR_SET_PDEATHSIG = 1, ABI_PR_GET_PDEATHSIG = 2, ABI_PR_GET_DUMPABLE = 3,
	ABI_PR_SET_DUMPABLE = 4, ABI_PR_GET_UNALIGN = 5, ABI_PR_GET_KEEPCAPS = 7,
	ABI_PR_SET_KEEPCAPS = 8, ABI_PR_GET_TIMING = 13, ABI_PR_SET_TIMING = 14,
	ABI_PR_SET_NAME = 15, ABI_PR_GET_NAME = 16, ABI_PR_GET_SECCOMP = 21,
	ABI_PR_SET_SECCOMP = 22, ABI_PR_CAPBSET_READ = 23, ABI_PR_CAPBSET_DROP = 24,
	ABI_PR_GET_SECUREBITS = 27, ABI_PR_SET_SECUREBITS = 28, ABI_PR_SET_TIMERSLACK = 29,
	ABI_PR_GET_TIMERSLACK = 30, ABI_PR_SET_MM = 35, ABI_PR_SET_CHILD_SUBREAPER = 36,
	ABI_PR_GET_CHILD_SUBREAPER = 37, ABI_PR_SET_NO_NEW_PRIVS = 38,
	ABI_PR_GET_NO_NEW_PRIVS = 39, ABI_PR_GET_TID_ADDRESS = 40, ABI_PR_SET_THP_DISABLE = 41, ABI_PR_MCE_KILL = 33, ABI_PR_MCE_KILL_GET = 34,
	ABI_PR_GET_THP_DISABLE = 42, ABI_PR_CAP_AMBIENT = 47, ABI_PR_SET_VMA = 0x53564d41,
	ABI_PR_SET_PTRACER = 0x59616d61,
};
enum {
	ABI_ADDR_NO_RANDOMIZE = 0x0040000, ABI_MMAP_PAGE_ZERO = 0x0100000,
	ABI_ADDR_COMPAT_LAYOUT = 0x0200000, ABI_READ_IMPLIES_EXEC = 0x0400000,
	ABI_PER_LINUX = 0, ABI_PER_LINUX32 = 8, ABI_PER_MASK = 0xff,
};

/* ---- capabilities ---------------------------------------------------------------------- */
enum {
	ABI_CAP_CHOWN, ABI_CAP_DAC_OVERRIDE, ABI_CAP_DAC_READ_SEARCH, ABI_CAP_FOWNER,
	ABI_CAP_FSETID, ABI_CAP_KILL, ABI_CAP_SETGID, ABI_CAP_SETUID, ABI_CAP_SETPCAP,
	ABI_CAP_LINUX_IMMUTABLE, ABI_CAP_NET_BIND_SERVICE, ABI_CAP_NET_BROADCAST,
	ABI_CAP_NET_ADMIN, ABI_CAP_NET_RAW, ABI_CAP_IPC_LOCK, ABI_CAP_IPC_OWNER,
	ABI_CAP_SYS_MODULE, ABI_CAP_SYS_RAWIO, ABI_CAP_SYS_CHROOT, ABI_CAP_SYS_PTRACE,
	ABI_CAP_SYS_PACCT, ABI_CAP_SYS_ADMIN, ABI_CAP_SYS_BOOT, ABI_CAP_SYS_NICE,
	ABI_CAP_SYS_RESOURCE, ABI_CAP_SYS_TIME, ABI_CAP_SYS_TTY_CONFIG, ABI_CAP_MKNOD,
	ABI_CAP_LEASE, ABI_CAP_AUDIT_WRITE, ABI_CAP_AUDIT_CONTROL, ABI_CAP_SETFCAP,
	ABI_CAP_MAC_OVERRIDE, ABI_CAP_MAC_ADMIN, ABI_CAP_SYSLOG, ABI_CAP_WAKE_ALARM,
	ABI_CAP_BLOCK_SUSPEND, ABI_CAP_AUDIT_READ, ABI_CAP_PERFMON, ABI_CAP_BPF,
	ABI_CAP_CHECKPOINT_RESTORE, ABI_CAP_COUNT
};
#define ABI_CAP_ALL (((uint64_t)1 << ABI_CAP_COUNT) - 1)
/* securebits (uapi/linux/securebits.h); the lock of each bit is the next one. */
enum { ABI_SECBIT_NOROOT = 1, ABI_SECBIT_NO_SETUID_FIXUP = 4, ABI_SECBIT_KEEP_CAPS = 16,
       ABI_SECBIT_NO_CAP_AMBIENT_RAISE = 64, ABI_SECBIT_ALL = 0x55, ABI_SECBIT_LOCKS = 0xaa };
#define ABI_CAPABILITY_VERSION_1 0x19980330u
#define ABI_CAPABILITY_VERSION_2 0x20071026u
#define ABI_CAPABILITY_VERSION_3 0x20080522u
struct abi_cap_header { uint32_t version; int32_t pid; };
struct abi_cap_data { uint32_t effective, permitted, inheritable; };

/* ---- futex (uapi/linux/futex.h) ----------------------------------------------------------- */
enum {
	ABI_FUTEX_WAIT, ABI_FUTEX_WAKE, ABI_FUTEX_FD, ABI_FUTEX_REQUEUE, ABI_FUTEX_CMP_REQUEUE,
	ABI_FUTEX_WAKE_OP, ABI_FUTEX_LOCK_PI, ABI_FUTEX_UNLOCK_PI, ABI_FUTEX_TRYLOCK_PI,
	ABI_FUTEX_WAIT_BITSET, ABI_FUTEX_WAKE_BITSET, ABI_FUTEX_WAIT_REQUEUE_PI,
	ABI_FUTEX_CMP_REQUEUE_PI, ABI_FUTEX_LOCK_PI2,
	ABI_FUTEX_PRIVATE_FLAG = 128, ABI_FUTEX_CLOCK_REALTIME = 256,
};
#define ABI_FUTEX_BITSET_ALL	0xffffffffu
#define ABI_FUTEX_WAITERS	0x80000000u
#define ABI_FUTEX_OWNER_DIED	0x40000000u
#define ABI_FUTEX_TID_MASK	0x3fffffffu
struct abi_robust_list_head64 { uint64_t next; int64_t futex_offset; uint64_t pending; };
struct abi_robust_list_head32 { uint32_t next; int32_t futex_offset; uint32_t pending; };

#endif
