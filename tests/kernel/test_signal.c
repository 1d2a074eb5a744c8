/* Signals without guest code: queues, frames, restart, default actions, who is immune. */
#include "fake_cpu.h"

#include "abi/process.h"
#include "abi/signal.h"

enum { REG_RA = 1, SIG_RT = 40, ALT_AT = 0x40001000, ALT_SIZE = 8192, NR_READ = 63 };

static int order[64], nr_order;
static struct abi_rt_sigframe64 frame;
static gva_t handler_sp;
static uint64_t mask_in_handler;
static gva_t go_on;

static struct task *self(void) { return task_current(); }

static gva_t sigreturn(void)
{
	self()->regs.x[FAKE_A0] = (uint64_t)signal_return(self());
	return self()->regs.pc;
}

/* A handler: notes its signal and the frame it was given. */
static gva_t handler(void)
{
	struct cpu_regs *r = &self()->regs;

	order[nr_order++] = (int)r->x[FAKE_A0];
	handler_sp = r->x[FAKE_SP];
	mask_in_handler = self()->blocked;
	CHECK_EQ(mm_copy_from(self()->mm, &frame, handler_sp, sizeof(frame)), 0);
	return sigreturn();
}

static void raise_here(int signo)
{
	struct abi_siginfo info = { .signo = signo, .code = SI_TKILL, .pid = 1 };

	signal_send_task(self(), &info);
}

static void forget(void)
{
	nr_order = 0;
	memset(&frame, 0, sizeof(frame));
}

/* ---- the frame -------------------------------------------------------------------------- */

static gva_t frame_after(void)
{
	struct cpu_regs *r = &self()->regs;

	CHECK_EQ(nr_order, 1);
	CHECK_EQ(handler_sp & 15, 0);
	CHECK_EQ(frame.info.signo, SIGUSR1);
	CHECK_EQ(frame.info.code, SI_TKILL);
	CHECK_EQ(frame.info.kill.pid, 1);
	CHECK_EQ(frame.uc.mcontext.regs[0], STEP(frame_after));
	CHECK_EQ(frame.uc.mcontext.regs[FAKE_SP], r->x[FAKE_SP]);
	CHECK_EQ(frame.uc.sigmask, 0);
	CHECK_EQ(frame.uc.stack.flags, SS_DISABLE);
	CHECK_EQ(mask_in_handler, abi_sigmask(SIGUSR1) | abi_sigmask(SIGUSR2));
	CHECK_EQ(self()->blocked, 0);
	for (int i = 3; i < 32; i++)
		CHECK_EQ(r->x[i], 1000 + i);
	for (int i = 0; i < 32; i++)
		CHECK_EQ(r->f[i], 2000 + i);
	CHECK_EQ(r->fcsr, 0x61);
	end(0);
}

static gva_t frame_steps(void)
{
	struct cpu_regs *r = &self()->regs;

	forget();
	for (int i = 3; i < 32; i++)
		r->x[i] = 1000 + (uint64_t)i;
	for (int i = 0; i < 32; i++)
		r->f[i] = 2000 + (uint64_t)i;
	r->fcsr = 0x61;
	r->x[FAKE_SP] -= 8;                    /* an odd stack, as in a leaf function */
	set_handler(SIGUSR1, STEP(handler), SA_SIGINFO);
	self()->proc->sighand->action[SIGUSR1 - 1].mask = abi_sigmask(SIGUSR2);
	raise_here(SIGUSR1);
	return STEP(frame_after);
}

static void frame_and_back(void)
{
	CHECK_EQ(run_machine(frame_steps), 0);
}

static gva_t alternate_after(void)
{
	CHECK(handler_sp > ALT_AT && handler_sp < ALT_AT + ALT_SIZE);
	CHECK_EQ(frame.uc.stack.sp, ALT_AT);
	CHECK_EQ(frame.uc.stack.flags, (int)ABI_SS_AUTODISARM);
	CHECK_EQ(self()->altstack.sp, ALT_AT);       /* armed again by the return */
	end(0);
}

static gva_t alternate_steps(void)
{
	forget();
	self()->altstack.sp = ALT_AT;
	self()->altstack.size = ALT_SIZE;
	self()->altstack.flags = ABI_SS_AUTODISARM;
	set_handler(SIGUSR1, STEP(handler), SA_ONSTACK);
	raise_here(SIGUSR1);
	return STEP(alternate_after);
}

