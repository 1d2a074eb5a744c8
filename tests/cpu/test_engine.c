/* The engine around the instructions: counting and the budget, the caches of translations and
 * of decoded code, reservations, float state. */
#include "tests/unit.h"
#include "machine.h"

#include <xmmintrin.h>

enum { FFLAGS = 1, FRM = 2, FCSR = 3 };

/* ---- counting -------------------------------------------------------------------- */

/* A loop of 1 + 3n + 1 instructions, over two pages if it starts near an end. */
static void counts_are_exact(void)
{
	static const gva_t starts[] = { CODE, CODE + PAGE_SIZE - 8, CODE + PAGE_SIZE - 12, CODE + PAGE_SIZE - 6 };

	for (unsigned i = 0; i < ARRAY_SIZE(starts); i++) {
		UNIT_CONTEXT("start %#llx", (unsigned long long)starts[i]);
		machine_start(XLEN_64);
		here = starts[i];
		emit4(ADDI(A0, X0, 1000));
		emit4(ADDI(A1, A1, 3));
		emit4(ADDI(A0, A0, -1));
		emit4(BNE(A0, X0, -8));
		emit4(CSRRS(A2, 0xc02, 0));
		emit4(ECALL);
		uint64_t before = cpu_instret(cpu);
		CHECK_EQ(run_from(starts[i]), TRAP_SYSCALL);
		CHECK_EQ(regs.x[A2] - before, 1 + 3 * 1000);
		CHECK_EQ(cpu_instret(cpu) - before, 1 + 3 * 1000 + 1);
		machine_stop();
	}
}

/* A run in many pieces ends where one in a single piece ends, at the same count. */
static void budgets(void)
{
	for (int64_t budget = 1; budget < 300; budget += 7) {
		uint64_t before = 0;
		unsigned timers = 0;

		UNIT_CONTEXT("budget %lld", (long long)budget);
		machine_start(XLEN_64);
		before = cpu_instret(cpu);
		emit4(ADDI(A0, X0, 500));
		emit4(JAL(RA, 8));
		emit4(ECALL);
		emit2(C_NOP);
		emit4(ADDI(A0, A0, -1));
		emit4(BNE(A0, X0, -6));
		emit4(JALR(X0, RA, 0));
		enum trap trap;
		while ((trap = run(budget)) == TRAP_TIMER) {
			uint64_t now = cpu_instret(cpu);

			timers++;
			CHECK(now > before);
			if (timers > 5000)
				break;
		}
		CHECK_EQ(trap, TRAP_SYSCALL);
		CHECK_EQ(cpu_instret(cpu) - before, 2 + 3 * 500 + 1);
		CHECK(timers <= 1504 / (unsigned)budget + 1);
		CHECK(timers >= 1504 / ((unsigned)budget + 4) / 2);
		machine_stop();
	}
}

static void interrupt_stops_it(void)
{
	machine_start(XLEN_64);
	emit4(JAL(X0, 0));
	cpu_interrupt(cpu);
	CHECK_EQ(run(INT64_MAX / 2), TRAP_TIMER);
	CHECK_EQ(regs.pc, CODE);
	uint64_t before = cpu_instret(cpu);
	CHECK_EQ(run(1000000), TRAP_TIMER);
	CHECK_EQ(cpu_instret(cpu) - before, 1000000);
	machine_stop();
}

/* ---- caches ------------------------------------------------------------------------- */

static void translations_are_kept(void)
{
	machine_start(XLEN_64);
	emit4(LUI(A0, DATA >> 12));
	emit4(ADDI(A1, X0, 1000));
	emit4(LD(A2, A0, 0));
	emit4(SD(A2, A0, 8));
	emit4(ADDI(A1, A1, -1));
	emit4(BNE(A1, X0, -12));
	emit4(ECALL);
	fake_translations = 0;
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	CHECK(fake_translations <= 3);
	fake_translations = 0;
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	CHECK_EQ(fake_translations, 0);
	fake_protect(mm, DATA, FAKE_R);                    /* a right is lost: the generation changes */
	CHECK_EQ(run_from(CODE), TRAP_STORE_FAULT);
	CHECK_EQ(tval, DATA + 8);
	machine_stop();
}

