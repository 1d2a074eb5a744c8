/* Short forward branches become selections. RISC-V has no conditional move, so compilers write
 *
 *         bge a, b, over                 (block)
 *         mv  a, b                       (skipped)
 *     over:                              (join)
 *
 * and which way it goes is often anybody's guess: each wrong one costs the host more than doing both. The
 * skipped operations are done into the temporary, and SELECT sets the register to it or not,
 * by the comparison the branch would have made. The last SELECT counts the instructions, if they were
 * executed. Only what cannot fault, trap or leave is done in vain. */
#include "internal.h"

#include <string.h>

enum { MAX_SELECTS = 2, MAX_SKIPPED = 2 * MAX_SELECTS };

static bool harmless(const struct ir *i)
{
	switch (i->op) {
	case IR_MOV: case IR_ADD: case IR_SUB: case IR_AND: case IR_OR: case IR_XOR: case IR_NOT: case IR_ANDN:
	case IR_SLL: case IR_SRL: case IR_SRA: case IR_ROL: case IR_ROR: case IR_SET: case IR_MUL: case IR_LEA:
	case IR_SX8: case IR_SX16: case IR_SX32: case IR_ZX16: case IR_ZX32:
		return is_x(i->d) || i->d == V_TMP;
	default:
		return false;
	}
}

/* The skipped block's operations, if they will do: how many; 0 if not. The branch's operands must stay
 * until the last selection. */
static unsigned skipped_ops(const struct region *r, const struct block *b, const struct ir *branch,
                            const struct ir *op[MAX_SKIPPED])
{
	unsigned n = 0, selects = 0;

	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++) {
		const struct ir *i = &r->ir[k];

		if (i->dead || (i->op == IR_JMP && k + 1 == b->ir + b->nr_ir))
			continue;
		if (!harmless(i) || n == MAX_SKIPPED)
			return 0;
		if (n && is_x(op[n - 1]->d) && (op[n - 1]->d == branch->a || op[n - 1]->d == branch->b))
			return 0;
		op[n++] = i;
		selects += is_x(i->d);
	}
	return n && is_x(op[n - 1]->d) && selects <= MAX_SELECTS ? n : 0;
}

static bool is_hammock(const struct region *r, const struct block *b)
{
	const struct block *skipped = b->nr_succs == 2 && b->succ[1] >= 0 ? &r->block[b->succ[1]] : NULL;

	return skipped && b->succ[0] >= 0 && b->succ[0] != b->succ[1] && skipped->nr_preds == 1 && !skipped->entry &&
	       skipped->nr_succs == 1 && skipped->succ[0] == b->succ[0] && skipped->nr_insns < 128 &&
	       &r->block[b->succ[0]] != b && skipped != b && skipped->context == b->context;
}

static struct ir *append(struct region *r, struct block *b, const struct ir *i)
{
	struct ir *to = &r->ir[r->nr_ir++];

	*to = *i;
	b->nr_ir++;
	return to;
}

/* The block's code is written anew, behind all other, with the selections in the branch's place. */
static void rewrite(struct region *r, struct block *b, const struct ir *const op[], unsigned n)
{
	struct block *skipped = &r->block[b->succ[1]];
	unsigned first = b->ir, last = b->ir + b->nr_ir - 1;
	const struct ir branch = r->ir[last];
	struct ir *i = NULL;

	b->ir = r->nr_ir;
	b->nr_ir = 0;
	for (unsigned k = first; k < last; k++)
		if (!r->ir[k].dead)
			append(r, b, &r->ir[k]);
	for (unsigned k = 0; k < n; k++) {
		uint8_t d = op[k]->d;

		append(r, b, op[k])->d = V_TMP;
		if (d == V_TMP)
			continue;
		i = append(r, b, &branch);
		i->op = IR_SELECT;
		i->d = i->c = d;
		i->rm = 0;
		i->insn = op[k]->insn;
	}
	i->rm = (uint8_t)skipped->nr_insns;
	b->nr_succs = 1;
	b->end = skipped->end;
	b->succ_pc[0] = r->block[b->succ[0]].pc;
	r->block[b->succ[0]].nr_preds--;
	skipped->nr_ir = skipped->nr_succs = skipped->nr_preds = 0;
}

void region_make_selects(struct region *r)
{
	for (unsigned k = 0; k < r->nr_blocks; k++) {
		struct block *b = &r->block[k];
		const struct ir *op[MAX_SKIPPED], *branch = &r->ir[b->ir + b->nr_ir - 1];
		unsigned n;

		if (b->nr_ir == 0 || branch->op != IR_BR || branch->a == V_TMP || branch->b == V_TMP || !is_hammock(r, b))
			continue;
		n = skipped_ops(r, &r->block[b->succ[1]], branch, op);
		if (n && r->nr_ir + b->nr_ir + 2 * n <= MAX_IR)
			rewrite(r, b, op, n);
	}
}
