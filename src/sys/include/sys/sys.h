/* sys: the system-call table. One row a call in syscalls.def; dispatch, argument
 * narrowing, strace text, the report and docs/syscalls.md are made from it. */
#ifndef SYS_SYS_H
#define SYS_SYS_H

#include "base/strbuf.h"
#include "kernel/kernel.h"

void sys_init(void);                                 /* installs kernel_syscall */
const char *sys_name(uint64_t nr, enum xlen xlen);   /* NULL: no such call */
/* strace: one line a call on stderr (or to `fd`), as strace(1) writes it. */
void sys_strace_enable(int host_fd);
/* The text of one finished call, "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY) = 3"; args: a0-a5. */
void sys_show_call(struct strbuf *out, struct task *t, uint64_t nr, const uint64_t args[6], int64_t ret);
/* --report: what was called how often, what was unknown or partial. */
void sys_report(struct strbuf *out);

#endif
