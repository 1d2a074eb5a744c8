/* sys' own header: the table's rows in memory, the handlers' prototypes (made from the table),
 * and the helpers that handlers share. */
#ifndef SYS_SYSCALL_H
#define SYS_SYSCALL_H

#include <string.h>

#include "abi/types.h"
#include "base/strbuf.h"
#include "kernel/kernel.h"
#include "sys/sys.h"

/* ---- rows -------------------------------------------------------------------------- */
enum sys_abi { RV64 = 1, RV32 = 2, BOTH = 3 };
enum sys_result { DEC, HEX, NORET };
enum sys_support { SUPPORT_FULL, SUPPORT_PARTIAL, SUPPORT_REFUSED, SUPPORT_ABSENT };

enum sys_arg_kind {
	ARG_NONE,
	ARG_FD, ARG_DFD, ARG_INT, ARG_SIGNAL, ARG_ENUM,               /* 32 bits, signed */
	ARG_UINT, ARG_ID, ARG_MODE, ARG_IOCTL, ARG_FUTEX_OP, ARG_OPEN_FLAGS, ARG_FLAGS, /* 32 bits, unsigned */
	ARG_LONG,                                                     /* a register, signed */
	ARG_ULONG, ARG_SIZE, ARG_CLONE_FLAGS,                         /* a register */
	ARG_I64,                       /* 64 bits: two registers on RV32, low half first */
	ARG_HILO,                      /* two registers always; RV64 ignores the second */
	ARG_PTR, ARG_PATH, ARG_STR, ARG_STRV, ARG_STRV_COUNT,         /* a guest address */
	ARG_IN, ARG_OUT, ARG_IOV_IN, ARG_IOV_OUT,
	ARG_IN_STRUCT, ARG_OUT_STRUCT, ARG_INOUT_STRUCT,
};

struct sys_name { uint64_t value; const char *name; };          /* ends with name NULL */
struct show;
/* No pointers in the large table: hearth is position independent, and each page with a pointer
 * would be written (relocated) at every start. */
struct sys_arg {
	uint8_t kind;
	uint8_t len_arg;               /* IN, OUT, IOV_*: which argument is the length or count */
	uint8_t names;                 /* FLAGS, ENUM: index in sys_names */
	uint8_t show;                  /* *_STRUCT: index in sys_shows */
	char name[16];
};

struct sys_row {
	uint16_t number;
	uint8_t abi, result, support, nargs;
	int16_t error;                 /* REFUSED, ABSENT: the errno */
	char name[32];
	struct sys_arg args[6];
};
extern const struct sys_row sys_rows[];
extern const unsigned sys_row_count;
const char *sys_row_note(const struct sys_row *row);     /* "": all of it is there */
bool sys_row_handled(const struct sys_row *row);         /* it has a handler */
const struct sys_row *sys_find_row(uint64_t nr, enum xlen xlen);   /* NULL: no such call */

/* The registers a0-a5 as the row's arguments: narrowed, sign-extended, pairs joined. */
void sys_decode_args(const struct sys_row *row, enum xlen xlen, const uint64_t regs[6], uint64_t v[6]);

/* ---- strace text ----------------------------------------------------------------------- */
/* What a piece of text is made with. */
struct show {
	struct strbuf *out;
	struct mm *mm;
	enum xlen xlen;
	const uint64_t *v;             /* the decoded arguments of the call */
	int64_t ret;                   /* the result; meaningless while entering */
};
void strace_enter(struct task *t, const struct sys_row *row, const uint64_t v[6]);
void strace_exit(struct task *t, const struct sys_row *row, const uint64_t v[6], int64_t ret);
void strace_unknown(struct task *t, uint64_t nr, const uint64_t args[6]);
extern bool strace_enabled;
/* Names of the bits of `value`: "O_RDONLY|O_CLOEXEC"; unknown ones in hexadecimal. */
void show_flags(struct strbuf *out, const struct sys_name *names, uint64_t value);
void show_string(struct strbuf *out, const char *s, size_t len, bool cut);
const char *sys_errno_name(int err);   /* "ENOENT"; NULL if unknown */

#define SHOW_STRUCTS(X) \
	X(timespec) X(itimerspec) X(itimerval) X(timeval) X(utimes) X(stat) X(statx) X(statfs) \
	X(sigset) X(sigaction) X(siginfo) X(stack) X(rlimit) X(rusage) X(utsname) X(dirents) \
	X(fd_pair) X(pollfds) X(epoll_event) X(wait_status)
#define X(s) void show_##s(struct show *s, gva_t addr);
SHOW_STRUCTS(X)
#undef X
#define X(s) SHOW_##s,
enum sys_show_id { SHOW_NONE, SHOW_STRUCTS(X) };
#undef X
extern void (*const sys_shows[])(struct show *s, gva_t addr);   /* the text of what is there */
#define SHOW_NAMES(X) \
	X(open_flags) X(at_flags) X(at_unlink_flags) X(at_access_flags) X(access_modes) \
	X(mmap_prot) X(mmap_flags) X(mremap_flags) X(msync_flags) X(madvice) X(fadvice) \
	X(clocks) X(timer_flags) X(itimers) X(rlimits) X(rusage_who) X(sigmask_how) \
	X(wait_options) X(idtypes) X(clone_flags) X(fcntl_ops) X(seek_whence) X(flock_ops) \
	X(fallocate_modes) X(epoll_ops) X(epoll_flags) X(eventfd_flags) X(xattr_flags) \
	X(prctl_ops) X(sched_policies) X(getrandom_flags) X(memfd_flags) X(rename_flags) \
	X(statx_mask) X(close_range_flags) X(msg_flags) X(inotify_mask)