static void alternate_stack(void)
{
	CHECK_EQ(run_machine(alternate_steps), 0);
}

static gva_t overflow_child(void)
{
	self()->altstack.sp = ALT_AT;
	self()->altstack.size = ALT_SIZE;
	self()->altstack.flags = 0;
	self()->regs.x[FAKE_SP] = ALT_AT + 512;     /* on it, and too deep for a frame */
	set_handler(SIGUSR1, STEP(handler), SA_ONSTACK);
	set_handler(SIGSEGV, STEP(handler), SA_ONSTACK);
	raise_here(SIGUSR1);
	return STEP(overflow_child);
}

/* A handler that returns through a frame it has damaged. */
static gva_t bad_return(void)
{
	struct abi_rt_sigframe64 f;
	gva_t sp = self()->regs.x[FAKE_SP];

	CHECK_EQ(mm_copy_from(self()->mm, &f, sp, sizeof(f)), 0);
	f.uc.mcontext.fp.ext.hdr.magic = 1;
	CHECK_EQ(mm_copy_to(self()->mm, sp, &f, sizeof(f)), 0);
	return sigreturn();
}

static gva_t bad_return_child(void)
{
	set_handler(SIGUSR1, STEP(bad_return), 0);
	raise_here(SIGUSR1);
	return STEP(bad_return_child);
}

static gva_t bad_frames_steps(void)
{
	int status;

	CHECK(fork_to(overflow_child) > 0);
	CHECK(wait_for(-1, 0, &status) > 0);
	CHECK_EQ(status, SIGSEGV);
	CHECK(fork_to(bad_return_child) > 0);
	CHECK(wait_for(-1, 0, &status) > 0);
	CHECK_EQ(status, SIGSEGV);
	end(0);
}

static void bad_frames_kill(void)
{
	CHECK_EQ(run_machine(bad_frames_steps), 0);
}

/* ---- queues -------------------------------------------------------------------------------- */

static gva_t order_after(void)
{
	static const int want[] = { SIGSEGV, SIGHUP, SIGUSR1, SIG_RT, SIG_RT, SIG_RT };

	/* Frames stack up: the one set up last runs first. */
	CHECK_EQ(nr_order, 6);
	for (int i = 0; i < nr_order; i++)
		CHECK_EQ(order[nr_order - 1 - i], want[i]);
	end(0);
}

static gva_t order_unblock(void)
{
	signal_set_blocked(self(), 0);
	return STEP(order_after);
}

static gva_t order_steps(void)
{
	static const int signals[] = { SIG_RT, SIGUSR1, SIG_RT, SIGHUP, SIGUSR1, SIGSEGV, SIG_RT, SIGHUP };

	forget();
	signal_set_blocked(self(), ~(uint64_t)0);
	CHECK_EQ(self()->blocked, ~(abi_sigmask(SIGKILL) | abi_sigmask(SIGSTOP)));
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		set_handler(signals[i], STEP(handler), SA_NODEFER);
		raise_here(signals[i]);
	}
	CHECK(!signal_pending(self()));
	CHECK_EQ(signal_queued_count(), 6);          /* standard ones are queued once */
	return STEP(order_unblock);
}

static void queues_and_order(void)
{
	CHECK_EQ(run_machine(order_steps), 0);
}

static gva_t limit_steps(void)
{
	struct abi_siginfo info = { .signo = SIG_RT, .code = SI_QUEUE }, got;

	self()->proc->rlim[ABI_RLIMIT_SIGPENDING].cur = 3;
	signal_set_blocked(self(), ~(uint64_t)0);
	for (int i = 0; i < 3; i++) {
		info.value = (uint64_t)i;
		CHECK_EQ(signal_send_process(self()->proc, &info), 0);
	}
	CHECK_EQ(signal_send_process(self()->proc, &info), -EAGAIN);
	info = (struct abi_siginfo){ .signo = SIGTERM, .code = SI_USER, .pid = 5 };
	CHECK_EQ(signal_send_process(self()->proc, &info), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(signal_timedwait(abi_sigmask(SIG_RT), 0, &got), SIG_RT);
		CHECK_EQ(got.value, i);
	}
	CHECK_EQ(signal_timedwait(abi_sigmask(SIG_RT), 0, &got), -EAGAIN);
	CHECK_EQ(signal_timedwait(abi_sigmask(SIGTERM), 0, &got), SIGTERM);
	end(0);
}

