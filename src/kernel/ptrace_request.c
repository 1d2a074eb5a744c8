/* ptrace(2)'s requests: what a tracer reads and writes of its stopped tracee, and how it
 * lets it go on. Rules of Linux' ptrace_request() and arch/riscv/kernel/ptrace.c.
 *
 * RISC-V has no single step and no PEEKUSR: debuggers plant breakpoints and use
 * register sets. */
#include "internal.h"

#include <string.h>

#include "abi/process.h"
#include "abi/ptrace.h"

enum { REG_SP = 2, REG_A0 = 10, REG_A7 = 17 };
#define FCSR_MASK 0xffu

static struct task *self(void)              { return task_current(); }
static unsigned word_size(struct task *t)   { return task_xlen(t) / 8; }

static int put(gva_t to, const void *from, size_t len)  { return mm_copy_to(self()->mm, to, from, len); }
static int get(void *to, gva_t from, size_t len)        { return mm_copy_from(self()->mm, to, from, len); }

/* ---- memory -------------------------------------------------------------------------- */

static int64_t peek(struct task *t, gva_t addr, gva_t data)
{
	uint64_t word = 0;

	if (!t->mm || mm_copy_force(t->mm, addr, &word, word_size(self()), false) < 0)
		return -EIO;
	return put(data, &word, word_size(self()));
}

static int64_t poke(struct task *t, gva_t addr, uint64_t data)
{
	if (!t->mm || mm_copy_force(t->mm, addr, &data, word_size(self()), true) < 0)
		return -EIO;
	return 0;
}

/* ---- register sets ------------------------------------------------------------------------ */

union regset { uint64_t w64[32]; uint32_t w32[32]; struct abi_riscv_fpregs fp; };

/* user_regs_struct: pc, x1 ... x31. */
size_t ptrace_general_regs(struct task *t, void *out)
{
	union regset *r = out;
	bool wide = task_xlen(t) == XLEN_64;

	for (int i = 0; i < 32; i++) {
		uint64_t v = i ? t->regs.x[i] : t->regs.pc;

		if (wide)
			r->w64[i] = v;
		else
			r->w32[i] = (uint32_t)v;
	}
	return wide ? sizeof(r->w64) : sizeof(r->w32);
}

size_t ptrace_float_regs(struct task *t, void *out)
{
	struct abi_riscv_fpregs *fp = out;

	memset(fp, 0, sizeof(*fp));
	memcpy(fp->f, t->regs.f, sizeof(fp->f));
	fp->fcsr = t->regs.fcsr;
	return sizeof(*fp);
}

static void set_general_regs(struct task *t, const union regset *r)
{
	bool wide = task_xlen(t) == XLEN_64;

	t->regs.pc = (wide ? r->w64[0] : r->w32[0]) & ~(uint64_t)1;
	for (int i = 1; i < 32; i++)
		t->regs.x[i] = wide ? r->w64[i] : r->w32[i];
}

static int64_t access_regset(struct task *t, uint64_t type, gva_t iov, bool write)
{
	unsigned size = word_size(self());
	uint64_t vec[2] = { 0 }, len;
	uint32_t narrow[2];
	union regset r;

	if (size == 8 ? get(vec, iov, sizeof(vec)) : get(narrow, iov, sizeof(narrow)))
		return -EFAULT;
	if (size == 4)
		vec[0] = narrow[0], vec[1] = narrow[1];
	if (type != ABI_NT_PRSTATUS && type != ABI_NT_PRFPREG)
		return -EINVAL;
	if (vec[1] % (type == ABI_NT_PRSTATUS ? word_size(t) : 8))
		return -EINVAL;
	len = type == ABI_NT_PRSTATUS ? ptrace_general_regs(t, &r) : ptrace_float_regs(t, &r);
	len = MIN(len, vec[1]);
	if (!write && put(vec[0], &r, len))
		return -EFAULT;
	if (write) {
		if (get(&r, vec[0], len))
			return -EFAULT;
		if (type == ABI_NT_PRSTATUS) {
			set_general_regs(t, &r);
		} else {
			memcpy(t->regs.f, r.fp.f, sizeof(t->regs.f));
			t->regs.fcsr = r.fp.fcsr & FCSR_MASK;
		}
	}
	return put(iov + size, &len, size);
}

/* ---- signals -------------------------------------------------------------------------------- */

static int put_info(gva_t to, const struct abi_siginfo *info)
{
	struct abi_siginfo64 wide;
	struct abi_siginfo32 narrow;

	if (word_size(self()) == 8) {
		abi_siginfo_to64(info, &wide);
		return put(to, &wide, sizeof(wide));
	}
	abi_siginfo_to32(info, &narrow);
	return put(to, &narrow, sizeof(narrow));
}