#define X(n) extern const struct sys_name names_##n[];
SHOW_NAMES(X)
#undef X
#define X(n) NAMES_##n,
enum sys_names_id { NAMES_NONE, SHOW_NAMES(X) };
#undef X
extern const struct sys_name *const sys_names[];

/* ---- counters ------------------------------------------------------------------------------ */
void sys_count(const struct sys_row *row, int64_t ret);
void sys_count_unknown(uint64_t nr, enum xlen xlen);
/* Something asked for was not done, harmlessly: counted under this static text. */
void sys_note(const char *text);

/* ---- helpers of the handlers ------------------------------------------------------------------ */
static inline struct task *current(void)    { return task_current(); }
static inline struct mm *current_mm(void)   { return task_current()->mm; }
static inline bool current_is_32(void)      { return task_xlen(task_current()) == XLEN_32; }

/* Ids as the caller's user name space calls them. */
static inline uint32_t shown_uid(uint32_t uid) { return user_ns_show(current()->cred->user_ns, ID_USER, uid); }
static inline uint32_t shown_gid(uint32_t gid) { return user_ns_show(current()->cred->user_ns, ID_GROUP, gid); }
/* And as the machine does; UINT32_MAX for what has no name there. */
static inline uint32_t meant_uid(uint32_t uid) { return user_ns_to_machine(current()->cred->user_ns, ID_USER, uid); }
static inline uint32_t meant_gid(uint32_t gid) { return user_ns_to_machine(current()->cred->user_ns, ID_GROUP, gid); }

static inline int put_user(gva_t dst, const void *src, size_t len) { return mm_copy_to(current_mm(), dst, src, len); }
static inline int get_user(void *dst, gva_t src, size_t len)       { return mm_copy_from(current_mm(), dst, src, len); }
int put_user_u32(gva_t dst, uint32_t v);
int put_user_word(gva_t dst, uint64_t v);          /* a long of the caller's width */
int get_user_word(gva_t src, uint64_t *v);
/* A struct that grew over time (openat2, clone3, sched_setattr): copies min(size, known); bytes
 * beyond `known` must be zero, else -E2BIG (Linux copy_struct_from_user). */
int get_user_grown(void *dst, size_t known, gva_t src, uint64_t size);

/* A path argument in kernel memory: 0 or -EFAULT, -ENAMETOOLONG; -ENOENT for "" unless allowed. */
struct path_arg { char *text; char buf[256]; };
int path_arg_get(struct path_arg *p, gva_t addr, bool empty_ok);
void path_arg_put(struct path_arg *p);

/* The open file of a descriptor, with a reference; NULL: -EBADF. */
struct file *fd_get(int fd);
/* The same, refusing O_PATH descriptors, as reading and writing do. */
struct file *fd_get_io(int fd);
/* New descriptor for `f` (consumed in any case). fd or -errno. */
int fd_install(struct file *f, bool cloexec);
/* -EMFILE when the table is full: said before anything is made that could not be undone. */
int fd_room(void);
/* Both ends into the table and their numbers to the guest, or nothing at all. Consumes both. */
int64_t fd_install_pair(struct file *ends[2], bool cloexec, gva_t out);
/* A guest's iovec array; free() *out. -EINVAL, -EFAULT. */
int user_iov_get(gva_t iov, uint64_t count, struct uio_seg **out);
/* What settimeofday set. */
struct abi_timezone sys_timezone(void);
/* SIGPIPE for who wrote to nobody. */
void raise_sigpipe(void);
/* Where dirfd starts a walk: *dir is NULL for AT_FDCWD, else referenced. Absolute paths ignore dirfd. */
int dirfd_get(int dirfd, const char *path, struct file **dir);
void dirfd_put(struct file *dir);
/* The place (dirfd, path) names, as *at calls find it. */
int user_path_at(int dirfd, gva_t path, unsigned at_flags, struct path *out);

/* struct timespec of the caller: both widths use 64-bit fields. -EINVAL when out of range. */
int get_timespec(gva_t addr, uint64_t *ns);
int put_timespec(gva_t addr, uint64_t ns);
/* Optional relative time-out -> deadline on sched_clock_ns; WAIT_FOREVER for a NULL address. */
int get_deadline(gva_t addr, uint64_t *deadline_ns);
/* Sleeping that a signal mask covers (ppoll, pselect6, epoll_pwait). 0 address: nothing. */
int sigmask_swap(gva_t mask, uint64_t sigsetsize);
void sigmask_restore(int64_t ret);
int get_sigset(gva_t addr, uint64_t *set);
int put_sigset(gva_t addr, uint64_t set);

int put_siginfo(gva_t addr, const struct abi_siginfo *info);
void mqueue_install_hooks(void);
int put_rusage(gva_t addr, const struct rusage_k *r);

/* ---- prototypes of all handlers ------------------------------------------------------------------ */
#include "args.h"
#define ROW(nr, abi, name, h, res, note, n, proto, values, ...) int64_t h proto;
#define ROW_REFUSED(nr, abi, name, err, note)
#define ROW_ABSENT(nr, abi, name, note)
#include "syscalls.def"
#undef ROW
#undef ROW_REFUSED
#undef ROW_ABSENT

#endif
