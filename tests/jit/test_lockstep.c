/* The translator against the interpreter: random programs, the same registers, memory, flags and
 * instruction count after each. Every row that is translated comes up. Arguments: seed, programs,
 * words and rounds of a program at most, what to dump. */
#include "tests/cpu/machine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include "base/log.h"
#include "isa/isa.h"
#include "jit/jit.h"
#include "tests/unit.h"

enum { DATA_SIZE = 2 * PAGE_SIZE, MAX_WORDS = 120, CODE_SIZE = 4 * PAGE_SIZE, MAX_RUN = 1000000 };

static uint64_t state;
static uint32_t rnd(void)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}
static uint32_t below(uint32_t n) { return rnd() % n; }
static uint64_t rnd64(void) { return (uint64_t)rnd() << 40 ^ (uint64_t)rnd() << 20 ^ rnd(); }

static int xlen;
static unsigned max_words = MAX_WORDS, max_rounds = 40;
static uint8_t *view, *exec_area;
static const struct jit_code *running;
static const uint8_t *running_base;
static struct jit_jump jumps[JIT_JUMP_ENTRIES];
static unsigned long refused[JIT_REFUSAL_COUNT];
static unsigned long translated_insns, interpreted, op_seen[ISA_BASE_COUNT];

/* ---- a view and a place for code ------------------------------------------------------------ */

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	if (running && jit_fault(running, running_base, uc, (uint64_t)(uintptr_t)si->si_addr))
		return;
	signal(sig, SIG_DFL);
}

static void start(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	uint64_t size = JIT_VIEW_SIZE_64 + 2 * JIT_GUARD;

	view = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (view == MAP_FAILED) {
		printf("1..0 # SKIP no address space for a view\n");
		exit(77);
	}
	view += JIT_GUARD;
	mmap(view + DATA, DATA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	exec_area = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGILL, &sa, NULL);
	for (unsigned i = 0; i < JIT_JUMP_ENTRIES; i++)
		jumps[i].pc = 1;
}

static const uint8_t *code_page(void *ctx, gva_t page_va)
{
	return page_va >= CODE && page_va < CODE + CODE_SIZE ? fake_host(mm, page_va) : NULL;
}

/* ---- random programs --------------------------------------------------------------------------- */

static const uint64_t special_f[] = {
	0, 0x8000000000000000, 0x3ff0000000000000, 0xbff8000000000000, 0x7ff0000000000000, 0xfff0000000000000,
	0x7ff8000000000000, 0xfff8000000000000, 0x7ff0000000000001, 0x7ff8000012345678, 0x0000000000000001,
	0x000fffffffffffff, 0x7fefffffffffffff, 0x43e0000000000000, 0xc3e0000000000000, 0x41dfffffffc00000,
	0xffffffff00000000, 0xffffffff80000000, 0xffffffff3f800000, 0xffffffff7f800000, 0xffffffffff800000,
	0xffffffff7fc00000, 0xffffffff7f800001, 0xffffffff00000001, 0xffffffff7f7fffff, 0xffffffff4f000000,
	0xffffffff7fc12345, 0xffffffffffc00000, 0x40f0000000000000, 0x3fe0000000000000, 0xffffffff42f6e979,
	/* At the ends of the integers, and about a half. */
	0x43f0000000000000, 0x43efffffffffffff, 0x43dfffffffffffff, 0xc3e0000000000001, 0x41efffffffe00000,
	0x41efffffffffffff, 0x41f0000000000000, 0x41dfffffffe00000, 0x41e0000000000000, 0xc1e0000000000000,
	0xc1e0000000100000, 0xc1e0000000200000, 0x3fdfffffffffffff, 0xbfe0000000000000, 0xbfefffffffffffff,
	0xbff0000000000000, 0x3ff8000000000000, 0xc004000000000000, 0x432fffffffffffff, 0x4330000000000001,
	0xffffffff5f800000, 0xffffffff5f7fffff, 0xffffffff5f000000, 0xffffffffdf000000, 0xffffffff4f800000,
	0xffffffff4f7fffff, 0xffffffffcf000000, 0xffffffffcf000001, 0xffffffff3effffff, 0xffffffffbf000000,
	0xffffffff4afffffd, 0xffffffffbf7fffff,
};
static const uint64_t special_x[] = { 0, 1, 2, ~0ull, 0x7fffffff, 0x80000000, 0xffffffff, 1ull << 63,
	0x7fffffffffffffff, 0xffffffff80000000, 31, 32, 63, 64, 0x5555555555555555 };

