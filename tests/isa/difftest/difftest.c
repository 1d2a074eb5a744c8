/* difftest: runs every instruction of insn.def on random operands and prints one
 * digest a row. The same binary runs in hearth and under another machine; the
 * outputs must be equal, line by line.
 *
 *   difftest COUNT             every row, about COUNT executed instructions each
 *   difftest COUNT ROW         one row
 *   difftest COUNT ROW v       one row, a digest a block: the first line that
 *                              differs names the block
 *   difftest COUNT ROW BLOCK   that block alone: its instructions, and a digest
 *                              and the register file after each run
 *
 * A block is a few random encodings of one row, followed by a jump back; it is
 * run many times with changing registers (special values, random bits, all
 * rounding modes and reserved ones). A trap is part of the result: the handler
 * digests signal, code and address, and skips the instruction. The program is
 * freestanding, linked at a fixed address, and uses hearth's own decoder as its
 * knowledge of formats; so it must not depend on anything that two machines may
 * do differently: stack and random bytes are never looked at.
 */
#include "isa/isa.h"

#if __riscv_xlen == 64
typedef uint64_t word_t;
#define XLENS ISA_RV64
enum { UC_GREGS = 176 };              /* offset of pc in the kernel's struct ucontext */
#else
typedef uint32_t word_t;
#define XLENS ISA_RV32
enum { UC_GREGS = 160 };
#endif

enum {
	BLOCK_INSNS = 16, BLOCK_RUNS = 64, TRIES = 4000,
	DATA_SIZE = 8192, SP = 2, GP = 3,
	PADS = 14,                    /* 2-byte instructions behind a jump: its targets */
	PAD_INSN = 0x0285,            /* c.addi t0, 1 */
	CODE_MAX = 8192,
};

struct state {
	word_t x[32];
	word_t host[16];
	uint64_t f[32];
	word_t fcsr;
};
void enter_block(struct state *s);
extern char leave_block[];
extern uint8_t code_block[];

static struct state state;
static uint8_t data[DATA_SIZE] __attribute__((aligned(4096)));
static uint64_t digest;
static uint8_t signal_stack[16384] __attribute__((aligned(16)));

/* ---- the operating system, by hand ----------------------------------------------- */

static long call3(long nr, long a, long b, long c)
{
	register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = 8, a7 __asm__("a7") = nr;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a7) : "memory");
	return a0;
}
enum { NR_WRITE = 64, NR_EXIT = 93, NR_SIGALTSTACK = 132, NR_SIGACTION = 134, NR_MPROTECT = 226 };

void *memset(void *p, int c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile uint8_t *)p)[i] = (uint8_t)c;
	return p;
}

void *memcpy(void *d, const void *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile uint8_t *)d)[i] = ((const uint8_t *)s)[i];
	return d;
}

static char line[512];
static unsigned line_len;

static void put_text(const char *s)
{
	while (*s && line_len < sizeof(line))
		line[line_len++] = *s++;
}

static void put_hex(uint64_t v, unsigned digits)
{
	char s[2] = { 0, 0 };

	while (digits-- > 0) {
		s[0] = "0123456789abcdef"[v >> (4 * digits) & 15];
		put_text(s);
	}
}

static void put_number(uint32_t v)
{
	char buf[12];
	unsigned i = sizeof(buf);

	buf[--i] = '\0';
	do
		buf[--i] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	put_text(buf + i);
}

static void put_end(void)
{
	put_text("\n");
	call3(NR_WRITE, 1, (long)line, (long)line_len);
	line_len = 0;
}

/* ---- randomness: the same on every machine ------------------------------------------ */

static uint64_t random_state;

static uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint32_t random_below(uint32_t n)
{
	return (uint32_t)(random64() >> 33) % n;
}

