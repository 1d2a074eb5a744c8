/* Calls and returns that are no pairs: the translator guesses that a return goes to where the last call
 * came from, and may do no more than guess. Each way of breaking the order is done often enough to be hot. */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

#define NOINLINE __attribute__((noinline, noclone))
enum { ROUNDS = 3000, DEEP = 40000 };

/* Deeper than any stack of guesses is, by two places and through a pointer. */
static NOINLINE unsigned long deep(unsigned long n, unsigned long (*next)(unsigned long, void *), void *arg)
{
	if (n == 0)
		return 1;
	return n % 3 == 0 ? deep(n - 1, next, arg) + n : n % 3 == 1 ? deep(n - 1, next, arg) ^ n : next(n - 1, arg) * 3 + 1;
}

static NOINLINE unsigned long again(unsigned long n, void *arg)
{
	return deep(n, again, arg) + 7;
}

static jmp_buf out;
static NOINLINE unsigned long throw_from(unsigned long n)
{
	if (n == 0)
		longjmp(out, 1);
	return throw_from(n - 1) + n;
}

static NOINLINE unsigned long caught(unsigned long n)
{
	volatile unsigned long sum = n;

	if (setjmp(out) == 0)
		return throw_from(n);
	for (unsigned long k = 0; k < 3; k++)
		sum += again(k, NULL);
	return sum;
}

/* Two stacks that take turns, each some calls deep. */
#if __riscv_xlen == 64
#define L "ld "
#define S "sd "
#else
#define L "lw "
#define S "sw "
#endif
void switch_stack(uintptr_t *from, uintptr_t *to);
unsigned long skip_one(unsigned long n), through_t0(unsigned long n), through_ra(unsigned long n);
__asm__(
	".text\n.balign 4\n"
	".globl switch_stack, skip_one, through_t0, through_ra\n"
	"switch_stack:\n"
	"	addi	sp, sp, -32\n"
	"	" S "	ra, 0(sp)\n"
	"	" S "	s0, 8(sp)\n"
	"	" S "	s1, 16(sp)\n"
	"	" S "	sp, 0(a0)\n"
	"	" L "	sp, 0(a1)\n"
	"	" L "	ra, 0(sp)\n"
	"	" L "	s0, 8(sp)\n"
	"	" L "	s1, 16(sp)\n"
	"	addi	sp, sp, 32\n"
	"	ret\n"
	/* The callee returns behind the instruction that follows the call. */
	"skip_one:\n"
	"	mv	t2, ra\n"
	"	.option push\n	.option norvc\n"
	"	jal	ra, 1f\n"
	"	addi	a0, a0, 1000\n"
	"	addi	a0, a0, 5\n"
	"	.option pop\n"
	"	mv	ra, t2\n"
	"	ret\n"
	"1:	addi	a0, a0, 1\n"
	"	andi	t0, a0, 8\n"
	"	srli	t0, t0, 1\n"
	"	add	ra, ra, t0\n"
	"	ret\n"
	/* The other link register (psABI), and a call that overwrites its own address. */
	"through_t0:\n"
	"	jal	t0, 2f\n"
	"	addi	a0, a0, 3\n"
	"	ret\n"
	"2:	slli	a0, a0, 1\n"
	"	jr	t0\n"
	"through_ra:\n"
	"	mv	t2, ra\n"
	"	la	ra, 3f\n"
	"	jalr	ra, 0(ra)\n"
	"	addi	a0, a0, 11\n"
	"	mv	ra, t2\n"
	"	ret\n"
	"3:	xori	a0, a0, 85\n"
	"	ret\n");

static uintptr_t main_stack, other_stack, other_space[2048] __attribute__((aligned(16)));
static unsigned long turns;

static NOINLINE unsigned long give_turn(unsigned long n)
{
	if (n)
		return give_turn(n - 1) + 1;
	turns = turns * 5 + 1;
	switch_stack(&other_stack, &main_stack);
	return 1;
}

static void other(void)
{
	for (unsigned long n = 0;; n++)
		turns += give_turn(n % 7);
}

static NOINLINE unsigned long take_turn(unsigned long n)
{
	if (n)
		return take_turn(n - 1) * 3 + 1;
	switch_stack(&main_stack, &other_stack);
	return turns;
}

int main(void)
{
	unsigned long sum = 0;
	uintptr_t *top = other_space + sizeof(other_space) / sizeof(other_space[0]) - 32 / sizeof(uintptr_t);

	top[0] = (uintptr_t)other;
	other_stack = (uintptr_t)top;
	for (unsigned long k = 0; k < ROUNDS; k++) {
		sum = sum * 31 + caught(k % 9);
		sum = sum * 31 + take_turn(k % 5);
		sum = sum * 31 + skip_one(k);
		sum = sum * 31 + through_t0(k) + through_ra(k);
	}
	for (int k = 0; k < 4; k++)
		sum = sum * 31 + again(DEEP + (unsigned long)k, NULL);
	printf("returns: %lx %lx\n", sum, turns);
	return 0;
}
