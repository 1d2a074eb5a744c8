/* tests/abi: real Linux is the oracle.
 *
 * One file, one topic: TOPIC(name) { ... } in name.c; or a family of short ones, in tables. All topics are linked into
 * one program, once for the host and once for RISC-V; `abi NAME` runs one in the
 * current (empty, own) directory. What it prints must be the same in hearth as on
 * Linux, byte for byte, so a topic prints results, errno names and struct
 * contents, and never an address, a pid, a time or anything else that differs
 * between two runs or two architectures.
 *
 *   R(call)           call = 3            or    call = -1 ENOENT
 *   V(expr)           the value, whatever it is;  X(expr) in hex;  S(expr) a string
 *   E(call)           for calls that return an error number: call = EINVAL
 *   CHILD(stmt...)    the statements in a forked child, then how the child ended
 *   FAULT(base, stmt) the statement, then which signal, si_code and si_addr - base
 */
#ifndef TESTS_ABI_H
#define TESTS_ABI_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <utime.h>

struct topic {
	const char *name, *file;
	void (*run)(int argc, char **argv);
};

#define TOPIC(topic_name)                                                                 \
	static void run_##topic_name(int argc, char **argv);                              \
	static const struct topic entry_##topic_name = { #topic_name, __FILE__, run_##topic_name }; \
	static const struct topic *const in_table_##topic_name                            \
		__attribute__((section("topics"), used)) = &entry_##topic_name;           \
	static void run_##topic_name(int argc __attribute__((unused)),                    \
				     char **argv __attribute__((unused)))

#define R(...) (errno = 0, show_result(#__VA_ARGS__, (long long)(__VA_ARGS__)))
#define V(expr) show_value(#expr, (long long)(expr))
#define X(expr) ((void)printf("%s = %#llx\n", #expr, (unsigned long long)(expr)))
#define S(expr) ((void)printf("%s = \"%s\"\n", #expr, (const char *)(expr)))
#define E(call) show_error(#call, (call))

#define CHILD(...)                                                  \
	do {                                                        \
		pid_t child_pid_ = fork();                          \
		if (child_pid_ == 0) {                              \
			__VA_ARGS__;                                \
			fflush(stdout);                             \
			_exit(0);                                   \
		}                                                   \
		reap(child_pid_);                                   \
	} while (0)

#define FAULT(base, stmt)                                           \
	do {                                                        \
		fault_arm();                                        \
		if (sigsetjmp(fault_jump, 1) == 0) {                \
			stmt;                                       \
			printf("%s: no fault\n", #stmt);            \
		} else {                                            \
			fault_show(#stmt, (uintptr_t)(base));       \
		}                                                   \
	} while (0)

/* Newer than some C libraries' headers. */
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif
#ifndef STATX__RESERVED
#define STATX__RESERVED 0x80000000U
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define PAGE 4096L
/* An address no program has mapped: the first page is never given out. */
#define BAD ((void *)8)

extern sigjmp_buf fault_jump;

long long show_result(const char *text, long long value);
void show_value(const char *text, long long value);
void show_error(const char *text, int error);
void show_status(int status);
void reap(pid_t pid);
void fault_arm(void);
void fault_show(const char *text, uintptr_t base);
const char *error_name(int error);
const char *signal_name(int signo);

void put_file(const char *path, const char *text);      /* create or replace, mode 0644 */
void show_file(const char *path);                       /* its contents, escaped, in one line */
void show_bytes(const char *what, const void *data, size_t len);
const char *type_name(mode_t mode);
void sleep_ms(int ms);
long long now_ms(void);                                 /* CLOCK_MONOTONIC */
void *anon(size_t pages, int prot);                     /* private anonymous pages, between two holes */
/* Run this same program again as topic `name` (execve of /proc/self/exe). */
void exec_topic(const char *name, const char *arg);

#endif
