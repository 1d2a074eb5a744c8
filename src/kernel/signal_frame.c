/* The frame a handler runs on, and the way back (arch/riscv/kernel/signal.c).
 *
 *      sp at the signal (or top of the alternate stack)
 *      | struct rt_sigframe: siginfo, ucontext      abi/signal.h draws it
 *      sp ->  16-byte aligned
 *
 *   handler(a0 = signo, a1 = &siginfo, a2 = &ucontext), ra = the vDSO's rt_sigreturn
 *
 * Both widths go through one pair of functions: the frame is built in a buffer
 * with the fields of its own layout and copied out in one go. */
#include "internal.h"

#include <string.h>

enum { REG_RA = 1, REG_SP = 2, REG_A0 = 10, REG_A1 = 11, REG_A2 = 12 };
#define STACK_ALIGN 16
#define FCSR_MASK 0xffu

union frame { struct abi_rt_sigframe64 w64; struct abi_rt_sigframe32 w32; };

bool signal_on_altstack(const struct task *t, gva_t sp)
{
	/* With SS_AUTODISARM the stack is disarmed while in use: never "on" it (sas_ss_flags). */
	if (t->altstack.flags & ABI_SS_AUTODISARM)
		return false;
	return t->altstack.size && sp > t->altstack.sp && sp - t->altstack.sp <= t->altstack.size;
}

static uint32_t altstack_state(const struct task *t, gva_t sp)
{
	uint32_t armed = t->altstack.flags & ABI_SS_AUTODISARM;

	if (!t->altstack.size)
		return SS_DISABLE | armed;
	return (signal_on_altstack(t, sp) ? SS_ONSTACK : 0) | armed;
}

static bool choose_stack(const struct task *t, const struct sigaction_k *sa, size_t size, gva_t *out)
{
	gva_t sp = t->regs.x[REG_SP];
	bool on_alt = signal_on_altstack(t, sp);

	/* Overflowing the alternate stack must not look like a fresh start on it. */
	if (on_alt && !signal_on_altstack(t, sp - size))
		return false;
	if ((sa->flags & SA_ONSTACK) && t->altstack.size && !on_alt)
		sp = t->altstack.sp + t->altstack.size;
	*out = align_down(sp - size, STACK_ALIGN);
	return true;
}

/* ---- writing ------------------------------------------------------------------------- */

static void save_fp(const struct cpu_regs *r, union abi_fp_state *fp)
{
	memcpy(fp->d.f, r->f, sizeof(fp->d.f));
	fp->d.fcsr = r->fcsr;
	/* No further extension: the chain is the end marker alone, zeros. */
}

static void fill64(const struct task *t, struct abi_rt_sigframe64 *f, const struct abi_siginfo *info, uint64_t oldset)
{
	const struct cpu_regs *r = &t->regs;

	abi_siginfo_to64(info, &f->info);
	f->uc.stack.sp = t->altstack.sp;
	f->uc.stack.size = t->altstack.size;
	f->uc.stack.flags = (int32_t)altstack_state(t, r->x[REG_SP]);
	f->uc.sigmask = oldset;
	f->uc.mcontext.regs[0] = r->pc;
	for (int i = 1; i < 32; i++)
		f->uc.mcontext.regs[i] = r->x[i];
	save_fp(r, &f->uc.mcontext.fp);
}

static void fill32(const struct task *t, struct abi_rt_sigframe32 *f, const struct abi_siginfo *info, uint64_t oldset)
{
	const struct cpu_regs *r = &t->regs;

	abi_siginfo_to32(info, &f->info);
	f->uc.stack.sp = (uint32_t)t->altstack.sp;
	f->uc.stack.size = (uint32_t)t->altstack.size;
	f->uc.stack.flags = (int32_t)altstack_state(t, r->x[REG_SP]);
	f->uc.sigmask[0] = (uint32_t)oldset;
	f->uc.sigmask[1] = (uint32_t)(oldset >> 32);
	f->uc.mcontext.regs[0] = (uint32_t)r->pc;
	for (int i = 1; i < 32; i++)
		f->uc.mcontext.regs[i] = (uint32_t)r->x[i];
	save_fp(r, &f->uc.mcontext.fp);
}

