/* Names of flags and numbers, as strace prints them. A table with a zero row names "nothing
 * set"; multi-bit names come before their parts. */
#include "syscall.h"

#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "abi/mman.h"
#include "abi/poll.h"
#include "abi/process.h"
#include "abi/signal.h"
#include "abi/socket.h"
#include "abi/stat.h"
#include "abi/system.h"
#include "abi/time.h"

#define N(v)      { v, #v }
#define A(v)      { ABI_##v, #v }
#define END       { 0, NULL }

const struct sys_name names_open_flags[] = {
	A(O_SYNC), A(O_TMPFILE), A(O_WRONLY), A(O_RDWR), A(O_CREAT), A(O_EXCL), A(O_NOCTTY), A(O_TRUNC),
	A(O_APPEND), A(O_NONBLOCK), A(O_DSYNC), A(O_ASYNC), A(O_DIRECT), A(O_LARGEFILE), A(O_DIRECTORY),
	A(O_NOFOLLOW), A(O_NOATIME), A(O_CLOEXEC), A(O_PATH), END
};
const struct sys_name names_at_flags[] = {
	A(AT_SYMLINK_NOFOLLOW), A(AT_SYMLINK_FOLLOW), A(AT_NO_AUTOMOUNT), A(AT_EMPTY_PATH),
	A(AT_RECURSIVE), A(AT_EXECVE_CHECK), { 0x2000, "AT_STATX_FORCE_SYNC" }, { 0x4000, "AT_STATX_DONT_SYNC" }, END
};
const struct sys_name names_at_unlink_flags[] = { A(AT_REMOVEDIR), END };
const struct sys_name names_at_access_flags[] = { A(AT_EACCESS), A(AT_SYMLINK_NOFOLLOW), A(AT_EMPTY_PATH), END };
const struct sys_name names_access_modes[] = { { 4, "R_OK" }, { 2, "W_OK" }, { 1, "X_OK" }, { 0, "F_OK" }, END };

