/* The rows that qemu-user cannot judge (difftest/differences), against C: prints
 * one line a row, "ROW COUNT ok" or the first operands that went wrong. */
#include <stdint.h>
#include <stdio.h>

enum { COUNT = 2000000 };

static uint64_t state = 88172645463325252;

static unsigned long random_operand(void)
{
	static const uint64_t special[] = { 0, 1, 0x80000000, 0xffffffff, 0x100000000, 1ull << 63, ~0ull };

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	if (state % 4 == 0)
		return (unsigned long)special[state / 4 % 7];
	return (unsigned long)(state >> (state % 64));
}

static void check(const char *row, unsigned long (*insn)(unsigned long, unsigned long),
		  unsigned long (*model)(unsigned long, unsigned long))
{
	for (int i = 0; i < COUNT; i++) {
		unsigned long a = random_operand(), b = random_operand();

		if (insn(a, b) != model(a, b)) {
			printf("%s %lx %lx: %lx, not %lx\n", row, a, b, insn(a, b), model(a, b));
			return;
		}
	}
	printf("%s %d ok\n", row, COUNT);
}

#define INSN_R(name, encoding)                                                     \
	static unsigned long name(unsigned long a, unsigned long b)                \
	{                                                                          \
		unsigned long d;                                                   \
		__asm__(encoding : "=r"(d) : "r"(a), "r"(b));                      \
		return d;                                                          \
	}

INSN_R(czero_eqz, ".insn r 0x33, 5, 7, %0, %1, %2")
INSN_R(czero_nez, ".insn r 0x33, 7, 7, %0, %1, %2")
static unsigned long czero_eqz_model(unsigned long a, unsigned long b) { return b == 0 ? 0 : a; }
static unsigned long czero_nez_model(unsigned long a, unsigned long b) { return b != 0 ? 0 : a; }

#if __riscv_xlen == 64
INSN_R(ctzw, ".insn i 0x1b, 1, %0, %1, 0x601")
static unsigned long ctzw_model(unsigned long a, unsigned long b)
{
	unsigned long n = 0;

	while (n < 32 && !(a >> n & 1))
		n++;
	return n;
}
#endif

int main(void)
{
	check("czero_eqz", czero_eqz, czero_eqz_model);
	check("czero_nez", czero_nez, czero_nez_model);
#if __riscv_xlen == 64
	check("ctzw", ctzw, ctzw_model);
#endif
	return 0;
}