int signal_setup_frame(struct task *t, int signo, const struct abi_siginfo *info,
		       const struct sigaction_k *sa, uint64_t oldset)
{
	bool wide = task_xlen(t) == XLEN_64;
	size_t size = wide ? sizeof(struct abi_rt_sigframe64) : sizeof(struct abi_rt_sigframe32);
	size_t uc = wide ? offsetof(struct abi_rt_sigframe64, uc) : offsetof(struct abi_rt_sigframe32, uc);
	union frame f;
	gva_t sp;

	if (!choose_stack(t, sa, size, &sp))
		return -EFAULT;
	memset(&f, 0, sizeof(f));
	if (wide)
		fill64(t, &f.w64, info, oldset);
	else
		fill32(t, &f.w32, info, oldset);
	if (mm_copy_to(t->mm, sp, &f, size) < 0)
		return -EFAULT;

	if (t->altstack.flags & ABI_SS_AUTODISARM) {
		t->altstack.sp = 0;
		t->altstack.size = 0;
		t->altstack.flags = SS_DISABLE;
	}
	t->regs.x[REG_RA] = mm_layout(t->mm)->sigreturn;
	t->regs.pc = sa->handler & ~(gva_t)1;
	t->regs.x[REG_SP] = sp;
	t->regs.x[REG_A0] = (uint64_t)signo;
	t->regs.x[REG_A1] = sp;
	t->regs.x[REG_A2] = sp + uc;
	return 0;
}

/* ---- reading back ------------------------------------------------------------------------ */

struct restored { uint64_t regs[32], sigmask; gva_t ss_sp; uint64_t ss_size; uint32_t ss_flags; };

static void read64(const struct abi_rt_sigframe64 *f, struct restored *out)
{
	memcpy(out->regs, f->uc.mcontext.regs, sizeof(out->regs));
	out->sigmask = f->uc.sigmask;
	out->ss_sp = f->uc.stack.sp;
	out->ss_size = f->uc.stack.size;
	out->ss_flags = (uint32_t)f->uc.stack.flags;
}

static void read32(const struct abi_rt_sigframe32 *f, struct restored *out)
{
	for (int i = 0; i < 32; i++)
		out->regs[i] = f->uc.mcontext.regs[i];
	out->sigmask = f->uc.sigmask[0] | (uint64_t)f->uc.sigmask[1] << 32;
	out->ss_sp = f->uc.stack.sp;
	out->ss_size = f->uc.stack.size;
	out->ss_flags = (uint32_t)f->uc.stack.flags;
}

/* Reserved words and the chain of extensions must be as they were written (restore_sigcontext). */
static bool fp_state_valid(const union abi_fp_state *fp)
{
	return fp->ext.reserved == 0 && fp->ext.hdr.magic == ABI_END_MAGIC &&
	       fp->ext.hdr.size == ABI_END_HDR_SIZE;
}

/* restore_altstack() ignores every error but a bad address. */
static void restore_altstack(struct task *t, const struct restored *r, gva_t sp)
{
	uint32_t mode = r->ss_flags & ~ABI_SS_AUTODISARM;

	if (signal_on_altstack(t, sp) || (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0))
		return;
	if (mode == SS_DISABLE) {
		t->altstack.sp = 0;
		t->altstack.size = 0;
	} else if (r->ss_size < ABI_MINSIGSTKSZ) {
		return;
	} else {
		t->altstack.sp = r->ss_sp;
		t->altstack.size = r->ss_size;
	}
	t->altstack.flags = r->ss_flags;
}

int64_t signal_return(struct task *t)
{
	bool wide = task_xlen(t) == XLEN_64;
	gva_t sp = t->regs.x[REG_SP];
	const union abi_fp_state *fp;
	struct restored r;
	union frame f;

	t->syscall_nr = -1;           /* whatever a0 becomes, it is no result to restart for */
	t->restart.fn = NULL;
	if (mm_copy_from(t->mm, &f, sp, wide ? sizeof(f.w64) : sizeof(f.w32)) < 0) {
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	if (wide)
		read64(&f.w64, &r);
	else
		read32(&f.w32, &r);
	signal_set_blocked(t, r.sigmask);
	fp = wide ? &f.w64.uc.mcontext.fp : &f.w32.uc.mcontext.fp;
	if (!fp_state_valid(fp)) {
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	memcpy(t->regs.x + 1, r.regs + 1, 31 * sizeof(r.regs[0]));
	t->regs.pc = r.regs[0] & ~(uint64_t)1;      /* sepc's lowest bit is always zero */
	memcpy(t->regs.f, fp->d.f, sizeof(t->regs.f));
	t->regs.fcsr = fp->d.fcsr & FCSR_MASK;
	restore_altstack(t, &r, r.regs[REG_SP]);
	cpu_clear_reservation(machine_cpu());
	return (int64_t)t->regs.x[REG_A0];
}
