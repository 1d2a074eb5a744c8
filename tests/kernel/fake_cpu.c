#include "fake_cpu.h"

#include <sys/mman.h>

#include "abi/process.h"
#include "abi/signal.h"
#include "base/log.h"

enum { STACK_AT = 0x40000000, STACK_BYTES = 64 * 1024 };

const char *const trap_names[TRAP_COUNT];
void (*unused_code_gone)(pfn_t pfn);
const struct cpu_translator *cpu_translator;
bool cpu_lockstep;
uint64_t cpu_lockstep_compared;

struct cpu *cpu_create(void)                     { return (struct cpu *)&unused_code_gone; }
void cpu_destroy(struct cpu *cpu)                { }
void cpu_interrupt(struct cpu *cpu)              { }
void cpu_flush_icache(struct cpu *cpu)           { }
void cpu_clear_reservation(struct cpu *cpu)      { }
void cpu_never_offer(struct cpu *cpu, gva_t pc)  { }
bool cpu_offer_later(struct cpu *cpu, gva_t pc)  { return false; }
uint64_t cpu_instret(const struct cpu *cpu)      { return 0; }

enum trap cpu_run(struct cpu *cpu, struct cpu_regs *regs, struct mm *mm, int64_t budget, uint64_t *tval)
{
	step_fn *fn = (step_fn *)(uintptr_t)regs->pc;

	sched_lock();
	regs->pc = fn();
	sched_unlock();
	return TRAP_TIMER;
}

/* ---- pid 1 ----------------------------------------------------------------------------- */

static void init_main(void *arg)
{
	struct task *t = arg;
	struct mmap_request stack = {
		.addr = STACK_AT, .len = STACK_BYTES, .prot = PROT_READ | PROT_WRITE,
		.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	};

	ASSERT(mm_mmap(t->mm, &stack) == STACK_AT);
	t->regs.x[FAKE_SP] = STACK_AT + STACK_BYTES;
	trap_loop(t);
}

int run_machine(step_fn *first)
{
	struct machine_config cfg = { .memory_bytes = 256 << 20 };   /* a thousand processes may be */
	struct process *p;
	struct super *root_fs;
	struct path root;
	struct task *t;
	int status;

	CHECK_EQ(kernel_init(&cfg), 0);
	sched_lock();
	CHECK_EQ(tmpfs_create(0755, &root_fs), 0);
	CHECK_EQ(vfs_mount("/", root_fs, 0, "root"), 0);
	root = vfs_root();
	p = process_create();
	t = task_create(p);
	CHECK_EQ(thread_init(&t->thread, init_main, t), 0);
	p->sighand = sighand_copy(NULL);
	default_rlimits(p->rlim);
	p->session_leader = true;
	p->unkillable = true;
	t->cred = cred_create(0, 0);
	t->files = files_create();
	t->fs = fs_create(root);
	path_put(root);
	t->mm = mm_create(XLEN_64);
	t->regs.pc = STEP(first);
	task_link(t, pid_alloc(NULL, 0));
	pid_join_session(p, p->pid);
	pid_join_pgrp(p, p->pid);
	machine.init = p;
	sched_unlock();
	status = kernel_run();
	CHECK_EQ(kernel_shutdown(), 0);
	return status;
}

/* ---- what a guest would do with system calls ----------------------------------------------- */

int64_t clone_to(step_fn *fn, uint64_t flags, int exit_signal)
{
	struct task *t = task_current();
	struct clone_request req = { .flags = flags, .exit_signal = exit_signal };
	gva_t pc = t->regs.pc;
	int64_t tid;

	t->regs.pc = STEP(fn);        /* the child's copy */
	tid = kernel_clone(&req);
	t->regs.pc = pc;
	return tid;
}

int64_t fork_to(step_fn *fn)
{
	return clone_to(fn, 0, SIGCHLD);
}

int64_t wait_for(int pid, uint32_t options, int *status)
{
	struct wait_result r = { 0 };
	enum wait_id which = pid == -1 ? WAIT_ANY : pid > 0 ? WAIT_PID : WAIT_PGRP;
	int64_t ret = kernel_wait(which, pid > 0 ? pid : -pid, options | WEXITED, &r);

	if (status)
		*status = r.status;
	return ret;
}

int64_t send_signal(int pid, int signo)
{
	struct abi_siginfo info = { .signo = signo, .code = SI_USER, .pid = task_current()->proc->pid };
	struct process *p = process_find(pid);

	return p ? signal_send_process(p, &info) : -ESRCH;
}

void set_handler(int signo, gva_t handler, uint64_t flags)
{
	struct process *p = task_current()->proc;

	p->sighand->action[signo - 1] = (struct sigaction_k){ .handler = handler, .flags = flags };
	signal_action_changed(p, signo);
}

void let_others_run(void)
{
	for (int i = 0; i < 1000 && sched_others_runnable(); i++)
		sched_yield_hart();
}

void end(int code)
{
	kernel_exit_group(abi_status_exited(code));
}