static int64_t set_info(struct task *t, gva_t from)
{
	struct abi_siginfo64 wide;
	struct abi_siginfo32 narrow;
	bool is_wide = word_size(self()) == 8;

	if (!t->ptrace.info)
		return -EINVAL;
	if (is_wide ? get(&wide, from, sizeof(wide)) : get(&narrow, from, sizeof(narrow)))
		return -EFAULT;
	if (is_wide)
		abi_siginfo_from64(&wide, t->ptrace.info);
	else
		abi_siginfo_from32(&narrow, t->ptrace.info);
	return 0;
}

static int64_t peek_infos(struct task *t, gva_t args, gva_t data)
{
	struct abi_ptrace_peeksiginfo a;
	const struct sigpending *from;
	const struct sigqueue *q;
	size_t size = 128;
	uint64_t i = 0;
	int64_t n = 0;

	if (get(&a, args, sizeof(a)))
		return -EFAULT;
	if ((a.flags & ~(uint32_t)ABI_PTRACE_PEEKSIGINFO_SHARED) || a.nr < 0)
		return -EINVAL;
	from = a.flags & ABI_PTRACE_PEEKSIGINFO_SHARED ? &t->proc->pending : &t->pending;
	list_for_each(q, &from->queue, link) {
		if (i++ < a.off)
			continue;
		if (n == a.nr)
			break;
		if (put_info(data + (uint64_t)n * size, &q->info))
			return n ? n : -EFAULT;
		n++;
	}
	return n;
}

static int64_t access_mask(struct task *t, uint64_t size, gva_t data, bool write)
{
	uint64_t mask;

	if (size != sizeof(mask))
		return -EINVAL;
	if (!write) {
		mask = t->restore_blocked ? t->saved_blocked : t->blocked;
		return put(data, &mask, sizeof(mask));
	}
	if (get(&mask, data, sizeof(mask)))
		return -EFAULT;
	t->restore_blocked = false;
	signal_set_blocked(t, mask);
	return 0;
}

/* ---- system calls ----------------------------------------------------------------------------- */

static uint8_t syscall_op(const struct ptrace_state *pt)
{
	if (!pt->info)
		return ABI_PTRACE_SYSCALL_INFO_NONE;
	if (pt->info->code == (SIGTRAP | 0x80))
		return (uint8_t)pt->message;
	if (pt->info->code == (SIGTRAP | ABI_PTRACE_EVENT_SECCOMP << 8))
		return ABI_PTRACE_SYSCALL_INFO_SECCOMP;
	return ABI_PTRACE_SYSCALL_INFO_NONE;
}

static int64_t syscall_info(struct task *t, uint64_t size, gva_t data)
{
	bool wide = task_xlen(t) == XLEN_64;
	struct abi_ptrace_syscall_info s = {
		.op = syscall_op(&t->ptrace),
		.arch = wide ? ABI_AUDIT_ARCH_RISCV64 : ABI_AUDIT_ARCH_RISCV32,
		.instruction_pointer = t->regs.pc, .stack_pointer = t->regs.x[REG_SP],
	};
	uint64_t len = offsetof(struct abi_ptrace_syscall_info, entry);
	int64_t a0 = wide ? (int64_t)t->regs.x[REG_A0] : (int32_t)t->regs.x[REG_A0];

	if (s.op == ABI_PTRACE_SYSCALL_INFO_EXIT) {
		s.exit.rval = a0;
		s.exit.is_error = a0 < 0 && a0 >= -4095;
		len = offsetof(struct abi_ptrace_syscall_info, exit.is_error) + 1;
	} else if (s.op != ABI_PTRACE_SYSCALL_INFO_NONE) {
		s.entry.nr = t->regs.x[REG_A7];
		s.entry.args[0] = t->syscall_a0;
		memcpy(s.entry.args + 1, t->regs.x + REG_A0 + 1, 5 * sizeof(uint64_t));
		len = offsetof(struct abi_ptrace_syscall_info, entry) + sizeof(s.entry);
	}
	if (s.op == ABI_PTRACE_SYSCALL_INFO_SECCOMP) {
		s.seccomp.ret_data = (uint32_t)t->ptrace.message;
		len = offsetof(struct abi_ptrace_syscall_info, seccomp.ret_data) + sizeof(s.seccomp.ret_data);
	}
	return put(data, &s, MIN(size, len)) ? -EFAULT : (int64_t)len;
}

/* ---- going on ------------------------------------------------------------------------------------ */