static void address_spaces_do_not_mix(void)
{
	struct mm *spaces[7];

	for (unsigned i = 0; i < ARRAY_SIZE(spaces); i++) {
		machine_start(XLEN_64);
		spaces[i] = mm;
		emit4(LUI(A0, DATA >> 12));
		emit4(LD(A1, A0, 0));
		emit4(ADDI(A2, X0, (int)i));
		emit4(ECALL);
		*(uint64_t *)fake_host(mm, DATA) = 100 + i;
	}
	for (unsigned round = 0; round < 50; round++) {
		unsigned i = round * 3 % ARRAY_SIZE(spaces);

		mm = spaces[i];
		CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
		CHECK_EQ(regs.x[A1], 100 + i);
		CHECK_EQ(regs.x[A2], i);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(spaces); i++)
		fake_mm_destroy(spaces[i]);
}

/* Code that stores over what comes next, then fence.i. */
static void self_modifying_code(void)
{
	uint32_t new = ADDI(A1, X0, 2);

	machine_start(XLEN_64);
	emit4(JAL(RA, 32));
	emit4(SW(A2, A0, 32));
	emit4(FENCE_I);
	emit4(JAL(RA, 20));
	emit4(ECALL);
	here = CODE + 32;
	emit4(ADDI(A1, X0, 1));
	emit4(ADD(A3, A3, A1));
	emit4(JALR(X0, RA, 0));
	regs.x[A0] = CODE;
	regs.x[A2] = new;
	CHECK_EQ(run(1000), TRAP_SYSCALL);
	CHECK_EQ(regs.x[A3], 3);
	machine_stop();
}

/* Written through another mapping of the frame, or by the kernel. */
static void changed_behind_the_back(void)
{
	machine_start(XLEN_64);
	emit4(ADDI(A1, X0, 1));
	emit4(ECALL);
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	CHECK_EQ(regs.x[A1], 1);
	here = CODE;
	emit4(ADDI(A1, X0, 2));
	cpu_flush_icache(cpu);
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	CHECK_EQ(regs.x[A1], 2);
	machine_stop();
}

/* A frame is freed and comes back with other code, or as code of another address space. */
static void frames_come_back(void)
{
	for (unsigned i = 0; i < 20; i++) {
		machine_start(i % 3 ? XLEN_64 : XLEN_32);
		emit4(ADDI(A1, X0, (int)i));
		emit4(ECALL);
		CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
		CHECK_EQ(regs.x[A1], i);
		fake_unmap(mm, CODE);
		CHECK_EQ(run_from(CODE), TRAP_FETCH_FAULT);
		fake_map(mm, CODE, 1, FAKE_R | FAKE_W | FAKE_X);
		here = CODE;
		emit4(ADDI(A1, X0, (int)i + 100));
		emit4(ECALL);
		CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
		CHECK_EQ(regs.x[A1], i + 100);
		machine_stop();
	}
}

/* One frame at two addresses: pc-relative values follow the address. */
static void code_is_shared(void)
{
	machine_start(XLEN_64);
	emit4(AUIPC(A0, 1));
	emit4(JAL(RA, 8));
	here += 4;
	emit4(ECALL);
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	fake_alias(mm, CODE + 0x50000, CODE, FAKE_R | FAKE_X);
	CHECK_EQ(run_from(CODE + 0x50000), TRAP_SYSCALL);
	CHECK_EQ(regs.pc, CODE + 0x5000c);
	CHECK_EQ(regs.x[A0], CODE + 0x51000);
	CHECK_EQ(regs.x[RA], CODE + 0x50008);
	fake_protect(mm, CODE + 0x50000, FAKE_R);
	CHECK_EQ(run_from(CODE + 0x50000), TRAP_FETCH_FAULT);
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	/* Give the alias up before the frame is freed through its first address. */
	machine_stop();
}