static uint64_t random_x(void)
{
	uint64_t v = below(3) == 0 ? special_x[below(ARRAY_SIZE(special_x))] : below(2) ? rnd64() : (uint64_t)(int32_t)rnd();

	return xlen == 32 ? (uint32_t)v : v;
}
static uint64_t random_f(void)
{
	switch (below(4)) {
	case 0:  return special_f[below(ARRAY_SIZE(special_f))];
	case 1:  return 0xffffffff00000000ull | (0x3f000000u + rnd() % 0x2000000);
	case 2:  return 0x3fe0000000000000ull + (rnd64() & 0x1fffffffffffffull);
	default: return rnd64();
	}
}

/* s0 and s1 are addresses, s2 counts; nothing writes them but small additions. */
static unsigned pick_rd(void)
{
	unsigned r;

	do {
		r = below(32);
	} while (r == S0 || r == S1 || r == 18 || ((r == 1 || r == 2) && below(8)));
	return below(4) ? 10 + below(8) == S0 ? 10 : 10 + below(8) : r;
}
static unsigned pick_rs(void) { return below(3) ? 10 + below(8) : below(32); }

static bool usable(unsigned op)
{
	const struct isa_row *row = &isa_rows[op];

	if (!row->mnemonic || !(row->xlens & (xlen == 64 ? ISA_RV64 : ISA_RV32)))
		return false;
	switch (row->fmt) {
	case ISA_FMT_J: case ISA_FMT_JR: case ISA_FMT_SYS:
		return false;
	}
	return op != ISA_fence_i;
}

static uint32_t with_fields(unsigned op, uint32_t bits, int at, int end)
{
	const struct isa_row *row = &isa_rows[op];

	switch (row->fmt) {
	case ISA_FMT_LD: case ISA_FMT_FLD:
		return i_type(row->match, row->fmt == ISA_FMT_LD ? pick_rd() : below(32), S0 + below(2), (int)below(1024) - 512);
	case ISA_FMT_ST: case ISA_FMT_FST:
		return s_type(row->match, pick_rs(), S0 + below(2), (int)below(1024) - 512);
	case ISA_FMT_CSR: case ISA_FMT_CSRI:      /* mostly fflags; mostly reads, as csrrs with x0 */
		return i_type(row->match, pick_rd(), below(2) ? pick_rs() : 0, below(6) ? 1 : 2 + (int)below(2));
	case ISA_FMT_LR:
		return r_type(row->match, pick_rd(), S0, 0);
	case ISA_FMT_AMO:
		return r_type(row->match, pick_rd(), S0, pick_rs());
	case ISA_FMT_B: {
		int to = at + 4 + 4 * (int)below(8);

		return b_type(row->match, pick_rs(), pick_rs(), (to > end ? end : to) - at);
	}
	case ISA_FMT_FRM: case ISA_FMT_FR1M: case ISA_FMT_FR4M: case ISA_FMT_FXM: case ISA_FMT_XFM:
		bits = (bits & ~0x7000u) | (below(8) ? 7u : below(5)) << 12;
		break;
	case ISA_FMT_I:
		if (op == ISA_addi && below(8) == 0) {
			unsigned r = S0 + below(2);

			return i_type(row->match, r, r, below(2) ? 8 : -8);
		}
		break;
	}
	bits = (bits & ~0xf80u & ~(31u << 15)) | pick_rd() << 7 | pick_rs() << 15;
	if (isa_operands[row->fmt][0] == 'D')
		bits = (bits & ~0xf80u) | below(32) << 7;
	return (bits & ~row->mask) | row->match;
}

