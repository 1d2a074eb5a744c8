/* Chains of operations on a register that has no host register.
 *
 * Compilers for in-order processors interleave independent computations, so that
 *
 *     srliw t1, a0, 16         andi t1, t1, 255         slli t1, t1, 2         add t1, t1, a5
 *
 * is spread over a block, and t1's slot in memory is loaded and stored at each step. Nobody can see the
 * values in between unless something between the steps can fault or leave. So a step moves down to the next one and
 * hands its result on in the temporary; only the last one writes the register.
 * After the pins are chosen, before flow.c looks. */
#include "internal.h"

#include <string.h>

static bool reads(const struct ir *i, unsigned v) { return i->a == v || i->b == v || i->c == v; }

/* Nothing but the result changes, and nobody looks. */
static bool is_pure(const struct ir *i)
{
	return i->op < IR_LOAD && !is_f(i->d);
}

/* Can it be a step that is made into the temporary? */
static bool is_step(const struct ir *i)
{
	switch (i->op) {
	case IR_ADD: case IR_SUB: case IR_AND: case IR_OR: case IR_XOR: case IR_NOT: case IR_SLL: case IR_SRL: case IR_SRA:
	case IR_ROL: case IR_ROR: case IR_MUL: case IR_LEA: case IR_SX8: case IR_SX16: case IR_SX32: case IR_ZX16: case IR_ZX32:
		return true;
	case IR_MOV:
		return i->a != V_IMM;
	default:
		return false;
	}
}

/* Can it take operand x from the temporary, which is rax, where it may also load other operands? */
static bool takes(const struct region *r, const struct ir *i, unsigned x)
{
	switch (i->op) {
	case IR_ADD: case IR_SUB: case IR_AND: case IR_OR: case IR_XOR: case IR_MUL:
		return true;
	case IR_SLL: case IR_SRL: case IR_SRA:
		return i->b != x;
	case IR_ROL: case IR_ROR:
		return i->b == V_IMM;
	case IR_LEA:
		return i->a != i->b && (i->b == x || (is_reg(i->b) && pinned(r, i->b)));
	case IR_NOT: case IR_SX8: case IR_SX16: case IR_SX32: case IR_ZX16: case IR_ZX32:
		return true;
	default:
		return false;
	}
}

/* The value of x that operation k reads is gone after it, or after what it hands its result to. */
static bool last_use(struct ir *const op[], unsigned k, unsigned n, unsigned x)
{
	while (op[k]->d == V_TMP) {
		if (++k == n || !is_pure(op[k]) || op[k]->op == IR_SELECT || reads(op[k], x) || !reads(op[k], V_TMP))
			return false;
	}
	return op[k]->d == x;
}

/* Where the step's result is wanted; 0: nowhere that would do. */
static unsigned next_step(const struct region *r, struct ir *const op[], unsigned k, unsigned n)
{
	const struct ir *step = op[k];
	unsigned x = step->d;

	for (unsigned m = k + 1; m < n && is_pure(op[m]); m++) {
		if (reads(op[m], x))
			return op[m]->op != IR_SELECT && !reads(op[m], V_TMP) && takes(r, op[m], x) && last_use(op, m, n, x) ? m : 0;
		if (op[m]->d == x || (is_reg(op[m]->d) && reads(step, op[m]->d)))
			return 0;
	}
	return 0;
}

static void chain_block(struct region *r, struct block *b)
{
	struct ir *op[MAX_IR], moved;
	unsigned n = 0;

	enter_zone(r, b);
	for (unsigned k = b->ir; k < b->ir + b->nr_ir; k++)
		if (!r->ir[k].dead)
			op[n++] = &r->ir[k];
	for (unsigned k = n; k-- > 0;) {
		unsigned to, x = op[k]->d;

		if (!is_x(x) || pinned(r, x) || !is_step(op[k]) || reads(op[k], V_TMP) || !(to = next_step(r, op, k, n)))
			continue;
		op[k]->d = V_TMP;
		op[to]->a = op[to]->a == x ? V_TMP : op[to]->a;
		op[to]->b = op[to]->b == x ? V_TMP : op[to]->b;
		moved = *op[k];
		for (unsigned m = k; m + 1 < to; m++)
			*op[m] = *op[m + 1];
		*op[to - 1] = moved;
	}
}

void region_chain(struct region *r)
{
	for (unsigned k = 0; k < r->nr_blocks; k++)
		chain_block(r, &r->block[k]);
}
