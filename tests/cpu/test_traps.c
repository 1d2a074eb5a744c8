/* Traps are exact: cause, pc, tval, and registers as the instructions before left them. */
#include "tests/unit.h"
#include "machine.h"

static void expect(enum trap got, enum trap want, gva_t pc, uint64_t value)
{
	CHECK_STR(trap_names[got], trap_names[want]);
	CHECK_EQ(regs.pc, pc);
	if (want != TRAP_SYSCALL && want != TRAP_BREAKPOINT && want != TRAP_TIMER)
		CHECK_EQ(tval, value);
	CHECK_EQ(regs.x[0], 0);
}

static void calls_and_breakpoints(void)
{
	machine_start(XLEN_64);
	emit4(ADDI(A0, X0, 5));
	emit4(ECALL);
	emit4(EBREAK);
	emit2(C_EBREAK);
	expect(run_from(CODE), TRAP_SYSCALL, CODE + 4, 0);
	CHECK_EQ(regs.x[A0], 5);
	expect(run_from(CODE + 8), TRAP_BREAKPOINT, CODE + 8, 0);
	expect(run_from(CODE + 12), TRAP_BREAKPOINT, CODE + 12, 0);
	machine_stop();
}

static void illegal_instructions(void)
{
	const uint32_t words[] = {
		0xffffffff, 0x30200073 /* mret */, 0x10200073 /* sret */, 0x12000073 /* sfence.vma */,
		0x10500073 /* wfi */, CSRRS(A0, 0x300, 0), CSRRS(A0, 0x180, 0), CSRRS(A0, 0xc03, 0),
		CSRRS(A0, 0xc80, 0), CSRRW(X0, 0xc00, A0), CSRRS(X0, 0xc02, A0),
		FADD_D(0, 0, 0, 5), FADD_D(0, 0, 0, 6), FADD_S(0, 0, 0, 5),
	};

	machine_start(XLEN_64);
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		UNIT_CONTEXT("%#x", words[i]);
		code_at(CODE + 64 * i);
		emit4(ADDI(A1, X0, (int)i));
		emit4(words[i]);
		expect(run_from(CODE + 64 * i), TRAP_ILLEGAL, CODE + 64 * i + 4, words[i]);
		CHECK_EQ(regs.x[A1], i);
	}
	UNIT_CONTEXT("%s", "");
	code_at(CODE + PAGE_SIZE);
	emit2(C_NOP);
	emit2(0x0000);
	expect(run_from(CODE + PAGE_SIZE), TRAP_ILLEGAL, CODE + PAGE_SIZE + 2, 0);
	machine_stop();
}

static void x0_stays_zero(void)
{
	machine_start(XLEN_64);
	emit4(LUI(A0, DATA >> 12));
	emit4(ADDI(X0, A0, 7));
	emit4(LUI(X0, 0x12345));
	emit4(LD(X0, A0, 0));
	emit4(AMOADD_W(X0, A0, A0));
	emit4(CSRRS(X0, 0xc00, 0));
	emit4(JAL(X0, 4));
	emit4(ADD(A1, X0, X0));
	emit4(ECALL);
	regs.x[A1] = 99;
	expect(run(1000), TRAP_SYSCALL, CODE + 32, 0);
	CHECK_EQ(regs.x[A1], 0);
	machine_stop();
}

/* A load into x0 faults as any other. */
static void memory_faults(void)
{
	machine_start(XLEN_64);
	emit4(ADDI(A1, X0, 1));
	emit4(LD(A2, A0, 8));
	emit4(ADDI(A1, A1, 1));
	emit4(SD(A2, A0, 16));
	emit4(LW(X0, A0, 0));
	regs.x[A0] = 0x3000;
	regs.x[A2] = 77;
	expect(run(1000), TRAP_LOAD_FAULT, CODE + 4, 0x3008);
	CHECK_EQ(regs.x[A1], 1);
	CHECK_EQ(regs.x[A2], 77);
	expect(run_from(CODE + 8), TRAP_STORE_FAULT, CODE + 12, 0x3010);
	CHECK_EQ(regs.x[A1], 2);
	expect(run_from(CODE + 16), TRAP_LOAD_FAULT, CODE + 16, 0x3000);
	regs.x[A0] = (uint64_t)1 << 63;
	expect(run_from(CODE + 4), TRAP_LOAD_FAULT, CODE + 4, ((uint64_t)1 << 63) + 8);
	machine_stop();
}

