/* seccomp: a task limits the system calls it may make, for good (Linux kernel/seccomp.c).
 *
 *   strict   read, write, exit and rt_sigreturn; anything else kills
 *   filter   classic BPF programs over struct seccomp_data; every one that was ever installed
 *            runs, newest first, and the strictest answer counts
 *
 * Filters form a tree by `prev`: a fork shares its parent's chain and may only add to it.
 * A program is checked when it is installed (jumps go forward and stay inside, memory words are
 * written before they are read, it ends with a return), so that running it needs no checks and ends.
 * There is no supervisor interface (SECCOMP_RET_USER_NOTIF, NEW_LISTENER). */
#include "internal.h"

#include <string.h>

#include "abi/process.h"
#include "abi/ptrace.h"
#include "abi/seccomp.h"
#include "base/alloc.h"

enum {
	PROGRAM_MAX = 4096,              /* BPF_MAXINSNS */
	CHAIN_MAX = 32768,               /* instructions of all filters (MAX_INSNS_PER_PATH) */
	CHAIN_PENALTY = 4,               /* ... and what each filter costs besides */
	ERRNO_MAX = 4095, REG_A0 = 10, REG_A7 = 17,
};

struct seccomp_filter {
	unsigned refs;
	struct seccomp_filter *prev;
	unsigned len;
	struct abi_bpf_insn program[];
};

static unsigned live_filters;
unsigned seccomp_live_count(void) { return live_filters; }

struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f)
{
	if (f)
		f->refs++;
	return f;
}

void seccomp_filter_put(struct seccomp_filter *f)
{
	while (f && --f->refs == 0) {
		struct seccomp_filter *prev = f->prev;

		free(f);
		live_filters--;
		f = prev;
	}
}

/* ---- checking a program -------------------------------------------------------------------- */

#define OP(class, rest) (ABI_BPF_##class | (rest))

static const uint16_t known_ops[] = {
	OP(LD, ABI_BPF_W | ABI_BPF_ABS), OP(LD, ABI_BPF_W | ABI_BPF_LEN), OP(LD, ABI_BPF_IMM), OP(LD, ABI_BPF_MEM),
	OP(LDX, ABI_BPF_W | ABI_BPF_LEN), OP(LDX, ABI_BPF_IMM), OP(LDX, ABI_BPF_MEM), OP(ST, 0), OP(STX, 0),
	OP(RET, ABI_BPF_K), OP(RET, ABI_BPF_A), OP(MISC, ABI_BPF_TAX), OP(MISC, ABI_BPF_TXA),
	OP(ALU, ABI_BPF_NEG),
	OP(ALU, ABI_BPF_ADD), OP(ALU, ABI_BPF_ADD | ABI_BPF_X), OP(ALU, ABI_BPF_SUB), OP(ALU, ABI_BPF_SUB | ABI_BPF_X),
	OP(ALU, ABI_BPF_MUL), OP(ALU, ABI_BPF_MUL | ABI_BPF_X), OP(ALU, ABI_BPF_DIV), OP(ALU, ABI_BPF_DIV | ABI_BPF_X),
	OP(ALU, ABI_BPF_AND), OP(ALU, ABI_BPF_AND | ABI_BPF_X), OP(ALU, ABI_BPF_OR), OP(ALU, ABI_BPF_OR | ABI_BPF_X),
	OP(ALU, ABI_BPF_XOR), OP(ALU, ABI_BPF_XOR | ABI_BPF_X), OP(ALU, ABI_BPF_LSH), OP(ALU, ABI_BPF_LSH | ABI_BPF_X),
	OP(ALU, ABI_BPF_RSH), OP(ALU, ABI_BPF_RSH | ABI_BPF_X),
	OP(JMP, ABI_BPF_JA), OP(JMP, ABI_BPF_JEQ), OP(JMP, ABI_BPF_JEQ | ABI_BPF_X), OP(JMP, ABI_BPF_JGT),
	OP(JMP, ABI_BPF_JGT | ABI_BPF_X), OP(JMP, ABI_BPF_JGE), OP(JMP, ABI_BPF_JGE | ABI_BPF_X),
	OP(JMP, ABI_BPF_JSET), OP(JMP, ABI_BPF_JSET | ABI_BPF_X),
};

static bool op_known(uint16_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_ops); i++)
		if (known_ops[i] == code)
			return true;
	return false;
}

