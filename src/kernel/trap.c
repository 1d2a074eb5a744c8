/* The trap loop: every task's life between its birth and exit_task().
 *
 *        guest code ── cpu_run() ── trap ──> kernel code ──┐
 *            ^                                             │
 *            └── pending signals, time slice <─────────────┘
 *
 * The budget is the timer (design D3): instructions that guest code may retire
 * before the tick. It goes on across system calls, each of which is charged a
 * flat amount, so that a task that only makes calls is preempted as well. */
#include "internal.h"

#include "abi/process.h"
#include "base/log.h"
#include "base/trace.h"

enum {
	TICK_BUDGET = 40000,          /* instructions: roughly 100-200 us of the interpreter */
	TICK_BUDGET_MAX = 640000,     /* 100 us of translated code at its fastest */
	TICK_NS = 200000,
	SYSCALL_CHARGE = 200,         /* what a call costs, in instructions */
	FAULT_CHARGE = 200,
	CLOCK_CHECK_TICKS = 4096,     /* has the host's clock been set? about twice a second */
	ECALL_SIZE = 4,
	REG_A0 = 10, REG_A7 = 17,
	/* Time in guest code is sampled: each entry at first, so that short programs
	 * are seen, then every 16th, so that the clock is not read on each call; long ones
	 * each, so that none counts for 16 of them. */
	SAMPLE_ALL = 32, SAMPLE_EVERY = 16, SAMPLE_LONG = 4 * TICK_BUDGET,
};

static struct task *last_in_guest[HART_MAX];    /* whose LR/SC reservation the hart holds */

static enum trap run_guest(struct task *t, int64_t *budget, uint64_t *tval)
{
	struct task **last = &last_in_guest[sched_hart()];
	struct cpu *cpu = machine_cpu();
	uint64_t retired = cpu_instret(cpu), start = 0;
	unsigned weight = t->nr_runs < SAMPLE_ALL || *budget > SAMPLE_LONG ? 1 : t->nr_runs % SAMPLE_EVERY ? 0 : SAMPLE_EVERY;
	enum trap trap;

	if (*last != t) {
		*last = t;
		cpu_clear_reservation(cpu);
	}
	t->nr_runs++;
	if (weight)
		start = sched_clock_ns();
	sched_enter_guest(t->mm);
	trap = cpu_run(cpu, &t->regs, t->mm, *budget, tval);
	sched_leave_guest();
	if (weight)
		t->guest_ns += (sched_clock_ns() - start) * weight;
	*budget -= (int64_t)(cpu_instret(cpu) - retired);
	return trap;
}

/* ---- what stopped it ------------------------------------------------------------------- */

static void handle_syscall(struct task *t)
{
	uint64_t *x = t->regs.x;
	uint64_t nr = x[REG_A7], first = x[REG_A0];
	int64_t ret;

	t->syscall_nr = (int64_t)nr;
	t->syscall_a0 = first;
	t->regs.pc += ECALL_SIZE;
	if (unlikely(t->syscall_work) && !syscall_enter_work(t, &nr)) {
		syscall_exit_work(t);
		return;
	}
	uint64_t args[6] = { first, x[11], x[12], x[13], x[14], x[15] };

	TRACE(kernel, syscall_enter, t, nr, args);
	ret = kernel_syscall(t, nr, args);
	TRACE(kernel, syscall_exit, t, nr, args, ret);
	x[REG_A0] = task_xlen(t) == XLEN_32 ? (uint32_t)ret : (uint64_t)ret;
	if (unlikely(t->syscall_work))
		syscall_exit_work(t);
	if (unlikely(!mm_balance()))
		oom_kill();
	/* Results that no guest may see mean "interrupted", also if the signal is gone by now. */
	if (unlikely(ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK) && t->syscall_nr >= 0)
		signal_deliver(t);
}

/* Linux mm/memory.c mm_account_fault(): one for which something was read, from a file or from swap, is major. */
static void count_fault(struct task *t, bool major)
{
	t->min_flt += !major;
	t->maj_flt += major;
	machine.faults++;
	machine.major_faults += major;
}