/* Every size at every offset around a page boundary, the pages' frames not adjacent. */
static void misaligned_across_pages(void)
{
	static const uint32_t loads[] = { 0x03, 0x1003, 0x2003, 0x3003 }, stores[] = { 0x23, 0x1023, 0x2023, 0x3023 };

	machine_start(XLEN_64);
	fake_map(mm, DATA + 8 * PAGE_SIZE, 1, FAKE_R | FAKE_W);
	fake_map(mm, DATA + 9 * PAGE_SIZE, 1, FAKE_R | FAKE_W);
	fake_alias(mm, DATA + 9 * PAGE_SIZE, DATA, FAKE_R | FAKE_W);
	for (int log = 0; log < 4; log++) {
		for (int offset = -16; offset <= 8; offset++) {
			gva_t at = DATA + 9 * PAGE_SIZE + (gva_t)offset;
			uint64_t value = 0x8899aabbccddeeff, mask = log == 3 ? ~0ull : (1ull << (8 << log)) - 1;

			UNIT_CONTEXT("size %d at %d", 1 << log, offset);
			code_at(CODE);
			emit4(s_type(stores[log], A1, A0, 0));
			emit4(i_type(loads[log], A2, A0, 0));
			emit4(ECALL);
			emit4(FENCE_I);
			emit4(JAL(X0, -16));
			regs.x[A0] = at;
			regs.x[A1] = value;
			expect(run_from(CODE + 12), TRAP_SYSCALL, CODE + 8, 0);
			CHECK_EQ(regs.x[A2] & mask, value & mask);
			for (int i = 0; i < 1 << log; i++)
				CHECK_EQ(*(uint8_t *)fake_host(mm, at + (gva_t)i), value >> 8 * i & 0xff);
		}
	}
	machine_stop();
}

/* The second page forbids: its first byte is named, and nothing has happened. */
static void faults_across_pages(void)
{
	gva_t edge = DATA + 2 * PAGE_SIZE;

	machine_start(XLEN_64);
	emit4(LD(A1, A0, 0));
	emit4(SD(A1, A0, 0));
	emit4(ECALL);
	regs.x[A0] = edge - 3;
	regs.x[A1] = 0x1234;
	expect(run(1000), TRAP_LOAD_FAULT, CODE, edge);
	CHECK_EQ(regs.x[A1], 0x1234);
	expect(run_from(CODE + 4), TRAP_STORE_FAULT, CODE + 4, edge);
	CHECK_EQ(*(uint8_t *)fake_host(mm, edge - 3), 0);
	fake_map(mm, edge, 1, FAKE_R);
	expect(run_from(CODE + 4), TRAP_STORE_FAULT, CODE + 4, edge);
	CHECK_EQ(*(uint8_t *)fake_host(mm, edge - 3), 0);
	expect(run_from(CODE), TRAP_STORE_FAULT, CODE + 4, edge);
	CHECK_EQ(regs.x[A1], 0);
	regs.x[A0] = edge - 8;                             /* aligned: stays in its page */
	expect(run_from(CODE), TRAP_SYSCALL, CODE + 8, 0);
	machine_stop();
}

