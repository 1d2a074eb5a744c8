/* The translator's front door: what it needs of the host, and one translation from request to
 * tables. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
/* What glibc found at its start: cpuid itself costs a virtual machine an exit each. */
#include <sys/platform/x86.h>

/* enter.S relies on these. */
_Static_assert(offsetof(struct cpu_regs, engine.budget) == 544, "ENGINE_BUDGET");
_Static_assert(offsetof(struct cpu_regs, pc) == 272, "PC");
_Static_assert(offsetof(struct cpu_regs, engine.exit) == 552, "ENGINE_EXIT");
_Static_assert(offsetof(struct cpu_regs, engine.packed) == 624, "ENGINE_PACKED");
_Static_assert(offsetof(struct cpu_regs, direct) == 0, "DIRECT");
_Static_assert(offsetof(struct cpu_regs, engine.indirect) == 632, "ENGINE_INDIRECT");
_Static_assert(offsetof(struct cpu_regs, engine.pc_mask) == 640, "ENGINE_PC_MASK");
_Static_assert(offsetof(struct cpu_regs, engine.jumps) == 560, "ENGINE_JUMPS");
_Static_assert(offsetof(struct cpu_regs, engine.lookup) == 656, "ENGINE_LOOKUP");
_Static_assert(offsetof(struct cpu_regs, engine.returns) == 664, "ENGINE_RETURNS");
_Static_assert(offsetof(struct cpu_regs, engine.host_stack) == 672, "ENGINE_HOST_STACK");
_Static_assert(offsetof(struct cpu_regs, engine.counted) == 680, "ENGINE_COUNTED");
_Static_assert(offsetof(struct jit_tables, heat) == 1 << 20 && JIT_HEAT_ENTRIES == 1 << 14, "HEAT, HEAT_MASK");
_Static_assert(JIT_EXIT_TIMER == 2 && JIT_EXIT_HOT == 7 && JIT_COUNTED_CALL == 6, "EXIT_TIMER, EXIT_HOT, COUNTED_CALL");
_Static_assert(JIT_JUMP_ENTRIES * sizeof(struct jit_jump) == 1 << 20, "JUMP_MASK");
_Static_assert(JIT_EXIT_DIRECT == 0 && JIT_EXIT_INDIRECT == 1, "EXIT_DIRECT, EXIT_INDIRECT");
_Static_assert(JIT_LINK_CALL == 3 && REGS_BIAS == 128, "LINK_CALL, REGS_BIAS, JIT_UNLINKED");
_Static_assert(offsetof(struct cpu_regs, engine.view) == 568, "ENGINE_VIEW");

const char *const jit_exit_names[JIT_EXIT_COUNT] = {
	[JIT_EXIT_DIRECT] = "direct exit not linked", [JIT_EXIT_INDIRECT] = "indirect jump missed",
	[JIT_EXIT_TIMER] = "timer", [JIT_EXIT_SYSCALL] = "system call",
	[JIT_EXIT_BREAKPOINT] = "breakpoint", [JIT_EXIT_INTERPRET] = "left to the interpreter",
	[JIT_EXIT_FAULT] = "page fault", [JIT_EXIT_HOT] = "quick code is hot",
};
const char *const jit_refusal_text[JIT_REFUSAL_COUNT] = {
#define REFUSAL(id, text) [JIT_REFUSE_##id] = text,
#include "jit/refusals.def"
};
uint64_t jit_refusals[JIT_REFUSAL_COUNT];
const char *const jit_limit_text[JIT_LIMIT_COUNT] = {
#define LIMIT(id, text) [JIT_LIMIT_##id] = text,
#include "jit/limits.def"
};
uint64_t jit_limits[JIT_LIMIT_COUNT];