static const uint64_t special_int[] = {
	0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
	0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
	0xffffffffffffffff, 0xfffffffffffffffe, 0xffffffff80000000, 0xffffffff7fffffff,
	31, 32, 33, 63, 64, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0x0123456789abcdef,
};

static const uint32_t special_single[] = {
	0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x3f000000, 0x3fc00000, 0x40200000,
	0x00000001, 0x807fffff, 0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff, 0x7f800000,
	0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xffbfffff, 0x7fffffff, 0x4effffff,
	0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000,
	0xdf000000, 0x5f7fffff, 0x5f800000, 0x33800000, 0x3f7fffff, 0x3f800001, 0x00ffffff,
};

static const uint64_t special_double[] = {
	0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
	0x3fe0000000000000, 0x3ff8000000000000, 0x4004000000000000, 0x0000000000000001,
	0x800fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff, 0xffefffffffffffff,
	0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000,
	0x7ff0000000000001, 0xfff7ffffffffffff, 0x41dfffffffc00000, 0x41e0000000000000,
	0xc1e0000000000000, 0xc1e0000000200000, 0x41efffffffe00000, 0x41f0000000000000,
	0x43dfffffffffffff, 0x43e0000000000000, 0xc3e0000000000000, 0x43efffffffffffff,
	0x43f0000000000000, 0x47efffffe0000000, 0x47efffffefffffff, 0x47effffff0000000,
	0x3810000000000000, 0x380fffffffffffff, 0x36a0000000000000, 0x369fffffffffffff,
	0x3ca0000000000000, 0x3fefffffffffffff, 0x3ff0000000000001, 0x4340000000000000,
};

static word_t random_int(void)
{
	switch (random_below(4)) {
	case 0:  return (word_t)special_int[random_below(ARRAY_SIZE(special_int))];
	case 1:  return (word_t)(int64_t)(int32_t)random64();
	case 2:  return (word_t)(random64() >> random_below(64));
	default: return (word_t)random64();
	}
}

/* A double near another exponent, so that sums and products neither vanish nor overflow always. */
static uint64_t random_near_one(void)
{
	uint64_t bits = random64(), exponent = 1023 - 40 + random_below(80);

	return (bits & 0x800fffffffffffff) | exponent << 52;
}

static uint64_t random_float(void)
{
	const uint64_t boxed = 0xffffffff00000000;

	switch (random_below(8)) {
	case 0: case 1: return special_double[random_below(ARRAY_SIZE(special_double))];
	case 2: case 3: return boxed | special_single[random_below(ARRAY_SIZE(special_single))];
	case 4:  return boxed | (uint32_t)random64();
	case 5:  return boxed | (random64() & 0x807fffff) | (127 - 20 + random_below(40)) << 23;
	case 6:  return random_near_one();
	default: return random64();
	}
}

static void mix(uint64_t v)
{
	digest = (digest ^ v) * 0x9e3779b97f4a7c15;
	digest ^= digest >> 29;
}

/* ---- traps ------------------------------------------------------------------------------ */

static void trap_handler(int signo, int32_t *info, uint8_t *context)
{
	word_t *pc = (word_t *)(context + UC_GREGS);
	uint16_t low;

	mix((uint64_t)signo);
	mix((uint64_t)(uint32_t)info[2]);                                  /* si_code */
	mix(((word_t *)info)[__riscv_xlen == 64 ? 2 : 3] - (word_t)code_block); /* si_addr */
	mix(*pc - (word_t)code_block);
	if (*pc - (word_t)code_block >= CODE_MAX) {
		put_text("trap outside the block, pc ");
		put_hex(*pc, 16);
		put_end();
		call3(NR_EXIT, 2, 0, 0);
	}
	memcpy(&low, (void *)*pc, 2);
	*pc += isa_length(low);
}