/* More pages of code than the cache holds. */
static void many_code_pages(void)
{
	enum { PAGES = 5000, FAR = 0x1000000 };

	machine_start(XLEN_64);
	for (unsigned i = 0; i < PAGES; i++) {
		fake_map(mm, FAR + i * PAGE_SIZE, 1, FAKE_R | FAKE_W | FAKE_X);
		here = FAR + (i + 1) * PAGE_SIZE - 4;
		emit4(i + 1 < PAGES ? JAL(X0, PAGE_SIZE) : ECALL);
	}
	for (unsigned round = 0; round < 2; round++) {
		uint64_t before = cpu_instret(cpu);

		CHECK_EQ(run_from(FAR + PAGE_SIZE - 4), TRAP_SYSCALL);
		CHECK_EQ(regs.pc, FAR + PAGES * PAGE_SIZE - 4);
		CHECK_EQ(cpu_instret(cpu) - before, PAGES - 1);
	}
	machine_stop();
}

/* ---- reservations ----------------------------------------------------------------------- */

static uint64_t store_conditional(void)
{
	CHECK_EQ(run_from(CODE + 8), TRAP_SYSCALL);
	return regs.x[A2];
}

static void load_reserved(void)
{
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
}

static void reservations(void)
{
	uint32_t *word;

	machine_start(XLEN_64);
	emit4(LR_W(A1, A0));
	emit4(ECALL);
	emit4(SC_W(A2, A3, A0));
	emit4(ECALL);
	word = fake_host(mm, DATA);
	*word = 0x80000000;
	regs.x[A0] = DATA;
	regs.x[A3] = 5;
	CHECK_EQ(store_conditional(), 1);                  /* no reservation */
	load_reserved();
	CHECK_EQ(regs.x[A1], 0xffffffff80000000);
	CHECK_EQ(store_conditional(), 0);
	CHECK_EQ(*word, 5);
	CHECK_EQ(store_conditional(), 1);                  /* used up */
	load_reserved();
	*word = 6;                                         /* somebody else wrote */
	CHECK_EQ(store_conditional(), 1);
	CHECK_EQ(*word, 6);
	load_reserved();
	regs.x[A0] = DATA + 4;                             /* another address */
	CHECK_EQ(store_conditional(), 1);
	regs.x[A0] = DATA;
	load_reserved();
	cpu_clear_reservation(cpu);
	CHECK_EQ(store_conditional(), 1);
	load_reserved();
	fake_protect(mm, DATA, FAKE_R);
	CHECK_EQ(run_from(CODE + 8), TRAP_STORE_FAULT);
	CHECK_EQ(tval, DATA);
	machine_stop();
}

/* ---- floats ----------------------------------------------------------------------------- */

#define ONE  0x3ff0000000000000ull
#define TINY 0x3c90000000000000ull   /* 2^-54: 1 + TINY is inexact */
#define HALF 0x3ca0000000000000ull   /* 2^-53: half of 1's last place, a tie */

static uint64_t add_with(unsigned frm, unsigned rm, uint64_t a, uint64_t b)
{
	here = CODE;
	emit4(FADD_D(2, 0, 1, rm));
	emit4(ECALL);
	cpu_flush_icache(cpu);
	regs.fcsr = frm << 5;
	regs.f[0] = a;
	regs.f[1] = b;
	regs.f[2] = 0;
	regs.pc = CODE;
	return run(1000) == TRAP_SYSCALL ? regs.f[2] : 0;
}