static void misaligned_atomics(void)
{
	machine_start(XLEN_64);
	emit4(AMOADD_W(A1, A2, A0));
	emit4(LR_D(A1, A0));
	emit4(SC_W(A1, A2, A0));
	for (int i = 0; i < 3; i++) {
		regs.x[A0] = DATA + (i == 1 ? 4 : 2);
		expect(run_from(CODE + 4 * (gva_t)i), TRAP_MISALIGNED_AMO, CODE + 4 * (gva_t)i, regs.x[A0]);
	}
	regs.x[A0] = 0x3000;
	expect(run_from(CODE), TRAP_STORE_FAULT, CODE, 0x3000);
	expect(run_from(CODE + 4), TRAP_LOAD_FAULT, CODE + 4, 0x3000);
	machine_stop();
}

static void fetch_faults(void)
{
	machine_start(XLEN_64);
	emit4(JALR(RA, A0, 1));                            /* the lowest bit is dropped */
	regs.x[A0] = 0x5000;
	expect(run(1000), TRAP_FETCH_FAULT, 0x5000, 0x5000);
	CHECK_EQ(regs.x[RA], CODE + 4);
	regs.x[A0] = DATA;                                 /* present, but not executable */
	expect(run_from(CODE), TRAP_FETCH_FAULT, DATA, DATA);
	code_at(CODE + 4 * PAGE_SIZE - 4);                   /* off the end of the last page */
	emit4(ADDI(A1, X0, 3));
	expect(run_from(CODE + 4 * PAGE_SIZE - 4), TRAP_FETCH_FAULT, CODE + 4 * PAGE_SIZE, CODE + 4 * PAGE_SIZE);
	CHECK_EQ(regs.x[A1], 3);
	machine_stop();
}

/* A 4-byte instruction in the last two bytes of a page. */
static void straddling_instructions(void)
{
	gva_t edge = CODE + 4 * PAGE_SIZE;
	uint32_t bits = ADDI(A1, A1, 100);

	machine_start(XLEN_64);
	code_at(edge - 4);
	emit2(C_ADDI_A0_1);
	emit2((uint16_t)bits);
	expect(run_from(edge - 4), TRAP_FETCH_FAULT, edge - 2, edge);
	CHECK_EQ(regs.x[A0], 1);
	fake_map(mm, edge, 1, FAKE_R | FAKE_W | FAKE_X);
	emit2((uint16_t)(bits >> 16));
	emit4(ECALL);
	expect(run(1000), TRAP_SYSCALL, edge + 2, 0);
	CHECK_EQ(regs.x[A1], 100);
	/* The same first half with another second one. */
	code_at(edge);
	emit2((uint16_t)(ADDI(A1, A1, 200) >> 16));
	expect(run_from(edge - 2), TRAP_SYSCALL, edge + 2, 0);
	CHECK_EQ(regs.x[A1], 300);
	/* A jump, a link and a load that straddle. */
	bits = JAL(RA, -8);
	code_at(edge - 10);
	emit4(ECALL);
	code_at(edge - 2);
	emit4(bits);
	expect(run_from(edge - 2), TRAP_SYSCALL, edge - 10, 0);
	CHECK_EQ(regs.x[RA], edge + 2);
	code_at(edge - 2);
	emit4(LD(A1, A0, 0));
	regs.x[A0] = 0x3000;
	expect(run_from(edge - 2), TRAP_LOAD_FAULT, edge - 2, 0x3000);
	code_at(edge - 2);
	emit4(0xffffffff);
	expect(run_from(edge - 2), TRAP_ILLEGAL, edge - 2, 0xffffffff);
	machine_stop();
}

