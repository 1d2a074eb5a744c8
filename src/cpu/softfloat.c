/* Float instructions in software. */
#include "interp.h"

void float_soft(struct cpu_regs *regs, const struct isa_insn *d, int xlen)
{
	regs->f[d->rd] = 0x7ff8000000000000ull;
}