static void rounding_modes(void)
{
	machine_start(XLEN_64);
	for (unsigned dynamic = 0; dynamic < 2; dynamic++) {
		/* The other way to say a mode has no influence. */
		#define ADD_IN(mode, a, b) add_with(dynamic ? (mode) : 2, dynamic ? 7 : (mode), a, b)
		UNIT_CONTEXT("dynamic %u", dynamic);
		CHECK_EQ(ADD_IN(0, ONE, HALF), ONE);
		CHECK_EQ(ADD_IN(1, ONE, HALF), ONE);
		CHECK_EQ(ADD_IN(2, ONE, HALF), ONE);
		CHECK_EQ(ADD_IN(3, ONE, TINY), ONE + 1);
		CHECK_EQ(ADD_IN(4, ONE, HALF), ONE + 1);
		CHECK_EQ(ADD_IN(4, ONE, TINY), ONE);
		CHECK_EQ(regs.fcsr & 31, 1);
		CHECK_EQ(ADD_IN(2, ONE, 0x8000000000000000ull | TINY), ONE - 1);
	}
	for (unsigned frm = 5; frm < 8; frm++) {
		UNIT_CONTEXT("frm %u", frm);
		CHECK_EQ(add_with(frm, 7, ONE, ONE), 0);
		CHECK_EQ(regs.pc, CODE);
		CHECK_EQ(add_with(frm, 1, ONE, ONE), 0x4000000000000000);
	}
	machine_stop();
}

/* frm changed by the program between two additions; fflags read and cleared between. */
static void float_csrs(void)
{
	machine_start(XLEN_64);
	emit4(FADD_D(2, 0, 1, 7));
	emit4(CSRRS(A0, FFLAGS, 0));
	emit4(CSRRW(A1, FRM, A5));
	emit4(FADD_D(3, 0, 1, 7));
	emit4(CSRRW(A2, FFLAGS, X0));
	emit4(CSRRS(A3, FCSR, 0));
	emit4(FDIV_D(4, 0, 5, 7));
	emit4(CSRRS(A4, FCSR, 0));
	emit4(ECALL);
	regs.f[0] = ONE;
	regs.f[1] = TINY;
	regs.x[A5] = 3;                                    /* up */
	unsigned host = _mm_getcsr();
	_mm_setcsr(host | 0x6000);                         /* the host's own mode: towards zero */
	CHECK_EQ(run(1000), TRAP_SYSCALL);
	CHECK_EQ(_mm_getcsr(), host | 0x6000);
	_mm_setcsr(host);
	CHECK_EQ(regs.f[2], ONE);
	CHECK_EQ(regs.f[3], ONE + 1);
	CHECK_EQ(regs.x[A0], 1);
	CHECK_EQ(regs.x[A1], 0);
	CHECK_EQ(regs.x[A2], 1);
	CHECK_EQ(regs.x[A3], 3 << 5);
	CHECK_EQ(regs.x[A4], 3 << 5 | 8);                  /* divided by zero */
	CHECK_EQ(regs.fcsr, 3 << 5 | 8);
	machine_stop();
}

static void boxing(void)
{
	machine_start(XLEN_64);
	emit4(FADD_S(2, 0, 1, 7));
	emit4(ECALL);
	regs.f[0] = 0xffffffff3f800000;
	regs.f[1] = 0xffffffff3f800000;
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	CHECK_EQ(regs.f[2], 0xffffffff40000000);
	regs.f[1] = 0x3f800000;                            /* not boxed: a NaN */
	CHECK_EQ(run_from(CODE), TRAP_SYSCALL);
	CHECK_EQ(regs.f[2], 0xffffffff7fc00000);
	CHECK_EQ(regs.fcsr, 0);
	machine_stop();
}

int main(void)
{
	RUN(counts_are_exact);
	RUN(budgets);
	RUN(interrupt_stops_it);
	RUN(translations_are_kept);
	RUN(address_spaces_do_not_mix);
	RUN(self_modifying_code);
	RUN(changed_behind_the_back);
	RUN(frames_come_back);
	RUN(code_is_shared);
	RUN(many_code_pages);
	RUN(reservations);
	RUN(rounding_modes);
	RUN(float_csrs);
	RUN(boxing);
	cpu_destroy(cpu);
	return unit_done();
}