/* Two shifts and an or that are a rotation, or not quite. */
static void emit_rotate(void)
{
	unsigned w = xlen == 64 && below(2) ? 64 : 32, n = 1 + below(w - 1), m = below(8) ? w - n : 1 + below(w - 1);
	unsigned left = xlen == 64 && w == 32 ? ISA_slliw : ISA_slli, right = left == ISA_slliw ? ISA_srliw : ISA_srli;
	unsigned x = pick_rs(), t = pick_rd(), u = below(4) ? pick_rd() : x;

	if (u == S0 || u == S1 || u == 18)
		u = 5;
	emit4(i_type(isa_rows[left].match, t, x, (int)n));
	emit4(i_type(isa_rows[right].match, u, x, (int)m));
	emit4(r_type(isa_rows[below(4) ? ISA_or : ISA_xor].match, pick_rd(), t, u));
}

/* A comparison that raises no flag. */
static void emit_quiet(void)
{
	static const unsigned ops[] = { ISA_flt_d, ISA_fle_d, ISA_feq_d, ISA_flt_s, ISA_fle_s, ISA_feq_s };
	unsigned t = 1 + below(17), d = 1 + below(17);

	if (t == S0 || t == S1)
		t = 10;
	if (d == S0 || d == S1)
		d = 11;
	emit4(i_type(isa_rows[ISA_csrrs].match, t, 0, 1));
	emit4(r_type(isa_rows[ops[below(6)]].match, d, below(32), below(32)));
	emit4(i_type(isa_rows[ISA_csrrw].match, 0, t, 1));
}

/* The functions behind the program: function k calls those after it, and some themselves, as
 * often as x20 says. */
enum { MAX_FUNCTIONS = 4, CALLS_LEFT = 20, STACK = DATA + DATA_SIZE };
static struct { int at, words; } functions[MAX_FUNCTIONS];
static int nr_functions;

static void emit_call(int at, int first)
{
	int k = first + (int)below((uint32_t)(nr_functions - first));

	/* Mostly to its beginning. */
	emit4(JAL(below(8) ? 1 : 5, functions[k].at + (below(16) ? 0 : 4) - at));
}

/* One instruction that is not a jump. */
static uint32_t alu_op(unsigned rd)
{
	static const unsigned reg[] = { ISA_add, ISA_sub, ISA_and, ISA_or, ISA_xor, ISA_sll, ISA_srl, ISA_sra, ISA_slt,
		ISA_sltu, ISA_mul, ISA_andn, ISA_sh1add, ISA_rol, ISA_addw, ISA_subw, ISA_sllw, ISA_mulw };
	static const unsigned imm[] = { ISA_addi, ISA_andi, ISA_ori, ISA_xori, ISA_slti, ISA_sltiu, ISA_slli, ISA_srai, ISA_addiw,
		ISA_srliw };
	unsigned last = xlen == 64 ? 0 : 4, last_imm = xlen == 64 ? 0 : 2, op;

	switch (below(4)) {
	case 0:                                  /* mv, li, neg */
		return below(2) ? i_type(isa_rows[ISA_addi].match, rd, pick_rs(), 0) :
		       below(2) ? i_type(isa_rows[ISA_addi].match, rd, 0, (int)below(4096) - 2048) :
		                  r_type(isa_rows[ISA_sub].match, rd, 0, pick_rs());
	case 1:
		op = imm[below(ARRAY_SIZE(imm) - last_imm)];
		return i_type(isa_rows[op].match, rd, pick_rs(), op == ISA_slli || op == ISA_srai || op == ISA_srliw ?
		              (int)below(32) | (op == ISA_srai ? 0x400 : 0) : (int)below(4096) - 2048);
	default:
		return r_type(isa_rows[reg[below(ARRAY_SIZE(reg) - last)]].match, rd, pick_rs(), pick_rs());
	}
}