static bool insn_valid(const struct abi_bpf_insn *in, unsigned pc, unsigned len)
{
	unsigned rest = len - pc - 1;        /* instructions behind this one */

	if (!op_known(in->code))
		return false;
	switch (in->code) {
	case OP(LD, ABI_BPF_W | ABI_BPF_ABS):
		return in->k < sizeof(struct abi_seccomp_data) && !(in->k & 3);
	case OP(LD, ABI_BPF_MEM):
	case OP(LDX, ABI_BPF_MEM):
	case OP(ST, 0):
	case OP(STX, 0):
		return in->k < ABI_BPF_MEMWORDS;
	case OP(ALU, ABI_BPF_DIV):
		return in->k != 0;
	case OP(ALU, ABI_BPF_LSH):
	case OP(ALU, ABI_BPF_RSH):
		return in->k < 32;
	case OP(JMP, ABI_BPF_JA):
		return in->k < rest;
	default:
		return (in->code & 7) != ABI_BPF_JMP || (in->jt < rest && in->jf < rest);
	}
}

/* Is every memory word written on each way that leads to a read of it? Jumps only go forward, so
 * one pass sees each instruction after all that lead to it (check_load_and_stores). */
static bool memory_valid(const struct abi_bpf_insn *p, unsigned len)
{
	uint16_t *ways = xalloc(len * sizeof(*ways)), have = 0;
	bool valid = true;

	memset(ways, 0xff, len * sizeof(*ways));
	for (unsigned pc = 0; valid && pc < len; pc++) {
		have &= ways[pc];
		switch (p[pc].code) {
		case OP(ST, 0):
		case OP(STX, 0):
			have |= (uint16_t)(1u << p[pc].k);
			break;
		case OP(LD, ABI_BPF_MEM):
		case OP(LDX, ABI_BPF_MEM):
			valid = have & 1u << p[pc].k;
			break;
		case OP(JMP, ABI_BPF_JA):
			ways[pc + 1 + p[pc].k] &= have;
			have = 0xffff;
			break;
		default:
			if ((p[pc].code & 7) != ABI_BPF_JMP)
				break;
			ways[pc + 1 + p[pc].jt] &= have;
			ways[pc + 1 + p[pc].jf] &= have;
			have = 0xffff;
		}
	}
	free(ways);
	return valid;
}

static bool program_valid(const struct abi_bpf_insn *p, unsigned len)
{
	for (unsigned pc = 0; pc < len; pc++)
		if (!insn_valid(&p[pc], pc, len))
			return false;
	return (p[len - 1].code & 7) == ABI_BPF_RET && memory_valid(p, len);
}

/* ---- running one --------------------------------------------------------------------------------- */

static uint32_t alu(uint16_t op, uint32_t a, uint32_t b)
{
	switch (op) {
	case ABI_BPF_ADD: return a + b;
	case ABI_BPF_SUB: return a - b;
	case ABI_BPF_MUL: return a * b;
	case ABI_BPF_DIV: return b ? a / b : 0;
	case ABI_BPF_AND: return a & b;
	case ABI_BPF_OR:  return a | b;
	case ABI_BPF_XOR: return a ^ b;
	case ABI_BPF_LSH: return b < 32 ? a << b : 0;
	case ABI_BPF_RSH: return b < 32 ? a >> b : 0;
	default:          return -a;             /* NEG */
	}
}

static bool compare(uint16_t op, uint32_t a, uint32_t b)
{
	switch (op) {
	case ABI_BPF_JEQ: return a == b;
	case ABI_BPF_JGT: return a > b;
	case ABI_BPF_JGE: return a >= b;
	default:          return a & b;          /* JSET */
	}
}

static uint32_t run_program(const struct seccomp_filter *f, const struct abi_seccomp_data *data)
{
	const uint32_t size = sizeof(*data);
	uint32_t a = 0, x = 0, mem[ABI_BPF_MEMWORDS] = { 0 };

	for (const struct abi_bpf_insn *in = f->program;; in++) {
		uint32_t operand = in->code & ABI_BPF_X ? x : in->k;

		switch (in->code) {
		case OP(LD, ABI_BPF_W | ABI_BPF_ABS): memcpy(&a, (const char *)data + in->k, 4); continue;
		case OP(LD, ABI_BPF_W | ABI_BPF_LEN): a = size; continue;
		case OP(LDX, ABI_BPF_W | ABI_BPF_LEN): x = size; continue;
		case OP(LD, ABI_BPF_IMM):   a = in->k; continue;
		case OP(LDX, ABI_BPF_IMM):  x = in->k; continue;
		case OP(LD, ABI_BPF_MEM):   a = mem[in->k]; continue;
		case OP(LDX, ABI_BPF_MEM):  x = mem[in->k]; continue;
		case OP(ST, 0):             mem[in->k] = a; continue;
		case OP(STX, 0):            mem[in->k] = x; continue;
		case OP(MISC, ABI_BPF_TAX): x = a; continue;
		case OP(MISC, ABI_BPF_TXA): a = x; continue;
		case OP(RET, ABI_BPF_K):    return in->k;
		case OP(RET, ABI_BPF_A):    return a;
		case OP(JMP, ABI_BPF_JA):   in += in->k; continue;
		default: break;
		}
		if ((in->code & 7) == ABI_BPF_ALU)
			a = alu(in->code & 0xf0, a, operand);
		else
			in += compare(in->code & 0xf0, a, operand) ? in->jt : in->jf;
	}
}

