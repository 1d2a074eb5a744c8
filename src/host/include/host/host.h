/* host: the only room that calls the host's operating system.
 *
 * Everything here returns 0 or positive, or a negative errno: the variable
 * `errno` is thread-local and does not survive a task switch, so no other room
 * looks at it. Non-determinism (clocks, entropy, input) enters through here
 * and nowhere else (design D10). Rooms above may use pure libc (string.h,
 * stdio's snprintf, ...), never a system call. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <sys/types.h>
#include "base/types.h"
#include "base/list.h"

/* ---- memory -------------------------------------------------------------- */

/* A memfd of `size` bytes, mapped shared and read-write at *base, where huge pages can be if the host
 * aligns large reservations for them. Returns the fd. */
int host_ram_create(uint64_t size, void **base);
void host_ram_destroy(int fd, void *base, uint64_t size);
/* Have the host back [p, p+size) with real pages now: one call instead of a fault a page. 0 or -errno. */
int host_pages_populate(void *p, size_t size);
/* Have the host put one huge page behind [p, p+size), which is one's size and place, keeping what is in
 * there. 0; -EINVAL: it never will; another -errno. */
int host_pages_collapse(void *p, size_t size);
/* [p, p+size) of host_pages_alloc will be used densely: back it by huge pages if the host likes. */
void host_pages_want_huge(void *p, size_t size);
/* Give whole pages of the RAM back to the host; they read as zero afterwards. */
int host_ram_discard(int fd, uint64_t offset, uint64_t len);
/* An unlinked file of that size for swapped pages, not in memory if the host can help it. The fd or -errno. */
int host_swap_create(uint64_t size);
/* Anonymous private pages with a PROT_NONE guard page below them; NULL when out of memory. */
void *host_stack_alloc(size_t size);
void host_stack_free(void *base, size_t size);
/* Reserve zeroed, lazily committed memory (large tables). NULL when out of memory. */
void *host_pages_alloc(size_t size);
void host_pages_free(void *p, size_t size);
/* The process is about to exit: from now on RAM, stacks and pages are "freed" by its exit. */
void host_memory_leave_to_exit(void);
/* Views of RAM (mm/view.c): reserve `size` bytes without access at *base, and `guard` more on both
 * sides; nothing else of hearth's is ever placed there. All 0 or -errno. */
int host_view_reserve(uint64_t size, uint64_t guard, void **base);
void host_view_release(void *base, uint64_t size, uint64_t guard);
/* Map RAM from `offset` on at a place in a view, with its pages; never executable. */
int host_view_map(void *at, uint64_t len, int ram_fd, uint64_t offset, bool writable);
/* Zeros, to read only: where nothing of RAM is mapped. */
int host_view_zeros(void *at, uint64_t len);
int host_view_protect(void *at, uint64_t len);     /* what is mapped there becomes read-only */
int host_view_unmap(void *at, uint64_t len);       /* reserved without access again */

/* ---- time and entropy ---------------------------------------------------- */

uint64_t host_clock_ns(int clockid);     /* CLOCK_REALTIME, CLOCK_MONOTONIC, ... of the host */
uint64_t host_thread_cpu_ns(void);       /* processor time of the calling host thread; a system call */
void host_random(void *buf, size_t len); /* the host's getrandom, or the --seed generator */
/* Never the --seed generator's: for what nobody is to know. */
void host_random_secret(void *buf, size_t len);
/* From now on host_random is a deterministic function of seed. */
void host_random_seed(uint64_t seed);
int host_cpu_count(void);

/* ---- events: the machine's device interrupts ------------------------------ */

/* One source of events: a host fd watched in the one epoll set of the machine. */
struct host_event {
	int fd;
	/* Runs with the kernel lock held, from host_poll(). `events` are EPOLL* bits. */
	void (*fire)(struct host_event *ev, uint32_t events);
};
/* events: EPOLLIN/EPOLLOUT/... (level triggered; add EPOLLONESHOT to re-arm by hand).
 * -EPERM: a regular file, which is always ready and cannot be watched. */