bool jit_supported(const char **why)
{
	const struct { bool there; const char *name; } need[] = {
		{ CPU_FEATURE_ACTIVE(FMA), "FMA" }, { CPU_FEATURE_ACTIVE(POPCNT), "POPCNT" },
		{ CPU_FEATURE_ACTIVE(AVX), "AVX" }, { CPU_FEATURE_PRESENT(FSGSBASE), "FSGSBASE" },
		{ CPU_FEATURE_ACTIVE(BMI1), "BMI1" }, { CPU_FEATURE_ACTIVE(BMI2), "BMI2" },
		{ CPU_FEATURE_ACTIVE(LZCNT), "LZCNT" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(need); i++) {
		if (!need[i].there) {
			*why = need[i].name;
			return false;
		}
	}
	return true;
}

/* The intermediate code of a block. What the translator leaves to the interpreter ends it. */
static void build_block(struct region *r, struct block *b)
{
	b->ir = r->nr_ir;
	for (unsigned k = 0; k < b->nr_insns; k++) {
		front_insn(r, b, b->first_insn + k);
		if (k + 1 == b->nr_insns || b->nr_ir == 0 || r->ir[r->nr_ir - 1].op != IR_EXIT)
			continue;
		b->nr_insns = k + 1;
		b->end = r->insn[b->first_insn + k].pc + r->insn[b->first_insn + k].d.len;
		for (unsigned n = 0; n < b->nr_succs; n++)
			if (b->succ[n] >= 0)
				r->block[b->succ[n]].nr_preds--;
		b->nr_succs = 0;
	}
	opt_block(r, b);
}

/* Nothing would be gained: the very first instruction is the interpreter's. */
static bool starts_with_exit(const struct region *r)
{
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		const struct block *b = &r->block[k];

		if (b->entry && b->pc == r->req->pc)
			return r->ir[b->ir].op == IR_EXIT && r->ir[b->ir].sub == JIT_EXIT_INTERPRET;
	}
	return true;
}

/* What a translation needs while it is made. Kept from one to the next, so that it is warm: whoever
 * takes the spare one has it for himself. */
struct workspace {
	struct gen *gen;
	struct finder finder;
	struct region region;
};
static struct workspace *spare;        /* atomically */

static void free_workspace(struct workspace *w)
{
	if (w)
		gen_free(w->gen);
	free(w);
}

static struct workspace *take_workspace(void)
{
	struct workspace *w = __atomic_exchange_n(&spare, NULL, __ATOMIC_ACQUIRE);

	if (w)
		return w;
	w = malloc(sizeof(*w));
	if (!w)
		return NULL;
	memset(&w->finder, 0, sizeof(w->finder));
	w->gen = gen_new();
	if (w->gen)
		return w;
	free(w);
	return NULL;
}

static void give_workspace(struct workspace *w)
{
	free_workspace(__atomic_exchange_n(&spare, w, __ATOMIC_ACQ_REL));
}

void jit_compile_done(void)
{
	free_workspace(__atomic_exchange_n(&spare, NULL, __ATOMIC_ACQUIRE));
}

static int compile(struct workspace *w, const struct jit_request *req, struct jit_code **out)
{
	struct region *r = &w->region;
	int ret;

	r->nr_ir = r->nr_pages = 0;
	r->rounds = 0;
	r->bare = req->effort == JIT_QUICK;
	ret = region_find(r, &w->finder, req);
	if (ret < 0)
		return ret;
	for (unsigned k = 0; k < r->nr_blocks; k++)
		build_block(r, &r->block[k]);
	if (starts_with_exit(r))
		return -EOPNOTSUPP;
	if (r->bare) {
		flow_nothing(r);
	} else {
		opt_returns(r);
		region_make_selects(r);
		region_find_loops(r);
		opt_pins(r);
		region_chain(r);
		flow_region(r);
	}
	dump_begin(r);
	ret = gen_region(w->gen, r, out);
	dump_end(r, ret == 0 ? *out : NULL);
	return ret;
}

int jit_compile(const struct jit_request *req, struct jit_code **out)
{
	struct workspace *w = take_workspace();
	int ret;

	if (!w)
		return -ENOMEM;
	ret = compile(w, req, out);
	give_workspace(w);
	return ret;
}