/* A branch over a few operations, of which what it compares may be one. */
static unsigned emit_skip(void)
{
	static const unsigned branch[] = { ISA_beq, ISA_bne, ISA_blt, ISA_bge, ISA_bltu, ISA_bgeu };
	unsigned n = 1 + below(3), a = pick_rs(), b = below(3) ? pick_rs() : 0;

	emit4(b_type(isa_rows[branch[below(6)]].match, a, b, 4 * (int)(n + 1)));
	for (unsigned k = 0; k < n; k++)
		emit4(alu_op(below(3) || a == S0 || a == S1 || a == 18 ? pick_rd() : a));
	return n + 1;
}

/* Two shifts that extend, or take out a field. */
static unsigned emit_extend(void)
{
	static const uint8_t by[] = { 32, 48, 56, 63, 40, 24, 16, 31 };
	unsigned n = by[below(8)], m = below(2) ? n : below(2) ? by[below(8)] : below(64), t = pick_rd(), right = below(2) ? 0x400 : 0;

	emit4(i_type(isa_rows[ISA_slli].match, t, pick_rs(), (int)(n & (unsigned)(xlen - 1))));
	emit4(i_type(isa_rows[ISA_srli].match, below(4) ? t : pick_rd(), t, (int)((m & (unsigned)(xlen - 1)) | right)));
	return 2;
}

/* A float comparison, and a branch for what it says. */
static unsigned emit_float_branch(void)
{
	static const unsigned ops[] = { ISA_flt_d, ISA_fle_d, ISA_feq_d, ISA_flt_s, ISA_fle_s, ISA_feq_s };
	unsigned t = pick_rd();

	emit4(r_type(isa_rows[ops[below(6)]].match, t, below(32), below(32)));
	emit4(b_type(isa_rows[below(2) ? ISA_beq : ISA_bne].match, t, 0, 8));
	emit4(alu_op(pick_rd()));
	return 3;
}

/* An element of an array. */
static unsigned emit_element(void)
{
	static const unsigned ops[] = { ISA_lw, ISA_lbu, ISA_lh, ISA_lb, ISA_lhu };
	unsigned t = pick_rd(), shift = below(4);

	emit4(i_type(isa_rows[ISA_andi].match, t, pick_rs(), 31));
	emit4(i_type(isa_rows[ISA_slli].match, t, t, (int)shift));
	emit4(r_type(isa_rows[ISA_add].match, t, t, S0));
	if (below(2))
		emit4(i_type(isa_rows[ops[below(5)]].match, pick_rd(), below(2) ? t : S0, (int)below(64)));
	else
		emit4(s_type(isa_rows[below(2) ? ISA_sw : ISA_sb].match, pick_rs(), S0, (int)below(64)));
	return 4;
}

/* A constant of two instructions. */
static unsigned emit_constant(void)
{
	unsigned t = pick_rd();

	emit4((rnd() & 0xfffff000) | t << 7 | (below(2) ? 0x37 : 0x17));
	emit4(i_type(isa_rows[xlen == 64 && below(2) ? ISA_addiw : ISA_addi].match, below(4) ? t : pick_rd(), t, (int)below(4096) - 2048));
	return 2;
}

/* Quotient and remainder, or the halves of a product, with something between them; or not quite. */
static unsigned emit_halves(void)
{
	static const unsigned pairs[][2] = {
		{ ISA_div, ISA_rem }, { ISA_divu, ISA_remu }, { ISA_mulh, ISA_mul }, { ISA_mulhu, ISA_mul }, { ISA_mulhsu, ISA_mul },
		{ ISA_div, ISA_remu }, { ISA_divw, ISA_remw }, { ISA_divuw, ISA_remuw }, { ISA_remw, ISA_rem },
	};
	const unsigned *pair = pairs[below(xlen == 64 ? 9 : 6)];
	unsigned a = pick_rs(), b = pick_rs(), order = below(3) == 0, swap = below(6) == 0, t = pick_rd();

	emit4(r_type(isa_rows[pair[order]].match, t, a, b));
	switch (below(4)) {
	case 0:  emit4(s_type(isa_rows[ISA_sb].match, pick_rs(), S0, (int)below(64))); break;
	case 1:  emit4(i_type(isa_rows[ISA_lbu].match, pick_rd(), S1, (int)below(64))); break;
	case 2:  emit4(i_type(isa_rows[ISA_addi].match, t, t, 65)); break;
	default: emit4(alu_op(pick_rd())); break;
	}
	emit4(r_type(isa_rows[pair[!order]].match, pick_rd(), swap ? b : a, swap ? a : b));
	return 3;
}