int host_event_add(struct host_event *ev, uint32_t events);
int host_event_modify(struct host_event *ev, uint32_t events);
void host_event_del(struct host_event *ev);
/* Wait up to timeout_ns (-1: for ever, 0: only look), then fire what happened. Number fired. */
int host_poll(int64_t timeout_ns);
/* Wait up to timeout_ns until a host_poll(0) would find something, or for host_poll_kick(). Fires
 * nothing, so that the kernel lock need not be held. */
void host_poll_wait(int64_t timeout_ns);
/* Make a host_poll that sleeps in another thread, or comes next, return. Async-signal-safe. */
void host_poll_kick(void);
/* What a poll needs is made now; before a second thread that may kick, or be kicked. */
void host_poll_prepare(void);

/* Host signals that concern the machine (SIGINT, SIGTERM, SIGWINCH, SIGHUP, SIGQUIT,
 * SIGTSTP, SIGCONT) arrive through this function, called from host_poll. */
void host_signals_watch(void (*arrived)(int signo));

/* ---- host threads ----------------------------------------------------------- */

struct host_thread;
int  host_thread_start(struct host_thread **out, void (*main)(void *arg), void *arg);   /* 0 or -errno */
void host_thread_join(struct host_thread *t);       /* waits for its end, and frees it */

/* Sleep while *word is `value`; may return early. Wake everybody who does so. */
void host_futex_wait(uint32_t *word, uint32_t value);
void host_futex_wake(uint32_t *word);
/* Look a few microseconds long whether *word changes from `value`: did it? */
bool host_spin_while(const uint32_t *word, uint32_t value);

/* A lock for host threads. Not recursive; all zero is free. It may be taken on one stack and
 * released on another. */