static int32_t severity(uint32_t answer) { return (int32_t)(answer & ABI_SECCOMP_RET_ACTION_FULL); }

static uint32_t ask_filters(const struct task *t, uint64_t nr)
{
	const uint64_t *x = t->regs.x;
	struct abi_seccomp_data d = {
		.nr = (int32_t)nr, .instruction_pointer = t->regs.pc,
		.arch = task_xlen(t) == XLEN_64 ? ABI_AUDIT_ARCH_RISCV64 : ABI_AUDIT_ARCH_RISCV32,
		.args = { t->syscall_a0, x[11], x[12], x[13], x[14], x[15] },
	};
	uint32_t answer = ABI_SECCOMP_RET_ALLOW;

	for (const struct seccomp_filter *f = t->seccomp; f; f = f->prev) {
		uint32_t one = run_program(f, &d);

		if (severity(one) < severity(answer))
			answer = one;
	}
	return answer;
}

/* ---- what comes of it ------------------------------------------------------------------------------ */

static struct abi_siginfo sigsys(const struct task *t, uint64_t nr, uint32_t reason)
{
	return (struct abi_siginfo){
		.signo = SIGSYS, .code = ABI_SYS_SECCOMP, .errno_ = (int32_t)reason,
		.call_addr = t->regs.pc, .syscall = (int32_t)nr,
		.arch = task_xlen(t) == XLEN_64 ? ABI_AUDIT_ARCH_RISCV64 : ABI_AUDIT_ARCH_RISCV32,
	};
}

static bool answer_errno(struct task *t, int error)
{
	uint64_t value = (uint64_t)-(int64_t)error;

	t->regs.x[REG_A0] = task_xlen(t) == XLEN_32 ? (uint32_t)value : value;
	return false;
}

static bool trap(struct task *t, uint64_t nr, uint32_t reason)
{
	struct abi_siginfo info = sigsys(t, nr, reason);

	t->regs.x[REG_A0] = t->syscall_a0;
	t->syscall_nr = -1;
	signal_force_info(&info, false);
	return false;
}

static bool let_tracer_decide(struct task *t, uint64_t *nr, uint32_t message)
{
	uint32_t again;

	if (!ptrace_event_enabled(t, ABI_PTRACE_EVENT_SECCOMP))
		return answer_errno(t, ENOSYS);
	ptrace_event(t, ABI_PTRACE_EVENT_SECCOMP, message);
	*nr = t->regs.x[REG_A7];
	if (t->thread.kill_pending || (int32_t)*nr < 0)
		return false;
	/* The tracer may have made another call of it, which has to pass as well. */
	again = ask_filters(t, *nr);
	if ((again & ABI_SECCOMP_RET_ACTION_FULL) == ABI_SECCOMP_RET_TRACE)
		return true;
	return seccomp_act(t, nr, again);
}

static bool kill_caller(struct task *t, uint64_t nr, bool whole, uint32_t reason)
{
	struct abi_siginfo info = sigsys(t, nr, reason);

	if (!whole && t->proc->nr_tasks > 1) {
		t->exit_code = SIGSYS;
		exit_task();
	}
	signal_force_info(&info, true);
	return false;
}

bool seccomp_act(struct task *t, uint64_t *nr, uint32_t answer)
{
	uint32_t data = answer & ABI_SECCOMP_RET_DATA;

	switch (answer & ABI_SECCOMP_RET_ACTION_FULL) {
	case ABI_SECCOMP_RET_ALLOW:
	case ABI_SECCOMP_RET_LOG:        return true;
	case ABI_SECCOMP_RET_ERRNO:      return answer_errno(t, (int)MIN(data, (uint32_t)ERRNO_MAX));
	case ABI_SECCOMP_RET_TRAP:       return trap(t, *nr, data);
	case ABI_SECCOMP_RET_TRACE:      return let_tracer_decide(t, nr, data);
	case ABI_SECCOMP_RET_USER_NOTIF: return answer_errno(t, ENOSYS);    /* nobody listens */
	case ABI_SECCOMP_RET_KILL_THREAD: return kill_caller(t, *nr, false, data);
	default:                         return kill_caller(t, *nr, true, data);
	}
}

