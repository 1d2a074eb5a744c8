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

int jit_compile(const struct jit_request *req, struct jit_code **out)
{
	return -EOPNOTSUPP;
}

void jit_set_dump(enum jit_dump what, void (*print)(const char *text))
{
}