static unsigned emit_idiom(void)
{
	static unsigned (*const idioms[])(void) = { emit_skip, emit_extend, emit_float_branch, emit_element, emit_constant,
		emit_halves };

	return idioms[below(2) ? 0 : below(ARRAY_SIZE(idioms))]();
}

static void emit_random(int at, int end)
{
	struct isa_insn d;
	uint32_t bits;
	unsigned op;

	do {
		do {
			op = 1 + below(ISA_BASE_COUNT - 1);
		} while (!usable(op));
		bits = with_fields(op, rnd() ^ rnd() << 16, at, end);
		isa_decode(&d, bits, xlen);
	} while (d.op != op);
	op_seen[op]++;
	emit4(bits);
}

/* `words` instructions at `at`, that branch forward, and call functions from `first` on. */
static void emit_body(int at, int words, int first)
{
	int end = at + 4 * words;

	for (int i = 0; i < words; i++) {
		if (i + 3 <= words && below(30) == 0) {
			if (below(3))
				emit_rotate();
			else
				emit_quiet();
			i += 2;
		} else if (i + 4 <= words && below(10) == 0) {
			i += (int)emit_idiom() - 1;
		} else if (first < nr_functions && below(12) == 0) {
			emit_call(at + 4 * i, first);
		} else {
			emit_random(at + 4 * i, end);
		}
	}
}

static uint32_t load_ra(int imm) { return xlen == 64 ? LD(1, 2, imm) : LW(1, 2, imm); }
static uint32_t store_ra(int imm) { return s_type(isa_rows[xlen == 64 ? ISA_sd : ISA_sw].match, 1, 2, imm); }

/* A frame for the return address, half of the body, perhaps a call of itself, the other half.
 * Rarely returns elsewhere. */
enum { FUNCTION_WORDS = 8 };
static void emit_function(int k)
{
	int half = functions[k].words / 2, rest = functions[k].words - half, at = functions[k].at + 8 + 4 * half;
	bool recursive = below(2);

	emit4(ADDI(2, 2, -16));
	emit4(store_ra(8));
	emit_body(functions[k].at + 8, half, k + 1);
	emit4(ADDI(CALLS_LEFT, CALLS_LEFT, -1));
	emit4(b_type(isa_rows[ISA_blt].match, CALLS_LEFT, 0, 8));
	emit4(recursive ? JAL(1, functions[k].at - (at + 8)) : ADDI(0, 0, 0));
	emit_body(at + 12, rest, k + 1);
	emit4(load_ra(8));
	emit4(ADDI(2, 2, below(16) ? 16 : 0));
	emit4(JALR(0, below(32) ? 1 : 5, 0));
}

static int make_program(int words)
{
	int end = CODE + 4 * words, at = end + 12;

	nr_functions = below(2) ? (int)below(MAX_FUNCTIONS + 1) : 0;
	for (int k = 0; k < nr_functions; k++) {
		functions[k].at = at;
		functions[k].words = 1 + (int)below(1u << below(6));
		at += 4 * (functions[k].words + FUNCTION_WORDS);
	}
	code_at(CODE);
	emit_body(CODE, words, 0);
	/* A loop around it: s2 times, then the end. */
	emit4(ADDI(18, 18, -1));
	if (4 * words < 4000)
		emit4(BNE(18, 0, -(4 * words + 4)));
	else
		emit4(ADDI(0, 0, 0));
	emit4(ECALL);
	for (int k = 0; k < nr_functions; k++)
		emit_function(k);
	return (at - CODE) / 4;
}

/* ---- both runs ------------------------------------------------------------------------------------- */

