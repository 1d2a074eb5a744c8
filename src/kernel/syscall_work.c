/* What stands between a program and its system calls when somebody watches: a tracer's
 * stops and seccomp's filters, in the order of Linux' kernel/entry/common.c. Tasks that nobody
 * watches never come here (task.syscall_work). */
#include "internal.h"

#include "abi/ptrace.h"

enum { REG_A0 = 10, REG_A7 = 17 };

void signal_update_work(struct task *t)
{
	t->syscall_work = t->ptrace.watch_calls || t->seccomp_mode;
}

static void report_call(struct task *t, unsigned op)
{
	int good = t->ptrace.options & ABI_PTRACE_O_TRACESYSGOOD ? 0x80 : 0;
	int signo = ptrace_notify(t, SIGTRAP | good, CLD_TRAPPED, op);

	/* The tracer's signal is as if the task had sent it to itself. */
	if (signo > 0 && signo <= ABI_NSIG && !t->thread.kill_pending) {
		struct abi_siginfo info = signal_info_kernel(signo);

		signal_send_task(t, &info);
	}
}

bool syscall_enter_work(struct task *t, uint64_t *nr)
{
	uint64_t *x = t->regs.x;

	x[REG_A0] = (uint64_t)-ENOSYS;
	if (task_xlen(t) == XLEN_32)
		x[REG_A0] = (uint32_t)-ENOSYS;
	if (t->ptrace.watch_calls)
		report_call(t, ABI_PTRACE_SYSCALL_INFO_ENTRY);
	if (t->thread.kill_pending)
		return false;
	*nr = x[REG_A7];
	if ((int32_t)*nr < 0)
		return false;
	return !t->seccomp_mode || seccomp_check(t, nr);
}

void syscall_exit_work(struct task *t)
{
	if (t->ptrace.watch_calls && !t->thread.kill_pending)
		report_call(t, ABI_PTRACE_SYSCALL_INFO_EXIT);
}