static void queue_limit(void)
{
	CHECK_EQ(run_machine(limit_steps), 0);
}

static gva_t ignore_steps(void)
{
	signal_set_blocked(self(), abi_sigmask(SIGUSR1));
	raise_here(SIGUSR1);
	raise_here(SIGCHLD);                         /* ignored by default: not even queued */
	CHECK_EQ(signal_queued_count(), 1);
	set_handler(SIGUSR1, ABI_SIG_IGN, 0);        /* discards what is pending */
	CHECK_EQ(signal_queued_count(), 0);
	end(0);
}

static void ignoring_discards(void)
{
	CHECK_EQ(run_machine(ignore_steps), 0);
}

/* ---- flags ------------------------------------------------------------------------------------ */

static gva_t reset_after(void)
{
	CHECK_EQ(nr_order, 1);
	CHECK_EQ(self()->proc->sighand->action[SIGUSR2 - 1].handler, ABI_SIG_DFL);
	CHECK_EQ(mask_in_handler, 0);                /* SA_NODEFER */
	raise_here(SIGUSR2);                         /* init: does not reach it now */
	return go_on;
}

static gva_t ends_well(void) { end(6); }

static gva_t reset_steps(void)
{
	forget();
	set_handler(SIGUSR2, STEP(handler), SA_RESETHAND | SA_NODEFER);
	raise_here(SIGUSR2);
	go_on = STEP(ends_well);
	return STEP(reset_after);
}

static void reset_and_init_immunity(void)
{
	CHECK_EQ(run_machine(reset_steps), 6 << 8);
}

static gva_t fault_steps(void)
{
	signal_set_blocked(self(), abi_sigmask(SIGSEGV));
	signal_force(SIGSEGV, SEGV_ACCERR, 0x1234);  /* blocked, and init: kills all the same */
	return STEP(fault_steps);
}

static void forced_fault_kills_init(void)
{
	CHECK_EQ(run_machine(fault_steps), SIGSEGV);
	CHECK_EQ(machine.crash.status, SIGSEGV);
	CHECK_EQ(machine.crash.fault.addr, 0x1234);
	CHECK_EQ(machine.crash.fault.code, SEGV_ACCERR);
}

/* ---- restart -------------------------------------------------------------------------------------- */

struct restart_case { int64_t ret; bool handled; uint64_t flags; int64_t want_a0; bool again; bool block; };

static const struct restart_case restarts[] = {
	{ -ERESTARTSYS, false, 0, 77, true, false },
	{ -ERESTARTSYS, true, SA_RESTART, 77, true, false },
	{ -ERESTARTSYS, true, 0, -EINTR, false, false },
	{ -ERESTARTNOINTR, true, 0, 77, true, false },
	{ -ERESTARTNOHAND, false, 0, 77, true, false },
	{ -ERESTARTNOHAND, true, SA_RESTART, -EINTR, false, false },
	{ -ERESTART_RESTARTBLOCK, false, 0, 77, true, true },
	{ -ERESTART_RESTARTBLOCK, true, SA_RESTART, -EINTR, false, false },
	{ -EINTR, true, SA_RESTART, -EINTR, false, false },
	{ 5, true, SA_RESTART, 5, false, false },
};