static void handle_fault(struct task *t, enum access access, gva_t addr)
{
	uint64_t major = mm_major_faults(t->mm);

	switch (mm_fault(t->mm, addr, access)) {
	case FAULT_OK:
		count_fault(t, mm_major_faults(t->mm) != major);
		mm_collapse(t->mm, addr);
		return;
	case FAULT_MAPERR:
		signal_force(SIGSEGV, SEGV_MAPERR, addr);
		return;
	case FAULT_ACCERR:
		signal_force(SIGSEGV, SEGV_ACCERR, addr);
		return;
	case FAULT_BUS:
		signal_force(SIGBUS, BUS_ADRERR, addr);
		return;
	case FAULT_OOM:
		oom_kill();            /* and the instruction is tried again, if it was not us */
		return;
	}
}

/* arch/riscv/kernel/traps.c: which signal, which code; the address is that of the instruction. */
static void handle_trap(struct task *t, enum trap trap, uint64_t tval)
{
	TRACE(kernel, trap, t, trap, tval);
	switch (trap) {
	case TRAP_SYSCALL:
		handle_syscall(t);
		return;
	case TRAP_FETCH_FAULT:
		handle_fault(t, ACCESS_EXEC, tval);
		return;
	case TRAP_LOAD_FAULT:
		handle_fault(t, ACCESS_READ, tval);
		return;
	case TRAP_STORE_FAULT:
		handle_fault(t, ACCESS_WRITE, tval);
		return;
	case TRAP_BREAKPOINT:
		signal_force(SIGTRAP, TRAP_BRKPT, t->regs.pc);
		return;
	case TRAP_ILLEGAL:
		signal_force(SIGILL, ILL_ILLOPC, t->regs.pc);
		return;
	case TRAP_MISALIGNED_AMO:
		signal_force(SIGBUS, BUS_ADRALN, t->regs.pc);
		return;
	case TRAP_TIMER:
	case TRAP_COUNT:
		return;
	}
}

static uint64_t tick(struct task *t)
{
	static unsigned ticks;
	uint64_t now = sched_tick();

	time_tick(t);
	if (++ticks % CLOCK_CHECK_TICKS == 0)
		vdso_update_clocks();
	return now;
}

/* Instructions until the next tick: translated ones are so much faster that a tick would come every few
 * microseconds. What takes long, because it waits for memory or for a processor, gets fewer at once. */
static int64_t next_budget(int64_t budget, int64_t left, uint64_t took)
{
	if (took > 4 * TICK_NS)
		return TICK_BUDGET;
	if (took > TICK_NS)
		return MAX(budget / 2, (int64_t)TICK_BUDGET);
	if (took < TICK_NS / 4 && left < budget / 2)         /* else it was called before its time */
		return MIN(budget * 2, (int64_t)TICK_BUDGET_MAX);
	return budget;
}

void trap_loop(struct task *t)
{
	int64_t budget = TICK_BUDGET, whole = budget, left;
	uint64_t tval = 0, last = 0, now;

	for (;;) {
		enum trap trap;

		while (unlikely(t->thread.signal_pending))
			signal_deliver(t);
		if (unlikely(t->rseq && t->thread.switched)) {
			rseq_resume(t);
			continue;
		}
		if (unlikely(kernel_tracepoints.branch != NULL))
			budget = 1;        /* the slice is over at the next taken branch */
		trap = run_guest(t, &budget, &tval);
		left = budget;
		if (trap == TRAP_TIMER) {
			TRACE(kernel, branch, t);
			budget = 0;
		} else {
			handle_trap(t, trap, tval);
			budget -= trap == TRAP_SYSCALL ? SYSCALL_CHARGE : FAULT_CHARGE;
		}
		budget = sched_budget(budget);
		if (budget <= 0) {
			now = tick(t);
			whole = next_budget(whole, left, now - last);
			last = now;
			budget = whole;
		}
	}
}