static uint32_t read_mxcsr(void) { uint32_t v; __asm__ volatile("stmxcsr %0" : "=m"(v)); return v; }
static void write_mxcsr(uint32_t v) { __asm__ volatile("ldmxcsr %0" : : "m"(v)); }

/* What is read before it was loaded shall pass for a boxed single. */
static void poison(void)
{
	__asm__ volatile("vmovq %0, %%xmm0\n\tvmovaps %%xmm0, %%xmm1\n\tvmovaps %%xmm0, %%xmm2\n\tvmovaps %%xmm0, %%xmm3\n\t"
	                 "vmovaps %%xmm0, %%xmm4\n\tvmovaps %%xmm0, %%xmm5\n\tvmovaps %%xmm0, %%xmm6\n\tvmovaps %%xmm0, %%xmm7"
	                 : : "r"(0xffffffff3f800000) : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
}

static gva_t exit_pc(const struct jit_code *code, struct jit_left *left)
{
	const struct jit_exit *x = JIT_TABLE(code, exits, const struct jit_exit);
	uint32_t offset = (uint32_t)(left->link - exec_area), k = 0;
	uint32_t entry = (offset - code->timers) / JIT_LINK_CALL;

	if (offset >= code->timers && entry < code->nr_entries) {
		left->kind = JIT_EXIT_TIMER;
		return JIT_TABLE(code, entries, const struct jit_entry)[entry].pc;
	}

	while (k < code->nr_exits && x[k].offset != offset)
		k++;
	CHECK(k < code->nr_exits);
	return k < code->nr_exits ? x[k].pc : 0;
}

static struct jit_left enter(struct cpu_regs *r, const struct jit_code *code, uint32_t offset)
{
	static _Alignas(16) uint8_t returns[JIT_RETURNS_SIZE];
	struct jit_left left;
	uint32_t host = read_mxcsr(), v;

	running = code;
	running_base = exec_area;
	memcpy(exec_area, JIT_TABLE(code, code, uint8_t), code->code_size);
	r->limit = JIT_VIEW_SIZE_64;
	r->engine.jumps = jumps;
	r->engine.returns = jit_returns_top(returns);
	r->engine.pc_mask = UINT64_MAX;
	r->engine.misrounds = jit_misrounds(r->fcsr);
	write_mxcsr(0x1f80 | (uint32_t)((const uint8_t[8]){ 0, 3, 1, 2 })[r->fcsr >> 5 & 7] << 13);
	cpu_lend_reservation(cpu, r);
	poison();
	left = jit_enter(r, exec_area + offset, view);
	cpu_take_reservation(cpu, r);
	v = read_mxcsr();
	write_mxcsr(host);
	r->fcsr |= (v & 1 ? 16 : 0) | (v & 4 ? 8 : 0) | (v & 8 ? 4 : 0) | (v & 16 ? 2 : 0) | (v & 32 ? 1 : 0);
	running = NULL;
	if (left.kind == JIT_EXIT_DIRECT)
		r->pc = exit_pc(code, &left);
	return left;
}

static void to_view(void)
{
	for (unsigned i = 0; i < DATA_SIZE; i += PAGE_SIZE)
		memcpy(view + DATA + i, fake_host(mm, DATA + i), PAGE_SIZE);
}
static void from_view(void)
{
	for (unsigned i = 0; i < DATA_SIZE; i += PAGE_SIZE)
		memcpy(fake_host(mm, DATA + i), view + DATA + i, PAGE_SIZE);
}

/* This program's translations, by place. */
static struct jit_code *made[CODE_SIZE / 2];

static void forget_translations(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(made); i++) {
		free(made[i]);
		made[i] = NULL;
	}
}

static int translate(enum jit_effort effort, struct jit_code **code)
{
	struct jit_request req = { .xlen = xlen, .effort = effort, .pc = regs.pc, .page = code_page };
	struct jit_code **slot = regs.pc - CODE < CODE_SIZE ? &made[(regs.pc - CODE) / 2] : NULL;
	int ret;

	if (!slot)
		return -EFAULT;
	ret = *slot ? 0 : jit_compile(&req, slot);
	*code = *slot;
	return ret;
}