static gva_t restart_steps(void)
{
	enum { REG_A7 = 17, PC = 0x1000, NR_RESTART = 128 };
	struct cpu_regs saved = self()->regs;

	for (size_t i = 0; i < ARRAY_SIZE(restarts); i++) {
		const struct restart_case *c = &restarts[i];
		struct cpu_regs *r = &self()->regs;
		uint64_t a0, pc;

		UNIT_CONTEXT("case %zu", i);
		set_handler(SIGUSR1, c->handled ? STEP(handler) : ABI_SIG_DFL, c->flags);
		self()->syscall_nr = NR_READ;
		self()->syscall_a0 = 77;
		r->pc = PC + 4;
		r->x[FAKE_A0] = (uint64_t)c->ret;
		r->x[REG_A7] = NR_READ;
		if (c->handled)
			raise_here(SIGUSR1);
		signal_deliver(self());
		if (c->handled) {
			CHECK_EQ(mm_copy_from(self()->mm, &frame, r->x[FAKE_SP], sizeof(frame)), 0);
			a0 = frame.uc.mcontext.regs[FAKE_A0];
			pc = frame.uc.mcontext.regs[0];
		} else {
			a0 = r->x[FAKE_A0];
			pc = r->pc;
		}
		CHECK_EQ(a0, c->want_a0);
		CHECK_EQ(pc, c->again ? PC : PC + 4);
		CHECK_EQ(r->x[REG_A7], c->block ? NR_RESTART : NR_READ);
		CHECK_EQ(self()->syscall_nr, -1);
		*r = saved;
		signal_set_blocked(self(), 0);
	}
	unit_context[0] = 0;
	CHECK_EQ(kernel_restart_syscall(), -EINTR);
	end(0);
}

static void restart_rules(void)
{
	CHECK_EQ(run_machine(restart_steps), 0);
}

/* ---- waiting ----------------------------------------------------------------------------------------- */

static gva_t pokes_parent(void)
{
	send_signal(1, SIGUSR1);
	sched_yield_hart();
	send_signal(1, SIGUSR2);
	end(0);
}

static gva_t suspend_after(void)
{
	CHECK_EQ(nr_order, 1);
	CHECK_EQ(order[0], SIGUSR2);
	CHECK_EQ(frame.uc.sigmask, abi_sigmask(SIGUSR1) | abi_sigmask(SIGUSR2));
	CHECK_EQ(self()->blocked, abi_sigmask(SIGUSR1) | abi_sigmask(SIGUSR2));
	CHECK(wait_for(-1, 0, NULL) > 0);
	end(0);
}

static gva_t suspend_steps(void)
{
	struct abi_siginfo info;

	forget();
	set_handler(SIGUSR2, STEP(handler), 0);
	signal_set_blocked(self(), abi_sigmask(SIGUSR1) | abi_sigmask(SIGUSR2));
	CHECK(fork_to(pokes_parent) > 0);
	CHECK_EQ(signal_timedwait(abi_sigmask(SIGUSR1), WAIT_FOREVER, &info), SIGUSR1);
	CHECK_EQ(info.pid, 2);
	CHECK_EQ(signal_timedwait(abi_sigmask(SIGUSR1), sched_clock_ns() + 1000000, &info), -EAGAIN);
	CHECK_EQ(self()->blocked, abi_sigmask(SIGUSR1) | abi_sigmask(SIGUSR2));
	CHECK_EQ(signal_suspend(abi_sigmask(SIGUSR1)), -ERESTARTNOHAND);
	return STEP(suspend_after);
}

static void suspend_and_timedwait(void)
{
	CHECK_EQ(run_machine(suspend_steps), 0);
}

/* ---- threads ------------------------------------------------------------------------------------------ */

#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
static int taken_by;

static gva_t taker(void)
{
	taken_by = self()->tid;
	end(0);
}

static gva_t thread_waits(void)
{
	signal_set_blocked(self(), 0);
	signal_suspend(0);
	return STEP(thread_waits);
}

static gva_t thread_target_steps(void)
{
	int64_t tid;

	set_handler(SIGUSR1, STEP(taker), 0);
	signal_set_blocked(self(), abi_sigmask(SIGUSR1));
	tid = clone_to(thread_waits, THREAD_FLAGS, 0);
	let_others_run();
	CHECK_EQ(send_signal(1, SIGUSR1), 0);        /* the only one that does not block it */
	signal_suspend(abi_sigmask(SIGUSR1));
	CHECK_EQ(taken_by, tid);
	return STEP(ends_well);
}

static void unblocked_thread_takes_it(void)
{
	CHECK_EQ(run_machine(thread_target_steps), 0);
	CHECK_EQ(taken_by, 2);
}

int main(void)
{
	RUN(frame_and_back);
	RUN(alternate_stack);
	RUN(bad_frames_kill);
	RUN(queues_and_order);
	RUN(queue_limit);
	RUN(ignoring_discards);
	RUN(reset_and_init_immunity);
	RUN(forced_fault_kills_init);
	RUN(restart_rules);
	RUN(suspend_and_timedwait);
	RUN(unblocked_thread_takes_it);
	return unit_done();
}