static void traps_install(void)
{
	static struct { word_t handler, flags, mask[8 / sizeof(word_t)]; } action;
	static struct { word_t sp; int32_t flags; word_t size; } stack;
	static const uint8_t signals[] = { 4, 5, 7, 8, 11 };   /* ILL TRAP BUS FPE SEGV */

	stack.sp = (word_t)signal_stack;
	stack.size = sizeof(signal_stack);
	call3(NR_SIGALTSTACK, (long)&stack, 0, 0);
	action.handler = (word_t)trap_handler;
	action.flags = 0x08000004;                             /* SA_ONSTACK | SA_SIGINFO */
	for (unsigned i = 0; i < sizeof(signals); i++)
		call3(NR_SIGACTION, signals[i], (long)&action, 0);
}

/* ---- making a block ------------------------------------------------------------------------ */

static const struct isa_row *row;
static struct isa_insn insns[BLOCK_INSNS];
static uint8_t *emit_at;

static void emit(uint32_t bits, unsigned len)
{
	memcpy(emit_at, &bits, len);
	emit_at += len;
}

static bool has_operand(unsigned fmt, char letter)
{
	for (const char *p = isa_operands[fmt]; *p; p++)
		if (*p == letter)
			return true;
	return false;
}

static bool is_memory(unsigned fmt)
{
	return fmt == ISA_FMT_LD || fmt == ISA_FMT_ST || fmt == ISA_FMT_FLD ||
	       fmt == ISA_FMT_FST || fmt == ISA_FMT_AMO || fmt == ISA_FMT_LR;
}

/* Registers that hold data addresses while a memory row runs: reachable by every
 * compressed form too (sp, and two of x8-x15). */
static bool is_pointer(unsigned reg)
{
	return reg == 2 || reg == 8 || reg == 9;
}

/* Bits of a branch or jump that make its target far or backwards. */
static uint32_t far_bits(const struct isa_row *r)
{
	bool compressed = r->base != (uint16_t)(r - isa_rows);

	switch (r->base) {
	case ISA_beq: case ISA_bne: case ISA_blt: case ISA_bge: case ISA_bltu: case ISA_bgeu:
		return compressed ? 0x1064 : 0xfe000080;
	case ISA_jal:
		return compressed ? 0x17c4 : 0xfe1ff000;
	default:
		return 0;
	}
}

static bool is_relative_jump(const struct isa_row *r) { return far_bits(r) != 0; }

/* May this encoding stand in a block? */
static bool acceptable(const struct isa_insn *d)
{
	unsigned fmt = isa_rows[d->op].fmt;

	if (d->row != (uint16_t)(row - isa_rows))
		return false;
	if (has_operand(fmt, 'd') && (d->rd == GP || (is_memory(fmt) && is_pointer(d->rd))))
		return false;
	/* A signal must be deliverable: with a sp that points into the signal stack by
	 * chance a frame may not fit, and that is the end of the program. */
	if (has_operand(fmt, 'd') && d->rd == SP && row - isa_rows != ISA_c_addi16sp)
		return false;
	if (is_memory(fmt) && !is_pointer(d->rs1))
		return false;
	if (is_relative_jump(row) && d->imm < d->len)
		return false;
	if (d->op == ISA_jalr && (d->rs1 == 0 || d->rs1 == GP || d->imm == -2048))
		return false;
	/* Floating-point state, and one that does not exist in user mode. */
	if ((fmt == ISA_FMT_CSR || fmt == ISA_FMT_CSRI) &&
	    !(d->imm >= 1 && d->imm <= 3) && d->imm != 0x300)
		return false;
	return true;
}

static uint32_t random_encoding(struct isa_insn *d)
{
	unsigned fmt = isa_rows[row->base].fmt;

	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t bits = ((uint32_t)random64() & ~row->mask & ~far_bits(row)) | row->match;

		if (fmt == ISA_FMT_CSR || fmt == ISA_FMT_CSRI)
			bits = (bits & 0x000fffff) |
			       (random_below(16) ? 1 + random_below(3) : 0x300) << 20;
		if (isa_length((uint16_t)row->match) == 2)
			bits &= 0xffff;
		isa_decode(d, bits, __riscv_xlen);
		if (acceptable(d))
			return bits;
	}
	return 0;
}