/* Translate and run until ecall or a trap; what the translator leaves is interpreted. */
static enum trap run_translated(enum jit_effort effort, uint64_t *count)
{
	uint64_t before = cpu_instret(cpu), run_by_jit = 0;
	enum trap trap = TRAP_TIMER;

	for (int n = 0; n < 10000000; n++) {
		struct jit_code *code;
		struct jit_left left;
		int ret = translate(effort, &code);

		if (ret == 0) {
			to_view();
			regs.engine.budget = 1 + (int64_t)below(1000);
			run_by_jit += (uint64_t)regs.engine.budget;
			left = enter(&regs, code, JIT_TABLE(code, entries, struct jit_entry)->offset);
			run_by_jit -= (uint64_t)regs.engine.budget;
			from_view();
			if (left.kind == JIT_EXIT_SYSCALL) {
				trap = TRAP_SYSCALL;
				break;
			}
			if (left.kind == JIT_EXIT_FAULT) {
				trap = (enum trap)left.arg;
				tval = regs.engine.tval;
				break;
			}
			if (left.kind != JIT_EXIT_INTERPRET)
				continue;
			refused[left.arg]++;
		} else if (ret != -EOPNOTSUPP && ret != -EFAULT) {
			UNIT_FAIL("jit_compile: %d", ret);
			break;
		}
		interpreted++;
		trap = run(1);
		if (trap != TRAP_TIMER)
			break;
	}
	translated_insns += run_by_jit;
	*count = run_by_jit + cpu_instret(cpu) - before;
	return trap;
}

static bool same(const struct cpu_regs *a, const struct cpu_regs *b)
{
	return memcmp(a->x, b->x, sizeof(a->x)) == 0 && memcmp(a->f, b->f, sizeof(a->f)) == 0 &&
	       a->pc == b->pc && a->fcsr == b->fcsr;
}

static void print_difference(const struct cpu_regs *a, const struct cpu_regs *b, int words)
{
	for (int i = 0; i < 32; i++) {
		if (a->x[i] != b->x[i])
			printf("  %s: interpreter %llx, translator %llx\n", isa_xreg_name[i], (long long)a->x[i], (long long)b->x[i]);
		if (a->f[i] != b->f[i])
			printf("  %s: interpreter %llx, translator %llx\n", isa_freg_name[i], (long long)a->f[i], (long long)b->f[i]);
	}
	printf("  pc %llx, %llx; fcsr %x, %x\n", (long long)a->pc, (long long)b->pc, a->fcsr, b->fcsr);
	for (int i = 0; i < words; i++) {
		char text[100];
		uint32_t bits;

		memcpy(&bits, fake_host(mm, CODE + 4u * (unsigned)i), 4);
		isa_disassemble(text, sizeof(text), bits, CODE + 4u * (unsigned)i, xlen);
		printf("  %x: %s\n", CODE + 4 * i, text);
	}
}

static void read_code(uint8_t *to)
{
	for (unsigned i = 0; i < CODE_SIZE; i += PAGE_SIZE)
		memcpy(to + i, fake_host(mm, CODE + i), PAGE_SIZE);
}