const struct sys_name names_mmap_prot[] = {
	N(PROT_READ), N(PROT_WRITE), N(PROT_EXEC), N(PROT_GROWSDOWN), N(PROT_GROWSUP), N(PROT_NONE), END
};
const struct sys_name names_mmap_flags[] = {
	{ MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE" }, N(MAP_SHARED), N(MAP_PRIVATE), N(MAP_FIXED),
	N(MAP_ANONYMOUS), N(MAP_GROWSDOWN), N(MAP_DENYWRITE), N(MAP_EXECUTABLE), N(MAP_LOCKED), N(MAP_NORESERVE),
	N(MAP_POPULATE), N(MAP_NONBLOCK), N(MAP_STACK), N(MAP_HUGETLB), N(MAP_SYNC), N(MAP_FIXED_NOREPLACE), END
};
const struct sys_name names_mremap_flags[] = { N(MREMAP_MAYMOVE), N(MREMAP_FIXED), N(MREMAP_DONTUNMAP), END };
const struct sys_name names_msync_flags[] = { N(MS_ASYNC), N(MS_INVALIDATE), N(MS_SYNC), END };
const struct sys_name names_madvice[] = {
	N(MADV_NORMAL), N(MADV_RANDOM), N(MADV_SEQUENTIAL), N(MADV_WILLNEED), N(MADV_DONTNEED), N(MADV_FREE),
	N(MADV_REMOVE), N(MADV_DONTFORK), N(MADV_DOFORK), N(MADV_MERGEABLE), N(MADV_UNMERGEABLE),
	N(MADV_HUGEPAGE), N(MADV_NOHUGEPAGE), N(MADV_DONTDUMP), N(MADV_DODUMP), N(MADV_WIPEONFORK),
	N(MADV_KEEPONFORK), N(MADV_COLD), N(MADV_PAGEOUT), N(MADV_POPULATE_READ), N(MADV_POPULATE_WRITE),
	N(MADV_DONTNEED_LOCKED), END
};
const struct sys_name names_fadvice[] = {
	{ 0, "POSIX_FADV_NORMAL" }, { 1, "POSIX_FADV_RANDOM" }, { 2, "POSIX_FADV_SEQUENTIAL" },
	{ 3, "POSIX_FADV_WILLNEED" }, { 4, "POSIX_FADV_DONTNEED" }, { 5, "POSIX_FADV_NOREUSE" }, END
};

const struct sys_name names_clocks[] = {
	A(CLOCK_REALTIME), A(CLOCK_MONOTONIC), A(CLOCK_PROCESS_CPUTIME_ID), A(CLOCK_THREAD_CPUTIME_ID),
	A(CLOCK_MONOTONIC_RAW), A(CLOCK_REALTIME_COARSE), A(CLOCK_MONOTONIC_COARSE), A(CLOCK_BOOTTIME),
	A(CLOCK_REALTIME_ALARM), A(CLOCK_BOOTTIME_ALARM), A(CLOCK_TAI), END
};
const struct sys_name names_timer_flags[] = { A(TIMER_ABSTIME), END };
const struct sys_name names_itimers[] = { A(ITIMER_REAL), A(ITIMER_VIRTUAL), A(ITIMER_PROF), END };
const struct sys_name names_rlimits[] = {
	A(RLIMIT_CPU), A(RLIMIT_FSIZE), A(RLIMIT_DATA), A(RLIMIT_STACK), A(RLIMIT_CORE), A(RLIMIT_RSS),
	A(RLIMIT_NPROC), A(RLIMIT_NOFILE), A(RLIMIT_MEMLOCK), A(RLIMIT_AS), A(RLIMIT_LOCKS),
	A(RLIMIT_SIGPENDING), A(RLIMIT_MSGQUEUE), A(RLIMIT_NICE), A(RLIMIT_RTPRIO), A(RLIMIT_RTTIME), END
};
const struct sys_name names_rusage_who[] = {
	A(RUSAGE_SELF), { (uint64_t)-1, "RUSAGE_CHILDREN" }, A(RUSAGE_THREAD), END
};
const struct sys_name names_sigmask_how[] = { N(SIG_BLOCK), N(SIG_UNBLOCK), N(SIG_SETMASK), END };
const struct sys_name names_wait_options[] = {
	N(WNOHANG), N(WSTOPPED), N(WEXITED), N(WCONTINUED), N(WNOWAIT), N(__WNOTHREAD), N(__WALL), N(__WCLONE), END
};
const struct sys_name names_idtypes[] = { A(P_ALL), A(P_PID), A(P_PGID), A(P_PIDFD), END };
const struct sys_name names_clone_flags[] = {
	N(CLONE_VM), N(CLONE_FS), N(CLONE_FILES), N(CLONE_SIGHAND), N(CLONE_PIDFD), N(CLONE_PTRACE), N(CLONE_VFORK),
	N(CLONE_PARENT), N(CLONE_THREAD), N(CLONE_NEWNS), N(CLONE_SYSVSEM), N(CLONE_SETTLS),
	N(CLONE_PARENT_SETTID), N(CLONE_CHILD_CLEARTID), N(CLONE_DETACHED), N(CLONE_UNTRACED),
	N(CLONE_CHILD_SETTID), N(CLONE_NEWCGROUP), N(CLONE_NEWUTS), N(CLONE_NEWIPC), N(CLONE_NEWUSER),
	N(CLONE_NEWPID), N(CLONE_NEWNET), N(CLONE_IO), N(CLONE_CLEAR_SIGHAND), N(CLONE_INTO_CGROUP), END
};

const struct sys_name names_fcntl_ops[] = {
	A(F_DUPFD), A(F_GETFD), A(F_SETFD), A(F_GETFL), A(F_SETFL), A(F_GETLK), A(F_SETLK), A(F_SETLKW),
	A(F_SETOWN), A(F_GETOWN), A(F_SETSIG), A(F_GETSIG), A(F_GETLK64), A(F_SETLK64), A(F_SETLKW64),
	A(F_SETOWN_EX), A(F_GETOWN_EX), A(F_OFD_GETLK), A(F_OFD_SETLK), A(F_OFD_SETLKW), A(F_SETLEASE),
	A(F_GETLEASE), A(F_NOTIFY), A(F_DUPFD_QUERY), A(F_CREATED_QUERY), A(F_DUPFD_CLOEXEC), A(F_SETPIPE_SZ), A(F_GETPIPE_SZ),
	A(F_ADD_SEALS), A(F_GET_SEALS), A(F_GET_RW_HINT), A(F_SET_RW_HINT), END
};
const struct sys_name names_seek_whence[] = { A(SEEK_SET), A(SEEK_CUR), A(SEEK_END), A(SEEK_DATA), A(SEEK_HOLE), END };
const struct sys_name names_flock_ops[] = { A(LOCK_SH), A(LOCK_EX), A(LOCK_NB), A(LOCK_UN), END };
const struct sys_name names_fallocate_modes[] = {
	{ 1, "FALLOC_FL_KEEP_SIZE" }, { 2, "FALLOC_FL_PUNCH_HOLE" }, { 8, "FALLOC_FL_COLLAPSE_RANGE" },
	{ 16, "FALLOC_FL_ZERO_RANGE" }, { 32, "FALLOC_FL_INSERT_RANGE" }, END
};
const struct sys_name names_epoll_ops[] = { A(EPOLL_CTL_ADD), A(EPOLL_CTL_DEL), A(EPOLL_CTL_MOD), END };
const struct sys_name names_epoll_flags[] = { A(EPOLL_CLOEXEC), END };
const struct sys_name names_eventfd_flags[] = { A(EFD_SEMAPHORE), A(EFD_CLOEXEC), A(EFD_NONBLOCK), END };
const struct sys_name names_xattr_flags[] = { A(XATTR_CREATE), A(XATTR_REPLACE), END };
const struct sys_name names_memfd_flags[] = {
	A(MFD_CLOEXEC), A(MFD_ALLOW_SEALING), A(MFD_HUGETLB), A(MFD_NOEXEC_SEAL), A(MFD_EXEC), END
};
const struct sys_name names_rename_flags[] = { A(RENAME_NOREPLACE), A(RENAME_EXCHANGE), A(RENAME_WHITEOUT), END };
const struct sys_name names_getrandom_flags[] = { A(GRND_NONBLOCK), A(GRND_RANDOM), A(GRND_INSECURE), END };
const struct sys_name names_statx_mask[] = {
	A(STATX_ALL), A(STATX_BASIC_STATS), { 1, "STATX_TYPE" }, { 2, "STATX_MODE" }, { 4, "STATX_NLINK" },
	{ 8, "STATX_UID" }, { 0x10, "STATX_GID" }, { 0x20, "STATX_ATIME" }, { 0x40, "STATX_MTIME" },
	{ 0x80, "STATX_CTIME" }, { 0x100, "STATX_INO" }, { 0x200, "STATX_SIZE" }, { 0x400, "STATX_BLOCKS" },
	A(STATX_BTIME), A(STATX_MNT_ID), END
};
const struct sys_name names_close_range_flags[] = { { 2, "CLOSE_RANGE_UNSHARE" }, { 4, "CLOSE_RANGE_CLOEXEC" }, END };

const struct sys_name names_inotify_mask[] = {
	A(IN_ALL_EVENTS), A(IN_ACCESS), A(IN_MODIFY), A(IN_ATTRIB), A(IN_CLOSE_WRITE), A(IN_CLOSE_NOWRITE), A(IN_OPEN),
	A(IN_MOVED_FROM), A(IN_MOVED_TO), A(IN_CREATE), A(IN_DELETE), A(IN_DELETE_SELF), A(IN_MOVE_SELF),
	A(IN_ONLYDIR), A(IN_DONT_FOLLOW), A(IN_EXCL_UNLINK), A(IN_MASK_CREATE), A(IN_MASK_ADD), A(IN_ONESHOT), END
};

const struct sys_name names_msg_flags[] = {
	A(MSG_OOB), A(MSG_PEEK), A(MSG_CTRUNC), A(MSG_TRUNC), A(MSG_DONTWAIT), A(MSG_EOR), A(MSG_WAITALL),
	A(MSG_NOSIGNAL), A(MSG_CMSG_CLOEXEC), END
};

const struct sys_name names_prctl_ops[] = {
	A(PR_SET_PDEATHSIG), A(PR_GET_PDEATHSIG), A(PR_GET_DUMPABLE), A(PR_SET_DUMPABLE), A(PR_GET_KEEPCAPS),
	A(PR_SET_KEEPCAPS), A(PR_GET_TIMING), A(PR_SET_TIMING), A(PR_SET_NAME), A(PR_GET_NAME),
	A(PR_GET_SECCOMP), A(PR_SET_SECCOMP), A(PR_CAPBSET_READ), A(PR_CAPBSET_DROP), A(PR_GET_SECUREBITS),
	A(PR_SET_SECUREBITS), A(PR_SET_TIMERSLACK), A(PR_GET_TIMERSLACK), A(PR_SET_MM),
	A(PR_SET_CHILD_SUBREAPER), A(PR_GET_CHILD_SUBREAPER), A(PR_SET_NO_NEW_PRIVS), A(PR_GET_NO_NEW_PRIVS),
	A(PR_GET_TID_ADDRESS), A(PR_SET_THP_DISABLE), A(PR_GET_THP_DISABLE), A(PR_CAP_AMBIENT), A(PR_SET_VMA),
	A(PR_SET_PTRACER), END
};
const struct sys_name names_sched_policies[] = {
	{ 0, "SCHED_OTHER" }, A(SCHED_FIFO), A(SCHED_RR), A(SCHED_BATCH), A(SCHED_IDLE), A(SCHED_DEADLINE), END
};

void show_flags(struct strbuf *out, const struct sys_name *names, uint64_t value)
{
	uint64_t left = value;
	const char *sep = "";

	for (const struct sys_name *n = names; n->name; n++) {
		if (n->value ? (left & n->value) != n->value : value != 0)
			continue;
		strbuf_printf(out, "%s%s", sep, n->name);
		left &= ~n->value;
		sep = "|";
		if (!n->value)
			return;
	}
	if (left || !*sep)
		strbuf_printf(out, left ? "%s0x%llx" : "%s0", sep, (unsigned long long)left);
}

/* ---- errno ------------------------------------------------------------------------------------ */

#define E(e) [e] = #e
static const char *const errno_names[] = {
	E(EPERM), E(ENOENT), E(ESRCH), E(EINTR), E(EIO), E(ENXIO), E(E2BIG), E(ENOEXEC), E(EBADF), E(ECHILD),
	E(EAGAIN), E(ENOMEM), E(EACCES), E(EFAULT), E(ENOTBLK), E(EBUSY), E(EEXIST), E(EXDEV), E(ENODEV),
	E(ENOTDIR), E(EISDIR), E(EINVAL), E(ENFILE), E(EMFILE), E(ENOTTY), E(ETXTBSY), E(EFBIG), E(ENOSPC),
	E(ESPIPE), E(EROFS), E(EMLINK), E(EPIPE), E(EDOM), E(ERANGE), E(EDEADLK), E(ENAMETOOLONG), E(ENOLCK),
	E(ENOSYS), E(ENOTEMPTY), E(ELOOP), E(ENODATA), E(ETIME), E(EOVERFLOW), E(EILSEQ), E(ENOTSOCK),
	E(EOPNOTSUPP), E(EPROTONOSUPPORT), E(EAFNOSUPPORT), E(EADDRINUSE), E(ECONNRESET), E(ENOTCONN),
	E(EISCONN), E(EADDRNOTAVAIL), E(ENETUNREACH), E(EHOSTUNREACH), E(ECONNABORTED), E(EPROTOTYPE), E(EDESTADDRREQ),
	E(EMSGSIZE), E(ENOPROTOOPT), E(ENOBUFS), E(ESOCKTNOSUPPORT), E(ETOOMANYREFS),
	E(ETIMEDOUT), E(ECONNREFUSED), E(EALREADY), E(EINPROGRESS), E(ESTALE), E(EDQUOT), E(ECANCELED),
	E(ENOMSG), E(EIDRM), E(EOWNERDEAD), E(ENOTRECOVERABLE), E(ERESTARTSYS), E(ERESTARTNOINTR), E(ERESTARTNOHAND),
	E(ERESTART_RESTARTBLOCK),
};

const char *sys_errno_name(int err)
{
	return err > 0 && (unsigned)err < ARRAY_SIZE(errno_names) ? errno_names[err] : NULL;
}