/* Long straight code with a fault at every possible place: whatever was fused. */
static void faults_inside_sequences(void)
{
	enum { N = 24 };

	machine_start(XLEN_64);
	for (unsigned seed = 1; seed <= 400; seed++) {
		uint64_t want[16] = { 0 };
		unsigned state = seed * 2654435761u, fault_at = seed % N;

		code_at(CODE);
		memset(regs.x, 0, sizeof(regs.x));
		regs.x[A0] = DATA;
		regs.x[A5] = 0x3000;                       /* nothing is there */
		for (unsigned i = 0; i < N; i++) {
			state = state * 1103515245 + 12345;
			unsigned kind = i == fault_at ? 9 : state >> 16 & 7;

			if (i < fault_at)
				want[A1] += kind < 6 ? 1 : 0;
			switch (kind) {
			case 9: emit4(state & 1 << 20 ? LD(A2, A5, 0) : SD(A2, A5, 0)); break;
			case 6: emit4(LD(A3, A0, 8)); break;
			case 7: emit4(SD(A1, A0, 16)); break;
			case 0: emit4(ADDI(A1, A1, 1)); break;
			case 1: emit2(0x0585); break;      /* c.addi a1,1 */
			case 2: emit4(ADDI(T0, X0, 1)); emit4(ADD(A1, A1, T0)); break;
			case 3: emit4(BEQ(A1, T1, 8)); emit4(ADDI(A1, A1, 1)); break;
			default: emit2(0x0585); break;
			}
			if (i == fault_at)
				regs.x[T2] = here - 4;
		}
		emit4(ECALL);
		regs.x[T1] = 1 << 20;
		gva_t fault_pc = regs.x[T2];
		UNIT_CONTEXT("seed %u", seed);
		enum trap got = run_from(CODE);
		CHECK(got == TRAP_LOAD_FAULT || got == TRAP_STORE_FAULT);
		CHECK_EQ(regs.pc, fault_pc);
		CHECK_EQ(tval, 0x3000);
		CHECK_EQ(regs.x[A1], want[A1]);
	}
	machine_stop();
}

static void rv32(void)
{
	machine_start(XLEN_32);
	emit4(SUB(A0, X0, A1));
	emit4(LUI(A2, 0x80000));
	emit4(AUIPC(A3, 0xfffff));
	emit4(CSRRS(A4, 0xc82, 0));
	emit4(LB(A5, A1, 0));
	emit4(ECALL);
	regs.x[A1] = DATA;
	*(uint8_t *)fake_host(mm, DATA) = 0x80;
	expect(run(1000), TRAP_SYSCALL, CODE + 20, 0);
	CHECK_EQ(regs.x[A0], (uint32_t)-DATA);
	CHECK_EQ(regs.x[A2], 0x80000000u);
	CHECK_EQ(regs.x[A3], CODE + 8 - 0x1000);
	CHECK_EQ(regs.x[A4], 0);
	CHECK_EQ(regs.x[A5], 0xffffff80u);
	/* What is RV64's alone. */
	code_at(CODE + 64);
	emit4(LD(A0, A1, 0));
	expect(run_from(CODE + 64), TRAP_ILLEGAL, CODE + 64, LD(A0, A1, 0));
	code_at(CODE + 128);
	emit4(0x02059513);                                 /* slli a0,a1,32 */
	expect(run_from(CODE + 128), TRAP_ILLEGAL, CODE + 128, 0x02059513);
	/* Addresses wrap at 2^32. */
	code_at(CODE + 192);
	emit4(LW(A0, A1, 8));
	regs.x[A1] = 0xfffffffcu;
	expect(run_from(CODE + 192), TRAP_LOAD_FAULT, CODE + 192, 4);
	code_at(CODE + 256);
	emit4(JALR(RA, A1, 4));
	expect(run_from(CODE + 256), TRAP_FETCH_FAULT, 0, 0);
	code_at(CODE + 320);
	emit2(0x2011);                                     /* c.jal +4 */
	emit2(C_NOP);
	emit4(ECALL);
	expect(run_from(CODE + 320), TRAP_SYSCALL, CODE + 324, 0);
	CHECK_EQ(regs.x[RA], CODE + 322);
	machine_stop();
}

int main(void)
{
	RUN(calls_and_breakpoints);
	RUN(illegal_instructions);
	RUN(x0_stays_zero);
	RUN(memory_faults);
	RUN(misaligned_across_pages);
	RUN(faults_across_pages);
	RUN(misaligned_atomics);
	RUN(fetch_faults);
	RUN(straddling_instructions);
	RUN(faults_inside_sequences);
	RUN(rv32);
	cpu_destroy(cpu);
	return unit_done();
}
