/* The translator's front door: what it needs of the host, and one translation from request to
 * tables. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <cpuid.h>

/* enter.S relies on these. */
_Static_assert(offsetof(struct cpu_regs, engine.budget) == 528, "ENGINE_BUDGET");
_Static_assert(offsetof(struct cpu_regs, engine.exit) == 544, "ENGINE_EXIT");
_Static_assert(offsetof(struct cpu_regs, engine.view) == 560, "ENGINE_VIEW");

const char *const jit_exit_names[JIT_EXIT_COUNT] = {
	[JIT_EXIT_DIRECT] = "direct exit not linked", [JIT_EXIT_INDIRECT] = "indirect jump missed",
	[JIT_EXIT_TIMER] = "timer", [JIT_EXIT_SYSCALL] = "system call",
	[JIT_EXIT_BREAKPOINT] = "breakpoint", [JIT_EXIT_INTERPRET] = "left to the interpreter",
	[JIT_EXIT_FAULT] = "page fault",
};
const char *const jit_refusal_text[JIT_REFUSAL_COUNT] = {
#define REFUSAL(id, text) [JIT_REFUSE_##id] = text,
#include "jit/refusals.def"
};
uint64_t jit_refusals[JIT_REFUSAL_COUNT];

bool jit_supported(const char **why)
{
	static const struct { unsigned leaf, reg, bit; const char *name; } need[] = {
		{ 1, 2, 12, "FMA" }, { 1, 2, 23, "POPCNT" }, { 1, 2, 28, "AVX" }, { 7, 1, 0, "FSGSBASE" },
		{ 7, 1, 3, "BMI1" }, { 7, 1, 8, "BMI2" }, { 0x80000001, 2, 5, "LZCNT" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(need); i++) {
		unsigned r[4] = { 0 };

		if (!__get_cpuid_count(need[i].leaf, 0, &r[0], &r[1], &r[2], &r[3]) ||
		    !(r[need[i].reg] >> need[i].bit & 1)) {
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

		if (b->pc == r->req->pc)
			return r->ir[b->ir].op == IR_EXIT && r->ir[b->ir].sub == JIT_EXIT_INTERPRET;
	}
	return true;
}

int jit_compile(const struct jit_request *req, struct jit_code **out)
{
	struct region *r = malloc(sizeof(*r));
	int ret;

	if (!r)
		return -ENOMEM;
	r->nr_insns = r->nr_blocks = r->nr_ir = r->nr_pages = 0;
	r->rounds = false;
	ret = region_find(r, req);
	if (ret < 0)
		goto out;
	for (unsigned k = 0; k < r->nr_blocks; k++)
		build_block(r, &r->block[k]);
	ret = -EOPNOTSUPP;
	if (starts_with_exit(r))
		goto out;
	region_find_loops(r);
	opt_pins(r);
	flow_region(r);
	if (jit_dump_what != JIT_DUMP_NONE)
		dump_region(r, jit_dump_what >= JIT_DUMP_IR);
	ret = gen_region(r, out);
out:
	free(r);
	return ret;
}