static void emit_pads(void)
{
	for (unsigned i = 0; i < PADS; i++)
		emit(PAD_INSN, 2);
}

static uint32_t encode_addi(unsigned rd, unsigned rs1, int32_t imm)
{
	return (uint32_t)imm << 20 | rs1 << 15 | rd << 7 | 0x13;
}

/* Indirect jump: make rs1 + imm an address among the pads behind it; bit 0 is ignored. */
static void emit_indirect(uint32_t bits, const struct isa_insn *d)
{
	int32_t odd = d->len == 4 ? (int32_t)random_below(2) : 0;
	int32_t ahead = 12 + d->len + 2 * (int32_t)random_below(PADS);

	emit(0x17 | (uint32_t)d->rs1 << 7, 4);               /* auipc rs1, 0 */
	emit(encode_addi(d->rs1, d->rs1, ahead + odd), 4);
	emit(encode_addi(d->rs1, d->rs1, -d->imm), 4);
	emit(bits, d->len);
	emit_pads();
}

/* A store-conditional mostly needs a reservation before it. */
static void emit_reserve(uint32_t bits, const struct isa_insn *d)
{
	if (random_below(8))
		emit((bits & 0x0000707f) | 0x10000000 | (uint32_t)d->rs1 << 15 | 5 << 7, 4);
}

static bool emit_one(struct isa_insn *d)
{
	uint32_t bits = random_encoding(d);

	if (bits == 0 && row->match != 0)
		return false;
	if (d->op == ISA_sc_w
#if __riscv_xlen == 64
	    || d->op == ISA_sc_d
#endif
	   )
		emit_reserve(bits, d);
	if (d->op == ISA_ecall)
		emit(encode_addi(17, 0, -1), 4);             /* no such system call */
	if (d->op == ISA_jalr) {
		emit_indirect(bits, d);
		return true;
	}
	emit(bits, d->len);
	if (is_relative_jump(row))
		emit_pads();
	return true;
}

static void emit_jump(const char *target)
{
	int32_t off = (int32_t)(target - (const char *)emit_at);
	uint32_t u = (uint32_t)off;

	emit((u >> 20 & 1) << 31 | (u >> 1 & 0x3ff) << 21 | (u >> 11 & 1) << 20 |
	     (u >> 12 & 0xff) << 12 | 0x6f, 4);
}

static bool make_block(void)
{
	emit_at = code_block;
	for (unsigned i = 0; i < BLOCK_INSNS; i++)
		if (!emit_one(&insns[i]))
			return false;
	emit_jump(leave_block);
	__asm__ volatile("fence.i" ::: "memory");
	return true;
}

/* ---- running a block ------------------------------------------------------------------------- */

static void randomize_registers(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned r = 1 + random_below(31);

		if (r != GP)
			state.x[r] = random_int();
		state.f[random_below(32)] = random_float();
	}
	state.fcsr = (word_t)(random_below(16) ? random_below(5) : random_below(8)) << 5 |
		     (random_below(2) ? random_below(32) : 0);
}

/* Atomics need natural alignment; loads and stores do not. */
static void point_into_data(bool aligned)
{
	static const uint8_t pointers[] = { 2, 8, 9 };

	for (unsigned i = 0; i < sizeof(pointers); i++) {
		uint32_t off = 2048 + random_below(DATA_SIZE - 4096 - 16);

		state.x[pointers[i]] = (word_t)data + (aligned ? off & ~7u : off);
	}
}

static void digest_registers(void)
{
	for (unsigned i = 1; i < 32; i++)
		if (i != GP)
			mix(state.x[i]);
	for (unsigned i = 0; i < 32; i++)
		mix(state.f[i]);
	mix(state.fcsr);
}