static void one(int words, enum jit_effort effort)
{
	static uint8_t data[DATA_SIZE], end[DATA_SIZE], code[CODE_SIZE], after[CODE_SIZE];
	struct cpu_regs first, wanted;
	uint64_t count, counted, before;
	enum trap trap;

	words = make_program(words);
	read_code(code);
	for (int i = 1; i < 32; i++)
		regs.x[i] = random_x();
	for (int i = 0; i < 32; i++)
		regs.f[i] = random_f();
	regs.x[S0] = DATA + 1024 + 8 * below(64);
	regs.x[S1] = DATA + 4096 + below(8);
	regs.x[18] = below(4) ? 1 + below(max_rounds) : 1;
	regs.x[2] = STACK;
	regs.x[CALLS_LEFT] = below(40);
	/* Sometimes an access in the middle faults. */
	if (below(10) == 0)
		regs.x[S1] = below(2) ? DATA - below(600) : rnd64();
	if (xlen == 32)
		regs.x[S1] = (uint32_t)regs.x[S1];
	regs.fcsr = below(8) ? 0 : below(5) << 5;
	regs.pc = CODE;
	for (unsigned i = 0; i < DATA_SIZE; i++)
		data[i] = below(4) ? (uint8_t)rnd() : 0;
	first = regs;
	fake_write(mm, DATA, data, DATA_SIZE);
	cpu_clear_reservation(cpu);
	before = cpu_instret(cpu);
	do {
		trap = run(1000);
	} while (trap == TRAP_TIMER && cpu_instret(cpu) - before < MAX_RUN);
	/* A wrong return made it a loop without an end, or had it write to itself. */
	read_code(after);
	if (trap == TRAP_TIMER || memcmp(code, after, sizeof(code)) != 0)
		return;
	count = cpu_instret(cpu) - before;
	wanted = regs;
	for (unsigned i = 0; i < DATA_SIZE; i++)
		end[i] = *(uint8_t *)fake_host(mm, DATA + i);
	uint64_t wanted_tval = tval;

	regs = first;
	fake_write(mm, DATA, data, DATA_SIZE);
	cpu_flush_icache(cpu);
	cpu_clear_reservation(cpu);
	enum trap got = run_translated(effort, &counted);

	forget_translations();

	/* The program reads its own code, of which this test's view has none. */
	if (got == TRAP_LOAD_FAULT && tval - CODE < CODE_SIZE)
		return;
	CHECK_EQ(got, trap);
	CHECK_EQ(counted, count);
	if (trap == TRAP_LOAD_FAULT || trap == TRAP_STORE_FAULT)
		CHECK_EQ(tval, wanted_tval);
	for (unsigned i = 0; i < DATA_SIZE; i++) {
		if (end[i] != *(uint8_t *)fake_host(mm, DATA + i)) {
			UNIT_FAIL("memory at %x differs", DATA + i);
			break;
		}
	}
	CHECK(same(&wanted, &regs));
	if (!same(&wanted, &regs) && unit_failures < 3)
		print_difference(&wanted, &regs, words);
}

static void programs(uint64_t seed, unsigned n)
{
	for (unsigned i = 0; i < n && unit_failures < 5; i++) {
		enum jit_effort effort = i % 4 == 0 ? JIT_QUICK : JIT_FULL;

		state = seed + i;
		rnd();
		UNIT_CONTEXT("xlen %d, seed %llu, effort %d", xlen, (unsigned long long)(seed + i), effort);
		one(i % 4 == 0 ? 1 + (int)below(3) : 1 + (int)below(max_words), effort);
	}
}

static void print(const char *text) { fputs(text, stdout); }

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 2000;
	const char *why;

	if (argc > 3)
		max_words = (unsigned)strtoul(argv[3], NULL, 0);

	if (argc > 4)
		max_rounds = (unsigned)strtoul(argv[4], NULL, 0);
	if (argc > 5)
		jit_set_dump((enum jit_dump)atoi(argv[5]), print);
	if (!jit_supported(&why)) {
		printf("1..0 # SKIP this host has no %s\n", why);
		return 77;
	}
	start();
	for (xlen = 64; xlen >= 32; xlen -= 32) {
		machine_start((enum xlen)xlen);
		memset(op_seen, 0, sizeof(op_seen));
		translated_insns = interpreted = 0;
		memset(refused, 0, sizeof(refused));
		programs(seed, n);
		printf("# RV%d: %lu instructions translated, %lu times interpreted\n", xlen, translated_insns, interpreted);
		for (unsigned k = 0; k < JIT_REFUSAL_COUNT; k++)
			if (refused[k])
				printf("#   %7lu %s\n", refused[k], jit_refusal_text[k]);
		for (unsigned op = 1; op < ISA_BASE_COUNT; op++)
			if (usable(op) && n >= 1000 && !unit_failures)
				CHECK(op_seen[op] > 0);
		machine_stop();
	}
	return unit_done();
}