static int64_t resume(struct task *t, bool watch_calls, uint64_t signo)
{
	if (signo > ABI_NSIG)
		return -EIO;
	t->ptrace.watch_calls = watch_calls;
	signal_update_work(t);
	t->ptrace.code = (int)signo;
	t->ptrace.stopped = false;
	thread_wake(&t->thread);
	return 0;
}

/* From a group stop: stay stopped, but hear of what ends it. */
static int64_t listen(struct task *t)
{
	struct ptrace_state *pt = &t->ptrace;

	if (!pt->seized || !pt->info || pt->info->code >> 8 != ABI_PTRACE_EVENT_STOP)
		return -EIO;
	pt->listening = true;
	if (pt->trap_pending)
		ptrace_wake(t);
	return 0;
}

static int64_t interrupt(struct task *t)
{
	struct ptrace_state *pt = &t->ptrace;

	if (!pt->seized)
		return -EIO;
	pt->trap_pending = true;
	if (pt->listening)
		ptrace_wake(t);
	signal_recalc(t);
	thread_wake_signal(&t->thread, false);
	return 0;
}

static int64_t set_options(struct task *t, uint64_t options)
{
	if (options & ~(uint64_t)ABI_PTRACE_O_MASK)
		return -EINVAL;
	if (options & ABI_PTRACE_O_SUSPEND_SECCOMP)
		return -EPERM;
	t->ptrace.options = (uint32_t)options;
	return 0;
}

static int64_t kill_tracee(struct task *t)
{
	struct abi_siginfo kill = { .signo = SIGKILL, .code = SI_USER, .pid = self()->proc->pid };

	return signal_send_process(t->proc, &kill);
}

/* ---- the call --------------------------------------------------------------------------------------- */

static int64_t stopped_request(struct task *t, int64_t request, uint64_t addr, uint64_t data)
{
	switch (request) {
	case ABI_PTRACE_PEEKTEXT:
	case ABI_PTRACE_PEEKDATA:     return peek(t, addr, data);
	case ABI_PTRACE_POKETEXT:
	case ABI_PTRACE_POKEDATA:     return poke(t, addr, data);
	case ABI_PTRACE_CONT:         return resume(t, false, data);
	case ABI_PTRACE_SYSCALL:      return resume(t, true, data);
	case ABI_PTRACE_DETACH:       return ptrace_detach(t, data > ABI_NSIG ? -1 : (int)data);
	case ABI_PTRACE_SETOPTIONS:   return set_options(t, data);
	case ABI_PTRACE_GETEVENTMSG:  return put(data, &t->ptrace.message, word_size(self()));
	case ABI_PTRACE_GETSIGINFO:   return t->ptrace.info ? put_info(data, t->ptrace.info) : -EINVAL;
	case ABI_PTRACE_SETSIGINFO:   return set_info(t, data);
	case ABI_PTRACE_GETREGSET:    return access_regset(t, addr, data, false);
	case ABI_PTRACE_SETREGSET:    return access_regset(t, addr, data, true);
	case ABI_PTRACE_LISTEN:       return listen(t);
	case ABI_PTRACE_PEEKSIGINFO:  return peek_infos(t, addr, data);
	case ABI_PTRACE_GETSIGMASK:   return access_mask(t, addr, data, false);
	case ABI_PTRACE_SETSIGMASK:   return access_mask(t, addr, data, true);
	case ABI_PTRACE_GET_SYSCALL_INFO: return syscall_info(t, addr, data);
	default:                      return -EIO;
	}
}

int64_t kernel_ptrace(int64_t request, int pid, uint64_t addr, uint64_t data)
{
	struct task *t;

	if (request == ABI_PTRACE_TRACEME)
		return ptrace_traceme();
	t = task_find(pid_mean(pid));
	if (!t)
		return -ESRCH;
	if (request == ABI_PTRACE_ATTACH)
		return ptrace_attach(t, false, 0);
	if (request == ABI_PTRACE_SEIZE) {
		if (addr || data & ~(uint64_t)ABI_PTRACE_O_MASK)
			return -EIO;
		return ptrace_attach(t, true, (uint32_t)data);
	}
	if (!ptrace_traces(self()->proc, t) || t->ptrace.tracer_tid != self()->tid)
		return -ESRCH;
	if (request == ABI_PTRACE_KILL)
		return kill_tracee(t);
	if (request == ABI_PTRACE_INTERRUPT)
		return interrupt(t);
	if (!t->ptrace.stopped || t->ptrace.listening || t->exiting)
		return -ESRCH;
	return stopped_request(t, request, addr, data);
}