bool seccomp_check(struct task *t, uint64_t *nr)
{
	/* read, write, exit, rt_sigreturn */
	static const uint16_t strict_calls[] = { 63, 64, 93, 139 };

	if (t->seccomp_mode == ABI_SECCOMP_MODE_FILTER)
		return seccomp_act(t, nr, ask_filters(t, *nr));
	for (size_t i = 0; i < ARRAY_SIZE(strict_calls); i++)
		if (*nr == strict_calls[i])
			return true;
	t->exit_code = SIGKILL;
	if (t == t->proc->leader && !t->proc->group_exit)
		t->proc->exit_code = SIGKILL;
	exit_task();
}

/* ---- installing ---------------------------------------------------------------------------------------- */

int64_t seccomp_set_strict(void)
{
	struct task *t = task_current();

	if (t->seccomp_mode == ABI_SECCOMP_MODE_FILTER)
		return -EINVAL;
	t->seccomp_mode = ABI_SECCOMP_MODE_STRICT;
	signal_update_work(t);
	return 0;
}

static bool is_ancestor(const struct seccomp_filter *old, const struct seccomp_filter *of)
{
	if (!old)
		return true;
	for (; of; of = of->prev)
		if (of == old)
			return true;
	return false;
}

/* TSYNC: the first thread that has gone another way; 0: none. */
static int thread_astray(const struct task *self)
{
	struct task *t;

	for_each_task(t, self->proc)
		if (t != self && t->seccomp_mode != 0 &&
		    (t->seccomp_mode != ABI_SECCOMP_MODE_FILTER || !is_ancestor(t->seccomp, self->seccomp)))
			return t->own_tid;
	return 0;
}

static void take_filter(struct task *t, struct seccomp_filter *f)
{
	struct seccomp_filter *old = t->seccomp;

	t->seccomp = seccomp_filter_get(f);
	seccomp_filter_put(old);
	t->seccomp_mode = ABI_SECCOMP_MODE_FILTER;
	signal_update_work(t);
}

static void sync_threads(struct task *self)
{
	struct task *t;

	for_each_task(t, self->proc) {
		if (t == self)
			continue;
		take_filter(t, self->seccomp);
		if (self->cred->no_new_privs && !t->cred->no_new_privs) {
			struct cred *new = cred_copy(t->cred);

			new->no_new_privs = true;
			cred_put(t->cred);
			t->cred = new;
		}
	}
}

static unsigned chain_cost(const struct seccomp_filter *f)
{
	unsigned cost = 0;

	for (; f; f = f->prev)
		cost += f->len + CHAIN_PENALTY;
	return cost;
}

int64_t seccomp_set_filter(const struct abi_bpf_insn *program, unsigned len, uint32_t flags)
{
	struct task *t = task_current();
	struct seccomp_filter *f;
	int astray;

	if (!len || len > PROGRAM_MAX)
		return -EINVAL;
	if (!t->cred->no_new_privs && !task_capable_here(t, ABI_CAP_SYS_ADMIN))
		return -EACCES;
	if (!program_valid(program, len) || t->seccomp_mode == ABI_SECCOMP_MODE_STRICT)
		return -EINVAL;
	if (chain_cost(t->seccomp) + len > CHAIN_MAX)
		return -ENOMEM;
	astray = flags & ABI_SECCOMP_FILTER_FLAG_TSYNC ? thread_astray(t) : 0;
	if (astray)
		return flags & ABI_SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : astray;
	f = xalloc(sizeof(*f) + len * sizeof(f->program[0]));
	live_filters++;
	f->refs = 1;
	f->len = len;
	memcpy(f->program, program, len * sizeof(f->program[0]));
	f->prev = seccomp_filter_get(t->seccomp);
	take_filter(t, f);
	seccomp_filter_put(f);
	if (flags & ABI_SECCOMP_FILTER_FLAG_TSYNC)
		sync_threads(t);
	return 0;
}

unsigned seccomp_filter_count(const struct task *t)
{
	unsigned n = 0;

	for (const struct seccomp_filter *f = t->seccomp; f; f = f->prev)
		n++;
	return n;
}

void seccomp_inherit(struct task *child, const struct task *parent)
{
	child->seccomp_mode = parent->seccomp_mode;
	child->seccomp = seccomp_filter_get(parent->seccomp);
	signal_update_work(child);
}