struct host_mutex { uint32_t word; };
void host_mutex_lock_slow(struct host_mutex *m);
void host_mutex_unlock_slow(struct host_mutex *m);
static inline void host_mutex_lock(struct host_mutex *m)
{
	uint32_t expected = 0;

	if (!__atomic_compare_exchange_n(&m->word, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		host_mutex_lock_slow(m);
}
static inline void host_mutex_unlock(struct host_mutex *m)
{
	if (__atomic_exchange_n(&m->word, 0, __ATOMIC_RELEASE) != 1)
		host_mutex_unlock_slow(m);
}

/* ---- files: thin wrappers, -errno ----------------------------------------- */
/* vfs' host file system and the console build on these. Signatures follow the calls. */
int     host_openat(int dirfd, const char *path, int flags, mode_t mode); /* adds O_CLOEXEC */
int     host_close(int fd);
ssize_t host_pread(int fd, void *buf, size_t n, int64_t off);
ssize_t host_pwrite(int fd, const void *buf, size_t n, int64_t off);
ssize_t host_read(int fd, void *buf, size_t n);
ssize_t host_write(int fd, const void *buf, size_t n);
struct stat;
struct statfs;
struct statx;
struct iovec;
int     host_fstat(int fd, struct stat *st);
int     host_fidentity(int fd, struct stat *st);     /* what does not change: no size, no times */
int     host_fstatat(int dirfd, const char *path, struct stat *st, int flags);
int     host_fstatfs(int fd, struct statfs *st);
int     host_ftruncate(int fd, int64_t len);
int     host_fsync(int fd, bool data_only);
int     host_fallocate(int fd, int mode, int64_t off, int64_t len);
int64_t host_lseek(int fd, int64_t off, int whence);
ssize_t host_readlinkat(int dirfd, const char *path, char *buf, size_t n);
int     host_symlinkat(const char *target, int dirfd, const char *path);
int     host_linkat(int olddir, const char *old, int newdir, const char *new_, int flags);
int     host_unlinkat(int dirfd, const char *path, int flags);
int     host_mkdirat(int dirfd, const char *path, mode_t mode);
int     host_renameat2(int olddir, const char *old, int newdir, const char *new_, unsigned flags);
int     host_fchmod(int fd, mode_t mode);           /* works on O_PATH fds too (through /proc/self/fd) */
int     host_utimensat(int dirfd, const char *path, const struct timespec ts[2], int flags);
ssize_t host_getdents64(int fd, void *buf, size_t n);
int     host_dup(int fd);
ssize_t host_fgetxattr(int fd, const char *name, void *buf, size_t n);
int     host_fsetxattr(int fd, const char *name, const void *buf, size_t n, int flags);
ssize_t host_flistxattr(int fd, char *buf, size_t n);
int     host_fremovexattr(int fd, const char *name);
/* Which of the EPOLL* `events` hold now (EPOLLERR and EPOLLHUP always looked at); never waits. */
uint32_t host_fd_ready(int fd, uint32_t events);
int     host_fd_flags(int fd);                      /* F_GETFL: the host's O_* */
int     host_bytes_readable(int fd);                /* FIONREAD */

/* ---- sockets: nonblocking, SIGPIPE never ------------------------------------ */
struct msghdr;
int     host_socket(int family, int type, int protocol);
int     host_bind(int fd, const void *addr, unsigned len);
int     host_connect(int fd, const void *addr, unsigned len);
int     host_listen(int fd, int backlog);
int     host_accept(int fd);
int     host_getname(int fd, bool peer, void *addr, unsigned *len);
int     host_shutdown(int fd, int how);
int     host_setsockopt(int fd, int level, int name, const void *value, unsigned len);
int     host_getsockopt(int fd, int level, int name, void *value, unsigned *len);
ssize_t host_sendmsg(int fd, const struct msghdr *m, int flags);
ssize_t host_recvmsg(int fd, struct msghdr *m, int flags);
int     host_socket_ioctl(int fd, unsigned long request, void *arg);
/* A bound socket at an IPv4 address in numbers, listening unless udp. */
int     host_listen_at(const char *address, uint16_t port, bool udp);

/* ---- terminal -------------------------------------------------------------- */
struct termios;
struct winsize;
bool host_isatty(int fd);
int  host_tty_get(int fd, struct termios *t);
int  host_tty_set(int fd, const struct termios *t);
int  host_tty_winsize(int fd, struct winsize *ws);
/* Run fn, which must be async-signal-safe, when hearth itself crashes (SIGABRT, SIGSEGV, ...). A
 * signal that already has a handler keeps it. */
void host_at_crash(void (*fn)(void));

/* ---- generated code ---------------------------------------------------------- */
/* SIGSEGV, SIGBUS and SIGILL come to fn first, on the thread's fault stack: it may rewrite the context (a
 * ucontext_t) and return true to go on there. It is async-signal-safe. False: hearth has crashed. */
void host_faults_watch(bool (*fn)(void *context, uint64_t address));
void host_faults_unwatch(void);
/* Give the calling thread its fault stack, and free it. */
void *host_fault_stack_enter(void);
void host_fault_stack_leave(void *stack);
/* Memory that is written through one mapping and executed through another. 0 or -errno. */
int  host_code_create(uint64_t size, void **writable, void **executable);
void host_code_destroy(void *writable, void *executable, uint64_t size);

/* ---- the process ----------------------------------------------------------- */
/* Before anything is opened: numbers 0 to 2 that are closed are held by /dev/null, lest a file of
 * hearth's own gets them and the guest's input and output go there. */
void host_std_fds_hold(void);
bool host_std_fd_was_open(int fd);
/* Become the program of this name in the directory of hearth's own; returns if there is none. */
void host_exec_beside(const char *name, char **argv);
uint32_t host_uid(void);
uint32_t host_gid(void);
int host_nice(void);                    /* -20 to 19 */
/* hearth's own working directory; a path without symbolic links. 0 or -errno (-ERANGE: too long). */
int host_getcwd(char *buf, size_t cap);
int host_realpath(const char *path, char *buf, size_t cap);
/* Raise RLIMIT_NOFILE to its hard limit: every open guest file may be a host fd. */
void host_raise_fd_limit(void);
int  host_pid(void);
/* What tells this build of hearth from any other (its linker's build id). How many bytes; 0: it has none. */
size_t host_build_id(uint8_t *buf, size_t cap);
/* Stop this process until somebody continues it (SIGSTOP): the shell's job control. */
void host_stop(void);

#endif