static void show_run(unsigned run)
{
	put_text("run "); put_number(run); put_text(" "); put_hex(digest, 16); put_end();
	for (unsigned i = 0; i < 32; i++) {
		put_text("  "); put_text(isa_xreg_name[i]); put_text(" ");
		put_hex(i == GP ? 0 : state.x[i], 16);
		put_text("  "); put_text(isa_freg_name[i]); put_text(" ");
		put_hex(state.f[i], 16);
		put_end();
	}
	put_text("  fcsr "); put_hex(state.fcsr, 2); put_end();
}

static void show_block(void)
{
	for (const uint8_t *p = code_block; p < emit_at;) {
		uint32_t bits = 0;
		unsigned len = isa_length((uint16_t)(p[0] | p[1] << 8));

		memcpy(&bits, p, len);
		put_hex((uint64_t)(p - code_block), 4); put_text(": ");
		put_hex(bits, 2 * len); put_end();
		p += len;
	}
}

/* Each block has its own seed, so that one can be run alone. */
static bool run_block(uint32_t index, bool show)
{
	unsigned fmt = isa_rows[row->base].fmt;
	bool memory = is_memory(fmt), aligned = fmt == ISA_FMT_AMO || fmt == ISA_FMT_LR;

	random_state = 0x123456789abcdef ^ (uint64_t)(index + 1) * 0x9e3779b97f4a7c15 ^
		       (uint64_t)row->match << 16 ^ row->mask;
	for (unsigned i = 0; i < 8; i++)
		random64();
	if (!make_block())
		return false;
	if (show)
		show_block();
	for (unsigned i = 0; i < DATA_SIZE; i += 8)
		*(uint64_t *)(data + i) = random_below(4) ? random64() : random_float();
	/* Nothing is carried over from the block before: a difference stays in its row. */
	memset(&state, 0, sizeof(state));
	for (unsigned i = 0; i < 4; i++)
		randomize_registers(64);
	for (unsigned run = 0; run < BLOCK_RUNS; run++) {
		randomize_registers(4);
		state.x[SP] = (word_t)data + DATA_SIZE - 64;
		if (memory)
			point_into_data(aligned);
		enter_block(&state);
		digest_registers();
		if (show)
			show_run(run);
	}
	for (unsigned i = 0; memory && i < DATA_SIZE; i += 8)
		mix(*(uint64_t *)(data + i));
	return true;
}

static void run_row(uint32_t count, bool verbose)
{
	uint32_t blocks = count / (BLOCK_INSNS * BLOCK_RUNS) + 1, i;

	digest = 0;
	for (i = 0; i < blocks && run_block(i, false); i++)
		if (verbose) {
			put_text("block "); put_number(i); put_text(" ");
			put_hex(digest, 16); put_end();
		}
	put_text(row->id); put_text(" ");
	put_number(i * BLOCK_INSNS * BLOCK_RUNS); put_text(" ");
	put_hex(digest, 16); put_end();
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static uint32_t parse(const char *s)
{
	uint32_t v = 0;

	while (*s >= '0' && *s <= '9')
		v = v * 10 + (uint32_t)(*s++ - '0');
	return v;
}

void difftest_main(long argc, char **argv);
void difftest_main(long argc, char **argv)
{
	uint32_t count = argc > 1 ? parse(argv[1]) : 20000;

	call3(NR_MPROTECT, (long)code_block, CODE_MAX, 7);
	traps_install();
	for (unsigned i = 1; i < ISA_ROW_COUNT; i++) {
		row = &isa_rows[i];
		if (!row->id || !(row->xlens & XLENS) || (argc > 2 && !same(row->id, argv[2])))
			continue;
		if (argc > 3 && argv[3][0] != 'v')
			run_block(parse(argv[3]), true);
		else
			run_row(count, argc > 3);
	}
	call3(NR_EXIT, 0, 0, 0);
}
